//! Scenarios of Huginn, read: `rookery_agents::huginn` makes a canvas of one, with what the project has.

use crate::App;
use crate::error::Result;
use crate::transfer::{Read, TIMEZONE};
use crate::workflow_view::raw;
use rookery_agents::huginn;
use rookery_agents::schedule::Schedule;
use rookery_domain::{Error, Time, limits};
use rookery_store::{About, Credential, Project, Workflow};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// Reads a scenario of Huginn: its secrets, too, each of which becomes a credential if none of the project has the value.
pub(crate) async fn read(app: &App, project: &Project, into: Option<&Workflow>, timezone: &str, file: &RawValue) -> Result<Read> {
    let mut settings = huginn::Settings { timezone: timezone.to_owned(), ..huginn::Settings::default() };
    let mut cursor = None;
    loop {
        let page = app.engine.store.list_credentials(&project.id, limits::PAGE_MAX, cursor.as_ref()).await?;
        settings.known.extend(page.items.into_iter().map(|Credential { name, value, hosts, .. }| huginn::Known {
            name,
            value,
            hosts,
        }));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if let Some(workflow) = into {
        settings.positions = positions(&app.engine.store.options(&workflow.id, workflow.version).await?);
    }
    let imported = huginn::import(file.get(), &settings)?;
    let credential = |brought: huginn::Brought| {
        let huginn::Brought { name, value, hosts } = brought;
        Credential { name, value, hosts, updated_at: Time::now() }
    };
    Ok(Read {
        name: imported.name.map(|name| name.chars().filter(|c| !c.is_control()).take(limits::NAME_CHARS).collect()),
        about: About { description: shortened(imported.description.unwrap_or_default()), tags: Vec::new() },
        options: raw(imported.options.to_string())?,
        credentials: imported.credentials.into_iter().map(credential).collect(),
        report: Some(imported.report),
    })
}

/// As much of a description as a workflow takes.
fn shortened(description: String) -> String {
    description.chars().take(limits::DESCRIPTION_CHARS).collect()
}

/// Where the cells of a canvas stand, by id.
fn positions(options: &str) -> HashMap<String, Value> {
    let options: Value = serde_json::from_str(options).unwrap_or_default();
    let cells = options["cells"].as_array().into_iter().flatten();
    cells.filter_map(|cell| Some((cell["id"].as_str()?.to_owned(), cell.get("position")?.clone()))).collect()
}

/// A time zone that is known.
pub(crate) fn zone(name: &str) -> Result<&str> {
    match Schedule::parse(&format!("TZ={name} noon")) {
        Ok(_) => Ok(name),
        Err(_) => {
            let message = format!("`{TIMEZONE}` is no time zone that is known here.");
            Err(Error::invalid(message, "Give a name of the IANA database, like `Europe/Berlin`, or leave it out for UTC.")
                .into())
        }
    }
}
