//! A scenario's file, read: what its agents and links are. It is judged by its structure alone, leniently where Huginn is.

use super::common::{integer, is_true};
use super::foreign::{not_a_scenario, refused};
use rookery_domain::{Result, not_json, read_json};
use serde_json::{Map, Value};

/// A scenario.
pub(super) struct Scenario {
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) agents: Vec<FileAgent>,
    /// Ends of links, as places in `agents`; none for what names no place.
    pub(super) links: Vec<Ends>,
    pub(super) control_links: Vec<Ends>,
}

/// The ends of a link: places in the list of agents, where the file names such.
pub(super) type Ends = (Option<usize>, Option<usize>);

/// An agent of the file.
pub(super) struct FileAgent {
    pub(super) index: usize,
    /// The whole type, like `Agents::RssAgent`.
    pub(super) kind: String,
    pub(super) name: Option<String>,
    pub(super) guid: Option<String>,
    pub(super) disabled: bool,
    pub(super) options: Map<String, Value>,
    pub(super) schedule: Option<String>,
    /// In seconds, whatever the file counts in.
    pub(super) keep_events_for: Option<i64>,
}

impl FileAgent {
    /// The part of the type that counts.
    pub(super) fn short_kind(&self) -> &str {
        self.kind.rsplit("::").next().unwrap_or_default()
    }
}

impl Scenario {
    pub(super) fn read(text: &str) -> Result<Scenario> {
        let value: Value = serde_json::from_str(read_json(text.as_bytes())?).map_err(|error| not_json(&error))?;
        let Value::Object(mut file) = value else { return Err(not_a_scenario(&value)) };
        let agents = match file.get_mut("agents") {
            Some(Value::Array(agents)) => std::mem::take(agents),
            _ => return Err(not_a_scenario(&Value::Object(file))),
        };
        let counts_days = match file.get("schema_version") {
            None | Some(Value::Null) => true,
            Some(version) => match integer(version) {
                Some(0) => true,
                Some(1) => false,
                _ => {
                    let message = "This file has a `schema_version` that is not known here.";
                    return Err(refused(
                        "/schema_version",
                        message,
                        "Export the scenario by a Huginn whose files have the version 1.",
                    ));
                }
            },
        };
        let agents = agents.into_iter().enumerate().map(|(index, agent)| read_agent(index, agent, counts_days));
        let agents = agents.collect::<Result<Vec<_>>>()?;
        let links = ends(&mut file, "links", ["source", "receiver"])?;
        let control_links = ends(&mut file, "control_links", ["controller", "control_target"])?;
        let text =
            |key: &str| file.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Scenario { name: text("name"), description: text("description"), agents, links, control_links })
    }
}

fn read_agent(index: usize, agent: Value, counts_days: bool) -> Result<FileAgent> {
    let at = |key: &str| format!("/agents/{index}{key}");
    let details = "Export the scenario from Huginn again, or mend the file at this place.";
    let Value::Object(mut agent) = agent else {
        return Err(refused(&at(""), format!("The agent {index} is not an object."), details));
    };
    let kind = agent.remove("type").and_then(|kind| kind.as_str().map(|kind| kind.trim().to_owned()));
    let Some(kind) = kind.filter(|kind| !kind.is_empty()) else {
        return Err(refused(&at("/type"), format!("The agent {index} has no `type`."), details));
    };
    let options = match agent.remove("options") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(options)) => options,
        Some(_) => {
            return Err(refused(&at("/options"), format!("The `options` of the agent {index} are not an object."), details));
        }
    };
    let text = |key: &str| agent.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let unit = if counts_days { 24 * 3600 } else { 1 };
    Ok(FileAgent {
        index,
        kind,
        name: text("name"),
        guid: text("guid"),
        disabled: agent.get("disabled").is_some_and(is_true),
        options,
        schedule: text("schedule").map(|text| text.trim().to_owned()),
        keep_events_for: agent.get("keep_events_for").and_then(integer).map(|kept| kept.saturating_mul(unit)),
    })
}

fn ends(file: &mut Map<String, Value>, list: &str, [from, to]: [&str; 2]) -> Result<Vec<Ends>> {
    let links = match file.remove(list) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(links)) => links,
        Some(_) => {
            let details = format!("Give a list of objects with `{from}` and `{to}`, or leave it out.");
            return Err(refused(&format!("/{list}"), format!("`{list}` is not a list."), details));
        }
    };
    let place = |link: &Value, end: &str| link.get(end).and_then(integer).and_then(|place| usize::try_from(place).ok());
    Ok(links.iter().map(|link| (place(link, from), place(link, to))).collect())
}
