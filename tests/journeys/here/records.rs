//! Segments and batches of records over a kill.

use rookery_tests::{agent, cells, wait_until};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_segment_is_filled_over_a_kill_and_so_is_what_was_written_meanwhile() {
    let mut rookery = super::rookery().here().start().await;
    let made = rookery.api.post("/projects", &json!({"name": "Records"})).await.expect(201);
    let project = made["data"]["id"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("/projects/{project}{rest}");
    for part in 0..8 {
        let person = |n: usize| json!({"kind": "person", "id": format!("{n:04}"), "attributes": {"odd": n % 2 == 1}});
        let records: Vec<Value> = (part * 500..(part + 1) * 500).map(person).collect();
        rookery.api.post(&path("/records"), &json!({"records": records})).await.expect(200);
    }
    let segment = json!({"name": "Odd", "kind": "person", "condition": {"path": "odd", "operator": "eq", "value": true}});
    let made = rookery.api.post(&path("/segments"), &segment).await.expect(201);
    let segment = made["data"]["id"].as_str().unwrap().to_owned();
    let config = json!({"segment_id": segment});
    let workflow = rookery_tests::Workflow::create(&rookery.api, &project, &cells([agent("in", "person_segment", config)])).await;
    workflow.start().await;
    let shown = path(&format!("/segments/{segment}"));
    wait_until("the fill has begun", async || {
        let now = rookery.api.get(&shown).await.expect(200)["data"].clone();
        (now["progress"]["done"].as_u64() > Some(0)).then_some(())
    })
    .await;
    rookery.kill();
    rookery.start_again().await;
    let change = |n: &str, odd: bool| json!({"kind": "person", "id": n, "attributes": {"odd": odd}});
    let records = json!([change("0000", true), change("3999", false), change("new", true)]);
    rookery.api.post(&path("/records"), &json!({"records": records})).await.expect(200);
    let now = wait_until("the segment is filled", async || {
        let now = rookery.api.get(&shown).await.expect(200)["data"].clone();
        (now["state"] == "ready").then_some(now)
    })
    .await;
    let listed = rookery.api.list(&path(&format!("/records?segment={segment}"))).await;
    let ids: BTreeSet<&str> = listed.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), listed.len()), (2001, 2001), "each is there once");
    assert_eq!(now["size"], 2001);
    assert!(ids.contains("0000") && ids.contains("new") && !ids.contains("3999") && ids.contains("0001"));
    let told: BTreeSet<String> = workflow.emitted("in", 2).await.iter().map(|told| told["id"].to_string()).collect();
    assert_eq!(told, BTreeSet::from(["\"0000\"".to_owned(), "\"new\"".to_owned()]), "what a fill finds is no news");
}
