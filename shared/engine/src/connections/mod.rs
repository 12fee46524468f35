//! Connections between workflows: a workflow publishes entry points, and stages of other workflows use them, with nothing but tasks and
//! replies.
//!
//! | To know | Begin with |
//! |---|---|
//! | when an entry point is there for others | `publish.rs` |
//! | how an entry point changes without breaking those who use it | `versions.rs` |
//! | how a stage and an entry point are connected | `connect.rs` |
//! | when a connection ends | `over.rs`; how a provider elsewhere is told, `leaving.rs` |
//! | how a stage sends a task, and waits | `ask.rs` |
//! | how a task begins a run of the provider | `take.rs`; the schemas that it is checked by are in `schemas.rs` |
//! | how a reply is sent | `reply.rs` |
//! | how a task is sent to many, and sent again | `new_task.rs`, then `sending.rs` |
//! | how a reply comes to the stage | `replied.rs` |
//! | how clients of other deployments are connected, and replied to | `wire.rs`, over `post.rs` |
//! | how a stage uses an entry point of another deployment | `foreign.rs` and `ask_elsewhere.rs`, over `post.rs` |
//! | how a project proves to another deployment who it is | `proof.rs`, over `jws.rs`, `issuers.rs` |
//! | how callers that are no stages use an entry point | `callers.rs`, then `called.rs`, over `looks.rs` |
//! | what both sides check of payloads, where they are of two deployments | `agreed.rs` |
//! | how many tasks a connection may bring | `rates.rs` |
//! | by what a client of another deployment is known after that | `token.rs` |
//! | which secrets the deployment has for both | `secrets.rs` |
//!
//! Within a deployment, the functions that send call those that take.

mod agreed;
pub(crate) mod ask;
mod ask_elsewhere;
pub(crate) mod called;
pub(crate) mod callers;
pub(crate) mod connect;
pub(crate) mod foreign;
pub(crate) mod issuers;
mod jws;
mod leaving;
pub(crate) mod looks;
pub(crate) mod new_task;
pub(crate) mod over;
mod post;
mod proof;
pub(crate) mod publish;
mod rates;
pub(crate) mod replied;
pub(crate) mod reply;
mod schemas;
pub(crate) mod secrets;
pub(crate) mod sending;
pub(crate) mod take;
mod token;
pub(crate) mod versions;
mod wire;

pub use wire::{ClientStage, Given};

use crate::accept::WORKFLOW_STOPPED;
use crate::workflow::built::AGENT_DISABLED;
use rookery_agents::TaskError;
use rookery_domain::{Error, Kind, Payload, Time};
use std::time::Duration;

/// How many stages or entry points are worked on at a time.
const SIDE_BY_SIDE: usize = 25;
/// How long calls to other deployments are begun while somebody waits for a build or a deletion.
const CALLS: Duration = Duration::from_secs(8);

/// Whether an error says that the other side is there and rests for now.
fn rests(code: &str) -> bool {
    code == WORKFLOW_STOPPED || code == AGENT_DISABLED
}

/// A task for an entry point.
#[derive(Clone, Debug)]
pub struct TaskIn {
    /// The sender's id of the task: the same id means the same task. Without one, nothing can say that it answers the task.
    pub id: Option<String>,
    /// Its type.
    pub task_type: String,
    /// What it says.
    pub payload: Payload,
    /// How many links and connections lie behind it.
    pub hop: u16,
    /// Until when its sender waits for a reply.
    pub deadline: Option<Time>,
    /// The conversation that a sender names who is no stage.
    pub context: Option<String>,
}

/// A reply for a stage.
#[derive(Clone, Debug)]
pub struct ReplyIn {
    /// Its id: the same id means the same reply.
    pub id: String,
    /// Its type.
    pub task_type: String,
    /// What it says.
    pub payload: Payload,
    /// The task that it answers.
    pub answers: Option<String>,
    /// The provider's workflow has failed.
    pub error: Option<TaskError>,
    /// How many links and connections lie behind it.
    pub hop: u16,
}

/// The one answer about a connection, an entry point or a stage that is not there, or is not for whoever asks.
pub fn not_connected() -> Error {
    let remedy = "Connect the stage again: build its workflow. `GET /api/v1/catalog` shows the entry points that there are.";
    Error::new(Kind::NotFound, "not_found", "There is no such connection.", remedy)
}
