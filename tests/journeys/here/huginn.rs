//! Scenarios of Huginn: imported with their secrets and their faults, run against a server of this machine, and imported again.

use rookery_tests::{Rookery, Sink, Workflow};
use serde_json::{Value, json};

/// What an import of a file answers.
pub(super) async fn import(rookery: &Rookery, project: &str, query: &str, file: &Value) -> Value {
    rookery.api.post(&format!("/projects/{project}/workflows/import{query}"), file).await.expect(201)
}

pub(super) fn workflow(rookery: &Rookery, project: &str, made: &Value) -> Workflow {
    Workflow { api: rookery.api.clone(), project: project.to_owned(), id: made["data"]["id"].as_str().unwrap().to_owned() }
}

/// A scenario with these agents in a row.
pub(super) fn chain(name: &str, agents: Vec<Value>) -> Value {
    let links: Vec<Value> = (1..agents.len()).map(|to| json!({"source": to - 1, "receiver": to})).collect();
    json!({
        "schema_version": 1, "name": name, "description": "No description provided", "source_url": false, "guid": "0123", "tag_fg_color": "#ffffff",
        "tag_bg_color": "#5bc0de", "icon": "gear", "exported_at": "2026-08-01T10:00:00Z", "agents": agents, "links": links
    })
}

pub(super) fn agent(kind: &str, name: &str, options: Value) -> Value {
    let guid = format!("guid-of-{name}");
    json!({
        "type": format!("Agents::{kind}"), "name": name, "disabled": false, "guid": guid, "options": options, "keep_events_for": 604800,
        "propagate_immediately": false
    })
}

