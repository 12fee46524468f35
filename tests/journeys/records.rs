//! Records, segments and lists, and the workflows that hear of them.

use reqwest::Method;
use rookery_tests::{Answer, Api, Rookery, Workflow, agent, cells, link, wait_until};
use serde_json::{Value, json};

/// A project with records.
struct Project {
    api: Api,
    id: String,
}

impl Project {
    async fn new(rookery: &mut Rookery) -> Project {
        let id = rookery.project().await;
        Project { api: rookery.api.clone(), id }
    }

    fn path(&self, rest: &str) -> String {
        format!("/projects/{}{rest}", self.id)
    }

    async fn write(&self, records: Value) -> Answer {
        self.api.post(&self.path("/records"), &json!({"records": records})).await
    }

    async fn person(&self, id: &str, attributes: Value) -> String {
        let written = self.write(json!([{"kind": "person", "id": id, "attributes": attributes}])).await.expect(200);
        written["data"][0]["outcome"].as_str().unwrap().to_owned()
    }

    async fn record(&self, id: &str) -> Value {
        self.api.get(&self.path(&format!("/records/person/{id}"))).await.expect(200)["data"].clone()
    }

    async fn made(&self, what: &str, body: Value) -> String {
        self.api.post(&self.path(what), &body).await.expect(201)["data"]["id"].as_str().unwrap().to_owned()
    }

    async fn segment(&self, city: &str) -> String {
        let condition = json!({"path": "city", "operator": "eq", "value": city});
        self.made("/segments", json!({"name": city, "kind": "person", "condition": condition})).await
    }

    async fn ready(&self, segment: &str) -> Value {
        wait_until("the segment is filled", async || {
            let shown = self.api.get(&self.path(&format!("/segments/{segment}"))).await.expect(200)["data"].clone();
            (shown["state"] == "ready").then_some(shown)
        })
        .await
    }

