//! What the program logs at its most talkative level: ids, but no key, credential, token or payload.

use rookery_tests::{Sink, agent, cells, link, wait_until};
use serde_json::json;

#[tokio::test]
async fn no_level_logs_a_secret_or_a_payload() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).arg("--auth").arg("required").env("RUST_LOG", "trace").start().await;
    let config = json!({
        "url": format!("{}?k={{% credential token %}}", sink.url()),
        "headers": {"Authorization": "Bearer {% credential token %}"},
        "payload": {"credential": "{% credential token %}", "event": "{{ n }}"},
    });
    let options = cells([agent("hook", "webhook", json!({})), agent("call", "http_request", config), link("hook", "call")]);
    let workflow = rookery.workflow(&options).await;
    let path = format!("/projects/{}/credentials/token", workflow.project);
    rookery.api.put(&path, &json!({"value": "canary-credential", "hosts": ["127.0.0.1"]})).await.expect(200);
    workflow.start().await;
    let hook = workflow.hook_url("hook").await;
    let accepted = rookery.api.post(&hook, &json!({"n": "canary-payload"})).await.expect(202);
    workflow.finished(accepted["data"]["run_id"].as_str().unwrap()).await;
    assert!(sink.requests()[0].header("authorization").contains("canary-credential"));

    let key = std::fs::read_to_string(rookery.data().join("root.key")).unwrap();
    // A delivery is seen to be done before its line is written.
    let talkative = |log: &String| log.contains("delivered") && log.contains("answered");
    let log = wait_until("it is at its most talkative", async || Some(rookery.log()).filter(talkative)).await;
    let token = hook.rsplit('/').next().unwrap();
    for secret in ["canary-credential", "canary-payload", key.trim(), token] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is logged: {line:?}");
    }
}
