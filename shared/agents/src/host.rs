//! The world outside of an agent: what it may ask for while it handles a delivery. A capability is a method of [`Host`], with the
//! types that it takes and gives, in this file alone; the engine gives it in `external/host.rs`. Whoever does not give it (a test, an
//! older host) is not touched: the default body says that it is not available.

use crate::AgentError;
use crate::template::Scope;
use async_trait::async_trait;
use rookery_domain::{CallbackAuth, Event, EventId, RunId, Time};
use rookery_egress::{Request, Response};

/// The world outside of an agent. Implemented by the engine; in a dry run, calls are refused unless they were asked for.
#[async_trait]
pub trait Host: Send + Sync {
    /// Makes an outside call through the one egress client.
    async fn call(&self, _call: Call<'_>) -> Result<Response, AgentError> {
        not_available("outside calls")
    }

    /// Asks an external agent: the call is made once, its result comes later. Called again in each attempt, it says what has become
    /// of the request.
    async fn ask(&self, _call: Call<'_>, _ask: AskFor<'_>) -> Result<Reply, AgentError> {
        not_available("requests to external agents")
    }

    /// Who asked for the run, if it was asked for from elsewhere.
    async fn caller(&self, _run: RunId) -> Result<Option<Caller>, AgentError> {
        not_available("the callers of runs")
    }

    /// Signs a text as Standard Webhooks does, with the secret of a credential.
    async fn sign(&self, _credential: &str, _text: &str) -> Result<String, AgentError> {
        not_available("signing")
    }

    /// Reads events of the same run or memory; those that are gone are missing in the answer.
    async fn events(&self, _ids: &[EventId]) -> Result<Vec<Event>, AgentError> {
        not_available("other events")
    }
}

/// What a host without a capability answers.
fn not_available<T>(what: &str) -> Result<T, AgentError> {
    Err(AgentError::fail("not_available", format!("There is no access to {what} here: use an agent of another type.")))
}

/// An outside call. Its `Idempotency-Key` is the delivery's, whatever the attempt.
#[derive(Debug)]
pub struct Call<'a> {
    /// Method, URL, headers and body, with credential marks in them where the templates have credentials.
    pub request: Request,
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
