//! The table: the items of every noun, and the only crate that speaks to DynamoDB.
//!
//! `keys` holds all keys, and in `keys/prefix.rs` a table of their prefixes, from which `purge` reads what to remove. Each noun
//! has a file with its items and conditions. There are no decisions of the engine here, and no HTTP.
//!
//! Begin with `keys/mod.rs` (what is where), `attributes.rs` (what the attributes of items mean) and `sdk.rs` (the few calls that
//! are made); then read `events.rs` and `commit/`, which do nearly all of the work.
//!
//! **Who writes.** A write that must keep something else true goes through the engine: events and their messages, commits and
//! waits, requests and breakers, versions with what is built of them, schedules, starts and stops, every deletion that asks for a
//! purge. The API writes directly to the store what is complete in one item and has no consequences elsewhere: a project and its
//! name, API keys, credentials, and the clearing of an agent's memories. Everybody reads directly from the store.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod api_keys;
mod attributes;
mod breaker;
mod called;
mod callers;
mod chain;
mod changes;
mod commit;
mod connections;
mod credentials;
mod definitions;
mod deployment;
mod entry_points;
mod error;
mod event_list;
mod event_pages;
mod events;
mod expression;
mod held_results;
mod item;
mod joined;
mod kept_replies;
pub mod keys;
mod left_stages;
mod listeners;
mod loader;
mod logs;
mod mailings;
mod memory;
mod metrics;
mod named;
mod named_runs;
mod outstanding_tasks;
mod packs;
mod page;
mod pending;
mod projects;
mod proofs;
mod purge;
mod recent;
mod record_lists;
mod record_news;
mod record_writes;
mod records;
mod requests;
mod schedules;
mod schema;
mod sdk;
mod segments;
mod sendings;
mod session_asks;
mod sessions;
mod shared;
mod sockets;
#[cfg(test)]
mod source;
mod task_asks;
mod task_origins;
mod tasks;
mod unconditional;
mod used_entry_points;
mod versions;
mod walk;
mod workflows;

pub use api_keys::{ApiKey, Role};
pub use breaker::OpenBreaker;
pub use called::{Called, Told};
pub use callers::Caller;
pub use chain::Chain;
pub use changes::Changes;
pub use commit::record::{Commit, Failure, Parked, Timer};
pub use commit::{Committed, Writes, accept_units};
pub use connections::{Connection, Ends, Window};
pub use credentials::Credential;
pub use definitions::{DefinitionHead, DefinitionSource, DefinitionState, DefinitionVersion, SavedDefinition};
pub use deployment::DeploymentSecrets;
pub use entry_points::{EntryPoint, OlderVersion};
pub use event_list::{EventFilter, event_place, place_in_run, run_place};
pub use event_pages::Entry;
pub use events::{Accepted, RunItem};
pub use held_results::HeldResult;
pub use kept_replies::KeptReply;
pub use listeners::Listener;
pub use logs::LogEntry;
pub use mailings::Mailing;
pub use memory::{MemoryItem, MemoryWrite};
pub use metrics::{Counts, Metric};
pub use named::Named;
pub use named_runs::RunFilter;
pub use packs::pack;
pub use page::{Cursor, Page, Placed};
pub use pending::{Opened, Pending};
pub use projects::Project;
pub use record_lists::RecordList;
pub use record_news::{Moved, News};
pub use record_writes::{Gate, Kept, RecordChange};
pub use records::{GateSeen, Record, RecordFilter};
pub use requests::{Question, Request};
pub use schedules::{Advance, DueCursor, DueItem, DuePage, ScheduleAdvance, ScheduleItem};
pub use sdk::Store;
pub use segments::{Gates, Segment, SegmentState};
pub use sendings::Sending;
pub use session_asks::{AskedSession, Emitted, SessionAsk};
pub use sessions::SessionNames;
pub use sessions::copies::CopyTo;
pub use sessions::files::SessionFile;
pub use sessions::inbox::{Aside, Asked, Ended, Listing, Operation, PutOperation};
pub use sessions::listed::ListedSession;
pub use sessions::log::LogPage;
pub use shared::shared_for;
pub use sockets::OpenSocket;
pub use task_asks::{AskedTask, TaskAsk};
pub use task_origins::TaskOrigin;
pub use tasks::{SentTask, task_place};
pub use used_entry_points::{Elsewhere, Provider, Schemas, UsedEntryPoint, WireToken};
pub use versions::{Saved, VersionInfo};
pub use walk::Walked;
pub use workflows::{About, State, Workflow};
