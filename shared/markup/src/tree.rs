//! A tree of nodes, in the order in which they stand in the document: so all that is below a node follows it, up to its end.

use std::ops::Range;

/// The most nodes and attributes of a tree.
const MOST: usize = 1_000_000;
/// The most elements around a node: what is deeper stands beside the deepest.
pub(crate) const DEPTH: usize = 256;
/// The most attributes of an element; more are left out.
pub(crate) const ATTRIBUTES: usize = 500;

/// A document has too many nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document has more than {MOST} elements, attributes and texts")]
pub struct TooLarge;

/// A document.
#[derive(Debug)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    /// The names of namespaces; the first is that of none.
    pub(crate) spaces: Vec<String>,
    pub(crate) is_html: bool,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) parent: u32,
    /// The number of the first node that is not below this one.
    pub(crate) end: u32,
    pub(crate) data: Data,
}

#[derive(Debug)]
pub(crate) enum Data {
    Root,
    Element(Box<Element>),
    Text(String),
    /// A text that is written without escapes.
    Plain(String),
    Comment(String),
    Instruction(String),
}

#[derive(Debug, Default)]
pub(crate) struct Element {
    /// The name, with its prefix.
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) space: usize,
    /// The prefixes that are declared here, each with the number of its namespace.
    pub(crate) declared: Vec<(String, usize)>,
}

/// A node, or an attribute of an element. Their order is that of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    pub(crate) node: u32,
    /// 0 for the node itself, else the number of its attribute, from 1 on.
    pub(crate) attribute: u32,
}

impl Item {
    /// The document itself.
    pub const ROOT: Item = Item { node: 0, attribute: 0 };

    pub(crate) fn node(node: u32) -> Self {
        Item { node, attribute: 0 }
    }
}

impl Tree {
    pub(crate) fn new(is_html: bool) -> Self {
        Tree { nodes: vec![Node { parent: 0, end: 1, data: Data::Root }], spaces: vec![String::new()], is_html }
    }

    pub(crate) fn get(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    pub(crate) fn element(&self, node: u32) -> Option<&Element> {
        match &self.get(node).data {
            Data::Element(element) => Some(element),
            _ => None,
        }
    }

    /// All nodes below a node.
    pub(crate) fn below(&self, node: u32) -> Range<u32> {
        node + 1..self.get(node).end
    }

    /// The nodes directly below a node.
    pub(crate) fn children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let below = self.below(node);
        let first = Some(below.start).filter(|first| *first < below.end);
        std::iter::successors(first, move |child| Some(self.get(*child).end).filter(|next| *next < below.end))
    }

    /// The element that holds all others.
    pub fn root(&self) -> Option<Item> {
        self.children(0).find(|child| self.element(*child).is_some()).map(Item::node)
    }

    /// The elements directly below an element, with their names.
    pub fn elements(&self, item: Item) -> impl Iterator<Item = (Item, &str)> {
        self.children(item.node).filter_map(|child| Some((Item::node(child), self.element(child)?.name.as_str())))
    }

    /// The name of an element, with its prefix; empty for what is none.
    pub fn name(&self, item: Item) -> &str {
        self.element(item.node).map_or("", |element| &element.name)
    }

    /// The name of an element's namespace.
    pub fn namespace(&self, item: Item) -> &str {
        self.element(item.node).map_or("", |element| &self.spaces[element.space])
    }

