//! Killed while persistent agents work: what was dispatched is done once, in its session's order; a prompt is answered or fails, and
//! leaves nothing half.

use futures::future::join_all;
use rookery_tests::{Agents, Answer, Api, program, wait_until};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const DISPATCHES: usize = 200;
const SESSIONS: usize = 20;
const KILLS: usize = 20;
/// How many clients dispatch, each to its own sessions, so that each session's order is known.
const CLIENTS: usize = 4;
const PROMPTS: usize = 30;
/// The longest time between the post of a kill's share of the work and the kill.
const LONGEST_MS: u64 = 400;

#[tokio::test]
async fn what_is_dispatched_is_done_once_and_in_order_and_prompts_are_whole_however_often_it_is_killed() {
    let seed = std::env::var("ROOKERY_CRASH_SEED").ok().map_or(20_261_127, |seed| seed.parse().unwrap());
    let mut random = fastrand::Rng::with_seed(seed);
    // A guard is sent a minute ahead, and may still be in the queue when its operation is over.
    let program = program(env!("CARGO_BIN_EXE_rookery-under-test")).leaves_timers().here();
    let mut agents = Agents::start(program, &[("helper", "on_busy: queue")]).await;
    let taken = Arc::new(AtomicUsize::new(0));
    let api = agents.rookery.api.clone();
    let dispatching = (0..CLIENTS).map(|client| tokio::spawn(dispatch_all(api.clone(), client, taken.clone())));
    let dispatching: Vec<_> = dispatching.collect();
    let prompting = tokio::spawn(prompt_all(api.clone(), taken.clone()));

    let mut torn = 0;
    for kill in 1..=KILLS {
        let goal = (DISPATCHES + PROMPTS) * kill / (KILLS + 1);
        wait_until("work taken", async || (taken.load(Ordering::Relaxed) >= goal).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(random.u64(..LONGEST_MS))).await;
        agents.rookery.kill();
        torn += usize::from(!agents.rookery.waiting_messages().await.is_empty());
        agents.rookery.start_again().await;
    }
    join_all(dispatching).await.into_iter().for_each(|client| client.unwrap());
    let sent_again = prompting.await.unwrap();
    println!("seed {seed}: {KILLS} kills, {torn} with messages under way, {sent_again} prompts sent again");
    assert!(torn > KILLS / 2 && sent_again > 0, "the kills came at the wrong time");

    let sessions = (0..SESSIONS).map(|session| (format!("i{session}"), dispatches_of(session)));
    let prompts = (0..PROMPTS).map(prompt_text).collect();
    for (instance, inputs) in sessions.chain([("prompted".to_owned(), prompts)]) {
        agents.is_done(&agents.session("helper", &instance, "default")).await;
        let expected: Vec<(String, String)> = inputs
            .iter()
            .flat_map(|input| [("user", input.clone()), ("assistant", format!("Heard: {input}"))])
            .map(owned)
            .collect();
        // The end of an operation is noted behind it, by whoever comes to the session after a kill.
        let said = wait_until("ends that are noted", async || {
            let said = agents.said("helper", &instance, "default").await;
            said.iter().all(|(_, _, state)| state != "running").then_some(said)
        })
        .await;
        assert!(said.iter().all(|(_, _, state)| state == "succeeded"), "{instance}: {said:?}");
        let said: Vec<(String, String)> = said.into_iter().map(|(role, text, _)| (role, text)).collect();
        assert_eq!(said, expected, "{instance}");
    }
}

fn owned((role, text): (&str, String)) -> (String, String) {
    (role.to_owned(), text)
}

fn dispatch_text(n: usize) -> String {
    format!("slow dispatch {n}")
}

fn prompt_text(n: usize) -> String {
    format!("slow prompt {n}")
}

/// What is dispatched to a session, in its order.
fn dispatches_of(session: usize) -> Vec<String> {
    (0..DISPATCHES).filter(|n| n % SESSIONS == session).map(dispatch_text).collect()
}

/// Dispatches to the sessions of a client, one dispatch after the other.
async fn dispatch_all(api: Api, client: usize, taken: Arc<AtomicUsize>) {
    for n in (0..DISPATCHES).filter(|n| n % SESSIONS % CLIENTS == client) {
        let path = format!("/agents/helper/i{}/dispatch", n % SESSIONS);
        until_answered(&api, &path, &json!({"input": dispatch_text(n)}), &format!("dispatch-{n}")).await.0.expect(202);
        taken.fetch_add(1, Ordering::Relaxed);
    }
}

/// Prompts one session again and again; gives how often a prompt was sent again, because its answer broke off.
async fn prompt_all(api: Api, taken: Arc<AtomicUsize>) -> usize {
    let mut sent_again = 0;
    for n in 0..PROMPTS {
        let body = json!({"message": prompt_text(n)});
        let (answer, again) = until_answered(&api, "/agents/helper/prompted", &body, &format!("prompt-{n}")).await;
        assert_eq!(answer.expect(200)["result"]["text"], format!("Heard: {}", prompt_text(n)));
        sent_again += again;
        taken.fetch_add(1, Ordering::Relaxed);
    }
    sent_again
}

/// Posts with this key until there is an answer; gives also how often that took another request.
async fn until_answered(api: &Api, path: &str, body: &Value, key: &str) -> (Answer, usize) {
    for again in 0.. {
        match api.call(reqwest::Method::POST, path).header("idempotency-key", key).json(body).try_send().await {
            Some(answer) if answer.status < 500 => return (answer, again),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    unreachable!("counted to the end")
}
