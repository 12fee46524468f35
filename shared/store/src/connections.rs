//! Connections, as their provider keeps them: who may send tasks to an entry point, and where replies go. What a client keeps of the entry
//! points that it uses is in `used_entry_points`.

use crate::expression::{Expr, absent};
use crate::item::Item;
use crate::keys::{self, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use crate::unconditional::BATCH;
use rookery_domain::{AgentRef, ClientName, ConnectionId, ConnectionState, EntryPointId, Error, ProjectId, Result, Time};
use serde::{Deserialize, Serialize};

/// How long a count is kept after its window, in milliseconds.
const COUNTED_MS: i64 = 10 * 60 * 1000;

/// A time in which the tasks of a connection are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// A minute.
    Minute,
    /// A day of UTC.
    Day,
}

impl Window {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Window::Minute => "minute",
            Window::Day => "day",
        }
    }

    /// How long it is, in milliseconds.
    pub fn ms(self) -> i64 {
        match self {
            Window::Minute => 60_000,
            Window::Day => 24 * 3_600_000,
        }
    }

    /// The name of the window in which a time is.
    fn place(self, now: Time) -> String {
        let number = now.0.div_euclid(self.ms());
        match self {
            Window::Minute => number.to_string(),
            Window::Day => format!("day {number}"),
        }
    }
}

/// What joins a client's stage and an entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Who it joins: this never changes.
    pub ends: Ends,
    /// Where replies go, if the client is of another deployment.
    pub task_url: Option<String>,
    /// How it stands with it.
    pub state: ConnectionState,
    /// The number of its token: the next one is another token.
    pub generation: u32,
    /// The number of the token that the client was given last.
    pub given: u32,
    /// When its token was last changed.
    pub rotated_at: Option<Time>,
}

/// The two ends of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// The id, which follows from the rest.
    pub id: ConnectionId,
    /// The entry point.
    pub entry: EntryPointId,
    /// The agent that takes its tasks, in one life.
    pub provider: AgentRef,
    /// Whose the other end is.
    pub client: ClientName,
    /// What the client calls its stage.
    pub stage: String,
    /// The agent of the stage, if it is of this deployment.
    pub agent: Option<AgentRef>,
    /// When they were connected.
    pub created_at: Time,
}

impl Ends {
    /// The project that provides the entry point.
    pub fn project(&self) -> &ProjectId {
        &self.provider.workflow.project
    }

    /// Whether the client is the provider's own project.
    pub fn is_own(&self) -> bool {
        self.client.is(self.project())
    }
}

impl Connection {
    /// A connection whose client has its first token.
    pub fn new(ends: Ends, task_url: Option<String>, state: ConnectionState) -> Self {
        Connection { ends, task_url, state, generation: 0, given: 0, rotated_at: None }
    }

    /// Its id.
    pub fn id(&self) -> ConnectionId {
        self.ends.id
    }

    /// Whether no stage is at the other end, but callers with a key of the provider, who wait for replies themselves.
    pub fn is_of_callers(&self) -> bool {
        self.ends.agent.is_none() && self.ends.client.deployment.is_none()
    }
}

impl Store {
    /// Stores a connection, unless it is there. Gives the one that is there.
    pub async fn open_connection(&self, connection: &Connection) -> Result<Connection> {
        let key = key(connection.ends.project(), connection.id());
        let item = Item::new(&key)
            .packed("text", &serde_json::to_string(&connection.ends).map_err(Error::internal)?)
            .maybe(connection.task_url.as_ref(), |item, url| item.s("url", url))
            .s("state", name(connection.state))
            .n("generation", connection.generation)
            .n("given", connection.given);
        if self.put(item, Some(absent(Time::now()))).await? {
            return Ok(connection.clone());
        }
        let there = self.connection(connection.ends.project(), connection.id()).await?;
        there.ok_or_else(|| Error::unavailable("a connection ended while it was made"))
    }

    /// A connection of a provider.
    pub async fn connection(&self, provider: &ProjectId, id: ConnectionId) -> Result<Option<Connection>> {
        self.get(key(provider, id)).await?.map(|item| read(&item)).transpose()
    }

    /// Connections of providers, in this order; none for those that are not there.
    pub async fn connections_by_id(&self, ids: &[(ProjectId, ConnectionId)]) -> Result<Vec<Option<Connection>>> {
        let keys = ids.iter().map(|(provider, id)| key(provider, *id)).collect();
        self.get_many(keys).await?.iter().map(|item| item.as_ref().map(read).transpose()).collect()
    }

