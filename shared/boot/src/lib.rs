//! From the environment to an engine: what every Lambda function does once, at init. No handler lives here.

use rookery_domain::{Error, Result};
use rookery_egress::{Allow, Egress, Policy};
use rookery_engine::{Engine, Settings};
use rookery_queue::{Producer, QueueUrls, Urls};
use rookery_store::Store;
use std::sync::Arc;

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
    let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
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
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    // A second call in the same process changes nothing.
    // The innermost span has the ids; the outer ones are the runtime's own.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_target(false)
        .try_init();
}
