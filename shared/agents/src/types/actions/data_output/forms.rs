//! How an item of a feed looks in JSON and in RSS. Both forms follow one rule for what they have in common.

use crate::FeedItem;
use jiff::Timestamp;
use jiff::fmt::rfc2822::{self, DateTimePrinter};
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Enclosure, Guid, Item};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The media type of a feed in JSON.
pub(super) const JSON: &str = "application/json; charset=utf-8";
/// The media type of a feed in RSS.
pub(super) const RSS: &str = "application/rss+xml; charset=utf-8";

/// The item's own date, if it can be read. Without one, both forms use the time when the item came.
fn own_date(item: &FeedItem) -> Option<Timestamp> {
    let text = item.value.get("date_published")?.as_str()?.trim();
    text.parse().ok().or_else(|| Some(rfc2822::parse(text).ok()?.timestamp()))
}

/// The link from the feed to its own address, and the namespace of the link: with it, a reader that has only a copy finds the
/// feed. Source: RSS Advisory Board, "RSS Best Practices Profile".
pub(super) fn self_link(url: &str) -> (ExtensionMap, BTreeMap<String, String>) {
    let attributes = [("href", url), ("rel", "self"), ("type", "application/rss+xml")];
    let attrs = attributes.map(|(name, value)| (name.to_owned(), xml(value))).into();
    let link = Extension { name: "atom:link".to_owned(), attrs, ..Extension::default() };
    let links = BTreeMap::from([("link".to_owned(), vec![link])]);
    let namespace = ("atom".to_owned(), "http://www.w3.org/2005/Atom".to_owned());
    (BTreeMap::from([("atom".to_owned(), links)]), BTreeMap::from([namespace]))
}

/// An item in JSON.
pub(super) fn json_item(item: &FeedItem) -> Value {
    let mut fields = match &item.value {
        Value::Object(fields) => fields.clone(),
        other => Map::from_iter([("content".to_owned(), other.clone())]),
    };
    fields.entry("id").or_insert_with(|| json!(item.id));
    if own_date(item).is_none() {
        fields.insert("date_published".to_owned(), json!(item.at));
    }
    Value::Object(fields)
}

/// An item in RSS.
pub(super) fn rss_item(item: &FeedItem) -> Item {
    let field = |name: &str| item.value.get(name).filter(|value| !value.is_null()).map(text);
    let description = field("description").or_else(|| match field("title") {
        Some(_) => None,
        None => Some(text(&item.value)),
    });
    let categories: Vec<&Value> = match item.value.get("category") {
        Some(Value::Array(list)) => list.iter().collect(),
        one => one.into_iter().collect(),
    };
    let enclosure = item.value.get("enclosure").and_then(|enclosure| {
        let part = |name: &str| enclosure.get(name).map(text);
        Some(Enclosure { url: part("url")?, mime_type: part("type")?, length: part("length").unwrap_or_else(|| "0".to_owned()) })
    });
    Item {
        title: field("title"),
        description,
        link: field("link"),
        author: field("author"),
        categories: categories.into_iter().map(|name| Category { name: text(name), domain: None }).collect(),
        comments: field("comments"),
        content: field("content"),
        enclosure,
        guid: Some(Guid { value: field("guid").unwrap_or_else(|| item.id.to_string()), permalink: false }),
        // RFC 9110 writes dates as RFC 822 does, with the four digits of the year that RSS prefers.
        pub_date: DateTimePrinter::new().timestamp_to_rfc9110_string(&own_date(item).unwrap_or_else(|| item.at.timestamp())).ok(),
        ..Item::default()
    }
}

/// A text as it is; any other value as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => xml(text),
        other => xml(&other.to_string()),
    }
}

/// The text without the characters that XML 1.0 cannot have, not even escaped.
pub(super) fn xml(text: &str) -> String {
    let allowed = |char: &char| matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(allowed).collect()
}
