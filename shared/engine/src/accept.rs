//! Accepting: an event from outside becomes durable and its deliveries are sent; only then is there a 2xx.

use crate::confirm::confirm;
use crate::delivery::chain::{Grown, WithLogs};
use crate::{Built, Engine};
use http::HeaderName;
use rookery_agents::{
    Accepted as AcceptedRequest, Address, Agent, Answer, FeedFormat, FeedItem, FeedRequest, HookRequest, Kind as AgentKind,
};
use rookery_domain::{
    Cause, Cell, CellId, Error, Event, EventId, Kind, Payload, ProjectId, Result, Time, WorkflowId, WorkflowRef,
};
use rookery_egress::Redactor;
use rookery_store::{Accepted, Chain, State, Workflow};
use std::borrow::Cow;
use std::sync::Arc;
use tracing::Instrument;

/// Longest key by which a sender names an event, in characters.
const KEY_CHARS: usize = 255;

/// An event that comes in at an agent, as if the agent had emitted it.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The event's payload.
    pub payload: Payload,
    /// The event's groups; the agent's first group when there are none.
    pub groups: Vec<String>,
    /// The sender's name for the event: the same key means the same event.
    pub key: Option<String>,
    /// The event that this one is a copy of.
    pub copy_of: Option<EventId>,
    /// The event's id, if it is already made of the key.
    pub(crate) id: Option<EventId>,
    /// How many links and connections lie behind the event.
    pub(crate) hop: u16,
}

impl Incoming {
    /// An event with this payload and these groups (the agent's first group when there are none). The same key means the same event.
    pub fn new(payload: Payload, groups: Vec<String>, key: Option<String>) -> Self {
        Incoming { payload, groups, key, copy_of: None, id: None, hop: 0 }
    }
}

/// The id of an event that comes in: made of its key, or a fresh one.
pub(crate) fn incoming_id(workflow: &Workflow, cell: &Cell, key: Option<&str>) -> Result<EventId> {
    match key {
        None => Ok(EventId::fresh()),
        Some(key) if (1..=KEY_CHARS).contains(&key.chars().count()) => Ok(EventId::keyed(&workflow.id.agent(cell), key)),
        Some(_) => {
            let message = format!("The Idempotency-Key (or the sender's delivery id) has not 1 to {KEY_CHARS} characters.");
            Err(Error::invalid(message, "Send a shorter one, like a UUID."))
        }
    }
}

/// The answer of a hook.
pub enum HookAnswer {
    /// The event was accepted: the default answer, with these headers.
    Accepted(EventId, Vec<(HeaderName, String)>),
    /// The agent's own answer, and the event if one was accepted.
    Own(Answer, Option<EventId>),
}

impl Engine {
    /// Takes an event in at a trigger of an active workflow.
    pub async fn accept_at_trigger(self: &Arc<Self>, workflow: &Workflow, cell: &CellId, incoming: Incoming) -> Result<EventId> {
        let built = self.active(workflow).await?;
        let (cell, agent) = built.agent(cell)?;
        let kind = rookery_agents::find(&cell.agent_type).map(|info| info.kind);
        if kind != Some(AgentKind::Trigger) {
            return Err(Error::new(
                Kind::Unprocessable,
                "not_a_trigger",
                format!("`{}` is of type `{}`, which starts no flow.", cell.id, cell.agent_type),
                "Put events in at a trigger; use /dry_run to try another agent with an event.",
            ));
        }
        self.accept(workflow, &built, cell, agent, incoming).await
    }

    /// Makes a new event like an old one: from the same agent, in a new run.
    pub async fn emit_again(self: &Arc<Self>, workflow: &Workflow, like: &Event) -> Result<EventId> {
        let built = self.active(workflow).await?;
        let (cell, agent) = built.agent(&like.cell)?;
        let (payload, groups) = (like.payload.clone(), like.groups.clone());
        self.accept(workflow, &built, cell, agent, Incoming { copy_of: Some(like.id), ..Incoming::new(payload, groups, None) })
            .await
    }

    /// The version that new runs are pinned to; 409 `workflow_stopped` when the workflow is not active.
    pub(crate) async fn active(&self, workflow: &Workflow) -> Result<Arc<Built>> {
        if workflow.state != State::Active {
            return Err(Error::new(
                Kind::Conflict,
                "workflow_stopped",
                "The workflow does not run, and takes no new events.",
                "Start it, then send the same request again.",
            ));
        }
        self.built(&workflow.id, workflow.built).await
    }

    /// Stores an event of an agent as the root of a run, and sends what follows.
    pub(crate) async fn accept(
        self: &Arc<Self>,
        workflow: &Workflow,
        built: &Arc<Built>,
        cell: &Cell,
        agent: &dyn Agent,
        incoming: Incoming,
    ) -> Result<EventId> {
        let (id, now) = (&workflow.id, Time::now());
        let is_fresh = incoming.id.is_none() && incoming.key.is_none();
        let event_id = match incoming.id {
            Some(given) => given,
            None => incoming_id(workflow, cell, incoming.key.as_deref())?,
        };
        let groups =
            if incoming.groups.is_empty() { agent.facts().groups.iter().take(1).cloned().collect() } else { incoming.groups };
        let event = Event {
            id: event_id,
            item: event_id,
            version: built.version,
            cell: cell.id.clone(),
            incarnation: cell.incarnation,
            groups,
            payload: incoming.payload,
            created_at: now,
            hop: incoming.hop,
            cause: incoming.copy_of.map(|event| Cause { event, delivery: None }),
            keep_until: now.plus(agent.facts().keep_events_ms),
            last: false,
        };
        let chain = self.chain(id, built, &event, Grown::AtAccept).await;
        // A sender that goes away must not leave an event without its messages.
        let (engine, workflow, built) = (self.clone(), workflow.clone(), built.clone());
        let stored = async move { engine.store_accepted(&workflow, &built, event, is_fresh, chain).await };
        let stored = rookery_trace::within(rookery_trace::current(), stored).in_current_span();
        tokio::spawn(stored).await.map_err(Error::internal)??;
        Ok(event_id)
    }

