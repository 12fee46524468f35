//! Results: early, doubled, differing, late, unknown, foreign, malformed; and who may post them.

use super::{ask, asking, bare, outcomes, request_when, started};
use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use rookery_tests::{Acknowledge, ExternalAgent, Workflow, finish, wait_until};
use serde_json::{Value, json};

#[tokio::test]
async fn a_result_goes_on_along_the_links_and_counts_once() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow = started(&mut rookery, &external, json!({"agent_name": "ExampleAgent", "system_message": "Be kind."})).await;
    let run = ask(&workflow).await;
    let asked = external.wait_for(1).await.remove(0);
    assert_eq!(asked.body["agentConfig"], json!({"agentName": "ExampleAgent", "systemMessage": "Be kind."}));
    assert_eq!(
        (&asked.body["agentContext"]["input"], &asked.body["workflowId"]),
        (&json!("What is the weather like today?"), &json!(workflow.id))
    );
    let request = request_when(&workflow, "outstanding").await;
    assert_eq!(
        (&request["request_ids"], &request["attempts"], &request["run_id"]),
        (&json!([asked.request_id]), &json!(1), &json!(run))
    );
    assert_eq!(workflow.waiting(&run, "ask").await["state"], "running");

    let example: Value = serde_json::from_str(include_str!("../../../events/agent-result.json")).unwrap();
    let mut result = example;
    result["requestId"] = json!(asked.request_id);
    assert_eq!(external.post(&asked, &result).await.0, 200);
    assert_eq!(workflow.finished(&run).await["state"], "done");
    // The same result again is accepted, a different one is not; neither has an effect.
    assert_eq!(external.post(&asked, &result).await.0, 200);
    let (status, refused) = external.post(&asked, &finish(&asked.request_id, "It rains.")).await;
    assert_eq!((status, &refused["error"]["type"]), (409, &json!("result_differs")));
    assert_eq!(outcomes(&workflow).await, (vec![json!({"says": "The weather in New York is sunny."})], vec![]));
    let event = &workflow.list(&format!("/events?agent=ask&run={run}")).await[0];
    assert_eq!(event["payload"]["messages"], result["result"]["agentOutcome"]["messages"]);
    let shown = workflow.get(&format!("/requests/{}", request["id"].as_str().unwrap())).await;
    assert_eq!((&shown["data"]["state"], &shown["data"]["result"]), (&json!("answered"), &result));
}

#[tokio::test]
async fn an_early_result_is_taken_at_once_with_its_token() {
    let external = ExternalAgent::start();
    external.script([
        Acknowledge::ResultFirst("early-1".into(), finish("early-1", "first"), true),
        // The agent understood the request and did the work, but its acknowledgement failed: its result counts, and it is not
        // asked again.
        Acknowledge::ResultThenFail(finish("never-acknowledged", "second")),
    ]);
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow = started(&mut rookery, &external, json!({})).await;
    for says in ["first", "second"] {
        let run = ask(&workflow).await;
        assert_eq!(workflow.finished(&run).await["state"], "done");
        assert_eq!(outcomes(&workflow).await.0[0], json!({"says": says}));
    }
    assert_eq!((external.early(), external.asked().len()), (vec![200, 200], 2));
}

#[tokio::test]
async fn an_early_result_without_a_token_is_held_and_joined() {
    let external = ExternalAgent::start();
    external.script([Acknowledge::ResultFirst("bare-1".into(), finish("bare-1", "held"), false)]);
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow = started(&mut rookery, &external, json!({"callback_auth": "request_id"})).await;
    let run = ask(&workflow).await;
    assert_eq!(workflow.finished(&run).await["state"], "done");
    assert_eq!((external.early(), outcomes(&workflow).await.0), (vec![202], vec![json!({"says": "held"})]));
    // No call is under way now, so an unknown id is refused.
    let (status, refused) = external.post_to(&bare(&rookery, &workflow), &[], &finish("bare-2", "x")).await;
    assert_eq!((status, &refused["error"]["type"]), (404, &json!("not_found")));
}

