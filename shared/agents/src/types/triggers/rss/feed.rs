//! What all feeds become: entries with an id, their dates, and the payload of an event. And the order in which entries are emitted.

use super::{json, xml};
use crate::compose::text_of;
use crate::{AgentError, dates};
use jiff::Timestamp;
use md5::{Digest, Md5};
use serde_json::{Map, Value};
use std::cmp::Ordering;
use url::Url;

/// The most entries of a feed that are read.
const MOST_ENTRIES: usize = 5_000;

/// A feed.
#[derive(Debug, Default)]
pub(super) struct Feed {
    /// What the feed says of itself.
    pub(super) info: Map<String, Value>,
    pub(super) entries: Vec<Entry>,
    /// How many entries are too many to be read.
    pub(super) left_out: usize,
}

/// An entry.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) published: Option<Timestamp>,
    pub(super) updated: Option<Timestamp>,
    pub(super) payload: Map<String, Value>,
}

/// A link of an entry or feed.
#[derive(Debug, Default, Clone)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: Option<String>,
    pub(super) kind: Option<String>,
}

/// A file that belongs to an entry.
#[derive(Debug, Default, Clone)]
pub(super) struct Enclosure {
    pub(super) url: String,
    pub(super) kind: Option<String>,
    pub(super) length: Option<String>,
}

/// What was read of an entry. Texts that are blank are none.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) id: Option<String>,
    pub(super) url: Option<String>,
    pub(super) links: Vec<Link>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) content: Option<String>,
    pub(super) image: Option<String>,
    pub(super) enclosure: Option<Enclosure>,
    pub(super) authors: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) updated: Option<String>,
    /// Names and values that are only some feeds', like those of podcasts.
    pub(super) more: Vec<(String, Value)>,
}

impl Feed {
    /// Reads a feed of any kind that was found at an address.
    pub(super) fn read(text: &str, address: &str) -> Result<Self, AgentError> {
        let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n', '\0']);
        let base = Url::parse(address).ok();
        let mut feed = match text.starts_with('{') {
            true => json::read(text, base.as_ref())?,
            false => xml::read(text, base.as_ref())?,
        };
        feed.left_out = feed.entries.len().saturating_sub(MOST_ENTRIES);
        feed.entries.truncate(MOST_ENTRIES);
        Ok(feed)
    }
}

/// What is no feed.
pub(super) fn no_feed(what: &str) -> AgentError {
    AgentError::fail("not_a_feed", format!("{what}: check that the address is that of a feed of RSS, Atom or JSON Feed."))
}

/// An address, made whole. One that cannot be stays as it is.
pub(super) fn whole(address: &str, base: Option<&Url>) -> String {
    match (Url::parse(address), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => base.join(address).map_or(address.to_owned(), String::from),
        _ => address.to_owned(),
    }
}

impl Raw {
    /// The entry, whose relative addresses begin at `base`.
    pub(super) fn entry(self, base: Option<&Url>) -> Entry {
        let (published, updated) = (date(self.published.as_deref()), date(self.updated.as_deref()));
        let updated = updated.or_else(|| published.clone());
        let url = self.url.as_ref().map(|url| whole(url, base));
        let content = self.content.or_else(|| self.description.clone());
        let id =
            self.id.or_else(|| content.as_ref().map(|text| hex(&Md5::digest(text)))).or_else(|| url.clone()).unwrap_or_default();
        let links: Vec<Link> = self.links.into_iter().map(|link| Link { href: whole(&link.href, base), ..link }).collect();
        let mut urls: Vec<&str> = url.as_deref().into_iter().collect();
        for link in links.iter().filter(|link| link.rel.as_deref().is_none_or(|rel| rel == "alternate")) {
            if !urls.contains(&link.href.as_str()) {
                urls.push(&link.href);
            }
        }
        let enclosure = self.enclosure.map(|enclosure| {
            let fields = [("url", Some(whole(&enclosure.url, base))), ("type", enclosure.kind), ("length", enclosure.length)];
            object(fields)
        });
        let fields: [(&str, Value); 13] = [
            ("id", id.clone().into()),
            ("url", url.clone().into()),
            ("urls", urls.into()),
            ("links", links_value(&links)),
            ("title", self.title.into()),
            ("description", self.description.into()),
            ("content", content.into()),
            ("image", self.image.map(|image| whole(&image, base)).into()),
            ("enclosure", enclosure.unwrap_or_default()),
            ("authors", self.authors.into()),
            ("categories", self.categories.into()),
            ("date_published", published.as_ref().map(|(_, text)| text.clone()).into()),
            ("last_updated", updated.as_ref().map(|(_, text)| text.clone()).into()),
        ];
        let mut payload: Map<String, Value> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        payload.extend(self.more);
        Entry { id, published: published.map(|(at, _)| at), updated: updated.map(|(at, _)| at), payload }
    }
}

