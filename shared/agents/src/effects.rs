//! What an agent wants done: data, so that a dry run is the same call, not committed.

use crate::template::{Limit, Problem};
use rookery_domain::{Error, Payload, Time};
use serde_json::Value;

/// An event to emit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emit {
    /// Its groups.
    pub groups: Vec<String>,
    /// Its payload.
    pub payload: Payload,
}

/// What becomes of the memory that was loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Memory {
    /// It stays.
    #[default]
    Keep,
    /// It becomes this, for good.
    Set(Value),
    /// It becomes this, and may be forgotten after that time.
    SetUntil(Value, Time),
}

/// What an agent wants done. Committed whole, once, or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// Events, in this order.
    pub emit: Vec<Emit>,
    /// The memory.
    pub memory: Memory,
    /// Lines for the agent's log.
    pub logs: Vec<String>,
    /// Times at which `timer` is to be called.
    pub wake: Vec<Time>,
    /// An item for the agent's feed.
    pub publish: Option<Payload>,
    /// What became of the delivery, when it is not simply `done`: like `late`.
    pub outcome: Option<&'static str>,
    /// Do nothing yet: call again, with the same event. Everything else here is ignored.
    pub wait: Option<Wait>,
}

/// What an agent waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// When it is called again.
    pub until: Time,
    /// What it waits for, for people: shown where the run is shown. No secrets.
    pub why: Option<String>,
    /// It asked somebody: it is called sooner when the answer is there.
    pub for_reply: bool,
}

impl Effects {
    /// Nothing is to be done: the event ends here.
    pub fn none() -> Self {
        Effects::default()
    }

    /// One event of one group.
    pub fn emit(group: &str, payload: Payload) -> Self {
        Effects { emit: vec![Emit { groups: vec![group.to_owned()], payload }], ..Effects::default() }
    }

    /// Nothing yet: call again at this time.
    pub fn wait_until(until: Time) -> Self {
        Effects { wait: Some(Wait { until, why: None, for_reply: false }), ..Effects::default() }
    }

    /// Nothing yet: call again when the answer to what was asked is there, or at this time. And what is waited for.
    pub fn wait_for_reply(until: Time, why: impl Into<String>) -> Self {
        Effects { wait: Some(Wait { until, why: Some(why.into()), for_reply: true }), ..Effects::default() }
    }

    /// The same, and the memory becomes this.
    pub fn remember(mut self, memory: Value) -> Self {
        self.memory = Memory::Set(memory);
        self
    }

    /// The same, with a line for the log.
    pub fn log(mut self, line: impl Into<String>) -> Self {
        self.logs.push(line.into());
        self
    }

    /// The same, with what became of the delivery.
    pub fn outcome(mut self, outcome: &'static str) -> Self {
        self.outcome = Some(outcome);
        self
    }
}

/// Whether, and when, a failed attempt is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It would fail again: the delivery fails for good.
    Never,
    /// After a wait that grows with the attempts.
    Backoff,
    /// After this many milliseconds, as the other side asked.
    After(i64),
}

/// Why an agent could not do its work. All of it is shown to the workflow's owner: no secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AgentError {
    /// Stable, in snake case.
    pub code: String,
    /// What went wrong, and the remedy where one is known.
    pub message: String,
    /// More for the `on_error` event: like the status and body of an answer.
    pub details: Option<Value>,
    /// What to do about it.
    pub retry: Retry,
}

impl AgentError {
    /// A failure that would come again.
    pub fn fail(code: &str, message: impl Into<String>) -> Self {
        AgentError { code: code.to_owned(), message: message.into(), details: None, retry: Retry::Never }
    }

    /// A failure that may pass.
    pub fn retry(code: &str, message: impl Into<String>) -> Self {
        AgentError { retry: Retry::Backoff, ..AgentError::fail(code, message) }
    }

    /// The same with more for the `on_error` event.
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }
}

impl From<Error> for AgentError {
    /// An inner error of the user's making fails for good; a store that did not answer is tried again.
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
        // Time is of the wall clock: a process that was frozen ran out of it without a fault of the template's.
        match error.problem() {
            Problem::Limit(Limit::Time) => AgentError::retry("template_error", error.to_string()),
            _ => AgentError::fail("template_error", error.to_string()),
        }
    }
}

impl From<rookery_egress::EgressError> for AgentError {
    fn from(error: rookery_egress::EgressError) -> Self {
        let retry = if error.retryable() { Retry::Backoff } else { Retry::Never };
        AgentError { retry, ..AgentError::fail(error.code(), error.to_string()) }
    }
}
