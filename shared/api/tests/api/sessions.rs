//! Sessions of persistent agents over the API: their messages and events, as the log has them.

use crate::support::{World, request};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rookery_domain::{Message, Part, ProjectId, Role, SessionAt, Stop, Time, ToolResult, Usage};
use rookery_sessions::admit::Admit;
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::entry::{Answer, Begin, EndState, What};
use rookery_sessions::ports::Prompts;
use rookery_store::SessionNames;
use serde_json::{Value, json};

/// A session with one operation that succeeded, one that failed, one that runs and one that waits; and its path.
pub(crate) async fn session(world: &World) -> (String, SessionAt) {
    let path = world.project().await;
    let project: ProjectId = path.rsplit('/').next().unwrap().parse().unwrap();
    let names = SessionNames { agent: "helper".into(), instance: "a/b 🦀".into(), session: "..".into() };
    let at = SessionAt { project, key: names.key() };
    let sessions = world.fake.sessions();
    for n in 1..=4 {
        let ask = Ask {
            message: format!("question {n}"),
            payload: None,
            source: if n == 4 { Source::Dispatch } else { Source::Prompt },
            run_ms: 60_000,
            wait_until: Time::now().plus(60_000),
        };
        let admit = Admit { at: &at, names: &names, ask: &ask, key: None, here: None, only_if_free: false };
        sessions.admit(&admit).await.unwrap();
    }
    let mut loaded = sessions.load(&at).await.unwrap();
    let begin = |n: u64| {
        let (by, version) = ("test".to_owned(), 1);
        let (lease_until, deadline) = (Time::now().plus(60_000), Time::now().plus(60_000));
        What::Begin(Begin { n, by, lease_until, deadline, version, message: format!("question {n}"), payload: None, cell: None })
    };
    let said = Message { role: Role::Assistant, parts: vec![Part::Text("answer 1".into())] };
    let usage = Usage { input: 1, total_tokens: 1, ..Usage::default() };
    let answer = Answer {
        n: 1,
        message: said,
        stop: Stop::End,
        usage,
        model: "demo/test".into(),
        request_id: None,
        last: true,
        cost: None,
    };
    let result = ToolResult { call: "c".into(), is_error: false, text: "found".into() };
    for what in [
        begin(1),
        What::Answer(Box::new(answer)),
        begin(2),
        What::ToolDone { n: 2, result },
        What::End { n: 2, state: EndState::Failed, error: None },
        begin(3),
    ] {
        sessions.append(&mut loaded, what).await.unwrap();
    }
    // Whoever ended the second one died before it was noted in the inbox.
    sessions.finish(&at.operation(1), None).await.unwrap();
    (format!("{path}/agents/helper/instances/a%2Fb%20%F0%9F%A6%80/sessions/%2E%2E"), at)
}

fn numbers(list: &Value) -> Vec<u64> {
    list["data"].as_array().unwrap().iter().map(|item| item["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn messages_are_listed_with_how_it_stands_with_them() {
    let world = World::open().await;
    let (path, at) = session(&world).await;
    let list = world.get(&format!("{path}/messages")).await.ok(200);
    assert_eq!(numbers(&list), [1, 2, 3, 4, 6]);
    let states: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|message| &message["state"]).collect();
    assert_eq!(states, ["succeeded", "succeeded", "failed", "failed", "running"]);
    let answer = &list["data"][1];
    assert_eq!((&answer["role"], &answer["parts"]), (&json!("assistant"), &json!([{"text": "answer 1"}])));
    assert_eq!((&answer["run_id"], &answer["model"]), (&json!(at.operation(1).run_id()), &json!("demo/test")));
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("{path}/messages?limit=2{cursor}")).await.ok(200);
        seen.extend(numbers(&page));
        let Some(next) = page["meta"]["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, [1, 2, 3, 4, 6]);
    world.get(&format!("{path}/messages?cursor=abc")).await.error(400, "invalid_request");
    world.get(&path.replace("%2E%2E", "other")).await.error(404, "not_found");
    world.get(&path.replace("helper", "else")).await.error(404, "not_found");
    let long = path.replace("%2E%2E", &"x".repeat(513));
    world.get(&long).await.error(400, "invalid_request");
    world.stop().await;
}

#[tokio::test]
async fn what_runs_and_waits_is_listed_ended_and_then_the_session_can_be_deleted() {
    let world = World::open().await;
    let (path, at) = session(&world).await;
    let shown = world.get(&path).await.ok(200);
    let data = &shown["data"];
    assert_eq!((&data["agent"], &data["instance"], &data["session"]), (&json!("helper"), &json!("a/b 🦀"), &json!("..")));
    let counts = (&data["operations"], &data["last_event"], &data["waiting"], &data["running"]);
    assert_eq!(counts, (&json!(4), &json!(6), &json!(1), &json!(at.operation(3).run_id())));
    let list = world.get(&format!("{path}/operations")).await.ok(200);
    let shown: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|one| (&one["state"], &one["source"], &one["message"])).collect();
    let expected =
        [(json!("running"), json!("prompt"), json!("question 3")), (json!("waiting"), json!("dispatch"), json!("question 4"))];
    assert_eq!(shown, expected.each_ref().map(|(state, source, message)| (state, source, message)));
    let busy = world.delete(&path).await;
    busy.error(409, "session_busy");
    let seconds = busy.value()["error"]["meta"]["retry_after_seconds"].as_u64().unwrap();
    assert_eq!(busy.headers["retry-after"], seconds.to_string());
    for (n, state) in [(4, "cancelled"), (3, "aborted")] {
        let cancel = format!("{path}/operations/{}/cancel", at.operation(n).run_id());
        assert_eq!(world.post(&cancel, json!({})).await.ok(200)["data"]["state"], state);
        world.post(&cancel, json!({})).await.error(409, "operation_over");
    }
    world.post(&format!("{path}/operations/{}/cancel", at.operation(5).run_id()), json!({})).await.error(404, "not_found");
    assert_eq!(world.delete(&path).await.status, 204);
    for below in ["", "/messages", "/events", "/operations"] {
        world.get(&format!("{path}{below}")).await.error(404, "not_found");
    }
    world.delete(&path).await.error(404, "not_found");
    world.stop().await;
}

