//! Versions of entry points: who is connected is not broken, unless the provider says from when on.

use super::connections::{connections, decide, entry_point, plain, using};
use rookery_tests::{Rookery, Workflow, wait_until};
use serde_json::{Value, json};

/// The configuration of an entry point that takes objects with these numbers.
fn taking(names: &[&str]) -> Value {
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "number"}))).collect();
    json!({"title": "Delay", "access": "open", "input_schema": {"type": "object", "properties": properties, "required": names}})
}

/// A provider whose entry point takes `seconds`, and a consumer.
async fn connected(rookery: &mut Rookery) -> (Workflow, Workflow) {
    let provider = rookery.started(&plain(taking(&["seconds"]))).await;
    let entry = entry_point(&rookery.api, &provider.project).await;
    let consumer = rookery.started(&using(&provider.project, &entry, json!({}))).await;
    (provider, consumer)
}

async fn in_catalogue(rookery: &Rookery, provider: &Workflow) -> Value {
    rookery.api.list(&format!("/catalog?q={}", provider.project)).await[0].clone()
}

/// The state of the run that this task makes.
async fn sent(consumer: &Workflow, task: Value) -> Value {
    let run = consumer.emit("start", task).await;
    consumer.finished(&run).await["state"].clone()
}

/// A time that is some seconds ahead, for a query.
fn ahead(seconds: i64) -> String {
    format!("{:.3}", jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds))
}

#[tokio::test]
async fn what_breaks_a_consumer_is_refused_with_who_and_what() {
    let mut rookery = super::rookery().start().await;
    let (provider, consumer) = connected(&mut rookery).await;
    let connection = connections(&rookery.api, &provider.project, "agent").await[0].clone();
    provider.save(&plain(taking(&["seconds", "unit"]))).await;
    for way in ["/build", "/start"] {
        let refused = provider.post(way, &json!({})).await.error(409, "breaks_consumers");
        let expected = json!([{
            "id": connection["id"], "client_deployment": null, "client_project_id": consumer.project,
            "client_stage_id": connection["client_stage_id"], "agent_stage_id": connection["agent_stage_id"],
            "breaks": ["input: `unit` must be there now", "input: `unit` must be a number now"],
        }]);
        assert_eq!(refused["meta"]["connections"], expected);
    }
    provider.stop().await;
    provider.post("/start", &json!({})).await.error(409, "breaks_consumers");
    provider.save(&plain(taking(&["seconds"]))).await;
    provider.start().await;
    assert_eq!(in_catalogue(&rookery, &provider).await["version"], 1);
    assert_eq!(sent(&consumer, json!({"seconds": 1})).await, "done");
    // What takes more breaks nobody.
    provider.save(&plain(json!({"title": "Delay", "access": "open"}))).await;
    provider.start().await;
    let entry = in_catalogue(&rookery, &provider).await;
    assert_eq!((&entry["version"], &entry["deprecated"]), (&json!(2), &json!([])));
    // An output that may be something else breaks, too.
    let promising = |types: Value| plain(json!({"access": "open", "output_schema": {"properties": {"n": {"type": types}}}}));
    provider.save(&promising(json!("number"))).await;
    provider.start().await;
    provider.save(&promising(json!(["number", "null"]))).await;
    let refused = provider.post("/start", &json!({})).await.error(409, "breaks_consumers");
    assert_eq!(refused["meta"]["connections"][0]["breaks"], json!(["output: `n` need not be a number any more"]));
}

