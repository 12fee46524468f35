//! Connections of WebSockets that API Gateway holds: what each message on one needs of the handshake.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{Result, Time};

/// How long an item is kept whose connection ended without a word: API Gateway ends each after two hours.
const KEPT_MS: i64 = 125 * 60 * 1000;

/// An open connection. It has no key: what is stored of its caller is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The path of the handshake.
    pub path: String,
    /// What may be said, as whoever took the handshake writes it.
    pub socket: String,
}

impl Store {
    /// Stores a connection, under the id that API Gateway gave it.
    pub async fn put_connection(&self, id: &str, connection: &Connection) -> Result<()> {
        let item = Item::new(&keys::connection(id))
            .s("path", &connection.path)
            .packed("socket", &connection.socket)
            .n("expires_at", Time::now().plus(KEPT_MS).ttl_seconds());
        self.put(item, None).await.map(drop)
    }

    /// The connection with this id, if it is open.
    pub async fn connection(&self, id: &str) -> Result<Option<Connection>> {
        let item = self.get(keys::connection(id)).await?.filter(|item| !item.is_expired(Time::now()));
        item.map(|item| Ok(Connection { path: item.str("path")?.to_owned(), socket: item.unpacked("socket")? })).transpose()
    }

    /// Counts a message that waits for its answer. `false` if the connection has ended, or so many wait already.
    pub async fn message_waits(&self, id: &str, most: u32) -> Result<bool> {
        let free = Expr::new("attribute_exists(pk) AND (attribute_not_exists(ahead) OR ahead < :most)").n(":most", most);
        Ok(self.count_messages(id, 1, free).await?.is_some())
    }

    /// Counts a message as answered.
    pub async fn message_is_answered(&self, id: &str) -> Result<()> {
        self.count_messages(id, -1, Expr::new("attribute_exists(pk)")).await.map(drop)
    }

    async fn count_messages(&self, id: &str, more: i32, condition: Expr) -> Result<Option<Item>> {
        self.update(&keys::connection(id), Expr::new("ADD ahead :more").n(":more", more), Some(condition)).await
    }

    /// Removes a connection that has ended.
    pub async fn delete_connection(&self, id: &str) -> Result<()> {
        self.delete(&keys::connection(id)).await
    }
}
