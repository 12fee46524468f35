//! Killed inside of chains: a call, then up to twenty agents that only compute, then another call. Each life of the program has other
//! bounds, so what one life began as a chain, another goes on with as single deliveries, and the other way round.

use rookery_tests::{Sink, Workflow, agent, cells, events, link, program, wait_until};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const RUNS: usize = 300;
const KILLS: usize = 12;
const STEPS: usize = 20;

#[tokio::test]
async fn nothing_is_lost_and_nothing_doubled_wherever_a_chain_ends_and_is_killed() {
    let seed = std::env::var("ROOKERY_CRASH_SEED").ok().map_or(20_261_126, |seed| seed.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(seed);
    let sink = Sink::start();
    let mut rookery = program(env!("CARGO_BIN_EXE_rookery-under-test")).calls(&sink).checks_runs_itself().start().await;
    let step = |n: usize| format!("step{n}");
    let call = |id: &str| agent(id, "http_request", json!({"url": sink.url(), "payload": {"of": id}}));
    let steps = (1..=STEPS).map(|n| agent(&step(n), "event_formatting", json!({"mode": "merge", "instructions": {"step": n}})));
    let mut all = vec![agent("start", "manual", json!({})), call("first"), call("last"), link("start", "first")];
    all.extend(steps);
    all.extend((1..STEPS).map(|n| link(&step(n), &step(n + 1))));
    all.extend([link("first", &step(1)), link(&step(STEPS), "last")]);
    let workflow = rookery.started(&cells(all)).await;

    let posted = Arc::new(AtomicUsize::new(0));
    let client = tokio::spawn(post_all(workflow.clone(), posted.clone()));
    let mut torn = 0;
    for kill in 1..=KILLS {
        let goal = RUNS * kill / (KILLS + 1);
        wait_until("events posted", async || (posted.load(Ordering::Relaxed) >= goal).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(random.u64(..300))).await;
        rookery.kill();
        torn += usize::from(!rookery.waiting_messages().await.is_empty());
        rookery.start_again_with("ROOKERY_CHAIN", &random.usize(..=STEPS).to_string()).await;
    }
    let runs = client.await.unwrap();
    assert!(torn > KILLS / 2, "the kills came at the wrong time: {torn}");
    rookery.queues_are_empty().await;

    let expected: BTreeMap<String, usize> =
        ["start", "first", "last"].map(str::to_owned).into_iter().chain((1..=STEPS).map(step)).map(|cell| (cell, 1)).collect();
    let mut called = BTreeSet::new();
    for run in &runs {
        let tree = workflow.run(run).await;
        assert_eq!(tree["state"], "done", "{tree}");
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for event in events(&tree) {
            *counts.entry(event["cell_id"].as_str().unwrap().to_owned()).or_default() += 1;
            let calls = event["deliveries"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|delivery| delivery["cell_id"] == "first" || delivery["cell_id"] == "last");
            called.extend(calls.map(|delivery| delivery["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(counts, expected, "{tree}");
    }
    let keys: BTreeSet<String> = sink.requests().iter().map(|call| call.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys, called, "each delivery called, and nobody else");
    assert_eq!(called.len(), 2 * RUNS);
    assert_eq!(workflow.list("/events?agent=step20").await.len(), RUNS, "each is in the list, once");
    assert_eq!(workflow.list("/failures").await.len(), 0);
}

/// Posts the events, each with its key, and each until there is a 2xx; gives their runs.
async fn post_all(workflow: Workflow, posted: Arc<AtomicUsize>) -> BTreeSet<String> {
    let mut runs = BTreeSet::new();
    for n in 0..RUNS {
        loop {
            let call = workflow.event_call("start", &json!({"n": n})).header("idempotency-key", &format!("chain-{n}"));
            match call.try_send().await {
                Some(answer) if answer.status == 202 => {
                    runs.insert(answer.expect(202)["data"]["run_id"].as_str().unwrap().to_owned());
                    break;
                }
                Some(answer) => assert!(answer.status >= 500, "{}: {}", answer.status, answer.text),
                None => {}
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        posted.fetch_add(1, Ordering::Relaxed);
    }
    runs
}