#[tokio::test]
async fn both_versions_are_taken_until_the_date_and_the_new_one_alone_after_it() {
    let mut rookery = super::rookery().leaves_failures("invalid_task").start().await;
    let (provider, consumer) = connected(&mut rookery).await;
    provider.save(&plain(taking(&["delay"]))).await;
    let until = ahead(3600);
    provider.post(&format!("/start?break_consumers_at={until}"), &json!({})).await.expect(200);
    assert_eq!(sent(&consumer, json!({"seconds": 1})).await, "done", "as it was");
    assert_eq!(sent(&consumer, json!({"delay": 1})).await, "done", "as it is now");
    assert_eq!(sent(&consumer, json!({"hours": 1})).await, "failed");
    // Whoever uses it is told.
    let entry = in_catalogue(&rookery, &provider).await;
    let older = &entry["deprecated"][0];
    assert_eq!((&entry["version"], &older["version"], &older["until"]), (&json!(2), &json!(1), &json!(until)));
    assert_eq!(older["input_schema"], taking(&["seconds"])["input_schema"]);
    let told = json!({"version": 1, "until": until, "breaks": ["input: `delay` must be there now", "input: `delay` must be a number now"]});
    for (project, role) in [(&provider.project, "agent"), (&consumer.project, "client")] {
        assert_eq!(connections(&rookery.api, project, role).await[0]["deprecated"], told, "{role}");
    }
    let warned = consumer.post("/build", &json!({})).await.expect(200)["meta"]["warnings"][0].clone();
    assert_eq!((&warned["cell_id"], &warned["field"]), (&json!("ask"), &json!("config.client_stage_id")));
    assert!(warned["message"].as_str().unwrap().contains("`delay` must be there now"), "{warned}");
    // Who connects later relies on the new version.
    let id = entry["client_stage_id"].as_str().unwrap();
    let late = rookery.started(&using(&provider.project, id, json!({}))).await;
    assert_eq!(connections(&rookery.api, &late.project, "client").await[0]["deprecated"], Value::Null);
    // What is published without a change leaves the date as it is.
    provider.stop().await;
    provider.start().await;
    assert_eq!(in_catalogue(&rookery, &provider).await["deprecated"][0]["until"], json!(until));
    // A version that is over soon is over.
    provider.save(&plain(taking(&["hours"]))).await;
    provider.post(&format!("/build?break_consumers_at={}", ahead(1)), &json!({})).await.expect(200);
    let entry = wait_until("a version is over", async || {
        let entry = in_catalogue(&rookery, &provider).await;
        (entry["deprecated"].as_array().unwrap().len() == 1).then_some(entry)
    })
    .await;
    assert_eq!((&entry["version"], &entry["deprecated"][0]["version"]), (&json!(3), &json!(1)));
    assert_eq!(sent(&consumer, json!({"hours": 1})).await, "done");
    assert_eq!(sent(&consumer, json!({"delay": 1})).await, "failed");
    assert_eq!(sent(&consumer, json!({"seconds": 1})).await, "done", "its date is later");
}

#[tokio::test]
async fn what_nobody_uses_changes_freely_and_what_is_stopped_is_judged_when_it_starts() {
    let mut rookery = super::rookery().start().await;
    let alone = rookery.started(&plain(taking(&["seconds"]))).await;
    alone.save(&plain(taking(&["delay"]))).await;
    alone.start().await;
    assert_eq!(in_catalogue(&rookery, &alone).await["version"], 2);
    let (provider, _) = connected(&mut rookery).await;
    provider.stop().await;
    provider.save(&plain(taking(&["delay"]))).await;
    provider.post("/build", &json!({})).await.expect(200);
    assert_eq!(in_catalogue(&rookery, &provider).await["version"], 1, "a build of what is stopped publishes nothing");
    provider.post("/start", &json!({})).await.error(409, "breaks_consumers");
    // Whose connection was taken back relies on nothing any more.
    decide(&rookery.api, &provider.project, "revoke").await;
    provider.start().await;
    assert_eq!(in_catalogue(&rookery, &provider).await["version"], 2);
}

#[tokio::test]
async fn the_date_of_a_break_is_a_time_from_now_on_within_a_year() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&plain(taking(&["seconds"]))).await;
    for wrong in ["soon", "", &ahead(-3600), &ahead(400 * 24 * 3600)] {
        workflow.post(&format!("/start?break_consumers_at={wrong}"), &json!({})).await.error(400, "invalid_request");
    }
    workflow.post(&format!("/start?break_consumers_at={}", ahead(0)), &json!({})).await.expect(200);
    workflow.post(&format!("/start?break_consumers_at={}", ahead(3600)), &json!({})).await.expect(200);
    let entry = in_catalogue(&rookery, &workflow).await;
    assert_eq!((&entry["version"], &entry["deprecated"]), (&json!(1), &json!([])), "nothing breaks");
}

#[tokio::test]
async fn ten_older_versions_are_taken_and_no_more() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&plain(taking(&["n"]))).await;
    let start = format!("/start?break_consumers_at={}", ahead(3600));
    for n in 0..=10 {
        workflow.save(&plain(taking(&[&format!("n{n}")]))).await;
        let started = workflow.post(&start, &json!({})).await;
        if n < 10 { drop(started.expect(200)) } else { drop(started.error(409, "too_many_versions")) }
    }
}
