//! The `agents` Lambda function.

use lambda_runtime::{Error, run, service_fn};
use rookery_operations::Operator;
use rookery_sessions::definition::Environment;
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Error> {
    rookery_boot::observe();
    let booted = rookery_boot::from_environment().await?;
    let operator = Arc::new(Operator::new(rookery_boot::operations(&booted, Environment::default(), std::env::vars())?));
    run(service_fn(|event| rookery_operator::handle(operator.clone(), event))).await
}
