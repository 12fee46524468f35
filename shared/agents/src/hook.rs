//! What agents with a public address see and answer: inbound requests and feeds.

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use rookery_domain::{Error, EventId, Kind, Payload, Time, limits};
use rookery_media::Unreadable;
use serde_json::Value;

/// A request to an agent's hook.
#[derive(Clone, Debug)]
pub struct HookRequest {
    /// The method.
    pub method: http::Method,
    /// The headers.
    pub headers: HeaderMap,
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

    /// The largest body that a request with these headers may have, packed or not.
    pub fn most_bytes(headers: &HeaderMap) -> usize {
        if crate::cloud_event::is_batch(headers) { limits::BATCH_BYTES } else { limits::PAYLOAD_BYTES }
    }

    /// The body, unpacked. Errors: 400, 413; 415 for a content coding that is not known.
    pub(crate) fn unpacked(&self) -> Result<Bytes, Error> {
        let codings = self.headers.get_all("content-encoding").iter().filter_map(|value| value.to_str().ok());
        let codings = codings.collect::<Vec<_>>().join(",");
        rookery_media::unpack(&codings, Bytes::copy_from_slice(&self.body), Self::most_bytes(&self.headers)).map_err(unreadable)
    }
}

/// The error for a body that cannot be read.
pub(crate) fn unreadable(error: Unreadable) -> Error {
    let (kind, code) = match &error {
        Unreadable::TooLarge(_) => (Kind::TooLarge, "body_too_large"),
        unsupported if unsupported.is_unsupported() => (Kind::MediaType, "unsupported_media_type"),
        _ => (Kind::Invalid, "invalid_request"),
    };
    Error::new(kind, code, error.to_string(), error.remedy())
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
    /// The events that it makes; none for a probe or a handshake, which is only answered.
    pub events: Vec<HookEvent>,
    /// Whether it may make any number of events, and is answered with a list.
    pub is_batch: bool,
    /// The groups of each event.
    pub groups: Vec<String>,
    /// The answer, sent once the events are stored. None: `202 {"data": {"event_id", "run_id"}}`, for a batch with a list of them.
    pub answer: Option<Answer>,
    /// Further headers of the answer, whichever answer it is.
    pub headers: Vec<(HeaderName, String)>,
    /// A URL that is called before the answer is sent, which confirms the sender's subscription.
    pub confirm: Option<String>,
}

impl Accepted {
    /// A request that is answered and makes no event.
    pub fn only_answered(answer: Answer) -> Self {
        let (events, groups, headers) = Default::default();
        Accepted { events, is_batch: false, groups, answer: Some(answer), headers, confirm: None }
    }
}

/// An event that a request to a hook makes.
#[derive(Clone, Debug)]
pub struct HookEvent {
    /// Its payload.
    pub payload: Payload,
    /// The sender's name for it: the same key means the same event.
    pub key: Option<String>,
    /// Whether the key alone says so, and what came first stays. Otherwise, other content under the same key is refused.
    pub key_suffices: bool,
}

/// The form of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedFormat {
    /// JSON.
    Json,
    /// RSS 2.0.
    Rss,
    /// What the agent itself says: a page.
    Page,
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
