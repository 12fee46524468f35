//! The world outside, as agents reach it: the one egress client, credentials put in at the last moment, events of the store.

use crate::Engine;
use crate::delivery::work::Work;
use crate::external::ask::{Asked, Stopped};
use async_trait::async_trait;
use rookery_agents::{AgentError, AskFor, Call, Caller, Host, Reply, sign_standard_webhook};
use rookery_domain::{AgentRef, Error, Event, EventId, ProjectId, RunId};
use rookery_egress::{Response, Secret};
use std::sync::Mutex;

/// The header by which whoever is called may go on with the trace. Source: W3C Trace Context.
const TRACE: &str = "traceparent";

/// The host of one piece of work.
pub(crate) struct EngineHost<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) agent: &'a AgentRef,
    /// The work, if what comes of it is to be committed.
    pub(crate) work: Option<&'a Work>,
    /// Outside calls are made; else each is refused and noted.
    pub(crate) calls: bool,
    /// What would have been called.
    pub(crate) refused: Mutex<Vec<String>>,
    /// How far it came with its request to an external agent.
    pub(crate) asked: Mutex<Asked>,
    /// A store or queue that did not answer: then what the agent makes of it does not count.
    pub(crate) broken: Mutex<Option<Error>>,
}

#[async_trait]
impl Host for EngineHost<'_> {
    async fn call(&self, call: Call<'_>) -> Result<Response, AgentError> {
        self.call_out(call).await
    }

    async fn ask(&self, call: Call<'_>, ask: AskFor<'_>) -> Result<Reply, AgentError> {
        self.note(Asked::Waiting);
        match self.ask_agent(call, ask).await {
            Ok(reply) => {
                if let Reply::Result(_) | Reply::Expired | Reply::Cancelled = reply {
                    self.note(Asked::Told);
                }
                Ok(reply)
            }
            Err(Stopped::Agent(error)) => Err(error),
            Err(Stopped::Store(error)) => {
                let told = AgentError::retry(error.code, error.message.clone());
                *self.broken.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(error);
                Err(told)
            }
        }
    }

    async fn caller(&self, run: RunId) -> Result<Option<Caller>, AgentError> {
        let caller = self.engine.store.caller(&self.agent.workflow, run).await?;
        Ok(caller.map(|caller| Caller { url: caller.url, token: caller.token }))
    }

    async fn sign(&self, credential: &str, text: &str) -> Result<String, AgentError> {
        let found = self.engine.store.credentials(self.project(), &[credential.to_owned()]).await?.pop().flatten();
        let found = found.ok_or_else(|| credential_missing(credential))?;
        Ok(sign_standard_webhook(&found.value, text)?)
    }

    async fn events(&self, ids: &[EventId]) -> Result<Vec<Event>, AgentError> {
        let items = self.engine.store.run_items(&self.agent.workflow, ids).await?;
        Ok(items.into_iter().flatten().filter_map(|item| item.event).collect())
    }
}

impl EngineHost<'_> {
    pub(crate) fn project(&self) -> &ProjectId {
        &self.agent.workflow.project
    }

    fn note(&self, asked: Asked) {
        *self.asked.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = asked;
    }

    /// Notes what was not done.
    pub(crate) fn refuse(&self, line: String) {
        self.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(line);
    }

    pub(crate) async fn call_out(&self, call: Call<'_>) -> Result<Response, AgentError> {
        if !self.calls {
            self.refuse(format!("would call {} {}", call.request.method, call.request.url));
            return Err(AgentError::fail("outside_call", "A dry run makes no outside calls unless `outside_calls` is true."));
        }
        let mut request = call.request;
        let found = self.engine.store.credentials(self.project(), call.credentials).await?;
        for (name, credential) in call.credentials.iter().zip(found) {
            let credential = credential.ok_or_else(|| credential_missing(name))?;
            request.secrets.push(Secret {
                marker: call.scope.marker(name),
                name: credential.name,
                value: credential.value,
                hosts: credential.hosts,
            });
        }
        if let Some(trace) = rookery_trace::current()
            && !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(TRACE))
        {
            request.headers.push((TRACE.to_owned(), trace.to_string()));
        }
        Ok(self.engine.egress.send(request).await?)
    }
}

fn credential_missing(name: &str) -> AgentError {
    AgentError::fail("credential_missing", format!("There is no credential `{name}`: set it in the project."))
}
