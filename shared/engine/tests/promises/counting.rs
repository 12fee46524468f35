//! An HTTP client for the SDKs that counts requests by their operation, so that a test can judge costs by numbers instead of times. It can
//! also hold requests until as many as expected are under way at once.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::Barrier;

/// How often each operation was asked for, by its name, like `Query`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    counts: Arc<Mutex<BTreeMap<String, usize>>>,
    /// Which requests are held until they are under way together.
    together: Arc<Mutex<Option<Together>>>,
}

#[derive(Clone, Debug)]
struct Together {
    operation: &'static str,
    count: usize,
    all: Arc<Barrier>,
}

impl Requests {
    pub(crate) fn of(&self, operation: &str) -> usize {
        self.counts.lock().unwrap().get(operation).copied().unwrap_or(0)
    }

    /// From now on, the first `count` requests of an operation wait for each other. Who makes them one after the other waits for ever.
    pub(crate) fn hold_until_together(&self, operation: &'static str, count: usize) {
        *self.together.lock().unwrap() = Some(Together { operation, count, all: Arc::new(Barrier::new(count)) });
    }

    /// Counts a request. Gives what it is to wait for.
    fn begin(&self, operation: &str) -> Option<Arc<Barrier>> {
        *self.counts.lock().unwrap().entry(operation.to_owned()).or_default() += 1;
        let mut together = self.together.lock().unwrap();
        let held = together.as_mut().filter(|held| held.operation == operation && held.count > 0)?;
        held.count -= 1;
        Some(held.all.clone())
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
        let held = self.requests.begin(target.rsplit('.').next().unwrap_or_default());
        let inner = self.inner.clone();
        HttpConnectorFuture::new(async move {
            if let Some(held) = held {
                held.wait().await;
            }
            inner.call(request).await
        })
    }
}

/// A client whose requests are counted.
pub(crate) fn counting(inner: SharedHttpClient, requests: Requests) -> SharedHttpClient {
    http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        let inner = SharedHttpClient::http_connector(&inner, settings, components);
        SharedHttpConnector::new(Counting { inner, requests: requests.clone() })
    })
}
