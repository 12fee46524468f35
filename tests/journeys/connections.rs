//! Connections on one deployment: a workflow publishes entry points, and other projects use them as stages of theirs.

use rookery_tests::{Api, Rookery, Workflow, agent, cells, events, link, link_of};
use serde_json::{Value, json};

/// The id of the only entry point of a project.
pub(crate) async fn entry_point(api: &Api, project: &str) -> String {
    let found = api.list(&format!("/catalog?q={project}")).await;
    assert_eq!(found.len(), 1, "{found:?}");
    found[0]["client_stage_id"].as_str().unwrap().to_owned()
}

/// A workflow with a stage that uses an entry point.
pub(crate) fn using(project: &str, entry: &str, more: Value) -> Value {
    let mut config = json!({"project_id": project, "client_stage_id": entry});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    cells([agent("start", "manual", json!({})), agent("ask", "agent", config), link("start", "ask")])
}

/// A provider and a consumer, in two projects.
pub(crate) async fn connected(rookery: &mut Rookery, provider: Value, consumer: Value) -> (Workflow, Workflow) {
    let provider = rookery.started(&provider).await;
    let entry = entry_point(&rookery.api, &provider.project).await;
    let consumer = rookery.started(&using(&provider.project, &entry, consumer)).await;
    (provider, consumer)
}

/// The connections of a project in a role.
pub(crate) async fn connections(api: &Api, project: &str, role: &str) -> Vec<Value> {
    api.list(&format!("/projects/{project}/connections?role={role}")).await
}

/// Decides about a provider's only connection.
pub(crate) async fn decide(api: &Api, project: &str, what: &str) -> Value {
    let id = connections(api, project, "agent").await[0]["id"].as_str().unwrap().to_owned();
    api.post(&format!("/projects/{project}/connections/{id}/{what}"), &json!({})).await.expect(200)["data"].clone()
}

pub(crate) fn plain(config: Value) -> Value {
    cells([agent("in", "client", config), agent("back", "reply", json!({})), link("in", "back")])
}

#[tokio::test]
async fn a_task_comes_back_to_the_stage_that_sent_it() {
    let mut rookery = super::rookery().start().await;
    let title = json!({"title": "Echo", "description": "Sends tasks back.", "access": "open"});
    let (provider, consumer) = connected(&mut rookery, plain(title), json!({})).await;
    let run = consumer.emit("start", json!({"n": 1.10, "deep": {"a": [1, null]}})).await;
    let tree = consumer.finished(&run).await;
    assert_eq!(tree["state"], "done");
    let reply = events(&tree).into_iter().find(|event| event["cell_id"] == "ask").unwrap();
    assert_eq!(
        (&reply["groups"], &reply["payload"]),
        (&json!(["on_reply", "reply"]), &json!({"n": 1.10, "deep": {"a": [1, null]}}))
    );
    let tasks = provider.emitted("in", 1).await;
    assert_eq!(provider.list("/runs").await.len(), 1, "the provider's run is in its list");
    let (of_provider, of_client) = (
        connections(&rookery.api, &provider.project, "agent").await,
        connections(&rookery.api, &consumer.project, "client").await,
    );
    assert_eq!((of_provider.len(), of_client.len()), (1, 1));
    assert_eq!(tasks[0]["connection_token"], of_provider[0]["connection_token"]);
    assert_eq!((&of_provider[0]["role"], &of_client[0]["role"]), (&json!("agent"), &json!("client")));
    for (name, value) in [
        ("state", json!("active")),
        ("client_project_id", json!(consumer.project)),
        ("agent_project_id", json!(provider.project)),
        ("client_deployment", Value::Null),
    ] {
        assert_eq!((&of_provider[0][name], &of_client[0][name]), (&value, &value), "{name}");
    }
    // What is in the catalogue is found by any words of it.
    for (words, found) in [("echo", 1), ("BACK%20sends", 1), ("nothing-like-it", 0)] {
        let of_provider = format!("/catalog?q={words}%20{}", provider.project);
        assert_eq!(rookery.api.list(&of_provider).await.len(), found, "{words}");
    }
}

#[tokio::test]
async fn a_ready_cell_of_the_stencil_is_a_stage_that_gets_its_reply() {
    let mut rookery = super::rookery().start().await;
    let schema = json!({"required": ["n"], "properties": {"n": {"type": "number"}}});
    let provider = rookery.started(&plain(json!({"title": "Echo", "access": "open", "input_schema": schema}))).await;
    let project = rookery.project().await;
    // Other projects of the deployment may publish an "Echo" too.
    let of_provider = format!("/projects/{project}/workflows/ready_cells?q=echo%20{}", provider.project);
    let ready = rookery.api.list(&of_provider).await;
    let id = ready[0]["cell"]["id"].as_str().unwrap();
    let canvas = cells([agent("start", "manual", json!({})), ready[0]["cell"].clone(), link("start", id)]);
    let workflow = Workflow::create(&rookery.api, &project, &canvas).await;
    workflow.start().await;
    let run = workflow.emit("start", json!({"n": 7, "more": 1})).await;
    assert_eq!(workflow.finished(&run).await["state"], "done");
    assert_eq!(workflow.payloads(id).await, [json!({"n": 7})]);
}