#[tokio::test]
async fn a_result_after_the_deadline_is_refused_and_noted() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).leaves_failures("timeout").start().await;
    let workflow = started(&mut rookery, &external, json!({"deadline_seconds": 1})).await;
    let run = ask(&workflow).await;
    let asked = external.wait_for(1).await.remove(0);
    assert_eq!(workflow.finished(&run).await["state"], "failed");
    let (status, refused) = external.post(&asked, &finish(&asked.request_id, "too late")).await;
    assert_eq!((status, &refused["error"]["type"]), (410, &json!("request_over")));
    assert_eq!(outcomes(&workflow).await, (vec![], vec![json!({"code": "timeout"})]));
    let request = request_when(&workflow, "expired").await;
    assert!(request["late_result_at"].is_string() && request["ended_at"].is_string(), "{request}");
}

#[tokio::test]
async fn an_unknown_request_and_another_projects_are_the_same_404() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let mine = started(&mut rookery, &external, json!({"callback_auth": "request_id"})).await;
    let other = rookery.project().await;
    ask(&mine).await;
    let asked = external.wait_for(1).await.remove(0);
    request_when(&mine, "outstanding").await;
    let at_other = format!("{}/p/{other}/api/agentProxy/sendResult", rookery.api.base());
    let foreign = external.post_to(&at_other, &[], &finish(&asked.request_id, "x")).await;
    assert_eq!(foreign.0, 404);
    assert_eq!(foreign, external.post_to(&at_other, &[], &finish("nobody-knows-this", "x")).await);
    let token = asked.header("x-callback-token");
    assert_eq!(foreign, external.post_to(&at_other, &[("x-callback-token", token)], &finish(&asked.request_id, "x")).await);
    let mut wrong = token.to_owned();
    wrong.replace_range(token.len() - 1.., if token.ends_with('0') { "1" } else { "0" });
    for token in ["", "x", &wrong] {
        let refused = external
            .post_to(asked.header("x-callback-url"), &[("x-callback-token", token)], &finish(&asked.request_id, "x"))
            .await;
        assert_eq!(refused, foreign);
    }
    assert_eq!(external.post(&asked, &finish(&asked.request_id, "x")).await.0, 200);
}

#[tokio::test]
async fn a_deleted_workflows_requests_are_unknown() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow = started(&mut rookery, &external, json!({})).await;
    ask(&workflow).await;
    let asked = external.wait_for(1).await.remove(0);
    assert!(rookery.api.delete(&workflow.path("")).await.status < 300);
    assert_eq!(external.post(&asked, &finish(&asked.request_id, "x")).await.0, 404);
}

#[tokio::test]
async fn two_projects_may_have_the_same_id_of_their_callees() {
    let external = ExternalAgent::start();
    external.otherwise(Acknowledge::With("1".into()));
    let mut rookery = super::rookery().asks(&external).start().await;
    let mut workflows: Vec<Workflow> = Vec::new();
    for _ in 0..2 {
        let workflow = started(&mut rookery, &external, json!({"callback_auth": "request_id"})).await;
        ask(&workflow).await;
        request_when(&workflow, "outstanding").await;
        workflows.push(workflow);
    }
    let root = format!("{}/api/agentProxy/sendResult", rookery.api.base());
    let says = |text: &str| finish("1", text);
    assert_eq!(external.post_to(&root, &[], &says("whose?")).await.0, 404, "at the root, it is of two projects");
    assert_eq!(external.post_to(&bare(&rookery, &workflows[0]), &[], &says("first")).await.0, 200);
    // Only one request is outstanding now. The other's callee may post again, and must not reach this one.
    assert_eq!(external.post_to(&root, &[], &says("first")).await.0, 404);
    assert_eq!(external.post_to(&bare(&rookery, &workflows[1]), &[], &says("second")).await.0, 200);
    for (workflow, text) in workflows.iter().zip(["first", "second"]) {
        assert_eq!(workflow.emitted("finished", 1).await, [json!({"says": text})]);
    }
    // An id that belongs to only one project is found at the root.
    external.script([Acknowledge::With(workflows[0].id.clone())]);
    ask(&workflows[0]).await;
    request_when(&workflows[0], "outstanding").await;
    assert_eq!(external.post_to(&root, &[], &finish(&workflows[0].id, "third")).await.0, 200);
    assert_eq!(workflows[0].emitted("finished", 2).await[0], json!({"says": "third"}));
}

