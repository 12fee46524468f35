//! Persistent agents: what they are, what is asked of their sessions, in which order, and what has happened.
//!
//! | To know | Begin with |
//! |---|---|
//! | what a file says that defines an agent, and how it is judged | [`definition`], then `definition/check.rs` |
//! | how definitions are kept, and found | [`definition::Definitions`], then `rookery_store`'s `definitions.rs` |
//! | the fields of a definition, with their documentation | `definition/fields.rs` |
//! | what a log says, and what is to be done next | `entry.rs`, then the table of `progress.rs` |
//! | how something gets its place in a session's order | `admit.rs` |
//! | how a log is read and goes on | `log.rs` |
//! | how others read it, in parts | `history.rs` |
//! | how an operation is looked at as a run | `runs.rs` |
//! | what follows from the end of an operation | `finish.rs` |
//! | what a cell of a workflow asks, and how it is told the end | `cell.rs` |
//! | how an operation is aborted or cancelled, and what waits | `stop.rs` |
//! | how a session is deleted, and forked | `delete.rs`, `fork.rs` |
//! | how a session is followed by those who listen | `follow.rs`, then `hub.rs` |
//! | how those who take requests see the work on sessions | `ports.rs` |
//!
//! No model is called here, and no HTTP is known.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod admit;
pub mod ask;
mod bounded;
pub mod cell;
pub mod definition;
pub mod delete;
pub mod entry;
pub mod finish;
pub mod follow;
pub mod fork;
pub mod history;
pub mod hub;
pub mod log;
pub mod ports;
pub mod progress;
pub mod runs;
pub mod stop;
pub mod unfinished;

pub use bounded::bounded;

use rookery_queue::Producer;
use rookery_store::Store;
use std::sync::Arc;

/// The sessions of all projects: each process has one, shared by all of its tasks.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    producer: Producer,
    hub: Arc<hub::Hub>,
    /// Sessions as they were read last. Logs only go on, so whoever comes next reads what is new.
    read: Arc<log::Cache>,
}

impl Sessions {
    /// The sessions of a table, and the way to those who wait for their operations.
    pub fn new(store: Store, producer: Producer) -> Self {
        Sessions { store, producer, hub: Arc::default(), read: Arc::new(log::cache()) }
    }

    /// The table.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The way to the queues.
    pub fn producer(&self) -> &Producer {
        &self.producer
    }
}
