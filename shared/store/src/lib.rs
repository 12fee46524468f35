//! The table: every noun's items, the one place that speaks to DynamoDB.
//!
//! `keys` holds all keys; one file for each noun holds its items and conditions. No decisions of the engine, no HTTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod api_keys;
mod breaker;
mod callers;
mod commit;
mod credentials;
mod events;
mod expression;
mod held_results;
mod item;
pub mod keys;
mod loader;
mod logs;
mod memory;
mod metrics;
mod page;
mod projects;
mod requests;
mod schedules;
mod schema;
mod sdk;
mod versions;
mod workflows;

pub use api_keys::{ApiKey, Role};
pub use breaker::OpenBreaker;
pub use callers::Caller;
pub use commit::record::{Commit, Failure, Parked, Timer};
pub use commit::{Committed, Writes};
pub use credentials::Credential;
pub use events::{Accepted, EventFilter, RunItem};
pub use held_results::HeldResult;
pub use logs::LogEntry;
pub use memory::{MemoryItem, MemoryWrite};
pub use metrics::{Counts, Metric};
pub use page::{Cursor, Page};
pub use projects::Project;
pub use requests::{Opened, Request};
pub use schedules::{DueCursor, DueItem, DuePage, ScheduleAdvance, ScheduleItem};
pub use sdk::Store;
pub use versions::{Saved, VersionInfo};
pub use workflows::{State, Workflow};
