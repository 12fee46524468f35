//! A thousand requests to an external agent are outstanding, and the program is killed meanwhile. Results come in any order, some
//! before their acknowledgement, some twice, some with and some without a token. Each outcome must go on once.

use rookery_tests::{
    Acknowledge, Asked, ExternalAgent, Workflow, agent, cells, finish, link, link_of, program, wait_until, wait_up_to,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const REQUESTS: usize = 1000;
/// One in so many calls gets its result before its acknowledgement.
const EARLY: usize = 20;
/// One in so many results is posted twice, at the same moment.
const DOUBLED: usize = 5;
const KILLS: usize = 8;
const CLIENTS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(300);

fn options(external: &ExternalAgent) -> Value {
    let config = json!({
        "endpoint": external.endpoint(), "input": "{{ n }}", "callback_auth": "request_id", "max_outstanding": REQUESTS,
    });
    cells([
        agent("start", "manual", json!({})),
        agent("ask", "ai_agent_proxy", config),
        agent("done", "event_formatting", json!({"instructions": {"says": "{{ result }}"}})),
        link("start", "ask"),
        link_of("on_finish", "ask", "done"),
    ])
}

#[tokio::test]
async fn each_of_a_thousand_outstanding_requests_has_one_outcome_whatever_comes_when() {
    let mut random = fastrand::Rng::with_seed(20_261_121);
    let external = Arc::new(ExternalAgent::start());
    // An early result says the same as the later one.
    external.script((0..REQUESTS).map(|n| match n % EARLY {
        0 => Acknowledge::ResultFirst(format!("early-{n}"), finish(&format!("early-{n}"), "early"), n % (2 * EARLY) == 0),
        _ => Acknowledge::Fresh,
    }));
    let under_test = program(env!("CARGO_BIN_EXE_rookery-under-test")).asks(&external).checks_runs_itself();
    let mut rookery = under_test.start().await;
    let workflow = rookery.started(&options(&external)).await;

    // All requests are made; the program dies twice meanwhile.
    let posting = tokio::spawn(post_events(workflow.clone()));
    for share in [3, 3] {
        let goal = external.asked().len() + REQUESTS / (share * 2);
        wait_until("requests", async || (external.asked().len() >= goal).then_some(())).await;
        rookery.kill();
        rookery.start_again().await;
    }
    posting.await.unwrap();
    let waiting = || async {
        let requests = workflow.list("/requests").await;
        let settled = requests.iter().filter(|request| request["state"] != "calling").count();
        (settled == REQUESTS).then_some(requests)
    };
    wait_up_to(PATIENCE, "all requests acknowledged", waiting).await;

    // The results are posted, in any order.
    let mut asked: Vec<Asked> = external.asked().into_iter().filter(|asked| !asked.request_id.starts_with("early-")).collect();
    random.shuffle(&mut asked);
    let queue = Arc::new((asked, AtomicUsize::new(0)));
    let url = format!("{}/p/{}/api/agentProxy/sendResult", rookery.api.base(), workflow.project);
    let clients: Vec<_> =
        (0..CLIENTS).map(|_| tokio::spawn(post_results(external.clone(), queue.clone(), url.clone()))).collect();
    for kill in 1..=KILLS - 2 {
        let goal = queue.0.len() * kill / (KILLS - 1);
        wait_until("results", async || (queue.1.load(Ordering::Relaxed) >= goal).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(random.u64(..150))).await;
        rookery.kill();
        rookery.start_again().await;
    }
    let mut retries = 0;
    for client in clients {
        retries += client.await.unwrap();
    }
    println!("{} calls for {REQUESTS} requests, {KILLS} kills, {retries} results posted again", external.asked().len());
    assert!(retries > 0, "the kills came at the wrong time");
    wait_up_to(PATIENCE, "all outcomes", async || (workflow.list("/events?agent=done").await.len() >= REQUESTS).then_some(()))
        .await;
    rookery.queues_are_empty().await;
    check(&workflow, &external).await;
}

/// Checks that each request has its one result, and that each result went on once.
async fn check(workflow: &Workflow, external: &ExternalAgent) {
    let requests = workflow.list("/requests").await;
    assert_eq!(requests.len(), REQUESTS);
    assert_eq!(external.keys(), REQUESTS, "one Idempotency-Key for each request, however often it was sent");
    let mut runs = HashSet::new();
    for request in &requests {
        assert_eq!(request["state"], "answered", "{request}");
        assert!(runs.insert(request["run_id"].as_str().unwrap()), "a run with two requests: {request}");
    }
    for (cell, count) in [("ask", REQUESTS), ("done", REQUESTS)] {
        let events = workflow.list(&format!("/events?agent={cell}")).await;
        let by_run: BTreeMap<&str, usize> = events.iter().fold(BTreeMap::new(), |mut by_run, event| {
            *by_run.entry(event["run_id"].as_str().unwrap()).or_default() += 1;
            by_run
        });
        assert_eq!((events.len(), by_run.len()), (count, count), "{cell}: each outcome once");
    }
    assert_eq!(workflow.list("/failures").await, Vec::<Value>::new());
    assert_eq!(workflow.agent("ask").await["external"]["outstanding"], 0);
    let says: HashMap<String, usize> = workflow.payloads("done").await.into_iter().fold(HashMap::new(), |mut says, payload| {
        *says.entry(payload["says"].as_str().unwrap().to_owned()).or_default() += 1;
        says
    });
    assert!(says["early"] >= REQUESTS / EARLY / 2 && says["late enough"] > REQUESTS / 2, "{says:?}");
}

/// Posts one event for each request, each until there is a 2xx.
async fn post_events(workflow: Workflow) {
    for n in 0..REQUESTS {
        loop {
            let call = workflow.event_call("start", &json!({"n": n})).header("idempotency-key", &format!("ask-{n}"));
            match call.try_send().await {
                Some(answer) if answer.status == 202 => break,
                Some(answer) => assert!(answer.status >= 500, "{}: {}", answer.status, answer.text),
                None => {}
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Posts result after result, each until it is answered; gives how often it had to try again. A call that was repeated has two
/// ids: the second result is the same, and is accepted.
async fn post_results(external: Arc<ExternalAgent>, queue: Arc<(Vec<Asked>, AtomicUsize)>, url: String) -> usize {
    let mut retries = 0;
    loop {
        let n = queue.1.fetch_add(1, Ordering::Relaxed);
        let Some(asked) = queue.0.get(n) else { return retries };
        let result = finish(&asked.request_id, "late enough");
        let token = [("x-callback-token", asked.header("x-callback-token"))];
        let headers: &[(&str, &str)] = if n.is_multiple_of(2) { &token } else { &[] };
        loop {
            let post = || external.try_post(&url, headers, &result);
            let answer = match n % DOUBLED {
                0 => tokio::join!(post(), post()).0,
                _ => post().await,
            };
            match answer {
                // The result of a repeated call, which was answered early or under the call's other id.
                Some((200 | 409, _)) => break,
                // The acknowledgement was lost when the program died: only the token leads to the request.
                Some((404, _)) if headers.is_empty() => break,
                Some((status, says)) => assert!(status >= 500, "{status}: {says}"),
                None => {}
            }
            retries += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