    async fn store_accepted(
        self: &Arc<Self>,
        workflow: &Workflow,
        built: &Built,
        event: Event,
        is_fresh: bool,
        chain: WithLogs,
    ) -> Result<()> {
        let id = &workflow.id;
        let accepted = match is_fresh {
            true => self.store.accept_fresh(id, &event, &chain.chain).await.map(|()| Accepted::New),
            false => self.store.accept(id, &event, &chain.chain).await,
        };
        match accepted? {
            Accepted::New => {
                log_accepted(id, &event, chain.chain.commits.len(), "accepted");
                self.send_accepted(workflow, built, &event, chain).await
            }
            // The event may have been stored and its deliveries never sent, so they are sent again. A delivery that is done is
            // not done twice.
            Accepted::Same(there) => {
                let Some(event) = there.event.as_ref() else { return Ok(()) };
                log_accepted(id, event, there.chain.commits.len(), "accepted again");
                let built = self.built(id, event.version).await?;
                let outgoing = self.following(id, &built, std::slice::from_ref(event), &there.chain);
                if outgoing.is_empty() {
                    self.list_at_once(workflow, event, &there.chain).await?;
                }
                self.producer.send(outgoing).await
            }
        }
    }

    async fn send_accepted(self: &Arc<Self>, workflow: &Workflow, built: &Built, event: &Event, chain: WithLogs) -> Result<()> {
        let outgoing = self.following(&workflow.id, built, std::slice::from_ref(event), &chain.chain);
        if outgoing.is_empty() {
            // Nothing follows that would list and count the event. A function that ends now loses the count, and nothing else.
            self.list_at_once(workflow, event, &chain.chain).await?;
            self.count_accepted(&workflow.id, event, &chain.chain);
            self.flush_metrics_soon().await;
        }
        self.producer.send(outgoing).await?;
        // The event is safe. A sender who got an error now would send it again.
        if let Err(error) = self.put_chain_logs(&workflow.id, chain).await {
            tracing::warn!(%error, "log lines of agents were not stored");
        }
        Ok(())
    }

    async fn list_at_once(&self, workflow: &Workflow, event: &Event, chain: &Chain) -> Result<()> {
        self.lists.learn(&workflow.id, workflow.is_spread);
        self.list(&workflow.id, std::slice::from_ref(event), chain);
        self.write_lists_of(&workflow.id).await
    }

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
        let Some(payload) = accepted.payload else {
            return Ok(HookAnswer::Own(accepted.answer.unwrap_or(Answer::empty(204)), None));
        };
        let incoming = Incoming::new(payload, accepted.groups, accepted.key);
        let event = self.accept(&workflow, &built, cell, agent, incoming).await?;
        Ok(match accepted.answer {
            Some(mut answer) => {
                answer.headers.extend(accepted.headers);
                HookAnswer::Own(answer, Some(event))
            }
            None => HookAnswer::Accepted(event, accepted.headers),
        })
    }

    /// Writes a feed: `/feeds/{token}.json` or `.xml`. A feed can be read while its workflow exists.
    pub async fn feed(&self, token: &str, format: FeedFormat, url: &str) -> Result<Answer> {
        let (workflow, built, cell_id) = self.by_token(token, Address::Feed).await?;
        let (cell, agent) = built.agent(&cell_id)?;
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
            let (what, field) = if address == Address::Hook { ("hook", "hook_url") } else { ("feed", "feed_url") };
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
        let (cell, _) = built.by_token(secret).ok_or_else(unknown)?;
        let of_type = rookery_agents::find(&cell.agent_type).and_then(|info| info.address);
        let cell = cell.id.clone();
        if of_type == Some(address) { Ok((workflow, built, cell)) } else { Err(unknown()) }
    }
}

/// Logs the one line of an accepted event: it stands for the line of the request, too. So the line names all that it is about, and
/// nothing of the span that it is in: a hook's span does not know the workflow.
fn log_accepted(workflow: &WorkflowRef, event: &Event, chain: usize, what: &str) {
    let WorkflowRef { project, workflow } = workflow;
    tracing::info!(
        parent: None,
        %project,
        %workflow,
        agent = %event.cell,
        run = %event.id.run,
        version = event.version,
        more = (chain > 0).then_some(chain),
        took_ms = Time::now().0 - event.created_at.0,
        trace = rookery_trace::current().map(|context| format!("{:032x}", context.trace)),
        "{what}"
    );
}

/// Takes the secret that verifies a hook out of what is stored: a sender who shows it may have repeated it.
fn without_secret(accepted: &mut AcceptedRequest, name: &str, secret: &str) -> Result<()> {
    let redactor = Redactor::new([(name, secret)]);
    if let Some(key) = &mut accepted.key {
        *key = redactor.redact_text(key);
    }
    if let Some(payload) = &mut accepted.payload
        && let Cow::Owned(clean) = redactor.redact(payload.as_str().as_bytes())
    {
        *payload = Payload::parse(&clean).map_err(|_| {
            Error::invalid("The request holds the hook's secret in a number.", "Leave it out, or put it into a text.")
        })?;
    }
    Ok(())
}
