//! Tasks that programs send over the connections of a project, and replies to many: what arrives, what is listed, what is refused.

use crate::connections::{connected, connections, entry_point, plain, using};
use reqwest::Method;
use rookery_tests::{Answer, Api, Workflow, agent, cells, link, wait_until, wait_up_to};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Sends a task; gives the answer.
pub(crate) async fn send(api: &Api, project: &str, body: &Value, key: Option<&str>) -> Answer {
    let call = api.call(Method::POST, &format!("/projects/{project}/tasks"));
    let call = match key {
        Some(key) => call.header("Idempotency-Key", key),
        None => call,
    };
    call.json(body).send().await
}

/// The ids of what an answer says was sent.
fn ids(answer: &Value) -> Vec<String> {
    answer["data"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

/// Waits until so many tasks of a project are delivered, and gives all.
async fn delivered(api: &Api, project: &str, count: usize) -> Vec<Value> {
    wait_until(&format!("{count} tasks are delivered"), async || {
        let tasks = api.list(&format!("/projects/{project}/tasks")).await;
        let delivered = tasks.iter().filter(|task| task["state"] == "delivered").count();
        (delivered >= count).then_some(tasks)
    })
    .await
}

/// The public names of a provider's connections with a client project.
async fn names(api: &Api, provider: &str, client: &str) -> Vec<Value> {
    let all = connections(api, provider, "agent").await;
    all.iter().filter(|one| one["client_project_id"] == client).map(|one| one["connection_token"].clone()).collect()
}

/// A workflow with two stages of one entry point.
fn twice(project: &str, entry: &str) -> Value {
    let config = json!({"project_id": project, "client_stage_id": entry});
    cells([agent("one", "agent", config.clone()), agent("two", "agent", config)])
}

#[tokio::test]
async fn a_task_goes_to_one_to_some_to_a_project_and_to_all() {
    let mut rookery = super::rookery().start().await;
    let (provider, first) = connected(&mut rookery, plain(json!({"access": "open"})), json!({})).await;
    let api = rookery.api.clone();
    let entry = entry_point(&api, &provider.project).await;
    let second = rookery.started(&twice(&provider.project, &entry)).await;
    let (one, two) =
        (names(&api, &provider.project, &first.project).await, names(&api, &provider.project, &second.project).await);
    assert_eq!((one.len(), two.len()), (1, 2));

    let named = json!({"type": "news", "payload": {"n": 1.10, "connection_token": one[0]}});
    let answer = send(&api, &provider.project, &named, None).await.expect(202);
    assert_eq!(answer["data"][0], json!({"id": ids(&answer)[0], "connection_token": one[0], "state": "pending"}));
    assert_eq!(first.emitted("ask", 1).await, [json!({"n": 1.10})], "the name of the connection stays here");
    assert_eq!(first.list("/events?agent=ask").await[0]["groups"], json!(["on_reply", "news"]));
    for (to, count) in [
        (json!({"connection_tokens": [two[1], one[0], two[1]]}), 2),
        (json!({"client_project_id": second.project}), 2),
        (json!({"client_project_id": provider.project}), 0),
        (json!({"client_project_id": second.project, "client_deployment": "https://other.example.com"}), 0),
        (json!("all"), 3),
    ] {
        let body = json!({"type": "news", "payload": {"n": 2}, "to": to});
        let answer = send(&api, &provider.project, &body, None).await.expect(202);
        assert_eq!(ids(&answer).len(), count, "{to}");
    }
    let tasks = delivered(&api, &provider.project, 8).await;
    assert_eq!(tasks.len(), 8);
    assert!(tasks.is_sorted_by(|one, next| one["created_at"].as_str() >= next["created_at"].as_str()), "newest first");
    let last = &tasks[7];
    assert_eq!((&last["type"], &last["payload"], &last["problem"]), (&json!("news"), &json!({"n": 1.10}), &Value::Null));
    for (workflow, cell, count) in [(&first, "ask", 3), (&second, "one", 2), (&second, "two", 2)] {
        let many = workflow.emitted(cell, count).await.len();
        assert!(many == count || (cell != "ask" && many == count + 1), "{cell}: {many}");
    }
    let page = api.get(&format!("/projects/{}/tasks?limit=3", provider.project)).await.expect(200);
    assert_eq!(page["data"].as_array().unwrap().len(), 3);
    assert!(page["meta"]["next_cursor"].is_string());
    assert!(api.list(&format!("/projects/{}/tasks", first.project)).await.is_empty(), "they are the provider's");
}

#[tokio::test]
async fn the_same_key_is_the_same_task_and_with_another_body_it_is_refused() {
    let mut rookery = super::rookery().start().await;
    let (provider, consumer) = connected(&mut rookery, plain(json!({"access": "open"})), json!({})).await;
    let api = rookery.api.clone();
    let body = json!({"type": "news", "payload": {"n": 1}, "to": "all"});
    let first = send(&api, &provider.project, &body, Some("k")).await.expect(202);
    delivered(&api, &provider.project, 1).await;
    // What was sent stays as it was, whatever became of the connections.
    let entry = entry_point(&api, &provider.project).await;
    let other = rookery.started(&using(&provider.project, &entry, json!({}))).await;
    let again = send(&api, &provider.project, &body, Some("k")).await.expect(202);
    assert_eq!((ids(&again), &again["data"][0]["state"]), (ids(&first), &json!("delivered")));
    for (field, value) in [("payload", json!({"n": 2})), ("type", json!("olds")), ("to", json!({"client_project_id": "x"}))] {
        let mut body = body.clone();
        body[field] = value;
        send(&api, &provider.project, &body, Some("k")).await.error(409, "idempotency_conflict");
    }
    let without = send(&api, &provider.project, &body, None).await.expect(202);
    assert_eq!(ids(&without).len(), 2);
    delivered(&api, &provider.project, 3).await;
    assert_eq!((consumer.emitted("ask", 2).await.len(), other.emitted("ask", 1).await.len()), (2, 1));
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_its_field_and_nothing_is_sent() {
    let mut rookery = super::rookery().start().await;
    let schema = json!({"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]});
    let (provider, _) = connected(&mut rookery, plain(json!({"access": "open", "output_schema": schema})), json!({})).await;
    let (foreign, _) = connected(&mut rookery, plain(json!({"access": "open"})), json!({})).await;
    let (waiting, _) = connected(&mut rookery, plain(json!({})), json!({})).await;
    let api = rookery.api.clone();
    let name = async |project: &str| connections(&api, project, "agent").await[0]["connection_token"].clone();
    let (mine, others, pending) = (name(&provider.project).await, name(&foreign.project).await, name(&waiting.project).await);
    let unknown = json!("0".repeat(32));
    let n = json!({"n": 1});
    for (body, kind, field) in [
        (
            json!({"type": "t", "payload": n, "to": {"connection_tokens": [mine, others]}}),
            "unknown_connection",
            "to.connection_tokens[1]",
        ),
        (
            json!({"type": "t", "payload": n, "to": {"connection_tokens": [mine, unknown]}}),
            "unknown_connection",
            "to.connection_tokens[1]",
        ),
        (
            json!({"type": "t", "payload": n, "to": {"connection_tokens": ["no id"]}}),
            "unknown_connection",
            "to.connection_tokens[0]",
        ),
        (json!({"type": "t", "payload": {"n": 1, "connection_token": others}}), "unknown_connection", "payload.connection_token"),
        (json!({"type": "t", "payload": n}), "invalid_task", "payload.connection_token"),
        (json!({"type": "t", "payload": [1], "to": "all"}), "invalid_task", "payload"),
        (json!({"type": "", "payload": n, "to": "all"}), "invalid_task", "type"),
        (json!({"type": "t", "payload": n, "to": {}}), "invalid_task", "to"),
        (json!({"type": "t", "payload": n, "to": {"connection_tokens": []}}), "invalid_task", "to.connection_tokens"),
        (json!({"type": "t", "payload": n, "to": {"connection_tokens": [mine], "client_project_id": "p"}}), "invalid_task", "to"),
        (json!({"type": "t", "payload": n, "to": {"client_project_id": ""}}), "invalid_task", "to.client_project_id"),
        (
            json!({"type": "t", "payload": n, "to": {"client_project_id": "p", "client_deployment": "x"}}),
            "invalid_task",
            "to.client_deployment",
        ),
        (json!({"type": "t", "payload": n, "to": "all", "reply_to": "x"}), "invalid_task", "reply_to"),
        (json!({"type": "t", "payload": {"n": "one"}, "to": "all"}), "invalid_reply", "payload.n"),
        (json!({"type": "t", "payload": {}, "to": {"connection_tokens": [mine]}}), "invalid_reply", "payload.n"),
    ] {
        let refused = send(&api, &provider.project, &body, None).await.error(422, kind);
        assert_eq!(refused["meta"]["field"], field, "{body}");
        assert!(refused["message"].as_str().unwrap().contains(field), "{refused}");
    }
    for body in
        [json!({"type": "t", "payload": n, "to": "some"}), json!({"payload": n}), json!({"type": "t", "payload": n, "x": 1})]
    {
        send(&api, &provider.project, &body, None).await.error(400, "invalid_request");
    }
    let body = json!({"type": "t", "payload": n, "to": {"connection_tokens": [pending]}});
    send(&api, &waiting.project, &body, None).await.error(422, "unknown_connection");
    assert!(api.list(&format!("/projects/{}/tasks", provider.project)).await.is_empty());
}

#[tokio::test]
async fn a_reply_to_a_project_reaches_all_of_its_stages_and_says_how_many() {
    let mut rookery = super::rookery().start().await;
    let config = json!({"client_project_id": "{{ project }}", "task_type": "news", "payload": {"n": "{{ n | as_object }}"}});
    let broadcast = cells([
        agent("in", "client", json!({"access": "open"})),
        agent("hand", "manual", json!({})),
        agent("back", "reply", config),
        link("hand", "back"),
        link("in", "back"),
    ]);
    let provider = rookery.started(&broadcast).await;
    let entry = entry_point(&rookery.api, &provider.project).await;
    let consumer = rookery.started(&twice(&provider.project, &entry)).await;
    let run = provider.emit("hand", json!({"project": consumer.project, "n": 5})).await;
    provider.finished(&run).await;
    let sent = provider.emitted("back", 1).await.remove(0);
    assert_eq!(sent, json!({"sent": 2, "client_project_id": consumer.project, "client_deployment": null}));
    for cell in ["one", "two"] {
        assert_eq!(consumer.emitted(cell, 1).await, [json!({"n": 5})]);
    }
    let run = provider.emit("hand", json!({"project": "nobody", "n": 5})).await;
    provider.finished(&run).await;
    assert_eq!(provider.emitted("back", 2).await[0]["sent"], 0);
    // A stage that waits gets it as its answer; the project's other stages get an event of their own.
    let asking = using(&provider.project, &entry, json!({"payload": {"project": "{{ project }}", "n": 6}}));
    let asks = Workflow::create(&rookery.api, &consumer.project, &asking).await;
    asks.start().await;
    let run = asks.emit("start", json!({"project": consumer.project})).await;
    assert_eq!(asks.finished(&run).await["state"], "done");
    assert_eq!(asks.list("/events?agent=ask").await[0]["run_id"], json!(run));
    assert_eq!(consumer.emitted("one", 2).await, [json!({"n": 6}), json!({"n": 5})]);
}

#[tokio::test]
async fn a_task_over_a_connection_that_ends_before_it_is_sent_fails() {
    let mut rookery = super::rookery().start().await;
    let (provider, consumer) = connected(&mut rookery, plain(json!({"access": "open"})), json!({})).await;
    let api = rookery.api.clone();
    consumer.stop().await;
    let body = json!({"type": "t", "payload": {}, "to": "all"});
    send(&api, &provider.project, &body, None).await.expect(202);
    let listed = async |says: &dyn Fn(&Value) -> bool| {
        wait_until("the task is as it should be", async || {
            let task = api.list(&format!("/projects/{}/tasks", provider.project)).await.remove(0);
            says(&task).then_some(task)
        })
        .await
    };
    let waits = listed(&|task| !task["problem"].is_null()).await;
    assert_eq!((&waits["state"], &waits["problem"]), (&json!("pending"), &json!("The client's workflow does not run.")));
    let id = connections(&api, &provider.project, "agent").await[0]["id"].as_str().unwrap().to_owned();
    api.post(&format!("/projects/{}/connections/{id}/revoke", provider.project), &json!({})).await.expect(200);
    let failed = listed(&|task| task["state"] == "failed").await;
    assert_eq!(failed["problem"], "The connection has ended, or was taken back.");
    send(&api, &provider.project, &json!({"type": "t", "payload": {}, "to": "all"}), None).await.expect(202);
    assert_eq!(api.list(&format!("/projects/{}/tasks", provider.project)).await.len(), 1, "there is nobody to send it to");
}

#[tokio::test]
async fn one_answer_reaches_a_thousand_connections() {
    const STAGES: usize = 1000;
    let mut rookery = super::rookery().start().await;
    let provider = rookery.started(&plain(json!({"access": "open"}))).await;
    let api = rookery.api.clone();
    let entry = entry_point(&api, &provider.project).await;
    let config = json!({"project_id": provider.project, "client_stage_id": entry});
    let stages = (0..STAGES).map(|n| agent(&format!("s{n}"), "agent", config.clone()));
    let consumer = rookery.started(&cells(stages)).await;
    let began = Instant::now();
    let body = json!({"type": "news", "payload": {"text": "x".repeat(1000)}, "to": "all"});
    let answer = send(&api, &provider.project, &body, Some("news")).await.expect(202);
    let answered = began.elapsed();
    let sent: BTreeSet<String> = ids(&answer).into_iter().collect();
    assert_eq!(sent.len(), STAGES);
    let again = send(&api, &provider.project, &body, Some("news")).await.expect(202);
    assert_eq!(ids(&again).into_iter().collect::<BTreeSet<_>>(), sent);
    wait_up_to(Duration::from_secs(120), "all are delivered", async || {
        let tasks = api.list(&format!("/projects/{}/tasks", provider.project)).await;
        let done = tasks.iter().filter(|task| task["state"] == "delivered").map(|task| task["id"].as_str().unwrap().to_owned());
        (done.collect::<BTreeSet<_>>() == sent).then_some(())
    })
    .await;
    println!("a task for {STAGES} connections: answered after {answered:?}, delivered after {:?}", began.elapsed());
    let events =
        wait_until("all are listed", async || Some(consumer.list("/events").await).filter(|events| events.len() >= STAGES)).await;
    let cells: BTreeSet<&str> = events.iter().map(|event| event["cell_id"].as_str().unwrap()).collect();
    assert_eq!((events.len(), cells.len()), (STAGES, STAGES), "each stage has it once");
}
