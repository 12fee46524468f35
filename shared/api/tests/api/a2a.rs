//! Agents of A2A: what becomes of a message.

use crate::a2a_client::{Client, agent_of, call, data, echo, message, started, state, told};
use crate::support::{World, agent, link, request};
use axum::body::{Body, to_bytes};
use serde_json::{Value, json};
use tower::ServiceExt;

#[tokio::test]
async fn a_message_is_a_task_and_its_reply_an_artifact() {
    let world = World::open().await;
    let client = started(&world).await;
    let said = data("m1", json!({"question": "how?"}));
    let task = client.task(said.clone()).await;
    assert_eq!(state(&task), "TASK_STATE_WORKING");
    assert!(task["contextId"].as_str().is_some_and(|context| !context.is_empty()), "{task}");
    assert_eq!(client.task(said).await["id"], task["id"], "the same message is the same task");
    world.drain().await;
    let done = client.result("GetTask", json!({"id": task["id"], "historyLength": 3})).await;
    assert_eq!((state(&done), &done["contextId"]), ("TASK_STATE_COMPLETED", &task["contextId"]));
    assert_eq!(done["artifacts"].as_array().unwrap().len(), 1, "{done}");
    assert_eq!(done["artifacts"][0]["parts"], json!([{"data": {"said": "how?"}, "mediaType": "application/json"}]));
    let (code, says) = client.error("SendMessage", data("m1", json!({"question": "why?"}))).await;
    assert_eq!((code, &says["type"]), (-32602, &json!("idempotency_conflict")));
    // Text is what the schema asks for, and a conversation that the client names is kept.
    let mut text = message("m2", json!([{"text": "as text"}]));
    text["message"]["contextId"] = json!("talk");
    text["configuration"] = json!({});
    let (task, ()) = tokio::join!(client.task(text), async {
        let mut listed = Value::Null;
        while listed["tasks"].as_array().is_none_or(Vec::is_empty) {
            world.drain().await;
            listed = client.result("ListTasks", json!({"contextId": "talk", "status": "TASK_STATE_COMPLETED"})).await;
        }
    });
    assert_eq!((state(&task), &task["contextId"]), ("TASK_STATE_COMPLETED", &json!("talk")), "it was waited for");
    assert_eq!(task["artifacts"][0]["parts"][0]["data"], json!({"said": "as text"}));
    world.stop().await;
}

#[tokio::test]
async fn a_stream_tells_the_task_then_its_reply_then_its_end() {
    let world = World::open().await;
    let client = started(&world).await;
    let stream = client.open("SendStreamingMessage", data("m", json!({"question": "a"}))).await;
    let id = client.task(data("m", json!({"question": "a"}))).await["id"].clone();
    let again = client.open("SubscribeToTask", json!({"id": id})).await;
    world.drain().await;
    for stream in [stream, again] {
        let told = told(stream).await;
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!((&told[0]["task"]["id"], state(&told[0]["task"])), (&id, "TASK_STATE_WORKING"));
        let artifact = &told[1]["artifactUpdate"];
        assert_eq!((&artifact["taskId"], &artifact["artifact"]["parts"][0]["data"]), (&id, &json!({"said": "a"})));
        assert_eq!(state(&told[2]["statusUpdate"]), "TASK_STATE_COMPLETED");
    }
    let over = told(client.open("SendStreamingMessage", data("m", json!({"question": "a"}))).await).await;
    assert_eq!((over.len(), state(&over[0]["task"])), (1, "TASK_STATE_COMPLETED"));
    assert_eq!(over[0]["task"]["artifacts"][0]["parts"][0]["data"], json!({"said": "a"}));
    assert_eq!(client.error("SubscribeToTask", json!({"id": id})).await.0, -32004);
    world.stop().await;
}

