//! Scenarios of Huginn with faults, and files that are none.

use super::huginn::{agent, chain, import, status_of, workflow};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn what_has_no_type_here_stays_to_be_replaced_and_faults_of_the_file_are_told() {
    let mut rookery = super::rookery().start().await;
    let project = rookery.project().await;
    let mut shell = agent("ShellCommandAgent", "shell", json!({"command": "uptime", "path": "/", "auth_token": "tok-12345"}));
    shell["schedule"] = json!("every_2h");
    let mut gem = agent("Custom::FancyAgent", "gem", json!({"a": [1, {"b": "{% credential theirs %}"}]}));
    gem["disabled"] = json!(true);
    let mut post = agent("PostAgent", "post", json!({"post_url": "https://a.example.com", "content_type": "xml"}));
    post["schedule"] = json!("6am");
    post["keep_events_for"] = json!("0");
    let mut file = chain("Old", vec![shell, gem, post]);
    file["links"] = json!([{"source": 0, "receiver": 1}, {"source": 0, "receiver": 2}, {"source": 7, "receiver": 0}]);
    file.as_object_mut().unwrap().remove("control_links");
    let made = import(&rookery, &project, "?timezone=Europe/Berlin", &file).await;
    let report = &made["meta"]["report"];
    assert_eq!(status_of(&made), ["unsupported", "unsupported", "different"]);
    assert_eq!((&report["links"]["made"], &report["links"]["left_out"][0]["index"]), (&json!(2), &json!(2)));
    assert_eq!((&report["agents"][0]["nearest"], &report["agents"][1]["agent_type"]), (&json!("http_request"), &Value::Null));
    let cells = &made["data"]["options"]["cells"];
    assert_eq!(
        (&cells[0]["agent_type"], &cells[0]["config"]["command"]),
        (&json!("Agents::ShellCommandAgent"), &json!("uptime"))
    );
    assert_eq!((&cells[1]["disabled"], &cells[1]["config"]["a"][0]), (&json!(true), &json!(1)));
    assert_eq!(
        (&cells[2]["config"]["schedule"], &cells[2]["config"]["keep_events_for"]),
        (&json!("TZ=Europe/Berlin 6am"), &json!(390 * 86400))
    );
    assert!(!made.to_string().contains("tok-12345"));
    let blamed: Vec<(&Value, &Value)> =
        made["meta"]["errors"].as_array().unwrap().iter().map(|error| (&error["cell_id"], &error["field"])).collect();
    assert_eq!(blamed, [(&json!("guid-of-shell"), &json!("agent_type"))]);
    let missing = report["credentials"].as_array().unwrap().iter().find(|one| one["name"] == "theirs").unwrap();
    assert_eq!((&missing["state"], &missing["field"]), (&json!("missing"), &json!("a[1].b")));
    let workflow = workflow(&rookery, &project, &made);
    workflow.post("/start", &json!({})).await.error(422, "workflow_invalid");
    let mut mended = made["data"]["options"].clone();
    mended["cells"][0] = json!({"id": "guid-of-shell", "type": "agent", "agent_type": "manual", "config": {}});
    workflow.restart_with(&mended).await;
}

#[tokio::test]
async fn what_is_no_scenario_leaves_nothing() {
    let mut rookery = super::rookery().start().await;
    let project = rookery.project().await;
    let import = format!("/projects/{project}/workflows/import");
    for (file, path) in [
        (json!({"name": "n8n", "nodes": [{"name": "Start", "type": "n8n-nodes-base.start"}], "connections": {}}), "/agents"),
        (
            json!({"schema_version": 2, "name": "x", "agents": [agent("PostAgent", "p", json!({"token": "abc-token-1"}))]}),
            "/schema_version",
        ),
        (json!({"schema_version": 1, "name": "x", "agents": [{"name": "a", "options": {}}]}), "/agents/0/type"),
        (json!({"agents": []}), "/name"),
        (json!([1]), ""),
    ] {
        let refused = rookery.api.post(&import, &file).await.error(422, "invalid_scenario");
        assert_eq!(refused["meta"]["path"], json!(path), "{file}");
    }
    let call = rookery.api.call(Method::POST, &import).text("application/json", "{\"name\": \"x\",\n // no\n}");
    let refused = call.send().await.error(400, "invalid_json");
    assert_eq!(refused["meta"], json!({"line": 2, "column": 2}));
    rookery.api.post(&format!("{import}?timezone=Mars/Base"), &chain("x", vec![])).await.error(400, "invalid_request");
    for list in ["workflows", "credentials"] {
        assert_eq!(rookery.api.list(&format!("/projects/{project}/{list}")).await, Vec::<Value>::new(), "{list}");
    }
}
