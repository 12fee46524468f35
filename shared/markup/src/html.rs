//! Reads HTML as it is found: the library takes the text apart, and here stands what closes what.

use crate::tree::{ATTRIBUTES, Builder, Data, Element, TooLarge, Tree};
use html5gum::Tokenizer;
use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use std::convert::Infallible;

/// Elements that hold nothing.
pub(crate) const VOID: [&str; 18] = [
    "area", "base", "basefont", "bgsound", "br", "col", "command", "embed", "frame", "hr", "img", "input", "keygen", "link",
    "meta", "param", "source", "track",
];
/// Elements that belong into the head when they come before all others.
const OF_HEAD: [&str; 8] = ["base", "basefont", "bgsound", "link", "meta", "script", "style", "title"];
/// Elements that close a paragraph.
const BLOCKS: [&str; 42] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];
const OF_TABLE: [&str; 9] = ["caption", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"];
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// Which open elements a start tag closes, up to those that keep it from that.
fn closed_by(name: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match name {
        "li" => (&["li"], &["ul", "ol", "menu", "dir", "table", "td", "th"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl", "table", "td", "th"]),
        "option" => (&["option"], &["select", "optgroup", "datalist"]),
        "optgroup" => (&["option", "optgroup"], &["select"]),
        "tr" => (&["tr", "td", "th", "caption", "colgroup"], &["table"]),
        "td" | "th" => (&["td", "th"], &["tr", "table"]),
        "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup"], &["table"]),
        "rt" | "rp" => (&["rt", "rp"], &["ruby"]),
        "a" => (&["a"], &["table", "td", "th", "div", "section", "article", "li", "ul", "ol"]),
        _ => (&[], &[]),
    }
}

struct Reader {
    builder: Builder,
    element: Element,
    /// The value of an attribute that is left out.
    is_left_out: bool,
    is_fragment: bool,
    has_body: bool,
    has_head: bool,
    is_in_head: bool,
}

impl Tree {
    /// Reads a page. What is not right is read as well as may be.
    pub fn html(text: &str) -> Result<Tree, TooLarge> {
        read(text, false)
    }

    /// Reads a part of a page: nothing is put around it.
    pub fn html_fragment(text: &str) -> Result<Tree, TooLarge> {
        read(text, true)
    }
}

fn read(text: &str, is_fragment: bool) -> Result<Tree, TooLarge> {
    let mut reader = Reader {
        builder: Builder::new(true),
        element: Element::default(),
        is_left_out: false,
        is_fragment,
        has_body: false,
        has_head: false,
        is_in_head: false,
    };
    let mut emitter = CallbackEmitter::<_, Infallible>::new(|event: CallbackEvent<'_>, _| {
        reader.take(event);
        None
    });
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(text, emitter).for_each(drop);
    reader.builder.finish()
}

