//! Agents that start a flow: they receive no events.

pub mod client;
pub mod email_received;
pub mod error_trigger;
pub mod list_entry;
pub mod manual;
pub mod rss;
pub mod schedule;
pub mod scheduler;
pub mod segment;
pub mod served_agent;
pub mod watchdog;
pub mod weather;
pub mod webhook;
