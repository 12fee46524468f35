//! What an earlier version built goes on, though a save of today refuses its options.

use crate::World;
use rookery_agents::HookRequest;
use rookery_domain::{Cell, CellId, Graph, Time};
use rookery_engine::HookAnswer;
use serde_json::{Value, json};

/// The answer of a hook whose graph was built with this config by an earlier version.
async fn answer(world: &World, seed: &str, config: Value) -> String {
    let project = world.calm.store.create_project(seed).await.unwrap();
    let (of_today, of_old) = (json!({"id": "hook", "type": "agent", "agent_type": "webhook"}), config.clone());
    let refused = json!({"cells": [{"id": "hook", "type": "agent", "agent_type": "webhook", "config": of_old}]});
    let (_, result) = world.calm.create_workflow(&project.id, seed, &refused.to_string()).await.unwrap();
    assert_eq!(result.errors.len(), 1, "a save refuses it: {config}");

    let options = json!({"cells": [of_today]}).to_string();
    let (workflow, _) = world.calm.create_workflow(&project.id, seed, &options).await.unwrap();
    let cell = Cell {
        id: CellId("hook".into()),
        name: "hook".into(),
        agent_type: "webhook".into(),
        config: config.as_object().unwrap().clone(),
        incarnation: 1,
        token: Some("t".repeat(32)),
        disabled: false,
    };
    let graph = Graph::new(vec![cell], Vec::new());
    world.calm.store.put_graph(&workflow.id, workflow.version, &graph).await.unwrap();
    let workflow = world.calm.start(&workflow).await.unwrap().0;
    let token = format!("{}{}{}", workflow.id.project, workflow.id.workflow, "t".repeat(32));
    let json = (http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    let request = HookRequest {
        method: http::Method::POST,
        headers: http::HeaderMap::from_iter([json]),
        query: Vec::new(),
        body: br#"{"name": "Ada"}"#.to_vec(),
        now: Time::now(),
    };
    match world.calm.hook(&token, &request).await.unwrap() {
        HookAnswer::Own(answer, _) => answer.body,
        HookAnswer::Accepted { .. } => "accepted".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hook_that_an_earlier_version_built_answers_as_it_did() {
    let world = World::start(27).await;
    for (config, expected) in [
        (json!({"response": "Thanks", "response_content_type": "application/json"}), "Thanks"),
        (json!({"response": "{\"a\": {{ name }}", "response_content_type": "application/json"}), "{\"a\": Ada"),
        (json!({"event_headers": "X-A, authorization"}), "accepted"),
    ] {
        assert_eq!(answer(&world, "old", config).await, expected);
    }
}
