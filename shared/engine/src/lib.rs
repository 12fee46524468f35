//! What the functions do: accept, route, dispatch, tick, build.
//!
//! | To know | Begin with |
//! |---|---|
//! | how an event comes in | `accept.rs`: [`Engine::accept_at_trigger`], [`Engine::hook`] |
//! | who gets it | `routing.rs`, and `rookery_domain::Graph::route` |
//! | how it is handled | `delivery/`: its table of states, then `dispatch.rs` |
//! | what agents may ask of the world | `external/host.rs` |
//! | how an answer finds the delivery that waits for it | `external/pending.rs`, then `collect.rs` |
//! | what happens when time passes | `tick.rs` |
//! | how a drawing becomes agents | `workflow/build.rs` |
//! | what is counted | `metrics/meter.rs` |
//!
//! No HTTP, no keys of the table, no option of an agent type is known here.
//!
//! Decisions are pure where they can be (`plan`); everything is retried safely by the rules in ARCHITECTURE.md: deterministic
//! ids, one commit key for each delivery, acknowledgement only after what follows is stored and sent.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod accept;
mod confirm;
mod delivery;
mod external;
mod metrics;
mod public_url;
mod routing;
mod tick;
mod workflow;

pub use accept::{HookAnswer, Incoming};
pub use delivery::dispatch::Dispatcher;
pub use delivery::dry_run::{Report, ReportedEvent};
pub use delivery::replay::Replayed;
pub use external::collect::Collected;
pub use external::served::Execution;
pub use public_url::{NoPublicUrl, PublicUrl};
pub use routing::Router;
pub use workflow::build::{Draft, SaveResult};
pub use workflow::built::Built;

use metrics::meter::Meter;
use rookery_egress::Egress;
use rookery_queue::Producer;
use rookery_store::Store;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use workflow::built::BuiltCache;

/// The engine: one for a process, shared by all that it does.
pub struct Engine {
    /// The table.
    pub store: Store,
    /// The way to the queues.
    pub producer: Producer,
    egress: Egress,
    built: BuiltCache,
    meter: Meter,
    settings: Settings,
    /// When this process ticked last, by its clock: where the clock is earlier now, it was set back.
    last_tick: AtomicI64,
}

/// What an engine is told of where it runs.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where the API is reached from outside: hooks and feeds are there, and external agents post their results there.
    pub public_url: Option<PublicUrl>,
    /// The stage that metrics for CloudWatch are of; without it, none are told on standard output.
    pub stage: Option<String>,
}

impl Engine {
    /// Where the API is reached from outside.
    pub fn public_url(&self) -> Option<&PublicUrl> {
        self.settings.public_url.as_ref()
    }

    /// Over a table, queues and a way outside.
    pub fn new(store: Store, producer: Producer, egress: Egress, settings: Settings) -> Arc<Self> {
        Arc::new(Engine {
            store,
            producer,
            egress,
            built: workflow::built::cache(),
            meter: Meter::default(),
            settings,
            last_tick: AtomicI64::new(0),
        })
    }
}