    /// A page of the connections of a provider.
    pub async fn connections(&self, provider: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<Connection>> {
        self.page(&keys::connections(provider), &Prefix::Provided.start(), limit, cursor).await?.try_map(|item| read(&item))
    }

    /// Changes how it stands with a connection, which stands as it was read. None if it stands otherwise by now.
    pub async fn set_connection_state(&self, read: &Connection, state: ConnectionState) -> Result<Option<Connection>> {
        let update = Expr::new("SET #state = :state").name("#state", "state").s(":state", name(state));
        let before = Expr::new("#state = :before").name("#state", "state").s(":before", name(read.state));
        let changed = self.change(read, update, before).await?;
        if changed.is_some() && state == ConnectionState::Revoked {
            self.until_noticed().await;
        }
        Ok(changed)
    }

    /// Gives a connection its next token.
    pub async fn rotate_connection(&self, read: &Connection, now: Time) -> Result<Option<Connection>> {
        let update = Expr::new("SET generation = :next, rotated = :now").n(":next", read.generation + 1).n(":now", now.0);
        self.change(read, update, Expr::new("generation = :before").n(":before", read.generation)).await
    }

    /// Notes that the client has the present token, and where its replies go.
    pub async fn note_given(&self, read: &Connection, task_url: &str) -> Result<Option<Connection>> {
        let update =
            Expr::new("SET given = :given, #url = :url").name("#url", "url").n(":given", read.generation).s(":url", task_url);
        self.change(read, update, Expr::new("attribute_exists(pk)")).await
    }

    async fn change(&self, connection: &Connection, update: Expr, condition: Expr) -> Result<Option<Connection>> {
        let key = key(connection.ends.project(), connection.id());
        self.update(&key, update, Some(condition)).await?.map(|item| read(&item)).transpose()
    }

    /// Ends connections of a provider: whoever makes one again makes another one.
    pub async fn end_connections(&self, provider: &ProjectId, ids: Vec<ConnectionId>) -> Result<()> {
        for part in ids.chunks(BATCH) {
            self.delete_many(part.iter().map(|id| key(provider, *id)).collect()).await?;
        }
        Ok(())
    }

    /// Counts a task of a connection. `false` if it has brought as many in this window as it may.
    pub async fn count_task(&self, ends: &Ends, window: Window, now: Time, most: u32) -> Result<bool> {
        let room = Expr::new("attribute_not_exists(n) OR n < :most").n(":most", most);
        self.add_task(ends, window, now, 1, room).await
    }

    /// Takes a task back that was counted in this window, and had come before.
    pub async fn uncount_task(&self, ends: &Ends, window: Window, now: Time) -> Result<()> {
        self.add_task(ends, window, now, -1, Expr::new("n > :zero").n(":zero", 0)).await.map(drop)
    }

    async fn add_task(&self, ends: &Ends, window: Window, now: Time, number: i64, condition: Expr) -> Result<bool> {
        let counted = format!("{}#{}", ends.id, window.place(now));
        let key = keys::of_connections(ends.project(), Prefix::TaskCount, &counted);
        let until = now.plus(window.ms() + COUNTED_MS).ttl_seconds();
        let update = Expr::new("SET expires_at = :until ADD n :number").n(":until", until).n(":number", number);
        Ok(self.update(&key, update, Some(condition)).await?.is_some())
    }
}

fn key(provider: &ProjectId, id: ConnectionId) -> Key {
    keys::of_connections(provider, Prefix::Provided, &id.to_string())
}

/// The state's name, as it is stored.
fn name(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Pending => "pending",
        ConnectionState::Active => "active",
        ConnectionState::Refused => "refused",
        ConnectionState::Revoked => "revoked",
    }
}

fn read(item: &Item) -> Result<Connection> {
    use ConnectionState::{Active, Pending, Refused, Revoked};
    let stored = item.str("state")?;
    let state = [Pending, Active, Refused, Revoked].into_iter().find(|state| name(*state) == stored);
    Ok(Connection {
        ends: serde_json::from_str(&item.unpacked("text")?).map_err(Error::internal)?,
        task_url: item.opt_str("url").map(str::to_owned),
        state: state.ok_or_else(|| crate::item::malformed("state"))?,
        generation: item.num("generation")?,
        given: item.num("given")?,
        rotated_at: item.opt_num("rotated").map(Time),
    })
}
