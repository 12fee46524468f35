//! One agent of a file, made into a cell: its type takes the options, its secrets become credentials, and what is different is told.

use super::common::{expected, in_zone, keep_events};
use super::file::FileAgent;
use super::mapping::{Mapping, Taken};
use super::report::{AgentReport, CredentialReport, Ends, Status};
use super::secrets::Search;
use super::vault::Vault;
use super::{Settings, unsupported};
use crate::{Kind, TypeInfo, registry};
use regex::Regex;
use rookery_domain::limits;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// The time of the event, which Huginn's templates have at the top.
static CREATED_AT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\{\{-?\s*)created_at\b").ok());
/// The agent of the event, of which Huginn's templates know all.
static AGENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\{[{%][^}]*?\bagent\.").ok());

/// Makes a cell of an agent, without its position.
pub(super) fn convert(
    agent: &FileAgent,
    id: &str,
    settings: &Settings,
    vault: &mut Vault<'_>,
    credentials: &mut Vec<CredentialReport>,
) -> (Map<String, Value>, AgentReport) {
    let mut taken = Taken {
        options: agent.options.clone(),
        schedule: agent.schedule.clone(),
        timezone: &settings.timezone,
        hosts: Vec::new(),
        notes: Vec::new(),
        is_different: false,
    };
    let mut report = AgentReport {
        index: agent.index,
        name: agent.name.clone(),
        guid: agent.guid.clone(),
        huginn_type: agent.kind.clone(),
        cell_id: id.to_owned(),
        agent_type: None,
        status: Status::Unsupported,
        notes: Vec::new(),
        nearest: None,
        ends: Ends::default(),
    };
    let found = registry::of_huginn(agent.short_kind());
    let marked = match found {
        Some((info, mapping)) => {
            taken.hosts = mapping.hosts.iter().map(|host| (*host).to_owned()).collect();
            take(agent, info, mapping, &mut taken);
            report.ends = ends(info, mapping);
            report.agent_type = Some(info.name);
            mapping.secrets
        }
        None => {
            let why = unsupported::of(agent.short_kind());
            taken.note("type", why.reason);
            if let Some(schedule) = &agent.schedule {
                taken.note("schedule", format!("It was checked `{schedule}`: set this for the agent that takes its place."));
            }
            report.nearest = why.nearest.filter(|name| registry::find(name).is_some());
            &[]
        }
    };
    let mut search = Search::new(agent, id, (marked, &taken.hosts), &taken.options, vault);
    search.through(&mut taken.options);
    credentials.extend(search.found());
    if let Some((info, _)) = found {
        judge(info, &mut taken);
        report.status = if taken.is_different { Status::Different } else { Status::Mapped };
    }
    let agent_type = report.agent_type.unwrap_or(&agent.kind).to_owned();
    let mut cell = Map::new();
    cell.insert("id".to_owned(), id.into());
    cell.insert("type".to_owned(), "agent".into());
    cell.insert("agent_type".to_owned(), agent_type.into());
    if let Some(name) = &agent.name {
        let short: String = name.chars().take(limits::NAME_CHARS).collect();
        if short.len() < name.len() {
            taken.note("name", format!("The name was cut to {} characters.", limits::NAME_CHARS));
        }
        cell.insert("name".to_owned(), short.into());
    }
    if agent.disabled {
        cell.insert("disabled".to_owned(), true.into());
    }
    cell.insert("config".to_owned(), Value::Object(taken.options));
    report.notes = taken.notes;
    (cell, report)
}

/// Lets a type take the options.
fn take(agent: &FileAgent, info: &TypeInfo, mapping: &Mapping, taken: &mut Taken<'_>) {
    let is_nothing = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
    taken.options.retain(|name, value| !is_nothing(value) || (mapping.keeps_empty.contains(&name.as_str()) && value.is_string()));
    let expected = expected(taken);
    taken.schedule = mapping.schedule.map(|default| taken.schedule.take().unwrap_or_else(|| default.to_owned()));
    (mapping.map)(taken);
    if let Some(known) = info.options {
        let unknown: Vec<String> = taken.options.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        for name in unknown {
            taken.leave_out(&name, "This option is not known here, and was left out.");
        }
    }
    // `never` says something only to a type that has a schedule of its own.
    let is_never = |schedule: &String| schedule == "never" && (!info.has_schedule || mapping.schedule == Some("never"));
    match taken.schedule.take().filter(|schedule| !is_never(schedule)) {
        Some(schedule) if info.has_schedule => {
            let schedule = in_zone(&schedule, taken.timezone);
            taken.options.insert("schedule".to_owned(), schedule.into());
        }
        Some(_) => taken.differs("schedule", "Agents of this type have no schedule here: this one waits for events."),
        None => {}
    }
    taken.options.extend(expected);
    if let Some(seconds) = agent.keep_events_for.filter(|_| mapping.emits) {
        keep_events(taken, seconds);
    }
    if info.kind != Kind::Trigger {
        taken.options.values_mut().for_each(with_time_of_event);
        if taken.options.values().any(names_agent) {
            let message = "In Huginn, `agent` is the agent that the event comes from. Here it is this agent, and has `name` and `cell_id` alone.";
            taken.differs("agent", message);
        }
    }
}

/// Writes the time of the event as our templates name it.
fn with_time_of_event(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("created_at") => {
            if let Some(written) = CREATED_AT.as_ref().map(|at| at.replace_all(text, "${1}event.created_at").into_owned()) {
                *text = written;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_time_of_event),
        Value::Object(fields) => fields.values_mut().for_each(with_time_of_event),
        _ => {}
    }
}

fn names_agent(value: &Value) -> bool {
    match value {
        Value::String(text) => AGENT.as_ref().is_some_and(|agent| agent.is_match(text)),
        Value::Array(items) => items.iter().any(names_agent),
        Value::Object(fields) => fields.values().any(names_agent),
        _ => false,
    }
}

/// Which links Huginn's agent has.
fn ends(info: &TypeInfo, mapping: &Mapping) -> Ends {
    let group = info.own_groups.first().copied();
    Ends { group, is_silent: !mapping.emits, is_trigger: info.kind == Kind::Trigger }
}

/// Tells what the builder says of the config.
fn judge(info: &TypeInfo, taken: &mut Taken<'_>) {
    match registry::build(info.name, &taken.options) {
        Ok(agent) => {
            let facts = agent.facts();
            facts.at_save.iter().for_each(|(field, message)| taken.differs(field, message));
            facts.warnings.iter().for_each(|(field, message)| taken.note(field, message));
        }
        Err(problems) => {
            let errors = problems.errors.iter().chain(&problems.at_save);
            errors.for_each(|(field, message)| taken.differs(field.trim_start_matches("config."), message));
        }
    }
}
