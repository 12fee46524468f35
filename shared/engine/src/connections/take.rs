//! A task comes in at an entry point: it is checked, and begins a run of the provider's workflow.

use super::versions::fits_input;
use super::{TaskIn, not_connected, rests, schemas};
use crate::{Engine, Incoming};
use rookery_agents::task_groups;
use rookery_domain::{ConnectionState, Error, EventId, Kind, Payload, Result, Time, limits};
use rookery_store::{Connection, EntryPoint, TaskOrigin};
use serde_json::{Value, json};
use std::sync::Arc;

/// The field that says over which connection a task came.
const CONNECTION_TOKEN: &str = "connection_token";
/// The field that says which conversation of a caller a task belongs to.
pub(super) const CONTEXT_ID: &str = "context_id";
/// How long the origin of a run is kept after the sender's deadline, in milliseconds.
const ORIGIN_MS: i64 = limits::KEEP_EVENTS_SECONDS * 1000 + limits::COMMIT_MS;

impl Engine {
    /// Takes a task that came over a connection. The same task again is the same event; with another body it is refused.
    pub async fn take_task(self: &Arc<Self>, connection: &Connection, task: TaskIn) -> Result<EventId> {
        let ends = &connection.ends;
        let entry = self.store.entry_point(ends.project(), ends.entry).await?;
        let entry =
            entry.filter(|entry| entry.agent == ends.provider && entry.may_use(&ends.client)).ok_or_else(not_connected)?;
        match connection.state {
            ConnectionState::Active => {}
            ConnectionState::Pending => return Err(pending()),
            ConnectionState::Refused | ConnectionState::Revoked => return Err(not_connected()),
        }
        let payload = judged(connection, &entry, &task)?;
        let now = Time::now();
        let full = self.count_task(ends, &entry.published, now).await?;
        let agent = &entry.agent;
        let workflow = self.store.known_workflow(&agent.workflow).await?.filter(|workflow| !workflow.deleted);
        let workflow = workflow.ok_or_else(not_connected)?;
        let id = task.id.as_ref().map_or_else(EventId::fresh, |id| task_event(connection, id));
        let until = task.deadline.unwrap_or(now).max(now).plus(ORIGIN_MS);
        let of_same_project = ends.agent.as_ref().filter(|asks| asks.workflow.project == agent.workflow.project);
        let origin = TaskOrigin {
            connection: ends.id,
            client: ends.client.clone(),
            workflow: of_same_project.map(|asks| asks.workflow.workflow.clone()),
            task: task.id,
            deadline: task.deadline,
            context: task.context,
            ended: None,
        };
        // A task that came before is the same task, and counts once.
        if let Some(full) = &full
            && self.store.task_origin(&agent.workflow, id.run).await?.is_none()
        {
            return Err(full.error(now));
        }
        let is_new = self.store.put_task_origin(&agent.workflow, id.run, &origin, until).await?;
        if full.is_none() && !is_new {
            self.uncount_task(ends, &entry.published, now).await?;
        }
        let groups = task_groups("on_task", &task.task_type);
        let incoming = Incoming { id: Some(id), hop: task.hop, ..Incoming::new(payload, groups, None) };
        match self.accept_at_trigger(&workflow, &agent.cell, incoming).await {
            // What was taken before goes on while the workflow or the entry point rests.
            Err(error) if rests(error.code) && !is_new => {
                let there = self.store.run_item(&agent.workflow, id).await?;
                there.filter(|item| item.event.is_some()).map(|_| id).ok_or(error)
            }
            accepted => accepted,
        }
    }
}

/// The event that a task becomes.
pub(crate) fn task_event(connection: &Connection, task: &str) -> EventId {
    EventId::keyed(&connection.ends.provider, &format!("task {} {task}", connection.id()))
}

/// What the event says, if the task may come in.
fn judged(connection: &Connection, entry: &EntryPoint, task: &TaskIn) -> Result<Payload> {
    if task.hop >= limits::HOPS {
        let message = format!("More than {} links and connections lie behind this task: it goes round in circles.", limits::HOPS);
        return Err(Error::new(Kind::Unprocessable, "hop_limit", message, "Let the workflows end the circle by a condition."));
    }
    fits_input(entry, &task.payload).map_err(|(field, message)| {
        let remedy = "The catalogue has the schema of the entry point: `GET /api/v1/catalog`.";
        let error = Error::new(Kind::Unprocessable, "invalid_task", format!("`{field}` {message}."), remedy);
        error.with_meta(json!({"field": field}))
    })?;
    let mut payload = task.payload.value().clone();
    payload[CONNECTION_TOKEN] = json!(connection.id());
    if let (Some(context), Value::Object(fields)) = (&task.context, &mut payload) {
        // What the sender says there stays.
        fields.entry(CONTEXT_ID).or_insert_with(|| json!(context));
    }
    Payload::of(payload)
}

/// Checks a payload of a task or a reply; or gives the field, below `payload`, and what is wrong with it.
pub(crate) fn fits(schema: Option<&Value>, payload: &Payload) -> Result<(), (String, String)> {
    let at = |field: &str| if field.is_empty() { "payload".to_owned() } else { format!("payload.{field}") };
    if !payload.value().is_object() {
        return Err((at(""), "must be an object".to_owned()));
    }
    let Some(schema) = schema else { return Ok(()) };
    schemas::check(schema, payload.value()).map_err(|(field, message)| (at(&field), message))
}

fn pending() -> Error {
    let remedy = "Send the task again once the provider has accepted the connection.";
    Error::new(Kind::Forbidden, "connection_pending", "The provider has not accepted the connection yet.", remedy)
}
