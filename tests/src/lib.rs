//! The harness of the journeys: the real program in a process of its own, a client, a sink that the program calls, and a fake of
//! Lambda's runtime API for the functions. No test is in this crate's library.
//!
//! Everything here panics when something is wrong: that is how a test fails.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod agent;
mod agents;
mod api;
mod bucket;
pub mod lambda;
mod mails;
mod network;
mod pages;
mod process;
mod provider;
mod queues;
mod rookery;
mod server;
mod sink;
mod socket;
mod wait;
mod workflow;
mod world;

pub use agent::{Acknowledge, Asked, ExternalAgent, finish};
pub use agents::Agents;
pub use api::{Answer, Api, Call, Frame, Frames};
pub use bucket::Bucket;
pub use mails::{Arrived, Mails, Offers};
pub use network::{Network, Passed};
pub use pages::{Page, Pages};
pub use provider::Provider;
pub use queues::Waiting;
pub use rookery::{Program, Rookery, program};
pub use sink::{Reply, Request, Sink};
pub use socket::{Came, Socket};
pub use wait::{wait_until, wait_up_to};
pub use workflow::{Workflow, agent, cells, deliveries, events, link, link_of};
