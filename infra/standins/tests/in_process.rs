//! The clients of this process: what the SDK still does for them, and what it no longer does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use rookery_standins::Standins;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Answers the first requests with an error of the service, and notes the headers of all.
#[derive(Clone, Debug)]
struct Failing {
    inner: SharedHttpConnector,
    left: Arc<AtomicUsize>,
    headers: Arc<Mutex<Vec<Vec<String>>>>,
}

impl HttpConnector for Failing {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut headers: Vec<String> = request.headers().iter().map(|(name, _)| name.to_owned()).collect();
        headers.sort_unstable();
        self.headers.lock().unwrap().push(headers);
        if self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"not now"}"#;
            return HttpConnectorFuture::ready(Ok(HttpResponse::new(500.try_into().unwrap(), SdkBody::from(body))));
        }
        self.inner.call(request)
    }
}

/// A client whose first requests fail, and the headers of its requests. It tries each call three times.
fn failing(standins: &Standins, failures: usize) -> (aws_sdk_dynamodb::Client, Arc<Mutex<Vec<Vec<String>>>>) {
    let config = standins.dynamodb_config().build();
    let (inner, left, headers) = (config.http_client().unwrap(), Arc::new(AtomicUsize::new(failures)), Arc::default());
    let noted = Arc::clone(&headers);
    let http = http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        let inner = inner.http_connector(settings, components);
        SharedHttpConnector::new(Failing { inner, left: left.clone(), headers: Arc::clone(&noted) })
    });
    let retry = RetryConfig::standard().with_max_attempts(3).with_initial_backoff(Duration::from_millis(1));
    (aws_sdk_dynamodb::Client::from_conf(config.to_builder().http_client(http).retry_config(retry).build()), headers)
}

#[tokio::test]
async fn the_retries_of_the_configuration_are_made() {
    let data = tempfile::tempdir().unwrap();
    let standins = Standins::start(data.path()).unwrap();
    let (client, requests) = failing(&standins, 2);
    client.list_tables().send().await.unwrap();
    assert_eq!(requests.lock().unwrap().len(), 3);
    let (client, requests) = failing(&standins, 3);
    let error = client.list_tables().send().await.unwrap_err().into_service_error();
    assert!(error.is_internal_server_error(), "{error:?}");
    assert_eq!(requests.lock().unwrap().len(), 3);
    standins.stop().await;
}

#[tokio::test]
async fn a_request_has_only_the_headers_of_its_operation() {
    let data = tempfile::tempdir().unwrap();
    let standins = Standins::start(data.path()).unwrap();
    let (client, headers) = failing(&standins, 0);
    client.list_tables().send().await.unwrap();
    assert_eq!(*headers.lock().unwrap(), [["content-length", "content-type", "x-amz-target"]]);
    standins.stop().await;
}

#[tokio::test]
async fn errors_have_their_types_and_messages() {
    let data = tempfile::tempdir().unwrap();
    let standins = Standins::start(data.path()).unwrap();
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(standins.dynamodb_config().build());
    let put = dynamodb.put_item().table_name("none").item("pk", AttributeValue::S("x".to_owned()));
    let error = put.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    assert!(error.meta().message().is_some_and(|message| message.contains("not found")), "{error:?}");
    let sqs = aws_sdk_sqs::Client::from_conf(standins.sqs_config().build());
    let error = sqs.get_queue_url().queue_name("none").send().await.unwrap_err().into_service_error();
    assert!(error.is_queue_does_not_exist(), "{error:?}");
    standins.stop().await;
}
