//! Keys and roles, where keys are required.

use reqwest::Method;
use rookery_tests::{Api, Workflow, agent, cells};
use serde_json::json;

#[tokio::test]
async fn each_role_may_do_what_it_is_for_and_no_more() {
    let mut rookery = super::rookery().arg("--auth").arg("required").start().await;
    let root = rookery.api.clone();
    let project = rookery.project().await;
    let workflow = Workflow::create(&root, &project, &cells([agent("hook", "webhook", json!({}))])).await;
    workflow.start().await;
    let key = async |role: &str| -> Api {
        let made = root.post(&format!("/projects/{project}/api_keys"), &json!({"name": role, "role": role})).await.expect(201);
        root.with_key(made["data"]["key"].as_str().unwrap())
    };
    let body = json!({"payload": {}});
    let may = async |api: &Api| -> [u16; 6] {
        [
            api.post("/projects", &json!({"name": "p"})).await.status,
            api.post(&format!("/projects/{project}/api_keys"), &json!({"name": "k", "role": "viewer"})).await.status,
            api.post(&workflow.path("/build"), &json!({})).await.status,
            api.get(&workflow.path("/events")).await.status,
            api.post(&workflow.path("/agents/hook/events"), &body).await.status,
            api.get(&format!("/projects/{project}/api_keys")).await.status,
        ]
    };
    assert_eq!(may(&root).await, [201, 201, 200, 200, 202, 200]);
    assert_eq!(may(&key("owner").await).await, [403, 201, 200, 200, 202, 200]);
    assert_eq!(may(&key("editor").await).await, [403, 403, 200, 200, 202, 403]);
    assert_eq!(may(&key("viewer").await).await, [403, 403, 403, 200, 403, 403]);
    assert_eq!(may(&key("ingest").await).await, [403, 403, 403, 403, 202, 403]);
    assert_eq!(may(&root.without_key()).await, [401; 6]);
    assert_eq!(may(&root.with_key("rk_not_a_key")).await, [401; 6]);

    // The owner of another project gets the same 404 as for a project that does not exist.
    let other = rookery.project().await;
    let made = root.post(&format!("/projects/{other}/api_keys"), &json!({"name": "o", "role": "owner"})).await.expect(201);
    let foreign = root.with_key(made["data"]["key"].as_str().unwrap());
    let not_theirs = foreign.get(&format!("/projects/{project}")).await.error(404, "not_found");
    assert_eq!(not_theirs, foreign.get("/projects/000000000000").await.error(404, "not_found"));
    foreign.get(&workflow.path("")).await.error(404, "not_found");

    // The key works as the user name of HTTP Basic, until it is revoked.
    let key = made["data"]["key"].as_str().unwrap();
    let basic = root.without_key().call(Method::GET, &format!("/projects/{other}")).basic(key).send().await;
    basic.expect(200);
    assert_eq!(root.delete(&format!("/projects/{other}/api_keys/{}", made["data"]["id"].as_str().unwrap())).await.status, 204);
    foreign.get(&format!("/projects/{other}")).await.error(401, "unauthenticated");

    // Public routes need no key.
    let open = root.without_key();
    open.get("/health").await.expect(200);
    open.post(&workflow.hook_url("hook").await, &json!({"n": 1})).await.expect(202);
}

#[tokio::test]
async fn without_keys_only_this_machine_is_served() {
    let rookery = super::rookery().here().start().await;
    let call = |host: &str, origin: Option<&str>| {
        let call = rookery.api.call(Method::GET, "/projects").header("host", host);
        match origin {
            Some(origin) => call.header("origin", origin).send(),
            None => call.send(),
        }
    };
    call("localhost", None).await.expect(200);
    call("evil.example", None).await.error(403, "host_not_allowed");
    call("localhost", Some("https://evil.example")).await.error(403, "origin_not_allowed");
}
