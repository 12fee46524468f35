//! From clients and settings, or from the environment, to an engine: what every process does once, at its start. No handler lives here.

mod assembly;

pub use assembly::{Booted, Clients, Options, TABLE, assemble, create};

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use rookery_domain::{Error, Result};
use rookery_egress::{Allow, Policy};
use rookery_engine::Settings;
use rookery_queue::QueueUrls;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Makes the two clients and the engine of a Lambda function from the environment: `ROOKERY_TABLE`, the two variables of each queue
/// ([`rookery_queue::Queue::variable`]), and what the AWS SDK reads; with `ROOKERY_STAGE`, there are metrics for CloudWatch; with
/// `ROOKERY_BASE_URL`, external agents know where their results go. Makes no request. Errors name the variable.
pub async fn from_environment() -> Result<Booted> {
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(https()).load().await;
    let clients = Clients { dynamodb: aws_sdk_dynamodb::Client::new(&config), sqs: aws_sdk_sqs::Client::new(&config) };
    let egress = Policy { allow: egress_allow()?, ..Policy::default() };
    let settings = Settings { base_url: variable("ROOKERY_BASE_URL").ok(), stage: variable("ROOKERY_STAGE").ok() };
    Ok(assemble(clients, &variable("ROOKERY_TABLE")?, QueueUrls::read(variable)?, Options { egress, settings }))
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
