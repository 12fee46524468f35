//! The `ingress` Lambda function.

use lambda_http::{Error, run};
use rookery_sessions::definition::Environment;

#[tokio::main]
async fn main() -> Result<(), Error> {
    rookery_boot::observe();
    let config = rookery_api::Config::from_environment()?;
    let engine = rookery_boot::from_environment().await?.engine;
    let agents = rookery_api::Agents::kept(&engine, Environment::default());
    run(rookery_ingress::service(engine, config, agents)).await
}
