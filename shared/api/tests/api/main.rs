//! The API over a real engine and the stand-ins, by way of its router. All tests are in one binary, which is linked once.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod a2a;
mod a2a_cards;
mod a2a_client;
mod a2a_refused;
mod agents;
mod at_work;
mod auth;
mod bodies;
mod changes;
mod definitions;
mod events;
mod fake;
mod flue;
mod flue_paths;
mod here;
mod hooks;
mod isolation;
mod lists;
mod mcp;
mod mcp_client;
mod mcp_published;
mod methods;
mod named_runs;
mod openapi;
mod projects;
mod ready_cells;
mod run_lists;
mod runs;
mod schemas;
mod sessions;
mod sockets;
mod support;
mod transfer;
mod workflows;