    /// The value of an element's attribute.
    pub fn attribute(&self, item: Item, name: &str) -> Option<&str> {
        let attributes = &self.element(item.node)?.attributes;
        attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The element around an item.
    pub fn parent(&self, item: Item) -> Option<Item> {
        (item.node != 0).then(|| Item::node(self.get(item.node).parent))
    }

    /// The text of an item, without markup.
    pub fn text(&self, item: Item) -> String {
        let mut text = String::new();
        self.texts(item).for_each(|part| text.push_str(part));
        text
    }

    /// The parts of an item's text.
    pub(crate) fn texts(&self, item: Item) -> impl Iterator<Item = &str> {
        let own = match (&self.get(item.node).data, item.attribute) {
            (Data::Element(element), attribute @ 1..) => {
                element.attributes.get(attribute as usize - 1).map(|(_, value)| value.as_str())
            }
            (Data::Comment(text) | Data::Instruction(text), _) => Some(text.as_str()),
            _ => None,
        };
        let below = if own.is_some() { 0..0 } else { item.node..self.get(item.node).end };
        own.into_iter().chain(below.filter_map(|node| match &self.get(node).data {
            Data::Text(text) | Data::Plain(text) => Some(text.as_str()),
            _ => None,
        }))
    }

    /// Takes prefixes and namespaces away, so that names without a prefix find all.
    pub fn strip_namespaces(&mut self) {
        let local = |name: &mut String| {
            if let Some(at) = name.find(':') {
                name.drain(..=at);
            }
        };
        self.spaces.truncate(1);
        for node in &mut self.nodes {
            if let Data::Element(element) = &mut node.data {
                element.attributes.retain(|(name, _)| !is_declaration(name));
                local(&mut element.name);
                element.attributes.iter_mut().for_each(|(name, _)| local(name));
                (element.space, element.declared) = (0, Vec::new());
            }
        }
    }
}

/// Whether an attribute declares a namespace.
pub(crate) fn is_declaration(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:")
}

/// A tree that is being read.
pub(crate) struct Builder {
    pub(crate) tree: Tree,
    /// The elements that are open, the outermost first.
    open: Vec<u32>,
    attributes: usize,
    pub(crate) is_too_large: bool,
}

impl Builder {
    pub(crate) fn new(is_html: bool) -> Self {
        Builder { tree: Tree::new(is_html), open: Vec::new(), attributes: 0, is_too_large: false }
    }

    /// The names of the open elements, the innermost first.
    pub(crate) fn open_names(&self) -> impl Iterator<Item = &str> {
        self.open.iter().rev().map(|node| self.tree.name(Item::node(*node)))
    }

    pub(crate) fn open_elements(&self) -> impl Iterator<Item = &Element> {
        self.open.iter().rev().filter_map(|node| self.tree.element(*node))
    }

    fn push(&mut self, data: Data) -> u32 {
        if self.tree.nodes.len() + self.attributes >= MOST {
            self.is_too_large = true;
            return 0;
        }
        let node = self.tree.nodes.len() as u32;
        self.tree.nodes.push(Node { parent: self.open.last().copied().unwrap_or(0), end: node + 1, data });
        node
    }

    /// Opens an element.
    pub(crate) fn open(&mut self, element: Element) {
        if self.open.len() >= DEPTH {
            self.close(1);
        }
        self.attributes += element.attributes.len();
        let node = self.push(Data::Element(Box::new(element)));
        if node != 0 {
            self.open.push(node);
        }
    }

    /// Closes the innermost elements.
    pub(crate) fn close(&mut self, count: usize) {
        self.open.truncate(self.open.len().saturating_sub(count));
    }

    /// Adds a node without any below it. Texts that follow each other are one.
    pub(crate) fn add(&mut self, data: Data) {
        let parent = self.open.last().copied().unwrap_or(0);
        let last = self.tree.nodes.len() as u32 - 1;
        if let (Data::Text(more), Some(Node { parent: of, data: Data::Text(text), .. })) = (&data, self.tree.nodes.last_mut())
            && *of == parent
            && last > 0
        {
            text.push_str(more);
            return;
        }
        self.push(data);
    }

    /// Adds attributes to the outermost open element with this name, unless it has them.
    pub(crate) fn merge(&mut self, name: &str, attributes: Vec<(String, String)>) {
        let found = self.tree.nodes.iter_mut().take(64).find_map(|node| match &mut node.data {
            Data::Element(element) if element.name == name => Some(element),
            _ => None,
        });
        if let Some(element) = found {
            for (name, value) in attributes {
                if element.attributes.len() < ATTRIBUTES && element.attributes.iter().all(|(had, _)| *had != name) {
                    element.attributes.push((name, value));
                }
            }
        }
    }

    pub(crate) fn finish(mut self) -> Result<Tree, TooLarge> {
        if self.is_too_large {
            return Err(TooLarge);
        }
        for node in (1..self.tree.nodes.len()).rev() {
            let Node { parent, end, .. } = self.tree.nodes[node];
            let around = &mut self.tree.nodes[parent as usize];
            around.end = around.end.max(end);
        }
        Ok(self.tree)
    }
}
