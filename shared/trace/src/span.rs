//! A span: a piece of work of a trace, with what it is about. While it runs, it is the context of all that follows.

use crate::{Context, otlp};
use std::sync::LazyLock;
use std::time::SystemTime;
use tracing::Instrument;

tokio::task_local! {
    static CURRENT: Context;
}

/// The span that this task is in.
pub fn current() -> Option<Context> {
    CURRENT.try_with(|context| *context).ok()
}

/// Runs `work` as if within this span: what it sends belongs to that trace.
pub async fn within<T>(context: Option<Context>, work: impl Future<Output = T>) -> T {
    match context {
        Some(context) => CURRENT.scope(context, work).await,
        None => work.await,
    }
}

/// The context for services that know X-Ray's only, like SQS (`AWSTraceHeader`): if `ROOKERY_XRAY` is `on`.
pub fn xray_header() -> Option<String> {
    static IS_ON: LazyLock<bool> = LazyLock::new(|| std::env::var("ROOKERY_XRAY").is_ok_and(|value| value == "on"));
    if *IS_ON { current().map(Context::xray) } else { None }
}

/// On which side of what it is. Source: OpenTelemetry's `SpanKind`, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It answers a request.
    Server = 2,
    /// It handles a message.
    Consumer = 5,
}

/// A span that is to be run.
#[derive(Clone, Debug)]
pub struct Span {
    /// What it does: of few values, like `POST /projects`.
    pub name: String,
    /// Its side.
    pub kind: Kind,
    /// Where it came from; without it, a trace begins here.
    pub parent: Option<Context>,
    /// What it is about. No secrets, no payloads.
    pub attributes: Vec<(&'static str, String)>,
}

/// A span that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) span: Span,
    pub(crate) context: Context,
    pub(crate) began: SystemTime,
    pub(crate) ended: SystemTime,
    /// Why it failed.
    pub(crate) error: Option<String>,
}

impl Span {
    /// Runs `work` within it. `error` says of what came out why it failed, if it did. `log` has the same attributes for log lines;
    /// the id of the trace is added to it as `trace`.
    pub async fn run<T>(self, log: tracing::Span, work: impl Future<Output = T>, error: impl FnOnce(&T) -> Option<String>) -> T {
        let context = self.parent.map_or_else(Context::fresh, Context::child);
        let began = SystemTime::now();
        log.record("trace", tracing::field::display(format_args!("{:032x}", context.trace)));
        let result = CURRENT.scope(context, work.instrument(log)).await;
        if context.sampled && otlp::is_on() {
            let error = error(&result);
            otlp::record(Ended { span: self, context, began, ended: SystemTime::now(), error });
        }
        result
    }
}
