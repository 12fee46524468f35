//! In place of those who ask agents: the message says what is to happen.

use async_trait::async_trait;
use futures::StreamExt;
use rookery_domain::{Args, Cost, Payload, Stop, Time, ToolCall, ToolResult, Usage};
use rookery_engine::Engine;
use rookery_sessions::Sessions;
use rookery_sessions::definition::{Definitions, Environment};
use rookery_sessions::ports::{DispatchAsk, Dispatched, Frame, OpError, OpErrorKind, PromptAsk, Prompts, Reply, Running};
use serde_json::json;
use std::sync::Mutex;

pub(crate) struct Fake {
    definitions: Definitions,
    sessions: Sessions,
    pub(crate) asked: Mutex<Vec<PromptAsk>>,
    pub(crate) taken: Mutex<Vec<DispatchAsk>>,
}

impl Fake {
    pub(crate) fn new(engine: &Engine) -> Self {
        let sessions = engine.sessions.clone();
        let definitions = Definitions::new(engine.store.clone(), Environment::default());
        Fake { definitions, sessions, asked: Mutex::default(), taken: Mutex::default() }
    }

    /// Who was asked last, as `agent/instance/session`.
    pub(crate) fn last(&self) -> String {
        let asked = self.asked.lock().unwrap();
        let names = &asked.last().unwrap().names;
        format!("{}|{}|{}", names.agent, names.instance, names.session)
    }
}

/// The text of each answer: it has all that ends a line somewhere.
pub(crate) const TEXT: &str = "a\u{85}b\u{2028}c\u{2029}d\r\ne 🦀";

fn error(kind: OpErrorKind, code: &str, retry_after_s: Option<u64>) -> OpError {
    let dev = Some("the provider's own words".to_owned());
    OpError { kind, code: code.to_owned(), message: "No.".into(), details: "Ask again.".into(), dev, retry_after_s }
}

/// What `kind CODE` as a message leads to.
fn refusal(message: &str) -> Option<OpError> {
    use OpErrorKind as Is;
    Some(match message {
        "busy" => error(Is::Busy, "session_busy", Some(3)),
        "aborted" => error(Is::Aborted, "aborted", None),
        "model" => error(Is::Model, "provider_refused", None),
        "unavailable" => error(Is::ModelUnavailable, "provider_unavailable", Some(7)),
        "expired" => error(Is::Expired, "deadline", None),
        "failed" => error(Is::Failed, "too_many_steps", None),
        "invalid" => error(Is::Invalid, "invalid_request", None),
        "closed" => error(Is::Closed, "session_closing", None),
        "conflict" => error(Is::Conflict, "idempotency_conflict", None),
        "full" => error(Is::Full, "session_full", Some(5)),
        "internal" => error(Is::Internal, "internal_error", None),
        _ => return None,
    })
}

#[async_trait]
impl Prompts for Fake {
    async fn prompt(&self, ask: PromptAsk) -> Result<Running, OpError> {
        let (operation, message) = (ask.at().operation(1), ask.message.clone());
        self.asked.lock().unwrap().push(ask);
        if let Some(error) = refusal(&message) {
            return Err(error);
        }
        let call = ToolCall {
            id: "c1".into(),
            name: "read".into(),
            args: Args::Json(Payload::of(json!({"path": "a"})).unwrap()),
            seal: None,
        };
        let result = ToolResult { call: "c1".into(), is_error: false, text: "what it says".into() };
        let usage = Usage { input: 3, output: 2, total_tokens: 5, ..Usage::default() };
        let cost = (message != "no price").then(|| Cost { input: 0.5, total: 0.5, ..Cost::default() });
        let stop = if message == "cut" { Stop::Length } else { Stop::End };
        let reply = Reply { text: TEXT.into(), usage, cost, model: "demo/test".into(), stop };
        let frames = match message.as_str() {
            // What goes wrong later.
            later if later.starts_with("later ") => vec![Frame::Start, Frame::Error(refusal(&later[6..]).unwrap())],
            first if first.starts_with("first ") => vec![Frame::Error(refusal(&first[6..]).unwrap())],
            "no end" => vec![Frame::Start],
            _ => vec![
                Frame::Start,
                Frame::Delta(TEXT.into()),
                Frame::ToolStart(call.clone()),
                Frame::ToolEnd { call, result },
                Frame::End(reply),
                Frame::Delta("what follows the end".into()),
            ],
        };
        Ok(Running { operation, frames: futures::stream::iter(frames).boxed() })
    }

    async fn dispatch(&self, ask: DispatchAsk) -> Result<Dispatched, OpError> {
        let (operation, message) = (ask.at().operation(2), ask.message.clone());
        self.taken.lock().unwrap().push(ask);
        match refusal(&message) {
            Some(error) => Err(error),
            None => Ok(Dispatched { operation, id: format!("dispatch_{}", "0a".repeat(16)), at: Time::now() }),
        }
    }

    fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    fn definitions(&self) -> &Definitions {
        &self.definitions
    }
}