#[tokio::test]
async fn further_replies_are_events_of_their_own() {
    let mut rookery = super::rookery().start().await;
    let twice = cells([
        agent("in", "client", json!({"access": "open"})),
        agent("one", "reply", json!({"payload": {"part": 1}})),
        agent("two", "reply", json!({"task_type": "more", "payload": {"part": 2}, "connection_token": "{{ connection_token }}"})),
        link("in", "one"),
        link_of("on_sent", "one", "two"),
    ]);
    let (provider, consumer) = connected(&mut rookery, twice, json!({})).await;
    let run = consumer.emit("start", json!({})).await;
    consumer.finished(&run).await;
    consumer.emitted("ask", 2).await;
    // Either of the two may come first, and that one answers the task.
    let listed = consumer.list("/events?agent=ask").await;
    let of = |part: u64| listed.iter().find(|event| event["payload"]["part"] == part).unwrap();
    assert_eq!((&of(1)["groups"], &of(2)["groups"]), (&json!(["on_reply", "reply"]), &json!(["on_reply", "more"])));
    let (in_run, late): (Vec<&Value>, Vec<&Value>) = listed.iter().partition(|event| event["run_id"] == json!(run));
    assert_eq!((in_run.len(), late.len()), (1, 1), "{listed:?}");
    // The task and the reply lie behind it: so circles of replies end.
    assert!(late[0]["hop"].as_u64().unwrap() >= 2, "{listed:?}");
    assert_eq!(provider.emitted("in", 1).await.len(), 1, "the task was done once");
}

#[tokio::test]
async fn what_does_not_fit_a_schema_is_refused_with_its_field() {
    let mut rookery = super::rookery().leaves_failures("invalid_task").leaves_failures("invalid_reply").start().await;
    let number = |name: &str| json!({"type": "object", "properties": {name: {"type": "number"}}, "required": [name]});
    let config = json!({"access": "open", "input_schema": number("seconds"), "output_schema": number("took")});
    let (provider, consumer) = connected(&mut rookery, plain(config), json!({})).await;
    let run = consumer.emit("start", json!({"seconds": "soon"})).await;
    consumer.finished(&run).await;
    let failure = consumer.failures(1).await[0].clone();
    assert_eq!(failure["code"], "invalid_task");
    assert!(failure["message"].as_str().unwrap().contains("payload.seconds"), "{failure}");
    assert_eq!(provider.payloads("in").await.len(), 0);
    // The reply has no `took`: the provider's cell fails, and the consumer is told, since nothing handles that.
    let run = consumer.emit("start", json!({"seconds": 1})).await;
    consumer.finished(&run).await;
    let failure = consumer.failures(2).await[0].clone();
    assert_eq!(failure["code"], "invalid_reply");
    assert!(failure["message"].as_str().unwrap().contains("payload.took"), "{failure}");
}

#[tokio::test]
async fn a_task_without_a_reply_goes_on_when_its_time_is_over() {
    let mut rookery = super::rookery().leaves_timers().start().await;
    let silent = cells([agent("in", "client", json!({"access": "open"}))]);
    let (provider, consumer) = connected(&mut rookery, silent, json!({"timeout_seconds": 1})).await;
    let run = consumer.emit("start", json!({"n": 7})).await;
    let tree = consumer.finished(&run).await;
    let out = events(&tree).into_iter().find(|event| event["cell_id"] == "ask").unwrap();
    assert_eq!((&out["groups"], &out["payload"]), (&json!(["on_timeout"]), &json!({"n": 7})));
    assert_eq!(provider.emitted("in", 1).await.len(), 1);
}

#[tokio::test]
async fn a_stage_that_goes_ends_its_connection_and_one_that_comes_back_has_another() {
    let mut rookery = super::rookery().leaves_failures("entry_point_gone").start().await;
    let (provider, consumer) = connected(&mut rookery, plain(json!({"access": "open"})), json!({})).await;
    let api = rookery.api.clone();
    let entry = entry_point(&api, &provider.project).await;
    let id = async |project: &str| connections(&api, project, "agent").await.first().map(|connection| connection["id"].clone());
    let first = id(&provider.project).await.unwrap();
    // A rebuild, a stop and a start keep it.
    consumer.stop().await;
    consumer.start().await;
    provider.stop().await;
    provider.start().await;
    assert_eq!(id(&provider.project).await.unwrap(), first);
    let without = cells([agent("start", "manual", json!({}))]);
    consumer.restart_with(&without).await;
    assert_eq!(id(&provider.project).await, None);
    assert!(connections(&api, &consumer.project, "client").await.is_empty());
    consumer.restart_with(&using(&provider.project, &entry, json!({}))).await;
    let second = id(&provider.project).await.unwrap();
    assert_ne!(second, first);
    // The entry point goes, and the stage finds nothing any more; the builder blames the field.
    provider.restart_with(&cells([agent("other", "manual", json!({}))])).await;
    assert!(api.list(&format!("/catalog?q={}", provider.project)).await.is_empty());
    assert_eq!(id(&provider.project).await, None);
    let run = consumer.emit("start", json!({})).await;
    consumer.finished(&run).await;
    assert_eq!(consumer.failures(1).await[0]["code"], "entry_point_gone");
    let refused = consumer.post("/build", &json!({})).await.error(422, "workflow_invalid");
    let problem = &refused["meta"]["errors"][0];
    assert_eq!((&problem["cell_id"], &problem["field"]), (&json!("ask"), &json!("config.client_stage_id")));
    // Put back, the entry point has the same id and another connection.
    provider.restart_with(&plain(json!({"access": "open"}))).await;
    assert_eq!(entry_point(&api, &provider.project).await, entry);
    let run = consumer.emit("start", json!({})).await;
    assert_eq!(consumer.finished(&run).await["state"], "done");
    assert_ne!(id(&provider.project).await.unwrap(), second);
    // A deleted workflow takes its connection along.
    api.delete(&consumer.path("")).await.expect(204);
    assert_eq!(id(&provider.project).await, None);
}

