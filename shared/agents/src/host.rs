//! The world outside of an agent: what the agent may ask for while it handles a delivery. A capability is a method of [`Host`],
//! with the types that it takes and gives; all of these are in this file. The engine implements it in `external/host.rs`. A host
//! without the capability (in a test, for example) need not change: the default body answers that it is not available.

use crate::template::Scope;
use crate::{AgentError, EntryPointAt};
use async_trait::async_trait;
use rookery_domain::{
    AgentName, CallbackAuth, Cell, ClientName, Event, EventAt, PaidUsage, Payload, RunId, Stop, TaskId, Time, is_valid_group,
};
use rookery_egress::{Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The world outside of an agent, implemented by the engine. In a dry run, calls are refused unless the caller asked for them.
#[async_trait]
pub trait Host: Send + Sync {
    /// Makes an outside call through the one egress client.
    async fn call(&self, _call: Call<'_>) -> Result<Response, AgentError> {
        not_available("outside calls")
    }

    /// Asks an external agent. The first attempt makes the call, and the result comes later. Each further attempt is told what
    /// has become of the request.
    async fn ask(&self, _call: Call<'_>, _ask: AskFor<'_>) -> Result<Reply, AgentError> {
        not_available("requests to external agents")
    }

    /// Asks a persistent agent of the project, in one of its sessions. The first attempt has its place in the session's order, and the
    /// result comes when the session has done what is asked: an [`AgentReply`], as JSON. Each further attempt is told what has become of it.
    async fn ask_session(&self, _ask: AskSession<'_>) -> Result<Reply, AgentError> {
        not_available("persistent agents")
    }

    /// Sends a task to an entry point. The first attempt sends it, and the result is the first reply that answers it: a [`TaskReply`], as
    /// JSON. Each further attempt is told what has become of it.
    async fn ask_task(&self, _ask: AskTask<'_>) -> Result<Reply, AgentError> {
        not_available("entry points")
    }

    /// Sends a reply over connections of the project, and gives its id over each of them.
    async fn send_reply(&self, _reply: SendReply<'_>) -> Result<Vec<TaskId>, AgentError> {
        not_available("connections")
    }

    /// Writes a record of the project. Each attempt writes the same, once.
    async fn write_record(&self, _write: WriteRecord<'_>) -> Result<WrittenRecord, AgentError> {
        not_available("records")
    }

    /// Changes the place of a record in a list of the project. Each attempt changes the same, once.
    async fn change_entry(&self, _change: ChangeEntry<'_>) -> Result<ChangedEntry, AgentError> {
        not_available("lists of records")
    }

    /// Does something to agents that this one controls, and gives a line for the log for each. All changes of agents are one new version of
    /// the workflow. Each attempt does the same, once.
    async fn control(&self, _commands: &[Command<'_>]) -> Result<Vec<String>, AgentError> {
        not_available("other agents")
    }

    /// Who asked for the run, if it was started over the protocol of external agents.
    async fn caller(&self, _run: RunId) -> Result<Option<Caller>, AgentError> {
        not_available("the callers of runs")
    }

    /// Signs a text as Standard Webhooks does, with the secret of a credential.
    async fn sign(&self, _credential: &str, _text: &str) -> Result<String, AgentError> {
        not_available("signing")
    }

    /// Reads events of the same workflow; events that are no longer kept are missing in the answer.
    async fn events(&self, _places: &[EventAt]) -> Result<Vec<Event>, AgentError> {
        not_available("other events")
    }
}

/// The error of a host without a capability.
fn not_available<T>(what: &str) -> Result<T, AgentError> {
    Err(AgentError::fail("not_available", format!("There is no access to {what} here: use an agent of another type.")))
}

/// What is done to an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Command<'a> {
    /// The agent.
    pub target: &'a Cell,
    /// What is done to it.
    pub action: Action,
}

/// What an agent does to one that it controls.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// It is checked.
    Run,
    /// It is at work from now on.
    Enable,
    /// It rests from now on.
    Disable,
    /// These options are merged into its own, deep.
    Configure(Map<String, Value>),
}

/// A record that is written.
#[derive(Clone, Copy, Debug)]
pub struct WriteRecord<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its attributes.
    pub attributes: &'a Map<String, Value>,
    /// Whether all others are removed.
    pub replaces: bool,
    /// How many links and connections lie behind the event that is handled.
    pub hop: u16,
}

/// A record that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenRecord {
    /// What it says of itself now.
    pub attributes: Value,
    /// `created`, `changed` or `unchanged`.
    pub outcome: &'static str,
}

/// What becomes of a record's place in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToStage {
    /// It is added, or moved if it is in the list.
    Add,
    /// It is moved; it must be in the list.
    Move,
    /// It is taken out.
    Remove,
}

/// A change of a record's place in a list.
#[derive(Clone, Copy, Debug)]
pub struct ChangeEntry<'a> {
    /// The list's id.
    pub list: &'a str,
    /// The record's kind.
    pub kind: &'a str,
    /// The record's id.
    pub id: &'a str,
    /// What becomes of it.
    pub to: ToStage,
    /// The stage; the first one, if none is named.
    pub stage: Option<&'a str>,
    /// How many links and connections lie behind the event that is handled.
    pub hop: u16,
}

/// What became of a record's place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedEntry {
    /// Whether it is another than before.
    pub is_changed: bool,
    /// The stage before; none if it was not in the list.
    pub from: Option<String>,
    /// The stage where it is; none if it was taken out.
    pub stage: Option<String>,
}

