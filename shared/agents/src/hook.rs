//! What agents with a public address see and answer: inbound requests and feeds.

use http::HeaderName;
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
    /// When the request came.
    pub now: Time,
}

impl HookRequest {
    /// The value of a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What a hook or a feed answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The media type; none when the text is empty.
    pub content_type: String,
    /// Further headers.
    pub headers: Vec<(HeaderName, String)>,
    /// Body.
    pub body: String,
}

impl Answer {
    /// An answer with only a status.
    pub fn empty(status: u16) -> Self {
        Answer { status, content_type: String::new(), headers: Vec::new(), body: String::new() }
    }

    /// An answer 200 with a text.
    pub fn text(body: impl Into<String>) -> Self {
        Answer { content_type: "text/plain; charset=utf-8".to_owned(), body: body.into(), ..Answer::empty(200) }
    }

    /// An answer 200 with JSON.
    pub fn json(body: &Value) -> Self {
        Answer { content_type: "application/json".to_owned(), body: body.to_string(), ..Answer::empty(200) }
    }
}

/// A request that was accepted.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The event's payload; none for a probe or a handshake, which is only answered.
    pub payload: Option<Payload>,
    /// The event's groups.
    pub groups: Vec<String>,
    /// The sender's delivery id: the same id means the same event.
    pub key: Option<String>,
    /// The answer, sent once the event is stored. None: `202 {"data": {"event_id", "run_id"}}`.
    pub answer: Option<Answer>,
    /// Further headers of the answer, whichever answer it is.
    pub headers: Vec<(HeaderName, String)>,
    /// A URL that is called before the answer is sent, which confirms the sender's subscription.
    pub confirm: Option<String>,
}

impl Accepted {
    /// A request that is answered and makes no event.
    pub fn only_answered(answer: Answer) -> Self {
        Accepted { payload: None, groups: Vec::new(), key: None, answer: Some(answer), headers: Vec::new(), confirm: None }
    }
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
    /// The item's stable id.
    pub id: EventId,
    /// When the item was published.
    pub at: Time,
    /// What was published.
    pub value: Value,
}

/// What a feed is made of.
#[derive(Clone, Debug)]
pub struct FeedRequest<'a> {
    /// The form that the reader asks for.
    pub format: FeedFormat,
    /// The feed's own address.
    pub url: &'a str,
    /// The agent's name.
    pub name: &'a str,
    /// The latest items, newest first.
    pub items: &'a [FeedItem],
}
