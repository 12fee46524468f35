//! The keys of one project open nothing of another's. This is tried on every route that the document lists.

use crate::support::{ROOT_KEY, World, agent};
use rookery_domain::{ProjectId, WorkflowId};
use serde_json::{Value, json};

/// `(method, path)` of every route below a project.
pub(crate) fn routes() -> Vec<(String, String)> {
    let document = rookery_api::openapi();
    let paths = document["paths"].as_object().unwrap().iter();
    let routes: Vec<_> = paths
        .filter(|(path, _)| path.contains("{project}") && !path.ends_with("/sendResult"))
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone())))
        .collect();
    assert!(routes.len() >= 55, "{}", routes.len());
    routes
}

/// A path with these ids; other ids in it do not exist.
pub(crate) fn fill(path: &str, project: &str, workflow: &str) -> String {
    let event = "0".repeat(32);
    let filled = path.replace("{project}", project).replace("{workflow}", workflow).replace("{version}", "1");
    let filled = filled.replace("{cell}", "hand").replace("{credential}", "token").replace("{api_key}", "x");
    let filled = filled.replace("{agent}", "helper").replace("{instance}", "i").replace("{name}", "helper").replace("{id}", "i");
    let filled =
        filled.replace("{session}", "s").replace("{session_id}", "i:s").replace("{operation}", "run_x").replace("{file}", "a.md");
    let filled = filled.replace("{kind}", "person").replace("{record}", "i").replace("{segment}", "000000000000");
    let filled = filled.replace("{list}", "000000000000");
    let filled = filled.replace("{run_id}", "run_x").replace("{agent_type}", "manual");
    let filled = filled.replace("{entry_point}", &event).replace("{connection}", &event).replace("{task}", &event);
    filled.replace("{event}", &event).replace("{failure}", &event).replace("{run}", &event).replace("{request}", &event)
}

pub(crate) struct Tenants {
    pub(crate) world: World,
    pub(crate) mine: String,
    others: String,
    others_workflow: String,
}

pub(crate) async fn tenants() -> Tenants {
    let world = World::locked().await;
    let mut ids = Vec::new();
    for name in ["mine", "others"] {
        let made = world.keyed(ROOT_KEY, "POST", "/api/v1/projects", Some(json!({"name": name}))).await.ok(201);
        ids.push(made["data"]["id"].as_str().unwrap().to_owned());
    }
    let path = format!("/api/v1/projects/{}/workflows", ids[1]);
    let workflow = world.keyed(ROOT_KEY, "POST", &path, Some(json!({"name": "w"}))).await.ok(201);
    let others_workflow = workflow["data"]["id"].as_str().unwrap().to_owned();
    let others = ids.pop().unwrap();
    Tenants { world, mine: ids.pop().unwrap(), others, others_workflow }
}

impl Tenants {
    pub(crate) async fn key(&self, project: &str, role: &str) -> String {
        let body = json!({"name": role, "role": role});
        let made = self.world.keyed(ROOT_KEY, "POST", &format!("/api/v1/projects/{project}/api_keys"), Some(body)).await;
        made.ok(201)["data"]["key"].as_str().unwrap().to_owned()
    }
}

/// Whether a route only says something about what its body has.
fn asks_what_is_not_saved(path: &str) -> bool {
    path.ends_with("/workflows/check") || path.ends_with("/agents/{agent}/check") || path.ends_with("/preview")
}

pub(crate) fn body(method: &str) -> Option<Value> {
    (method != "GET" && method != "DELETE").then(|| json!({}))
}

#[tokio::test]
async fn a_foreign_project_or_workflow_is_the_same_as_an_unknown_one() {
    let tenants = tenants().await;
    let key = tenants.key(&tenants.mine, "owner").await;
    let (nobody, nothing) = (ProjectId::random().to_string(), WorkflowId::random().to_string());
    for (method, path) in routes() {
        let call = async |project: &str, workflow: &str| {
            let answer = tenants.world.keyed(&key, &method, &fill(&path, project, workflow), body(&method)).await;
            answer.error(404, "not_found");
            answer
        };
        let foreign = call(&tenants.others, &tenants.others_workflow).await;
        for unknown in [call(&nobody, &nothing).await, call("not-an-id", "nor-this").await] {
            assert_eq!(foreign.bytes, unknown.bytes, "{method} {path}");
            assert_eq!(foreign.headers, unknown.headers, "{method} {path}");
        }
        if path.contains("{workflow}") {
            let foreign = call(&tenants.mine, &tenants.others_workflow).await;
            for unknown in [call(&tenants.mine, &nothing).await, call(&tenants.mine, "nor-this").await] {
                assert_eq!(foreign.bytes, unknown.bytes, "{method} {path}");
            }
        }
    }
    // A request that was refused has changed nothing.
    let path = format!("/api/v1/projects/{}/workflows/{}", tenants.others, tenants.others_workflow);
    let there = tenants.world.keyed(ROOT_KEY, "GET", &path, None).await.ok(200);
    assert_eq!((&there["data"]["version"], &there["data"]["state"]), (&json!(1), &json!("new")));
    tenants.world.stop().await;
}

