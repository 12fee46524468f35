//! The words of Rookery as types: ids, payloads, workflows, graphs, events, messages' subjects, conversations with models, errors.
//!
//! The crate is pure: no AWS, no tokio, no I/O, no clock but [`Time::now`]. All other crates may depend on this one; it depends
//! on none of ours.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod connection;
mod error;
mod event;
mod file_path;
mod graph;
mod ids;
pub mod limits;
mod message;
mod model;
mod named_run;
mod operation;
mod options;
mod payload;
mod pending;
pub mod prices;
mod record;
mod refs;
mod request;
mod session;
mod strict;
mod time;
mod wording;
mod words;

pub use connection::{Access, ClientName, ConnectionState, Published, TaskState};
pub use error::{Error, Kind, RETRY_AFTER, Result};
pub use event::{Cause, Event, EventAt};
pub use file_path::FilePath;
pub use graph::{Cell, ControlLink, Graph, Link, Target};
pub use ids::{
    CellId, ConnectionId, DeliveryId, EntryPointId, EventId, ListId, ProjectId, RunId, ScopeId, SegmentId, StageId, TaskId,
    WorkflowId, hashed_uuid, is_valid_name, random_token,
};
pub use message::{
    Args, Cost, ImageAt, ImageRef, Message, PaidUsage, Part, Role, Seal, Stop, Thinking, ToolCall, ToolResult, Usage,
};
pub use model::{ModelName, ThinkingLevel};
pub use named_run::NamedRun;
pub use operation::{OperationAt, SessionAt, SessionKey};
pub use options::{AgentCell, Options, Problem, is_valid_group};
pub use payload::{Payload, not_json, read_json};
pub use pending::PendingState;
pub use record::{Collection, RecordAt, Told, check_attributes, is_valid_kind, is_valid_stage};
pub use refs::{AgentRef, WorkflowRef};
pub use request::{CallbackAuth, RequestState};
pub use session::AgentName;
pub use strict::Strict;
pub use time::Time;
pub use wording::in_plain_words;
pub use words::Words;
