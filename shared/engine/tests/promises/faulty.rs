//! An HTTP client for the SDKs that fails as networks and services do: before or after the work is done, by throttling, by
//! conflict, by doing it twice.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What can go wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing was done.
    FailBefore,
    /// The request was done, and its answer was lost.
    ApplyThenFail,
    /// The service refuses for now.
    Throttle,
    /// The request was done twice; the second answer counts.
    Twice,
    /// A transaction collided.
    Conflict,
}

const FAULTS: [Fault; 5] = [Fault::FailBefore, Fault::ApplyThenFail, Fault::Throttle, Fault::Twice, Fault::Conflict];

/// Which faults happened, and how often; and a seeded source of chance.
#[derive(Debug)]
pub(crate) struct Faults {
    fired: [AtomicUsize; 5],
    state: AtomicU64,
    /// How many of a thousand requests have a fault, for each kind.
    permille: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64, permille: u64) -> Arc<Self> {
        Arc::new(Faults { fired: Default::default(), state: AtomicU64::new(seed), permille })
    }

    /// SplitMix64: one step.
    pub(crate) fn random(&self) -> u64 {
        let mut z = self.state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// The faults that never came: where none comes, nothing is shown.
    pub(crate) fn silent(&self) -> Vec<Fault> {
        let counts = self.fired.iter().map(|count| count.load(Ordering::Relaxed));
        FAULTS.into_iter().zip(counts).filter(|(_, count)| *count == 0).map(|(fault, _)| fault).collect()
    }

    fn draw(&self, target: &str) -> Option<Fault> {
        let index = (self.random() % 1000 / self.permille) as usize;
        let fault = *FAULTS.get(index)?;
        if fault == Fault::Conflict && !target.ends_with("TransactWriteItems") {
            return None;
        }
        self.fired[index].fetch_add(1, Ordering::Relaxed);
        Some(fault)
    }
}

#[derive(Clone, Debug)]
struct Faulty {
    inner: SharedHttpConnector,
    faults: Arc<Faults>,
}

#[derive(Debug)]
struct FaultyClient {
    inner: SharedHttpClient,
    faults: Arc<Faults>,
    made: Mutex<Option<SharedHttpConnector>>,
}

/// A client whose requests fail.
pub(crate) fn faulty(inner: SharedHttpClient, faults: Arc<Faults>) -> SharedHttpClient {
    SharedHttpClient::new(FaultyClient { inner, faults, made: Mutex::new(None) })
}

impl HttpClient for FaultyClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let mut made = self.made.lock().unwrap();
        let make = || {
            let inner = self.inner.http_connector(settings, components);
            SharedHttpConnector::new(Faulty { inner, faults: self.faults.clone() })
        };
        made.get_or_insert_with(make).clone()
    }
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let fault = self.faults.draw(&target);
        let inner = self.inner.clone();
        let lost = || Err(ConnectorError::io("the connection broke".into()));
        HttpConnectorFuture::new(async move {
            match fault {
                None => inner.call(request).await,
                Some(Fault::FailBefore) => lost(),
                Some(Fault::ApplyThenFail) => {
                    inner.call(request).await?;
                    lost()
                }
                Some(Fault::Twice) => {
                    if let Some(again) = request.try_clone() {
                        inner.call(again).await?;
                    }
                    inner.call(request).await
                }
                Some(Fault::Throttle) => {
                    refuse(r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}"#)
                }
                Some(Fault::Conflict) => refuse(
                    r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"conflict","CancellationReasons":[{"Code":"TransactionConflict"}]}"#,
                ),
            }
        })
    }
}

pub(crate) fn refuse(body: &'static str) -> Result<HttpResponse, ConnectorError> {
    let response = http::Response::builder().status(400).header("content-type", "application/x-amz-json-1.0");
    let response = response.body(SdkBody::from(body)).map_err(|error| ConnectorError::other(error.into(), None))?;
    HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
}
