//! A result that comes just before its delivery is parked: whoever stored it woke nobody, so whoever parks the delivery must look.

use crate::waits::receive_from;
use crate::{World, handle};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use axum::http::HeaderMap;
use rookery_agents::HookRequest;
use rookery_boot::{Clients, Options, TABLE};
use rookery_domain::{CellId, Payload, Time};
use rookery_egress::Policy;
use rookery_engine::{Dispatcher, Engine, Incoming, Settings};
use rookery_queue::Queue;
use rookery_store::EventFilter;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// An HTTP client that holds the first parking of a delivery back, posts the result, lets the delivery that is woken come in
/// vain, and only then lets the parking go on.
#[derive(Clone)]
struct Posting {
    inner: SharedHttpConnector,
    calm: Arc<Engine>,
    sqs: aws_sdk_sqs::Client,
    queue: String,
    /// The token of the call, until the result is posted.
    token: Arc<Mutex<Option<String>>>,
}

impl std::fmt::Debug for Posting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Posting")
    }
}

impl HttpConnector for Posting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_park = request.body().bytes().is_some_and(|body| String::from_utf8_lossy(body).contains("\"parked\":{\"N\":"));
        let token = if is_park { self.token.lock().unwrap().take() } else { None };
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            if let Some(token) = token {
                let body = json!({"requestId": "x", "result": {"agentOutcome": {"finish": {"result": "sunny"}}}}).to_string();
                let (method, headers, query) = (http::Method::POST, HeaderMap::new(), Default::default());
                let post = HookRequest { method, headers, query, body: body.into_bytes(), now: Time::now() };
                this.calm.collect(None, Some(&token), &post).await.unwrap();
                for message in receive_from(&this.sqs, &this.queue).await {
                    handle(&Dispatcher(this.calm.clone()), message).await.unwrap();
                }
            }
            this.inner.call(request).await
        })
    }
}

/// An external agent that acknowledges, and notes the token.
async fn agent(token: Arc<Mutex<Option<String>>>) -> String {
    let execute = async move |headers: HeaderMap| {
        *token.lock().unwrap() = Some(headers["x-callback-token"].to_str().unwrap().to_owned());
        axum::Json(json!({"requestId": "x"}))
    };
    let app = axum::Router::new().route("/api/execute", axum::routing::post(execute));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_that_comes_just_before_its_delivery_waits_is_found() {
    let world = World::start(3).await;
    let token = Arc::new(Mutex::new(None));
    let endpoint = agent(token.clone()).await;
    let options = json!({"cells": [
        {"id": "start", "type": "agent", "agent_type": "manual"},
        {"id": "ask", "type": "agent", "agent_type": "ai_agent_proxy", "config": {"endpoint": endpoint, "input": "?"}},
        {"id": "link", "type": "link", "source": {"id": "start"}, "target": {"id": "ask"}},
    ]});
    let workflow = world.started(&options.to_string()).await;

    let config = world.standins.dynamodb_config().build();
    let (inner, calm) = (config.http_client().unwrap(), world.calm.clone());
    let (sqs, queue) = (world.sqs.clone(), world.urls.of(Queue::Deliver).queue.clone());
    let posting = http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
        let inner = SharedHttpClient::http_connector(&inner, settings, components);
        SharedHttpConnector::new(Posting {
            inner,
            calm: calm.clone(),
            sqs: sqs.clone(),
            queue: queue.clone(),
            token: token.clone(),
        })
    });
    let dynamodb = config.to_builder().http_client(posting).build();
    let egress = Policy { allow: vec!["127.0.0.1/32".parse().unwrap()], ..Policy::default() };
    let settings = Settings { public_url: "http://127.0.0.1:1".parse().ok(), ..Settings::default() };
    let clients = Clients::new(dynamodb, world.standins.sqs_config().build());
    let engine = rookery_boot::assemble(clients, TABLE, world.urls.clone(), Options { egress, settings }).engine;

    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    engine.accept_at_trigger(&workflow, &CellId("start".into()), incoming).await.unwrap();
    let dispatcher = Dispatcher(engine);
    // The first message is the delivery, the second is sent by whoever parked it.
    for _ in 0..2 {
        for message in receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await {
            handle(&dispatcher, message).await.unwrap();
        }
    }
    let filter = EventFilter { cell: Some(CellId("ask".into())), ..EventFilter::default() };
    let events = world.calm.store.list_events(&workflow, &filter, 10, None).await.unwrap().items;
    assert_eq!(events.len(), 1, "the result goes on, long before the deadline");
    assert_eq!(events[0].groups, ["on_finish"]);
}
