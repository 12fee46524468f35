//! Every row of the route table, in the order in which a user meets them. All routes in OpenAPI must be visited.

mod connections;
mod open;
mod persistent;
mod records;
mod runs;

use reqwest::Method;
use rookery_tests::{Answer, Api, agent, cells, link};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A client that notes which routes it has visited.
struct Tour {
    api: Api,
    ids: BTreeMap<&'static str, String>,
    visited: BTreeSet<String>,
}

impl Tour {
    async fn call(&mut self, method: Method, template: &str, body: Option<Value>) -> Answer {
        self.visited.insert(format!("{method} {}", nameless(template)));
        let path = self.ids.iter().fold(template.to_owned(), |path, (name, id)| path.replace(&format!("{{{name}}}"), id));
        let call = self.api.call(method, &path);
        match body {
            Some(body) => call.json(&body).send().await,
            None => call.send().await,
        }
    }

    async fn get(&mut self, template: &str) -> Value {
        self.call(Method::GET, template, None).await.expect(200)
    }

    async fn post(&mut self, template: &str, body: Value) -> Answer {
        self.call(Method::POST, template, Some(body)).await
    }

    fn learn(&mut self, name: &'static str, id: &Value) {
        self.ids.insert(name, id.as_str().unwrap_or_else(|| panic!("{name} is {id}")).to_owned());
    }
}

