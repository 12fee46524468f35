//! What agents with a public address see and answer: inbound requests and feeds.

use rookery_domain::{EventId, Payload, Time};
use serde_json::Value;

/// A request to an agent's hook.
#[derive(Clone, Debug)]
pub struct HookRequest {
    /// The method.
    pub method: http::Method,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The body as it came.
    pub body: Vec<u8>,
    /// When it came.
    pub now: Time,
}

impl HookRequest {
    /// A header's value, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The media type without its parameters, in lower case; empty when there is none.
    pub fn media_type(&self) -> String {
        self.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// What a hook answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub content_type: String,
    /// Body.
    pub body: String,
}

/// A request that passed.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The event's payload; none for a handshake that is only answered.
    pub payload: Option<Payload>,
    /// The event's groups.
    pub groups: Vec<String>,
    /// The sender's delivery id: the same id is the same event.
    pub key: Option<String>,
    /// The answer, given once the event is safe. None: `202 {"data": {"event_id", "run_id"}}`.
    pub answer: Option<Answer>,
}

/// The form of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFormat {
    /// JSON.
    Json,
    /// RSS 2.0.
    Rss,
}

/// A published item.
#[derive(Clone, Debug)]
pub struct FeedItem {
    /// Its id, stable.
    pub id: EventId,
    /// When it was published.
    pub at: Time,
    /// What was published.
    pub value: Value,
}

/// What a feed is made of.
#[derive(Clone, Debug)]
pub struct FeedRequest<'a> {
    /// The form that is asked for.
    pub format: FeedFormat,
    /// The feed's own address.
    pub url: &'a str,
    /// The agent's name.
    pub name: &'a str,
    /// The latest items, newest first.
    pub items: &'a [FeedItem],
}