    async fn ids(&self, query: &str) -> Vec<String> {
        let records = self.api.list(&self.path(&format!("/records{query}"))).await;
        records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn workflow(&self, all: Vec<Value>) -> Workflow {
        let workflow = Workflow::create(&self.api, &self.id, &cells(all)).await;
        workflow.start().await;
        workflow
    }
}

#[tokio::test]
async fn records_are_written_read_and_deleted_one_by_one_or_together() {
    let mut rookery = super::rookery().start().await;
    let project = Project::new(&mut rookery).await;
    let both = json!([
        {"kind": "person", "id": "ada", "attributes": {"name": "Ada", "born": 1815, "langs": ["en"]}},
        {"kind": "deal", "attributes": {"total": 1.50}},
    ]);
    let written = project.write(both.clone()).await.expect(200);
    assert_eq!(written["data"][0], json!({"kind": "person", "id": "ada", "outcome": "created"}));
    assert!(!written["data"][1]["id"].as_str().unwrap().is_empty(), "an id is made");
    assert_eq!(project.person("ada", json!({"name": "Ada", "born": 1815})).await, "unchanged");
    assert_eq!(project.person("ada", json!({"born": null, "died": 1852})).await, "changed");
    let ada = project.record("ada").await;
    assert_eq!(ada["attributes"].to_string(), r#"{"name":"Ada","langs":["en"],"died":1852}"#);
    assert_eq!((&ada["segments"], &ada["lists"]), (&json!([]), &json!([])));

    // A gateway may decode the path before it hands it on.
    let path = project.path("/records/person/a%2Fb%20%C3%A9");
    let decoded = project.path("/records/person/a/b%20%C3%A9");
    let put = async |attributes: Value| project.api.put(&path, &json!({"attributes": attributes})).await;
    assert_eq!(put(json!({"a": 1, "b": 2})).await.expect(200)["data"]["id"], "a/b é");
    assert_eq!(put(json!({"b": 3})).await.expect(200)["data"]["attributes"], json!({"b": 3}));
    assert_eq!(project.api.get(&decoded).await.expect(200)["data"]["id"], "a/b é");
    let patch = |path: &str| project.api.call(Method::PATCH, path).json(&json!({"attributes": {"c": 4}})).send();
    assert_eq!(patch(&path).await.expect(200)["data"]["attributes"], json!({"b": 3, "c": 4}));
    patch(&project.path("/records/person/nobody")).await.error(404, "not_found");
    assert_eq!(project.ids("?kind=person").await, ["a/b é", "ada"]);
    assert_eq!(project.ids("").await.len(), 3);
    assert_eq!(project.api.delete(&path).await.status, 204);
    project.api.delete(&path).await.error(404, "not_found");
    assert_eq!(project.ids("?kind=person").await, ["ada"]);
}

#[tokio::test]
async fn one_bad_record_is_named_and_none_is_written() {
    let mut rookery = super::rookery().start().await;
    let project = Project::new(&mut rookery).await;
    let good = json!({"kind": "person", "id": "good", "attributes": {}});
    for (bad, code) in [
        (json!({"kind": "Person", "id": "1", "attributes": {}}), "invalid_record"),
        (json!({"kind": "person", "id": "", "attributes": {}}), "invalid_record"),
        (json!({"kind": "person", "id": "x".repeat(129), "attributes": {}}), "invalid_record"),
        (json!({"kind": "person", "id": "1", "attributes": {"a": "x".repeat(40_000)}}), "invalid_record"),
        (good.clone(), "duplicate_record"),
    ] {
        let error = project.write(json!([good, bad])).await.error(422, code);
        assert_eq!(error["meta"]["index"], 1, "{error}");
    }
    project.write(json!([])).await.error(422, "invalid_record");
    let many: Vec<Value> = (0..501).map(|n| json!({"kind": "person", "id": n.to_string(), "attributes": {}})).collect();
    project.write(json!(many)).await.error(422, "invalid_record");
    assert!(project.ids("").await.is_empty());
}

#[tokio::test]
async fn the_same_key_gives_the_same_answer_whatever_came_between() {
    let mut rookery = super::rookery().start().await;
    let project = Project::new(&mut rookery).await;
    let post = |n: u32, key: &str| {
        let records: Vec<Value> = (0..200).map(|i| json!({"kind": "person", "attributes": {"n": n, "i": i}})).collect();
        let call = project.api.call(Method::POST, &project.path("/records")).json(&json!({"records": records}));
        call.header("idempotency-key", key).send()
    };
    let first = post(1, "one").await.expect(200);
    assert!(first["data"].as_array().unwrap().iter().all(|record| record["outcome"] == "created"));
    let id = first["data"][7]["id"].as_str().unwrap();
    assert_eq!(project.person(id, json!({"n": 5})).await, "changed");
    assert_eq!(post(1, "one").await.expect(200), first);
    assert_eq!(project.record(id).await["attributes"]["n"], 5, "nothing is written twice");
    post(2, "one").await.error(409, "idempotency_conflict");
    assert_ne!(post(1, "two").await.expect(200), first);
    assert_eq!(project.ids("").await.len(), 400);
}

#[tokio::test]
async fn records_go_through_the_stages_of_a_list_and_workflows_hear_of_each_step() {
    let mut rookery = super::rookery().here().start().await;
    let project = Project::new(&mut rookery).await;
    let list = project.made("/lists", json!({"name": "Sales", "stages": ["new", "won", "lost"]})).await;
    let won = project
        .workflow(vec![
            agent("won", "list_entry", json!({"list_id": list, "stage": "won"})),
            agent("note", "record", json!({"kind": "{{ kind }}", "attributes": {"won": true}})),
            link("won", "note"),
        ])
        .await;
    let any = project.workflow(vec![agent("any", "list_entry", json!({"list_id": list}))]).await;
    for id in ["ada", "bob"] {
        project.person(id, json!({"name": id})).await;
    }
    let entries = |entries: Value| {
        let (api, path) = (project.api.clone(), project.path(&format!("/lists/{list}/entries")));
        async move { api.post(&path, &json!({"entries": entries})).await }
    };
    let both = json!([{"kind": "person", "id": "ada"}, {"kind": "person", "id": "bob", "stage": "won"}]);
    let added = entries(both.clone()).await.expect(200);
    assert_eq!(added["data"][0], json!({"kind": "person", "id": "ada", "outcome": "created", "stage": "new", "from": null}));
    assert_eq!(entries(both).await.expect(200)["data"][1]["outcome"], "unchanged");
    for (bad, code) in [
        (json!([{"kind": "person", "id": "ada", "stage": "sold"}]), "unknown_stage"),
        (json!([{"kind": "person", "id": "nobody"}]), "unknown_record"),
    ] {
        assert_eq!(entries(bad).await.error(422, code)["meta"]["index"], 0);
    }
    let entry = project.path(&format!("/lists/{list}/entries/person/ada"));
    let moved = |stage: &str| project.api.call(Method::PATCH, &entry).json(&json!({"stage": stage})).send();
    moved("sold").await.error(422, "unknown_stage");
    assert_eq!(moved("won").await.expect(200)["data"]["from"], "new");
    assert_eq!(moved("won").await.expect(200)["data"]["outcome"], "unchanged");

    let told = won.emitted("won", 2).await;
    assert_eq!(told.len(), 2);
    let ada = told.iter().find(|payload| payload["id"] == "ada").unwrap();
    let says =
        json!({"kind": "person", "id": "ada", "attributes": {"name": "ada"}, "list_id": list, "stage": "won", "from": "new"});
    assert_eq!(ada, &says);
    assert_eq!(won.emitted("note", 2).await[0]["outcome"], "changed");
    assert_eq!(any.emitted("any", 3).await.len(), 3, "two came, and one was moved");
    assert_eq!(project.ids(&format!("?list={list}&stage=won")).await, ["ada", "bob"]);
    assert_eq!(project.record("ada").await["attributes"], json!({"name": "ada", "won": true}));

    assert_eq!(project.api.delete(&entry).await.status, 204);
    project.api.delete(&entry).await.error(404, "not_found");
    moved("won").await.error(404, "not_found");
    assert_eq!(project.ids(&format!("?list={list}")).await, ["bob"]);
    any.stop().await;
    assert_eq!(entries(json!([{"kind": "person", "id": "ada"}])).await.expect(200)["data"][0]["outcome"], "created");
    assert_eq!(project.api.delete(&project.path(&format!("/lists/{list}"))).await.status, 204);
    assert_eq!(project.record("bob").await["lists"], json!([]));
    project.api.get(&project.path(&format!("/records?list={list}"))).await.error(404, "not_found");
    rookery.queues_are_empty().await;
    assert_eq!(any.payloads("any").await.len(), 3, "a stopped workflow hears nothing");
}

#[tokio::test]
async fn agents_write_records_and_move_them_and_other_workflows_hear_of_it() {
    let mut rookery = super::rookery().start().await;
    let project = Project::new(&mut rookery).await;
    let list = project.made("/lists", json!({"name": "Leads", "stages": ["new", "hot"]})).await;
    let segment = project.segment("Paris").await;
    let writes = project
        .workflow(vec![
            agent("in", "manual", json!({})),
            agent("write", "record", json!({"kind": "person", "attributes": {"city": "{{ city }}"}})),
            agent("add", "list_add", json!({"list_id": list})),
            agent("hot", "list_move", json!({"list_id": list, "stage": "hot"})),
            agent("gone", "list_remove", json!({"list_id": list})),
            link("in", "write"),
            link("write", "add"),
            link("add", "hot"),
            link("hot", "gone"),
        ])
        .await;
    let hears = project.workflow(vec![agent("enters", "person_segment", json!({"segment_id": segment}))]).await;
    let run = writes.emit("in", json!({"id": "ada", "city": "Paris"})).await;
    writes.finished(&run).await;
    let stages = |cell: &'static str| {
        let writes = writes.clone();
        async move {
            writes.payloads(cell).await.into_iter().map(|told| (told["from"].clone(), told["stage"].clone())).collect::<Vec<_>>()
        }
    };
    assert_eq!(writes.payloads("write").await[0]["outcome"], "created");
    assert_eq!(stages("add").await, [(json!(null), json!("new"))]);
    assert_eq!(stages("hot").await, [(json!("new"), json!("hot"))]);
    assert_eq!(stages("gone").await, [(json!("hot"), json!(null))]);
    let told = hears.emitted("enters", 1).await;
    assert_eq!(told, [json!({"kind": "person", "id": "ada", "attributes": {"city": "Paris"}, "segment_id": segment})]);
}

#[tokio::test]
async fn a_workflow_hears_of_each_who_enters_a_segment_and_of_those_there_if_it_wants() {
    let mut rookery = super::rookery().here().start().await;
    let project = Project::new(&mut rookery).await;
    project.person("before", json!({"city": "Paris"})).await;
    let segment = project.segment("Paris").await;
    assert_eq!(project.ready(&segment).await["size"], 1);
    let news = project.workflow(vec![agent("in", "person_segment", json!({"segment_id": segment}))]).await;
    let config = json!({"segment_id": segment, "existing": true});
    let all = project.workflow(vec![agent("in", "person_segment", config)]).await;
    for city in ["Paris", "Rome", "Paris"] {
        project.person("ada", json!({"city": city})).await;
    }
    project.person("ada", json!({"name": "Ada"})).await;
    let names = |payloads: Vec<Value>| {
        let mut names: Vec<String> = payloads.iter().map(|told| told["id"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(news.emitted("in", 2).await), ["ada", "ada"], "it left, and came again");
    assert_eq!(names(all.emitted("in", 3).await), ["ada", "ada", "before"]);
    assert_eq!(project.record("ada").await["segments"], json!([segment]));
    assert_eq!(project.ids(&format!("?segment={segment}")).await, ["ada", "before"]);

    news.stop().await;
    project.person("bob", json!({"city": "Paris"})).await;
    rookery.queues_are_empty().await;
    news.start().await;
    project.person("eve", json!({"city": "Paris"})).await;
    assert_eq!(names(news.emitted("in", 3).await), ["ada", "ada", "eve"], "nobody heard of bob");
    assert_eq!(names(all.emitted("in", 5).await).len(), 5);

    // Another condition fills it anew, and is no news.
    let changed = json!({"name": "Rome", "kind": "person", "condition": {"path": "city", "operator": "in", "value": ["Rome"]}});
    project.person("rob", json!({"city": "Rome"})).await;
    project.api.put(&project.path(&format!("/segments/{segment}")), &changed).await.expect(200);
    let shown = project.ready(&segment).await;
    assert_eq!((&shown["size"], &shown["name"], &shown["progress"]["total"]), (&json!(1), &json!("Rome"), &json!(5)));
    assert_eq!(project.ids(&format!("?segment={segment}")).await, ["rob"]);
    assert_eq!(project.api.delete(&project.path(&format!("/segments/{segment}"))).await.status, 204);
    assert_eq!(project.record("rob").await["segments"], json!([]));
    rookery.queues_are_empty().await;
    assert_eq!(news.payloads("in").await.len(), 3);
}

#[tokio::test]
async fn the_catalogue_has_what_the_project_has_and_what_is_not_there_is_blamed() {
    let mut rookery = super::rookery().start().await;
    let project = Project::new(&mut rookery).await;
    let list = project.made("/lists", json!({"name": "Sales", "stages": ["new", "won"]})).await;
    let segment = project.segment("Paris").await;
    let choices = async |kind: &str, option: &str| {
        let shown = project.api.get(&project.path(&format!("/workflows/agent_types/{kind}"))).await.expect(200);
        shown["data"]["config_schema"]["properties"][option]["x-choices"].clone()
    };
    assert_eq!(choices("person_segment", "segment_id").await, json!([{"value": segment, "title": "Paris"}]));
    assert_eq!(choices("company_segment", "segment_id").await, json!([]));
    assert_eq!(choices("list_entry", "list_id").await, json!([{"value": list, "title": "Sales"}]));
    assert_eq!(choices("list_move", "stage").await[1], json!({"value": "won", "title": "won (Sales)"}));
    let all = rookery.api.get(&project.path("/workflows/agent_types")).await.expect(200);
    let add = all["data"].as_array().unwrap().iter().find(|kind| kind["type"] == "list_add").unwrap().clone();
    assert_eq!(add["config_schema"]["properties"]["list_id"]["x-choices"][0]["value"], list);

    let wrong = cells([
        agent("kind", "company_segment", json!({"segment_id": segment})),
        agent("gone", "person_segment", json!({"segment_id": "000000000000"})),
        agent("list", "list_entry", json!({"list_id": "000000000000"})),
        agent("stage", "list_entry", json!({"list_id": list, "stage": "lost"})),
    ]);
    let saved = rookery.api.post(&project.path("/workflows"), &json!({"name": "w", "options": wrong})).await.expect(201);
    let blamed = saved["meta"]["errors"].as_array().unwrap().iter();
    let mut blamed: Vec<_> =
        blamed.map(|error| format!("{} {}", error["cell_id"].as_str().unwrap(), error["field"].as_str().unwrap())).collect();
    blamed.sort();
    assert_eq!(blamed, ["gone config.segment_id", "kind config.segment_id", "list config.list_id", "stage config.stage"]);
    let bad = json!({"name": "s", "kind": "person", "condition": {"all": [{"path": "a", "operator": "is", "value": 1}]}});
    let refused = rookery.api.post(&project.path("/segments"), &bad).await.error(422, "invalid_segment");
    assert_eq!(refused["meta"]["field"], "condition.all[0].operator");
}

#[tokio::test]
async fn others_see_nothing_of_a_projects_records_segments_and_lists() {
    let mut rookery = super::rookery().start().await;
    let ours = Project::new(&mut rookery).await;
    let theirs = Project::new(&mut rookery).await;
    ours.person("ada", json!({"city": "Paris"})).await;
    let segment = ours.segment("Paris").await;
    let list = ours.made("/lists", json!({"name": "Sales", "stages": ["new"]})).await;
    for rest in [
        "/records/person/ada".to_owned(),
        format!("/segments/{segment}"),
        format!("/lists/{list}"),
        format!("/records?segment={segment}"),
        format!("/records?list={list}"),
    ] {
        rookery.api.get(&theirs.path(&rest)).await.error(404, "not_found");
    }
    assert!(theirs.ids("").await.is_empty());
    ours.ready(&segment).await;
}
