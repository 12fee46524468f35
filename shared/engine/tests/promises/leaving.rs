//! A stage that is gone, and a provider of another deployment that is away at that moment.

use super::{World, handle, serve};
use crate::waits::receive_from;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use rookery_boot::Options;
use rookery_domain::{ConnectionId, ProjectId, Time};
use rookery_egress::Policy;
use rookery_engine::{Dispatcher, Engine, Settings};
use rookery_queue::{Leave, Queue, Task};
use rookery_store::Workflow;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const HOUR: i64 = 3_600_000;

/// A deployment with one entry point, which is away while it is told to be, and counts how often it was told that a stage is gone.
#[derive(Clone, Default)]
struct Provider {
    is_away: Arc<AtomicBool>,
    told: Arc<AtomicUsize>,
}

async fn connection(State(provider): State<Provider>, method: Method) -> (StatusCode, Json<Value>) {
    if provider.is_away.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({})));
    }
    if method == Method::DELETE {
        provider.told.fetch_add(1, Ordering::Relaxed);
    }
    (StatusCode::OK, Json(json!({"token": "a-token-of-the-provider"})))
}

impl Provider {
    async fn start(&self) -> String {
        let listed = async || Json(json!([{"client_stage_id": "e"}]));
        let app = Router::new()
            .route("/agent/entrypoints", get(listed))
            .route("/agent/connection", axum::routing::any(connection))
            .with_state(self.clone());
        serve(app).await
    }

    fn told(&self) -> usize {
        self.told.load(Ordering::Relaxed)
    }
}

/// A deployment whose workflow has a stage that uses the entry point.
async fn connected(world: &World, url: &str) -> (Arc<Engine>, Workflow, ConnectionId) {
    let egress = Policy { allow: vec!["127.0.0.1/32".parse().unwrap()], ..Policy::default() };
    let settings = Settings { public_url: Some("https://here.example".parse().unwrap()), ..Settings::default() };
    let engine = world.engine(|inner| inner, Options { settings, egress });
    let config = json!({"project_id": "p", "client_stage_id": "e", "tasks_url": url});
    let options = json!({"cells": [{"id": "ask", "type": "agent", "agent_type": "agent", "config": config}]});
    let project = engine.store.create_project("client").await.unwrap().id;
    let (workflow, _) = engine.create_workflow(&project, "w", &options.to_string()).await.unwrap();
    let (workflow, _) = engine.start(&workflow).await.unwrap();
    let used = engine.store.used_entry_points(&project, 10, None).await.unwrap().items;
    (engine, workflow, used[0].connection)
}

/// Does what the message says that tells a provider that a stage is gone.
async fn leave(engine: &Arc<Engine>, project: &ProjectId, connection: ConnectionId, at: Time) {
    handle(&Dispatcher(engine.clone()), Task::Leave(Leave { connection, at }).of_project(project)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_away_when_a_stage_goes_is_told_when_it_is_back() {
    let (world, provider) = (World::start(141).await, Provider::default());
    let (engine, workflow, connection) = connected(&world, &provider.start().await).await;
    let (project, began) = (&workflow.id.project, Time::now());
    provider.is_away.store(true, Ordering::Relaxed);
    engine.delete_workflow(&workflow.id).await.unwrap();
    assert!(engine.store.used_entry_points(project, 10, None).await.unwrap().items.is_empty(), "the stage is gone at once");
    assert_eq!(engine.tick(began).await.unwrap(), 2, "the message, and the purge of the workflow");
    assert!(receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await.is_empty(), "it comes some seconds later");
    assert_eq!(world.messages_left().await, 1);
    leave(&engine, project, connection, began).await;
    assert_eq!((provider.told(), engine.tick(began.plus(HOUR)).await.unwrap()), (0, 1), "it is told again");
    provider.is_away.store(false, Ordering::Relaxed);
    leave(&engine, project, connection, began).await;
    assert_eq!((provider.told(), engine.tick(began.plus(24 * HOUR)).await.unwrap()), (1, 0));
    leave(&engine, project, connection, began).await;
    assert_eq!(provider.told(), 1, "once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_stays_away_is_given_up_and_one_that_is_used_again_is_not_told() {
    let (world, provider) = (World::start(142).await, Provider::default());
    let url = provider.start().await;
    let (engine, workflow, connection) = connected(&world, &url).await;
    let project = &workflow.id.project;
    let used = engine.store.used_entry_points(project, 10, None).await.unwrap().items.remove(0);
    let left = async |at: Time| {
        let message = Task::Leave(Leave { connection, at }).of_project(project).encode();
        engine.store.put_left(&used, at, &message, at.plus(24 * HOUR)).await.unwrap();
        leave(&engine, project, connection, at).await;
        engine.store.left(project, connection).await.unwrap()
    };
    assert_eq!(left(Time::now()).await, None);
    assert_eq!(provider.told(), 0, "the stage is still there");
    engine.store.forget_used_entry_point(&used).await.unwrap();
    provider.is_away.store(true, Ordering::Relaxed);
    assert_eq!(left(Time::now()).await, Some(used.clone()));
    assert_eq!(left(Time::now().plus(-25 * HOUR)).await, None);
}
