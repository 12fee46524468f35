//! Requests to external agents, at the engine's surface: what a journey cannot time.

use crate::waits::receive_from;
use crate::{World, handle};
use rookery_agents::HookRequest;
use rookery_domain::{AgentRef, CallbackAuth, CellId, DeliveryId, EventId, Payload, PendingState, RequestState, RunId, Time};
use rookery_engine::{Collected, Dispatcher, Incoming};
use rookery_queue::{Message, Queue};
use rookery_store::{Caller, EventFilter, HeldResult, Opened, Pending, Request, Workflow};
use serde_json::json;
use uuid::Uuid;

pub(crate) fn request(workflow: &Workflow, auth: CallbackAuth) -> Request {
    let (run, now) = (RunId(Uuid::now_v7()), Time::now());
    let delivery = DeliveryId(Uuid::now_v7());
    let pending = Pending {
        id: EventId::request(run, delivery, 0),
        agent: AgentRef { workflow: workflow.id.clone(), cell: CellId("ask".into()), incarnation: 1 },
        event: EventId::root(run).into(),
        delivery,
        arm: 0,
        state: PendingState::Open,
        token: "secret".into(),
        trace: None,
        created_at: now,
        ended_at: None,
        deadline: now.plus(60_000),
        answer: None,
        failure: None,
        late_at: None,
        session: None,
        task: None,
    };
    Request {
        pending,
        question: None,
        endpoint: "https://agents.example.com".into(),
        auth,
        secret: None,
        credentials: Vec::new(),
        callee_ids: Vec::new(),
        calls: 0,
        acknowledged_at: None,
    }
}

fn post(id: &str, says: &str, now: Time) -> HookRequest {
    let body = json!({"requestId": id, "result": {"agentOutcome": {"finish": {"result": says}}}});
    let body = body.to_string().into_bytes();
    HookRequest { method: http::Method::POST, headers: http::HeaderMap::new(), query: Default::default(), body, now }
}

async fn workflow(world: &World) -> Workflow {
    world.started(r#"{"cells": [{"id": "start", "type": "agent", "agent_type": "manual", "config": {}}]}"#).await
}

#[tokio::test]
async fn every_acknowledged_id_leads_to_the_same_request() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let (engine, project) = (&world.calm, &workflow.id.project);
    let request = request(&workflow, CallbackAuth::RequestId);
    assert_eq!(engine.store.open_request(&request, 10).await.unwrap(), Opened::New);
    assert_eq!(engine.store.open_request(&request, 10).await.unwrap(), Opened::There);
    // The call was repeated, and the callee gave it another id; an acknowledgement may be stored twice.
    let mut known = request;
    for id in ["first", "second", "second"] {
        let stored = engine.store.acknowledge_request(&known, id, Time::now()).await.unwrap();
        known = stored.unwrap();
    }
    assert_eq!(
        (known.state(), known.callee_ids.as_slice()),
        (RequestState::Outstanding, &["first".to_owned(), "second".to_owned()][..])
    );
    let now = Time::now();
    for id in ["second", "first"] {
        assert_eq!(engine.collect(Some(project), None, &post(id, "sunny", now)).await.unwrap(), Collected::Taken);
    }
    let other = engine.collect(Some(project), None, &post("first", "rainy", now)).await.unwrap_err();
    assert_eq!(other.code, "result_differs");
    let known = engine.find_request(&workflow.id, known.pending.id).await.unwrap();
    assert_eq!((known.state(), known.pending.answer.unwrap().contains("second")), (RequestState::Answered, true));
}

#[tokio::test]
async fn an_agent_has_as_many_outstanding_as_it_may_and_gives_each_place_back_once() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let store = &world.calm.store;
    let (one, two) = (request(&workflow, CallbackAuth::CallbackToken), request(&workflow, CallbackAuth::CallbackToken));
    assert_eq!(store.open_request(&one, 1).await.unwrap(), Opened::New);
    assert_eq!(store.open_request(&two, 1).await.unwrap(), Opened::Full);
    // A deadline and a result at once: one of them ends it.
    let now = Time::now();
    let expired = store.close_pending(&one.pending, PendingState::Expired, None, now);
    let answered = store.answer_pending(&one.pending, "{}", now);
    let (expired, answered) = tokio::join!(expired, answered);
    assert!(expired.unwrap() != answered.unwrap());
    assert_eq!(store.outstanding(&one.pending.agent).await.unwrap(), 0);
    assert_eq!(store.open_request(&two, 1).await.unwrap(), Opened::New);
    // After the deadline no result is taken, even if nobody has closed the request.
    assert!(!store.answer_pending(&two.pending, "{}", two.pending.deadline).await.unwrap());
}