#[tokio::test]
async fn each_role_may_do_what_it_may_and_no_more() {
    let tenants = tenants().await;
    for role in ["owner", "editor", "viewer", "ingest"] {
        let key = tenants.key(&tenants.mine, role).await;
        for (method, path) in routes() {
            if (role, method.as_str(), path.as_str()) == ("owner", "DELETE", "/api/v1/projects/{project}") {
                continue; // Allowed; it would end the test.
            }
            let is_for_owners = path.contains("/api_keys")
                || (path.contains("/credentials") && method != "GET")
                || (path.ends_with("{project}") && method == "DELETE");
            // A socket is opened to ask.
            let opens_socket = method == "GET" && (path.ends_with("/agents/{name}/{id}") || path.ends_with("/workflows/{name}"));
            // A message of MCP or A2A is taken from every key: the tool or the method that it names says who may call it. Cards are for all.
            let is_for_all =
                path.ends_with("/mcp") || path.contains("/a2a") || (asks_what_is_not_saved(&path) && role != "ingest");
            let allowed = is_for_all
                || match role {
                    "owner" => true,
                    "editor" => !is_for_owners,
                    "viewer" => method == "GET" && !is_for_owners && !opens_socket,
                    _ if opens_socket => true,
                    _ => method == "POST" && (path.ends_with("/agents/{cell}/events") || path.starts_with("/p/")),
                };
            let filled = fill(&path, &tenants.mine, &tenants.others_workflow);
            let answer = tenants.world.keyed(&key, &method, &filled, body(&method)).await;
            if allowed {
                assert!(![401, 403].contains(&answer.status.as_u16()), "{role}: {method} {path}: {}", answer.text());
            } else {
                answer.error(403, "forbidden");
                assert!(answer.value()["error"]["details"].as_str().unwrap().contains("role"), "{}", answer.text());
            }
        }
    }
    tenants.world.stop().await;
}

#[tokio::test]
async fn no_route_below_a_project_answers_without_a_key() {
    let tenants = tenants().await;
    for (method, path) in routes() {
        let filled = fill(&path, &tenants.others, &tenants.others_workflow);
        let answer = tenants.world.json(&method, &filled, "{}").await;
        answer.error(401, "unauthenticated");
        assert!(answer.headers.contains_key("www-authenticate"));
        tenants.world.keyed("rk_wrong", &method, &filled, body(&method)).await.error(401, "unauthenticated");
    }
    tenants.world.stop().await;
}

#[tokio::test]
async fn who_may_only_read_is_not_shown_where_events_are_posted() {
    let tenants = tenants().await;
    let all = format!("/api/v1/projects/{}/workflows", tenants.mine);
    let cells = json!([agent("hook", "webhook", json!({})), agent("feed", "data_output", json!({}))]);
    let options = json!({"name": "w", "options": {"cells": cells}});
    let made = tenants.world.keyed(ROOT_KEY, "POST", &all, Some(options)).await.ok(201);
    let workflow = format!("{all}/{}", made["data"]["id"].as_str().unwrap());
    tenants.world.keyed(ROOT_KEY, "POST", &format!("{workflow}/start"), Some(json!({}))).await.ok(200);
    for (role, is_shown) in [("owner", true), ("editor", true), ("viewer", false)] {
        let key = tenants.key(&tenants.mine, role).await;
        for path in ["/agents", "/agents/hook", "/agents/feed", "", "/runs", "/events"] {
            let answer = tenants.world.keyed(&key, "GET", &format!("{workflow}{path}"), None).await;
            let shows_hook = ["/agents", "/agents/hook"].contains(&path) && is_shown;
            assert_eq!(answer.text().contains("/hooks/"), shows_hook, "{role}: {path}: {}", answer.text());
            // A feed's address is for readers, so every role sees it.
            assert_eq!(answer.text().contains("/feeds/"), ["/agents", "/agents/feed"].contains(&path), "{role}: {path}");
        }
    }
    tenants.world.stop().await;
}
