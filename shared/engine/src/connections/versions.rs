//! Versions of entry points. What a workflow publishes may not break who is connected, unless its owner says from when on: until then, what
//! fitted the version before still fits.

use super::publish::AT_ONCE;
use super::take::fits;
use crate::Engine;
use rookery_agents::json_schema::{Direction, breaks};
use rookery_domain::{
    AgentRef, CellId, ConnectionId, ConnectionState, EntryPointId, Error, Kind, Payload, Published, Result, Time,
};
use rookery_store::{EntryPoint, OlderVersion, State, Workflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The most connections that a refusal lists.
const LISTED: usize = 100;
/// The most older versions of an entry point that are taken.
const OLDER: usize = 10;
/// How far ahead a break may be, in milliseconds: a year.
const AHEAD_MS: i64 = 366 * 24 * 3600 * 1000;
/// How much a clock may be late whose "now" is given as the time of a break, in milliseconds.
const LATE_MS: i64 = 60_000;

/// The longest list of what breaks in a warning, in characters.
const WARNING_CHARS: usize = 2000;

/// A connection whose client relies on what would change.
#[derive(Serialize)]
struct Broken<'b> {
    id: ConnectionId,
    client_deployment: Option<String>,
    client_project_id: String,
    /// What the client calls its stage.
    client_stage_id: String,
    /// The entry point.
    agent_stage_id: EntryPointId,
    breaks: &'b [String],
}

/// A version of an entry point that is over soon, as those who use it are told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "DeprecatedUse")]
pub struct Deprecated {
    /// Its number.
    version: u64,
    /// Until when what fits it is taken.
    pub(super) until: Time,
    /// What breaks then.
    breaks: Vec<String>,
}

impl Deprecated {
    /// What is told of an older version.
    pub fn of(older: &OlderVersion) -> Self {
        Deprecated { version: older.version, until: older.until, breaks: older.breaks.clone() }
    }

    /// What a person has to know whose stage may rely on it, when the entry point is at this version.
    pub(super) fn warning(&self, now: u64) -> String {
        let Deprecated { version, until, breaks } = self;
        let breaks: String = breaks.join("; ").chars().take(WARNING_CHARS).collect();
        format!(
            "The entry point is at version {now}. What fitted version {version} is taken until {until}; then: {breaks}. Send what fits the new \
             schema."
        )
    }
}

impl Engine {
    /// Refuses what would break who is connected with a workflow that is to run, unless it says when.
    pub(crate) async fn judge_publishing(
        &self,
        workflow: &Workflow,
        state: State,
        published: &[(CellId, Published)],
        breaks_at: Option<Time>,
    ) -> Result<()> {
        breaks_at.map_or(Ok(()), check_date)?;
        if state != State::Active {
            return Ok(());
        }
        let mut broken = HashMap::new();
        for (cell, published) in published {
            let id = EntryPointId::of(&workflow.id, cell);
            let Some(entry) = self.store.entry_point_now(&workflow.id.project, id).await? else { continue };
            let breaks = broken_by(&entry, &published.input_schema, &published.output_schema);
            if !breaks.is_empty() && breaks_at.is_some() && entry.deprecated(Time::now()).count() >= OLDER {
                return Err(too_many(&entry));
            }
            if !breaks.is_empty() {
                broken.insert(entry.agent, (entry.id, breaks));
            }
        }
        if breaks_at.is_none() && !broken.is_empty() { self.refuse_breaking(workflow, &broken).await } else { Ok(()) }
    }

    async fn refuse_breaking(&self, workflow: &Workflow, broken: &HashMap<AgentRef, (EntryPointId, Vec<String>)>) -> Result<()> {
        let (mut listed, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.store.connections(&workflow.id.project, AT_ONCE, cursor.as_ref()).await?;
            for connection in page.items {
                // Callers that are no stages look at the schemas each time that they come.
                let relies =
                    matches!(connection.state, ConnectionState::Active | ConnectionState::Pending) && !connection.is_of_callers();
                let Some((entry, breaks)) = broken.get(&connection.ends.provider).filter(|_| relies) else { continue };
                listed.push(Broken {
                    id: connection.id(),
                    client_deployment: connection.ends.client.deployment,
                    client_project_id: connection.ends.client.project,
                    client_stage_id: connection.ends.stage,
                    agent_stage_id: *entry,
                    breaks,
                });
            }
            cursor = page.next.filter(|_| listed.len() < LISTED);
            if cursor.is_none() {
                break;
            }
        }
        listed.truncate(LISTED);
        if listed.is_empty() { Ok(()) } else { Err(refused(&listed)) }
    }
}

