//! Calls: refused, failing, not acknowledged; cancelled and retried by a person; errors of the agent; results with groups.

use super::{ask, asking, outcomes, request_when, started};
use rookery_tests::{Acknowledge, ExternalAgent, agent, cells, finish, link, link_of, wait_until};
use serde_json::{Value, json};

#[tokio::test]
async fn a_call_that_fails_is_typed_and_repeated_only_where_it_is_safe() {
    let external = ExternalAgent::start();
    let codes = ["http_error", "not_acknowledged", "redirect_refused", "body_too_large"];
    let program = codes.iter().fold(super::rookery().asks(&external), |program, code| program.leaves_failures(code));
    let mut rookery = program.start().await;
    let workflow = started(&mut rookery, &external, json!({})).await;
    let large = format!("{{\"requestId\": \"x\", \"more\": \"{}\"}}", "x".repeat(10 * 1024 * 1024));
    for (acknowledge, code) in [
        (Acknowledge::Status(422, "{}".into()), "http_error"),
        (Acknowledge::Status(200, "{\"id\": 7}".into()), "not_acknowledged"),
        (Acknowledge::Status(200, "sure".into()), "not_acknowledged"),
        (Acknowledge::Status(302, "".into()), "redirect_refused"),
        (Acknowledge::Status(200, large), "body_too_large"),
    ] {
        let before = external.asked().len();
        external.script([acknowledge]);
        let run = ask(&workflow).await;
        assert_eq!(workflow.finished(&run).await["state"], "failed");
        assert_eq!(outcomes(&workflow).await.1[0], json!({"code": code}));
        assert_eq!(external.asked().len(), before + 1, "{code}: it is asked once");
    }
    let request = request_when(&workflow, "failed").await;
    assert_eq!(request["error"]["code"], "body_too_large");
    let url = format!("{}/api/execute", external.endpoint());
    assert_eq!(request["error"]["details"], json!({"method": "POST", "url": url}), "which request failed");
    let asked = external.asked().pop().unwrap();
    assert_eq!(external.post(&asked, &finish("x", "after all")).await.0, 410, "its delivery has failed");
}

#[tokio::test]
async fn a_call_that_failed_is_made_again_as_the_same_request() {
    let external = ExternalAgent::start();
    external.script([Acknowledge::Status(503, "".into())]);
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow = started(&mut rookery, &external, json!({})).await;
    let run = ask(&workflow).await;
    let asked = external.wait_for(2).await;
    assert_eq!(external.keys(), 1, "the same Idempotency-Key");
    assert_eq!(asked[0].header("x-callback-token"), asked[1].header("x-callback-token"));
    assert_eq!(external.post(&asked[1], &finish(&asked[1].request_id, "at last")).await.0, 200);
    assert_eq!(workflow.finished(&run).await["state"], "done");
    let request = request_when(&workflow, "answered").await;
    assert_eq!((&request["attempts"], outcomes(&workflow).await.0), (&json!(2), vec![json!({"says": "at last"})]));
}

#[tokio::test]
async fn a_request_is_cancelled_and_retried_by_a_person() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow = started(&mut rookery, &external, json!({})).await;
    let run = ask(&workflow).await;
    let first = external.wait_for(1).await.remove(0);
    let request = request_when(&workflow, "outstanding").await;
    let path = |what: &str| format!("/requests/{}{what}", request["id"].as_str().unwrap());
    workflow.post(&path("/retry"), &json!({})).await.error(409, "request_open");
    let cancelled = workflow.post(&path("/cancel"), &json!({})).await.expect(200);
    assert_eq!(cancelled["data"]["state"], "cancelled");
    assert_eq!(workflow.finished(&run).await["state"], "done");
    assert_eq!(external.post(&first, &finish(&first.request_id, "no")).await.0, 410);
    assert_eq!(outcomes(&workflow).await, (vec![], vec![]), "nothing comes of it");

    let retried = workflow.post(&path("/retry"), &json!({})).await.expect(202);
    workflow.post(&path("/retry"), &json!({})).await.expect(202);
    let second = external.wait_for(2).await.remove(1);
    assert_ne!(first.header("idempotency-key"), second.header("idempotency-key"), "it is another request");
    assert_eq!(external.post(&second, &finish(&second.request_id, "yes")).await.0, 200);
    assert_eq!(workflow.emitted("finished", 1).await, [json!({"says": "yes"})]);
    let shown = workflow.get(&format!("/requests/{}", retried["data"]["id"].as_str().unwrap())).await;
    assert_eq!((&shown["data"]["state"], workflow.list("/requests").await.len()), (&json!("answered"), 2));
    workflow
        .post(&format!("/requests/{}/cancel", retried["data"]["id"].as_str().unwrap()), &json!({}))
        .await
        .error(409, "request_over");
    assert_eq!(workflow.api.get(&workflow.path(&format!("/requests/{run}"))).await.status, 404);
}

