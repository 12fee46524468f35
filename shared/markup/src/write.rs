//! Writes nodes as HTML or XML, as their tree was read.

use crate::html::VOID;
use crate::tree::{Data, Element, Item, Tree};

/// Elements of HTML whose text is no markup.
const RAW: [&str; 7] = ["iframe", "noembed", "noframes", "plaintext", "script", "style", "xmp"];

impl Tree {
    /// An item with its markup: an element with its tags, an attribute as its value, a text with escapes.
    pub fn outer(&self, item: Item) -> String {
        if item.attribute > 0 {
            return self.text(item);
        }
        let mut made = String::new();
        // The elements that are open, each with its end.
        let mut open: Vec<(u32, &Element)> = Vec::new();
        for node in item.node..self.get(item.node).end {
            close(&mut open, node, &mut made);
            match &self.get(node).data {
                Data::Root => {}
                Data::Element(element) => {
                    let is_empty = self.below(node).is_empty();
                    self.start(element, is_empty, &mut made);
                    if !(is_empty && !self.is_html || self.is_html && is_void(&element.name)) {
                        open.push((self.get(node).end, element));
                    }
                }
                Data::Text(text) => {
                    let parent = open.last().map(|(_, element)| element.name.as_str());
                    match self.is_html && parent.is_some_and(|parent| RAW.contains(&parent)) {
                        true => made.push_str(text),
                        false => escape(text, false, &mut made),
                    }
                }
                Data::Plain(text) => made.extend(["<![CDATA[", &text.replace("]]>", "]]]]><![CDATA[>"), "]]>"]),
                Data::Comment(text) => made.extend(["<!--", text, "-->"]),
                Data::Instruction(text) => made.extend(["<?", text, "?>"]),
            }
        }
        close(&mut open, u32::MAX, &mut made);
        made
    }

    /// What is inside of an element, with its markup.
    pub fn inner(&self, item: Item) -> String {
        self.children(item.node).map(|child| self.outer(Item::node(child))).collect()
    }

    fn start(&self, element: &Element, is_empty: bool, made: &mut String) {
        made.extend(["<", &element.name]);
        for (name, value) in &element.attributes {
            made.extend([" ", name, "=\""]);
            escape(value, true, made);
            made.push('"');
        }
        made.push_str(if is_empty && !self.is_html { "/>" } else { ">" });
    }
}

/// Writes the ends of the elements that end before a node.
fn close(open: &mut Vec<(u32, &Element)>, before: u32, made: &mut String) {
    while let Some((_, element)) = open.pop_if(|(end, _)| *end <= before) {
        made.extend(["</", &element.name, ">"]);
    }
}

fn is_void(name: &str) -> bool {
    VOID.contains(&name) || name == "wbr"
}

pub(crate) fn escape(text: &str, is_quoted: bool, made: &mut String) {
    for char in text.chars() {
        match char {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' if is_quoted => made.push_str("&quot;"),
            char => made.push(char),
        }
    }
}
