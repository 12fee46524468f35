//! SDK clients for an endpoint; the crash test uses them too.

use rookery_standins::{dynamodb_config, sqs_config};

pub(crate) fn dynamodb_client(endpoint: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(dynamodb_config(endpoint).build())
}

pub(crate) fn sqs_client(endpoint: &str) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::from_conf(sqs_config(endpoint).build())
}
