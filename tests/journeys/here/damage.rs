//! A store that has lost something: the start says so, or the check behind it; the repair reports what is lost, and the work that
//! was under way comes to its end.

use rookery_tests::{Rookery, agent, cells, deliveries, link, wait_until};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};

/// Starts the program on the folder of one that is down. It ends with its input.
fn spawn(rookery: &Rookery, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rookery-under-test"));
    command.args(["--addr", "127.0.0.1:0", "--no-demo", "--data"]).arg(rookery.data()).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs the program to its end: whether it succeeded, and what it said.
fn run(rookery: &Rookery, args: &[&str]) -> (bool, String) {
    let mut child = spawn(rookery, args);
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (output.status.success(), said)
}

#[tokio::test]
async fn a_repair_makes_no_folder() {
    let mut rookery = super::rookery().here().start().await;
    rookery.kill();
    std::fs::remove_dir_all(rookery.data()).unwrap();
    let (repaired, said) = run(&rookery, &["--repair"]);
    assert!(!repaired && said.contains("there is no folder") && said.contains("--data"), "{said}");
    assert!(!rookery.data().exists());
}

#[tokio::test]
async fn queues_that_are_missing_are_refused_and_after_a_repair_all_runs_end() {
    // Each repair sends the same messages, and the second message may still wait when the first has ended the run.
    let mut rookery = super::rookery().here().leaves_timers().start().await;
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
    // The messages of the second repair may come when the runs have ended.
    wait_until("empty queues", async || rookery.waiting_messages().await.is_empty().then_some(())).await;
}

#[tokio::test]
async fn after_a_repair_that_was_killed_no_start_serves_and_the_next_repair_sends_all_again() {
    let mut rookery = super::rookery().here().leaves_timers().start().await;
    let workflow = rookery
        .started(&cells([agent("in", "manual", json!({})), agent("wait", "delay", json!({"seconds": 20})), link("in", "wait")]))
        .await;
    let waits = workflow.emit("in", json!({})).await;
    workflow.waiting(&waits, "wait").await;
    rookery.kill();
    for file in ["sqs.db", "sqs.db-wal"] {
        std::fs::remove_file(rookery.data().join(file)).unwrap();
    }
    let mark = rookery.data().join("repairing");
    let mut repair = spawn(&rookery, &["--repair"]);
    while !mark.exists() && repair.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    repair.kill().unwrap();
    repair.wait().unwrap();
    assert!(mark.exists(), "the mark came before any change, and goes after the last");
    let (started, said) = run(&rookery, &[]);
    assert!(!started && said.contains("a repair was cut short") && said.contains("--repair"), "{said}");
    let (repaired, said) = run(&rookery, &["--repair"]);
    assert!(repaired && said.contains("begins again") && said.contains("1 deliveries, timers and checks"), "{said}");
    assert!(!mark.exists());
    rookery.start_again().await;
    workflow.finished(&waits).await;
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
    assert!(said.contains("cannot be known from these files") && said.contains("`accepted`"), "{said}");
    rookery.start_again().await;
    let kept = workflow.payloads("in").await.len();
    assert!((1..20).contains(&kept), "{kept} events are kept");
}

#[tokio::test]
async fn after_a_repair_each_run_is_there_or_is_named_as_lost() {
    let mut rookery = super::rookery().here().start().await;
    let workflow = rookery.started(&cells([agent("in", "manual", json!({}))])).await;
    let mut runs = Vec::new();
    for n in 0..20 {
        runs.push(workflow.emit("in", json!({"n": n})).await);
    }
    rookery.kill();
    // SQLite reads no more of its log from the first byte that is wrong, though what comes after it is there.
    let log = std::fs::File::options().write(true).open(rookery.data().join("dynamodb.db-wal")).unwrap();
    log.write_all_at(b"?", log.metadata().unwrap().len() - 40 * 4120).unwrap();
    let (repaired, said) = run(&rookery, &["--repair"]);
    rookery.start_again().await;
    let mut lost = 0;
    for run in &runs {
        let is_there = workflow.api.get(&workflow.path(&format!("/runs/{run}"))).await.status == 200;
        let is_named = said.contains(&format!("run {run} of workflow"));
        assert!(is_there != is_named, "{run} is there: {is_there}; {said}");
        lost += usize::from(is_named);
    }
    assert!(repaired && (1..20).contains(&lost) && said.contains(&format!("Of {lost} runs")), "{said}");
    assert!(said.contains(&workflow.project), "{said}");
}

#[tokio::test]
async fn a_damaged_page_ends_the_program_that_started_on_it_and_health_is_never_ok() {
    let mut rookery = super::rookery().here().start().await;
    let workflow = rookery.started(&cells([agent("in", "manual", json!({}))])).await;
    for n in 0..20 {
        workflow.emit("in", json!({"n": n, "much": "x".repeat(3_000)})).await;
    }
    rookery.stop();
    let file = std::fs::File::options().write(true).open(rookery.data().join("dynamodb.db")).unwrap();
    let pages = file.metadata().unwrap().len() / 4096;
    file.write_all_at(&[0; 4096], pages / 2 * 4096).unwrap();

    let mut child = spawn(&rookery, &[]);
    let input = child.stdin.take();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    output.read_line(&mut ready).unwrap();
    // It may have ended before it was ready.
    if let Some(url) = ready.split_whitespace().find(|word| word.starts_with("http://")) {
        while let Ok(answer) = reqwest::get(format!("{url}/health")).await {
            let (status, body) = (answer.status(), answer.text().await.unwrap_or_default());
            assert!(status == 503 || !body.contains("\"ok\""), "{status} {body}");
        }
    }
    let ended = child.wait_with_output().unwrap();
    drop(input);
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(
        said.contains("opening the data folder") && said.contains("dynamodb.db is damaged") && said.contains("--repair"),
        "{said}"
    );
    assert!(!said.contains("aws_smithy"), "the cause is told once: {said}");

    let (started, said) = run(&rookery, &[]);
    assert!(!started && said.contains("dynamodb.db is damaged") && !said.contains("is ready at"), "the next start: {said}");
    let (repaired, said) = run(&rookery, &["--repair"]);
    assert!(repaired && (said.contains("could be read") || said.contains("items are kept")), "{said}");
    rookery.start_again().await;
    assert_eq!(rookery.api.get("/health").await.status, 200);
}