impl Reader {
    fn take(&mut self, event: CallbackEvent<'_>) {
        if self.builder.is_too_large {
            return;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match event {
            CallbackEvent::OpenStartTag { name } => self.element = Element { name: text(name), ..Element::default() },
            CallbackEvent::AttributeName { name } => {
                let (name, attributes) = (text(name), &mut self.element.attributes);
                self.is_left_out = attributes.len() >= ATTRIBUTES || attributes.iter().any(|(had, _)| *had == name);
                if !self.is_left_out {
                    attributes.push((name, String::new()));
                }
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some((_, last)) = self.element.attributes.last_mut().filter(|_| !self.is_left_out) {
                    last.push_str(&String::from_utf8_lossy(value));
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                let element = std::mem::take(&mut self.element);
                self.start(element, self_closing);
            }
            CallbackEvent::EndTag { name } => self.end(&String::from_utf8_lossy(name)),
            CallbackEvent::String { value } => self.text(text(value)),
            CallbackEvent::Comment { value } => self.builder.add(Data::Comment(text(value))),
            CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
        }
    }

    fn start(&mut self, element: Element, closes_itself: bool) {
        let name = element.name.clone();
        match name.as_str() {
            "html" | "head" | "body" if self.is_fragment => return,
            "html" if self.builder.open_names().next().is_some() => return self.builder.merge("html", element.attributes),
            "head" if self.has_head || self.has_body => return,
            "body" if self.has_body => return self.builder.merge("body", element.attributes),
            _ => {}
        }
        self.imply(&name);
        if BLOCKS.contains(&name.as_str()) {
            self.close_through("p", &["table", "td", "th", "caption", "button", "object", "body", "html"]);
        }
        if HEADINGS.contains(&name.as_str()) && self.builder.open_names().next().is_some_and(|open| HEADINGS.contains(&open)) {
            self.builder.close(1);
        }
        let (closed, kept_by) = closed_by(&name);
        let count = self.builder.open_names().take_while(|open| !kept_by.contains(open));
        let count = count.enumerate().filter(|(_, open)| closed.contains(open)).map(|(at, _)| at + 1).last().unwrap_or(0);
        self.builder.close(count);
        self.has_head |= name == "head";
        self.is_in_head = if name == "head" { true } else { self.is_in_head && name != "body" };
        self.has_body |= ["body", "frameset"].contains(&name.as_str());
        self.builder.open(element);
        if closes_itself || VOID.contains(&name.as_str()) || name == "wbr" {
            self.builder.close(1);
        }
    }

    /// Opens what must be around an element, and was left out.
    fn imply(&mut self, name: &str) {
        if self.is_fragment || name == "html" {
            return;
        }
        if self.builder.open_names().next().is_none() {
            self.builder.open(Element { name: "html".to_owned(), ..Element::default() });
        }
        if self.has_body || name == "head" {
            return;
        }
        let is_of_head = OF_HEAD.contains(&name) || (self.is_in_head && ["noscript", "template"].contains(&name));
        if is_of_head && !self.has_head {
            (self.has_head, self.is_in_head) = (true, true);
            self.builder.open(Element { name: "head".to_owned(), ..Element::default() });
        }
        if !is_of_head {
            if self.is_in_head {
                self.close_through("head", &[]);
                self.is_in_head = false;
            }
            if !["body", "frameset"].contains(&name) {
                self.has_body = true;
                self.builder.open(Element { name: "body".to_owned(), ..Element::default() });
            }
        }
    }

    /// Closes the innermost elements through that with a name, unless one that keeps it from that stands before it.
    fn close_through(&mut self, name: &str, kept_by: &[&str]) {
        let at = self.builder.open_names().take_while(|open| !kept_by.contains(open)).position(|open| open == name);
        self.builder.close(at.map_or(0, |at| at + 1));
    }

    fn end(&mut self, name: &str) {
        match name {
            // What comes after them belongs to the body all the same.
            "html" | "body" => {}
            "head" => {
                self.close_through("head", &["body"]);
                self.is_in_head = false;
            }
            _ if OF_TABLE.contains(&name) => self.close_through(name, if name == "table" { &[] } else { &["table"] }),
            _ => self.close_through(name, &["td", "th", "table", "body", "head"]),
        }
    }

    fn text(&mut self, text: String) {
        let is_raw = self.builder.open_names().next().is_some_and(|open| OF_HEAD.contains(&open));
        if !self.is_fragment && !self.has_body && !is_raw {
            if text.trim().is_empty() {
                return;
            }
            self.imply("#text");
        }
        self.builder.add(Data::Text(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Item;

    fn page(text: &str) -> String {
        let tree = Tree::html(text).unwrap();
        tree.outer(Item::ROOT)
    }

    #[test]
    fn what_is_left_out_is_added_and_nothing_else_is() {
        for (text, expected) in [
            ("<p>a<p>b", "<html><body><p>a</p><p>b</p></body></html>"),
            ("hello", "<html><body>hello</body></html>"),
            ("<!doctype html><title>T</title><p>a", "<html><head><title>T</title></head><body><p>a</p></body></html>"),
            (
                "<html lang=en><head></head><body class='x'>a</body></html>",
                "<html lang=\"en\"><head></head><body class=\"x\">a</body></html>",
            ),
            ("<ul><li>a<li>b<ul><li>c</ul></ul>", "<html><body><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul></body></html>"),
            (
                "<table><tr><td>a<td>b<tr><td>c</table>d",
                "<html><body><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>d</body></html>",
            ),
            ("<div><b>a</div>b</b>", "<html><body><div><b>a</b></div>b</body></html>"),
            ("<table><tr><td></div>a</table>", "<html><body><table><tr><td>a</td></tr></table></body></html>"),
            ("<p>a<br>b<img src=x alt=''>c</p>", "<html><body><p>a<br>b<img src=\"x\" alt=\"\">c</p></body></html>"),
            ("<dl><dt>a<dd>b<dt>c</dl>", "<html><body><dl><dt>a</dt><dd>b</dd><dt>c</dt></dl></body></html>"),
            ("<p>a<div>b</div>c", "<html><body><p>a</p><div>b</div>c</body></html>"),
            (
                "<script>if (a<b && c) {'</p>'}</script><p>x",
                "<html><head><script>if (a<b && c) {'</p>'}</script></head><body><p>x</p></body></html>",
            ),
            ("<b>&lt;&amp;&nbsp;&auml;</b>", "<html><body><b>&lt;&amp;\u{a0}ä</b></body></html>"),
            (
                "<a href='x?a=1&amp;b=\"2\"' A=1 a=2>x</a>",
                "<html><body><a href=\"x?a=1&amp;b=&quot;2&quot;\" a=\"1\">x</a></body></html>",
            ),
            ("a</body></html>b", "<html><body>ab</body></html>"),
            (
                "<select><option>a<option>b</select>",
                "<html><body><select><option>a</option><option>b</option></select></body></html>",
            ),
            ("", ""),
            ("<", "<html><body>&lt;</body></html>"),
            ("<div/>a", "<html><body><div></div>a</body></html>"),
        ] {
            assert_eq!(page(text), expected, "{text}");
        }
    }
}