fn date(text: Option<&str>) -> Option<(Timestamp, String)> {
    dates::read(text?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An object of the texts that are there.
pub(super) fn object<const N: usize>(fields: [(&str, Option<String>); N]) -> Value {
    fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::from(text?)))).collect()
}

pub(super) fn links_value(links: &[Link]) -> Value {
    links
        .iter()
        .map(|link| object([("href", Some(link.href.clone())), ("rel", link.rel.clone()), ("type", link.kind.clone())]))
        .collect()
}

/// A person, as far as known: `Name <mail> (address)`.
pub(super) fn person(name: Option<String>, mail: Option<String>, address: Option<String>) -> Option<String> {
    let parts = [name, mail.map(|mail| format!("<{mail}>")), address.map(|address| format!("({address})"))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Whether a part of `events_order` is one.
pub(super) fn is_order(part: &Value) -> bool {
    match part {
        Value::String(_) => true,
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(_)] => true,
            [Value::String(_), Value::String(kind)] => is_kind(kind),
            [Value::String(_), Value::String(kind), Value::Bool(_)] => is_kind(kind),
            [Value::String(_), Value::String(kind), Value::String(largest)] => {
                is_kind(kind) && ["true", "false"].contains(&largest.as_str())
            }
            _ => false,
        },
        _ => false,
    }
}

fn is_kind(kind: &str) -> bool {
    ["string", "number", "time"].contains(&kind)
}

/// A part by which entries are ordered.
pub(super) struct Key {
    value: Sorted,
    largest_first: bool,
}

enum Sorted {
    Text(String),
    Number(f64),
    Time(Option<Timestamp>),
}

/// What an entry is ordered by, as its templates gave it.
pub(super) fn order_keys(rendered: &Value) -> Vec<Key> {
    let parts = rendered.as_array().map(Vec::as_slice).unwrap_or_default();
    let key = |part: &Value| {
        let (text, kind) = (part.get(0).unwrap_or(part), part.get(1).and_then(Value::as_str));
        let text = text_of(text);
        let value = match kind {
            Some("number") => Sorted::Number(crate::numbers::from_front(&text)),
            Some("time") => Sorted::Time(dates::read(&text).map(|(at, _)| at)),
            _ => Sorted::Text(text),
        };
        Key { value, largest_first: part.get(2).is_some_and(|largest| text_of(largest) == "true") }
    };
    parts.iter().map(key).collect()
}

pub(super) fn by_keys(a: Option<&Vec<Key>>, b: Option<&Vec<Key>>) -> Ordering {
    let pairs = a.into_iter().flatten().zip(b.into_iter().flatten());
    pairs.fold(Ordering::Equal, |order, (a, b)| {
        order.then_with(|| {
            let order = match (&a.value, &b.value) {
                (Sorted::Text(a), Sorted::Text(b)) => a.cmp(b),
                (Sorted::Number(a), Sorted::Number(b)) => a.total_cmp(b),
                (Sorted::Time(a), Sorted::Time(b)) => a.cmp(b),
                _ => Ordering::Equal,
            };
            if a.largest_first { order.reverse() } else { order }
        })
    })
}
