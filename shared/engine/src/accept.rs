//! Accepting: an event from outside becomes durable and its deliveries are sent; only then is there a 2xx.

use crate::delivery::chain::{Grown, WithLogs};
use crate::{Built, Engine};
use rookery_agents::{Agent, Kind as AgentKind};
use rookery_domain::{Cause, Cell, CellId, Error, Event, EventId, Kind, Payload, Result, Time, WorkflowRef};
use rookery_store::{Accepted, Chain, State, Workflow};
use serde::Deserialize;
use std::sync::Arc;
use tracing::Instrument;

/// The code of the error of a workflow that takes no new events.
pub(crate) const WORKFLOW_STOPPED: &str = "workflow_stopped";
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
    /// Whether the key alone says so, and what came first stays. Otherwise, other content under the same key is refused.
    pub key_suffices: bool,
    /// The event that this one is a copy of.
    pub copy_of: Option<EventId>,
    /// The one agent that a copy goes to.
    pub(crate) receiver: Option<CellId>,
    /// The event's id, if it is already made of the key.
    pub(crate) id: Option<EventId>,
    /// How many links and connections lie behind the event.
    pub(crate) hop: u16,
}

impl Incoming {
    /// An event with this payload and these groups (the agent's first group when there are none). The same key means the same event.
    pub fn new(payload: Payload, groups: Vec<String>, key: Option<String>) -> Self {
        Incoming { payload, groups, key, key_suffices: false, copy_of: None, receiver: None, id: None, hop: 0 }
    }
}

/// How an event that is made again differs from the one before.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Another payload.
    pub payload: Option<Payload>,
    /// Other groups.
    pub groups: Option<Vec<String>>,
    /// The version of the new run.
    pub version: RunVersion,
}

/// The version in which something is done again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunVersion {
    /// The last built version.
    #[default]
    Newest,
    /// The version of the event's own run.
    Run,
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

/// How an event that comes in is told from those that came before.
#[derive(Clone, Copy)]
enum Identity {
    /// Nothing can have its id.
    Fresh,
    /// What has its id is the same event, if it has the same content.
    KeyAndContent,
    /// What has its id is the same event.
    Key,
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

    /// Makes a new event like an old one, or with what is changed: from the same agent, in a new run.
    pub async fn emit_again(self: &Arc<Self>, workflow: &Workflow, like: &Event, change: Change) -> Result<EventId> {
        let newest = self.active(workflow).await?;
        let built = if change.version == RunVersion::Run { self.built(&workflow.id, like.version).await? } else { newest };
        let (cell, agent) = built.agent(&like.cell)?;
        let (payload, groups) =
            (change.payload.unwrap_or_else(|| like.payload.clone()), change.groups.unwrap_or_else(|| like.groups.clone()));
        self.accept(workflow, &built, cell, agent, Incoming { copy_of: Some(like.id), ..Incoming::new(payload, groups, None) })
            .await
    }

    /// The version that new runs are pinned to; 409 `workflow_stopped` when the workflow is not active.
    pub(crate) async fn active(&self, workflow: &Workflow) -> Result<Arc<Built>> {
        if workflow.state != State::Active {
            return Err(Error::new(
                Kind::Conflict,
                WORKFLOW_STOPPED,
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
        let identity = match (incoming.id, &incoming.key) {
            (None, None) => Identity::Fresh,
            _ if incoming.key_suffices => Identity::Key,
            _ => Identity::KeyAndContent,
        };
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
            cause: incoming.copy_of.map(|event| Cause { event, delivery: None, receiver: incoming.receiver }),
            keep_until: now.plus(agent.facts().keep_events_ms),
            last: false,
        };
        let chain = self.chain(id, built, &event, Grown::AtAccept).await;
        // A sender that goes away must not leave an event without its messages.
        let (engine, workflow, built) = (self.clone(), workflow.clone(), built.clone());
        let stored = async move { engine.store_accepted(&workflow, &built, event, identity, chain).await };
        let stored = rookery_trace::within(rookery_trace::current(), stored).in_current_span();
        tokio::spawn(stored).await.map_err(Error::internal)??;
        Ok(event_id)
    }

    async fn store_accepted(
        self: &Arc<Self>,
        workflow: &Workflow,
        built: &Built,
        event: Event,
        identity: Identity,
        chain: WithLogs,
    ) -> Result<()> {
        let id = &workflow.id;
        let accepted = match identity {
            Identity::Fresh => self.store.accept_fresh(id, &event, &chain.chain).await.map(|()| Accepted::New),
            Identity::KeyAndContent => self.store.accept(id, &event, &chain.chain).await,
            Identity::Key => self.store.accept_first(id, &event, &chain.chain).await,
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
            self.count_accepted(&workflow.id, built, event, &chain.chain);
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
