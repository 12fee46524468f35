//! A task that a project sends to many connections, or under a key: it is stored once, before it becomes a task for each of them. Their ids
//! follow from it, so that it may be begun again.

use crate::expression::{Expr, absent};
use crate::item::{Item, malformed};
use crate::keys;
use crate::sdk::Store;
use crate::tasks::{SentTask, with_due};
use rookery_domain::{ConnectionId, Payload, ProjectId, Result, TaskId, TaskState, Time, limits};
use uuid::Uuid;

/// How many bytes the id of a connection has.
const ID_BYTES: usize = 16;

/// A task for some connections.
#[derive(Clone, Debug, PartialEq)]
pub struct Sending {
    /// Its id.
    pub id: TaskId,
    /// The hash of what was asked for: whoever gives the same id asks for the same.
    pub asked: String,
    /// The connections.
    pub connections: Vec<ConnectionId>,
    /// The type of the tasks.
    pub task_type: String,
    /// What they say.
    pub payload: Payload,
    /// The task of the other side that is answered over one of the connections.
    pub answers: Option<(ConnectionId, String)>,
    /// How many links and connections lie behind them.
    pub hop: u16,
    /// When they were made.
    pub created_at: Time,
}

impl Sending {
    /// The tasks for some of the connections.
    pub fn tasks(&self, connections: &[ConnectionId]) -> Vec<SentTask> {
        connections.iter().map(|connection| self.task(*connection)).collect()
    }

    fn task(&self, connection: ConnectionId) -> SentTask {
        let answers = self.answers.as_ref().filter(|(over, _)| *over == connection);
        SentTask {
            id: TaskId::of(self.created_at, &[b"sending", self.id.0.as_bytes(), connection.0.as_bytes()]),
            connection,
            task_type: self.task_type.clone(),
            payload: self.payload.clone(),
            answers: answers.map(|(_, task)| task.clone()),
            hop: self.hop,
            state: TaskState::Pending,
            failed: 0,
            problem: None,
            created_at: self.created_at,
        }
    }
}

impl Store {
    /// Stores a task for many, unless it is there, with the message that is due at a time if nobody has begun it by then. Gives the one
    /// that is there.
    pub async fn put_sending(&self, project: &ProjectId, sending: &Sending, due: Option<(Time, String)>) -> Result<Sending> {
        let key = keys::sending(project, sending.id);
        let ids = sending.connections.iter().flat_map(|id| *id.0.as_bytes()).collect();
        let item = Item::new(&key)
            .s("hash", &sending.asked)
            .bytes("conns", ids)
            .s("kind", &sending.task_type)
            .packed("payload", sending.payload.as_str())
            .maybe(sending.answers.as_ref(), |item, (over, task)| item.s("conn", over).s("task", task))
            .n("hop", sending.hop)
            .n("at", sending.created_at.0)
            .n("expires_at", sending.created_at.plus(limits::TASK_MS).ttl_seconds())
            .maybe(due, |item, (at, message)| with_due(item, &key, at, &message));
        if self.put(item, Some(absent(Time::now()))).await? {
            return Ok(sending.clone());
        }
        let there = self.sending(project, sending.id).await?;
        there.ok_or_else(|| rookery_domain::Error::unavailable("a task for many expired while it was stored"))
    }

    /// Reads a task for many.
    pub async fn sending(&self, project: &ProjectId, id: TaskId) -> Result<Option<Sending>> {
        let item = self.get(keys::sending(project, id)).await?.filter(|item| !item.is_expired(Time::now()));
        item.map(|item| read(id, &item)).transpose()
    }

    /// Notes that it has become a task for each of the connections.
    pub async fn sending_begun(&self, project: &ProjectId, id: TaskId) -> Result<()> {
        let update = Expr::new("REMOVE dp, da, msg");
        self.update(&keys::sending(project, id), update, Some(Expr::new("attribute_exists(pk)"))).await.map(drop)
    }
}

fn read(id: TaskId, item: &Item) -> Result<Sending> {
    let ids = item.raw("conns").ok_or_else(|| malformed("conns"))?.chunks(ID_BYTES);
    let connections = ids.map(|id| Uuid::from_slice(id).map(ConnectionId).map_err(|_| malformed("conns")));
    let answers = item.opt_str("task").map(|task| Ok((item.parse("conn")?, task.to_owned()))).transpose()?;
    Ok(Sending {
        id,
        asked: item.str("hash")?.to_owned(),
        connections: connections.collect::<Result<_>>()?,
        task_type: item.str("kind")?.to_owned(),
        payload: Payload::stored(item.unpacked("payload")?),
        answers,
        hop: item.num("hop")?,
        created_at: item.time("at")?,
    })
}
