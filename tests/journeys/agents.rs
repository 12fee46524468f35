//! Agent types in a running workflow: split, change detector, delay, checks and dry runs.

use rookery_tests::{agent, cells, link, link_of};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_split_keeps_each_key_on_its_way() {
    let mut rookery = super::rookery().start().await;
    let groups = json!([{"name": "left", "weight": 1}, {"name": "right", "weight": 1}]);
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("split", "split", json!({"groups": groups, "key": "{{ customer }}"})),
            agent("left", "event_formatting", json!({"instructions": {"customer": "{{ customer }}"}})),
            agent("right", "event_formatting", json!({"instructions": {"customer": "{{ customer }}"}})),
            link("start", "split"),
            link_of("left", "split", "left"),
            link_of("right", "split", "right"),
        ]))
        .await;
    let events = (0..60).map(|n| workflow.emit("start", json!({"customer": format!("c{}", n % 12)})));
    for run in futures::future::join_all(events).await {
        workflow.finished(&run).await;
    }
    let customers = async |cell: &str| -> (usize, BTreeSet<String>) {
        let payloads = workflow.payloads(cell).await;
        (payloads.len(), payloads.iter().map(|payload| payload["customer"].to_string()).collect())
    };
    let ((left, on_left), (right, on_right)) = (customers("left").await, customers("right").await);
    assert_eq!(left + right, 60, "each event goes one way");
    assert!(on_left.is_disjoint(&on_right), "{on_left:?} {on_right:?}");
    assert!(!on_left.is_empty() && !on_right.is_empty(), "both ways are used");
}

#[tokio::test]
async fn a_change_detector_shows_its_memory_and_forgets_when_told() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("watch", "change_detector", json!({"property": "status"})),
            link("start", "watch"),
        ]))
        .await;
    let pass = async |status: &str| {
        let run = workflow.emit("start", json!({"status": status})).await;
        workflow.finished(&run).await;
        workflow.list(&format!("/events?agent=watch&run={run}")).await.len()
    };
    assert_eq!([pass("open").await, pass("open").await, pass("paid").await], [1, 0, 1]);
    assert!(workflow.agent("watch").await["memory"].to_string().contains("paid"), "{}", workflow.agent("watch").await);
    assert!(workflow.api.delete(&workflow.path("/agents/watch/memory")).await.status < 300);
    assert!(!workflow.agent("watch").await["memory"].to_string().contains("paid"));
    assert_eq!([pass("paid").await, pass("paid").await], [1, 0], "it has forgotten, and remembers anew");
}

#[tokio::test]
async fn a_delay_holds_an_event_back_and_passes_it_on_unchanged() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("wait", "delay", json!({"seconds": 2})),
            link("start", "wait"),
        ]))
        .await;
    let payload: Value = serde_json::from_str(r#"{"n":1.50,"big":12345678901234567890123,"":"empty","s":"\u0000🦀"}"#).unwrap();
    let run = workflow.emit("start", payload.clone()).await;
    workflow.finished(&run).await;
    let events = workflow.list(&format!("/events?run={run}")).await;
    let at = |cell: &str| events.iter().find(|event| event["cell_id"] == cell).unwrap();
    assert_eq!(at("wait")["payload"], payload);
    // Times are RFC 3339 in UTC, so their order is that of their texts.
    let (from, to) = (at("start")["created_at"].as_str().unwrap(), at("wait")["created_at"].as_str().unwrap());
    assert!(from < to, "{from} {to}");
}

#[tokio::test]
async fn a_check_by_hand_is_the_real_thing() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({"payload": {"hello": "world"}})),
            agent("end", "event_formatting", json!({"instructions": {"said": "{{ hello }}"}})),
            link("start", "end"),
        ]))
        .await;
    let report = workflow.post("/agents/start/check", &json!({})).await.expect(200)["data"].clone();
    assert_eq!(report["events"][0]["payload"], json!({"hello": "world"}));
    assert_eq!(workflow.emitted("end", 1).await, [json!({"said": "world"})]);
    assert!(workflow.agent("start").await["last_check_at"].is_string(), "{}", workflow.agent("start").await);
    workflow.post("/agents/end/check", &json!({})).await.error(422, "cannot_check");
}

#[tokio::test]
async fn a_dry_run_shows_everything_and_commits_nothing() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("watch", "change_detector", json!({"property": "n"})),
            agent("feed", "data_output", json!({"template": {"title": "Dry"}})),
            link("start", "watch"),
            link("watch", "feed"),
        ]))
        .await;
    let dry = async |cell: &str, payload: Value| {
        let body = json!({"event": {"payload": payload, "groups": ["on_trigger"]}});
        workflow.post(&format!("/agents/{cell}/dry_run"), &body).await.expect(200)["data"].clone()
    };
    for _ in 0..2 {
        let report = dry("watch", json!({"n": 1})).await;
        assert_eq!(report["events"][0]["groups"], json!(["on_change"]), "{report}");
        assert_eq!(report["events"][0]["payload"], json!({"n": 1}));
        assert_eq!(report["memory"], json!({"last_property": 1}));
        assert!(report["error"].is_null());
    }
    dry("feed", json!({"title": "never shown"})).await;
    assert_eq!(workflow.list("/events").await, Vec::<Value>::new());
    assert_eq!(workflow.list("/runs").await, Vec::<Value>::new());
    let feed = workflow.agent("feed").await["feed_url"].as_str().unwrap().to_owned();
    assert!(!rookery.api.get(&feed).await.text.contains("never shown"));
    assert!(!workflow.agent("watch").await["memory"].to_string().contains("last_property"), "nothing is remembered");
}

#[tokio::test]
async fn what_a_store_holds_is_seen_by_the_agents_that_it_controls() {
    let mut rookery = super::rookery().start().await;
    let control = json!({"id": "c", "type": "control_link", "source": {"id": "store"}, "target": {"id": "price"}});
    let workflow = rookery
        .started(&cells([
            agent("set", "manual", json!({})),
            agent("ask", "manual", json!({})),
            agent("store", "key_value_store", json!({"key": "{{ product }}", "value": "{{ price }}", "variable": "prices"})),
            agent("price", "event_formatting", json!({"instructions": {"price": "{{ prices[product] }}"}})),
            agent("blind", "event_formatting", json!({"instructions": {"price": "{{ prices[product] }}"}})),
            link("set", "store"),
            link("ask", "price"),
            link("ask", "blind"),
            control,
        ]))
        .await;
    let ask = async || {
        let run = workflow.emit("ask", json!({"product": "tea"})).await;
        workflow.finished(&run).await;
        let of =
            async |cell: &str| workflow.list(&format!("/events?run={run}&agent={cell}")).await[0]["payload"]["price"].clone();
        (of("price").await, of("blind").await)
    };
    assert_eq!(ask().await, (json!(""), json!("")));
    for (price, seen) in [("3", "3"), ("4", "4"), ("", "")] {
        let run = workflow.emit("set", json!({"product": "tea", "price": price})).await;
        workflow.finished(&run).await;
        assert_eq!(ask().await, (json!(seen), json!("")));
    }
}
