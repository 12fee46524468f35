//! Logging: one filter for the functions and for the program on one machine. What a line says is up to the code that writes it; what
//! it looks like on AWS is in [`json`], and when it is written on one machine is in [`held`].

mod held;
mod json;

pub use held::Held;
use json::{JsonFields, JsonLine};
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

/// Sets up the logs of a function: JSON lines on standard output, at `RUST_LOG` or `info`. Traces go where
/// [`rookery_trace::export_from_environment`] says.
pub fn observe() {
    observe_by(lines_as_json(std::io::stdout), LevelFilter::INFO);
}

/// Sets up the logs of the program on one machine: plain lines on standard error, at `RUST_LOG` or `warn`. Traces are set up, too.
/// The program keeps what is given until it ends: then the last lines are written.
pub fn observe_here() -> Held {
    let held = Held::new(std::io::stderr());
    observe_by(tracing_subscriber::fmt::layer().with_writer(held.writer()), LevelFilter::WARN);
    held
}

/// The lines of a function.
pub fn lines_as_json<W>(writer: W) -> impl Layer<Registry> + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer().event_format(JsonLine).fmt_fields(JsonFields).with_writer(writer)
}

fn observe_by(lines: impl Layer<Registry> + Send + Sync + 'static, default: LevelFilter) {
    rookery_trace::export_from_environment();
    let given = std::env::var("RUST_LOG").unwrap_or_default();
    let asked = (!given.trim().is_empty()).then(|| given.parse::<Targets>());
    let is_wrong = matches!(asked, Some(Err(_)));
    let targets = asked.and_then(Result::ok).unwrap_or_else(|| Targets::new().with_default(default));
    // A second call in the same process changes nothing.
    let _ = tracing_subscriber::registry().with(lines.with_filter(only_safe(targets))).try_init();
    if is_wrong {
        tracing::warn!(%default, "RUST_LOG is not understood, so the default counts: write `debug` or `rookery_engine=debug`");
    }
}

/// Lets only lines through that cannot hold a secret. Below `info`, libraries log what they send and receive: headers with keys,
/// bodies with payloads and credentials. So only our own crates, whose lines have ids only, are heard below `info`.
/// The server of MCP logs three lines for each request, with what its client says of itself: only its errors are heard.
fn only_safe(targets: Targets) -> impl Filter<Registry> {
    let safe = Targets::new()
        .with_default(LevelFilter::INFO)
        .with_target("rookery", LevelFilter::TRACE)
        .with_target("rmcp", LevelFilter::ERROR);
    FilterExt::<Registry>::and(targets, safe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    /// Keeps what is written.
    #[derive(Clone, Default)]
    pub(super) struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        pub(super) fn writer(&self) -> impl Fn() -> Lines + Send + Sync + use<> {
            let lines = self.clone();
            move || lines.clone()
        }

        pub(super) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(rust_log: &str) -> String {
        let lines = Lines::default();
        let layer = tracing_subscriber::fmt::layer().with_ansi(false).without_time().with_writer(lines.writer());
        let filter = only_safe(rust_log.parse().unwrap());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer.with_filter(filter)), || {
            let _span = tracing::trace_span!(target: "aws_smithy_runtime::client", "invoke", key = "secret").entered();
            tracing::trace!(target: "aws_smithy_runtime::client", "request: secret");
            tracing::debug!(target: "hyper::proto", "body: secret");
            tracing::trace!(target: "lambda_runtime", body = "secret", "raw JSON event");
            tracing::warn!(target: "hyper::proto", "heard");
            tracing::trace!(target: "rookery_engine::delivery", "ours");
            tracing::info!(target: "rookery_api", "ours");
        });
        lines.text()
    }

    #[test]
    fn libraries_are_not_heard_below_info_whatever_is_asked_for() {
        for rust_log in
            ["trace", "debug,hyper=trace", "aws_smithy_runtime=trace,lambda_runtime=trace,hyper=trace,rookery_engine=trace"]
        {
            let lines = logged(rust_log);
            assert!(!lines.contains("secret") && lines.contains("heard"), "{rust_log}: {lines}");
        }
        assert_eq!(logged("trace").matches("ours").count(), 2);
        assert_eq!(logged("rookery_engine=trace").matches("ours").count(), 1);
        assert_eq!(logged("error"), "");
    }
}
