//! Starting again from an event.

use crate::support::{World, agent, link};
use serde_json::{Value, json};

#[tokio::test]
async fn an_event_begins_a_new_run_with_a_changed_payload_in_the_newest_version_or_its_own() {
    let world = World::open().await;
    let cells = |version: u32| {
        json!([
            agent("hand", "manual", json!({})),
            agent("says", "event_formatting", json!({"instructions": {"of": version.to_string(), "n": "{{ n }}"}})),
            link("l", "hand", "says"),
        ])
    };
    let workflow = world.started(cells(1)).await;
    let sent = world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {"n": 1}})).await.ok(202);
    let first = sent["data"]["event_id"].as_str().unwrap().to_owned();
    world.drain().await;
    world.json("PUT", &workflow, &json!({"options": {"cells": cells(2)}}).to_string()).await.ok(200);
    world.post(&format!("{workflow}/start"), json!({})).await.ok(200);

    let again = async |body: Value| {
        let made = world.post(&format!("{workflow}/events/{first}/emit"), body).await.ok(202);
        world.drain().await;
        let root = world.get(&format!("{workflow}/events/{}", made["data"]["event_id"].as_str().unwrap())).await.ok(200);
        let run = format!("{workflow}/events?run={}&agent=says", made["data"]["run_id"].as_str().unwrap());
        (root["data"].clone(), world.get(&run).await.ok(200)["data"][0]["payload"].clone())
    };
    for (body, version, says) in [
        (json!({}), 2, json!({"of": "2", "n": "1"})),
        (json!({"version": "newest", "payload": {"n": 7}}), 2, json!({"of": "2", "n": "7"})),
        (json!({"version": "run", "payload": {"n": 8}}), 1, json!({"of": "1", "n": "8"})),
    ] {
        let (root, said) = again(body.clone()).await;
        assert_eq!(
            (&root["version"], &root["cause"]["event"], &root["cell_id"]),
            (&json!(version), &json!(first), &json!("hand"))
        );
        assert_eq!(said, says, "{body}");
    }
    let (root, said) = again(json!({"groups": ["other"], "payload": null})).await;
    assert_eq!((&root["groups"], &root["payload"], said), (&json!(["other"]), &Value::Null, json!({"of": "2", "n": ""})));

    for (body, names) in [
        (json!({"version": "old"}), "`version`"),
        (json!({"payload": 1, "x": 1}), "`x`"),
        (json!({"groups": [""]}), "`groups[0]`"),
        (json!({"groups": null}), "`groups`"),
    ] {
        let message = world.post(&format!("{workflow}/events/{first}/emit"), body).await.error(400, "invalid_request");
        assert!(message.contains(names), "{message}");
    }
    world.post(&format!("{workflow}/events/{first}/emit"), json!({"payload": "x".repeat(256 * 1024)})).await.ok(413);
    world.stop().await;
}
