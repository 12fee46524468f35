//! One operation at a time: what a busy session does, what waits, and what ends it.

use super::start;
use reqwest::Method;
use rookery_tests::{Agents, Workflow, agent, cells, link, link_of, wait_until};
use serde_json::{Value, json};

#[tokio::test]
async fn a_busy_session_refuses_keeps_waiting_or_gives_way_as_its_agent_says() {
    let agents = start(&[("rejects", ""), ("queues", "on_busy: queue"), ("gives_way", "on_busy: interrupt")]).await;
    let hi = json!({"message": "Hi"});
    let api = &agents.rookery.api;
    let rejecting = agents.held("/agents/rejects/i").await;
    let busy = api.post("/agents/rejects/i", &hi).await;
    busy.error(409, "session_busy");
    assert!(busy.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    agents.ask("/agents/rejects/another", "Hi").await;

    let giving_way = agents.held("/agents/gives_way/i").await;
    assert_eq!(agents.ask("/agents/gives_way/i", "Hi").await, "Heard: Hi");
    let rest = giving_way.rest().await;
    assert_eq!((rest.len(), rest[0].event.as_str(), &rest[0].data["error"]["type"]), (1, "error", &json!("aborted")));

    let queueing = agents.held("/agents/queues/i").await;
    let session = agents.session("queues", "i", "default");
    let waiting = agents.ask("/agents/queues/i", "Hi");
    let release = async {
        wait_until("a prompt that waits", async || (api.get(&session).await.expect(200)["data"]["waiting"] == 1).then_some(()))
            .await;
        agents.provider.release();
    };
    assert_eq!(futures::join!(waiting, release).0, "Heard: Hi");
    for frames in [queueing, rejecting] {
        assert_eq!(frames.rest().await.last().unwrap().data["text"], "one two");
    }
    assert_eq!(api.get(&session).await.expect(200)["data"]["waiting"], 0);
}

#[tokio::test]
async fn a_session_is_aborted_by_the_name_in_its_stream() {
    let agents = start(&[("helper", "")]).await;
    let api = &agents.rookery.api;
    let abort_by = async |id: &str, query: &str| api.post(&format!("/sessions/{id}/abort{query}"), &json!({})).await.expect(200);
    let abort = async |id: &str| abort_by(id, "").await;
    assert_eq!(abort("a:b%2F:s").await, json!({"aborted": false, "session_id": "a:b/:s"}));
    let call = api.call(Method::POST, "/agents/helper/a:b%2F").json(&json!({"message": "hold", "session": "s"}));
    let mut frames = call.stream().await;
    let start = frames.next().await.unwrap();
    assert_eq!(start.data["session_id"], "a:b/:s");
    frames.next().await.unwrap();
    assert_eq!(abort_by("a:b%2F:s", "?agent=other").await["aborted"], false);
    assert_eq!(abort("a:b%2F:s").await["aborted"], true);
    let rest = frames.rest().await;
    assert_eq!((rest.len(), rest[0].event.as_str(), &rest[0].data["error"]["type"]), (1, "error", &json!("aborted")));
    assert_eq!(abort("a:b%2F:s").await["aborted"], false);

    // A caller who waits for the whole is told, too.
    let prompt = json!({"prompt": "hold"});
    let whole = api.post("/prompt/s", &prompt);
    let end = async {
        wait_until("a prompt that can be aborted", async || (abort("s").await["aborted"] == true).then_some(())).await;
    };
    futures::join!(whole, end).0.error(409, "aborted");
    assert_eq!(agents.said("helper", "a:b%2F", "s").await[0].2, "aborted");
}

#[tokio::test]
async fn dispatches_are_done_one_after_the_other_and_what_waits_can_be_taken_back() {
    let agents = start(&[("helper", "")]).await;
    let (api, session) = (&agents.rookery.api, agents.session("helper", "i", "default"));
    let dispatch = async |input: Value| {
        let answer = api.post("/agents/helper/i/dispatch", &json!({"input": input})).await;
        let accepted = answer.expect(202);
        assert!(accepted["dispatch_id"].as_str().unwrap().starts_with("dispatch_"), "{accepted}");
        answer.header("x-flue-run-id").unwrap().to_owned()
    };
    let mut runs = vec![dispatch(json!("hold")).await];
    for number in 1..=4 {
        runs.push(dispatch(json!({"number": number})).await);
    }
    let webhook = api.call(Method::POST, "/agents/helper/i").header("x-webhook", "true").json(&json!({"message": "last"}));
    runs.push(webhook.send().await.expect(202)["runId"].as_str().unwrap().to_owned());
    wait_until("the first at work", async || (agents.provider.heard() == ["hold"]).then_some(())).await;
    let unfinished = api.get(&format!("{session}/operations")).await.expect(200);
    let list: Vec<_> = unfinished["data"].as_array().unwrap().iter().map(|one| (&one["run_id"], &one["state"])).collect();
    let expected: Vec<_> = runs.iter().map(|run| json!(run)).collect();
    assert_eq!(list.iter().map(|(run, _)| (*run).clone()).collect::<Vec<_>>(), expected);
    assert!(list[0].1 == "running" && list[1..].iter().all(|(_, state)| *state == "waiting"), "{list:?}");
    api.post("/agents/helper/i", &json!({"message": "Hi"})).await.error(409, "session_busy");

    let cancel = async |run: &str| api.post(&format!("{session}/operations/{run}/cancel"), &json!({})).await;
    assert_eq!(cancel(&runs[2]).await.expect(200)["data"]["state"], "cancelled");
    cancel(&runs[2]).await.error(409, "operation_over");
    cancel("run_nothing").await.error(404, "not_found");
    agents.provider.release();
    agents.is_done(&session).await;
    assert_eq!(agents.provider.heard(), ["hold", r#"{"number":1}"#, r#"{"number":3}"#, r#"{"number":4}"#, "last"]);
    let other = format!("{}/operations/{}/cancel", agents.session("helper", "j", "default"), runs[0]);
    agents.ask("/agents/helper/j", "Hi").await;
    api.post(&other, &json!({})).await.error(404, "not_found");
}

#[tokio::test]
async fn what_a_cell_asks_is_taken_back_like_what_others_ask_and_the_cell_is_told() {
    let program = super::super::rookery().leaves_failures("cancelled").leaves_failures("aborted");
    let agents = Agents::start(program, &[("helper", "")]).await;
    let (api, session) = (&agents.rookery.api, agents.session("helper", "i", "default"));
    let config = json!({"agent": "helper", "instance": "i", "input": "{{ text }}"});
    let asking = cells([
        agent("mail", "manual", json!({})),
        agent("help", "persistent_agent", config),
        agent("sorry", "event_formatting", json!({"instructions": {"code": "{{ code }}"}})),
        link("mail", "help"),
        link_of("on_error", "help", "sorry"),
    ]);
    let workflow = Workflow::create(api, &agents.project, &asking).await;
    workflow.start().await;
    let cancel = async |run: &str, state: &str| {
        let operation = wait_until("the question", async || {
            let list = api.get(&format!("{session}/operations")).await;
            let list = if list.status == 200 { list.expect(200)["data"].take() } else { json!([]) };
            let is_asked = |one: &&Value| one["asked_by"]["run_id"] == run && one["state"] == state;
            let found = list.as_array().unwrap().iter().find(is_asked)?;
            assert_eq!(found["source"], "cell");
            Some(found["run_id"].as_str().unwrap().to_owned())
        });
        let path = format!("{session}/operations/{}/cancel", operation.await);
        let cancelled = api.post(&path, &json!({})).await.expect(200)["data"]["state"].clone();
        workflow.finished(run).await;
        cancelled
    };
    let held = workflow.emit("mail", json!({"text": "hold"})).await;
    wait_until("the first at work", async || (agents.provider.heard() == ["hold"]).then_some(())).await;
    let waiting = workflow.emit("mail", json!({"text": "Hello"})).await;
    assert_eq!(cancel(&waiting, "waiting").await, "cancelled");
    assert_eq!(cancel(&held, "running").await, "aborted");
    let mut told = workflow.payloads("sorry").await;
    told.sort_by_key(Value::to_string);
    assert_eq!(told, [json!({"code": "aborted"}), json!({"code": "cancelled"})]);
    assert_eq!(agents.provider.heard(), ["hold"], "what was taken back is not asked");
}

#[tokio::test]
async fn who_follows_a_session_sees_each_event_once_in_order_whoever_writes() {
    let mut agents = start(&[("helper", "")]).await;
    agents.ask("/agents/helper/i", "First").await;
    let events = format!("{}/events", agents.session("helper", "i", "default"));
    let (mut seen, mut last) = (Vec::new(), 0);
    agents.provider.release();
    for number in 0..3 {
        // Each time, the stream is cut, and resumed behind the last event.
        let call = agents.rookery.api.call(Method::GET, &events).header("last-event-id", &last.to_string());
        let mut frames = call.stream().await;
        agents.rookery.api.post("/agents/helper/i/dispatch", &json!({"input": format!("hold {number}")})).await.expect(202);
        for _ in 0..2 {
            let frame = frames.next().await.unwrap();
            last = frame.id.unwrap();
            assert_eq!(frame.data["number"], last);
            seen.push((last, frame.event));
        }
    }
    agents.is_done(&agents.session("helper", "i", "default")).await;
    let kinds = ["op_start", "message"].into_iter().cycle();
    let expected: Vec<_> = (1..=6).zip(kinds).map(|(number, kind)| (number, kind.to_owned())).collect();
    assert_eq!(seen, expected);
    // The end of the program does not wait for those who follow.
    let mut frames = agents.rookery.api.call(Method::GET, &format!("{events}?after=8")).stream().await;
    agents.rookery.stop();
    assert_eq!(frames.next().await, None);
    assert!(!agents.rookery.log().contains("still under way"), "{}", agents.rookery.log());
}
