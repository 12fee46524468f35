//! The `schedule` Lambda function.

use lambda_runtime::{Error, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    rookery_boot::observe();
    let booted = rookery_boot::from_environment().await?;
    run(service_fn(|tick| rookery_schedule::handle(booted.engine.clone(), booted.sqs.clone(), booted.queues.clone(), tick))).await
}
