//! What a project asks for when it sends a task over connections of its own: to those that are named, to all of a client project, to all.
//! Here, that is checked.

use super::publish::AT_ONCE;
use crate::Engine;
use rookery_domain::{
    ClientName, ConnectionId, ConnectionState, Error, Kind, Payload, ProjectId, Result, TaskId, Time, hashed_uuid, limits,
    random_token,
};
use rookery_store::{Connection, Sending};
use serde::Serialize;
use serde_json::json;
use std::collections::HashSet;

/// A task that a project sends.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// What the request is known by: the same id is the same request. Without one, it is a new one.
    pub id: Option<TaskId>,
    /// Whom it is for.
    pub to: Recipients,
    /// Its type.
    pub task_type: String,
    /// What it says: an object.
    pub payload: Payload,
    /// The task of the other side that it answers.
    pub answers: Option<Answers>,
    /// How many links and connections lie behind it.
    pub hop: u16,
    /// When it was made.
    pub created_at: Time,
}

/// Whom a task is for.
#[derive(Clone, Debug, Serialize)]
pub enum Recipients {
    /// The connection that its payload names.
    OfPayload(String),
    /// These connections.
    Connections(Vec<String>),
    /// All active connections of a client project.
    Client(ClientName),
    /// All active connections.
    All,
}

/// What a task answers.
#[derive(Clone, Debug, Serialize)]
pub enum Answers {
    /// This task, over whichever connection it goes.
    Task(String),
    /// This task, over this connection alone.
    Over(ConnectionId, String),
}

impl NewTask {
    /// The id of a request that its sender knows by a key.
    pub fn id_of_key(project: &ProjectId, key: &str) -> TaskId {
        TaskId::of(Time(0), &[b"key", project.as_str().as_bytes(), key.as_bytes()])
    }

    /// What is compared when the same id comes again.
    pub(super) fn asked(&self) -> Result<String> {
        let text = serde_json::to_string(&(&self.to, &self.task_type, &self.answers)).map_err(Error::internal)?;
        Ok(hashed_uuid(&[text.as_bytes(), self.payload.as_str().as_bytes()]).simple().to_string())
    }

    /// What is stored of it.
    pub(super) fn sending(&self, connections: &[Connection]) -> Result<Sending> {
        let fresh = || TaskId::of(self.created_at, &[b"sending", random_token(16).as_bytes()]);
        let connections: Vec<ConnectionId> = connections.iter().map(Connection::id).collect();
        let answers = match (&self.answers, connections.as_slice()) {
            (Some(Answers::Over(connection, task)), _) => Some((*connection, task.clone())),
            (Some(Answers::Task(task)), [only]) => Some((*only, task.clone())),
            _ => None,
        };
        Ok(Sending {
            id: self.id.unwrap_or_else(fresh),
            asked: self.asked()?,
            connections,
            task_type: self.task_type.clone(),
            payload: self.payload.clone(),
            answers,
            hop: self.hop,
            created_at: self.created_at,
        })
    }
}

impl Engine {
    /// The active connections that a task is for.
    pub(super) async fn recipients(&self, project: &ProjectId, to: &Recipients) -> Result<Vec<Connection>> {
        match to {
            Recipients::OfPayload(name) => {
                self.named(project, std::slice::from_ref(name), |_| "payload.connection_token".to_owned()).await
            }
            Recipients::Connections(names) => self.named(project, names, |index| format!("to.connection_tokens[{index}]")).await,
            Recipients::Client(client) => {
                let here = self.public_url().map(ToString::to_string);
                let deployment = client.deployment.clone().filter(|deployment| Some(deployment) != here.as_ref());
                let client = ClientName { deployment, project: client.project.clone() };
                self.active_connections(project, |connection| connection.ends.client == client).await
            }
            Recipients::All => self.active_connections(project, |_| true).await,
        }
    }

    /// The connections of these names, each once.
    async fn named(&self, project: &ProjectId, names: &[String], field: impl Fn(usize) -> String) -> Result<Vec<Connection>> {
        let unknown = |index: usize| {
            let message = format!("`{}` names no active connection of this project's entry points.", field(index));
            let remedy = "`GET .../connections?role=agent` lists them. Nothing was sent.";
            let error = Error::new(Kind::Unprocessable, "unknown_connection", message, remedy);
            error.with_meta(json!({"field": field(index)}))
        };
        let (mut wanted, mut seen) = (Vec::new(), HashSet::new());
        for (index, name) in names.iter().enumerate() {
            let id: ConnectionId = name.parse().map_err(|_| unknown(index))?;
            if seen.insert(id) {
                wanted.push((index, id));
            }
        }
        let found =
            self.store.connections_by_id(&wanted.iter().map(|(_, id)| (project.clone(), *id)).collect::<Vec<_>>()).await?;
        let active = |connection: &Connection| connection.state == ConnectionState::Active;
        wanted.iter().zip(found).map(|((index, _), found)| found.filter(active).ok_or_else(|| unknown(*index))).collect()
    }

    async fn active_connections(&self, project: &ProjectId, is_wanted: impl Fn(&Connection) -> bool) -> Result<Vec<Connection>> {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.store.connections(project, AT_ONCE, cursor.as_ref()).await?;
            // Callers that are no stages take only replies to their own tasks.
            let is_active = |connection: &Connection| connection.state == ConnectionState::Active && !connection.is_of_callers();
            let active = page.items.into_iter().filter(is_active);
            found.extend(active.filter(&is_wanted));
            if found.len() > limits::TASK_CONNECTIONS {
                let message = format!("`to` means more than {} connections.", limits::TASK_CONNECTIONS);
                let remedy = "Send it in parts: `connection_tokens` takes as many.";
                return Err(
                    Error::new(Kind::Unprocessable, "too_many_connections", message, remedy).with_meta(json!({"field": "to"}))
                );
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// Checks the payload of a reply by what each of the entry points promises.
    pub(super) async fn judge_replies(&self, connections: &[Connection], payload: &Payload) -> Result<()> {
        let mut judged = HashSet::new();
        for connection in connections.iter().filter(|connection| judged.insert(connection.ends.entry)) {
            self.judge_reply(connection, payload).await?.map_err(|(field, message)| {
                let entry = connection.ends.entry;
                let message = format!("`{field}` {message}, by the `output_schema` of the entry point `{entry}`.");
                let remedy = "The catalogue has the schema: `GET /api/v1/catalog`. Nothing was sent.";
                Error::new(Kind::Unprocessable, "invalid_reply", message, remedy)
                    .with_meta(json!({"field": field, "agent_stage_id": entry}))
            })?;
        }
        Ok(())
    }
}
