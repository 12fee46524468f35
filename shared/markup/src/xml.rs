//! Reads XML as it is found: what is no XML ends the reading, and all before it stays.

use crate::entities::{meant, unescape};
use crate::tree::{ATTRIBUTES, Builder, Data, Element, TooLarge, Tree};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

impl Tree {
    /// Reads a document.
    pub fn xml(text: &str) -> Result<Tree, TooLarge> {
        let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        (config.allow_dangling_amp, config.allow_unmatched_ends, config.check_end_names) = (true, true, false);
        let mut builder = Builder::new(false);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(tag) => {
                    let element = element(&tag, &mut builder);
                    builder.open(element);
                }
                Event::Empty(tag) => {
                    let element = element(&tag, &mut builder);
                    builder.open(element);
                    builder.close(1);
                }
                Event::End(tag) => {
                    let at = builder.open_names().position(|open| open.as_bytes() == tag.name().as_ref());
                    builder.close(at.map_or(0, |at| at + 1));
                }
                Event::Text(text) => builder.add(Data::Text(unescape(&lossy(&text)).into_owned())),
                Event::GeneralRef(name) => {
                    let name = lossy(&name);
                    builder.add(Data::Text(meant(&name).unwrap_or_else(|| format!("&{name};").into()).into_owned()));
                }
                Event::CData(text) => builder.add(Data::Plain(lossy(&text))),
                Event::Comment(text) => builder.add(Data::Comment(lossy(&text))),
                Event::PI(text) => builder.add(Data::Instruction(lossy(&text))),
                Event::Decl(_) | Event::DocType(_) => {}
                Event::Eof => break,
            }
            if builder.is_too_large {
                break;
            }
        }
        builder.finish()
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn element(tag: &BytesStart<'_>, builder: &mut Builder) -> Element {
    let mut element = Element { name: lossy(tag.name().as_ref()), ..Element::default() };
    for attribute in tag.html_attributes().with_checks(false).flatten().take(ATTRIBUTES) {
        let (name, value) = (lossy(attribute.key.as_ref()), lossy(&attribute.value));
        if element.attributes.iter().all(|(had, _)| *had != name) {
            element.attributes.push((name, unescape(&value).into_owned()));
        }
    }
    for (name, value) in &element.attributes {
        let prefix = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
        if let Some(prefix) = prefix {
            let spaces = &mut builder.tree.spaces;
            let known = spaces.iter().take(ATTRIBUTES).position(|space| space == value);
            let space = known.unwrap_or_else(|| {
                spaces.push(value.clone());
                spaces.len() - 1
            });
            element.declared.push((prefix.to_owned(), space));
        }
    }
    let prefix = element.name.split_once(':').map_or("", |(prefix, _)| prefix);
    let around = builder.open_elements().flat_map(|element| &element.declared);
    let declared = element.declared.iter().chain(around).find(|(declared, _)| declared == prefix);
    element.space = declared.map_or(0, |(_, space)| *space);
    element
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Item;

    #[test]
    fn xml_is_read_as_far_as_it_is_xml() {
        for (text, expected) in [
            ("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;ä</a>", "<a>&amp;x;ä</a>"),
            ("\u{feff} <a b='1&amp;2' c=\"'\"/>", "<a b=\"1&amp;2\" c=\"'\"/>"),
            ("<a>1 & 2 &lt; 3 &nbsp;&#228;</a>", "<a>1 &amp; 2 &lt; 3 \u{a0}ä</a>"),
            ("<a><b>x</a>", "<a><b>x</b></a>"),
            ("<a><b>x</c></b></a>", "<a><b>x</b></a>"),
            ("<a><![CDATA[<b>&amp;]]> c</a>", "<a><![CDATA[<b>&amp;]]> c</a>"),
            ("<a>x<b", "<a>x</a>"),
            ("<a><!-- c --><?p q?></a>", "<a><!-- c --><?p q?></a>"),
            ("<a b=1 b=2 c>x</a>", "<a b=\"1\" c=\"\">x</a>"),
            ("", ""),
            ("text", "text"),
        ] {
            assert_eq!(Tree::xml(text).unwrap().outer(Item::ROOT), expected, "{text}");
        }
    }

    #[test]
    fn names_belong_to_namespaces() {
        let text = "<rss xmlns='u:d' xmlns:m='u:m'><m:a><b xmlns='' xmlns:m='u:n'><m:c/></b></m:a><x:y/></rss>";
        let tree = Tree::xml(text).unwrap();
        let root = tree.root().unwrap();
        let names: Vec<_> = (1..tree.nodes.len() as u32).map(|node| tree.namespace(Item::node(node))).collect();
        assert_eq!((tree.name(root), names), ("rss", vec!["u:d", "u:m", "", "u:n", ""]));
        let mut stripped = Tree::xml(text).unwrap();
        stripped.strip_namespaces();
        assert_eq!(stripped.outer(Item::ROOT), "<rss><a><b><c/></b></a><y/></rss>");
    }
}
