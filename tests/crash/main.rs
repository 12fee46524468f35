//! The crash journey: a thousand events go through a filter, a split, a fan-out that is joined again, and an outside call, while
//! the program is killed at random moments. Afterwards the checker reads everything, and counts.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod chains;
mod checker;
mod external;
mod persistent;
mod reference;

use futures::future::join_all;
use rookery_tests::{Sink, Workflow, agent, cells, link, link_of, program, wait_until};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Events that pass the filter, and events that end there.
const PASS: usize = 1000;
const END: usize = 50;
/// The number of kills, and how many of them must at least have interrupted work.
const KILLS: usize = 24;
const TORN: usize = 20;
/// Clients that post at the same time, one event after the other.
const CLIENTS: usize = 3;
/// The longest time between the post of a kill's share of the events and the kill. The share is so large that no message is under
/// way in ten lives of the program; such a message would rightly become a dead letter.
const LONGEST_MS: u64 = 1000;

fn options(sink: &Sink) -> Value {
    let ways = json!([{"name": "left", "weight": 1}, {"name": "right", "weight": 1}]);
    let add = |id: &str, key: &str| agent(id, "event_formatting", json!({"mode": "merge", "instructions": {key: id}}));
    cells([
        agent("start", "manual", json!({})),
        agent("pass", "condition", json!({"condition": {"path": "pass", "operator": "eq", "value": true}})),
        agent("ways", "split", json!({"groups": ways, "key": "{{ n }}"})),
        add("left", "way"),
        add("right", "way"),
        add("one", "branch"),
        add("two", "branch"),
        agent("join", "merge", json!({"mode": "all"})),
        agent("sink", "http_request", json!({"url": sink.url(), "payload": {"n": "{{ one.n }}", "way": "{{ two.way }}"}})),
        link("start", "pass"),
        link_of("on_match", "pass", "ways"),
        link_of("left", "ways", "left"),
        link_of("right", "ways", "right"),
        link("left", "one"),
        link("left", "two"),
        link("right", "one"),
        link("right", "two"),
        link("one", "join"),
        link("two", "join"),
        link_of("on_merge", "join", "sink"),
    ])
}

/// The events that were answered with a 2xx: the number in the payload, and the run.
type Accepted = BTreeMap<usize, String>;

#[tokio::test]
async fn nothing_is_lost_and_nothing_doubled_when_the_program_is_killed_again_and_again() {
    let seed = std::env::var("ROOKERY_CRASH_SEED").ok().map_or(20_261_120, |seed| seed.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(seed);
    let sink = Sink::start();
    let mut rookery = program(env!("CARGO_BIN_EXE_rookery-under-test")).calls(&sink).checks_runs_itself().start().await;
    let options = options(&sink);
    let workflow = rookery.started(&options).await;

    let clients = Clients::start(&workflow);
    let (mut torn, mut while_posting) = (0, 0);
    for kill in 1..=KILLS {
        // The kills are spread over the work, however fast the machine is; the exact moment is random.
        let posted = (PASS + END) * kill / (KILLS + 1);
        wait_until("events posted", async || (NEXT.load(Ordering::Relaxed) >= posted).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(random.u64(..LONGEST_MS))).await;
        rookery.kill();
        torn += usize::from(!rookery.waiting_messages().await.is_empty());
        while_posting += usize::from(!clients.are_done());
        // Each life ends its chains elsewhere.
        rookery.start_again_with("ROOKERY_CHAIN", &random.usize(..8).to_string()).await;
    }
    let (accepted, retries) = clients.finish().await;
    println!(
        "seed {seed}: {KILLS} kills, {torn} with messages under way, {while_posting} while clients posted, {retries} retries"
    );
    assert!(torn >= TORN && while_posting > 0 && retries > 0, "the kills came at the wrong time");

    rookery.queues_are_empty().await;
    checker::check(&workflow, &options, &accepted, &sink, PASS).await;
}

/// Clients that are posting.
struct Clients {
    tasks: Vec<tokio::task::JoinHandle<(Accepted, usize)>>,
}

static NEXT: AtomicUsize = AtomicUsize::new(0);

impl Clients {
    fn start(workflow: &Workflow) -> Clients {
        Clients { tasks: (0..CLIENTS).map(|_| tokio::spawn(post_all(workflow.clone()))).collect() }
    }

    fn are_done(&self) -> bool {
        self.tasks.iter().all(|task| task.is_finished())
    }

    async fn finish(self) -> (Accepted, usize) {
        let (mut all, mut retries) = (Accepted::new(), 0);
        for client in join_all(self.tasks).await {
            let (accepted, tried_again) = client.unwrap();
            all.extend(accepted);
            retries += tried_again;
        }
        (all, retries)
    }
}

/// Posts event after event, each with its key, and each until there is a 2xx.
async fn post_all(workflow: Workflow) -> (Accepted, usize) {
    let (mut accepted, mut retries) = (Accepted::new(), 0);
    loop {
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        if n >= PASS + END {
            return (accepted, retries);
        }
        // The events that end at the filter are spread among the others.
        let payload = json!({"n": n, "pass": n % 21 != 20});
        loop {
            let call = workflow.event_call("start", &payload).header("idempotency-key", &format!("event-{n}"));
            match call.try_send().await {
                Some(answer) if answer.status == 202 => {
                    let run = answer.expect(202)["data"]["run_id"].as_str().unwrap().to_owned();
                    accepted.insert(n, run);
                    break;
                }
                Some(answer) => assert!(answer.status >= 500, "{}: {}", answer.status, answer.text),
                None => {}
            }
            retries += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
