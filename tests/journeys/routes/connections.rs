//! The routes of entry points, connections and tasks.

use super::Tour;
use rookery_tests::{Workflow, agent, cells, link};
use serde_json::json;

pub(super) async fn entry_points(tour: &mut Tour) {
    let project = tour.ids["p"].clone();
    let provider =
        cells([agent("in", "client", json!({"title": "Tour's echo"})), agent("back", "reply", json!({})), link("in", "back")]);
    Workflow::create(&tour.api, &project, &provider).await.start().await;
    let found = tour.get(&format!("/catalog?q={project}")).await["data"][0].clone();
    assert_eq!((&found["title"], &found["project_id"]), (&json!("Tour's echo"), &json!(project)));
    let ready = tour.get(&format!("/projects/{{p}}/workflows/ready_cells?q=tour%20{project}")).await["data"][0]["cell"].clone();
    assert_eq!(ready["config"], json!({"project_id": project, "client_stage_id": found["client_stage_id"]}));
    let config = json!({"project_id": project, "client_stage_id": found["client_stage_id"]});
    let client = cells([agent("start", "manual", json!({})), agent("ask", "agent", config), link("start", "ask")]);
    let client = Workflow::create(&tour.api, &project, &client).await;
    client.start().await;
    let connection = tour.get("/projects/{p}/connections?role=agent").await["data"][0].clone();
    assert_eq!((&connection["state"], &connection["agent_stage_id"]), (&json!("active"), &found["client_stage_id"]));
    let as_client = tour.get("/projects/{p}/connections?role=client").await["data"][0].clone();
    assert_eq!((&as_client["id"], &as_client["role"]), (&connection["id"], &json!("client")));
    tour.learn("c", &connection["id"]);
    tour.post("/projects/{p}/connections/{c}/rotate", json!({})).await.expect(200);
    for (decision, state) in [("revoke", "revoked"), ("accept", "active")] {
        let decided = tour.post(&format!("/projects/{{p}}/connections/{{c}}/{decision}"), json!({})).await.expect(200);
        assert_eq!(decided["data"]["state"], state);
    }
    tour.post("/projects/{p}/connections/{c}/refuse", json!({})).await.error(409, "wrong_state");
    let run = client.emit("start", json!({"n": 1})).await;
    assert_eq!(client.finished(&run).await["state"], "done");
    let sent = tour.post("/projects/{p}/tasks", json!({"type": "news", "payload": {"n": 2}, "to": "all"})).await.expect(202);
    assert_eq!(sent["data"][0]["connection_token"], connection["connection_token"]);
    let listed = tour.get("/projects/{p}/tasks").await;
    assert_eq!(listed["data"][0]["id"], sent["data"][0]["id"]);
    tour.learn("client", &json!(client.id));
    tour.ids.insert("task", "0".repeat(64));
    tour.post("/projects/{p}/workflows/{client}/tasks/{task}/cancel", json!({})).await.error(404, "not_found");
}

/// The project as an agent of A2A, and its entry point as another.
pub(super) async fn agents(tour: &mut Tour) {
    tour.get("/.well-known/agent-card.json").await;
    let card = tour.get("/p/{p}/a2a/.well-known/agent-card.json").await;
    assert_eq!(card["skills"][0]["name"], "Tour's echo");
    tour.learn("entry", &card["skills"][0]["id"]);
    assert_eq!(tour.get("/p/{p}/a2a/{entry}/.well-known/agent-card.json").await["name"], "Tour's echo");
    for agent in ["/p/{p}/a2a", "/p/{p}/a2a/{entry}"] {
        let message = json!({"messageId": agent, "role": "ROLE_USER", "parts": [{"data": {"n": 1}}]});
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": message}});
        // A client that sends no version speaks an older one.
        assert_eq!(tour.post(agent, call).await.expect(200)["error"]["code"], -32009);
    }
}
