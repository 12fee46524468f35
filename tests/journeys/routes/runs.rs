//! The routes of events, runs, metrics and failures.

use super::Tour;
use rookery_tests::wait_until;
use serde_json::json;

pub(super) async fn events_and_metrics(tour: &mut Tour) {
    let event = tour.get("/projects/{p}/workflows/{w}/events/{event}").await["data"].clone();
    assert_eq!(
        (&event["cell_id"], &event["groups"], &event["payload"]),
        (&json!("hand"), &json!(["on_trigger"]), &json!({"n": 1}))
    );
    assert_eq!(event["run_id"], tour.ids["run"]);
    let copy = tour.post("/projects/{p}/workflows/{w}/events/{event}/emit", json!({})).await.expect(202);
    assert_ne!(copy["data"]["event_id"], event["id"]);
    wait_until("the copy is listed", async || {
        let listed = tour.get("/projects/{p}/workflows/{w}/events").await;
        listed["data"].as_array().unwrap().iter().any(|listed| listed["cause"]["event"] == event["id"]).then_some(())
    })
    .await;
    let run = tour.get("/projects/{p}/workflows/{w}/runs/{run}").await["data"].clone();
    assert_eq!(run["version"], 2, "the built version, and not the one that was only saved: {run}");
    wait_until("the run is listed", async || {
        let runs = tour.get("/projects/{p}/workflows/{w}/runs").await;
        runs["data"].as_array().unwrap().iter().any(|run| run["id"] == tour.ids["run"]).then_some(())
    })
    .await;
    assert!(tour.get("/projects/{p}/workflows/{w}/metrics").await["data"].is_array());
    let of_project = tour.get("/projects/{p}/runs?state=done").await;
    assert!(of_project["data"].as_array().unwrap().iter().all(|run| run["workflow_id"] == tour.ids["w"]), "{of_project}");
    let overview = tour.get("/projects/{p}/overview").await;
    assert_eq!((&overview["data"]["failures"], &overview["data"]["waiting"]), (&json!(0), &json!(0)), "{overview}");
    let changes = tour.get("/projects/{p}/workflows/{w}/changes").await;
    assert_eq!((&changes["data"]["events"], &changes["data"]["built_version"]), (&json!([]), &json!(5)), "{changes}");
    let after = format!("/projects/{{p}}/workflows/{{w}}/changes?after={}", changes["meta"]["next_cursor"].as_str().unwrap());
    assert!(tour.get(&after).await["meta"]["next_cursor"].is_string());
}

pub(super) async fn failures(tour: &mut Tour) {
    assert_eq!(tour.get("/projects/{p}/workflows/{w}/failures").await["data"], json!([]));
    assert_eq!(tour.get("/projects/{p}/failures?replayed=false").await["data"], json!([]));
    tour.ids.insert("failure", tour.ids["event"].clone());
    tour.post("/projects/{p}/workflows/{w}/failures/{failure}/replay", json!({})).await.error(404, "not_found");
    let replayed = tour.post("/projects/{p}/workflows/{w}/failures/replay", json!({})).await.expect(202);
    assert_eq!(replayed["data"], json!({"replayed": 0, "more": false}));
}
