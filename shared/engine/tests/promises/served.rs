//! Served agents: by which name they are found, whatever starts and stops.

use crate::World;
use rookery_domain::{Payload, ProjectId};
use rookery_engine::Execution;
use rookery_store::{Caller, Workflow};
use serde_json::json;

const SERVED: &str =
    r#"{"cells": [{"id": "served", "type": "agent", "agent_type": "served_agent", "config": {"name": "weather"}}]}"#;

async fn started(world: &World, project: &ProjectId) -> Workflow {
    let (workflow, _) = world.calm.create_workflow(project, "served", SERVED).await.unwrap();
    world.calm.start(&workflow).await.unwrap().0
}

/// Whether a request finds an agent of that name, and in this workflow.
async fn serves(world: &World, workflow: &Workflow) -> bool {
    let request = json!({"agentConfig": {"agentName": "weather"}, "agentContext": {"input": "?"}});
    let request = Payload::parse(request.to_string().as_bytes()).unwrap();
    let execution = Execution { request, key: None, caller: Caller { url: None, token: None } };
    match world.calm.execute(&workflow.id.project, execution).await {
        Ok(run) => !world.calm.store.list_run(&workflow.id, run, 10, None).await.unwrap().items.is_empty(),
        Err(error) => {
            assert_eq!(error.code, "not_found");
            false
        }
    }
}

#[tokio::test]
async fn a_name_goes_back_to_another_workflow_that_serves_it_when_the_last_one_stops() {
    let world = World::start(15).await;
    let project = world.calm.store.create_project("served").await.unwrap().id;
    let first = started(&world, &project).await;
    assert!(serves(&world, &first).await);
    let last = started(&world, &project).await;
    assert!(serves(&world, &last).await, "the last one started has the name");
    world.calm.stop(&last).await.unwrap();
    assert!(serves(&world, &first).await, "it still serves it");
    world.calm.delete_workflow(&first.id).await.unwrap();
    assert!(!serves(&world, &first).await && !serves(&world, &last).await);
}
