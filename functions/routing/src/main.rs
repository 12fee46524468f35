//! The `routing` Lambda function.

use lambda_runtime::{Error, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    rookery_boot::observe();
    let engine = rookery_boot::from_environment().await?.engine;
    run(service_fn(|event| rookery_routing::handle(engine.clone(), event))).await
}