pub(super) fn status_of(made: &Value) -> Vec<&str> {
    made["meta"]["report"]["agents"].as_array().unwrap().iter().map(|agent| agent["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn scenarios_of_what_is_there_run_as_they_are() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).start().await;
    let project = rookery.project().await;
    let manual = |payload: Value| agent("ManualEventAgent", "start", json!({"payload": payload}));
    let post = |options: Value| {
        let mut all = json!({"post_url": sink.url(), "expected_receive_period_in_days": "1", "method": "post"});
        all.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        agent("PostAgent", "post", all)
    };
    // The agents between the start and the post; the options of the post; the event; the body and its type.
    let cases = [
        (
            "texts and paths",
            vec![agent(
                "EventFormattingAgent",
                "format",
                json!({
                    "instructions": {"text": "{{.title}} of {{ $.user.name }}", "empty": ""}, "mode": "clean", "matchers": [], "expected_receive_period_in_days": "2"
                }),
            )],
            json!({"content_type": "json", "no_merge": "true", "payload": {"text": "{{ text }}!"}}),
            json!({"title": "T", "user": {"name": "Ann"}}),
            json!({"text": "T of Ann!"}),
        ),
        (
            "the event's keys win",
            vec![],
            json!({"content_type": "json", "payload": {"a": "payload", "b": "payload"}}),
            json!({"a": "event"}),
            json!({"a": "event", "b": "payload"}),
        ),
        (
            "rows of a table",
            vec![agent(
                "CsvAgent",
                "csv",
                json!({"mode": "parse", "separator": ",", "with_header": "true", "data_path": "$.body", "data_key": "row", "output": "event_per_row"}),
            )],
            json!({"content_type": "json"}),
            json!({"body": "n,m\n1,2\n"}),
            json!({"row": {"n": "1", "m": "2"}}),
        ),
        (
            "JSON in a text",
            vec![agent("JsonParseAgent", "parse", json!({"data": "{{ body }}", "data_key": "data", "mode": "clean"}))],
            json!({"content_type": "json"}),
            json!({"body": "{\"n\": 15}"}),
            json!({"data": {"n": 15}}),
        ),
        (
            "only what is new",
            vec![agent("DeDuplicationAgent", "new", json!({"property": "{{ id }}", "lookback": "5"}))],
            json!({"content_type": "json"}),
            json!({"id": "7"}),
            json!({"id": "7"}),
        ),
        (
            "only what changes",
            vec![agent("ChangeDetectorAgent", "change", json!({"property": "{{ output }}", "colour": "red"}))],
            json!({"content_type": "json"}),
            json!({"output": "x"}),
            json!({"output": "x"}),
        ),
        (
            "a matcher",
            vec![agent(
                "EventFormattingAgent",
                "format",
                json!({
                    "matchers": [{"path": "{{ at }}", "regexp": "(?<time>\\d+:\\d+)", "to": "at"}], "instructions": {"time": "{{ at.time }}"}, "mode": "merge"
                }),
            )],
            json!({"content_type": "json", "no_merge": true, "payload": {"time": "{{ time }}"}}),
            json!({"at": "on 10:30"}),
            json!({"time": "10:30"}),
        ),
    ];
    for (name, between, options, event, body) in cases {
        let before = sink.requests().len();
        let mut agents = vec![manual(json!({}))];
        agents.extend(between);
        agents.push(post(options));
        let made = import(&rookery, &project, "", &chain(name, agents)).await;
        assert_eq!(
            (&made["meta"]["errors"], &made["meta"]["report"]["counts"]["mapped"]),
            (&json!([]), &made["meta"]["agent_count"]),
            "{made:#}"
        );
        assert_eq!((&made["data"]["name"], &made["data"]["state"]), (&json!(name), &json!("new")));
        let workflow = workflow(&rookery, &project, &made);
        workflow.start().await;
        let run = workflow.emit("guid-of-start", event).await;
        workflow.finished(&run).await;
        let requests = sink.requests();
        assert_eq!((requests.len(), requests[before].json()), (before + 1, body), "{name}");
        assert_eq!(workflow.payloads("guid-of-post").await, Vec::<Value>::new(), "it emits nothing");
    }
    // A form, as Huginn sends it unless it is told otherwise; and the answer, with its headers as Huginn writes them.
    let options = json!({"emit_events": "true", "payload": {"n": "{{ n }}"}});
    let feed = agent(
        "DataOutputAgent",
        "feed",
        json!({"secrets": ["x"], "template": {"title": "T", "item": {"title": "{{ status }}"}}}),
    );
    let made = import(&rookery, &project, "", &chain("A form", vec![manual(json!({})), post(options), feed])).await;
    let workflow = workflow(&rookery, &project, &made);
    workflow.start().await;
    let run = workflow.emit("guid-of-start", json!({"n": 5, "m": "a b"})).await;
    workflow.finished(&run).await;
    let last = sink.requests().pop().unwrap();
    assert_eq!((last.header("content-type"), &*last.body), ("application/x-www-form-urlencoded", &b"n=5&m=a+b"[..]));
    let answer = workflow.payloads("guid-of-post").await.remove(0);
    let names: Vec<&String> = answer["headers"].as_object().unwrap().keys().collect();
    assert!(answer["body"].is_string() && names.iter().all(|name| name.starts_with(char::is_uppercase)), "{answer}");
    let feed = workflow.get("/agents/guid-of-feed").await["data"]["feed_url"].as_str().unwrap().to_owned();
    assert_eq!(rookery.api.get(&feed).await.expect(200)["items"][0]["title"], "200");
}

#[tokio::test]
async fn a_hook_of_huginn_takes_what_it_took_at_a_new_address() {
    let mut rookery = super::rookery().start().await;
    let project = rookery.project().await;
    let hook = agent(
        "WebhookAgent",
        "hook",
        json!({"secret": "old-secret-77", "payload_path": ".", "verbs": "get;post", "expected_receive_period_in_days": 1}),
    );
    let format =
        agent("EventFormattingAgent", "format", json!({"instructions": {"at": "{{ created_at | date: '%Y' }}", "n": "{{ n }}"}}));
    let made = import(&rookery, &project, "?name=Hooks", &chain("Other", vec![hook, format])).await;
    assert_eq!((&made["data"]["name"], status_of(&made)), (&json!("Hooks"), vec!["mapped", "mapped"]));
    assert!(!made.to_string().contains("old-secret-77"));
    let workflow = workflow(&rookery, &project, &made);
    workflow.start().await;
    let url = workflow.hook_url("guid-of-hook").await;
    let answer = rookery.api.post(&url, &json!({"n": 7})).await;
    assert_eq!((answer.status, &*answer.text), (201, "Event Created"));
    let formatted = workflow.emitted("guid-of-format", 1).await.remove(0);
    assert_eq!(formatted["n"], "7");
    assert!(formatted["at"].as_str().unwrap().starts_with("20"), "{formatted}");
}

#[tokio::test]
async fn secrets_of_a_file_are_credentials_and_are_sent_where_they_were() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).start().await;
    let project = rookery.project().await;
    let url = format!("{}in?api_key=k%2Fey-4711&x=1", sink.url());
    let options = json!({
        "post_url": url, "content_type": "json", "no_merge": "true", "headers": {"Authorization": "Bearer s3cret-abc-1"}, "payload": {"t": "{{ t }}"}
    });
    let file = chain("Secrets", vec![agent("ManualEventAgent", "start", json!({})), agent("PostAgent", "post", options)]);
    let made = import(&rookery, &project, "", &file).await;
    let mut told: Vec<(&str, &str)> = made["meta"]["report"]["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["field"].as_str().unwrap(), one["state"].as_str().unwrap()))
        .collect();
    told.sort_unstable();
    assert_eq!(told, [("headers.Authorization", "created"), ("url", "created")]);
    assert_eq!((&made["meta"]["errors"], &made["meta"]["warnings"]), (&json!([]), &json!([])));
    let workflow = workflow(&rookery, &project, &made);
    workflow.start().await;
    let run = workflow.emit("guid-of-start", json!({"t": 1})).await;
    let tree = workflow.finished(&run).await;
    let request = sink.requests().pop().unwrap();
    assert_eq!((&*request.path, request.header("authorization")), ("/in?api_key=k%2Fey-4711&x=1", "Bearer s3cret-abc-1"));
    let credentials = rookery.api.list(&format!("/projects/{project}/credentials")).await;
    assert_eq!(
        (credentials.len(), &credentials[0]["hosts"][0]),
        (2, &json!(sink.url().trim_start_matches("http://").trim_end_matches('/')))
    );
    let exported = workflow.get("/export").await;
    let version = workflow.get("/versions/1").await;
    for shown in [&made, &tree, &exported, &version, &json!(credentials)] {
        let text = shown.to_string();
        assert!(!text.contains("s3cret-abc-1") && !text.contains("ey-4711"), "{text}");
    }
    let again = import(&rookery, &project, "", &file).await;
    let states: Vec<&Value> =
        again["meta"]["report"]["credentials"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, [&json!("reused"), &json!("reused")], "the same file needs no more credentials");
    assert_ne!(again["data"]["id"], made["data"]["id"]);
    assert_eq!(rookery.api.list(&format!("/projects/{project}/credentials")).await.len(), 2);
}

#[tokio::test]
async fn the_next_version_of_a_workflow_finds_its_agents_again() {
    let mut rookery = super::rookery().start().await;
    let project = rookery.project().await;
    let file = |property: &str| {
        chain(
            "Watch",
            vec![
                agent("ManualEventAgent", "start", json!({})),
                agent("DeDuplicationAgent", "new", json!({"property": property})),
            ],
        )
    };
    let made = import(&rookery, &project, "", &file("{{ id }}")).await;
    let first = workflow(&rookery, &project, &made);
    first.start().await;
    for _ in 0..2 {
        let run = first.emit("guid-of-start", json!({"id": 1, "n": 1})).await;
        first.finished(&run).await;
    }
    let moved = json!({"x": 7, "y": 9});
    let mut options = made["data"]["options"].clone();
    options["cells"][0]["position"] = moved.clone();
    first.save(&options).await;
    let next = import(&rookery, &project, &format!("?workflow={}", first.id), &file("{{ id | plus: 0 }}")).await;
    assert_eq!(
        (&next["data"]["id"], &next["data"]["version"], &next["data"]["options"]["cells"][0]["position"]),
        (&made["data"]["id"], &json!(3), &moved)
    );
    first.start().await;
    let run = first.emit("guid-of-start", json!({"id": 1, "n": 2})).await;
    first.finished(&run).await;
    assert_eq!(first.payloads("guid-of-new").await.len(), 1, "its memory is kept");
    let elsewhere = rookery.project().await;
    rookery.api.post(&format!("/projects/{elsewhere}/workflows/import?workflow={}", first.id), &file("x")).await.expect(404);
}
