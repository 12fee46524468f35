use crate::CredentialUse;
use crate::testing::{self, World, agent, cell, context, event};
use rookery_domain::CallbackAuth;
use serde_json::{Value, json};

fn config(more: Value) -> Value {
    let mut config = json!({"endpoint": "https://agents.example.com/"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

/// The path and the body of the request for an event with this payload.
async fn sent(more: Value, payload: &str) -> (String, Value) {
    let (cell, event, world) = (cell(), event("source", payload), World::default());
    let mut cx = context(&cell, &event, &world);
    cx.workflow = "workflow123";
    agent("ai_agent_proxy", config(more)).receive(&cx).await.unwrap_err();
    let request = world.calls.lock().unwrap()[0].clone();
    (request.url, serde_json::from_slice(&request.body.unwrap()).unwrap())
}

#[tokio::test]
async fn the_protocols_example_of_a_request_is_sent_to_the_letter() {
    let example: Value = serde_json::from_str(include_str!("../../../../../../events/agent-request.json")).unwrap();
    let options = json!({
        "agent_name": "{{ agentConfig.agentName }}",
        "system_message": "{{ agentConfig.systemMessage }}",
        "input": "{{ agentContext.input }}",
        "memory_id": "{{ agentContext.memoryId }}",
        "data": {},
        "auth_context": "{{ agentContext.authContext | as_object }}",
    });
    let (url, mut body) = sent(options, &example.to_string()).await;
    assert_eq!(url, "https://agents.example.com/api/execute");
    // The protocol's text says that no history is sent to an agent with a memory, but its example has both.
    body["agentContext"]["chatHistory"] = example["agentContext"]["chatHistory"].clone();
    body["agentContext"]["intermediateSteps"] = example["agentContext"]["intermediateSteps"].clone();
    assert_eq!(body, example);
}

#[tokio::test]
async fn the_conversation_is_sent_through_a_window() {
    let message = |text: &str| json!({"text": text, "type": "USER"});
    let payload = json!({"input": "go on", "messages": [message("one"), message("two"), message("three")],
        "intermediateSteps": [{"stepName": "a", "details": "b"}]});
    let history = async |window: Value| {
        let (_, body) = sent(json!({"chat_history": window}), &payload.to_string()).await;
        body["agentContext"]["chatHistory"].as_array().unwrap().len()
    };
    assert_eq!(history(json!({"messages": 2})).await, 2);
    assert_eq!(history(json!({"messages": 0})).await, 0);
    assert_eq!(history(json!({"tokens": 100})).await, 3);
    // Each message has 28 to 30 characters.
    assert_eq!(history(json!({"tokens": 12})).await, 1);
    let (_, body) = sent(json!({}), &payload.to_string()).await;
    assert_eq!(body["agentContext"]["input"], "go on");
    assert_eq!(body["agentContext"]["intermediateSteps"], payload["intermediateSteps"]);
    assert_eq!(body["agentContext"]["data"], payload, "all of it, unless `data` says otherwise");
    assert_eq!((&body["agentConfig"]["agentName"], &body["workflowId"]), (&json!("Agent"), &json!("workflow123")));
}

#[tokio::test]
async fn an_error_of_the_agent_fails_the_delivery() {
    let outcome = json!({"error": {"code": "E7", "message": "No weather today.", "details": "sensor"}});
    let world = World::replying(json!({"requestId": "x", "result": {"agentOutcome": outcome}}));
    let (cell, event) = (cell(), event("source", "{}"));
    let failed = agent("ai_agent_proxy", config(json!({}))).receive(&context(&cell, &event, &world)).await.unwrap_err();
    assert_eq!(
        (failed.code.as_str(), failed.message.as_str(), failed.details),
        ("E7", "No weather today.", Some(json!("sensor")))
    );
}

#[test]
fn errors_name_the_field() {
    for (options, field) in [
        (json!({"endpoint": "agents.example.com"}), "endpoint"),
        (json!({"endpoint": "https://agents.example.com/?x=1"}), "endpoint"),
        (json!({"input": "{{ a"}), "input"),
        (json!({"data": r#"{"city": "{{ city }}"}"#}), "data"),
        (json!({"auth_context": "{\"userId\": \"{{ id }}\"}"}), "auth_context"),
        (json!({"memory_id": "{% credential x %}"}), "memory_id"),
        (json!({"deadline_seconds": 0}), "deadline_seconds"),
        (json!({"retries": 6}), "retries"),
        (json!({"max_outstanding": 0}), "max_outstanding"),
        (json!({"callback_auth": "signature"}), "callback_credential"),
        (json!({"callback_credential": "secret"}), "callback_credential"),
        (json!({"chat_history": {"bytes": 1}}), "chat_history"),
        (json!({"headers": {"a b": "c"}}), "headers.a b"),
        (
            json!({"agent_outcomes": [{"condition": {"path": "result", "operator": "eq"}, "group": "g"}]}),
            "agent_outcomes[0].condition.value",
        ),
        (
            json!({"agent_outcomes": [{"condition": {"path": "result", "operator": "exists"}, "group": "on_error"}]}),
            "agent_outcomes[0].group",
        ),
    ] {
        assert_eq!(testing_field(&options), format!("config.{field}"), "{options}");
    }
    let built = agent("ai_agent_proxy", config(json!({"callback_auth": "signature", "callback_credential": "secret"})));
    assert_eq!(built.facts().credentials, CredentialUse::of("callback_credential", &["secret".to_owned()]));
    assert_eq!(CallbackAuth::parse("signature"), Some(CallbackAuth::Signature));
}

fn testing_field(options: &Value) -> String {
    let mut whole = config(json!({}));
    whole.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    testing::problem("ai_agent_proxy", whole)
}