#[tokio::test]
async fn one_copy_of_a_delivery_makes_the_call() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let (store, request) = (&world.calm.store, request(&workflow, CallbackAuth::CallbackToken));
    store.open_request(&request, 1).await.unwrap();
    let now = Time::now();
    let take = async |now: Time| store.take_request_call(&request, now, now.plus(1000)).await.unwrap();
    assert_eq!((take(now).await, take(now.plus(999)).await), (true, false));
    assert!(take(now.plus(1001)).await, "whoever had it has died");
    store.return_request_call(&request).await.unwrap();
    assert!(take(now.plus(1002)).await, "it failed, and is made again");
    let known = store.request(&workflow.id, request.pending.id).await.unwrap().unwrap();
    assert_eq!(known.calls, 3);
}

#[tokio::test]
async fn early_results_are_bounded_and_the_first_with_an_id_is_held() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let (store, project) = (&world.calm.store, &workflow.id.project);
    let now = Time::now();
    let held = |body: &str| HeldResult { body: body.to_owned(), headers: Vec::new(), received_at: now };
    assert!(store.hold_result(project, "x", &held("one")).await.unwrap());
    assert!(store.hold_result(project, "x", &held("one")).await.unwrap(), "the same again");
    assert!(!store.hold_result(project, "x", &held("two")).await.unwrap(), "it is to come again, not to be lost");
    assert_eq!(store.held_result(project, "x").await.unwrap(), Some(held("one")));
    for n in 1..100 {
        assert!(store.hold_result(project, &format!("x{n}"), &held("one")).await.unwrap());
    }
    assert!(!store.hold_result(project, "one too many", &held("one")).await.unwrap());
    // An expired result no longer counts, although its item is still there.
    let later = HeldResult { received_at: now.plus(11 * 60_000), ..held("one") };
    assert!(store.hold_result(project, "later", &later).await.unwrap());

    let id = request(&workflow, CallbackAuth::RequestId).pending.id;
    store.begin_call(project, id, now.plus(1000)).await.unwrap();
    assert!(store.is_calling(project, now).await.unwrap() && !store.is_calling(project, now.plus(1000)).await.unwrap());
    store.end_call(project, id).await.unwrap();
    assert!(!store.is_calling(project, now).await.unwrap());
}

#[tokio::test]
async fn the_first_caller_of_a_run_is_the_one_that_is_answered() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let (store, run) = (&world.calm.store, RunId(Uuid::now_v7()));
    let caller = |url: &str| Caller { url: Some(url.to_owned()), token: Some(url.to_owned()) };
    for url in ["https://first.example", "https://second.example"] {
        store.put_caller(&workflow.id, run, &caller(url), Time::now().plus(60_000)).await.unwrap();
    }
    assert_eq!(store.caller(&workflow.id, run).await.unwrap(), Some(caller("https://first.example")));
}

const ASKING: &str = r#"{"cells": [
    {"id": "start", "type": "agent", "agent_type": "manual"},
    {"id": "ask", "type": "agent", "agent_type": "ai_agent_proxy", "config":
        {"endpoint": "https://agents.example.com", "input": "?", "callback_auth": "request_id"}},
    {"id": "link", "type": "link", "source": {"id": "start"}, "target": {"id": "ask"}}
]}"#;

/// A delivery to an agent that asks, and its request. The attempt that made the request died afterwards.
async fn asked_and_died(world: &World) -> (Workflow, Message, Request) {
    let workflow = world.started(ASKING).await;
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    let event = world.calm.accept_at_trigger(&workflow, &CellId("start".into()), incoming).await.unwrap();
    let message = receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await.remove(0);
    let delivery = event.delivery(&CellId("ask".into()));
    let id = EventId::request(event.run, delivery, 0);
    let mut request = request(&workflow, CallbackAuth::RequestId);
    request.pending = Pending { id, delivery, event: event.into(), ..request.pending };
    let store = &world.calm.store;
    store.open_request(&request, 1).await.unwrap();
    let stored = store.acknowledge_request(&request, "x", Time::now()).await.unwrap().unwrap();
    (workflow, message, stored)
}

