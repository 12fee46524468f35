//! The `ingress` Lambda function.

use lambda_http::{Error, run};

#[tokio::main]
async fn main() -> Result<(), Error> {
    rookery_boot::observe();
    let config = rookery_api::Config::from_environment()?;
    let engine = rookery_boot::from_environment().await?.engine;
    run(rookery_ingress::service(engine, config)).await
}
