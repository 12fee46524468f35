//! Requests to external agents at the engine's surface: what no journey can time.

use crate::World;
use rookery_agents::HookRequest;
use rookery_domain::{CallbackAuth, CellId, DeliveryId, EventId, RequestState, RunId, Time};
use rookery_engine::Collected;
use rookery_store::{Opened, Request, Workflow};
use serde_json::json;
use uuid::Uuid;

fn request(auth: CallbackAuth) -> Request {
    let (run, now) = (RunId(Uuid::now_v7()), Time::now());
    let delivery = DeliveryId(Uuid::now_v7());
    Request {
        id: EventId::request(run, delivery, 0),
        cell: CellId("ask".into()),
        incarnation: 1,
        event: EventId::root(run),
        delivery,
        arm: 0,
        state: RequestState::Calling,
        endpoint: "https://agents.example.com".into(),
        auth,
        token: "secret".into(),
        secret: None,
        trace: None,
        callee_ids: Vec::new(),
        calls: 0,
        created_at: now,
        acknowledged_at: None,
        ended_at: None,
        deadline: now.plus(60_000),
        answer: None,
        failure: None,
        late_at: None,
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
    let (engine, project) = (&world.calm, &workflow.project);
    let request = request(CallbackAuth::RequestId);
    assert_eq!(engine.store.open_request(project, &workflow.id, &request, 10).await.unwrap(), Opened::New);
    assert_eq!(engine.store.open_request(project, &workflow.id, &request, 10).await.unwrap(), Opened::There);
    // The call was repeated, and the callee gave it another id; an acknowledgement may be stored twice.
    let mut known = request;
    for id in ["first", "second", "second"] {
        let stored = engine.store.acknowledge_request(project, &workflow.id, &known, id, Time::now()).await.unwrap();
        known = stored.unwrap();
    }
    assert_eq!(
        (known.state, known.callee_ids.as_slice()),
        (RequestState::Outstanding, &["first".to_owned(), "second".to_owned()][..])
    );
    let now = Time::now();
    for id in ["second", "first"] {
        assert_eq!(engine.collect(Some(project), None, &post(id, "sunny", now)).await.unwrap(), Collected::Taken);
    }
    let other = engine.collect(Some(project), None, &post("first", "rainy", now)).await.unwrap_err();
    assert_eq!(other.code, "result_differs");
    let known = engine.find_request(project, &workflow.id, known.id).await.unwrap();
    assert_eq!((known.state, known.answer.unwrap().contains("second")), (RequestState::Answered, true));
}

#[tokio::test]
async fn an_agent_has_as_many_outstanding_as_it_may_and_gives_each_place_back_once() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let (store, project) = (&world.calm.store, &workflow.project);
    let (one, two) = (request(CallbackAuth::CallbackToken), request(CallbackAuth::CallbackToken));
    assert_eq!(store.open_request(project, &workflow.id, &one, 1).await.unwrap(), Opened::New);
    assert_eq!(store.open_request(project, &workflow.id, &two, 1).await.unwrap(), Opened::Full);
    // A deadline and a result at once: one of them ends it.
    let now = Time::now();
    let expired = store.close_request(project, &workflow.id, &one, RequestState::Expired, None, now);
    let answered = store.answer_request(project, &workflow.id, &one, "{}", now);
    let (expired, answered) = tokio::join!(expired, answered);
    assert!(expired.unwrap() != answered.unwrap());
    assert_eq!(store.outstanding(project, &workflow.id, &one.cell, 1).await.unwrap(), 0);
    assert_eq!(store.open_request(project, &workflow.id, &two, 1).await.unwrap(), Opened::New);
    // After its deadline, no result is taken, whoever closed it.
    assert!(!store.answer_request(project, &workflow.id, &two, "{}", two.deadline).await.unwrap());
}

#[tokio::test]
async fn one_copy_of_a_delivery_makes_the_call() {
    let world = World::start(1).await;
    let workflow = workflow(&world).await;
    let (store, project, request) = (&world.calm.store, &workflow.project, request(CallbackAuth::CallbackToken));
    store.open_request(project, &workflow.id, &request, 1).await.unwrap();
    let now = Time::now();
    let take = async |now: Time| store.take_request_call(project, &workflow.id, request.id, now, now.plus(1000)).await.unwrap();
    assert_eq!((take(now).await, take(now.plus(999)).await), (true, false));
    assert!(take(now.plus(1001)).await, "whoever had it has died");
    store.return_request_call(project, &workflow.id, request.id).await.unwrap();
    assert!(take(now.plus(1002)).await, "it failed, and is made again");
    let known = store.request(project, &workflow.id, request.id).await.unwrap().unwrap();
    assert_eq!(known.calls, 3);
}