#[tokio::test]
async fn events_are_numbered_without_a_gap_and_go_on_after_each() {
    let world = World::open().await;
    let (path, _) = session(&world).await;
    let all = world.get(&format!("{path}/events")).await.ok(200);
    assert_eq!((numbers(&all), &all["meta"]), ((1..=6).collect(), &json!({"next_after": 6, "more": false})));
    let kinds: Vec<&Value> = all["data"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["op_start", "message", "op_start", "tool_result", "op_end", "op_start"]);
    for after in 0..=7 {
        let rest = world.get(&format!("{path}/events?after={after}")).await.ok(200);
        assert_eq!(numbers(&rest), (after + 1..=6).collect::<Vec<u64>>());
    }
    let page = world.get(&format!("{path}/events?after=1&limit=2")).await.ok(200);
    assert_eq!((numbers(&page), &page["meta"]), (vec![2, 3], &json!({"next_after": 3, "more": true})));
    let given = request("GET", &format!("{path}/events")).header("last-event-id", "4").body(Body::empty()).unwrap();
    assert_eq!(numbers(&world.send(given).await.ok(200)), [5, 6]);
    for bad in ["-1", "x", "", "1.5"] {
        world.get(&format!("{path}/events?after={bad}")).await.error(400, "invalid_request");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_session_is_forked_into_one_that_was_not_there() {
    let world = World::open().await;
    let (path, _) = session(&world).await;
    let fork = format!("{path}/fork");
    let forked = world.post(&fork, json!({"session": "copy", "instance": "b", "upto": 2})).await.ok(201);
    assert_eq!(forked["data"], json!({"agent": "helper", "instance": "b", "session": "copy"}));
    let copy = format!("{}/agents/helper/instances/b/sessions/copy", path.split("/agents/").next().unwrap());
    let list = world.get(&format!("{copy}/messages")).await.ok(200);
    let texts: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|message| &message["parts"][0]["text"]).collect();
    assert_eq!(texts, ["question 1", "answer 1"]);
    world.post(&fork, json!({"session": "copy", "instance": "b"})).await.error(409, "session_exists");
    world.post(&fork, json!({"session": ""})).await.error(400, "invalid_request");
    world.post(&format!("{copy}-none/fork"), json!({"session": "x"})).await.error(404, "not_found");
}

#[tokio::test]
async fn the_files_of_a_session_are_listed_read_and_forked_with_it() {
    let world = World::open().await;
    let (path, at) = session(&world).await;
    for (file, text) in [("notes/1.md", "first"), ("notes/2.md", "zwölf"), ("readme.md", "")] {
        assert!(world.engine.store.put_file(&at, &file.parse().unwrap(), text, file, 6).await.unwrap());
    }
    let list = world.get(&format!("{path}/files?limit=2")).await.ok(200);
    let shown = |file: &Value| (file["path"].clone(), file["bytes"].clone());
    let files: Vec<_> = list["data"].as_array().unwrap().iter().map(shown).collect();
    assert_eq!(files, [(json!("notes/1.md"), json!(5)), (json!("notes/2.md"), json!(6))]);
    let rest = format!("{path}/files?limit=2&cursor={}", list["meta"]["next_cursor"].as_str().unwrap());
    assert_eq!(world.get(&rest).await.ok(200)["data"][0]["path"], "readme.md");
    let file = world.get(&format!("{path}/files/notes%2F2.md")).await.ok(200);
    assert_eq!((&file["data"]["path"], &file["data"]["text"]), (&json!("notes/2.md"), &json!("zwölf")));
    assert!(file["data"]["changed_at"].is_string());
    for none in ["notes%2F3.md", "notes", "..", "%2E%2E%2Freadme.md", ".%2Freadme.md", "%2Freadme.md"] {
        world.get(&format!("{path}/files/{none}")).await.error(404, "not_found");
    }
    world.post(&format!("{path}/fork"), json!({"session": "copy"})).await.ok(201);
    let copy = path.replace("/%2E%2E", "/copy");
    assert_eq!(world.get(&format!("{copy}/files")).await.ok(200)["data"].as_array().unwrap().len(), 3);
    assert_eq!(world.get(&format!("{copy}/files/notes%2F1.md")).await.ok(200)["data"]["text"], "first");
    let other = path.replace("/%2E%2E", "/other");
    for below in ["/files", "/files/readme.md"] {
        world.get(&format!("{other}{below}")).await.error(404, "not_found");
    }
    world.stop().await;
}

#[tokio::test]
async fn the_files_of_a_session_are_not_shown_while_it_is_being_made() {
    let world = World::open().await;
    let (path, from) = session(&world).await;
    let sessions = world.fake.sessions();
    let names = SessionNames { agent: "helper".into(), instance: "a/b 🦀".into(), session: "copy".into() };
    let at = SessionAt { key: names.key(), ..from.clone() };
    let source = Source::Fork { from: from.key, upto: 1, writes: Some(0) };
    let ask = Ask { message: String::new(), payload: None, source, run_ms: 0, wait_until: Time(i64::MAX) };
    let admit = Admit { at: &at, names: &names, ask: &ask, key: None, here: None, only_if_free: true };
    sessions.admit(&admit).await.unwrap();
    let path = path.replace("%2E%2E", "copy");
    for path in [format!("{path}/files"), format!("{path}/files/a.md")] {
        let busy = world.get(&path).await;
        busy.error(409, "session_busy");
        assert!(busy.headers.contains_key("retry-after"));
    }
    let operation = world.engine.store.operation(&at.operation(1)).await.unwrap().unwrap();
    assert!(sessions.done_without_model(&at, &operation).await.unwrap());
    assert_eq!(world.get(&format!("{path}/files")).await.ok(200)["data"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn the_lists_of_a_session_take_only_what_is_theirs() {
    let world = World::open().await;
    let (path, _) = session(&world).await;
    let messages = world.get(&format!("{path}/messages?limit=1")).await.ok(200);
    let cursor = messages["meta"]["next_cursor"].as_str().unwrap().to_owned();
    let long = "A".repeat(1500);
    for (list, query) in [
        ("messages", "limit=0"),
        ("messages", "limit=201"),
        ("messages", "cursor="),
        ("messages", "cursor=Zm9yZWlnbg"),
        ("messages", &format!("cursor={long}")),
        ("files", "limit=x"),
        ("files", &format!("cursor={cursor}")),
        ("files", &format!("cursor={long}")),
        ("events", "limit=0"),
        ("events", "after=-1"),
        ("events", "after=18446744073709551616"),
        ("operations", "after=1"),
    ] {
        world.get(&format!("{path}/{list}?{query}")).await.error(400, "invalid_request");
    }
    // Nothing comes after a number that no event has.
    for after in [9_999_999_999_u64, 10_000_000_000, u64::MAX] {
        let events = world.get(&format!("{path}/events?after={after}")).await.ok(200);
        assert_eq!(events, json!({"data": [], "meta": {"next_after": after, "more": false}}));
        let cursor = URL_SAFE_NO_PAD.encode(after.to_string());
        let messages = world.get(&format!("{path}/messages?cursor={cursor}")).await.ok(200);
        assert_eq!(messages, json!({"data": [], "meta": {"next_cursor": null}}));
    }
    world.stop().await;
}
