//! Two projects: for each, what belongs to the other gets the same 404 as what does not exist.

use rookery_tests::{agent, cells, link};
use serde_json::json;

#[tokio::test]
async fn projects_do_not_see_each_other() {
    let mut rookery = super::rookery().start().await;
    let options = cells([
        agent("start", "manual", json!({})),
        agent("watch", "change_detector", json!({"property": "n"})),
        link("start", "watch"),
    ]);
    let (ours, theirs) = (rookery.started(&options).await, rookery.started(&options).await);
    let run = ours.emit("start", json!({"n": 1})).await;
    ours.finished(&run).await;
    assert_eq!(theirs.list("/events").await.len(), 0);
    let other = theirs.emit("start", json!({"n": 1})).await;
    theirs.finished(&other).await;
    assert_eq!(theirs.payloads("watch").await.len(), 1, "its memory is its own");

    // Our workflow, event and run are looked for in their project.
    let foreign = format!("/projects/{}/workflows/{}", theirs.project, ours.id);
    let unknown = format!("/projects/{}/workflows/000000000000", theirs.project);
    for rest in ["", "/events", "/agents/start", "/versions/1", "/metrics", "/failures", "/runs"] {
        let not_theirs = rookery.api.get(&format!("{foreign}{rest}")).await.error(404, "not_found");
        assert_eq!(not_theirs, rookery.api.get(&format!("{unknown}{rest}")).await.error(404, "not_found"));
    }
    for rest in [format!("/events/{run}"), format!("/runs/{run}")] {
        theirs.api.get(&theirs.path(&rest)).await.error(404, "not_found");
    }
    theirs.post(&format!("/events/{run}/emit"), &json!({})).await.error(404, "not_found");
    for rest in ["/start", "/stop", "/build", "/check"] {
        rookery.api.post(&format!("{foreign}{rest}"), &json!({})).await.error(404, "not_found");
    }
    rookery.api.delete(&foreign).await.error(404, "not_found");
    assert_eq!(ours.get("").await["data"]["state"], "active");
}
