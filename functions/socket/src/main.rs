//! The `socket` Lambda function.

use aws_sdk_apigatewaymanagement::config::Builder;
use lambda_runtime::{Error, run, service_fn};
use rookery_api::Agents;
use rookery_boot::variable;
use rookery_sessions::definition::Environment;
use rookery_socket::Sockets;
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Error> {
    rookery_boot::observe();
    let config = rookery_api::Config::from_environment()?;
    let booted = rookery_boot::from_environment().await?;
    let operations = rookery_boot::operations(&booted, Environment::default(), std::env::vars())?;
    let store = booted.engine.store.clone();
    let router = rookery_api::prompts_router(booted.engine, config, Agents::asked(Arc::new(operations)));
    let pushes = Builder::from(&rookery_boot::sdk().await?).endpoint_url(variable("ROOKERY_SOCKETS_URL")?).build();
    let queue = variable("ROOKERY_SOCKETS_QUEUE_URL")?;
    let sockets =
        Arc::new(Sockets::new(store, router, booted.sqs, queue, aws_sdk_apigatewaymanagement::Client::from_conf(pushes)));
    run(service_fn(|event| rookery_socket::handle(sockets.clone(), event))).await
}
