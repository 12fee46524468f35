//! An HTTP client for the SDKs that counts requests by their operation, so that a test can judge costs by numbers instead of times.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How often each operation was asked for, by its name, like `Query`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Arc<Mutex<BTreeMap<String, usize>>>);

impl Requests {
    pub(crate) fn of(&self, operation: &str) -> usize {
        self.0.lock().unwrap().get(operation).copied().unwrap_or(0)
    }
}

#[derive(Clone, Debug)]
struct Counting {
    inner: SharedHttpConnector,
    requests: Requests,
}

impl HttpConnector for Counting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        *self.requests.0.lock().unwrap().entry(operation).or_default() += 1;
        self.inner.call(request)
    }
}

/// A client whose requests are counted.
pub(crate) fn counting(inner: SharedHttpClient, requests: Requests) -> SharedHttpClient {
    http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        let inner = SharedHttpClient::http_connector(&inner, settings, components);
        SharedHttpConnector::new(Counting { inner, requests: requests.clone() })
    })
}
