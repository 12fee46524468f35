//! Rookery on one machine: the functions' handlers in one process, fed with the Lambda events that AWS would send, over
//! stand-ins for DynamoDB and SQS that survive a crash.
//!
//! This crate does what AWS does around the functions: API Gateway, event source mappings, the schedule. It adds no behaviour of
//! Rookery itself.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod address;
mod agents_dir;
pub mod cli;
mod data;
mod demo;
mod event;
pub mod forwarded;
mod gateway;
mod home;
mod lost_runs;
mod mapping;
pub mod push;
mod repair;
mod runner;
mod server;
mod shares;
mod socket;
mod ticker;
mod usage;

pub use runner::Runner;
