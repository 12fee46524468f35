//! SDK configuration for clients that talk to a stand-in. No region or credential provider is asked, and no TLS roots are read:
//! both cost start-up time, and neither is of use on loopback.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedHttpClient, StalledStreamProtectionConfig};

const REGION: &str = "us-east-1";

/// A DynamoDB client configuration for the endpoint at `url`: dummy static credentials, region us-east-1, plain HTTP, no proxy.
/// Retries are the SDK's own defaults.
pub fn dynamodb_config(url: &str) -> aws_sdk_dynamodb::config::Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static(REGION))
        .credentials_provider(credentials())
        .http_client(plain_http())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .endpoint_url(url)
}

/// An SQS client configuration for the endpoint at `url`, as [`dynamodb_config`].
pub fn sqs_config(url: &str) -> aws_sdk_sqs::config::Builder {
    aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static(REGION))
        .credentials_provider(credentials())
        .http_client(plain_http())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .endpoint_url(url)
}

fn credentials() -> Credentials {
    Credentials::new("local", "local", None, None, "rookery-standins")
}

/// One connection pool for each configuration: a pool's connections belong to the runtime that made them.
fn plain_http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}
