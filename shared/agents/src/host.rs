//! The world outside of an agent: what the agent may ask for while it handles a delivery. A capability is a method of [`Host`],
//! with the types that it takes and gives, here or in the file of their subject below. The engine implements it in `external/host.rs`. A host
//! without the capability (in a test, for example) need not change: the default body answers that it is not available.

mod connections;
mod controls;
mod mail;
mod mailbox;
mod people;
mod records;

pub use connections::*;
pub use controls::*;
pub use mail::*;
pub use mailbox::*;
pub use people::*;
pub use records::*;

use crate::AgentError;
use crate::template::Scope;
use async_trait::async_trait;
use rookery_domain::{AgentName, CallbackAuth, Cell, Event, EventAt, PaidUsage, Payload, RunId, Stop, TaskId, Time};
use rookery_egress::{AwsKey, Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

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

    /// Asks a person, of whom nothing is known but that he has the link or a key. The first attempt has the question told of by an event, and the
    /// result is what was decided: a [`Decision`], as JSON. Each further attempt is told what has become of it.
    async fn ask_person(&self, _ask: AskPerson<'_>) -> Result<Reply, AgentError> {
        not_available("people")
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

    /// Begins the mails of this delivery: what they tell of, and when they are made, is what its first attempt said here.
    async fn begin_mail(&self, _about: Value) -> Result<Mailing, AgentError> {
        not_available("mail")
    }

    /// Sends a mail to each of its recipients who has none of this delivery yet, one after the other, and gives what became of each.
    async fn send_mail(&self, _mail: &Mail, _mailing: &Mailing) -> Result<Vec<Mailed>, AgentError> {
        not_available("mail")
    }

    /// Looks for new mails in folders of a server, and marks or deletes those that were emitted before. Gives what became of each folder.
    async fn look_for_mail(&self, _look: LookForMail<'_>) -> Result<Vec<LookedInto>, AgentError> {
        not_available("mail")
    }

    /// Does something to agents that this one controls, and gives a line for the log for each. All changes of agents are one new version of
    /// the workflow. Each attempt does the same, once.
    async fn control(&self, _commands: &[Command<'_>]) -> Result<Vec<String>, AgentError> {
        not_available("other agents")
    }

    /// The agents of the workflow of which something is expected, but for those that are disabled.
    async fn watched(&self) -> Result<Vec<Watched>, AgentError> {
        not_available("what other agents do")
    }

    /// Who asked for the run, if it was started over the protocol of external agents.
    async fn caller(&self, _run: RunId) -> Result<Option<Caller>, AgentError> {
        not_available("the callers of runs")
    }

    /// Signs a text as Standard Webhooks does, with the secret of a credential.
    async fn sign(&self, _credential: &str, _text: &str) -> Result<String, AgentError> {
        not_available("signing")
    }

    /// The script that a credential holds.
    async fn script(&self, _credential: &str) -> Result<String, AgentError> {
        not_available("scripts of credentials")
    }

    /// Makes URLs by which whoever has them may read what lies at these, without the key. Nothing is called.
    async fn presign(&self, _presign: Presign<'_>) -> Result<Vec<String>, AgentError> {
        not_available("signatures of AWS")
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

/// An agent of which something is expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// Its cell.
    pub cell: Cell,
    /// Why it does not work, if it does not.
    pub reason: Option<String>,
    /// When it last emitted an event, within the last 31 days.
    pub last_event_at: Option<Time>,
    /// When it last received one.
    pub last_received_at: Option<Time>,
    /// When it last failed.
    pub last_error_at: Option<Time>,
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

/// URLs that are to be signed.
#[derive(Debug)]
pub struct Presign<'a> {
    /// The key that signs them; marks stand in place of credentials.
    pub key: &'a AwsKey,
    /// The URLs, without credentials.
    pub urls: Vec<String>,
    /// For how long they open what lies there.
    pub lasts: Duration,
    /// The credentials that the marks stand for.
    pub credentials: &'a [String],
    /// The scope in which the marks were rendered.
    pub scope: &'a Scope,
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
