//! The sample agent in `examples/agent`, as the README uses it: in another language, with nothing but the protocol.

use rookery_tests::{agent, cells, link, link_of};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// Ends the agent with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_sample_agent_joins_a_workflow() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/agent/agent.py");
    let child = Command::new("python3").args([script, "--port", "0", "--seconds", "0"]).stdout(Stdio::piped()).spawn();
    let mut running = Running(child.expect("python3 is there"));
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let ready = lines.next().unwrap().unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let endpoint = ready.split_whitespace().last().unwrap().to_owned();

    let mut rookery = super::rookery().arg("--egress-allow").arg("127.0.0.1/32").leaves_timers().start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("ask", "ai_agent_proxy", json!({"endpoint": endpoint, "input": "{{ question }}"})),
            agent("done", "event_formatting", json!({"instructions": {"says": "{{ result }}"}})),
            link("start", "ask"),
            link_of("on_finish", "ask", "done"),
        ]))
        .await;
    let run = workflow.emit("start", json!({"question": "How many words are these?"})).await;
    assert_eq!(workflow.finished(&run).await["state"], "done");
    assert_eq!(workflow.payloads("done").await, [json!({"says": "You sent 5 words."})]);
    let finished = &workflow.list(&format!("/events?agent=ask&run={run}")).await[0]["payload"];
    assert_eq!(finished["intermediateSteps"], json!([{"stepName": "count", "details": "5"}]));
}
