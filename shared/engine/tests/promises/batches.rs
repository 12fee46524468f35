//! A batch of events that comes in at a hook: all are stored before it is answered, and a batch of which a part failed is sent again.

use crate::World;
use crate::faults::handle_all;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rookery_agents::HookRequest;
use rookery_boot::Options;
use rookery_domain::{CellId, EventId, Kind, Time};
use rookery_engine::HookAnswer;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const EVENTS: usize = 30;
/// How many items can be put before the table does not answer any more.
const PUTS: usize = 12;

#[derive(Debug)]
struct Breaking {
    inner: SharedHttpConnector,
    puts_left: Arc<AtomicUsize>,
}

impl HttpConnector for Breaking {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_put = request.headers().get("x-amz-target").is_some_and(|target| target.ends_with(".PutItem"));
        if is_put && self.puts_left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err() {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("the connection broke".into())));
        }
        self.inner.call(request)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_which_a_part_failed_is_sent_again_and_makes_nothing_twice() {
    let world = World::start(28).await;
    let workflow = world
        .started(
            r#"{"cells":[
                {"id":"in","type":"agent","agent_type":"webhook","config":{"sender":"cloud_events","payload_path":"data"}},
                {"id":"out","type":"agent","agent_type":"event_formatting","config":{"instructions":{"n":"{{ n }}"}}},
                {"id":"1","type":"link","source":{"id":"in"},"target":{"id":"out"}}
            ]}"#,
        )
        .await;
    let built = world.calm.built(&workflow.id, workflow.built).await.unwrap();
    let secret = built.agent(&CellId("in".into())).unwrap().0.token.clone().unwrap();
    let token = format!("{}{}{secret}", workflow.id.project, workflow.id.workflow);
    let event = |n: usize| json!({"specversion": "1.0", "type": "t", "source": "/s", "id": n.to_string(), "data": {"n": n}});
    let media_type = http::HeaderValue::from_static("application/cloudevents-batch+json");
    let request = HookRequest {
        method: http::Method::POST,
        headers: http::HeaderMap::from_iter([(http::header::CONTENT_TYPE, media_type)]),
        query: Vec::new(),
        body: Value::from_iter((0..EVENTS).map(event)).to_string().into_bytes(),
        now: Time::now(),
    };
    let puts_left = Arc::new(AtomicUsize::new(PUTS));
    let breaking = |inner: SharedHttpClient| {
        let puts_left = puts_left.clone();
        http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
            let inner = inner.http_connector(settings, components);
            SharedHttpConnector::new(Breaking { inner, puts_left: puts_left.clone() })
        })
    };
    let engine = world.engine(breaking, Options::default());
    let refused = engine.hook(&token, &request).await.err().unwrap();
    assert_eq!(refused.kind, Kind::Unavailable, "{refused}");
    let failed_at = Time::now();

    // The first process may still try what it began, and cannot store it: the batch comes to another process then.
    let send = async || match world.calm.hook(&token, &request).await.unwrap() {
        HookAnswer::Accepted { events, is_batch: true, .. } => events,
        _ => panic!("a batch is answered with its events"),
    };
    let events: Vec<EventId> = send().await;
    assert_eq!(send().await, events, "the sender did not get the answer");
    assert_eq!(events.iter().collect::<BTreeSet<_>>().len(), EVENTS);
    let mut early = 0;
    for (n, id) in events.iter().enumerate() {
        let stored = world.calm.store.find_event(&workflow.id, *id).await.unwrap().unwrap();
        assert_eq!(stored.payload.value(), &json!({"n": n}), "what is answered is stored, in the order of the batch");
        early += usize::from(stored.created_at.0 < failed_at.0);
    }
    assert!((1..=PUTS).contains(&early), "a part was stored at first: {early}");

    handle_all(&world).await;
    for id in &events {
        let items = world.calm.store.list_run(&workflow.id, id.run, 100, None).await.unwrap().items;
        let mut cells: Vec<&str> = items.iter().flat_map(|item| item.events()).map(|event| event.cell.as_str()).collect();
        cells.sort_unstable();
        assert_eq!(cells, ["in", "out"]);
    }
}
