//! From clients and settings, or from the environment, to an engine: what every process does once, at its start. No handler lives here.

mod assembly;
#[cfg(feature = "lambda")]
mod lambda;

pub use assembly::{Booted, Clients, Options, TABLE, assemble, create};
#[cfg(feature = "lambda")]
pub use lambda::from_environment;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Logs as JSON lines on standard output, at `RUST_LOG` or `info`; traces as [`rookery_trace::export_from_environment`] says.
pub fn observe() {
    rookery_trace::export_from_environment();
    let given = std::env::var("RUST_LOG").ok().and_then(|given| given.parse::<Targets>().ok());
    let filter = given.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    // The innermost span has the ids; the outer ones are the runtime's own.
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).with_target(false);
    // A second call in the same process changes nothing.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}
