//! A write of one item that collides with somebody's transaction is made again.

use crate::World;
use crate::faulty::refuse;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rookery_boot::{Clients, Options, TABLE};
use rookery_domain::{CellId, Payload};
use rookery_engine::Incoming;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Refuses the first puts.
#[derive(Debug)]
struct Colliding {
    inner: SharedHttpConnector,
    left: Arc<AtomicUsize>,
}

impl HttpConnector for Colliding {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_put = request.headers().get("x-amz-target").is_some_and(|target| target.ends_with(".PutItem"));
        if is_put && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
            let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"conflict"}"#;
            return HttpConnectorFuture::ready(refuse(body));
        }
        self.inner.call(request)
    }
}

#[tokio::test]
async fn an_event_whose_item_is_in_a_transaction_is_stored_afterwards() {
    let world = World::start(4).await;
    let options = r#"{"cells":[{"id":"in","type":"agent","agent_type":"manual"}]}"#;
    let workflow = world.started(options).await;
    let config = world.standins.dynamodb_config().build();
    let (inner, left) = (config.http_client().unwrap(), Arc::new(AtomicUsize::new(2)));
    let collisions = left.clone();
    let http = http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        let inner = inner.http_connector(settings, components);
        SharedHttpConnector::new(Colliding { inner, left: collisions.clone() })
    });
    let clients = Clients::new(config.to_builder().http_client(http).build(), world.standins.sqs_config().build());
    let engine = rookery_boot::assemble(clients, TABLE, world.urls.clone(), Options::default()).engine;

    // Only an id that may have come before can be in somebody's transaction.
    let incoming = Incoming::new(Payload::parse(br#"{"n":1}"#).unwrap(), Vec::new(), Some("key".to_owned()));
    let id = engine.accept_at_trigger(&workflow, &CellId("in".into()), incoming).await.unwrap();
    assert_eq!(left.load(Ordering::SeqCst), 0, "both collisions happened");
    let stored = world.calm.store.find_event(&workflow.id, id).await.unwrap().unwrap();
    assert_eq!(stored.payload.as_str(), r#"{"n":1}"#);
}
