//! SDK configurations whose requests go to a stand-in of this process by a function call: no socket, no signature, no TLS roots.
//! All else is the SDK's own: serialization, retries, errors.

use crate::service::Service;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedHttpClient, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::{ReconnectMode, RetryConfig};
use axum::body::Bytes;
use std::sync::Arc;

/// The endpoint that the SDK requires. Nothing uses it.
const ENDPOINT: &str = "http://standin";

pub(crate) fn dynamodb_config(service: Arc<dyn Service>) -> aws_sdk_dynamodb::config::Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .allow_no_auth()
        .http_client(in_process(service))
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(retries())
        .endpoint_url(ENDPOINT)
}

pub(crate) fn sqs_config(service: Arc<dyn Service>) -> aws_sdk_sqs::config::Builder {
    aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .allow_no_auth()
        .http_client(in_process(service))
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(retries())
        .endpoint_url(ENDPOINT)
}

/// The SDK's own retries. After an error, the SDK would also close the connection, and log an error where there is none.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_reconnect_mode(ReconnectMode::ReuseAllConnections)
}

fn in_process(service: Arc<dyn Service>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess(service));
    http_client_fn(move |_, _| connector.clone())
}

struct InProcess(Arc<dyn Service>);

impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(body) = request.body().bytes().map(Bytes::copy_from_slice) else {
            return HttpConnectorFuture::ready(Err(ConnectorError::user("a stand-in takes no streamed body".into())));
        };
        let answer = self.0.answer(request.headers().get("x-amz-target").unwrap_or_default(), body);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map(SdkBody::from);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
