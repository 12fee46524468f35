//! What the runs of both sides show of a task, and how a person or a program ends the wait for its reply.

use crate::connections::{connected, entry_point, plain, using};
use crate::tasks::send;
use rookery_tests::{Workflow, agent, cells, deliveries, link};
use serde_json::json;

#[tokio::test]
async fn a_program_answers_the_task_that_a_stage_waits_for_and_both_runs_show_it() {
    let mut rookery = super::rookery().start().await;
    let silent = cells([agent("in", "client", json!({"access": "open"}))]);
    let (provider, consumer) = connected(&mut rookery, silent, json!({})).await;
    let api = rookery.api.clone();
    let run = consumer.emit("start", json!({"n": 1, "connection_token": "forged"})).await;
    let tree = consumer.waiting(&run, "ask").await;
    let task = deliveries(&tree).into_iter().find(|delivery| delivery["cell_id"] == "ask").unwrap()["task"].clone();
    let token = provider.emitted("in", 1).await[0]["connection_token"].clone();
    let theirs = provider.run(task["run_id"].as_str().unwrap()).await;
    let expected = json!({
        "id": theirs["origin"]["task_id"], "connection_token": token, "project_id": provider.project, "run_id": theirs["id"]
    });
    assert_eq!(task, expected, "nothing of the other project but ids");
    let mut origin = theirs["origin"].clone();
    assert!(origin.as_object_mut().unwrap().remove("deadline").is_some_and(|until| until.is_string()));
    let expected = json!({
        "connection_token": token, "task_id": task["id"], "client_project_id": consumer.project, "client_deployment": null
    });
    assert_eq!(origin, expected, "nothing of the other project but ids");
    let body = json!({"type": "done", "payload": {"took": 3, "connection_token": token}, "reply_to": task["id"]});
    send(&api, &provider.project, &body, None).await.expect(202);
    let tree = consumer.finished(&run).await;
    assert_eq!(tree["state"], "done");
    assert_eq!(consumer.emitted("ask", 1).await, [json!({"took": 3})]);
    assert_eq!(consumer.list("/events?agent=ask").await[0]["run_id"], json!(run), "it is the answer, and no event of its own");
}

#[tokio::test]
async fn a_task_that_begins_another_one_hands_on_its_deadline_and_its_hops() {
    let mut rookery = super::rookery().leaves_timers().checks_runs_itself().start().await;
    let inner = rookery.started(&cells([agent("in", "client", json!({"access": "open"}))])).await;
    let entry = entry_point(&rookery.api, &inner.project).await;
    let ask = json!({"project_id": inner.project, "client_stage_id": entry, "timeout_seconds": 7200});
    let between = cells([agent("in", "client", json!({"access": "open"})), agent("ask", "agent", ask), link("in", "ask")]);
    let (middle, outer) = connected(&mut rookery, between, json!({"timeout_seconds": 3600})).await;
    outer.emit("start", json!({})).await;
    let (mut deadlines, mut hops) = (Vec::new(), Vec::new());
    for workflow in [&middle, &inner] {
        workflow.emitted("in", 1).await;
        let event = workflow.list("/events?agent=in").await.remove(0);
        let run = workflow.run(event["run_id"].as_str().unwrap()).await;
        deadlines.push(run["origin"]["deadline"].clone());
        hops.push(event["hop"].clone());
    }
    assert!(deadlines[0].is_string() && deadlines[1] == deadlines[0], "nobody waits longer than who began it: {deadlines:?}");
    assert_eq!(hops, [json!(1), json!(2)]);
}

