//! Huginn's scenarios, made into canvases of ours. Pure: a file and what a project has go in; cells, secrets and a report come out.
//! Begin at [`import`].
//!
//! How the options of one type are taken stands beside that type's own options ([`Mapping`]), and never here.

mod agent;
mod common;
mod file;
mod foreign;
mod identity;
mod layout;
mod links;
mod mapping;
mod placeholders;
mod report;
mod secrets;
#[cfg(test)]
mod tests;
mod unsupported;
mod vault;

pub use foreign::{nameless, not_a_scenario};
pub(crate) use mapping::options_of;
pub use mapping::{Mapping, Taken};
pub use report::{AgentReport, Count, Counts, CredentialReport, CredentialState, LeftOut, Links, Note, Report, Status};
pub use vault::{Brought, Known};

use file::Scenario;
use rookery_domain::Result;
use serde_json::{Value, json};
use std::collections::HashMap;
use vault::Vault;

/// The most credentials that a file brings: they are stored by one write, which has its bounds.
const MOST_SECRETS: usize = 50;

/// What an import goes by, beside the file.
#[derive(Debug, Default)]
pub struct Settings {
    /// The zone of schedules like `6am`: a name of the IANA database, `UTC` for none.
    pub timezone: String,
    /// The credentials that the project has.
    pub known: Vec<Known>,
    /// Where cells stand already, by id.
    pub positions: HashMap<String, Value>,
}

/// What comes of a scenario.
#[derive(Debug)]
pub struct Imported {
    /// The scenario's name.
    pub name: Option<String>,
    /// What the scenario says of itself.
    pub description: Option<String>,
    /// The canvas.
    pub options: Value,
    /// The credentials that the file brings, which no cell shows.
    pub credentials: Vec<Brought>,
    /// What became of each part.
    pub report: Report,
}

/// Reads a scenario, and makes a canvas of it. Errors: 400 for what is not JSON, 422 for what is no scenario.
pub fn import(text: &str, settings: &Settings) -> Result<Imported> {
    let scenario = Scenario::read(text)?;
    let mut vault = Vault::new(&settings.known, &scenario);
    let ids = identity::cell_ids(&scenario);
    let (mut cells, mut agents, mut credentials) = (Vec::new(), Vec::new(), Vec::new());
    for (agent, id) in scenario.agents.iter().zip(&ids) {
        let (cell, report) = agent::convert(agent, id, settings, &mut vault, &mut credentials);
        cells.push(cell);
        agents.push(report);
    }
    if vault.count() > MOST_SECRETS {
        let message =
            format!("The file has more than {MOST_SECRETS} different secrets, which cannot be stored with the workflow at once.");
        return Err(foreign::refused(
            "/agents",
            message,
            "Set some of them as credentials, and name these in the file: `{% credential NAME %}`.",
        ));
    }
    let links = links::links(&scenario.links, &agents, &ids);
    let control_links = links::control_links(&scenario.control_links, &ids);
    layout::place(&mut cells, &links.ends, &settings.positions);
    cells.extend(links.cells);
    cells.extend(control_links.cells);
    let count = |status| agents.iter().filter(|agent| agent.status == status).count();
    let counts =
        Counts { mapped: count(Status::Mapped), different: count(Status::Different), unsupported: count(Status::Unsupported) };
    let mut report =
        Report { format: "huginn", counts, agents, links: links.report, control_links: control_links.report, credentials };
    let [name, description] = [&scenario.name, &scenario.description].map(|text| text.as_deref().map(|text| vault.hidden(text)));
    vault.hide(&mut cells, &mut report);
    Ok(Imported { name, description, options: json!({"cells": cells}), credentials: vault.brought(), report })
}
