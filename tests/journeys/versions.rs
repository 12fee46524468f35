//! Every save is a version; and what becomes of runs and memories when a workflow changes.

use rookery_tests::{agent, cells, link};
use serde_json::{Value, json};

/// `start -> watch -> say`, where `say` says `word`.
fn saying(word: &str) -> Value {
    cells([
        agent("start", "manual", json!({})),
        agent("watch", "change_detector", json!({"property": "n"})),
        agent("say", "event_formatting", json!({"instructions": {"word": word}})),
        link("start", "watch"),
        link("watch", "say"),
    ])
}

#[tokio::test]
async fn what_is_not_valid_is_saved_with_its_errors_but_not_started() {
    let mut rookery = super::rookery().start().await;
    let broken = cells([
        agent("start", "manual", json!({})),
        agent("odd", "condition", json!({"condition": {"path": "a", "operator": "resembles", "value": 1}})),
        agent("new", "teleporter", json!({})),
        agent("half", "http_request", json!({"url": "ftp://x", "retries": 9})),
        link("start", "nowhere"),
        link("odd", "start"),
    ]);
    let workflow = rookery.workflow(&broken).await;
    let meta = workflow.post("/check", &json!({})).await.expect(200)["meta"].clone();
    let mut found: Vec<(&str, &str)> = meta["errors"]
        .as_array()
        .unwrap()
        .iter()
        .inspect(|error| assert!(!error["message"].as_str().unwrap().is_empty()))
        .map(|error| (error["cell_id"].as_str().unwrap(), error["field"].as_str().unwrap()))
        .collect();
    found.sort_unstable();
    let expected = [
        ("half", "config.retries"),
        ("half", "config.url"),
        ("new", "agent_type"),
        ("odd", "config.condition.operator"),
        ("odd>start", "target"),
        ("start>nowhere", "target"),
    ];
    assert_eq!(found, expected);
    assert_eq!(meta["error_count"], expected.len());
    let saved = workflow.save(&broken).await;
    assert_eq!((&saved["status"], &saved["meta"]["errors"]), (&json!("ok"), &meta["errors"]));
    for step in ["/start", "/build"] {
        let refused = workflow.post(step, &json!({})).await.error(422, "workflow_invalid");
        assert_eq!(refused["meta"]["errors"], meta["errors"]);
    }
    assert_eq!(workflow.get("").await["data"]["state"], "new");
}

#[tokio::test]
async fn a_stale_save_is_refused_and_an_old_version_comes_back() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.workflow(&saying("one")).await;
    let put = async |body: Value| workflow.api.put(&workflow.path(""), &body).await;
    put(json!({"options": saying("two"), "version": 1})).await.expect(200);
    let stale = put(json!({"options": saying("lost"), "version": 1})).await.error(409, "version_conflict");
    assert_eq!(stale["meta"]["version"], 2);
    let restored = workflow.post("/versions/1/restore", &json!({})).await.expect(200);
    assert_eq!(restored["data"]["version"], 3);
    assert_eq!(workflow.get("").await["data"]["options"], saying("one"));
    assert_eq!(workflow.get("/versions/2").await["data"]["options"], saying("two"));
    workflow.api.get(&workflow.path("/versions/4")).await.error(404, "not_found");

    // Of many that save at once on the same version, one wins.
    let bodies: Vec<Value> = (0..8).map(|n| json!({"options": saying(&format!("racer {n}")), "version": 3})).collect();
    let saves = futures::future::join_all(bodies.into_iter().map(put)).await;
    let won = saves.iter().filter(|answer| answer.status == 200).count();
    let lost = saves.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((won, lost), (1, 7));
}

#[tokio::test]
async fn runs_in_flight_finish_on_their_version_and_new_ones_take_the_new() {
    let mut rookery = super::rookery().start().await;
    let waiting = |word: &str| {
        cells([
            agent("start", "manual", json!({})),
            agent("wait", "delay", json!({"seconds": 5})),
            agent("say", "event_formatting", json!({"instructions": {"word": word, "n": "{{ n }}"}})),
            link("start", "wait"),
            link("wait", "say"),
        ])
    };
    let workflow = rookery.started(&waiting("old")).await;
    let old = workflow.emit("start", json!({"n": 1})).await;
    workflow.waiting(&old, "wait").await;
    workflow.save(&waiting("saved")).await;
    let between = workflow.emit("start", json!({"n": 2})).await;
    workflow.restart_with(&waiting("new")).await;
    let new = workflow.emit("start", json!({"n": 3})).await;
    let mut words = Vec::new();
    for (run, version) in [(&old, 1), (&between, 1), (&new, 3)] {
        assert_eq!(workflow.finished(run).await["version"], version);
        let events = workflow.list(&format!("/events?agent=say&run={run}")).await;
        words.push(events[0]["payload"]["word"].clone());
    }
    assert_eq!(words, ["old", "old", "new"]);
}

#[tokio::test]
async fn the_same_cell_keeps_its_memory_and_a_new_one_has_none() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&saying("x")).await;
    let pass = async |n: u32| {
        let run = workflow.emit("start", json!({"n": n})).await;
        workflow.finished(&run).await;
        workflow.list(&format!("/events?agent=watch&run={run}")).await.len()
    };
    assert_eq!([pass(1).await, pass(1).await], [1, 0]);
    workflow.restart_with(&saying("y")).await;
    assert_eq!(pass(1).await, 0, "the same cell: the same agent, and its memory");

    let without = cells([agent("start", "manual", json!({})), agent("say", "event_formatting", json!({"instructions": {}}))]);
    workflow.restart_with(&without).await;
    workflow.restart_with(&saying("z")).await;
    assert_eq!(pass(1).await, 1, "deleted and added again: a new agent");
    assert_eq!(pass(1).await, 0);
}
