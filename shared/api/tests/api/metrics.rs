//! Metrics: what each agent of each version counted, by group, code and time, and about what that cost.

use crate::support::{World, agent, link};
use serde_json::{Value, json};

fn link_of(id: &str, source: &str, target: &str, group: &str) -> Value {
    json!({"id": id, "type": "link", "source": {"id": source}, "target": {"id": target}, "group_id": group})
}

fn sum(counts: &Value) -> u64 {
    counts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
}

async fn metric(world: &World, workflow: &str, query: &str) -> Value {
    let rows = world.get(&format!("{workflow}/metrics?{query}")).await.ok(200)["data"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    rows[0].clone()
}

async fn send(world: &World, workflow: &str, count: usize) {
    for n in 0..count {
        let event = json!({"payload": {"n": n}, "groups": ["on_trigger", "unknown", "named", "named"]});
        world.post(&format!("{workflow}/agents/hand/events"), event).await.ok(202);
    }
    world.drain().await;
}

#[tokio::test]
async fn agents_count_by_version_group_code_and_time() {
    let world = World::open().await;
    let lanes = json!({"groups": [{"name": "a", "weight": 1}, {"name": "b", "weight": 1}]});
    let bad = json!({"instructions": {"n": "{{ 1 | divided_by: 0 }}"}});
    let cells = json!([
        agent("hand", "manual", json!({})),
        agent("split", "split", lanes),
        agent("bad", "event_formatting", bad),
        agent("last", "change_detector", json!({"property": "never"})),
        link("l0", "hand", "split"),
        link_of("l1", "split", "bad", "a"),
        link_of("l2", "hand", "last", "named"),
    ]);
    let workflow = world.started(cells).await;
    send(&world, &workflow, 20).await;

    let hand = metric(&world, &workflow, "agent=hand").await;
    assert_eq!((&hand["version"], &hand["emitted"], &hand["accepted"]), (&json!(1), &json!(20), &json!(20)));
    assert_eq!(hand["emitted_by_group"], json!({"on_trigger": 20, "named": 20}), "groups that nobody knows are not counted");
    let split = metric(&world, &workflow, "agent=split").await;
    let lanes = &split["emitted_by_group"];
    assert_eq!((sum(lanes), &split["received"]), (20, &json!(20)), "{split}");
    assert!(split["chained"].as_u64() <= split["received"].as_u64());
    let bad = metric(&world, &workflow, "agent=bad").await;
    assert_eq!(
        (&bad["received"], &bad["errors"]),
        (&lanes["a"], &lanes["a"]),
        "what a link led is what its source emitted in its group"
    );
    assert_eq!(bad["emitted_by_group"], json!({"on_error": lanes["a"]}));
    let code = world.get(&format!("{workflow}/failures")).await.ok(200)["data"][0]["code"].as_str().unwrap().to_owned();
    assert_eq!(bad["errors_by_code"], json!({code: lanes["a"]}));
    let last = metric(&world, &workflow, "agent=last").await;
    for row in [&split, &bad, &last] {
        assert_eq!(json!(sum(&row["took_up_to"])), row["received"], "{row}");
        assert!(row["took_ms"].is_u64());
    }
    let usd = |row: &Value| row["estimated_cost"]["usd"].as_f64().unwrap();
    assert!(usd(&hand) > 0.0 && usd(&last) > 0.0, "{hand} {last}");
    let shown = world.get(&format!("{workflow}/agents/split")).await.ok(200);
    assert_eq!(&shown["data"]["counts"]["emitted_by_group"], lanes);

    // Another version counts apart.
    world.post(&format!("{workflow}/build"), json!({})).await.ok(200);
    let options = world.get(&workflow).await.ok(200)["data"]["options"].clone();
    world.json("PUT", &workflow, &json!({"options": options}).to_string()).await.ok(200);
    world.post(&format!("{workflow}/build"), json!({})).await.ok(200);
    send(&world, &workflow, 3).await;
    assert_eq!(metric(&world, &workflow, "agent=hand&version=1").await["emitted"], 20);
    assert_eq!(metric(&world, &workflow, "agent=hand&version=2").await["emitted"], 3);
    let both = world.get(&format!("{workflow}/agents/hand")).await.ok(200);
    assert_eq!(both["data"]["counts"]["emitted"], 23);
    world.get(&format!("{workflow}/metrics?version=x")).await.error(400, "invalid_request");
    world.stop().await;
}
