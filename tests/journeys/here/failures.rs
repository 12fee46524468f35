//! Failures: seen, replayed one by one or all at once, with the same key for outside calls.

use rookery_tests::{Reply, Sink, agent, cells, deliveries, link, link_of, wait_until};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

#[tokio::test]
async fn failures_are_replayed_when_the_world_has_recovered() {
    let sink = Sink::start();
    sink.otherwise(Reply::status(500));
    let mut rookery = super::rookery().calls(&sink).leaves_failures("http_error").start().await;
    let workflow = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("call", "http_request", json!({"url": sink.url(), "retries": 0})),
            agent("end", "event_formatting", json!({"instructions": {"status": "{{ status }}"}})),
            link("start", "call"),
            link_of("on_response", "call", "end"),
        ]))
        .await;
    let mut runs = Vec::new();
    for n in 0..4 {
        runs.push(workflow.emit("start", json!({"n": n})).await);
    }
    let failures = workflow.failures(4).await;
    let keys = sink.keys();
    assert_eq!((failures.len(), keys.len()), (4, 4));
    for failure in &failures {
        assert_eq!(
            (&failure["code"], &failure["cell_id"], &failure["details"]["status"]),
            (&json!("http_error"), &json!("call"), &json!(500))
        );
        assert!(runs.iter().any(|run| failure["run_id"] == **run), "{failure}");
    }
    let replay = async |failure: &Value| {
        workflow.post(&format!("/failures/{}/replay", failure["id"].as_str().unwrap()), &json!({})).await.expect(202)
    };

    // The delivery fails again, which is a failure of the next arm.
    replay(&failures[0]).await;
    assert_eq!(workflow.failures(5).await.len(), 5);
    sink.otherwise(Reply::status(200));
    let again = workflow.failures(5).await[0].clone();
    assert_ne!(again["id"], failures[0]["id"]);
    assert_eq!(again["run_id"], failures[0]["run_id"]);
    replay(&again).await;
    workflow.emitted("end", 1).await;
    for done in [&again, &failures[0]] {
        let path = format!("/failures/{}/replay", done["id"].as_str().unwrap());
        wait_until("the end of the replay", async || {
            let refused = workflow.post(&path, &json!({})).await.expect(409)["error"].clone();
            (refused["type"] == "already_replayed").then_some(())
        })
        .await;
    }
    let replayed = workflow.post("/failures/replay", &json!({})).await.expect(202)["data"].clone();
    assert_eq!(replayed, json!({"replayed": 3, "more": false}), "those that were not replayed yet");
    workflow.emitted("end", 4).await;
    for run in &runs {
        wait_until(&format!("run {run} is done"), async || (workflow.run(run).await["state"] == "done").then_some(())).await;
        assert_eq!(workflow.list(&format!("/events?agent=end&run={run}")).await.len(), 1, "each came out once");
    }
    assert_eq!(sink.keys(), keys, "a replay is the same delivery");
    let drawn = drawn(&workflow.run(failures[0]["run_id"].as_str().unwrap()).await);
    for line in ["  -> call: failed", "  -> call, replay 1: failed", "  -> call, replay 2: done", "       -> end: done"] {
        assert!(drawn.lines().any(|drawn| drawn.starts_with(line)), "{line} in\n{drawn}");
    }
    assert!(!drawn.contains(" 0 ms"), "{drawn}");
    let nothing = workflow.post("/failures/replay", &json!({})).await.expect(202);
    assert_eq!(nothing["data"], json!({"replayed": 0, "more": false}));
    assert!(workflow.failures(5).await.iter().all(|failure| failure["replayed_at"].is_string()));
}

#[tokio::test]
async fn a_failure_whose_cause_is_the_agent_is_replayed_in_the_newest_version() {
    let sink = Sink::start();
    sink.otherwise(Reply::status(404));
    let mut rookery = super::rookery().calls(&sink).leaves_failures("http_error").start().await;
    let drawing = |url: String| {
        cells([
            agent("start", "manual", json!({})),
            agent("call", "http_request", json!({"url": url, "retries": 0})),
            agent("note", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            agent("end", "event_formatting", json!({"instructions": {"status": "{{ status }}"}})),
            link("start", "call"),
            link("start", "note"),
            link_of("on_response", "call", "end"),
        ])
    };
    let workflow = rookery.started(&drawing(format!("{}wrong", sink.url()))).await;
    workflow.emit("start", json!({"n": 7})).await;
    workflow.emit("start", json!({"n": 8})).await;
    let [later, failure] = <[Value; 2]>::try_from(workflow.failures(2).await).unwrap();
    let path = format!("/failures/{}/replay", failure["id"].as_str().unwrap());

    sink.otherwise(Reply::status(200));
    workflow.restart_with(&drawing(format!("{}right", sink.url()))).await;
    let newest = json!({"version": "newest"});
    workflow.post(&path, &newest).await.expect(202);
    workflow.emitted("end", 1).await;
    assert_eq!(sink.requests().last().unwrap().path, "/right");

    let replayed = workflow.list("/failures?replayed=true").await.remove(0);
    assert_eq!(replayed["id"], failure["id"]);
    let run = workflow.run(replayed["replayed_as"].as_str().unwrap()).await;
    assert_eq!((&run["version"], &run["state"]), (&json!(2), &json!("done")));
    let copy = &run["events"][0];
    assert_eq!((&copy["payload"], &copy["cause"]["event"]), (&json!({"n": 7}), &failure["event_id"]));
    assert_eq!(
        deliveries(&run).iter().map(|delivery| &delivery["cell_id"]).collect::<Vec<_>>(),
        ["call", "end"],
        "nobody else received the copy"
    );
    assert_eq!(workflow.list("/events?agent=note").await.len(), 2, "{run}");
    assert_eq!(workflow.run(failure["run_id"].as_str().unwrap()).await["state"], "done");
    for again in [&newest, &json!({}), &json!({"version": "run"})] {
        workflow.post(&path, again).await.error(409, "already_replayed");
    }

    let nowhere = cells([agent("start", "manual", json!({})), agent("other", "event_formatting", json!({"instructions": {}}))]);
    workflow.restart_with(&nowhere).await;
    let later = format!("/failures/{}/replay", later["id"].as_str().unwrap());
    workflow.post(&later, &newest).await.error(404, "not_found");
    let left = workflow.post("/failures/replay", &newest).await.expect(202);
    assert_eq!(left["data"], json!({"replayed": 0, "more": false}), "its agent is gone");

    workflow.restart_with(&drawing(sink.url())).await;
    let left = workflow.post("/failures/replay", &newest).await.expect(202);
    assert_eq!(left["data"], json!({"replayed": 1, "more": false}));
    workflow.emitted("end", 2).await;
    workflow.stop().await;
    workflow.post(&later, &newest).await.error(409, "workflow_stopped");
    assert!(workflow.list("/failures?replayed=false").await.is_empty());
}

/// A run, drawn by the example's script.
fn drawn(run: &Value) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/show-run.py");
    let child = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("python3 is there");
    child.stdin.take().unwrap().write_all(json!({"data": run}).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}
