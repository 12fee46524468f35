//! From the environment to an engine: what every Lambda function does once, at init. No handler lives here.

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use rookery_domain::{Error, Result};
use rookery_egress::{Allow, Egress, Policy};
use rookery_engine::{Engine, Settings};
use rookery_queue::{Producer, QueueUrls, Urls};
use rookery_store::Store;
use std::sync::Arc;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// What a function works with.
pub struct Booted {
    /// The engine.
    pub engine: Arc<Engine>,
    /// For the function that reads the dead-letter queues.
    pub sqs: aws_sdk_sqs::Client,
    /// The queues.
    pub queues: QueueUrls,
}

/// Makes the two clients and the engine from the environment: `ROOKERY_TABLE`, `ROOKERY_ROUTE_URL`, `ROOKERY_ROUTE_DEAD_URL`,
/// `ROOKERY_DELIVER_URL`, `ROOKERY_DELIVER_DEAD_URL`, and what the AWS SDK reads; with `ROOKERY_STAGE`, there are metrics
/// for CloudWatch; with `ROOKERY_BASE_URL`, external agents know where their results go. Makes no request. Errors name the variable.
pub async fn from_environment() -> Result<Booted> {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(https()).load().await;
    let sqs = aws_sdk_sqs::Client::new(&config);
    let queues = QueueUrls {
        route: Urls { queue: variable("ROOKERY_ROUTE_URL")?, dead: variable("ROOKERY_ROUTE_DEAD_URL")? },
        deliver: Urls { queue: variable("ROOKERY_DELIVER_URL")?, dead: variable("ROOKERY_DELIVER_DEAD_URL")? },
    };
    let store = Store::new(aws_sdk_dynamodb::Client::new(&config), &variable("ROOKERY_TABLE")?);
    let egress = Egress::new(Policy { allow: egress_allow()?, ..Policy::default() });
    let settings = Settings { base_url: variable("ROOKERY_BASE_URL").ok(), stage: variable("ROOKERY_STAGE").ok() };
    let engine = Engine::new(store, Producer::start(sqs.clone(), &queues), egress, settings);
    Ok(Booted { engine, sqs, queues })
}

/// TLS by ring: see `Cargo.toml`. Opens nothing.
fn https() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// The private addresses that agents may call: `ROOKERY_EGRESS_ALLOW`, as CIDR or CIDR:port, separated by commas.
fn egress_allow() -> Result<Vec<Allow>> {
    let given = variable("ROOKERY_EGRESS_ALLOW").unwrap_or_default();
    let ranges = given.split(',').map(str::trim).filter(|range| !range.is_empty());
    let parse = |range: &str| range.parse().map_err(|error| Error::internal(format!("ROOKERY_EGRESS_ALLOW: {range}: {error}")));
    ranges.map(parse).collect()
}

/// The value of an environment variable that must be set.
pub fn variable(name: &str) -> Result<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Error::internal(format!("set the environment variable {name}")))
}

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
