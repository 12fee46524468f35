//! What a call to the table contains: conditions, updates and filters with their names and values; queries. No call is made here.

use crate::item::{Attributes, pack};
use crate::keys;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use rookery_domain::Time;
use std::collections::HashMap;

/// An expression with its names and values: what a condition, an update or a filter is made of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expr {
    pub(crate) text: String,
    names: HashMap<String, String>,
    values: Attributes,
}

impl Expr {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Expr { text: text.into(), ..Expr::default() }
    }

    pub(crate) fn name(mut self, placeholder: &str, name: &str) -> Self {
        self.names.insert(placeholder.to_owned(), name.to_owned());
        self
    }

    pub(crate) fn s(mut self, placeholder: &str, value: impl ToString) -> Self {
        self.values.insert(placeholder.to_owned(), AttributeValue::S(value.to_string()));
        self
    }

    pub(crate) fn n(mut self, placeholder: &str, value: impl ToString) -> Self {
        self.values.insert(placeholder.to_owned(), AttributeValue::N(value.to_string()));
        self
    }

    pub(crate) fn list(mut self, placeholder: &str, values: &[String]) -> Self {
        let values = values.iter().map(|value| AttributeValue::S(value.clone())).collect();
        self.values.insert(placeholder.to_owned(), AttributeValue::L(values));
        self
    }

    /// A set of one text.
    pub(crate) fn set(mut self, placeholder: &str, value: &str) -> Self {
        self.values.insert(placeholder.to_owned(), AttributeValue::Ss(vec![value.to_owned()]));
        self
    }

    /// A text, compressed when that makes it smaller.
    pub(crate) fn packed(mut self, placeholder: &str, text: &str) -> Self {
        self.values.insert(placeholder.to_owned(), AttributeValue::B(Blob::new(pack(text))));
        self
    }

    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        (!self.names.is_empty()).then(|| self.names.clone())
    }

    pub(crate) fn values(&self) -> Option<Attributes> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }

    /// Moves the names and values into these maps, and gives the text of the expression.
    pub(crate) fn merge_into(self, names: &mut HashMap<String, String>, values: &mut Attributes) -> String {
        names.extend(self.names);
        values.extend(self.values);
        self.text
    }
}

/// The condition that an item does not exist; an expired item counts as gone (rule 11).
pub(crate) fn absent(now: Time) -> Expr {
    Expr::new("attribute_not_exists(pk) OR expires_at < :now_s").n(":now_s", now.0 / 1000)
}

/// One query: a partition, a range of its sort keys, a direction.
#[derive(Clone)]
pub(crate) struct Query {
    pub(crate) index: Option<&'static str>,
    pub(crate) partition: String,
    /// A prefix, or bounds, of the sort key, which the expression calls `#sk`.
    pub(crate) range: Option<Expr>,
    pub(crate) filter: Option<Expr>,
    pub(crate) newest_first: bool,
    /// Whether all that is written is seen; it costs twice as much. An index never tells that.
    pub(crate) is_consistent: bool,
    pub(crate) limit: usize,
    /// The query starts after this item.
    pub(crate) after: Option<Attributes>,
}

impl Query {
    /// All items of a partition whose sort keys have a prefix, in order.
    pub(crate) fn prefix(partition: String, prefix: &str, limit: usize) -> Self {
        let range = (!prefix.is_empty()).then(|| Expr::new("begins_with(#sk, :prefix)").s(":prefix", prefix));
        Query { index: None, partition, range, filter: None, newest_first: false, is_consistent: true, limit, after: None }
    }

    pub(crate) fn key_names(&self) -> (&'static str, &'static str) {
        match self.index {
            Some(keys::RECENT) => ("rp", "rs"),
            Some(_) => ("dp", "da"),
            None => ("pk", "sk"),
        }
    }
}