#[tokio::test]
async fn an_agents_error_and_its_outcomes_take_their_own_ways() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).leaves_failures("E7").leaves_failures("hop_limit").start().await;
    let rain = json!({"condition": {"path": "result", "operator": "contains", "value": "rain"}, "group": "take_umbrella"});
    let mut options = asking(&external, json!({"agent_outcomes": [rain]}));
    options["cells"].as_array_mut().unwrap().extend([
        agent("umbrella", "event_formatting", json!({"instructions": {"take": "umbrella"}})),
        link_of("take_umbrella", "ask", "umbrella"),
    ]);
    let workflow = rookery.started(&options).await;
    let mut runs = Vec::new();
    for outcome in [
        json!({"finish": {"result": "It will rain."}}),
        json!({"finish": {"result": "Sunny."}}),
        json!({"error": {"code": "E7", "message": "No weather today.", "details": "sensor"}}),
        // A code of ours that comes from outside has no special meaning.
        json!({"error": {"code": "hop_limit", "message": "Theirs."}}),
    ] {
        let run = ask(&workflow).await;
        let asked = external.wait_for(runs.len() + 1).await.pop().unwrap();
        let result = json!({"requestId": asked.request_id, "result": {"agentOutcome": outcome}});
        assert_eq!(external.post(&asked, &result).await.0, 200);
        runs.push(workflow.finished(&run).await["state"].clone());
    }
    assert_eq!(runs, [json!("done"), json!("done"), json!("failed"), json!("failed")]);
    assert_eq!((workflow.payloads("umbrella").await.len(), outcomes(&workflow).await.0.len()), (1, 2));
    assert_eq!(outcomes(&workflow).await.1, [json!({"code": "hop_limit"}), json!({"code": "E7"})]);
    let failure = workflow.failures(2).await[1].clone();
    assert_eq!((&failure["message"], &failure["details"]), (&json!("No weather today."), &json!("sensor")));
}

#[tokio::test]
async fn a_conversation_is_handed_from_agent_to_agent() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let config = |more: Value| {
        let mut config = json!({"endpoint": external.endpoint()});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("one", "ai_agent_proxy", config(json!({"input": "{{ question }}"}))),
            agent("two", "ai_agent_proxy", config(json!({"input": "{{ result }}", "chat_history": {"messages": 1}, "data": {}}))),
            agent("three", "ai_agent_proxy", config(json!({"input": "{{ result }}", "memory_id": "{{ event.run_id }}"}))),
            link("start", "one"),
            link_of("on_finish", "one", "two"),
            link_of("on_finish", "two", "three"),
        ]))
        .await;
    let run = ask(&workflow).await;
    let messages = json!([{"text": "What?", "type": "USER"}, {"text": "Sun.", "type": "AI"}]);
    for n in 1..=3 {
        let asked = external.wait_for(n).await.remove(n - 1);
        let outcome = json!({"finish": {"result": format!("answer {n}")}, "messages": messages});
        let result = json!({"requestId": asked.request_id, "result": {"agentOutcome": outcome}});
        let (status, says) = external.post(&asked, &result).await;
        assert_eq!(status, 200, "{n}: {says} {:#?}", external.asked());
    }
    workflow.finished(&run).await;
    let asked = external.asked();
    let context = |n: usize| &asked[n].body["agentContext"];
    assert_eq!(
        (context(0)["chatHistory"].clone(), context(0)["data"]["question"].clone()),
        (json!([]), json!("What is the weather like today?"))
    );
    assert_eq!(
        (&context(1)["chatHistory"], &context(1)["input"], &context(1)["data"]),
        (&json!([messages[1]]), &json!("answer 1"), &json!({}))
    );
    assert_eq!((&context(2)["memoryId"], &context(2)["chatHistory"]), (&json!(run), &Value::Null));
    wait_until("three answered requests", async || {
        let requests = workflow.list("/requests").await;
        (requests.len() == 3 && requests.iter().all(|request| request["state"] == "answered")).then_some(())
    })
    .await;
}
