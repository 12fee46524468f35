//! Events with fresh ids: those of concurrent callers share requests, and each caller learns what became of its own.

use crate::World;
use crate::lists::event;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use futures::future::join_all;
use rookery_boot::Options;
use rookery_domain::{Event, Kind, Payload, Time};
use rookery_store::Chain;
use serde_json::{Value, json};

const OPTIONS: &str = r#"{"cells":[{"id":"in","type":"agent","agent_type":"manual"}]}"#;

// On one thread, all callers have asked before the first request is made.
#[tokio::test]
async fn callers_share_requests_and_one_that_cannot_be_stored_fails_alone() {
    let world = World::start(44).await;
    let workflow = world.started(OPTIONS).await.id;
    let (engine, requests) = world.counted();
    let mut random = fastrand::Rng::with_seed(7);
    let mut events: Vec<Event> = (0..50).map(|_| event(&mut random, Time::now())).collect();
    let alone = Chain::default();
    let stored =
        async |events: &[Event]| join_all(events.iter().map(|event| engine.store.accept_fresh(&workflow, event, &alone))).await;

    assert!(stored(&events).await.iter().all(Result::is_ok));
    assert_eq!(["PutItem", "BatchWriteItem"].map(|operation| requests.of(operation)), [0, 2]);

    let digits: String = (0..1_000_000).map(|_| random.digit(16)).collect();
    let too_large = Event { payload: Payload::stored(format!("\"{digits}\"")), ..event(&mut random, Time::now()) };
    let others: Vec<Event> = (0..20).map(|_| event(&mut random, Time::now())).collect();
    let mixed = [&others[..10], &[too_large], &others[10..]].concat();
    let failed: Vec<usize> =
        stored(&mixed).await.iter().enumerate().filter(|(_, stored)| stored.is_err()).map(|(number, _)| number).collect();
    assert_eq!(failed, [10]);

    events.extend(others);
    for event in &events {
        let found = world.calm.store.find_event(&workflow, event.id).await.unwrap();
        assert_eq!(found.as_ref().map(|found| &found.payload), Some(&event.payload));
    }
}

/// Answers each batch of writes without having written anything.
#[derive(Clone, Debug)]
struct Unprocessed {
    inner: SharedHttpConnector,
}

impl HttpConnector for Unprocessed {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if !request.headers().get("x-amz-target").is_some_and(|target| target.ends_with(".BatchWriteItem")) {
            return self.inner.call(request);
        }
        let asked: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let answer = json!({"UnprocessedItems": asked["RequestItems"]}).to_string();
        let response = http::Response::builder().header("content-type", "application/x-amz-json-1.0");
        HttpConnectorFuture::ready(Ok(HttpResponse::try_from(response.body(SdkBody::from(answer)).unwrap()).unwrap()))
    }
}

#[tokio::test]
async fn a_batch_that_is_never_processed_fails_and_can_be_sent_again() {
    let world = World::start(45).await;
    let workflow = world.started(OPTIONS).await.id;
    let engine = world.engine(
        |inner| {
            http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
                SharedHttpConnector::new(Unprocessed { inner: SharedHttpClient::http_connector(&inner, settings, components) })
            })
        },
        Options::default(),
    );
    let mut random = fastrand::Rng::with_seed(8);
    let events = [0, 1].map(|_| event(&mut random, Time::now()));
    let alone = Chain::default();
    let stored = join_all(events.iter().map(|event| engine.store.accept_fresh(&workflow, event, &alone))).await;
    assert!(stored.iter().all(|stored| stored.as_ref().is_err_and(|error| error.kind == Kind::Unavailable)), "{stored:?}");
    for event in &events {
        world.calm.store.accept_fresh(&workflow, event, &alone).await.unwrap();
        assert!(world.calm.store.find_event(&workflow, event.id).await.unwrap().is_some());
    }
}
