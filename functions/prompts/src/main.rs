//! The `prompts` Lambda function, behind a function URL that streams: agents are asked, and answer while their models work. The HTTP API
//! waits for 30 s and streams nothing, so all of the API that needs more than that is here.

use lambda_http::{Error, run_with_streaming_response};
use rookery_api::Agents;
use rookery_sessions::definition::Environment;
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Error> {
    rookery_boot::observe();
    let config = rookery_api::Config::from_environment()?;
    let booted = rookery_boot::from_environment().await?;
    let operations = rookery_boot::operations(&booted, Environment::default(), std::env::vars())?;
    let agents = Agents::asked(Arc::new(operations));
    run_with_streaming_response(rookery_ingress::as_sent(rookery_api::prompts_router(booted.engine, config, agents))).await
}
