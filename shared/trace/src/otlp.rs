//! Ended spans on their way to a collector: OTLP over HTTP, as JSON. Source: OpenTelemetry Protocol Specification 1.x, "OTLP/HTTP".

use crate::span::Ended;
use bytes::Bytes;
use rookery_egress::{Egress, Policy, Request};
use serde_json::{Value, json};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The most spans that wait to be sent; further ones are dropped, and counted.
const WAITING: usize = 2048;
/// How long a collector may take, so that no request waits longer than this.
const LIMIT: Duration = Duration::from_secs(2);

static EXPORTER: OnceLock<Exporter> = OnceLock::new();

struct Exporter {
    url: String,
    service: String,
    egress: Egress,
    waiting: Mutex<Waiting>,
    /// Held while a request is under way: there is one at a time.
    sending: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    spans: Vec<Ended>,
    dropped: usize,
}

/// Begins to export if `OTEL_EXPORTER_OTLP_ENDPOINT` is set, as [`export_to`] does. The service is called `OTEL_SERVICE_NAME`,
/// `AWS_LAMBDA_FUNCTION_NAME` or `rookery`. Source: OpenTelemetry's environment variables.
pub fn export_from_environment() {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(endpoint) = variable("OTEL_EXPORTER_OTLP_ENDPOINT") else { return };
    let service = variable("OTEL_SERVICE_NAME").or_else(|| variable("AWS_LAMBDA_FUNCTION_NAME"));
    export_to(&endpoint, service.as_deref().unwrap_or("rookery"));
}

/// Sends spans that end from now on to the collector at `endpoint` (like `http://localhost:4318`), as spans of `service`. Only
/// the first call in a process has an effect.
pub fn export_to(endpoint: &str, service: &str) {
    // The operator chooses the collector, so it may have any address.
    let everywhere = ["0.0.0.0/0", "::/0"].iter().filter_map(|range| range.parse().ok()).collect();
    let policy = Policy { allow: everywhere, timeout: LIMIT, ..Policy::default() };
    let _ = EXPORTER.set(Exporter {
        url: format!("{}/v1/traces", endpoint.trim_end_matches('/')),
        service: service.to_owned(),
        egress: Egress::new(policy),
        waiting: Mutex::default(),
        sending: tokio::sync::Mutex::default(),
    });
}

/// Whether ended spans are sent anywhere. Without a collector, attributes need not be made.
pub fn is_on() -> bool {
    EXPORTER.get().is_some()
}

pub(crate) fn record(span: Ended) {
    let Some(exporter) = EXPORTER.get() else { return };
    let mut waiting = exporter.waiting.lock().unwrap_or_else(PoisonError::into_inner);
    match waiting.spans.len() < WAITING {
        true => waiting.spans.push(span),
        false => waiting.dropped += 1,
    }
}

/// Sends the spans that wait, after those that are being sent now. A function calls this before it answers, since it may be
/// frozen afterwards. Spans that the collector refuses are lost, and that is logged.
pub async fn flush() {
    let Some(exporter) = EXPORTER.get() else { return };
    let _sending = exporter.sending.lock().await;
    let Waiting { spans, dropped } = std::mem::take(&mut *exporter.waiting.lock().unwrap_or_else(PoisonError::into_inner));
    if spans.is_empty() {
        return;
    }
    let body = document(&exporter.service, &spans).to_string();
    let mut request = Request::new(http::Method::POST, &exporter.url);
    request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
    request.body = Some(Bytes::from(body));
    let lost = match exporter.egress.send(request).await {
        Ok(response) if (200..300).contains(&response.status) => return warn_of(dropped, "too many at once"),
        Ok(response) => format!("the collector answered {}", response.status),
        Err(error) => error.to_string(),
    };
    warn_of(spans.len() + dropped, &lost);
}

fn warn_of(spans: usize, why: &str) {
    if spans > 0 {
        tracing::warn!(spans, why, "spans lost");
    }
}

fn document(service: &str, spans: &[Ended]) -> Value {
    json!({"resourceSpans": [{
        "resource": {"attributes": [attribute("service.name", service)]},
        "scopeSpans": [{
            "scope": {"name": "rookery", "version": env!("CARGO_PKG_VERSION")},
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    }]})
}

fn span(ended: &Ended) -> Value {
    let Ended { span, context, began, ended, error } = ended;
    let mut value = json!({
        "traceId": format!("{:032x}", context.trace),
        "spanId": format!("{:016x}", context.span),
        "name": span.name,
        "kind": span.kind as u8,
        "startTimeUnixNano": nanoseconds(*began),
        "endTimeUnixNano": nanoseconds(*ended),
        "attributes": span.attributes.iter().map(|(name, text)| attribute(name, text)).collect::<Vec<_>>(),
        "status": match error {
            None => json!({}),
            Some(message) => json!({"code": 2, "message": message}),
        },
    });
    if let Some(parent) = span.parent {
        value["parentSpanId"] = format!("{:016x}", parent.span).into();
    }
    value
}

fn attribute(name: &str, text: &str) -> Value {
    json!({"key": name, "value": {"stringValue": text}})
}

/// OTLP's JSON writes 64-bit numbers as text.
fn nanoseconds(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}
