//! The requests to DynamoDB and SQS in an exchange with an external agent, a prompt and a dispatch, counted: their numbers must not grow
//! unnoticed.

use crate::connections::{connected, plain};
use rookery_tests::{Agents, ExternalAgent, agent, cells, finish, link, link_of};
use serde_json::{Value, json};
use std::path::Path;

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
    costs_at_most("an exchange", &file, EXCHANGES, WRITE_UNITS, SQS_REQUESTS);
}

/// A task to an entry point of another project, and its reply: the event that the task is made of is accepted, its delivery sends the task
/// and waits; the task begins a run there, whose one delivery replies; and the reply wakes the delivery, whose outcome goes nowhere.
#[tokio::test]
async fn a_task_and_its_reply_cost_what_they_should() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usage.json");
    let mut rookery = super::rookery().arg("--usage").arg(file.to_str().unwrap()).start().await;
    let (provider, consumer) = connected(&mut rookery, plain(json!({"access": "open"})), json!({})).await;
    for n in 0..EXCHANGES {
        let run = consumer.emit("start", json!({"n": n})).await;
        consumer.finished(&run).await;
    }
    provider.emitted("back", EXCHANGES).await;
    rookery.queues_are_empty().await;
    rookery.stop();
    costs_at_most("a task and its reply", &file, EXCHANGES, 27.0, 12.0);
}

/// A prompt in a session of its own: its place with its guard, its session and its entry in the list of runs, its begin, its answer, and its
/// end.
#[tokio::test]
async fn a_prompt_costs_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usage.json");
    let mut agents = Agents::start(super::rookery().arg("--usage").arg(file.to_str().unwrap()), &[("helper", "")]).await;
    for n in 0..EXCHANGES {
        agents.ask(&format!("/agents/helper/i{n}"), "Hello").await;
    }
    agents.rookery.stop();
    // There are the requests of the start, and no message: one would be sent, received and deleted.
    costs_at_most("a prompt", &file, EXCHANGES, 16.0, 1.0);
}

/// A dispatch is a prompt that also has a message, which is sent, received and deleted.
#[tokio::test]
async fn a_dispatch_costs_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usage.json");
    let mut agents = Agents::start(super::rookery().arg("--usage").arg(file.to_str().unwrap()), &[("helper", "")]).await;
    for n in 0..EXCHANGES {
        agents.rookery.api.post(&format!("/agents/helper/i{n}/dispatch"), &json!({"input": "Hello"})).await.expect(202);
        agents.is_done(&agents.session("helper", &format!("i{n}"), "default")).await;
    }
    agents.rookery.queues_are_empty().await;
    agents.rookery.stop();
    costs_at_most("a dispatch", &file, EXCHANGES, 16.0, 4.5);
}

/// Checks the average cost of so many in a file that the program wrote at its end. Receives that brought nothing do not count.
fn costs_at_most(what: &str, file: &Path, number: usize, write_units: f64, sqs_requests: f64) {
    let usage: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let sum = |service: &str, field: &str| -> f64 {
        let counts = usage[service].as_object().unwrap().values();
        counts.map(|count| count[field].as_f64().unwrap()).sum::<f64>() / number as f64
    };
    let (writes, requests) = (sum("DynamoDB", "write_units"), sum("SQS", "requests") - sum("SQS", "empty"));
    println!("{what}: {writes:.1} write units, {requests:.1} SQS requests\n{usage:#}");
    assert!(writes <= write_units, "{what}: {writes} write units: {usage:#}");
    assert!(requests <= sqs_requests, "{what}: {requests} SQS requests: {usage:#}");
}
