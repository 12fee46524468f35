//! Agent types: the trait that each implements, the registry, templates in options, and one file for each type.
//!
//! This crate knows no store and no queue: an agent returns what it wants done as [`Effects`], and reaches outside only through [`Host`].
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod agent;
pub mod agent_protocol;
mod cloud_event;
mod collections;
mod compare;
mod compose;
mod context;
mod controls;
mod dates;
mod effects;
mod erased;
mod example;
mod facts;
mod gathered;
mod hook;
mod host;
pub mod huginn;
mod json_path;
pub mod json_schema;
mod judge;
mod lenient;
mod mail;
mod meaning;
mod numbers;
mod operators;
mod outside;
mod paths;
mod pattern;
mod processor;
mod registry;
pub mod schedule;
mod seen;
mod senders;
mod service;
pub mod template;
#[cfg(test)]
mod testing;
pub mod types;
mod verify;
mod web;

pub use agent::{Address, AgentType, Kind, MemoryUse, Problems};
pub use collections::{Listens, Matcher, NamedList, SegmentKind};
pub use context::Context;
pub use effects::{AgentError, Effects, Emit, Memory, Retry, Wait};
pub use erased::{Agent, Build, TypeInfo};
pub use example::{Example, ExampleEvent};
pub use facts::{CredentialUse, EntryPointAt, Expected, Facts, Served};
pub use hook::{Accepted, Answer, FeedFormat, FeedItem, FeedRequest, HookEvent, HookRequest};
pub use host::*;
pub use judge::judge;
pub use mail::mailbox::{InvalidMailbox, Mailbox};
pub use mail::message::message;
pub use pattern::{Pattern, Searches};
pub use processor::processor_time;
pub use registry::{all, build, find, in_config};
pub use verify::{ACCESS_TOKEN, HookSecret, STANDARD_WEBHOOKS, sign_standard_webhook, verify_standard_webhook};