#[tokio::test]
async fn an_early_result_is_joined_though_the_program_died_before_it_was() {
    let world = World::start(1).await;
    let (workflow, message, request) = asked_and_died(&world).await;
    let body = String::from_utf8(post("x", "sunny", Time::now()).body).unwrap();
    let held = HeldResult { body, headers: Vec::new(), received_at: Time::now() };
    world.calm.store.hold_result(&workflow.id.project, "x", &held).await.unwrap();
    handle(&Dispatcher(world.calm.clone()), message).await.unwrap();
    let known = world.calm.find_request(&workflow.id, request.pending.id).await.unwrap();
    assert_eq!(known.state(), RequestState::Answered);
    let filter = EventFilter { cell: Some(CellId("ask".into())), ..EventFilter::default() };
    let events = world.calm.store.list_events(&workflow, &filter, 10, None).await.unwrap().items;
    assert_eq!((events.len(), events[0].groups.as_slice()), (1, &["on_finish".to_owned()][..]));
}

#[tokio::test]
async fn a_delivery_that_crashes_for_good_takes_its_request_with_it() {
    let world = World::start(1).await;
    let (workflow, message, request) = asked_and_died(&world).await;
    world.calm.record_dead(message).await.unwrap();
    let (store, project) = (&world.calm.store, &workflow.id.project);
    let known = world.calm.find_request(&workflow.id, request.pending.id).await.unwrap();
    assert_eq!(known.state(), RequestState::Failed);
    assert_eq!(store.outstanding(&request.pending.agent).await.unwrap(), 0);
    let refused = world.calm.collect(Some(project), None, &post("x", "late", Time::now())).await.unwrap_err();
    assert_eq!(refused.code, "request_over");
}

#[tokio::test]
async fn a_callee_that_gives_the_same_id_each_time_is_understood_each_time() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let (engine, project) = (&world.calm, &workflow.id.project);
    for n in 0..120 {
        let request = request(&workflow, CallbackAuth::RequestId);
        engine.store.open_request(&request, 10).await.unwrap();
        engine.store.acknowledge_request(&request, "same", Time::now()).await.unwrap();
        // Each result is posted twice.
        for _ in 0..2 {
            let collected = engine.collect(Some(project), None, &post("same", &format!("result {n}"), Time::now())).await;
            assert_eq!(collected.unwrap(), Collected::Taken, "request {n}");
        }
    }
    // The ways to those that have ended are gone, but for the latest: nobody walks a hundred of them for each result.
    let request = request(&workflow, CallbackAuth::RequestId);
    engine.store.open_request(&request, 10).await.unwrap();
    engine.store.acknowledge_request(&request, "same", Time::now()).await.unwrap();
    let (counted, requests) = world.counted();
    assert_eq!(counted.collect(Some(project), None, &post("same", "last", Time::now())).await.unwrap(), Collected::Taken);
    let reads = requests.of("BatchGetItem") + requests.of("GetItem") + requests.of("Query");
    assert!(reads <= 10, "{reads} reads for a result: {requests:?}");
}

#[tokio::test]
async fn a_result_finds_its_request_behind_many_that_had_the_same_id() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let (store, now) = (&world.calm.store, Time::now());
    // As the last version left them: it removed no way to a request that has ended.
    let mut last = None;
    for n in 0..120 {
        let request = request(&workflow, CallbackAuth::RequestId);
        store.open_request(&request, 200).await.unwrap();
        store.acknowledge_request(&request, "same", now).await.unwrap();
        if n < 119 {
            store.close_pending(&request.pending, PendingState::Expired, None, now).await.unwrap();
        }
        last = Some(request.pending.id);
    }
    let collected = world.calm.collect(Some(&workflow.id.project), None, &post("same", "sunny", now)).await;
    assert_eq!(collected.unwrap(), Collected::Taken);
    let known = world.calm.find_request(&workflow.id, last.unwrap()).await.unwrap();
    assert_eq!(known.state(), RequestState::Answered);
}

#[tokio::test]
async fn a_delivery_that_waits_for_its_turn_to_ask_says_so() {
    let world = World::start(1).await;
    let workflow = world.started(&ASKING.replace("\"request_id\"", "\"request_id\", \"max_outstanding\": 1")).await;
    let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
    let event = world.calm.accept_at_trigger(&workflow, &CellId("start".into()), incoming).await.unwrap();
    // Another delivery of the agent holds the one place.
    world.calm.store.open_request(&request(&workflow, CallbackAuth::RequestId), 1).await.unwrap();
    let message = receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await.remove(0);
    handle(&Dispatcher(world.calm.clone()), message).await.unwrap();
    let items = world.calm.store.list_run(&workflow.id, event.run, 10, None).await.unwrap().items;
    let parked = items.into_iter().find_map(|item| item.parked).unwrap();
    assert_eq!((parked.why.as_deref(), parked.for_reply), (Some("1 requests are outstanding: this one waits."), true));
}
