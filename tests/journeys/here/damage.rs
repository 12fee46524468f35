//! A store that has lost something: the start says so, the repair reports what is lost, and the work that was under way comes to its end.

use rookery_tests::{Rookery, agent, cells, deliveries, link};
use serde_json::json;
use std::process::{Command, Stdio};

/// Runs the program to its end, on the folder of a program that is down: gives whether it succeeded, and what it printed.
fn run(rookery: &Rookery, args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rookery-under-test"));
    command.args(["--addr", "127.0.0.1:0", "--no-demo", "--data"]).arg(rookery.data()).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program ends with its input.
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (output.status.success(), said)
}

#[tokio::test]
async fn queues_that_are_missing_are_refused_and_after_a_repair_all_runs_end() {
    let mut rookery = super::rookery().here().start().await;
    let workflow = rookery
        .started(&cells([
            agent("in", "manual", json!({})),
            agent("wait", "delay", json!({"seconds": 20})),
            agent("end", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
            link("in", "wait"),
            link("wait", "end"),
        ]))
        .await;
    let mut runs = Vec::new();
    for n in 0..5 {
        runs.push(workflow.emit("in", json!({"n": n})).await);
    }
    for run in &runs {
        workflow.waiting(run, "wait").await;
    }
    rookery.kill();
    for file in ["sqs.db", "sqs.db-wal"] {
        std::fs::remove_file(rookery.data().join(file)).unwrap();
    }
    let (started, said) = run(&rookery, &[]);
    assert!(!started && said.contains("sqs.db") && said.contains("it is missing") && said.contains("--repair"), "{said}");

    let (repaired, said) = run(&rookery, &["--repair"]);
    assert!(repaired && said.contains("5 deliveries, timers and checks were not done"), "{said}");
    let (repaired, said) = run(&rookery, &["--repair"]);
    assert!(repaired && said.contains("nothing was changed"), "a repair of what is whole is no harm: {said}");
    rookery.start_again().await;
    for run in &runs {
        let tree = workflow.finished(run).await;
        assert_eq!(deliveries(&tree).len(), 2);
    }
    assert_eq!(workflow.payloads("end").await.len(), 5, "each once");
}

#[tokio::test]
async fn a_log_that_was_cut_is_refused_and_what_came_before_is_kept() {
    let mut rookery = super::rookery().here().start().await;
    let workflow = rookery.started(&cells([agent("in", "manual", json!({}))])).await;
    for n in 0..20 {
        workflow.emit("in", json!({"n": n})).await;
    }
    rookery.kill();
    let log = rookery.data().join("dynamodb.db-wal");
    let length = log.metadata().unwrap().len();
    std::fs::File::options().write(true).open(&log).unwrap().set_len(length - 40 * 4120).unwrap();
    let (started, said) = run(&rookery, &[]);
    assert!(!started && said.contains("acknowledged changes are not there") && said.contains("--repair"), "{said}");
    let (repaired, said) = run(&rookery, &["--repair"]);
    assert!(repaired && said.contains("could be read"), "{said}");
    rookery.start_again().await;
    let kept = workflow.payloads("in").await.len();
    assert!((1..20).contains(&kept), "{kept} events are kept");
}
