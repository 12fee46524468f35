//! XPath 1.0: expressions are read once (`parse`), and asked of trees within bounds (`evaluate`). CSS selectors are read as the XPath that
//! means the same (`crate::css`). There are no variables and no axis of namespaces.

mod axes;
mod evaluate;
mod functions;
mod parse;
#[cfg(test)]
mod tests;
mod tokens;

use crate::tree::{Item, Tree};
use functions::Function;

/// An expression.
#[derive(Debug)]
pub struct XPath {
    expr: Expr,
    /// Whether names without a prefix are those of all namespaces, as in CSS.
    is_css: bool,
}

/// Why a text is no expression or selector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotRead(pub(crate) String);

/// Why an expression gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// It took too many steps.
    #[error("it takes too many steps on this document: name what stands around what you look for, and use fewer `//`")]
    TooMuch,
    /// A function or a path was given what is no list of nodes.
    #[error("a path, a predicate, `|`, `count` or `sum` is given a text or a number where nodes are needed")]
    NotNodes,
    /// A prefix that the document's first element does not declare.
    #[error("the prefix `{0}` is not declared by the document's first element")]
    UnknownPrefix(String),
}

/// How many steps expressions may still take on a document.
#[derive(Debug)]
pub struct Work(u64);

impl Default for Work {
    fn default() -> Self {
        Work(10_000_000)
    }
}

impl Work {
    /// Takes steps away; it is an error if there are not so many left.
    pub fn spend(&mut self, steps: usize) -> Result<(), Failed> {
        self.0 = self.0.checked_sub(steps as u64).ok_or(Failed::TooMuch)?;
        Ok(())
    }
}

/// What an expression gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Nodes and attributes, in the order of the document.
    Items(Vec<Item>),
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// Whether something is so.
    Boolean(bool),
}

impl XPath {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<XPath, NotRead> {
        parse::parse(text).map(|expr| XPath { expr, is_css: false }).map_err(NotRead)
    }

    /// Reads a CSS selector, for elements anywhere in a document.
    pub fn of_css(text: &str) -> Result<XPath, NotRead> {
        let xpath = XPath::parse(&crate::css::to_xpath(text).map_err(NotRead)?)?;
        Ok(XPath { is_css: true, ..xpath })
    }

    /// What the expression gives at an item.
    pub fn find(&self, tree: &Tree, at: Item, work: &mut Work) -> Result<Found, Failed> {
        evaluate::find(&self.expr, self.is_css, tree, at, work)
    }
}

/// A number as XPath writes it: a whole one without a point.
pub fn number_text(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    // `-0` is `0`.
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

#[derive(Debug)]
enum Expr {
    Binary(Operator, Box<Expr>, Box<Expr>),
    Negate(Box<Expr>),
    Text(String),
    Number(f64),
    Call(Function, Vec<Expr>),
    /// Steps from what an expression gives, from the document, or from the item itself.
    Path(From, Vec<Step>),
    /// Some of the nodes that an expression gives.
    Filter(Box<Expr>, Vec<Expr>),
}

#[derive(Debug)]
enum From {
    Root,
    Here,
    Expr(Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Union,
}

#[derive(Debug)]
struct Step {
    axis: Axis,
    test: Test,
    predicates: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Child,
    Descendant,
    DescendantOrSelf,
    Own,
    Parent,
    Ancestor,
    AncestorOrSelf,
    Following,
    FollowingSibling,
    Preceding,
    PrecedingSibling,
    Attribute,
}

#[derive(Debug)]
enum Test {
    /// An element or attribute with this prefix, if one is given, and this name.
    Name(Option<String>, String),
    /// Any element or attribute, with this prefix if one is given.
    Any(Option<String>),
    Node,
    Text,
    Comment,
    Instruction,
}
