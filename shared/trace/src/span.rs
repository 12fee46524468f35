//! A span: a piece of work in a trace, and what it is about. While a span runs, it is the context of all that follows from its work.

use crate::{Context, otlp};
use std::sync::LazyLock;
use std::time::SystemTime;
use tracing::Instrument;

tokio::task_local! {
    static CURRENT: Context;
}

/// The span that this task runs in.
pub fn current() -> Option<Context> {
    CURRENT.try_with(|context| *context).ok()
}

/// Runs `work` as if within this span: what `work` sends belongs to that trace.
pub async fn within<T>(context: Option<Context>, work: impl Future<Output = T>) -> T {
    match context {
        Some(context) => CURRENT.scope(context, work).await,
        None => work.await,
    }
}

/// A context for services that only know X-Ray's header, like SQS (`AWSTraceHeader`), if `ROOKERY_XRAY` is `on`.
pub fn xray_header(context: Context) -> Option<String> {
    static IS_ON: LazyLock<bool> = LazyLock::new(|| std::env::var("ROOKERY_XRAY").is_ok_and(|value| value == "on"));
    IS_ON.then(|| context.xray())
}

/// What a span does. The values are those of OpenTelemetry's `SpanKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The span answers a request.
    Server = 2,
    /// The span handles a message.
    Consumer = 5,
}

/// A span that has not run yet.
#[derive(Clone, Debug)]
pub struct Span {
    /// The name of the work: one of few values, like `POST /projects`.
    pub name: String,
    /// The kind of the span.
    pub kind: Kind,
    /// The parent; without one, a new trace begins.
    pub parent: Option<Context>,
    /// What the span is about. Secrets and payloads must not stand here.
    pub attributes: Vec<(&'static str, String)>,
}

/// A span that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) span: Span,
    pub(crate) context: Context,
    pub(crate) began: SystemTime,
    pub(crate) ended: SystemTime,
    /// Why the work failed.
    pub(crate) error: Option<String>,
}

impl Span {
    /// Records work that was done since `began`, in this context.
    pub fn is_over(self, context: Context, began: SystemTime) {
        if context.sampled {
            otlp::record(Ended { span: self, context, began, ended: SystemTime::now(), error: None });
        }
    }

    /// Runs `work` within the span. `error` says whether the outcome is a failure, and why. `log` is the span for log lines, with
    /// the same attributes; the id of the trace is added to it as `trace`.
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
