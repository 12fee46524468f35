//! From clients and settings, or from the environment, to an engine: what every process does once, at its start. No handler lives here.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod assembly;
#[cfg(feature = "lambda")]
mod https;
#[cfg(feature = "lambda")]
mod lambda;
mod log;
mod operations;

pub use assembly::{Booted, Clients, Options, TABLE, assemble, create};
#[cfg(feature = "lambda")]
pub use lambda::{from_environment, sdk, variable};
pub use log::{Held, lines_as_json, observe, observe_here};
pub use operations::operations;
