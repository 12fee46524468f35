//! Tests of the reader and of what is made of scenarios: of single shapes, and of any file.

mod any;
mod buckets;
mod mails;
mod mapped;
mod scripts;
mod secrets;

use super::{Imported, Known, Settings, Status, import};
use serde_json::{Value, json};

/// Settings with a zone and some credentials.
fn settings(timezone: &str, known: &[(&str, &str, &[&str])]) -> Settings {
    let known = known.iter().map(|(name, value, hosts)| Known {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
    });
    Settings { timezone: timezone.to_owned(), known: known.collect(), ..Settings::default() }
}

/// What comes of these agents, whose zone is UTC, in a project without credentials.
fn agents(agents: Value) -> Imported {
    let file = json!({"schema_version": 1, "name": "Test", "agents": agents});
    import(&file.to_string(), &settings("UTC", &[])).unwrap()
}

/// What comes of one agent: its config, its status, and the fields of its notes.
fn one(kind: &str, options: Value) -> (Value, Status, Vec<String>) {
    let imported = agents(json!([{"type": format!("Agents::{kind}"), "name": "One", "guid": "one", "options": options}]));
    let agent = &imported.report.agents[0];
    let notes = agent.notes.iter().map(|note| note.field.clone()).collect();
    (imported.options["cells"][0]["config"].clone(), agent.status, notes)
}

/// The cells of an import of a kind.
fn cells<'a>(imported: &'a Imported, kind: &str) -> Vec<&'a Value> {
    imported.options["cells"].as_array().unwrap().iter().filter(|cell| cell["type"] == kind).collect()
}
