//! How `email_received` takes Huginn's ImapFolderAgent.

use crate::huginn::{Mapping, Taken};
use serde_json::Value;

/// The conditions that Huginn knows.
const CONDITIONS: [&str; 7] = ["subject", "body", "from", "to", "cc", "is_unread", "has_attachment"];

pub(super) const MAPPING: Mapping = Mapping { map: from_huginn, ..Mapping::of("ImapFolderAgent") };

fn from_huginn(taken: &mut Taken<'_>) {
    taken.default("event_headers_style", "capitalized");
    if taken.options.get("event_headers").is_none() {
        taken.options.remove("event_headers_style");
        taken.options.remove("event_headers_key");
    }
    let Some(Value::Object(conditions)) = taken.options.get_mut("conditions") else {
        taken.options.remove("conditions");
        return;
    };
    conditions.retain(|_, value| !matches!(value, Value::Null) && value.as_str().is_none_or(|text| !text.trim().is_empty()));
    let unknown: Vec<String> = conditions.keys().filter(|name| !CONDITIONS.contains(&name.as_str())).cloned().collect();
    conditions.retain(|name, _| CONDITIONS.contains(&name.as_str()));
    let has_templates = conditions.values().any(is_template);
    for name in unknown {
        taken.note(&format!("conditions.{name}"), "Neither Huginn nor this type knows this condition.");
    }
    if has_templates {
        taken.differs("conditions", "Conditions are no templates here: write what they shall be.");
    }
}

fn is_template(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains("{{") || text.contains("{%"),
        Value::Array(items) => items.iter().any(is_template),
        _ => false,
    }
}
