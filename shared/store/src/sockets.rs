//! WebSockets that API Gateway holds: what each message on one needs of the handshake.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{Result, Time};

/// How long an item is kept whose WebSocket ended without a word: API Gateway ends each after two hours.
const KEPT_MS: i64 = 125 * 60 * 1000;

/// An open WebSocket. It has no key: what is stored of its caller is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSocket {
    /// The path of the handshake.
    pub path: String,
    /// What may be said, as whoever took the handshake writes it.
    pub socket: String,
}

impl Store {
    /// Stores a WebSocket, under the id that API Gateway gave it.
    pub async fn put_socket(&self, id: &str, socket: &OpenSocket) -> Result<()> {
        let item = Item::new(&keys::socket(id))
            .s("path", &socket.path)
            .packed("socket", &socket.socket)
            .n("expires_at", Time::now().plus(KEPT_MS).ttl_seconds());
        self.put(item, None).await.map(drop)
    }

    /// The WebSocket with this id, if it is open.
    pub async fn socket(&self, id: &str) -> Result<Option<OpenSocket>> {
        let item = self.get(keys::socket(id)).await?.filter(|item| !item.is_expired(Time::now()));
        item.map(|item| Ok(OpenSocket { path: item.str("path")?.to_owned(), socket: item.unpacked("socket")? })).transpose()
    }

    /// Counts a message that waits for its answer. `false` if the WebSocket has ended, or so many wait already.
    pub async fn message_waits(&self, id: &str, most: u32) -> Result<bool> {
        let free = Expr::new("attribute_exists(pk) AND (attribute_not_exists(ahead) OR ahead < :most)").n(":most", most);
        Ok(self.count_messages(id, 1, free).await?.is_some())
    }

    /// Counts a message as answered.
    pub async fn message_is_answered(&self, id: &str) -> Result<()> {
        self.count_messages(id, -1, Expr::new("attribute_exists(pk)")).await.map(drop)
    }

    async fn count_messages(&self, id: &str, more: i32, condition: Expr) -> Result<Option<Item>> {
        self.update(&keys::socket(id), Expr::new("ADD ahead :more").n(":more", more), Some(condition)).await
    }

    /// Removes a WebSocket that has ended.
    pub async fn delete_socket(&self, id: &str) -> Result<()> {
        self.delete(&keys::socket(id)).await
    }
}