#[tokio::test]
async fn a_failure_that_nobody_handles_reaches_whoever_sent_the_task() {
    let mut rookery = super::rookery().leaves_failures("payload_not_object").leaves_failures("template_error").start().await;
    let failing = cells([
        agent("in", "client", json!({"access": "open"})),
        agent("format", "event_formatting", json!({"instructions": {"a": "{{ n | divided_by: 0 }}"}})),
        agent("back", "reply", json!({})),
        link("in", "format"),
        link_of("on_format", "format", "back"),
    ]);
    let (_, consumer) = connected(&mut rookery, failing, json!({})).await;
    let run = consumer.emit("start", json!({"n": 1})).await;
    consumer.finished(&run).await;
    assert_eq!(consumer.failures(1).await[0]["code"], "template_error");
    // Where a link takes the failure, whoever sent the task hears what comes of that.
    let handled = cells([
        agent("in", "client", json!({"access": "open"})),
        agent("format", "event_formatting", json!({"instructions": {"a": "{{ n | divided_by: 0 }}"}})),
        agent("back", "reply", json!({"payload": {"sorry": true}})),
        link("in", "format"),
        link_of("on_error", "format", "back"),
    ]);
    let (_, consumer) = connected(&mut rookery, handled, json!({})).await;
    let run = consumer.emit("start", json!({"n": 1})).await;
    assert_eq!(consumer.finished(&run).await["state"], "done");
    assert_eq!(consumer.payloads("ask").await, [json!({"sorry": true})]);
}

#[tokio::test]
async fn tasks_that_go_round_in_circles_end() {
    let mut rookery = super::rookery().leaves_failures("hop_limit").leaves_failures("limit_reached").start().await;
    let project = rookery.project().await;
    let round = |entry: &str| {
        cells([
            agent("in", "client", json!({})),
            agent("ask", "agent", json!({"project_id": project, "client_stage_id": entry})),
            link("in", "ask"),
            link_of("on_reply", "ask", "back"),
            agent("back", "reply", json!({})),
        ])
    };
    let first = Workflow::create(&rookery.api, &project, &plain(json!({}))).await;
    first.start().await;
    let entry = entry_point(&rookery.api, &project).await;
    first.restart_with(&round(&entry)).await;
    let outside = Workflow::create(&rookery.api, &project, &using(&project, &entry, json!({}))).await;
    outside.start().await;
    let run = outside.emit("start", json!({})).await;
    assert_eq!(outside.finished(&run).await["state"], "failed");
    let tasks = first.emitted("in", 10).await.len();
    assert!((10..=64).contains(&tasks), "{tasks} tasks");
}

#[tokio::test]
async fn more_tasks_than_a_connection_may_bring_are_not_taken() {
    let mut rookery = super::rookery().leaves_timers().start().await;
    let config = json!({"access": "open", "tasks_per_minute": 2});
    // What waits for the next minute ends sooner; but what is taken has its reply in time on a busy machine, too.
    let (provider, consumer) = connected(&mut rookery, plain(config), json!({"timeout_seconds": 5})).await;
    let minute = || jiff::Timestamp::now().as_second() / 60;
    let (began, mut runs) = (minute(), Vec::new());
    for n in 0..8 {
        runs.push(consumer.emit("start", json!({"n": n})).await);
    }
    let mut late = 0;
    for run in &runs {
        let tree = consumer.finished(run).await;
        late += events(&tree).iter().filter(|event| event["groups"] == json!(["on_timeout"])).count();
    }
    // Two a minute, and new minutes may have begun.
    let most = 2 * usize::try_from(minute() - began + 1).unwrap();
    assert!((8usize.saturating_sub(most)..=6).contains(&late), "{late} are late, and at most {most} in time");
    assert_eq!(provider.emitted("in", 8 - late).await.len() + late, 8);
}
