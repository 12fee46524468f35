//! Two Rookerys that call each other over the protocol of external agents: one asks, the other is asked. Errors come back, too.

use base64::prelude::{BASE64_STANDARD, Engine};
use rookery_tests::{Reply, Rookery, Sink, Workflow, agent, cells, link, link_of};
use serde_json::{Value, json};
use std::collections::HashSet;

async fn started() -> Rookery {
    // Each may call the other, whatever its address is.
    super::rookery()
        .arg("--egress-allow")
        .arg("127.0.0.0/8")
        .leaves_timers()
        .leaves_failures("E7")
        .leaves_failures("http_error")
        .start()
        .await
}

/// A workflow that serves an agent: it makes a call, and answers.
async fn serving(rookery: &mut Rookery, sink: &Sink, signing: Option<&str>) -> Workflow {
    let project = rookery.project().await;
    let mut answer = json!({"result": "It is {{ body.received }} degrees."});
    if let Some(secret) = signing {
        let path = format!("/projects/{project}/credentials/signing");
        rookery.api.put(&path, &json!({"value": secret, "hosts": ["127.0.0.1"]})).await.expect(200);
        answer["signing_credential"] = json!("signing");
    }
    let options = cells([
        agent("asked", "served_agent", json!({"name": "WeatherAgent"})),
        agent("look", "http_request", json!({"url": sink.url(), "payload": {"q": "{{ agentContext.input }}"}, "retries": 0})),
        agent("answer", "answer_caller", answer),
        link("asked", "look"),
        link("look", "answer"),
    ]);
    let workflow = Workflow::create(&rookery.api, &project, &options).await;
    workflow.start().await;
    workflow
}

/// A workflow that asks the agent of another workflow.
async fn asking(rookery: &mut Rookery, of: &Workflow, more: Value, secret: Option<&str>) -> Workflow {
    let project = rookery.project().await;
    if let Some(secret) = secret {
        let path = format!("/projects/{project}/credentials/theirs");
        rookery.api.put(&path, &json!({"value": secret, "hosts": ["127.0.0.1"]})).await.expect(200);
    }
    let mut config =
        json!({"endpoint": format!("{}/p/{}", of.api.base(), of.project), "agent_name": "WeatherAgent", "input": "{{ q }}"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let options = cells([
        agent("start", "manual", json!({})),
        agent("ask", "ai_agent_proxy", config),
        agent("done", "event_formatting", json!({"instructions": {"says": "{{ result }}"}})),
        link("start", "ask"),
        link_of("on_finish", "ask", "done"),
    ]);
    let workflow = Workflow::create(&rookery.api, &project, &options).await;
    workflow.start().await;
    workflow
}

#[tokio::test]
async fn two_rookerys_ask_each_other() {
    let (sink, mut one, mut two) = (Sink::start(), started().await, started().await);
    let secret = format!("whsec_{}", BASE64_STANDARD.encode("a secret that both have"));
    let served_by_one = serving(&mut one, &sink, None).await;
    let served_by_two = serving(&mut two, &sink, Some(&secret)).await;
    // The first request is trusted by its token, the second by its signature.
    let signed = json!({"callback_auth": "signature", "callback_credential": "theirs"});
    let from_two = asking(&mut two, &served_by_one, json!({}), None).await;
    let from_one = asking(&mut one, &served_by_two, signed, Some(&secret)).await;
    for (asking, served) in [(&from_two, &served_by_one), (&from_one, &served_by_two)] {
        let run = asking.emit("start", json!({"q": "How warm is it?"})).await;
        assert_eq!(asking.finished(&run).await["state"], "done");
        let says = asking.emitted("done", 1).await[0]["says"].clone();
        assert!(says.as_str().unwrap().starts_with("It is ") && says.as_str().unwrap().ends_with(" degrees."), "{says}");
        // The request id that they acknowledged is our run.
        let request = asking.list("/requests").await.remove(0);
        let their_run = request["request_ids"][0].as_str().unwrap().to_owned();
        let tree = served.finished(&their_run).await;
        assert_eq!((&tree["state"], &tree["events"][0]["payload"]["workflowId"]), (&json!("done"), &json!(asking.id)));
    }
}

#[tokio::test]
async fn what_fails_there_fails_here_and_what_nobody_asked_for_is_not_answered() {
    let (sink, mut one, mut two) = (Sink::start(), started().await, started().await);
    sink.otherwise(Reply::status(422));
    let served = serving(&mut one, &sink, None).await;
    let asking = asking(&mut two, &served, json!({}), None).await;
    let run = asking.emit("start", json!({"q": "How warm is it?"})).await;
    assert_eq!(asking.finished(&run).await["state"], "failed");
    let failure = asking.failures(1).await.remove(0);
    assert_eq!((&failure["code"], &failure["details"]["status"]), (&json!("http_error"), &json!(422)));

    // A run that was started by hand has no caller.
    sink.otherwise(Reply::status(200));
    let request = json!({"agentConfig": {"agentName": "WeatherAgent"}, "agentContext": {"input": "x"}});
    let run = served.emit("asked", request.clone()).await;
    let tree = served.finished(&run).await;
    assert_eq!(tree["events"][0]["deliveries"][0]["events"][0]["deliveries"][0]["state"], "no_caller", "{tree}");

    // A repeated call is one request; an unknown agent is reported as unknown; a stopped one accepts no request.
    let call = async |key: &str, name: &str| {
        let request = json!({"agentConfig": {"agentName": name}, "agentContext": {"input": "x"}});
        let path = format!("/p/{}/api/execute", served.project);
        let call = served.api.call(reqwest::Method::POST, &path).header("Idempotency-Key", key);
        call.header("X-Callback-Url", &sink.url()).header("X-Callback-Token", "t").json(&request).send().await
    };
    let first = call("key-1", "WeatherAgent").await.expect(200);
    assert_eq!(first, call("key-1", "WeatherAgent").await.expect(200));
    call("key-2", "NobodyAgent").await.error(404, "not_found");
    served.finished(first["requestId"].as_str().unwrap()).await;
    // An outside call may be repeated, with the same key.
    let answers: Vec<_> = sink.requests().into_iter().filter(|request| request.header("x-callback-token") == "t").collect();
    let keys: HashSet<&str> = answers.iter().map(|request| request.header("webhook-id")).collect();
    assert_eq!((keys.len(), &answers[0].json()["requestId"]), (1, &first["requestId"]));
    served.stop().await;
    call("key-3", "WeatherAgent").await.error(404, "not_found");
}
