//! What agents send over connections, and what comes back.

use crate::EntryPointAt;
use rookery_domain::{ClientName, Payload, Time, is_valid_group};
use serde::{Deserialize, Serialize};

/// A task for an entry point.
#[derive(Clone, Copy, Debug)]
pub struct AskTask<'a> {
    /// The entry point.
    pub at: &'a EntryPointAt,
    /// The task's type.
    pub task_type: &'a str,
    /// What it says: an object.
    pub payload: &'a Payload,
    /// How many links and connections lie behind the event that is handled.
    pub hop: u16,
    /// How long the reply may take, in milliseconds.
    pub deadline_ms: i64,
    /// How many tasks of the asking agent may be outstanding.
    pub most: u32,
}

/// Whom a reply is for.
#[derive(Clone, Copy, Debug)]
pub enum ReplyTo<'a> {
    /// The connection with this public name.
    Connection(&'a str),
    /// All connections of a client.
    Client(&'a ClientName),
}

/// A reply for a client's stage.
#[derive(Clone, Copy, Debug)]
pub struct SendReply<'a> {
    /// Whom it is for.
    pub to: ReplyTo<'a>,
    /// The reply's type.
    pub task_type: &'a str,
    /// What it says: an object.
    pub payload: &'a Payload,
    /// How many links and connections lie behind the event that is handled.
    pub hop: u16,
    /// When that event was made.
    pub at: Time,
}

/// What came back from an entry point: what is stored on the record of the delivery that asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskReply {
    /// Its id: the same reply may come again.
    pub id: String,
    /// Its type.
    pub task_type: String,
    /// What it says.
    pub payload: Payload,
    /// Why there is no reply: the provider's workflow has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<TaskError>,
}

/// Why a provider's workflow gave no reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskError {
    /// A word for programs.
    pub code: String,
    /// What went wrong.
    pub message: String,
}

/// The groups of an event that a task becomes: the group of its kind, and its type. No type can be taken for a group of ours.
pub fn task_groups(kind: &str, task_type: &str) -> Vec<String> {
    let as_group = is_valid_group(task_type) && !task_type.starts_with("on_");
    std::iter::once(kind).chain(as_group.then_some(task_type)).map(str::to_owned).collect()
}
