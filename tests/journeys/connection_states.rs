//! How it stands with connections: what waits, what is refused or gone, and what clients are told of that.

use super::connections::{connected, connections, decide, entry_point, plain, using};
use rookery_tests::{Workflow, agent, cells, deliveries, link};
use serde_json::json;

#[tokio::test]
async fn tasks_wait_until_the_provider_accepts_and_no_task_comes_in_after_a_refusal() {
    let mut rookery = super::rookery().leaves_failures("not_connected").leaves_timers().start().await;
    let (provider, consumer) = connected(&mut rookery, plain(json!({})), json!({"timeout_seconds": 3600})).await;
    let api = rookery.api.clone();
    let run = consumer.emit("start", json!({"n": 1})).await;
    let tree = consumer.waiting(&run, "ask").await;
    let waits = deliveries(&tree)[0]["waits_for"].clone();
    assert!(waits.as_str().unwrap_or_default().contains("not accepted"), "{tree}");
    assert_eq!(provider.payloads("in").await.len(), 0);
    let warned = async |what: &str| {
        let warnings = consumer.start().await["meta"]["warnings"].take();
        assert!(warnings[0]["message"].as_str().is_some_and(|message| message.contains(what)), "{warnings}");
        assert_eq!((&warnings[0]["cell_id"], &warnings[0]["field"]), (&json!("ask"), &json!("config.client_stage_id")));
    };
    warned("has to accept").await;
    assert_eq!(decide(&api, &provider.project, "accept").await["state"], "active");
    assert_eq!(consumer.start().await["meta"]["warnings"], json!([]));
    let again = consumer.emit("start", json!({"n": 2})).await;
    assert_eq!(consumer.finished(&again).await["state"], "done");
    assert_eq!(decide(&api, &provider.project, "revoke").await["state"], "revoked");
    warned("taken it back").await;
    let refused = consumer.emit("start", json!({"n": 3})).await;
    let tree = consumer.finished(&refused).await;
    assert_eq!(tree["state"], "failed");
    assert_eq!(consumer.failures(1).await[0]["code"], "not_connected");
    // The first task may have been sent again while it was accepted.
    assert!(provider.payloads("in").await.iter().all(|task| task["n"] != 3));
    // A decision that contradicts the state says so.
    let id = connections(&api, &provider.project, "agent").await[0]["id"].as_str().unwrap().to_owned();
    api.post(&format!("/projects/{}/connections/{id}/refuse", provider.project), &json!({})).await.error(409, "wrong_state");
    // The client is no provider of it.
    api.post(&format!("/projects/{}/connections/{id}/accept", consumer.project), &json!({})).await.error(404, "not_found");
}

#[tokio::test]
async fn a_task_of_a_stage_that_was_taken_out_makes_no_connection() {
    let mut rookery = super::rookery().leaves_failures("stage_gone").start().await;
    let (provider, consumer) = connected(&mut rookery, plain(json!({})), json!({})).await;
    let run = consumer.emit("start", json!({})).await;
    consumer.waiting(&run, "ask").await;
    consumer.restart_with(&cells([agent("start", "manual", json!({}))])).await;
    assert_eq!(consumer.failures(1).await[0]["code"], "stage_gone");
    assert!(connections(&rookery.api, &provider.project, "agent").await.is_empty());
}

#[tokio::test]
async fn what_is_refused_within_a_provider_is_told_by_its_code_alone() {
    let mut rookery = super::rookery().leaves_failures("address_refused").start().await;
    let call = json!({"method": "post", "url": "http://10.1.2.3/secret-place"});
    let inner = cells([agent("in", "client", json!({"access": "open"})), agent("out", "http_request", call), link("in", "out")]);
    let (provider, consumer) = connected(&mut rookery, inner, json!({})).await;
    let run = consumer.emit("start", json!({})).await;
    assert_eq!(consumer.finished(&run).await["state"], "failed");
    let told = consumer.failures(1).await.remove(0);
    assert_eq!(told["code"], "address_refused");
    assert!(!told.to_string().contains("10.1.2.3"), "{told}");
    assert!(provider.failures(1).await[0]["message"].as_str().unwrap().contains("10.1.2.3"));
}

