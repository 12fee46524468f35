//! Persistent agents in Rust: a program of your own that is all of Rookery, and has agents whose tools are your functions.
//!
//! ```no_run
//! use rookery_sdk::{AgentConfig, create_agent, define_tool};
//!
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Ticket {
//!     /// The ticket's number.
//!     number: u32,
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     let support = create_agent("support", |cx| {
//!         let status = define_tool("ticket_status", "Says how it stands with a ticket.", async |ticket: Ticket, _| {
//!             Ok(format!("Ticket {} is open.", ticket.number))
//!         });
//!         AgentConfig::new().model("openai/gpt-5").instructions(format!("You help the customer {}.", cx.id)).tool(status)
//!     });
//!     rookery_sdk::main([support]) // The program `rookery`, with its flags and its HTTP API, and this agent.
//! }
//! ```
//!
//! | To | Begin with |
//! |---|---|
//! | say what an agent is | [`create_agent`], [`AgentConfig`]; [`define_agent_profile`] for what several share |
//! | give it a function of yours | [`define_tool`]; [`Tool::repeatable`], if a call may be made again |
//! | serve it over HTTP, and to the cells of workflows | [`main`] |
//! | ask it in your program | [`Rookery::start`], then [`init_agent`] and [`Session::prompt`] |
//! | give it work for later, which survives everything | [`dispatch`] |
//!
//! On AWS, build the function `agents` yourself: `functions/agents/src/main.rs`, with [`Operations::with_agents`]. Only programs that know an agent's code run it; others refuse to.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod rookery;

pub use rookery::{Harness, Rookery, Session, dispatch, init_agent};
pub use rookery_domain::{Error, Result, ThinkingLevel};
pub use rookery_operations::{
    AgentConfig, AgentContext, AgentProfile, CreatedAgent, Operations, Tool, ToolContext, ToolFailure, create_agent,
    define_agent_profile, define_tool,
};
pub use rookery_sessions::definition::{OnBusy, Persist};
pub use rookery_sessions::ports::{Dispatched, Frame, OpError, Reply};

use std::process::ExitCode;

/// The program `rookery`, with these agents in the project `default`.
pub fn main(agents: impl IntoIterator<Item = CreatedAgent>) -> ExitCode {
    rookery_local::cli::main_with(agents.into_iter().collect())
}
