//! How `data_output` takes Huginn's DataOutputAgent.

use super::MAX_ITEMS;
use crate::huginn::{Mapping, Taken};
use serde_json::{Map, Value, json};

pub(super) const MAPPING: Mapping = Mapping { emits: false, map: from_huginn, ..Mapping::of("DataOutputAgent") };

/// What the template of a feed has here.
const TEMPLATE: [&str; 4] = ["title", "description", "link", "item"];

fn from_huginn(taken: &mut Taken<'_>) {
    let new_address =
        "The address of the feed is new, and cannot be guessed: it is the agent's `feed_url`, once the workflow is built.";
    for secret in ["secrets", "secret"] {
        taken.options.remove(secret);
    }
    taken.note("secrets", new_address);
    for (name, message) in [
        ("push_hubs", "No hubs are told of new items: readers ask for the feed."),
        ("events_order", "The items are shown newest first."),
        ("events_list_order", "The items are shown newest first."),
        ("response_headers", "The feed has the headers that feeds have here."),
        ("ns_dc", "The feed has no elements of Dublin Core."),
        ("ns_media", "The feed has no elements of Media RSS."),
        ("ns_itunes", "The feed has no elements of iTunes."),
        ("rss_content_type", "The media type is `application/rss+xml`."),
    ] {
        taken.lacks(name, message);
    }
    if taken.number("events_to_show").is_some_and(|shown| shown > MAX_ITEMS as i64) {
        taken.options.insert("events_to_show".to_owned(), MAX_ITEMS.into());
        taken.differs("events_to_show", format!("At most {MAX_ITEMS} items are shown."));
    }
    if let Some(Value::Object(template)) = taken.options.remove("template") {
        let template = from_template(template, taken);
        taken.options.insert("template".to_owned(), Value::Object(template));
    }
}

fn from_template(mut template: Map<String, Value>, taken: &mut Taken<'_>) -> Map<String, Value> {
    template.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
    for name in TEMPLATE {
        let field = format!("template.{name}");
        let is_template =
            template.get(name).and_then(Value::as_str).is_some_and(|text| text.contains("{{") || text.contains("{%"));
        if is_template && name != "item" {
            template.remove(name);
            taken.differs(&field, "It is a template in the file. Here it is a text, so it was left out: write it anew.");
        }
    }
    let unknown: Vec<String> = template.keys().filter(|name| !TEMPLATE.contains(&name.as_str())).cloned().collect();
    for name in unknown {
        template.remove(&name);
        taken.differs(&format!("template.{name}"), "A feed has no such element here: it was left out.");
    }
    match template.get_mut("item") {
        Some(Value::Object(item)) => item.iter_mut().for_each(|(name, value)| from_element(name, value, taken)),
        Some(_) => {
            template.remove("item");
            taken.differs("template.item", "It is no object, and was left out: an item is the event's payload.");
        }
        None => {}
    }
    template
}

/// Writes an element with attributes as it is written here.
fn from_element(name: &str, value: &mut Value, taken: &mut Taken<'_>) {
    let Some(attributes) = value.get("_attributes") else { return };
    let contents = value.get("_contents").cloned();
    let field = format!("template.item.{name}");
    if let ("enclosure", Value::Object(_)) = (name, attributes) {
        *value = attributes.clone();
        return;
    }
    if !(name == "guid" && attributes.get("isPermaLink").is_none_or(|is| *is == json!("false") || *is == json!(false))) {
        taken.differs(&field, "Its attributes were left out: only an `enclosure` has some here.");
    }
    *value = contents.unwrap_or_else(|| json!(""));
}
