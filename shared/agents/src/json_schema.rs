//! JSON Schemas that come from outside, and the check of values against them. A schema has bounds, and so has a check: no schema and no
//! value of a stranger keeps a processor for long.
//!
//! The dialect is draft 2020-12, where `format` is a note that is not checked. Regular expressions are those of [`Pattern`](crate::Pattern).
//! A keyword that nobody knows is a note; one that the draft knows and this module does not is refused when the schema is read.

mod breaks;
mod check;
mod combined;
#[cfg(test)]
mod generated;
mod node;
mod parse;
mod place;
#[cfg(test)]
mod tests;

pub use breaks::{Direction, breaks};
use check::Check;
use node::Node;
use serde_json::Value;
use std::fmt;

/// A schema that was read.
#[derive(Debug)]
pub struct Schema {
    /// The parts of the schema; the first is the schema itself.
    nodes: Vec<Node>,
}

/// Why a value does not fit a schema. It repeats nothing of the value but names of properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The path of what is wrong, like `items[2].name`, or of the property that is missing. Empty for the value as a whole.
    pub field: String,
    /// What is wrong with it, to be read after its name, like "must be at least 3".
    pub message: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "it {}", self.message),
            field => write!(f, "`{field}` {}", self.message),
        }
    }
}

impl Schema {
    /// Reads a schema. The error says what is wrong with it, and where.
    pub fn parse(schema: &Value) -> Result<Self, String> {
        parse::nodes(schema).map(|nodes| Schema { nodes })
    }

    /// Checks a value; the error is the first mismatch.
    pub fn check(&self, value: &Value) -> Result<(), Mismatch> {
        Check::new(&self.nodes).whole(value)
    }
}
