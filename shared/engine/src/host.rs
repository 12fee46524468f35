//! The world outside, as agents reach it: the one egress client, credentials put in at the last moment, events of the store.

use crate::Engine;
use async_trait::async_trait;
use rookery_agents::{AgentError, Call, Host};
use rookery_domain::{Event, EventId, ProjectId, WorkflowId};
use rookery_egress::{Response, Secret};
use std::sync::Mutex;

/// The header by which whoever is called may go on with the trace. Source: W3C Trace Context.
const TRACE: &str = "traceparent";

/// The host of one piece of work.
pub(crate) struct EngineHost<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) project: &'a ProjectId,
    pub(crate) workflow: &'a WorkflowId,
    /// Outside calls are made; else each is refused and noted.
    pub(crate) calls: bool,
    /// What would have been called.
    pub(crate) refused: Mutex<Vec<String>>,
}

#[async_trait]
impl Host for EngineHost<'_> {
    async fn call(&self, call: Call<'_>) -> Result<Response, AgentError> {
        if !self.calls {
            let line = format!("would call {} {}", call.request.method, call.request.url);
            self.refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(line);
            return Err(AgentError::fail("outside_call", "A dry run makes no outside calls unless `outside_calls` is true."));
        }
        let mut request = call.request;
        let found = self.engine.store.credentials(self.project, call.credentials).await?;
        for (name, credential) in call.credentials.iter().zip(found) {
            let credential = credential.ok_or_else(|| {
                AgentError::fail("credential_missing", format!("There is no credential `{name}`: set it in the project."))
            })?;
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

    async fn events(&self, ids: &[EventId]) -> Result<Vec<Event>, AgentError> {
        let items = self.engine.store.run_items(self.project, self.workflow, ids).await?;
        Ok(items.into_iter().flatten().filter_map(|item| item.event).collect())
    }
}
