//! Agents of A2A: what is refused, how, and to whom.

use crate::a2a_client::{Client, agent_of, call, data, echo, started};
use crate::support::{ROOT_KEY, World, request};
use axum::body::Body;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_wrong_has_the_code_that_a2a_gives_it() {
    let world = World::open().await;
    let client = started(&world).await;
    let id = client.task(data("m", json!({"question": "a"}))).await["id"].clone();
    let with = |at: &str, value: Value| {
        let mut said = data("n", json!({"question": "a"}));
        *said.pointer_mut(at).unwrap() = value;
        said
    };
    let more = |fields: Value| {
        let mut said = data("n", json!({"question": "a"}));
        said["message"].as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        said
    };
    let push = json!({"returnImmediately": true, "taskPushNotificationConfig": {"url": "https://a.example"}});
    let none = "0".repeat(32);
    for (method, params, code, says) in [
        ("SendMessage", json!({}), -32602, "invalid_request"),
        ("SendMessage", with("/message/parts", json!([])), -32602, "invalid_request"),
        ("SendMessage", with("/message/parts", json!([{}])), -32602, "invalid_request"),
        ("SendMessage", with("/message/role", json!("ROLE_AGENT")), -32602, "invalid_request"),
        ("SendMessage", with("/message/messageId", json!("")), -32602, "invalid_request"),
        ("SendMessage", with("/configuration", json!({"historyLength": -1})), -32602, "invalid_request"),
        ("SendMessage", with("/configuration", push), -32003, "push_notifications_not_supported"),
        ("SendMessage", with("/message/parts", json!([{"url": "https://a.example"}])), -32005, "content_type_not_supported"),
        ("SendMessage", with("/message/parts/0/data", json!({"question": 5})), -32602, "invalid_task"),
        ("SendMessage", more(json!({"metadata": {"skill_id": "none"}})), -32602, "invalid_request"),
        ("SendMessage", more(json!({"metadata": {"skill_id": 5}})), -32602, "invalid_request"),
        ("SendMessage", more(json!({"taskId": none})), -32001, "task_not_found"),
        ("SendMessage", more(json!({"taskId": id})), -32004, "unsupported_operation"),
        ("SendMessage", more(json!({"taskId": id, "contextId": "another"})), -32602, "invalid_request"),
        ("GetTask", json!({}), -32602, "invalid_request"),
        ("GetTask", json!({"id": none}), -32001, "task_not_found"),
        ("GetTask", json!({"id": "x"}), -32001, "task_not_found"),
        ("GetTask", json!({"id": id, "historyLength": -1}), -32602, "invalid_request"),
        ("CancelTask", json!({"id": none}), -32001, "task_not_found"),
        ("SubscribeToTask", json!({"id": none}), -32001, "task_not_found"),
        ("ListTasks", json!({"pageSize": 0}), -32602, "invalid_request"),
        ("ListTasks", json!({"pageSize": 101}), -32602, "invalid_request"),
        ("ListTasks", json!({"pageToken": "!"}), -32602, "invalid_request"),
        ("ListTasks", json!({"status": "DONE"}), -32602, "invalid_request"),
        ("CreateTaskPushNotificationConfig", json!({}), -32003, "push_notifications_not_supported"),
        ("GetTaskPushNotificationConfig", json!({}), -32003, "push_notifications_not_supported"),
        ("ListTaskPushNotificationConfigs", json!({}), -32003, "push_notifications_not_supported"),
        ("DeleteTaskPushNotificationConfig", json!({}), -32003, "push_notifications_not_supported"),
        ("GetExtendedAgentCard", json!({}), -32004, "unsupported_operation"),
        ("message/send", json!({}), -32601, "unknown_method"),
    ] {
        let (told, error) = client.error(method, params.clone()).await;
        assert_eq!((told, &error["type"]), (code, &json!(says)), "{method}: {params}");
    }
    let field = client.error("SendMessage", with("/message/parts/0/data", json!({"question": 5}))).await.1;
    assert_eq!(field["field"], "payload.question");
    world.stop().await;
}

#[tokio::test]
async fn what_is_no_call_of_this_version_is_refused() {
    let world = World::open().await;
    let client = started(&world).await;
    let get = call("GetTask", json!({"id": "x"}));
    for version in [None, Some(""), Some("0.3"), Some("1.1"), Some("2.0")] {
        let answer = client.send(version, get.clone()).await.ok(200);
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32009), &json!(7)), "{version:?}");
        assert!(answer["error"]["message"].as_str().unwrap().contains("1.0"), "{answer}");
    }
    for (body, code) in [("{".to_owned(), -32700), (format!("[{get}]"), -32600), (json!({"id": 7}).to_string(), -32600)] {
        assert_eq!(client.send(Some("1.0"), body.clone()).await.ok(400)["error"]["code"], code, "{body}");
    }
    client.send(Some("1.0"), " ".repeat(400_000)).await.error(413, "body_too_large");
    let plain = request("POST", &client.path).header("content-type", "text/plain").body(Body::from(get)).unwrap();
    world.send(plain).await.error(415, "unsupported_media_type");
    world.stop().await;
}

#[tokio::test]
async fn each_role_does_what_it_may() {
    let world = World::locked().await;
    let made = world.keyed(ROOT_KEY, "POST", "/api/v1/projects", Some(json!({"name": "p"}))).await.ok(201);
    let project = format!("/api/v1/projects/{}", made["data"]["id"].as_str().unwrap());
    let options = json!({"name": "w", "options": {"cells": echo("in", json!({"title": "Echo"}))}});
    let made = world.keyed(ROOT_KEY, "POST", &format!("{project}/workflows"), Some(options)).await.ok(201);
    let workflow = format!("{project}/workflows/{}", made["data"]["id"].as_str().unwrap());
    world.keyed(ROOT_KEY, "POST", &format!("{workflow}/start"), Some(json!({}))).await.ok(200);
    let mut client = Client { world: &world, path: agent_of(&workflow), key: Some(ROOT_KEY.to_owned()) };
    let task = client.task(data("m", json!({"question": "a"}))).await;
    for (role, sends, lists) in [("owner", true, true), ("editor", true, true), ("viewer", false, true), ("ingest", true, false)]
    {
        let body = json!({"name": role, "role": role});
        let made = world.keyed(ROOT_KEY, "POST", &format!("{project}/api_keys"), Some(body)).await.ok(201);
        client.key = Some(made["data"]["key"].as_str().unwrap().to_owned());
        let called = async |method: &str, params: Value| client.send(Some("1.0"), call(method, params)).await;
        for method in ["SendMessage", "SendStreamingMessage", "CancelTask"] {
            let params = if method == "CancelTask" { json!({"id": "x"}) } else { data(role, json!({})) };
            match sends {
                true if method != "SendStreamingMessage" => drop(called(method, params).await.ok(200)),
                true => {}
                false => drop(called(method, params).await.error(403, "forbidden")),
            }
        }
        assert_eq!(client.result("GetTask", json!({"id": task["id"]})).await["id"], task["id"]);
        match lists {
            true => drop(client.result("ListTasks", json!({})).await),
            false => drop(called("ListTasks", json!({})).await.error(403, "forbidden")),
        }
        client.result("ListTasks", json!({"contextId": task["contextId"]})).await;
        assert_eq!(client.result("GetExtendedAgentCard", json!({})).await["skills"][0]["name"], "Echo");
    }
    world.stop().await;
}
