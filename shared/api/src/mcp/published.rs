//! Entry points as tools: what the project's workflows publish, each under a name that is made of its title.

use super::tools;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use rookery_domain::EntryPointId;
use rookery_store::EntryPoint;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// The tool that asks again for a reply that took long.
pub(super) const GET_REPLY: &str = "get_reply";
/// The longest name that is made of a title, in bytes.
const NAME_BYTES: usize = 48;
/// How many digits of an entry point's id tell it from others of its name.
const ID_DIGITS: usize = 12;
/// What stands before them. No title makes a name that has this.
const BEFORE_ID: &str = "__";

/// The entry points with their names as tools. Where several have one name, or a tool of ours has it, each gets a part of its id, so that
/// no call ever reaches another one than was meant.
pub(super) fn named(entries: Vec<EntryPoint>) -> Vec<(String, EntryPoint)> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let names: Vec<String> = entries.iter().map(|entry| name(&entry.published.title)).collect();
    for name in &names {
        *counts.entry(name.clone()).or_default() += 1;
    }
    let is_taken = |name: &str| counts[name] > 1 || name == GET_REPLY || tools::find(name).is_some();
    let told_apart = |name: String, id: EntryPointId| match is_taken(&name) {
        true => format!("{name}{BEFORE_ID}{}", &id.0.simple().to_string()[..ID_DIGITS]),
        false => name,
    };
    names.into_iter().zip(entries).map(|(name, entry)| (told_apart(name, entry.id), entry)).collect()
}

/// The tools that the entry points are, with the one that asks for replies.
pub(super) fn tools(entries: Vec<EntryPoint>) -> Vec<Tool> {
    let waits = (!entries.is_empty()).then(get_reply);
    named(entries).into_iter().map(|(name, entry)| tool(name, &entry)).chain(waits).collect()
}

fn tool(name: String, entry: &EntryPoint) -> Tool {
    let published = &entry.published;
    let description = match published.description.as_str() {
        "" => format!("{}: a workflow of this project.", published.title),
        description => description.to_owned(),
    };
    let mut tool = Tool::new(name, description, object(published.input_schema.as_ref())).with_title(published.title.clone());
    if let Some(schema) = &published.output_schema {
        tool = tool.with_raw_output_schema(object(Some(schema)));
    }
    tool.with_annotations(ToolAnnotations::new().read_only(false))
}

fn get_reply() -> Tool {
    let schema = json!({
        "type": "object",
        "properties": {"task": {"type": "string", "description": "The `task` that the earlier call named."}},
        "required": ["task"],
        "additionalProperties": false,
    });
    let says = "Waits for the reply of a workflow that took longer than one call may.";
    Tool::new(GET_REPLY, says, object(Some(&schema))).with_annotations(ToolAnnotations::new().read_only(true))
}

/// A schema of payloads, which are objects.
fn object(schema: Option<&Value>) -> Arc<JsonObject> {
    let mut schema = schema.and_then(Value::as_object).cloned().unwrap_or_default();
    schema.insert("type".to_owned(), json!("object"));
    Arc::new(schema)
}

/// A name that every client takes: letters, digits and underscores.
fn name(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("_").to_ascii_lowercase();
    name.truncate(NAME_BYTES);
    if name.is_empty() { "entry_point".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_that_every_client_takes() {
        for (title, expected) in [
            ("Send a reminder", "send_a_reminder"),
            ("  Delay -- 5s! ", "delay_5s"),
            ("日本", "entry_point"),
            ("Über-Prüfung", "ber_pr_fung"),
            (&"word ".repeat(20), "word_word_word_word_word_word_word_word_word_wor"),
        ] {
            assert_eq!(name(title), expected);
        }
    }

    #[test]
    fn a_schema_of_payloads_is_one_of_objects() {
        assert_eq!(Value::Object((*object(None)).clone()), json!({"type": "object"}));
        let schema = json!({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]});
        assert_eq!(object(Some(&schema))["anyOf"], schema["anyOf"]);
        assert_eq!(object(Some(&schema))["type"], "object");
    }
}