#[tokio::test]
async fn who_is_on_no_list_any_more_is_refused_and_whoever_uses_an_entry_point_is_found() {
    let mut rookery = super::rookery().leaves_failures("not_connected").start().await;
    let (provider, consumer) = connected(&mut rookery, plain(json!({"title": "Echo", "access": "open"})), json!({})).await;
    let entry = entry_point(&rookery.api, &provider.project).await;
    let of_entry = connections(&rookery.api, &provider.project, &format!("agent&agent_stage_id={entry}")).await;
    assert_eq!((of_entry.len(), &of_entry[0]["title"]), (1, &json!("Echo")));
    assert!(connections(&rookery.api, &provider.project, "agent&agent_stage_id=other").await.is_empty());
    provider.restart_with(&plain(json!({"title": "Echo", "access": "allow_list", "allow": []}))).await;
    for (project, role) in [(&provider.project, "agent"), (&consumer.project, "client")] {
        assert_eq!(connections(&rookery.api, project, role).await[0]["state"], "refused", "{role}");
    }
    let run = consumer.emit("start", json!({})).await;
    assert_eq!(consumer.finished(&run).await["state"], "failed");
    provider.restart_with(&plain(json!({"title": "Echo", "access": "open"}))).await;
    assert_eq!(connections(&rookery.api, &provider.project, "agent").await[0]["state"], "active");
}

#[tokio::test]
async fn what_the_access_decided_follows_it_and_what_a_person_decided_stays() {
    let mut rookery = super::rookery().leaves_timers().start().await;
    let (provider, refused) = connected(&mut rookery, plain(json!({"title": "Echo"})), json!({})).await;
    let api = rookery.api.clone();
    assert_eq!(decide(&api, &provider.project, "refuse").await["state"], "refused");
    let entry = entry_point(&api, &provider.project).await;
    let waiting = rookery.started(&using(&provider.project, &entry, json!({}))).await;
    let state = async |workflow: &Workflow| connections(&api, &workflow.project, "client").await[0]["state"].clone();
    assert_eq!(state(&waiting).await, "pending");
    let run = waiting.emit("start", json!({})).await;
    waiting.waiting(&run, "ask").await;
    provider.restart_with(&plain(json!({"title": "Echo", "access": "open"}))).await;
    refused.start().await;
    assert_eq!(waiting.finished(&run).await["state"], "done");
    assert_eq!((state(&refused).await, state(&waiting).await), (json!("refused"), json!("active")));
    // Who is on the list is connected at once, and who is not is told so.
    let (listed, other) = (rookery.project().await, rookery.project().await);
    provider.restart_with(&plain(json!({"title": "Echo", "access": "allow_list", "allow": [listed]}))).await;
    for (project, warned) in [(&listed, None), (&other, Some("has refused the connection"))] {
        let workflow = Workflow::create(&api, project, &using(&provider.project, &entry, json!({}))).await;
        let warnings = workflow.start().await["meta"]["warnings"].take();
        match warned {
            None => assert_eq!((&warnings, state(&workflow).await), (&json!([]), json!("active"))),
            Some(says) => assert!(warnings[0]["message"].as_str().is_some_and(|told| told.contains(says)), "{warnings}"),
        }
    }
}

#[tokio::test]
async fn a_stage_that_takes_another_entry_point_has_that_connection_alone() {
    let mut rookery = super::rookery().start().await;
    let (first, consumer) = connected(&mut rookery, plain(json!({"access": "open"})), json!({})).await;
    let second = rookery.started(&plain(json!({"access": "open"}))).await;
    let entry = entry_point(&rookery.api, &second.project).await;
    consumer.restart_with(&using(&second.project, &entry, json!({}))).await;
    let listed = connections(&rookery.api, &consumer.project, "client").await;
    assert_eq!((listed.len(), &listed[0]["agent_project_id"]), (1, &json!(second.project)));
    assert!(connections(&rookery.api, &first.project, "agent").await.is_empty());
}