#[tokio::test]
async fn where_nothing_is_streamed_the_card_says_so_and_a_stream_is_refused() {
    let world = World::open().await;
    let Client { path, .. } = started(&world).await;
    let config = rookery_api::Config { auth: rookery_api::Auth::Open, hosts: Vec::new() };
    let agents = rookery_api::Agents::kept(&world.engine, Default::default());
    let router = rookery_api::router(world.engine.clone(), config, agents);
    let get = |path: String| request("GET", &path).body(Body::empty()).unwrap();
    let card = router.clone().oneshot(get(format!("{path}/.well-known/agent-card.json"))).await.unwrap();
    let card: Value = serde_json::from_slice(&to_bytes(card.into_body(), 1_000_000).await.unwrap()).unwrap();
    assert_eq!(card["capabilities"]["streaming"], false);
    for method in ["SendStreamingMessage", "SubscribeToTask"] {
        let params = if method == "SubscribeToTask" { json!({"id": "x"}) } else { data("m", json!({"question": "a"})) };
        let sent = request("POST", &path).header("content-type", "application/json").header("a2a-version", "1.0");
        let answer = router.clone().oneshot(sent.body(Body::from(call(method, params))).unwrap()).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/json", "{method}");
        let answer: Value = serde_json::from_slice(&to_bytes(answer.into_body(), 1_000_000).await.unwrap()).unwrap();
        assert_eq!(answer["error"]["code"], -32004, "{answer}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_task_that_fails_says_why_and_one_without_a_reply_is_done() {
    let world = World::open().await;
    let mut cells = vec![agent("silent", "client", json!({"title": "Silent"}))];
    // What is sent back is what was sent: a schema that knows no more takes it.
    let strict = json!({"type": "object", "properties": {"question": {"type": "string"}}, "additionalProperties": false});
    let same = json!({"title": "Same", "input_schema": strict, "output_schema": strict});
    cells.extend([agent("same", "client", same), agent("back", "reply", json!({})), link("l", "same", "back")]);
    let output = json!({"type": "object", "properties": {"said": {"type": "number"}}});
    cells.extend(echo("wrong", json!({"title": "Wrong", "output_schema": output})));
    let workflow = world.started(Value::from(cells)).await;
    let client = Client { world: &world, path: agent_of(&workflow), key: None };
    let card = world.get(&format!("{}/.well-known/agent-card.json", client.path)).await.ok(200);
    let ends = ["TASK_STATE_COMPLETED", "TASK_STATE_COMPLETED", "TASK_STATE_FAILED"];
    for (skill, ends) in card["skills"].as_array().unwrap().iter().zip(ends) {
        let mut said = data(skill["name"].as_str().unwrap(), json!({"question": "a"}));
        said["message"]["metadata"] = json!({"skill_id": skill["id"]});
        let id = client.task(said).await["id"].clone();
        world.drain().await;
        let task = client.result("GetTask", json!({"id": id})).await;
        assert_eq!(state(&task), ends, "{task}");
        match skill["name"] == "Same" {
            true => assert_eq!(task["artifacts"][0]["parts"][0]["data"], json!({"question": "a"})),
            false => assert_eq!(task["artifacts"], json!([])),
        }
        if ends == "TASK_STATE_FAILED" {
            let why = &task["status"]["message"]["parts"];
            assert!(why[0]["text"].as_str().unwrap().contains("payload.said"), "{task}");
            assert_eq!(why[1]["data"]["code"], "invalid_reply");
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn what_fails_within_a_workflow_is_told_by_its_code_alone() {
    let world = World::open().await;
    let call = json!({"method": "post", "url": "http://10.1.2.3/secret-place"});
    let cells = json!([agent("in", "client", json!({})), agent("out", "http_request", call), link("l", "in", "out")]);
    let client = Client { world: &world, path: agent_of(&world.started(cells).await), key: None };
    let id = client.task(data("m", json!({}))).await["id"].clone();
    world.drain().await;
    let task = client.result("GetTask", json!({"id": id})).await;
    let why = &task["status"]["message"]["parts"];
    assert_eq!((state(&task), &why[1]["data"]["code"]), ("TASK_STATE_FAILED", &json!("address_refused")));
    assert!(!task.to_string().contains("10.1.2.3"), "{task}");
    world.stop().await;
}

#[tokio::test]
async fn a_field_that_is_called_as_the_conversation_stays_as_it_was_sent() {
    let world = World::open().await;
    let cells = json!([agent("in", "client", json!({})), agent("back", "reply", json!({})), link("l", "in", "back")]);
    let client = Client { world: &world, path: agent_of(&world.started(cells).await), key: None };
    let mut said = data("m", json!({"context_id": "mine"}));
    said["message"]["contextId"] = json!("talk");
    let id = client.task(said).await["id"].clone();
    world.drain().await;
    let task = client.result("GetTask", json!({"id": id})).await;
    assert_eq!((&task["contextId"], &task["artifacts"][0]["parts"][0]["data"]), (&json!("talk"), &json!({"context_id": "mine"})));
    world.stop().await;
}

#[tokio::test]
async fn a_task_is_cancelled_once_and_only_while_it_goes_on() {
    let world = World::open().await;
    let client = started(&world).await;
    let id = client.task(data("m", json!({"question": "a"}))).await["id"].clone();
    let task = client.result("CancelTask", json!({"id": id})).await;
    assert_eq!(state(&task), "TASK_STATE_CANCELED");
    world.drain().await;
    assert_eq!(state(&client.result("GetTask", json!({"id": id})).await), "TASK_STATE_CANCELED");
    assert_eq!(client.error("CancelTask", json!({"id": id})).await.0, -32002);
    // In a page, the task that changed last is the first.
    let (wait, back) = (agent("wait", "delay", json!({"hours": 1})), agent("back", "reply", json!({})));
    let cells = json!([agent("in", "client", json!({})), wait, back, link("l", "in", "wait"), link("m", "wait", "back")]);
    let slow = Client { world: &world, path: agent_of(&world.started(cells).await), key: None };
    let first = slow.task(data("a", json!({}))).await["id"].clone();
    slow.task(data("b", json!({}))).await;
    world.drain().await;
    slow.result("CancelTask", json!({"id": first})).await;
    let page = slow.result("ListTasks", json!({})).await;
    let changed: Vec<&Value> = page["tasks"].as_array().unwrap().iter().map(|task| &task["status"]["timestamp"]).collect();
    assert!(changed.len() == 2 && changed[0].as_str() >= changed[1].as_str(), "{page}");
    world.stop().await;
}

#[tokio::test]
async fn a_list_has_each_task_once_the_latest_first() {
    let world = World::open().await;
    let mut cells = echo("a", json!({"title": "A"}));
    cells.extend(echo("b", json!({"title": "B"})));
    let workflow = world.started(Value::from(cells)).await;
    let client = Client { world: &world, path: agent_of(&workflow), key: None };
    let card = world.get(&format!("{}/.well-known/agent-card.json", client.path)).await.ok(200);
    let skills: Vec<&Value> = card["skills"].as_array().unwrap().iter().map(|skill| &skill["id"]).collect();
    let mut sent = Vec::new();
    for n in 0..7 {
        let mut said = data(&format!("m{n}"), json!({"question": n}));
        said["message"]["metadata"] = json!({"skill_id": skills[n % 2]});
        said["message"]["contextId"] = json!(if n < 5 { "early" } else { "late" });
        sent.push(client.task(said).await["id"].as_str().unwrap().to_owned());
        world.drain().await;
    }
    let mut listed = Vec::new();
    let mut token = json!("");
    loop {
        let page = client.result("ListTasks", json!({"pageSize": 2, "pageToken": token})).await;
        let tasks = page["tasks"].as_array().unwrap();
        assert!((1..=2).contains(&tasks.len()) && page["pageSize"] == tasks.len(), "{page}");
        assert!(tasks.iter().all(|task| task["artifacts"].is_null() && state(task) == "TASK_STATE_COMPLETED"), "{page}");
        listed.extend(tasks.iter().map(|task| task["id"].as_str().unwrap().to_owned()));
        token = page["nextPageToken"].clone();
        if token == "" {
            break;
        }
    }
    sent.reverse();
    assert_eq!(listed, sent);
    let late = client.result("ListTasks", json!({"contextId": "late", "includeArtifacts": true})).await;
    let said: Vec<&Value> =
        late["tasks"].as_array().unwrap().iter().map(|task| &task["artifacts"][0]["parts"][0]["data"]["said"]).collect();
    assert_eq!((said, &late["nextPageToken"]), (vec![&json!("6"), &json!("5")], &json!("")));
    // What is asked for is sought behind what is not.
    let early = client.result("ListTasks", json!({"contextId": "early", "pageSize": 1})).await;
    assert_eq!(early["tasks"][0]["id"], json!(sent[2]));
    let (code, says) = client.error("SendMessage", data("m", json!({"question": "which?"}))).await;
    assert_eq!(code, -32602);
    assert!(skills.iter().all(|skill| says["details"].as_str().unwrap().contains(skill.as_str().unwrap())), "{says}");
    let working = client.result("ListTasks", json!({"status": "TASK_STATE_WORKING"})).await;
    assert_eq!(working["tasks"], json!([]));
    let since = client.result("ListTasks", json!({"statusTimestampAfter": "2100-01-01T00:00:00Z"})).await;
    assert_eq!(since["tasks"], json!([]));
    // An entry point lists its own.
    let of_one = Client { world: &world, path: format!("{}/{}", client.path, skills[0].as_str().unwrap()), key: None };
    assert_eq!(of_one.result("ListTasks", json!({})).await["tasks"].as_array().unwrap().len(), 4);
    assert_eq!(of_one.error("GetTask", json!({"id": sent[1]})).await.0, -32001, "it is another entry point's");
    world.stop().await;
}
