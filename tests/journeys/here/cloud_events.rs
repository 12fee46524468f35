//! CloudEvents: what one project sends, another gets.

use base64::prelude::{BASE64_STANDARD, Engine};
use reqwest::Method;
use rookery_tests::{Rookery, Workflow, agent, cells, link};
use serde_json::{Value, json};

/// A workflow in a new project that has the secret with which events are signed.
async fn knowing(rookery: &mut Rookery, secret: &str, options: &Value) -> Workflow {
    let project = rookery.project().await;
    let credential = json!({"value": secret, "hosts": ["127.0.0.1"]});
    rookery.api.put(&format!("/projects/{project}/credentials/shared"), &credential).await.expect(200);
    let workflow = Workflow::create(&rookery.api, &project, options).await;
    workflow.start().await;
    workflow
}

#[tokio::test]
async fn a_project_sends_cloud_events_to_another_which_gets_the_same() {
    let mut rookery = super::rookery().arg("--egress-allow").arg("127.0.0.0/8").start().await;
    let secret = format!("whsec_{}", BASE64_STANDARD.encode("a secret that both projects have"));
    let verify = json!({"scheme": "standard_webhooks", "credential": "shared"});
    let hook = agent("hook", "webhook", json!({"sender": "cloud_events", "verify": verify}));
    let receiving = knowing(&mut rookery, &secret, &cells([hook])).await;
    let url = receiving.hook_url("hook").await;
    let sends = |id: &str, mode: &str| {
        let option = json!({"type": "com.example.paid", "source": "/shop", "subject": "Größe {{ n }}", "mode": mode});
        agent(id, "http_request", json!({"url": url, "cloud_event": option, "signing_credential": "shared"}))
    };
    let options = cells([
        agent("start", "manual", json!({})),
        sends("binary", "binary"),
        sends("structured", "structured"),
        link("start", "binary"),
        link("start", "structured"),
    ]);
    let sending = knowing(&mut rookery, &secret, &options).await;
    let run = sending.emit("start", json!({"n": 7})).await;
    sending.finished(&run).await;
    for sender in ["binary", "structured"] {
        let answer = &sending.payloads(sender).await[0];
        assert_eq!(answer["status"], 202, "{answer}");
        let id = answer["body"]["data"]["event_id"].as_str().unwrap();
        let got = receiving.get(&format!("/events/{id}")).await["data"]["payload"].clone();
        for (name, value) in [
            ("specversion", json!("1.0")),
            ("type", json!("com.example.paid")),
            ("source", json!("/shop")),
            ("subject", json!("Größe 7")),
            ("datacontenttype", json!("application/json")),
            ("data", json!({"n": 7})),
        ] {
            assert_eq!(got[name], value, "{sender}: {got}");
        }
    }
    assert_eq!(receiving.payloads("hook").await.len(), 2, "two deliveries are two events");
}

/// Emulators of AWS answer OPTIONS themselves.
#[tokio::test]
async fn whoever_asks_whether_it_may_send_is_told_so() {
    let mut rookery = super::rookery().start().await;
    let workflow = rookery.started(&cells([agent("hook", "webhook", json!({"sender": "cloud_events"}))])).await;
    let hook = workflow.hook_url("hook").await;
    let asks = workflow.api.call(Method::OPTIONS, &hook).header("webhook-request-origin", "events.example.com").send().await;
    assert_eq!((asks.status, asks.header("webhook-allowed-origin")), (200, Some("events.example.com")));
}
