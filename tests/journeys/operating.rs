//! Operating many workflows: what is said of them, copies, starting and stopping many, and finding events.

use reqwest::Method;
use rookery_tests::{Workflow, agent, cells, link, link_of, wait_until};
use serde_json::{Value, json};

fn flow() -> Value {
    cells([
        agent("hand", "manual", json!({})),
        agent("all", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
        link("hand", "all"),
    ])
}

#[tokio::test]
async fn workflows_are_described_tagged_found_and_copied() {
    let mut rookery = super::rookery().start().await;
    let project = rookery.project().await;
    let all = format!("/projects/{project}/workflows");
    let api = &rookery.api;
    let body = json!({"name": "Orders", "options": flow(), "description": "Reads orders.", "tags": ["shop", "daily", "shop"]});
    let made = api.post(&all, &body).await.expect(201)["data"].clone();
    assert_eq!((&made["description"], &made["tags"]), (&json!("Reads orders."), &json!(["shop", "daily"])));
    let other = Workflow::create(api, &project, &flow()).await;
    let at = format!("{all}/{}", made["id"].as_str().unwrap());
    let patch = |path: &str, body: Value| api.call(Method::PATCH, path).json(&body).send();

    let patched = patch(&at, json!({"tags": ["shop"]})).await.expect(200)["data"].clone();
    assert_eq!((&patched["description"], &patched["tags"]), (&made["description"], &json!(["shop"])));
    assert_eq!(patched["version"], 1, "what is said of it makes no version");
    for (wrong, field) in [
        (json!({"tags": ["ok", ""]}), "tags[1]"),
        (json!({"tags": ["x".repeat(51)]}), "tags[0]"),
        (json!({"tags": (0..21).map(|n| n.to_string()).collect::<Vec<_>>()}), "tags"),
        (json!({"description": "x".repeat(2001)}), "description"),
    ] {
        let error = patch(&at, wrong).await.error(400, "invalid_request");
        assert!(error["message"].as_str().unwrap().contains(&format!("`{field}`")), "{error}");
    }
    let tagged = api.list(&format!("{all}?tag=shop")).await;
    assert_eq!(tagged.iter().map(|workflow| &workflow["id"]).collect::<Vec<_>>(), [&made["id"]]);
    assert!(api.list(&format!("{all}?tag=daily")).await.is_empty());
    assert_eq!(api.list(&all).await.len(), 2);

    let copy = api.post(&format!("{at}/clone"), &json!({})).await.expect(201);
    assert_eq!((&copy["data"]["name"], &copy["data"]["tags"]), (&json!("Orders (copy)"), &json!(["shop"])));
    assert_eq!((&copy["data"]["options"], &copy["data"]["state"]), (&flow(), &json!("new")));
    let exported = api.get(&format!("{at}/export")).await.expect(200);
    assert_eq!((&exported["description"], &exported["tags"]), (&json!("Reads orders."), &json!(["shop"])));
    let imported = api.post(&format!("{all}/import"), &exported).await.expect(201);
    assert_eq!(imported["data"]["description"], "Reads orders.");
    let scenario = json!({"schema_version": 1, "name": "S", "description": "Of Huginn.", "agents": [], "links": []});
    let scenario = api.post(&format!("{all}/import"), &scenario).await.expect(201);
    assert_eq!(scenario["data"]["description"], "Of Huginn.");
    assert_eq!(other.get("").await["data"]["description"], "");
}

#[tokio::test]
async fn many_workflows_are_started_and_stopped_at_once() {
    let mut rookery = super::rookery().start().await;
    let project = rookery.project().await;
    let all = format!("/projects/{project}/workflows");
    let api = &rookery.api;
    let mut ids = Vec::new();
    for options in [flow(), cells([agent("bad", "nothing", json!({}))]), flow()] {
        let made = api.post(&all, &json!({"name": "W", "options": options, "tags": ["night"]})).await.expect(201);
        ids.push(made["data"]["id"].as_str().unwrap().to_owned());
    }
    let untouched = Workflow::create(api, &project, &flow()).await;
    let outcomes = |answer: Value| -> Vec<(String, String)> {
        let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        answer["data"].as_array().unwrap().iter().map(|row| (text(row, "id"), text(row, "outcome"))).collect()
    };
    let expected = |became: [&str; 3]| -> Vec<(String, String)> {
        let mut rows: Vec<_> = ids.iter().cloned().zip(became.map(str::to_owned)).collect();
        rows.sort();
        rows
    };
    let started = api.post(&format!("{all}/start"), &json!({"tag": "night"})).await.expect(200);
    let failed = started["data"].as_array().unwrap().iter().find(|row| row["id"] == ids[1]).unwrap();
    assert_eq!(failed["error"]["type"], "workflow_invalid");
    assert_eq!(failed["error"]["meta"]["errors"][0]["cell_id"], "bad");
    assert_eq!(outcomes(started), expected(["started", "failed", "started"]));
    let again = api.post(&format!("{all}/start"), &json!({"tag": "night"})).await.expect(200);
    assert_eq!(outcomes(again), expected(["unchanged", "failed", "unchanged"]));
    let stopped = api.post(&format!("{all}/stop"), &json!({"workflows": [ids[0], "nobody", ids[0]]})).await.expect(200);
    assert_eq!(stopped["data"][0], json!({"id": ids[0], "outcome": "stopped"}));
    assert_eq!((&stopped["data"][1]["outcome"], &stopped["data"][1]["error"]["type"]), (&json!("failed"), &json!("not_found")));
    assert_eq!(stopped["data"].as_array().unwrap().len(), 2);
    assert_eq!(untouched.get("").await["data"]["state"], "new");
    for wrong in [json!({}), json!({"tag": "x", "workflows": ["y"]}), json!({"workflows": []})] {
        api.post(&format!("{all}/start"), &wrong).await.error(400, "invalid_request");
    }
}

#[tokio::test]
async fn events_are_found_by_their_words_and_times() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&flow()).await;
    for text in ["The order is LATE", "an order", "late again"] {
        let run = workflow.emit("hand", json!({"text": text, "n": text.len()})).await;
        workflow.finished(&run).await;
    }
    let texts = async |query: &str| -> Vec<String> {
        let events = workflow.list(&format!("/events?agent=hand&{query}")).await;
        events.iter().map(|event| event["payload"]["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("q=late%20order").await, ["The order is LATE"]);
    assert_eq!(texts("q=ORDER").await, ["an order", "The order is LATE"]);
    let page = workflow.get("/events?agent=hand&q=LATE&limit=1").await;
    assert_eq!(page["data"][0]["payload"]["text"], "late again");
    let next = page["meta"]["next_cursor"].as_str().unwrap();
    let page = workflow.get(&format!("/events?agent=hand&q=LATE&limit=1&cursor={next}")).await;
    assert_eq!(page["data"][0]["payload"]["text"], "The order is LATE");
    assert!(texts("q=never").await.is_empty());
    let all = workflow.list("/events?agent=hand").await;
    let at = |index: usize| all[index]["created_at"].as_str().unwrap().to_owned();
    assert_eq!(texts(&format!("to={}", at(1))).await, ["an order", "The order is LATE"]);
    assert_eq!(texts(&format!("from={}", at(1))).await, ["late again", "an order"]);
    assert_eq!(texts(&format!("from={0}&to={0}&q=order", at(1))).await, ["an order"]);
    assert!(texts("to=2001-01-01T00:00:00Z").await.is_empty());
    workflow
        .api
        .get(&workflow.path("/events?from=2030-01-01T00:00:00Z&to=2001-01-01T00:00:00Z"))
        .await
        .error(400, "invalid_request");
}

/// A workflow whose agent `call` fails for good with each event.
fn failing() -> Value {
    cells([
        agent("hand", "manual", json!({})),
        agent("call", "http_request", json!({"url": "http://10.1.2.3/"})),
        link("hand", "call"),
    ])
}

#[tokio::test]
async fn errors_that_no_link_takes_start_a_workflow_for_them() {
    let mut rookery = super::rookery().leaves_failures("address_refused").start().await;
    let project = rookery.project().await;
    let made = async |options: Value| {
        let workflow = Workflow::create(&rookery.api, &project, &options).await;
        workflow.start().await;
        workflow
    };
    let (bad, other) = (made(failing()).await, made(failing()).await);
    // It fails, too, when it is told: of itself it is told nothing.
    let all = made(cells([
        agent("errors", "error_trigger", json!({})),
        agent("call", "http_request", json!({"url": "http://10.1.2.3/"})),
        link("errors", "call"),
    ]))
    .await;
    let one = made(cells([agent("errors", "error_trigger", json!({"workflow_id": bad.id}))])).await;
    let run = bad.emit("hand", json!({"n": 1})).await;
    let told = all.emitted("errors", 1).await.remove(0);
    assert_eq!((&told["workflow_id"], &told["run_id"]), (&json!(bad.id), &json!(run)));
    assert_eq!(
        (&told["cell_id"], &told["agent_type"], &told["workflow_name"]),
        (&json!("call"), &json!("http_request"), &json!("Journey"))
    );
    assert_eq!(
        (&told["error"]["code"], &told["error"]["failed_event"]["payload"]),
        (&json!("address_refused"), &json!({"n": 1}))
    );
    assert_eq!(one.emitted("errors", 1).await, [told]);

    // What a link takes is handled.
    let mut handled = failing();
    handled["cells"].as_array_mut().unwrap().push(link_of("on_error", "call", "hand2"));
    handled["cells"].as_array_mut().unwrap().push(agent("hand2", "event_formatting", json!({"instructions": {"a": "b"}})));
    other.restart_with(&handled).await;
    let handled = other.emit("hand", json!({"n": 2})).await;
    other.finished(&handled).await;
    bad.finished(&run).await;
    let again = bad.emit("hand", json!({"n": 3})).await;
    bad.finished(&again).await;
    let number = |told: &Value| told["error"]["failed_event"]["payload"]["n"].clone();
    let told: Vec<Value> = all.emitted("errors", 2).await.iter().map(number).collect();
    assert_eq!(told.len(), 2);
    assert!(!told.contains(&json!(2)), "{told:?}");
    for workflow in [&all, &one] {
        for event in workflow.list("/events?agent=errors").await {
            workflow.finished(event["run_id"].as_str().unwrap()).await;
        }
    }
    let named = cells([agent("errors", "error_trigger", json!({"workflow_id": "000000000000"}))]);
    let saved = one.save(&named).await;
    assert_eq!(saved["meta"]["errors"][0]["field"], "config.workflow_id");
    let types = rookery.api.get(&format!("/projects/{project}/workflows/agent_types/error_trigger")).await.expect(200);
    let choices = types["data"]["config_schema"]["properties"]["workflow_id"]["x-choices"].as_array().unwrap().len();
    assert_eq!(choices, 4);
}

#[tokio::test]
async fn a_page_is_made_of_what_came_and_has_no_rights_of_the_console() {
    let mut rookery = super::rookery().start().await;
    let content = "<h1>{{ events.size }}</h1>{% for event in events %}<p>{{ event.title | escape }}</p>{% endfor %}";
    let config = json!({"content": content, "mode": "Last X events", "event_limit": "2", "response_headers": {"X-Own": "yes"}});
    let workflow = rookery
        .started(&cells([agent("hand", "manual", json!({})), agent("page", "liquid_output", config), link("hand", "page")]))
        .await;
    let url = workflow.agent("page").await["page_url"].as_str().unwrap().to_owned();
    assert_eq!(rookery.api.get(&url).await.text, "<h1>0</h1>");
    for title in ["old", "<b>", "new"] {
        let run = workflow.emit("hand", json!({"title": title})).await;
        workflow.finished(&run).await;
    }
    let page = wait_until("the page shows all", async || {
        let page = rookery.api.get(&url).await;
        page.text.contains("new").then_some(page)
    })
    .await;
    assert_eq!(page.text, "<h1>2</h1><p>new</p><p>&lt;b&gt;</p>");
    assert_eq!((page.header("content-type"), page.header("x-own")), (Some("text/html; charset=utf-8"), Some("yes")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox allow-scripts") && !policy.contains("allow-same-origin"), "{policy}");
    let again = rookery.api.call(Method::GET, &url).header("if-none-match", page.header("etag").unwrap()).send().await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    rookery.api.get(&url.replace("/pages/", "/feeds/")).await.error(404, "not_found");
    rookery.api.get(&format!("{url}x")).await.error(404, "not_found");
}

#[tokio::test]
async fn a_watchdog_tells_once_that_an_agent_does_not_work_and_that_it_works_again() {
    let mut rookery = super::rookery().leaves_failures("template_error").start().await;
    let share = json!({"instructions": {"share": "{{ n | divided_by: parts }}"}, "expected_update_period_in_days": 9});
    let workflow = rookery
        .started(&cells([
            agent("hand", "manual", json!({})),
            agent("share", "event_formatting", share),
            agent("dog", "watchdog", json!({"schedule": "never"})),
            link("hand", "share"),
        ]))
        .await;
    let told = async || {
        let report = workflow.post("/agents/dog/check", &json!({})).await.expect(200);
        let events = report["data"]["events"].as_array().unwrap().clone();
        events.into_iter().map(|event| (event["groups"][0].clone(), event["payload"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(workflow.agent("share").await["working"], json!({"is_working": true}), "it has just begun");
    assert!(workflow.agent("hand").await["working"].is_null(), "nothing is expected of it");
    assert!(told().await.is_empty());

    workflow.emit("hand", json!({"n": 6, "parts": 0})).await;
    let late = workflow.agent_when("share", "a failure", |agent| agent["working"]["is_working"] == false).await;
    let reason = "The last that it did has failed.";
    assert_eq!(late["working"]["reason"], reason);
    let events = told().await;
    let (group, payload) = &events[0];
    assert_eq!(
        (events.len(), group, &payload["cell_id"], &payload["reason"]),
        (1, &json!("on_silent"), &json!("share"), &json!(reason))
    );
    assert_eq!(payload["last_error_at"], late["last_error_at"]);
    assert!(told().await.is_empty(), "it was told");

    let run = workflow.emit("hand", json!({"n": 6, "parts": 3})).await;
    workflow.finished(&run).await;
    workflow.agent_when("share", "an event", |agent| agent["working"]["is_working"] == true).await;
    let events = told().await;
    assert_eq!((events.len(), &events[0].0, &events[0].1["cell_id"]), (1, &json!("on_working"), &json!("share")));
    workflow.stop().await;
    assert!(workflow.agent("share").await["working"].is_null(), "nothing is expected while the workflow rests");
}
