//! SDK clients for an endpoint, which the other tests of this crate use, too.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};

pub(crate) fn dynamodb_client(endpoint: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(credentials())
        // The client has no TLS, and each has its own pool: a pool's connections belong to the runtime that made them.
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint);
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

pub(crate) fn sqs_client(endpoint: &str) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(credentials())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(endpoint);
    aws_sdk_sqs::Client::from_conf(config.build())
}

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "rookery-standins")
}
