//! Examples of agent types: shown in the catalogue, and run as tests.

use serde::Serialize;
use serde_json::Value;

/// An event that an example expects.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ExampleEvent {
    /// The event's group.
    pub group: String,
    /// The event's payload.
    pub payload: Value,
}

/// Options, an event in, the events out.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Example {
    /// What the example shows, in a few words.
    pub title: &'static str,
    /// The cell's config.
    pub config: Value,
    /// The payload of the event that comes in; none for a check, or for a trigger that only shows its config.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Value>,
    /// The memory before.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub memory: Value,
    /// The answer that an outside call gets: `{"status", "body"}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// The result that an external agent posts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<Value>,
    /// The events that come out.
    pub emits: Vec<ExampleEvent>,
    /// The memory afterwards, where the example shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remembers: Option<Value>,
}

impl Example {
    /// An example without an event in, and without events out.
    pub fn new(title: &'static str, config: Value) -> Self {
        Example { title, config, event: None, memory: Value::Null, answer: None, reply: None, emits: Vec::new(), remembers: None }
    }

    /// The same example with an event that comes in.
    pub fn on(mut self, payload: Value) -> Self {
        self.event = Some(payload);
        self
    }

    /// The same example with a memory before.
    pub fn remembering(mut self, memory: Value) -> Self {
        self.memory = memory;
        self
    }

    /// The same example with the answer to an outside call.
    pub fn answered(mut self, status: u16, body: &str) -> Self {
        self.answer = Some(serde_json::json!({"status": status, "body": body}));
        self
    }

    /// The same example with the result that an external agent posts.
    pub fn replied(mut self, result: Value) -> Self {
        self.reply = Some(result);
        self
    }

    /// The same example with the memory afterwards.
    pub fn remembers(mut self, memory: Value) -> Self {
        self.remembers = Some(memory);
        self
    }

    /// The same example with one more event that comes out.
    pub fn emits(mut self, group: &str, payload: Value) -> Self {
        self.emits.push(ExampleEvent { group: group.to_owned(), payload });
        self
    }
}