#[tokio::test]
async fn results_are_bounded_and_read_strictly() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow = started(&mut rookery, &external, json!({})).await;
    ask(&workflow).await;
    let asked = external.wait_for(1).await.remove(0);
    let id = asked.request_id.as_str();
    for (result, field) in [
        (json!({}), "requestId"),
        (json!({"requestId": id}), "result.agentOutcome"),
        (json!({"requestId": id, "result": {"agentOutcome": {"finish": {}, "error": {}}}}), "result.agentOutcome"),
        (json!({"requestId": id, "result": {"agentOutcome": {"finish": "done"}}}), "result.agentOutcome.finish"),
    ] {
        let (status, refused) = external.post(&asked, &result).await;
        assert_eq!(status, 400, "{refused}");
        assert!(refused["error"]["message"].as_str().unwrap().contains(field), "{refused}");
    }
    let large = finish(id, &"x".repeat(300 * 1024));
    let (status, refused) = external.post(&asked, &large).await;
    assert_eq!((status, &refused["error"]["type"]), (413, &json!("body_too_large")));
    // None of these posts counted.
    assert_eq!(external.post(&asked, &finish(id, "fine")).await.0, 200);
    assert_eq!(workflow.emitted("finished", 1).await, [json!({"says": "fine"})]);
}

#[tokio::test]
async fn a_signed_result_needs_its_signature_or_its_token() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow =
        rookery.workflow(&asking(&external, json!({"callback_auth": "signature", "callback_credential": "weather"}))).await;
    let path = format!("/projects/{}/credentials/weather", workflow.project);
    let secret = BASE64_STANDARD.encode("a secret of the weather's agent");
    rookery.api.put(&path, &json!({"value": format!("whsec_{secret}"), "hosts": ["127.0.0.1"]})).await.expect(200);
    workflow.start().await;
    ask(&workflow).await;
    let asked = external.wait_for(1).await.remove(0);
    request_when(&workflow, "outstanding").await;
    let result = finish(&asked.request_id, "signed");
    let url = bare(&rookery, &workflow);
    assert_eq!(external.post_to(&url, &[], &result).await.0, 401);
    let at = jiff::Timestamp::now().as_second().to_string();
    let sign = |key: &[u8]| {
        let mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().chain_update(format!("msg_1.{at}.{result}"));
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    };
    let post = async |signature: &str| {
        let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", at.as_str()), ("webhook-signature", signature)];
        external.post_to(&url, &headers, &result).await.0
    };
    assert_eq!(post(&sign(b"another secret")).await, 401);
    assert_eq!(post(&sign(b"a secret of the weather's agent")).await, 200);
    assert_eq!(workflow.emitted("finished", 1).await, [json!({"says": "signed"})]);
    let events = wait_until("one event", async || Some(workflow.payloads("finished").await)).await;
    assert_eq!(events.len(), 1);
}

#[tokio::test]
async fn a_credential_that_a_result_repeats_is_taken_out() {
    let external = ExternalAgent::start();
    let mut rookery = super::rookery().asks(&external).start().await;
    let workflow =
        rookery.workflow(&asking(&external, json!({"headers": {"Authorization": "Basic {% credential key %}"}}))).await;
    let credential = json!({"value": "YWRhOm9wZW4gc2VzYW1l", "hosts": ["127.0.0.1"]});
    rookery.api.put(&format!("/projects/{}/credentials/key", workflow.project), &credential).await.expect(200);
    workflow.start().await;
    let run = ask(&workflow).await;
    let asked = external.wait_for(1).await.remove(0);
    assert_eq!(asked.headers["authorization"], "Basic YWRhOm9wZW4gc2VzYW1l");
    let token = asked.headers["x-callback-token"].to_str().unwrap();
    let says = format!("I was sent Basic YWRhOm9wZW4gc2VzYW1l, which is ada:open%20sesame or OPEN&#32;SESAME, and {token}.");
    assert_eq!(external.post(&asked, &finish(&asked.request_id, &says)).await.0, 200);
    workflow.finished(&run).await;
    // The same result again is still accepted.
    assert_eq!(external.post(&asked, &finish(&asked.request_id, &says)).await.0, 200);
    let secret = &token[token.len() - 40..];
    let request = request_when(&workflow, "answered").await["id"].as_str().unwrap().to_owned();
    let shown = workflow.get(&format!("/requests/{request}")).await.to_string();
    for seen in [shown, json!(outcomes(&workflow).await.0).to_string(), workflow.get("/events").await.to_string()] {
        assert!(seen.contains("[credential key]") || !seen.contains("I was sent"), "{seen}");
        for secret in ["YWRhOm9wZW4gc2VzYW1l", "sesame", "SESAME", secret] {
            assert!(!seen.contains(secret), "{secret} in {seen}");
        }
    }
}
