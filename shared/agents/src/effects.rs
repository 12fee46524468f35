//! What an agent wants done, as data: so a dry run makes the same call and only leaves the commit out.

use crate::RequestLine;
use rookery_domain::{Error, Payload, Time};
use serde_json::{Map, Value, json};

/// How much of the URL of a request that failed is shown: a payload may be in its query.
const SHOWN_URL_CHARS: usize = 2000;

/// An event to emit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emit {
    /// The event's groups.
    pub groups: Vec<String>,
    /// The event's payload.
    pub payload: Payload,
}

/// What becomes of the memory that was loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Memory {
    /// The memory stays as it is.
    #[default]
    Keep,
    /// The memory becomes this value, and is kept.
    Set(Value),
    /// The memory becomes this value, and may be removed after that time.
    SetUntil(Value, Time),
}

/// What an agent wants done. All of it is committed, once, or nothing is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// The events, in this order.
    pub emit: Vec<Emit>,
    /// What becomes of the memory.
    pub memory: Memory,
    /// Lines for the agent's log.
    pub logs: Vec<String>,
    /// Times at which `timer` is to be called.
    pub wake: Vec<Time>,
    /// An item for the agent's feed.
    pub publish: Option<Payload>,
    /// What became of the delivery, when it is not simply `done`: like `late`.
    pub outcome: Option<&'static str>,
    /// The agent waits: it is run again, with the same event. All other effects are ignored.
    pub wait: Option<Wait>,
}

/// What an agent waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// When the agent is run again.
    pub until: Time,
    /// What the agent waits for, in words for people: shown with the run. It must not hold secrets.
    pub why: Option<String>,
    /// The agent asked somebody: it is run sooner if the answer comes sooner.
    pub for_reply: bool,
}

impl Effects {
    /// Nothing is to be done, and the event ends here.
    pub fn none() -> Self {
        Effects::default()
    }

    /// Emits one event with one group.
    pub fn emit(group: &str, payload: Payload) -> Self {
        Effects { emit: vec![Emit { groups: vec![group.to_owned()], payload }], ..Effects::default() }
    }

    /// Does nothing yet: the agent is run again at this time.
    pub fn wait_until(until: Time) -> Self {
        Effects { wait: Some(Wait { until, why: None, for_reply: false }), ..Effects::default() }
    }

    /// Does nothing yet: the agent is run again when the answer comes, or at this time. `why` says what the agent waits for.
    pub fn wait_for_reply(until: Time, why: impl Into<String>) -> Self {
        Effects { wait: Some(Wait { until, why: Some(why.into()), for_reply: true }), ..Effects::default() }
    }

    /// How many bytes the payloads of the events have.
    pub fn bytes(&self) -> usize {
        self.emit.iter().map(|emit| emit.payload.as_str().len()).sum()
    }

    /// The same effects, and a new value for the memory.
    pub fn remember(mut self, memory: Value) -> Self {
        self.memory = Memory::Set(memory);
        self
    }

    /// The same effects, with a line for the log.
    pub fn log(mut self, line: impl Into<String>) -> Self {
        self.logs.push(line.into());
        self
    }

    /// The same effects, with what became of the delivery.
    pub fn outcome(mut self, outcome: &'static str) -> Self {
        self.outcome = Some(outcome);
        self
    }
}

/// Whether, and when, a failed attempt is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Never, since the attempt would fail again: the delivery fails for good.
    Never,
    /// After a wait that grows with each attempt.
    Backoff,
    /// After this many milliseconds, as the other side asked.
    After(i64),
}

/// Why an agent could not do its work. The workflow's owner sees all of it, so it must not hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AgentError {
    /// The stable code, in snake case.
    pub code: String,
    /// What went wrong, and the remedy where one is known.
    pub message: String,
    /// Details for the `on_error` event, like the status and body of an answer.
    pub details: Option<Value>,
    /// Whether the attempt is made again.
    pub retry: Retry,
}

impl AgentError {
    /// A failure that would happen again.
    pub fn fail(code: &str, message: impl Into<String>) -> Self {
        AgentError { code: code.to_owned(), message: message.into(), details: None, retry: Retry::Never }
    }

    /// A failure that may pass.
    pub fn retry(code: &str, message: impl Into<String>) -> Self {
        AgentError { retry: Retry::Backoff, ..AgentError::fail(code, message) }
    }

    /// The same error, with details for the `on_error` event.
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The same error, whose details begin with the request that failed. Details that are no object stay alone.
    pub fn of_request(self, request: &RequestLine) -> Self {
        let url: String = request.url.chars().take(SHOWN_URL_CHARS).collect();
        let mut details = Map::from_iter([("method".to_owned(), json!(request.method)), ("url".to_owned(), json!(url))]);
        match self.details.clone() {
            None => {}
            Some(Value::Object(more)) => details.extend(more),
            Some(_) => return self,
        }
        self.with_details(details.into())
    }
}

impl From<Error> for AgentError {
    /// An inner error that the user caused fails for good; after a store that did not answer, the attempt is made again.
    fn from(error: Error) -> Self {
        use rookery_domain::Kind::{Internal, Unavailable};
        match error.kind {
            Internal | Unavailable => AgentError::retry(error.code, error.message),
            _ => AgentError::fail(error.code, format!("{} {}", error.message, error.details)),
        }
    }
}

impl From<crate::template::TemplateError> for AgentError {
    fn from(error: crate::template::TemplateError) -> Self {
        AgentError::fail("template_error", error.to_string())
    }
}

impl From<rookery_egress::MailError> for AgentError {
    fn from(error: rookery_egress::MailError) -> Self {
        let retry = if error.retryable() { Retry::Backoff } else { Retry::Never };
        let field = match error.code() {
            "recipient_refused" => "`recipients`: ",
            "sender_refused" => "`from`: ",
            "login_refused" => "`smtp_url`: ",
            _ => "",
        };
        AgentError { retry, ..AgentError::fail(error.code(), format!("{field}{error}.")) }
    }
}

impl From<rookery_egress::ImapError> for AgentError {
    fn from(error: rookery_egress::ImapError) -> Self {
        let retry = if error.retryable() { Retry::Backoff } else { Retry::Never };
        let field = match error.code() {
            "folder_refused" => "`folders`: ",
            "invalid_host" => "`host`: ",
            "login_refused" => "`username`, `password`: ",
            _ => "",
        };
        AgentError { retry, ..AgentError::fail(error.code(), format!("{field}{error}.")) }
    }
}

impl From<rookery_egress::EgressError> for AgentError {
    fn from(error: rookery_egress::EgressError) -> Self {
        let retry = if error.retryable() { Retry::Backoff } else { Retry::Never };
        AgentError { retry, ..AgentError::fail(error.code(), error.to_string()) }
    }
}
