//! Journeys over HTTP: what a user does, with the real program. Each test has a process of its own.
//!
//! The modules at the top need only a URL, and so can run against a deployed system:
//! `ROOKERY_TEST_URL=https://... ROOKERY_TEST_KEY=... cargo test --test journeys`. Those in `external` start an external agent on
//! loopback, which the system must be allowed to call. Those in `here` kill or restart the program, or watch a sink on this
//! machine.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod agents;
mod asking;
mod connection_states;
mod connections;
mod deletion;
mod entry_point_versions;
mod external;
mod here;
mod hooks;
mod idempotency;
mod input;
mod limits;
mod merge;
mod observing;
mod operating;
mod published_tools;
mod records;
mod routes;
mod routing;
mod stopping;
mod task_runs;
mod tasks;
mod tenants;
mod timer_agent;
mod versions;

/// The program under test.
fn rookery() -> rookery_tests::Program {
    rookery_tests::program(env!("CARGO_BIN_EXE_rookery-under-test"))
}
