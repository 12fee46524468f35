//! The public addresses of agents: requests to hooks, which become events, and feeds.

use crate::confirm::confirm;
use crate::{Built, Engine, Incoming};
use futures::future::try_join_all;
use http::HeaderName;
use rookery_agents::{Accepted, Address, Answer, FeedFormat, FeedItem, FeedRequest, HookEvent, HookRequest};
use rookery_domain::{CellId, Error, EventId, Kind, Payload, ProjectId, Result, WorkflowId, WorkflowRef};
use rookery_egress::Redactor;
use rookery_store::{State, Workflow};
use std::borrow::Cow;
use std::sync::Arc;

/// How many events of a batch are stored at a time.
const AT_A_TIME: usize = 10;
/// The answer of a hook.
pub enum HookAnswer {
    /// The default answer.
    Accepted {
        /// The events that were accepted.
        events: Vec<EventId>,
        /// Whether they are answered as a list.
        is_batch: bool,
        /// Further headers.
        headers: Vec<(HeaderName, String)>,
    },
    /// The agent's own answer, and the events that were accepted.
    Own(Answer, Vec<EventId>),
}

impl Engine {
    /// Handles a request to a hook: `/hooks/{project}{workflow}{secret}`.
    pub async fn hook(self: &Arc<Self>, token: &str, request: &HookRequest) -> Result<HookAnswer> {
        let (workflow, built, cell_id) = self.by_token(token, Address::Hook).await?;
        let (cell, agent) = built.agent(&cell_id)?;
        if workflow.state != State::Active {
            self.active(&workflow).await?;
        }
        let names: Vec<String> = agent.facts().hook_secret.iter().map(|secret| secret.credential.clone()).collect();
        // Without a stored secret, the agent decides: probes and handshakes come unsigned and need none.
        let secret = self.store.credentials(&workflow.id.project, &names).await?.pop().flatten().map(|found| found.value);
        let mut accepted = agent.hook(request, secret.as_deref())?;
        if let (Some(name), Some(secret)) = (names.first(), &secret) {
            without_secret(&mut accepted, name, secret)?;
        }
        if let Some(url) = &accepted.confirm {
            confirm(&self.egress, url).await?;
        }
        // If one of them fails, the sender sends all again, and those that are stored are known by their keys.
        let mut events = Vec::with_capacity(accepted.events.len());
        for some in accepted.events.chunks(AT_A_TIME) {
            let incoming = some.iter().map(|HookEvent { payload, key, key_suffices }| Incoming {
                key_suffices: *key_suffices,
                ..Incoming::new(payload.clone(), accepted.groups.clone(), key.clone())
            });
            let stored = incoming.map(|incoming| self.accept(&workflow, &built, cell, agent, incoming));
            events.extend(try_join_all(stored).await?);
        }
        Ok(match accepted.answer {
            Some(mut answer) => {
                answer.headers.extend(accepted.headers);
                HookAnswer::Own(answer, events)
            }
            None => HookAnswer::Accepted { events, is_batch: accepted.is_batch, headers: accepted.headers },
        })
    }

    /// Writes a feed: `/feeds/{token}.json` or `.xml`. A feed can be read while its workflow exists.
    pub async fn feed(&self, token: &str, format: FeedFormat, url: &str) -> Result<Answer> {
        let address = if format == FeedFormat::Page { Address::Page } else { Address::Feed };
        let (workflow, built, cell_id) = self.by_token(token, address).await?;
        let (cell, agent) = built.any_agent(&cell_id)?;
        let published = self.store.list_published(&workflow.id.agent(cell), agent.facts().feed_items.max(1)).await?;
        let items: Vec<FeedItem> = published
            .into_iter()
            .filter_map(|item| {
                let at = item.commit.as_ref()?.began;
                Some(FeedItem { id: item.id, at, value: item.published?.value().clone() })
            })
            .collect();
        agent.feed(&FeedRequest { format, url, name: &cell.name, items: &items })
    }

    /// The agent of a public address. The token contains project and workflow; the rest of it is the secret.
    async fn by_token(&self, token: &str, address: Address) -> Result<(Workflow, Arc<Built>, CellId)> {
        let unknown = || {
            let (what, field) = match address {
                Address::Hook => ("hook", "hook_url"),
                Address::Feed => ("feed", "feed_url"),
                Address::Page => ("page", "page_url"),
            };
            let details = format!("Copy its URL from the agent's `{field}`: `GET .../workflows/{{workflow}}/agents` shows it.");
            Error::new(Kind::NotFound, "not_found", format!("There is no {what} at this address."), details)
        };
        let (project, rest) = token.split_at_checked(ProjectId::LENGTH).ok_or_else(unknown)?;
        let (workflow, secret) = rest.split_at_checked(WorkflowId::LENGTH).ok_or_else(unknown)?;
        let (Ok(project), Ok(workflow)) = (project.parse(), workflow.parse()) else { return Err(unknown()) };
        let id = WorkflowRef { project, workflow };
        let workflow = self.store.known_workflow(&id).await?.filter(|workflow| !workflow.deleted && workflow.built > 0);
        let workflow = workflow.ok_or_else(unknown)?;
        let built = self.built(&id, workflow.built).await?;
        let cell = built.by_token(secret).ok_or_else(unknown)?;
        let of_type = rookery_agents::find(&cell.agent_type).and_then(|info| info.address);
        let cell = cell.id.clone();
        if of_type == Some(address) { Ok((workflow, built, cell)) } else { Err(unknown()) }
    }
}

/// Takes the secret that verifies a hook out of what is stored: a sender who shows it may have repeated it.
fn without_secret(accepted: &mut Accepted, name: &str, secret: &str) -> Result<()> {
    let redactor = Redactor::new([(name, secret)]);
    for HookEvent { payload, key, .. } in &mut accepted.events {
        if let Some(key) = key {
            *key = redactor.redact_text(key);
        }
        if let Cow::Owned(clean) = redactor.redact(payload.as_str().as_bytes()) {
            *payload = Payload::parse(&clean).map_err(|_| {
                Error::invalid("The request holds the hook's secret in a number.", "Leave it out, or put it into a text.")
            })?;
        }
    }
    Ok(())
}
