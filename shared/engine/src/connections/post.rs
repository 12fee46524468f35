//! Requests to other deployments about connections: each has a secret (a token or a proof), which goes to one host and comes back nowhere,
//! and each answer becomes one of the errors that the same call within the deployment would give.

use super::{not_connected, rests};
use crate::Engine;
use http::{Method, Uri};
use rookery_agents::{AgentError, Retry, judge};
use rookery_domain::{Error, Kind, Result, Time, random_token};
use rookery_egress::{Request, Response, Secret};
use serde_json::Value;
use std::time::Duration;

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How often links and connections lie behind a task; until when its sender waits; which task it is.
pub(super) const HOPS: &str = "rookery-hops";
pub(super) const DEADLINE: &str = "rookery-deadline";
pub(super) const KEY: &str = "idempotency-key";
/// The most of another deployment's message that is shown, in characters.
const SHOWN: usize = 300;

/// A call to another deployment.
pub(super) struct Post<'a> {
    pub(super) method: Method,
    pub(super) url: &'a str,
    /// What stands before the secret in the header `authorization`.
    pub(super) scheme: &'static str,
    /// A token or a proof.
    pub(super) secret: &'a str,
    /// The field of a payload (below these names) that has the secret, too.
    pub(super) secret_at: &'static [&'static str],
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
}

impl<'a> Post<'a> {
    /// A call with a token.
    pub(super) fn new(method: Method, url: &'a str, token: &'a str, body: Option<Value>) -> Self {
        Post { method, url, scheme: "", secret: token, secret_at: &[], headers: Vec::new(), body }
    }
}

impl Engine {
    /// Makes the call. An answer that is not 2xx is an error.
    pub(super) async fn post(&self, post: Post<'_>) -> Result<Response> {
        let host = post.url.parse::<Uri>().ok().and_then(|uri| Some(uri.authority()?.to_string()));
        let secret = Secret {
            name: "connection_token".to_owned(),
            marker: random_token(32),
            value: post.secret.to_owned(),
            hosts: host.into_iter().collect(),
        };
        let mut request = Request { timeout: Some(TIMEOUT), ..Request::new(post.method, post.url) };
        request.headers.push(("authorization".to_owned(), format!("{}{}", post.scheme, secret.marker)));
        request.headers.extend(post.headers.into_iter().map(|(name, value)| (name.to_owned(), value)));
        if let Some(trace) = rookery_trace::current() {
            request.headers.push(("traceparent".to_owned(), trace.to_string()));
        }
        if let Some(mut body) = post.body {
            if let Some((last, names)) = post.secret_at.split_last()
                && let Some(fields) = names.iter().try_fold(&mut body, |value, name| value.get_mut(*name))
            {
                fields[*last] = secret.marker.clone().into();
            }
            request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
            request.body = Some(body.to_string().into());
        }
        request.secrets.push(secret);
        match self.egress.send(request).await {
            Ok(answer) => told(answer),
            Err(error) => Err(failed(AgentError::from(error))),
        }
    }
}

/// An answer, or the error that it tells of.
fn told(answer: Response) -> Result<Response> {
    let body = || serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    let text = |name: &str| body()["error"][name].as_str().unwrap_or_default().chars().take(SHOWN).collect::<String>();
    match answer.status {
        200..=299 => Ok(answer),
        401 => Err(not_believed()),
        404 | 410 => Err(not_connected()),
        403 if text("type") == "connection_pending" => {
            let remedy = "Send the task again once the provider has accepted the connection.";
            Err(Error::new(Kind::Forbidden, "connection_pending", "The provider has not accepted the connection yet.", remedy))
        }
        409 if rests(&text("type")) => Err(away("The other side's workflow does not run.")),
        422 => Err(Error::new(Kind::Unprocessable, "invalid_task", text("message"), text("details"))),
        429 if text("type") == "too_many_tasks" => {
            let message = text("message");
            judge(answer, Time::now()).map_err(|error| failed(AgentError { message, ..error }))
        }
        _ => judge(answer, Time::now()).map_err(failed),
    }
}

/// The other deployment does not say why: whoever asks could learn of its network by that. It may be that it could not read our keys.
fn not_believed() -> Error {
    let message = "The other deployment does not believe the proof of who this project is. It reads the keys at \
                   `/.well-known/jwks.json` of this deployment's address, and may have to be allowed to call that address.";
    Error::new(Kind::Conflict, "not_believed", message, "Ask whoever runs the other deployment: its log says why.")
}

fn failed(error: AgentError) -> Error {
    match error.retry {
        Retry::After(ms) => {
            let told = Error::new(Kind::TooMany, "too_many_tasks", error.message, "Send it again later.");
            told.come_again_after(ms.unsigned_abs().div_ceil(1000))
        }
        Retry::Backoff => away(&error.message),
        Retry::Never => Error::new(Kind::Unprocessable, "not_taken", error.message, "Look at the other deployment's answer."),
    }
}

/// The other deployment does not answer, or its workflow does not run: it may come back.
fn away(message: &str) -> Error {
    Error::new(Kind::Conflict, "away", message, "Send it again later.")
}