#[tokio::test]
async fn a_provider_answers_its_own_tasks_alone() {
    let mut rookery = super::rookery().start().await;
    let silent = cells([agent("in", "client", json!({"access": "open"}))]);
    let mut canvas = vec![agent("start", "manual", json!({}))];
    let mut providers = Vec::new();
    for name in ["one", "two"] {
        let provider = rookery.started(&silent).await;
        let entry = entry_point(&rookery.api, &provider.project).await;
        canvas.push(agent(name, "agent", json!({"project_id": provider.project, "client_stage_id": entry})));
        canvas.push(link("start", name));
        providers.push(provider.project.clone());
    }
    let consumer = rookery.started(&json!({"cells": canvas})).await;
    let run = consumer.emit("start", json!({})).await;
    let mut tasks = Vec::new();
    for name in ["one", "two"] {
        let tree = consumer.waiting(&run, name).await;
        tasks.push(deliveries(&tree).into_iter().find(|delivery| delivery["cell_id"] == name).unwrap()["task"].clone());
    }
    let answer = |over: usize, to: usize| {
        let payload = json!({"connection_token": tasks[over]["connection_token"], "to": to});
        json!({"type": "done", "payload": payload, "reply_to": tasks[to]["id"]})
    };
    // What answers the task of another provider is a reply that nobody waits for.
    send(&rookery.api, &providers[1], &answer(1, 0), None).await.expect(202);
    assert_eq!(consumer.emitted("two", 1).await, [json!({"to": 0})]);
    for index in [0, 1] {
        send(&rookery.api, &providers[index], &answer(index, index), None).await.expect(202);
    }
    assert_eq!(consumer.finished(&run).await["state"], "done");
    assert_eq!(consumer.emitted("one", 1).await, [json!({"to": 0})]);
    assert_eq!(consumer.emitted("two", 2).await.len(), 2);
}

#[tokio::test]
async fn within_a_project_the_ids_of_both_runs_lead_on() {
    let mut rookery = super::rookery().start().await;
    let project = rookery.project().await;
    let provider = Workflow::create(&rookery.api, &project, &plain(json!({}))).await;
    provider.start().await;
    let entry = entry_point(&rookery.api, &project).await;
    let consumer = Workflow::create(&rookery.api, &project, &using(&project, &entry, json!({}))).await;
    consumer.start().await;
    let run = consumer.emit("start", json!({"n": 1})).await;
    let tree = consumer.finished(&run).await;
    let task = deliveries(&tree).into_iter().find(|delivery| delivery["cell_id"] == "ask").unwrap()["task"].clone();
    assert_eq!((&task["workflow_id"], &task["project_id"]), (&json!(provider.id), &json!(project)));
    let theirs = provider.run(task["run_id"].as_str().unwrap()).await;
    assert_eq!((&theirs["origin"]["workflow_id"], &theirs["origin"]["run_id"]), (&json!(consumer.id), &json!(run)));
}

#[tokio::test]
async fn a_person_ends_the_wait_for_a_reply_and_what_comes_later_is_an_event_of_its_own() {
    let mut rookery = super::rookery().start().await;
    let silent = cells([agent("in", "client", json!({"access": "open"}))]);
    let (provider, consumer) = connected(&mut rookery, silent, json!({})).await;
    let run = consumer.emit("start", json!({"n": 1})).await;
    let tree = consumer.waiting(&run, "ask").await;
    let task = deliveries(&tree).into_iter().find(|delivery| delivery["cell_id"] == "ask").unwrap()["task"].clone();
    let cancel = format!("/tasks/{}/cancel", task["id"].as_str().unwrap());
    provider.post(&cancel, &json!({})).await.error(404, "not_found");
    let cancelled = consumer.post(&cancel, &json!({})).await.expect(200);
    assert_eq!((&cancelled["data"]["id"], &cancelled["data"]["run_id"]), (&task["id"], &json!(run)));
    let tree = consumer.finished(&run).await;
    assert!(deliveries(&tree).iter().any(|delivery| delivery["state"] == "cancelled"), "{tree}");
    consumer.post(&cancel, &json!({})).await.expect(200);
    let body = json!({"type": "late", "payload": {"connection_token": task["connection_token"]}, "reply_to": task["id"]});
    send(&rookery.api, &provider.project, &body, None).await.expect(202);
    consumer.emitted("ask", 1).await;
    assert_ne!(consumer.list("/events?agent=ask").await[0]["run_id"], json!(run));
    consumer.post("/tasks/0/cancel", &json!({})).await.error(404, "not_found");
}
