//! A cell asks a persistent agent: the answer goes on, what the agent emits comes before it, and each side shows the other.

use rookery_tests::{agent, cells, deliveries, events, link, link_of};
use serde_json::{Value, json};

fn asking() -> Value {
    let config = json!({"agent": "helper", "instance": "{{ from }}", "input": "{{ text }}"});
    cells([
        agent("mail", "manual", json!({})),
        agent("help", "persistent_agent", config),
        agent("answer", "event_formatting", json!({"instructions": {"said": "{{ text }}"}})),
        agent("urgent", "event_formatting", json!({"instructions": {"urgent": "{{ urgent }}"}})),
        agent("sorry", "event_formatting", json!({"instructions": {"code": "{{ code }}"}})),
        link("mail", "help"),
        link_of("on_reply", "help", "answer"),
        link_of("on_emit", "help", "urgent"),
        link_of("on_error", "help", "sorry"),
    ])
}

#[tokio::test]
async fn a_workflow_asks_an_agent_that_keeps_its_conversation() {
    let mut rookery = super::rookery().leaves_failures("agent_not_found").start().await;
    let workflow = rookery.workflow(&asking()).await;
    // The agent may be defined later: a save says that it is not there yet.
    let saved = workflow.save(&asking()).await;
    assert!(saved["meta"]["warnings"].to_string().contains("config.agent"), "{saved}");
    let definition = format!("/projects/{}/agents/helper", workflow.project);
    let text = "---\nmodel: demo/guide\ntools: [emit]\non_busy: queue\n---\nYou help {{ id }}.";
    rookery.api.put(&definition, &json!({"text": text})).await.expect(200);
    let started = workflow.start().await;
    assert_eq!(started["meta"]["warnings"], json!([]), "{started}");

    let first = workflow.emit("mail", json!({"from": "ada", "text": "Hello"})).await;
    workflow.finished(&first).await;
    let second = workflow.emit("mail", json!({"from": "ada", "text": r#"call: emit {"payload": {"urgent": true}}"#})).await;
    let run = workflow.finished(&second).await;
    assert_eq!(workflow.payloads("urgent").await, [json!({"urgent": "true"})]);
    let answers = workflow.emitted("answer", 2).await;
    assert!(answers.iter().any(|answer| answer["said"].to_string().contains("It is message 1 of this session")), "{answers:?}");

    // The run's tree leads to the session, and shows what the agent emitted where it was asked.
    let asked = deliveries(&run).into_iter().find(|delivery| delivery["cell_id"] == "help").unwrap();
    let groups: Vec<&Value> = asked["events"].as_array().unwrap().iter().map(|event| &event["groups"][0]).collect();
    assert_eq!(groups, ["on_emit", "on_reply"], "{asked}");
    let reply = &asked["events"][1]["payload"];
    let asked = &asked["asked"];
    assert_eq!((&asked["agent"], &asked["instance"], &asked["session"]), (&json!("helper"), &json!("ada"), &json!("default")));
    assert_eq!(asked["run_id"], reply["run_id"]);
    assert_eq!((&reply["usage"]["cost"]["total"], &reply["cost_known"]), (&json!(0.0), &Value::Null), "a script is free");
    // And the session leads back.
    let session = format!("{definition}/instances/ada/sessions/default");
    let log = rookery.api.get(&format!("{session}/events")).await.expect(200);
    let begun: Vec<&Value> = log["data"].as_array().unwrap().iter().filter(|event| event["type"] == "op_start").collect();
    let back = &begun[1]["asked_by"];
    assert_eq!((&back["workflow_id"], &back["run_id"], &back["cell_id"]), (&json!(workflow.id), &json!(second), &json!("help")));
    let root = events(&run).into_iter().find(|event| event["cell_id"] == "mail").unwrap();
    assert_eq!(back["event_id"], root["id"]);

    // Without the agent, an event fails and says why.
    assert!(rookery.api.delete(&definition).await.status < 300);
    let third = workflow.emit("mail", json!({"from": "ada", "text": "Are you there?"})).await;
    workflow.finished(&third).await;
    assert_eq!(workflow.payloads("sorry").await, [json!({"code": "agent_not_found"})]);
}
