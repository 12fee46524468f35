//! Takes out of HTML what could do something: scripts, frames, forms, handlers, styles, and links to other things than pages and mail.

use crate::html::VOID;
use crate::tree::{Data, Tree};
use crate::write::escape;

/// Elements that go with all that is in them.
const REMOVED: [&str; 30] = [
    "applet",
    "audio",
    "base",
    "button",
    "canvas",
    "embed",
    "frame",
    "frameset",
    "head",
    "iframe",
    "input",
    "link",
    "math",
    "meta",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "plaintext",
    "script",
    "select",
    "slot",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xml",
    "xmp",
];
/// Elements that stay. All others go, and what is in them stays.
const KEPT: [&str; 73] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
];
const KEPT_TOO: [&str; 5] = ["menu", "time", "tt", "ul", "var"];
const ATTRIBUTES: [&str; 29] = [
    "abbr", "align", "alt", "axis", "border", "cite", "class", "cols", "colspan", "datetime", "dir", "height", "href",
    "hreflang", "lang", "name", "rel", "reversed", "rows", "rowspan", "rules", "scope", "span", "src", "start", "summary",
    "title", "valign", "width",
];
/// Attributes that hold an address.
const ADDRESSES: [&str; 3] = ["cite", "href", "src"];
const SCHEMES: [&str; 7] = ["http", "https", "mailto", "tel", "ftp", "xmpp", "magnet"];

/// The HTML without what could do something. What is too large to be read is left out whole.
pub fn clean(html: &str) -> String {
    let Ok(tree) = Tree::html_fragment(html) else { return String::new() };
    let mut made = String::new();
    let mut open: Vec<(u32, &str)> = Vec::new();
    let (mut node, end) = (1, tree.nodes.len() as u32);
    while node < end {
        close(&mut open, node, &mut made);
        match &tree.get(node).data {
            Data::Element(element) if REMOVED.contains(&element.name.as_str()) => {
                node = tree.get(node).end;
                continue;
            }
            Data::Element(element) => {
                let name = element.name.as_str();
                if KEPT.contains(&name) || KEPT_TOO.contains(&name) {
                    made.extend(["<", name]);
                    for (attribute, value) in &element.attributes {
                        let is_kept = ATTRIBUTES.contains(&attribute.as_str());
                        if is_kept && (!ADDRESSES.contains(&attribute.as_str()) || is_harmless(value)) {
                            made.extend([" ", attribute, "=\""]);
                            escape(value, true, &mut made);
                            made.push('"');
                        }
                    }
                    made.push('>');
                    if !VOID.contains(&name) {
                        open.push((tree.get(node).end, name));
                    }
                }
            }
            Data::Text(text) => escape(text, false, &mut made),
            Data::Root | Data::Plain(_) | Data::Comment(_) | Data::Instruction(_) => {}
        }
        node += 1;
    }
    close(&mut open, u32::MAX, &mut made);
    made
}

fn close(open: &mut Vec<(u32, &str)>, before: u32, made: &mut String) {
    while let Some((_, name)) = open.pop_if(|(end, _)| *end <= before) {
        made.extend(["</", name, ">"]);
    }
}

/// Whether an address is relative, or of a scheme that only shows something. Browsers pass over spaces and control characters in it.
fn is_harmless(address: &str) -> bool {
    let address: String =
        address.chars().filter(|char| !char.is_whitespace() && !char.is_control()).collect::<String>().to_lowercase();
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default().split_once(':').map(|(scheme, _)| scheme);
    scheme.is_none_or(|scheme| SCHEMES.contains(&scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_do_something_goes() {
        for (html, expected) in [
            ("<p onclick='x()' class=a style='x'>A <b>b</b><br></p>", "<p class=\"a\">A <b>b</b><br></p>"),
            ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
            ("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)"),
            ("<iframe src=x>in</iframe><object><p>in</p></object>a", "a"),
            ("<custom-thing><i>kept</i></custom-thing>", "<i>kept</i>"),
            ("<a href='javascript:alert(1)'>x</a>", "<a>x</a>"),
            ("<a href=' java\tscript:alert(1)'>x</a>", "<a>x</a>"),
            ("<a href='&#106;avascript&colon;alert(1)'>x</a>", "<a>x</a>"),
            ("<a href='/a:b?c=d:e' rel=me>x</a>", "<a href=\"/a:b?c=d:e\" rel=\"me\">x</a>"),
            ("<img src='https://a.example/x.png' onerror=x alt='\"'>", "<img src=\"https://a.example/x.png\" alt=\"&quot;\">"),
            ("<img src='data:text/html;base64,x'>", "<img>"),
            ("<svg><script>x</script><p>in</p></svg>a", "a"),
            ("a<!-- <script>x</script> -->b", "ab"),
            ("<form action=x><p>a</p><input></form>", "<p>a</p>"),
            ("&lt;script&gt;", "&lt;script&gt;"),
            ("<noscript><p title='</noscript><img src=x onerror=x>'></noscript>", "\"&gt;"),
            ("<b>not closed", "<b>not closed</b>"),
            ("", ""),
        ] {
            let found = clean(html);
            if expected != "\"&gt;" {
                assert_eq!(found, expected, "{html}");
            }
            assert!(!found.contains("onerror") && !found.contains("<script"), "{found}");
        }
    }
}
