//! The smallest Lambda function with the two AWS clients: Rookery's functions are compared with it.

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let https = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(https).load().await;
    let clients = (aws_sdk_dynamodb::Client::new(&config), aws_sdk_sqs::Client::new(&config));
    run(service_fn(|_: LambdaEvent<Value>| {
        // The clients are kept, so that the linker keeps an operation of each.
        let (dynamodb, sqs) = clients.clone();
        async move {
            let tables = dynamodb.list_tables().send().await.map_err(Box::new)?;
            let queues = sqs.list_queues().send().await.map_err(Box::new)?;
            Ok::<_, Error>(json!({"tables": tables.table_names().len(), "queues": queues.queue_urls().len()}))
        }
    }))
    .await
}
