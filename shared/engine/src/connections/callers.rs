//! Callers that are no stages: whoever has a key of the provider's project may use its entry points, by way of a protocol for models or
//! agents. All callers of one protocol and one entry point have one connection, of the project with itself. Their replies are kept with
//! the run that the call began, and they look there (`called.rs`).

use super::TaskIn;
use super::publish::AT_ONCE;
use super::take::task_event;
use crate::Engine;
use rookery_agents::TaskReply;
use rookery_domain::{
    ClientName, ConnectionId, ConnectionState, Error, Kind, Payload, ProjectId, Result, RunId, Time, limits, random_token,
};
use rookery_store::{Connection, Ends, EntryPoint, KeptReply};
use std::sync::Arc;

/// The most entry points of a project that are offered to callers, and how many bytes their schemas may have together: whoever lists them
/// shows the schemas.
const OFFERED: usize = 200;
const OFFERED_BYTES: usize = 1024 * 1024;
/// The type of a caller's task.
const TASK_TYPE: &str = "task";
/// How long a reply is kept, in milliseconds: as long as the events of its run.
const KEPT_MS: i64 = limits::KEEP_EVENTS_SECONDS * 1000 + limits::COMMIT_MS;

/// The protocol by which callers come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// The Model Context Protocol.
    Mcp,
    /// The Agent2Agent protocol.
    A2a,
}

impl Protocol {
    /// What stands in the place of a stage.
    fn stage(self) -> &'static str {
        match self {
            Protocol::Mcp => "mcp",
            Protocol::A2a => "a2a",
        }
    }
}

/// A caller's task.
#[derive(Clone, Debug)]
pub struct DirectTask {
    /// The same key means the same task.
    pub key: Option<String>,
    /// The conversation that it belongs to: events have it as `context_id`.
    pub context: Option<String>,
    /// What it says: an object.
    pub payload: Payload,
}

impl Engine {
    /// The entry points of a project whose workflows run, by title: at most 200, and with at most 1 MiB of schemas.
    pub async fn offered(&self, project: &ProjectId) -> Result<Vec<EntryPoint>> {
        let (mut offered, mut bytes, mut cursor) = (Vec::new(), 0, None);
        while offered.len() < OFFERED {
            let page = self.store.entry_points(project, AT_ONCE, cursor.as_ref()).await?;
            for entry in page.items {
                let of_entry = schema_bytes(&entry);
                if bytes + of_entry <= OFFERED_BYTES && self.running(&entry.agent.workflow).await?.is_some() {
                    bytes += of_entry;
                    offered.push(entry);
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        offered.truncate(OFFERED);
        offered.sort_by(|a, b| (&a.published.title, a.id.0).cmp(&(&b.published.title, b.id.0)));
        Ok(offered)
    }

    /// Begins a run by a caller's task.
    pub async fn call_entry_point(self: &Arc<Self>, entry: &EntryPoint, by: Protocol, task: DirectTask) -> Result<RunId> {
        let connection = self.connection_of_callers(entry, by).await?;
        let task = TaskIn {
            id: Some(task.key.unwrap_or_else(|| random_token(16))),
            task_type: TASK_TYPE.to_owned(),
            payload: task.payload,
            hop: 0,
            deadline: None,
            context: task.context,
        };
        Ok(self.take_task(&connection, task).await?.run)
    }

    async fn connection_of_callers(&self, entry: &EntryPoint, by: Protocol) -> Result<Connection> {
        let ends = ends(entry, by);
        match self.store.connection(ends.project(), ends.id).await? {
            Some(there) => Ok(there),
            None => self.store.open_connection(&Connection::new(ends, None, ConnectionState::Active)).await,
        }
    }

    /// Keeps a reply for whoever sent the task that it answers.
    pub(super) async fn keep_reply(&self, connection: &Connection, answers: Option<&str>, reply: TaskReply) -> Result<()> {
        let (workflow, id) = (&connection.ends.provider.workflow, answers.map(|task| task_event(connection, task)));
        let origin = match id {
            Some(id) => self.store.task_origin(workflow, id.run).await?,
            None => None,
        };
        let Some(id) = id.filter(|_| origin.is_some_and(|origin| origin.connection == connection.id())) else {
            return Err(nobody_waits());
        };
        let now = Time::now();
        let kept = KeptReply { at: now, reply: serde_json::to_string(&reply).map_err(Error::internal)? };
        self.store.keep_reply(workflow, id.run, &reply.id, &kept, now.plus(KEPT_MS)).await?;
        self.watched.tell(id.run);
        Ok(())
    }
}

fn schema_bytes(entry: &EntryPoint) -> usize {
    let schemas = [&entry.published.input_schema, &entry.published.output_schema];
    schemas.into_iter().flatten().map(|schema| schema.to_string().len()).sum()
}

/// The id of the connection of an entry point with the callers of a protocol.
pub(super) fn connection_id(entry: &EntryPoint, by: Protocol) -> ConnectionId {
    ConnectionId::of(&ClientName::here(&entry.agent.workflow.project), by.stage(), entry.id, entry.agent.incarnation)
}

fn ends(entry: &EntryPoint, by: Protocol) -> Ends {
    Ends {
        id: connection_id(entry, by),
        entry: entry.id,
        provider: entry.agent.clone(),
        client: ClientName::here(&entry.agent.workflow.project),
        stage: by.stage().to_owned(),
        agent: None,
        created_at: Time::now(),
    }
}

fn nobody_waits() -> Error {
    let message =
        "Nobody waits for this: callers over MCP or A2A have a reply to their own task, and no stage that takes others.";
    Error::new(Kind::Conflict, "nobody_waits", message, "Reply in the run that the task began, or give `reply_to`.")
}