/// A path with `{}` for each parameter, without its query.
fn nameless(template: &str) -> String {
    let (path, _) = template.split_once('?').unwrap_or((template, ""));
    let parts = path.split('/').map(|part| match (part.find('{'), part.rfind('}')) {
        (Some(from), Some(to)) => format!("{}{{}}{}", &part[..from], &part[to + 1..]),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn options() -> Value {
    cells([
        agent("hook", "webhook", json!({})),
        agent("hand", "manual", json!({"payload": {"from": "hand"}})),
        agent("watch", "change_detector", json!({"property": "n"})),
        agent("served", "served_agent", json!({"name": "ExampleAgent"})),
        agent("feed", "data_output", json!({"template": {"title": "Tour"}})),
        agent("page", "liquid_output", json!({"content": "<h1>{{ from }}</h1>"})),
        link("hook", "watch"),
        link("hand", "watch"),
        link("hand", "page"),
        link("watch", "feed"),
        json!({"id": "note", "type": "standard.Note", "text": "kept as it is", "position": {"x": 1.50, "y": -0}}),
    ])
}

#[tokio::test]
async fn every_route_of_the_table_is_there_and_does_its_work() {
    let rookery = super::rookery().start().await;
    let mut tour = Tour { api: rookery.api.clone(), ids: BTreeMap::new(), visited: BTreeSet::new() };
    projects_keys_and_credentials(&mut tour).await;
    workflows(&mut tour).await;
    versions(&mut tour).await;
    agents(&mut tour).await;
    runs::events_and_metrics(&mut tour).await;
    runs::failures(&mut tour).await;
    external_agents(&mut tour).await;
    connections::entry_points(&mut tour).await;
    records::all(&mut tour).await;
    open::addresses(&mut tour).await;
    open::tools(&mut tour).await;
    connections::agents(&mut tour).await;
    persistent::agents(&mut tour).await;
    persistent::sessions(&mut tour).await;
    persistent::called(&mut tour).await;
    for (path, then) in [
        ("/projects/{p}/workflows/{w}", "/projects/{p}/workflows/{w}"),
        ("/projects/{p}/credentials/{name}", ""),
        ("/projects/{p}", "/projects/{p}"),
    ] {
        assert!(tour.call(Method::DELETE, path, None).await.status < 300);
        if !then.is_empty() {
            tour.call(Method::GET, then, None).await.error(404, "not_found");
        }
    }
    let documented = documented(&rookery.api).await;
    let missing: Vec<_> = documented.symmetric_difference(&tour.visited).collect();
    assert!(missing.is_empty(), "either not visited or not documented: {missing:#?}");
}

/// The routes in OpenAPI, except the hooks, which accept many methods.
async fn documented(api: &Api) -> BTreeSet<String> {
    let openapi = api.get("/openapi.json").await.expect(200);
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"), "{}", openapi["openapi"]);
    let mut routes = BTreeSet::from(["GET /openapi.json".to_owned()]);
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|method| method.as_str() != "parameters") {
            let path = path.trim_start_matches("/api/v1");
            if !path.starts_with("/hooks/") {
                routes.insert(format!("{} {}", method.to_uppercase(), nameless(path)));
            }
        }
    }
    routes
}

async fn projects_keys_and_credentials(tour: &mut Tour) {
    assert!(tour.get("/session").await["data"]["signed_in"].is_boolean());
    // Where no key is needed, nobody signs in; where one is needed, this is none.
    assert!([401, 409].contains(&tour.post("/session", json!({"key": "none"})).await.status));
    assert_eq!(tour.call(Method::DELETE, "/session", None).await.status, 204);

    let made = tour.post("/projects", json!({"name": "Tour"})).await.expect(201);
    tour.learn("p", &made["data"]["id"]);
    assert!(made["data"]["created_at"].is_string());
    tour.get("/projects").await;
    // A deployment may have more than a page of them.
    assert!(tour.api.list("/projects").await.contains(&made["data"]));
    let renamed = tour.call(Method::PATCH, "/projects/{p}", Some(json!({"name": "Grand tour"}))).await.expect(200);
    assert_eq!(tour.get("/projects/{p}").await, renamed);
    assert_eq!(renamed["data"]["name"], "Grand tour");

    let key = tour.post("/projects/{p}/api_keys", json!({"name": "CI", "role": "editor"})).await.expect(201);
    let secret = key["data"]["key"].as_str().unwrap().to_owned();
    tour.learn("id", &key["data"]["id"]);
    let keys = tour.get("/projects/{p}/api_keys").await;
    assert_eq!((&keys["data"][0]["id"], &keys["data"][0]["role"]), (&key["data"]["id"], &json!("editor")));
    assert!(!keys.to_string().contains(&secret), "the key is shown once");
    assert!(tour.call(Method::DELETE, "/projects/{p}/api_keys/{id}", None).await.status < 300);
    assert_eq!(tour.get("/projects/{p}/api_keys").await["data"], json!([]));

    tour.ids.insert("name", "token".to_owned());
    let credential = json!({"value": "hunter2 hunter2", "hosts": ["api.example.com"]});
    assert!(tour.call(Method::PUT, "/projects/{p}/credentials/{name}", Some(credential)).await.status < 300);
    let credentials = tour.get("/projects/{p}/credentials").await;
    assert_eq!(credentials["data"][0]["name"], "token");
    assert!(!credentials.to_string().contains("hunter2"), "values are never given back");

    let types = tour.get("/projects/{p}/workflows/agent_types").await;
    let names: BTreeSet<&str> = types["data"].as_array().unwrap().iter().map(|kind| kind["type"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 56, "{names:?}");
    tour.ids.insert("type", "webhook".to_owned());
    let webhook = tour.get("/projects/{p}/workflows/agent_types/{type}").await;
    assert_eq!(&webhook["data"], types["data"].as_array().unwrap().iter().find(|kind| kind["type"] == "webhook").unwrap());
    for kind in types["data"].as_array().unwrap() {
        for field in ["kind", "title", "description", "groups", "config_schema", "defaults", "examples"] {
            assert!(!kind[field].is_null(), "{field} of {}", kind["type"]);
        }
    }
}

async fn workflows(tour: &mut Tour) {
    let checked = tour.post("/projects/{p}/workflows/check", json!({"options": options()})).await.expect(200);
    assert_eq!((&checked["meta"]["errors"], &checked["meta"]["agent_count"]), (&json!([]), &json!(6)));
    let empty = tour.post("/projects/{p}/workflows", json!({"name": "Empty"})).await.expect(201);
    assert_eq!((&empty["status"], &empty["data"]["options"]), (&json!("ok"), &json!({})));
    tour.learn("w", &empty["data"]["id"]);
    let told = tour.call(Method::PATCH, "/projects/{p}/workflows/{w}", Some(json!({"tags": ["night"]}))).await.expect(200);
    assert_eq!(told["data"]["tags"], json!(["night"]));
    for what in ["start", "stop"] {
        let path = format!("/projects/{{p}}/workflows/{what}");
        let outcomes = tour.post(&path, json!({"tag": "night"})).await.expect(200);
        assert_eq!(outcomes["data"][0]["outcome"], if what == "start" { "started" } else { "stopped" });
    }
    let copy = tour.post("/projects/{p}/workflows/{w}/clone", json!({"name": "Copy"})).await.expect(201);
    assert_eq!((&copy["data"]["name"], &copy["data"]["tags"]), (&json!("Copy"), &json!(["night"])));
    tour.learn("w", &copy["data"]["id"]);
    assert!(tour.call(Method::DELETE, "/projects/{p}/workflows/{w}", None).await.status < 300);
    tour.learn("w", &empty["data"]["id"]);
    assert!(tour.call(Method::DELETE, "/projects/{p}/workflows/{w}", None).await.status < 300);

    let made = tour.post("/projects/{p}/workflows", json!({"name": "Tour", "options": options()})).await.expect(201);
    tour.learn("w", &made["data"]["id"]);
    assert_eq!((&made["data"]["state"], &made["data"]["version"]), (&json!("new"), &json!(1)));
    assert_eq!(made["meta"], json!({"errors": [], "error_count": 0, "warnings": [], "agent_count": 6, "version": 1}));
    let listed = tour.get("/projects/{p}/workflows").await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "{listed}");
    let one = tour.get("/projects/{p}/workflows/{w}").await;
    assert_eq!(one["data"]["options"].to_string(), options().to_string(), "the canvas comes back byte for byte");

    let saved =
        tour.call(Method::PUT, "/projects/{p}/workflows/{w}", Some(json!({"name": "Second", "version": 1}))).await.expect(200);
    assert_eq!((&saved["data"]["name"], &saved["data"]["version"]), (&json!("Second"), &json!(2)));
    let cell = agent("hand", "manual", json!({"payload": {"n": 1}}));
    let tried = tour.post("/projects/{p}/workflows/dry_run", json!({"cell": cell})).await.expect(200);
    assert_eq!(tried["data"]["events"][0]["payload"], json!({"n": 1}));
    let preview = json!({"template": "{{ n }}", "payload": {"n": 1}});
    let rendered = tour.post("/projects/{p}/templates/preview", preview).await.expect(200);
    assert_eq!(rendered["data"]["result"], "1");
    let due = tour.post("/projects/{p}/schedules/preview", json!({"schedule": "every_1h"})).await.expect(200);
    assert_eq!(due["data"]["text"], "Every hour");
    for (step, state) in [("check", "new"), ("build", "new"), ("start", "active"), ("stop", "paused"), ("start", "active")] {
        let answer = tour.post(&format!("/projects/{{p}}/workflows/{{w}}/{step}"), json!({})).await.expect(200);
        assert_eq!((&answer["status"], &answer["data"]["state"]), (&json!("ok"), &json!(state)), "{step}");
        assert_eq!(answer["meta"]["error_count"], 0, "{step}");
    }
}

async fn versions(tour: &mut Tour) {
    let versions = tour.get("/projects/{p}/workflows/{w}/versions").await;
    let numbers: Vec<&Value> = versions["data"].as_array().unwrap().iter().map(|version| &version["version"]).collect();
    assert_eq!(numbers, [2, 1], "newest first");
    tour.ids.insert("n", "1".to_owned());
    let first = tour.get("/projects/{p}/workflows/{w}/versions/{n}").await;
    assert_eq!((&first["data"]["name"], &first["data"]["options"]), (&json!("Tour"), &options()));
    let restored = tour.post("/projects/{p}/workflows/{w}/versions/{n}/restore", json!({})).await.expect(200);
    assert_eq!((&restored["data"]["version"], &restored["data"]["options"]), (&json!(3), &options()));
    let file = tour.get("/projects/{p}/workflows/{w}/export").await;
    let all = tour.get("/projects/{p}/workflows/export").await;
    assert_eq!((all["data"].as_array().unwrap().len(), &all["data"][0]["file"]), (1, &file));
    let imported = tour.post("/projects/{p}/workflows/import", file).await.expect(201);
    assert_eq!((&imported["data"]["version"], &imported["data"]["options"]), (&json!(1), &options()));
}

async fn agents(tour: &mut Tour) {
    let agents = tour.get("/projects/{p}/workflows/{w}/agents").await;
    assert_eq!(agents["data"].as_array().unwrap().len(), 6, "{agents}");
    for (cell, kind) in [("hook", "trigger"), ("watch", "filter"), ("feed", "action"), ("page", "action")] {
        tour.ids.insert("cell", cell.to_owned());
        let one = tour.get("/projects/{p}/workflows/{w}/agents/{cell}").await["data"].clone();
        assert_eq!((&one["cell_id"], &one["kind"]), (&json!(cell), &json!(kind)));
        for (field, owner) in [("hook_url", "hook"), ("feed_url", "feed"), ("page_url", "page")] {
            assert_eq!(one[field].is_string(), cell == owner, "{field} of {cell}");
            if cell == owner {
                tour.learn(field, &one[field]);
            }
        }
    }
    tour.ids.insert("cell", "hand".to_owned());
    let accepted = tour.post("/projects/{p}/workflows/{w}/agents/{cell}/events", json!({"payload": {"n": 1}})).await.expect(202);
    tour.learn("event", &accepted["data"]["event_id"]);
    tour.learn("run", &accepted["data"]["run_id"]);
    let checked = tour.post("/projects/{p}/workflows/{w}/agents/{cell}/check", json!({})).await.expect(200);
    assert_eq!(checked["data"]["events"][0]["payload"], json!({"from": "hand"}));
    let dry = tour.post("/projects/{p}/workflows/{w}/agents/{cell}/dry_run", json!({})).await.expect(200);
    assert_eq!(dry["data"]["events"][0]["payload"], json!({"from": "hand"}));
    tour.ids.insert("cell", "watch".to_owned());
    // What is saved and not built would be left behind by a change of what is built.
    tour.post("/projects/{p}/workflows/{w}/agents/{cell}/disable", json!({})).await.error(409, "newer_version");
    tour.post("/projects/{p}/workflows/{w}/start", json!({})).await.expect(200);
    for (switch, is_disabled) in [("disable", true), ("enable", false)] {
        let agent = tour.post(&format!("/projects/{{p}}/workflows/{{w}}/agents/{{cell}}/{switch}"), json!({})).await.expect(200);
        assert_eq!(agent["data"]["disabled"], is_disabled);
    }
    assert!(tour.call(Method::DELETE, "/projects/{p}/workflows/{w}/agents/{cell}/memory", None).await.status < 300);
    assert!(tour.get("/projects/{p}/workflows/{w}/agents/{cell}/logs").await["data"].is_array());
    let cleared = tour.call(Method::DELETE, "/projects/{p}/workflows/{w}/agents/{cell}/logs", None).await.expect(200);
    assert_eq!(cleared["data"], json!({"more": false}));
    tour.ids.insert("cell", "nobody".to_owned());
    tour.call(Method::GET, "/projects/{p}/workflows/{w}/agents/{cell}", None).await.error(404, "not_found");
}

async fn external_agents(tour: &mut Tour) {
    let request: Value = serde_json::from_str(include_str!("../../events/agent-request.json")).unwrap();
    let acknowledged = tour.post("/p/{p}/api/execute", request.clone()).await.expect(200);
    tour.learn("run", &acknowledged["requestId"]);
    let run = tour.get("/projects/{p}/workflows/{w}/runs/{run}").await;
    assert_eq!((&run["data"]["events"][0]["cell_id"], &run["data"]["events"][0]["payload"]), (&json!("served"), &request));
    tour.post("/api/execute", request).await.error(403, "forbidden");
    assert_eq!(tour.get("/projects/{p}/workflows/{w}/requests").await["data"], json!([]));
    assert_eq!(tour.get("/projects/{p}/requests?state=open").await["data"], json!([]));
    tour.ids.insert("request", tour.ids["event"].clone());
    tour.call(Method::GET, "/projects/{p}/workflows/{w}/requests/{request}", None).await.error(404, "not_found");
    for path in [
        "/projects/{p}/workflows/{w}/requests/{request}/approve",
        "/projects/{p}/workflows/{w}/requests/{request}/reject",
        "/projects/{p}/workflows/{w}/requests/{request}/cancel",
        "/projects/{p}/workflows/{w}/requests/{request}/retry",
        "/api/agentProxy/sendResult",
        "/p/{p}/api/agentProxy/sendResult",
    ] {
        let result = json!({"requestId": "x", "result": {"agentOutcome": {"finish": {"result": "x"}}}});
        let body = if path.ends_with("sendResult") { result } else { json!({}) };
        tour.post(path, body).await.error(404, "not_found");
    }
}
