//! One trace for each run, across functions: the context that requests and messages carry, the spans, and where they are sent.
//!
//! The context is W3C's (`traceparent`), and can be read and written as X-Ray's. A span is written twice: as the fields of every
//! log line within it, and, if an endpoint is configured, over OTLP. Nothing here knows what a span is about.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod context;
mod otlp;
mod span;

pub use context::Context;
pub use otlp::{export_from_environment, export_to, flush, is_on};
pub use span::{Kind, Span, current, within, xray_header};
