//! Agents: what they show, remember, count and log; checks and dry runs by hand; feeds.

use crate::support::{World, agent, link, request};
use axum::body::Body;
use serde_json::json;

#[tokio::test]
async fn an_agent_shows_what_it_is_and_did() {
    let world = World::open().await;
    let workflow = world
        .started(json!([
            agent("hand", "manual", json!({"schedule": "every_1h", "payload": {"n": 1.10}})),
            agent("watch", "change_detector", json!({"property": "n"})),
            agent("each", "change_detector", json!({"property": "n", "key": "{{ id }}"})),
            link("l1", "hand", "watch"),
            link("l2", "hand", "each"),
        ]))
        .await;
    for id in ["a", "b"] {
        world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {"n": 1, "id": id}})).await.ok(202);
        world.drain().await;
    }
    let agents = world.get(&format!("{workflow}/agents")).await.ok(200);
    let ids: Vec<_> = agents["data"].as_array().unwrap().iter().map(|agent| agent["cell_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["hand", "watch", "each"]);
    assert!(agents["data"][0].get("memory").is_none() && agents["data"][0].get("logs").is_none());

    let watch = world.get(&format!("{workflow}/agents/watch")).await.ok(200)["data"].clone();
    assert_eq!(
        (&watch["kind"], &watch["state"], &watch["memory"]),
        (&json!("filter"), &json!("active"), &json!({"last_property": 1}))
    );
    for (count, expected) in [("received", 2), ("emitted", 1), ("errors", 0), ("checks", 0)] {
        assert_eq!(watch["counts"][count], expected, "{count}: {watch}");
    }
    assert!(watch["last_event_at"].is_string() && watch["last_received_at"].is_string() && watch["last_error_at"].is_null());
    assert_eq!((&watch["groups"], &watch["config"]), (&json!(["on_change", "on_error"]), &json!({"property": "n"})));
    let each = world.get(&format!("{workflow}/agents/each")).await.ok(200)["data"].clone();
    assert_eq!(each["memory"].as_object().unwrap().len(), 2, "{each}");
    let hand = world.get(&format!("{workflow}/agents/hand")).await.ok(200)["data"].clone();
    assert_eq!((&hand["schedule"]["spec"], &hand["counts"]["emitted"]), (&json!("every_1h"), &json!(2)));
    assert!(hand["schedule"]["next_due"].is_string() && hand["memory"].is_null());

    world.delete(&format!("{workflow}/agents/each/memory")).await.ok(204);
    assert!(world.get(&format!("{workflow}/agents/each")).await.ok(200)["data"]["memory"].is_null());
    let metrics = world.get(&format!("{workflow}/metrics?agent=watch")).await.ok(200);
    assert!(metrics["data"].as_array().unwrap().iter().all(|metric| metric["cell_id"] == "watch"), "{metrics}");
    let received: u64 = metrics["data"].as_array().unwrap().iter().map(|metric| metric["received"].as_u64().unwrap()).sum();
    assert_eq!(received, 2);
    let long_ago = world.get(&format!("{workflow}/metrics?from=0000-01-01T00:00:00Z&to=2000-01-01T00:00:00%2B01:00")).await;
    assert_eq!(long_ago.ok(200)["data"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn checks_commit_and_dry_runs_do_not() {
    let world = World::open().await;
    let workflow = world
        .started(json!([
            agent("hand", "manual", json!({"payload": {"n": 1}})),
            agent("watch", "change_detector", json!({"property": "n"})),
            agent("call", "http_request", json!({"url": "https://example.com/"})),
            agent("large", "condition", json!({"condition": {"path": "total", "operator": "gte", "value": 100}})),
        ]))
        .await;
    let form = json!({"event": {"payload": {"total": "250"}}});
    let dry = world.post(&format!("{workflow}/agents/large/dry_run"), form).await.ok(200);
    let logs = dry["data"]["logs"].to_string();
    assert!(dry["data"]["events"] == json!([]) && logs.contains("`total` is a text") && logs.contains("as"), "{dry}");
    let dry = world.post(&format!("{workflow}/agents/hand/dry_run"), json!({})).await.ok(200);
    assert_eq!(dry["data"]["events"], json!([{"groups": ["on_trigger"], "payload": {"n": 1}}]));
    let event = json!({"event": {"payload": {"n": 7}, "groups": ["x"]}});
    let dry = world.post(&format!("{workflow}/agents/watch/dry_run"), event).await.ok(200);
    assert_eq!((&dry["data"]["events"][0]["payload"], &dry["data"]["memory"]), (&json!({"n": 7}), &json!({"last_property": 7})));
    let dry = world.post(&format!("{workflow}/agents/call/dry_run"), json!({"event": {"payload": {}}})).await.ok(200);
    assert_eq!(dry["data"]["error"]["code"], "outside_call", "{dry}");
    for body in
        [json!({"event": null}), json!({"event": {}}), json!({"event": {"payload": 1, "x": 1}}), json!({"outside_calls": 1})]
    {
        world.post(&format!("{workflow}/agents/call/dry_run"), body).await.error(400, "invalid_request");
    }
    assert_eq!(world.get(&format!("{workflow}/events")).await.ok(200)["data"], json!([]));
    assert!(world.get(&format!("{workflow}/agents/watch")).await.ok(200)["data"]["memory"].is_null());

    // A save is not a build: what runs is what was built, and the answer says so.
    assert_eq!((&dry["data"]["version"], dry["data"].get("newer_version")), (&json!(1), None));
    let options = json!({"cells": [agent("hand", "manual", json!({"payload": {"n": 2}}))]});
    world.json("PUT", &workflow, &json!({"options": options}).to_string()).await.ok(200);
    let dry = world.post(&format!("{workflow}/agents/hand/dry_run"), json!({})).await.ok(200);
    assert_eq!((&dry["data"]["version"], &dry["data"]["newer_version"]), (&json!(1), &json!(2)));
    assert_eq!(dry["data"]["events"][0]["payload"], json!({"n": 1}));

    let checked = world.post(&format!("{workflow}/agents/hand/check"), json!({})).await.ok(200);
    assert_eq!((&checked["data"]["version"], &checked["data"]["newer_version"]), (&json!(1), &json!(2)));
    let id = checked["data"]["events"][0]["id"].as_str().unwrap();
    assert_eq!(world.get(&format!("{workflow}/events/{id}")).await.ok(200)["data"]["payload"], json!({"n": 1}));
    for step in ["check", "dry_run"] {
        let refused = world.post(&format!("{workflow}/agents/watch/{step}"), json!({})).await;
        refused.error(422, "cannot_check");
        let remedy = refused.value()["error"]["details"].to_string();
        assert!(remedy.contains(r#"{\"event\": {\"payload\""#), "{step}: {remedy}");
    }
    world.stop().await;
}

#[tokio::test]
async fn the_logs_of_an_agent_are_cleared_and_no_others() {
    let world = World::open().await;
    let over = |value: u32| json!({"condition": {"path": "total", "operator": "gte", "value": value}});
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("a", "condition", over(1)),
        agent("b", "condition", over(2)),
        link("l1", "hand", "a"),
        link("l2", "hand", "b"),
    ]);
    let workflow = world.started(cells).await;
    world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {"total": "7"}})).await.ok(202);
    world.drain().await;
    let entries = async |cell: &str| {
        let logs = world.get(&format!("{workflow}/agents/{cell}/logs")).await.ok(200);
        logs["data"].as_array().unwrap().len()
    };
    assert_eq!((entries("a").await, entries("b").await), (1, 1));
    assert_eq!(world.delete(&format!("{workflow}/agents/a/logs")).await.ok(200)["data"], json!({"more": false}));
    assert_eq!((entries("a").await, entries("b").await), (0, 1));
    world.delete(&format!("{workflow}/agents/nobody/logs")).await.error(404, "not_found");
    world.stop().await;
}

#[tokio::test]
async fn a_feed_is_read_as_json_and_as_rss() {
    let world = World::open().await;
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("feed", "data_output", json!({"template": {"title": "T"}})),
        link("l", "hand", "feed")
    ]);
    let workflow = world.started(cells).await;
    world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {"title": "<b>"}})).await.ok(202);
    world.drain().await;
    let url = world.get(&format!("{workflow}/agents/feed")).await.ok(200)["data"]["feed_url"].as_str().unwrap().to_owned();
    for address in [url.clone(), format!("{url}.json")] {
        let feed = world.get(&address).await;
        assert_eq!(feed.headers["content-security-policy"], "sandbox");
        let feed = feed.ok(200);
        assert_eq!((&feed["items"][0]["title"], &feed["feed_url"]), (&json!("<b>"), &json!(address)));
    }
    let rss = world.get(&format!("{url}.xml?utm=1")).await;
    assert!(rss.status == 200 && rss.headers["content-type"].to_str().unwrap().contains("xml") && rss.text().contains("<rss"));
    world.get(&format!("{url}x.json")).await.error(404, "not_found");

    for address in [format!("{url}.json"), format!("{url}.xml")] {
        let tag = world.get(&address).await.headers["etag"].to_str().unwrap().to_owned();
        let again = async |method: &str, tags: &str| {
            let request = request(method, &address).header("if-none-match", tags);
            world.send(request.body(Body::empty()).unwrap()).await
        };
        for (method, tags) in [("GET", tag.clone()), ("HEAD", format!("\"x\", W/{tag}")), ("GET", "*".to_owned())] {
            let same = again(method, &tags).await;
            assert!(same.status == 304 && same.bytes.is_empty() && same.headers["etag"] == *tag, "{tags}");
        }
        assert_eq!(again("GET", "\"x\"").await.status, 200);
        world.post(&format!("{workflow}/agents/hand/events"), json!({"payload": {"title": address}})).await.ok(202);
        world.drain().await;
        let new = again("GET", &tag).await;
        assert!(new.status == 200 && new.headers["etag"] != *tag, "a new item");
    }
    world.stop().await;
}
