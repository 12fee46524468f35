//! What the functions do: accept, route, dispatch, tick, build.
//!
//! | To know | Begin with |
//! |---|---|
//! | how an event comes in | `accept.rs`: [`Engine::accept_at_trigger`]; `hooks.rs`: [`Engine::hook`] |
//! | who gets it | `routing.rs`, and `rookery_domain::Graph::route` |
//! | how it is handled | `delivery/`: its table of states, then `dispatch.rs` |
//! | what agents may ask of the world | `external/host.rs` |
//! | how an answer finds the delivery that waits for it | `external/pending.rs`, then `collect.rs`; that of a person: `decide.rs` |
//! | how workflows use entry points of others | `connections/mod.rs` |
//! | what happens when time passes | `tick.rs` |
//! | how a drawing becomes agents | `workflow/build.rs` |
//! | how records come into segments and lists, and who is told | `records/mod.rs` |
//! | how a workflow is called by its name, and what its caller is told | `workflow/by_name.rs`, then `called_run.rs` |
//! | what is counted | `metrics/meter.rs` |
//! | how an event comes into a list | `lists.rs` |
//!
//! No HTTP, no keys of the table and no option of an agent type is known here.
//!
//! Decisions are pure where possible (`plan`). Everything can be retried safely, by the rules in ARCHITECTURE.md: ids are
//! derived, each arm of a delivery has one commit key, and a message is acknowledged only after all that follows from it is
//! stored and sent.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod accept;
mod confirm;
mod connections;
mod delivery;
mod external;
mod hooks;
mod listening;
mod lists;
mod metrics;
mod public_url;
mod records;
mod routing;
mod tick;
mod workflow;

pub use accept::{Change, Incoming, RunVersion};
pub use connections::called::{CallProgress, CallState, FollowCall};
pub use connections::callers::{DirectTask, Protocol};
pub use connections::new_task::{Answers, NewTask, Recipients};
pub use connections::versions::Deprecated;
pub use connections::{ClientStage, Given, ReplyIn, TaskIn, not_connected};
pub use delivery::chain::ChainBounds;
pub use delivery::dispatch::Dispatcher;
pub use delivery::dry_run::{Report, ReportedEvent, Tried, TriedEvent};
pub use delivery::replay::Replayed;
pub use external::ask_person::question_event;
pub use external::collect::Collected;
pub use external::decide::{decided, question_over};
pub use external::mail::MailSettings;
pub use external::outside_call::OutsideCall;
pub use external::served::Execution;
pub use hooks::HookAnswer;
pub use metrics::activity::{Activity, Working};
pub use metrics::cost::EstimatedCost;
pub use metrics::meter::metrics_pause;
pub use public_url::{NoPublicUrl, PublicUrl};
pub use records::entries::{EntryChange, EntryOutcome};
pub use records::write::{Mode, RecordInput};
pub use records::{Outcome, What};
pub use rookery_agents::Mailbox;
pub use routing::Router;
pub use workflow::build::{Draft, SaveResult};
pub use workflow::built::Built;
pub use workflow::by_name::Call;
pub use workflow::called_run::{CalledEnd, CalledError, Follow, Progress, ToldDelivery};
pub use workflow::needs::Needs;
pub use workflow::secrets::credential_warning;

use connections::issuers::Issuers;
use connections::looks::Looks;
use connections::secrets::DeploymentKeys;
use delivery::slow_lane::SlowLane;
use lists::Lists;
use metrics::meter::Meter;
use records::known::KnownSegments;
use rookery_domain::{Error, Result};
use rookery_egress::Egress;
use rookery_queue::Producer;
use rookery_sessions::Sessions;
use rookery_store::Store;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Weak};
use tokio::sync::{OnceCell, watch};
use workflow::built::BuiltCache;
use workflow::watched::Watched;

/// The engine: each process has one, shared by all of its tasks.
pub struct Engine {
    /// The table.
    pub store: Store,
    /// The way to the queues.
    pub producer: Producer,
    /// The sessions of persistent agents: all of a process have the same ones.
    pub sessions: Sessions,
    egress: Egress,
    built: BuiltCache,
    meter: Meter,
    lists: Lists,
    slow_lane: SlowLane,
    watched: Watched,
    looks: Looks,
    deployment_keys: OnceCell<DeploymentKeys>,
    issuers: Issuers,
    known_segments: KnownSegments,
    settings: Settings,
    itself: Weak<Engine>,
    /// When this process last ticked. If the clock is earlier now, it was set back.
    last_tick: AtomicI64,
    /// When this process last looked at all waits.
    last_waits: AtomicI64,
}

/// What an engine is told about the place that it runs in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The public address of the API: hooks and feeds are there, and external agents post their results there.
    pub public_url: Option<PublicUrl>,
    /// The stage in the metrics for CloudWatch; without a stage, no such metrics are written.
    pub stage: Option<String>,
    /// How far chains go.
    pub chains: ChainBounds,
    /// How many processes like this one may work at once. What each of them writes or reads again and again, at one key, is done more
    /// rarely where there are many.
    pub processes: u32,
    /// What mails are sent with, where neither the project nor the agent says it.
    pub mail: MailSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { public_url: None, stage: None, chains: ChainBounds::default(), processes: 1, mail: MailSettings::default() }
    }
}

/// Deliveries that are under way and take no processor.
pub struct AtRest {
    /// How many outside calls of agents are under way.
    pub calls: watch::Receiver<usize>,
    /// How many works of slow agents stand in line.
    pub in_line: watch::Receiver<usize>,
}

impl AtRest {
    /// How many there are.
    pub fn number(&mut self) -> usize {
        *self.calls.borrow_and_update() + *self.in_line.borrow_and_update()
    }

    /// Waits until their number changes.
    pub async fn changed(&mut self) {
        tokio::select! {
            Ok(()) = self.calls.changed() => {}
            Ok(()) = self.in_line.changed() => {}
            else => std::future::pending().await,
        }
    }
}

impl Engine {
    /// The engine as a handle of its own, for work that outlives its caller.
    pub(crate) fn itself(&self) -> Result<Arc<Self>> {
        self.itself.upgrade().ok_or_else(|| Error::internal("the engine is gone while it is used"))
    }

    /// The public address of the API.
    pub fn public_url(&self) -> Option<&PublicUrl> {
        self.settings.public_url.as_ref()
    }

    pub(crate) fn chains(&self) -> &ChainBounds {
        &self.settings.chains
    }

    /// How many deliveries are under way and take no processor, now and whenever that changes.
    pub fn at_rest(&self) -> AtRest {
        AtRest { calls: self.egress.calls_under_way(), in_line: self.slow_lane.in_line() }
    }

    /// Begins no more computations that may take long: the program ends, and the messages that ask for them come again.
    pub fn begin_no_more(&self) {
        self.slow_lane.close();
    }

    /// Makes an engine over a table, the queues, and the client for outside calls.
    pub fn new(store: Store, producer: Producer, egress: Egress, settings: Settings) -> Arc<Self> {
        Arc::new_cyclic(|itself| Engine {
            sessions: Sessions::new(store.clone(), producer.clone()),
            store,
            producer,
            egress,
            built: workflow::built::cache(),
            meter: Meter::default(),
            lists: Lists::default(),
            slow_lane: SlowLane::of_this_machine(),
            watched: Watched::default(),
            looks: Looks::default(),
            deployment_keys: OnceCell::new(),
            issuers: Issuers::default(),
            known_segments: records::known::cache(),
            settings,
            itself: itself.clone(),
            last_tick: AtomicI64::new(0),
            last_waits: AtomicI64::new(i64::MIN / 2),
        })
    }
}
