//! What an agent sees while it handles one delivery, and its only way outside.

use crate::AgentError;
use crate::template::Scope;
use async_trait::async_trait;
use rookery_domain::{CallbackAuth, Cell, DeliveryId, Event, EventId, RunId, Time};
use rookery_egress::Response;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// An outside call. Its `Idempotency-Key` is the delivery's, whatever the attempt.
#[derive(Debug)]
pub struct Call<'a> {
    /// Method, URL, headers and body, with credential marks in them where the templates have credentials.
    pub request: rookery_egress::Request,
    /// The credentials that the marks stand for.
    pub credentials: &'a [String],
    /// The scope in which the marks were rendered.
    pub scope: &'a Scope,
}

/// What an external agent is asked, besides the call itself.
#[derive(Clone, Copy, Debug)]
pub struct AskFor<'a> {
    /// The agent's base URL: what its circuit breaker goes by.
    pub endpoint: &'a str,
    /// How long the result may take, in milliseconds.
    pub deadline_ms: i64,
    /// By what a posted result is trusted.
    pub auth: CallbackAuth,
    /// The credential that verifies a signed result.
    pub secret: Option<&'a str>,
    /// How many requests of the agent may be outstanding.
    pub most: u32,
}

/// What has become of a request to an external agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Its result, as it was posted.
    Result(String),
    /// It is outstanding, until this deadline.
    WaitsUntil(Time),
    /// It was not made: ask again at this time. And why.
    NotNow(Time, String),
    /// Its deadline passed.
    Expired,
    /// A person cancelled it.
    Cancelled,
}

/// Who asked for a run over the protocol of external agents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// Where the outcome is posted, if the caller said so.
    pub url: Option<String>,
    /// What is sent along.
    pub token: Option<String>,
}

/// The world outside of an agent. Implemented by the engine; in a dry run, calls are refused unless they were asked for.
#[async_trait]
pub trait Host: Send + Sync {
    /// Makes an outside call through the one egress client.
    async fn call(&self, call: Call<'_>) -> Result<Response, AgentError>;
    /// Asks an external agent: the call is made once, its result comes later. Called again in each attempt, it says what has become
    /// of the request.
    async fn ask(&self, call: Call<'_>, ask: AskFor<'_>) -> Result<Reply, AgentError>;
    /// Who asked for the run, if it was asked for from elsewhere.
    async fn caller(&self, run: RunId) -> Result<Option<Caller>, AgentError>;
    /// Signs a text as Standard Webhooks does, with the secret of a credential.
    async fn sign(&self, credential: &str, text: &str) -> Result<String, AgentError>;
    /// Reads events of the same run or memory; those that are gone are missing in the answer.
    async fn events(&self, ids: &[EventId]) -> Result<Vec<Event>, AgentError>;
}

/// One delivery, check or timer, as its agent sees it.
pub struct Context<'a> {
    /// The agent.
    pub cell: &'a Cell,
    /// The id of its workflow.
    pub workflow: &'a str,
    /// The event that woke it: none for a check; for a timer, the event of the delivery that set it.
    pub event: Option<&'a Event>,
    /// The links that led here, by cell id.
    pub links: Vec<String>,
    /// All links that lead to this agent, by cell id.
    pub incoming: Vec<String>,
    /// The memory that [`AgentType::memory`](crate::AgentType::memory) asked for; `Null` when there is none yet.
    pub memory: Value,
    /// This delivery (or check, or timer): the same in every attempt.
    pub delivery: DeliveryId,
    /// Attempts before this one.
    pub attempt: u32,
    /// The time until which an earlier [`Effects::wait_until`](crate::Effects::wait_until) of this delivery waited.
    pub waited_until: Option<Time>,
    /// For a check: the time at which it was due.
    pub due: Option<Time>,
    /// The time of this attempt.
    pub now: Time,
    /// The world outside.
    pub host: &'a dyn Host,
    payload: OnceLock<Value>,
    scope: OnceLock<Scope>,
}

impl<'a> Context<'a> {
    /// A context with nothing but an agent and a host: the caller fills in the rest.
    pub fn new(cell: &'a Cell, delivery: DeliveryId, host: &'a dyn Host) -> Self {
        Context {
            cell,
            workflow: "",
            event: None,
            links: Vec::new(),
            incoming: Vec::new(),
            memory: Value::Null,
            delivery,
            attempt: 0,
            waited_until: None,
            due: None,
            now: Time::now(),
            host,
            payload: OnceLock::new(),
            scope: OnceLock::new(),
        }
    }

    /// The event's payload, parsed once; `{}` for a check.
    pub fn payload(&self) -> &Value {
        self.payload.get_or_init(|| self.event.map_or_else(|| json!({}), |event| event.payload.value()))
    }

    /// What templates see: the payload's keys, `payload`, `event`, `agent`, `now` (and `due` at a check). Made once.
    pub fn scope(&self) -> &Scope {
        self.scope.get_or_init(|| {
            // The scope finds the keys of `payload` at the top level too.
            let mut variables = Map::from_iter([("payload".to_owned(), self.payload().clone())]);
            if let Some(event) = self.event {
                let event = json!({
                    "id": event.id, "run_id": event.id.run, "cell_id": event.cell,
                    "groups": event.groups, "created_at": event.created_at,
                });
                variables.insert("event".into(), event);
            }
            variables.insert("agent".into(), json!({"cell_id": self.cell.id, "name": self.cell.name}));
            variables.insert("now".into(), json!(self.now));
            if let Some(due) = self.due {
                variables.insert("due".into(), json!(due));
            }
            Scope::new(variables)
        })
    }
}