/// An outside call. Its `Idempotency-Key` is the same in every attempt of a delivery.
#[derive(Debug)]
pub struct Call<'a> {
    /// Method, URL, headers and body; marks stand in place of credentials.
    pub request: Request,
    /// The credentials that the marks stand for.
    pub credentials: &'a [String],
    /// The scope in which the marks were rendered.
    pub scope: &'a Scope,
}

impl Call<'_> {
    /// What people are told of the request: `***` stands in place of credentials.
    pub fn request_line(&self) -> RequestLine {
        let url = self.scope.without_marks(&self.request.url, self.credentials);
        RequestLine { method: self.request.method.to_string(), url }
    }
}

/// Which request is made, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// The method.
    pub method: String,
    /// The URL, without the values of credentials.
    pub url: String,
}

/// What an external agent is asked, besides the call itself.
#[derive(Clone, Copy, Debug)]
pub struct AskFor<'a> {
    /// The external agent's base URL; its circuit breaker is kept by this URL.
    pub endpoint: &'a str,
    /// How long the result may take, in milliseconds.
    pub deadline_ms: i64,
    /// How a posted result proves its sender.
    pub auth: CallbackAuth,
    /// The credential that verifies a signed result.
    pub secret: Option<&'a str>,
    /// How many requests of the agent may be outstanding.
    pub most: u32,
}

/// What a persistent agent is asked.
#[derive(Clone, Copy, Debug)]
pub struct AskSession<'a> {
    /// The agent's name.
    pub agent: &'a AgentName,
    /// The id of its instance.
    pub instance: &'a str,
    /// The name of the session.
    pub session: &'a str,
    /// The question.
    pub message: &'a str,
    /// What the agent's instructions see as `payload`.
    pub payload: Option<&'a Payload>,
    /// How long the answer may take, in milliseconds.
    pub deadline_ms: i64,
    /// How many questions of the asking agent may be outstanding.
    pub most: u32,
}

/// What a persistent agent answered, or why it did not: what is stored on the record of the delivery that asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentReply {
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The model of the last answer, as `provider/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What all calls of models took together.
    pub usage: PaidUsage,
    /// `false` where the price of one of them is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_known: Option<bool>,
    /// Why the answer is not whole: `length` or `refused`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Why there is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ReplyError>,
    /// The agent's name.
    pub agent: String,
    /// The id of its instance.
    pub instance: String,
    /// The name of the session.
    pub session: String,
    /// The id of the run of the operation that answered.
    pub run_id: String,
}

/// Why a persistent agent gave no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplyError {
    /// A word for programs.
    pub code: String,
    /// What is wrong and what helps.
    pub message: String,
    /// What the provider of the model said: its status and code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Value>,
}

/// A task for an entry point.
#[derive(Clone, Copy, Debug)]
pub struct AskTask<'a> {
    /// The entry point.
    pub at: &'a EntryPointAt,
    /// The task's type.
    pub task_type: &'a str,
    /// What it says: an object.
    pub payload: &'a Payload,
    /// How many links and connections lie behind the event that is handled.
    pub hop: u16,
    /// How long the reply may take, in milliseconds.
    pub deadline_ms: i64,
    /// How many tasks of the asking agent may be outstanding.
    pub most: u32,
}

/// Whom a reply is for.
#[derive(Clone, Copy, Debug)]
pub enum ReplyTo<'a> {
    /// The connection with this public name.
    Connection(&'a str),
    /// All connections of a client.
    Client(&'a ClientName),
}

/// A reply for a client's stage.
#[derive(Clone, Copy, Debug)]
pub struct SendReply<'a> {
    /// Whom it is for.
    pub to: ReplyTo<'a>,
    /// The reply's type.
    pub task_type: &'a str,
    /// What it says: an object.
    pub payload: &'a Payload,
    /// How many links and connections lie behind the event that is handled.
    pub hop: u16,
    /// When that event was made.
    pub at: Time,
}

/// What came back from an entry point: what is stored on the record of the delivery that asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskReply {
    /// Its id: the same reply may come again.
    pub id: String,
    /// Its type.
    pub task_type: String,
    /// What it says.
    pub payload: Payload,
    /// Why there is no reply: the provider's workflow has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<TaskError>,
}

/// Why a provider's workflow gave no reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskError {
    /// A word for programs.
    pub code: String,
    /// What went wrong.
    pub message: String,
}

/// The groups of an event that a task becomes: the group of its kind, and its type. No type can be taken for a group of ours.
pub fn task_groups(kind: &str, task_type: &str) -> Vec<String> {
    let as_group = is_valid_group(task_type) && !task_type.starts_with("on_");
    std::iter::once(kind).chain(as_group.then_some(task_type)).map(str::to_owned).collect()
}

/// What has become of a request to an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The result, as it was posted.
    Result(String),
    /// The request is outstanding, until this deadline.
    WaitsUntil(Time),
    /// The request was not made: ask again at this time. The text says why.
    NotNow(Time, String),
    /// The deadline passed without a result.
    Expired,
    /// A person cancelled the request.
    Cancelled,
}

/// Who asked for a run over the protocol of external agents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// Where the outcome is posted, if the caller asked for that.
    pub url: Option<String>,
    /// The token that is sent along with the outcome.
    pub token: Option<String>,
}
