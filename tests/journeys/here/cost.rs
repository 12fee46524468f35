//! The requests to DynamoDB and SQS in an exchange with an external agent, counted: the number must not grow unnoticed.

use rookery_tests::{ExternalAgent, agent, cells, finish, link, link_of};
use serde_json::{Value, json};

const EXCHANGES: usize = 20;
/// The most write units of an exchange: an event is accepted, its delivery asks and is answered, and the outcome is delivered once.
const WRITE_UNITS: f64 = 25.0;
const SQS_REQUESTS: f64 = 11.0;

#[tokio::test]
async fn an_exchange_with_an_external_agent_costs_what_it_should() {
    let external = ExternalAgent::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usage.json");
    let mut rookery = super::rookery().asks(&external).arg("--usage").arg(file.to_str().unwrap()).start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("ask", "ai_agent_proxy", json!({"endpoint": external.endpoint(), "input": "{{ q }}"})),
            agent("done", "event_formatting", json!({"instructions": {"says": "{{ result }}"}})),
            link("start", "ask"),
            link_of("on_finish", "ask", "done"),
        ]))
        .await;
    for n in 1..=EXCHANGES {
        let run = workflow.emit("start", json!({"q": "How warm is it?"})).await;
        let asked = external.wait_for(n).await.remove(n - 1);
        workflow.waiting(&run, "ask").await;
        external.post(&asked, &finish(&asked.request_id, "Warm.")).await;
        workflow.finished(&run).await;
    }
    rookery.stop();
    let usage: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let sum = |service: &str, field: &str| -> f64 {
        usage[service].as_object().unwrap().values().map(|count| count[field].as_f64().unwrap()).sum::<f64>() / EXCHANGES as f64
    };
    let (writes, requests) = (sum("DynamoDB", "write_units"), sum("SQS", "requests"));
    println!("an exchange: {writes:.1} write units, {requests:.1} SQS requests\n{usage:#}");
    assert!(writes <= WRITE_UNITS, "{writes} write units: {usage:#}");
    assert!(requests <= SQS_REQUESTS, "{requests} SQS requests: {usage:#}");
}