fn check_date(at: Time) -> Result<()> {
    let now = Time::now();
    if at < now.plus(-LATE_MS) || at > now.plus(AHEAD_MS) {
        let remedy = "Give a time from now on, within a year.";
        return Err(Error::invalid("`break_consumers_at` is in the past, or more than a year ahead.", remedy));
    }
    Ok(())
}

fn refused(listed: &[Broken<'_>]) -> Error {
    let message = "What would be published breaks connected stages: `meta.connections` names them, and what breaks.";
    let remedy = "Change the schemas so that what was taken is still taken, and what was promised is still promised. Or give \
                  `?break_consumers_at=` and a time (RFC 3339): until then, both versions are taken.";
    Error::new(Kind::Conflict, "breaks_consumers", message, remedy).with_meta(json!({"connections": listed}))
}

fn too_many(entry: &EntryPoint) -> Error {
    let message = format!("The entry point `{}` has {OLDER} older versions that are still taken.", entry.published.title);
    let remedy = "Wait until the time of one of them is over: `GET /api/v1/catalog` shows them.";
    Error::new(Kind::Conflict, "too_many_versions", message, remedy)
}

/// What others rely on, and these schemas break.
fn broken_by(entry: &EntryPoint, input: &Option<Value>, output: &Option<Value>) -> Vec<String> {
    let of = |name: &str, direction, old: &Option<Value>, new: &Option<Value>| {
        let (old, new) = (old.as_ref().unwrap_or(&Value::Null), new.as_ref().unwrap_or(&Value::Null));
        breaks(direction, old, new).into_iter().map(|what| format!("{name}: {what}")).collect::<Vec<_>>()
    };
    let mut all = of("input", Direction::Input, &entry.published.input_schema, input);
    all.extend(of("output", Direction::Output, &entry.published.output_schema, output));
    all
}

/// The entry point as it is published after another version, which may go on until a time.
pub(super) fn next_version(before: Option<EntryPoint>, entry: EntryPoint, breaks_at: Option<Time>) -> EntryPoint {
    let now = entry.published_at;
    let Some(before) = before.filter(|before| before.agent == entry.agent) else { return entry };
    let is_same = before.published.input_schema == entry.published.input_schema
        && before.published.output_schema == entry.published.output_schema;
    let breaks = broken_by(&before, &entry.published.input_schema, &entry.published.output_schema);
    let EntryPoint { version, published: Published { input_schema, output_schema, .. }, mut older, .. } = before;
    older.retain(|older| older.until > now);
    if let Some(until) = breaks_at.filter(|at| *at > now && !breaks.is_empty()) {
        older.push(OlderVersion { version, input_schema, output_schema, replaced_at: now, until, breaks });
    }
    EntryPoint { version: if is_same { version } else { version + 1 }, older, ..entry }
}

/// Checks what a task says, by the entry point or by a version of it that is still taken. An error gives the field and what is wrong with it.
pub(super) fn fits_input(entry: &EntryPoint, payload: &Payload) -> Result<(), (String, String)> {
    let mut older = entry.deprecated(Time::now());
    fits(entry.published.input_schema.as_ref(), payload)
        .or_else(|why| if older.any(|older| fits(older.input_schema.as_ref(), payload).is_ok()) { Ok(()) } else { Err(why) })
}

/// Checks what a reply says, in the same way.
pub(super) fn fits_output(entry: &EntryPoint, payload: &Payload) -> Result<(), (String, String)> {
    let mut older = entry.deprecated(Time::now());
    fits(entry.published.output_schema.as_ref(), payload)
        .or_else(|why| if older.any(|older| fits(older.output_schema.as_ref(), payload).is_ok()) { Ok(()) } else { Err(why) })
}
