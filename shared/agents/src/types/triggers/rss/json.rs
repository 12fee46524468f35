//! Reads JSON Feed 1 and 1.1.

use super::feed::{Enclosure, Feed, Link, Raw, no_feed, person, whole};
use crate::AgentError;
use crate::compose::text_of;
use serde_json::{Map, Value};
use url::Url;

pub(super) fn read(text: &str, base: Option<&Url>) -> Result<Feed, AgentError> {
    let feed: Value = serde_json::from_str(text).map_err(|error| no_feed(&format!("It is not JSON ({error})")))?;
    let items = feed.get("items").and_then(Value::as_array).ok_or_else(|| no_feed("It has no `items`"))?;
    let entries = items.iter().filter(|item| item.is_object()).map(|item| entry(item).entry(base)).collect();
    let own = |name: &str| Value::from(field(&feed, name));
    let links: Vec<Link> = [("home_page_url", "alternate"), ("feed_url", "self")]
        .into_iter()
        .filter_map(|(name, rel)| Some(Link { href: whole(&field(&feed, name)?, base), rel: Some(rel.to_owned()), kind: None }))
        .collect();
    let info = [
        ("id", own("feed_url")),
        ("title", own("title")),
        ("description", own("description")),
        ("copyright", Value::Null),
        ("generator", Value::Null),
        ("icon", field(&feed, "icon").or_else(|| field(&feed, "favicon")).into()),
        ("language", own("language")),
        ("type", "json".into()),
        ("url", field(&feed, "home_page_url").map(|url| whole(&url, base)).into()),
        ("links", super::feed::links_value(&links)),
        ("authors", authors(&feed).into()),
        ("date_published", Value::Null),
        ("last_updated", Value::Null),
    ];
    let info: Map<String, Value> = info.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Feed { info, entries, left_out: 0 })
}

/// A field as a text; ids may be numbers.
fn field(of: &Value, name: &str) -> Option<String> {
    let text = of.get(name).filter(|value| value.is_string() || value.is_number()).map(text_of)?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn authors(of: &Value) -> Vec<String> {
    let several = of.get("authors").and_then(Value::as_array).into_iter().flatten();
    several.chain(of.get("author")).filter_map(|author| person(field(author, "name"), None, field(author, "url"))).collect()
}

fn entry(item: &Value) -> Raw {
    let attachment = item.pointer("/attachments/0");
    let link = |name: &str, rel: &str| Some(Link { href: field(item, name)?, rel: Some(rel.to_owned()), kind: None });
    Raw {
        id: field(item, "id"),
        url: field(item, "url").or_else(|| field(item, "external_url")),
        links: [link("url", "alternate"), link("external_url", "related")].into_iter().flatten().collect(),
        title: field(item, "title"),
        description: field(item, "summary"),
        content: field(item, "content_html").or_else(|| field(item, "content_text")),
        image: field(item, "image").or_else(|| field(item, "banner_image")),
        enclosure: attachment.and_then(|attachment| {
            let (kind, length) = (field(attachment, "mime_type"), field(attachment, "size_in_bytes"));
            Some(Enclosure { url: field(attachment, "url")?, kind, length })
        }),
        authors: authors(item),
        categories: item.get("tags").and_then(Value::as_array).into_iter().flatten().map(text_of).collect(),
        published: field(item, "date_published"),
        updated: field(item, "date_modified"),
        more: Vec::new(),
    }
}
