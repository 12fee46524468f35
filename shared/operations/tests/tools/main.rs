//! What a model's tools do, on a real table: the model is a script, and a test's question says what it calls.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod crash;
mod files;
mod http;
mod world;

use futures::StreamExt;
use rookery_sessions::ports::{Frame, PromptAsk, Prompts};
use serde_json::json;
use std::time::Duration;
use world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tools_run_in_order_and_the_model_is_told_what_came_of_them() {
    let world = World::start("[write, read, edit, list]", "").await;
    let steps = json!([
        [["write", {"path": "/a.md", "text": "one two"}], ["edit", {"path": "a.md", "old": "two", "new": "three"}]],
        [["read", {"path": "./a.md"}], ["list", {}]],
    ]);
    assert_eq!(
        world.told(&steps).await,
        ["`a.md` is written: 7 bytes.", "`a.md` is changed: it has 9 bytes.", "one three", "a.md (9 bytes)\n"]
    );
    assert_eq!(world.state().await, "succeeded");
    let offered = world.offered();
    assert_eq!(offered, ["write", "read", "edit", "list"], "in the order of the definition");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_with_a_call_is_its_result() {
    let world = World::start("[read, write, edit, grep]", "").await;
    let steps = json!([[
        ["fly", {}],
        ["http", {"method": "GET", "url": "http://example.com"}],
        ["read", {"file": "a"}],
        ["read", "no json"],
        ["read", {"path": "../a"}],
        ["read", {"path": "none"}],
        ["edit", {"path": "none", "old": "a", "new": "b"}],
        ["grep", {"pattern": "("}],
        ["write", {"path": "a", "text": "x".repeat(256 * 1024 - 20)}],
        ["write", {"path": "ok", "text": "fine"}],
    ]]);
    let told = world.results(&steps).await;
    let wrong = [
        "There is no tool `fly`; there are `read`, `write`, `edit`, `grep`.",
        "There is no tool `http`",
        "\"path\" is a required property",
        "not valid JSON",
        "A path has no `..`.",
        "There is no file `none`.",
        "There is no file `none`.",
        "The pattern is refused",
        "not valid JSON, or are too large",
    ];
    for (result, says) in told.iter().zip(wrong) {
        assert!(result.is_error && result.text.contains(says), "{says}: {result:?}");
    }
    assert_eq!((told[9].is_error, told.len()), (false, 10));
    assert_eq!(world.state().await, "succeeded", "the caller is not told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_that_panics_or_fails_tells_the_model() {
    let tools = world::tools_of(|call| match call {
        "panic" => panic!("on purpose"),
        other => Err(format!("No {other} today.").into()),
    });
    let world = World::start("[read, list]", "").await.with_tools(tools);
    let told = world.results(&json!([[["read", {"say": "panic"}], ["read", {"say": "rain"}], ["list", {}]]])).await;
    assert!(told[0].is_error && told[0].text.contains("crashed"), "{told:?}");
    assert!(told[1].is_error && told[1].text == "No rain today.", "{told:?}");
    assert!(!told[2].is_error && world.state().await == "succeeded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_workflow_asked_the_model_is_told_so() {
    let world = World::start("[emit]", "").await;
    let told = world.results(&json!([[["emit", {"payload": {"n": 1}}], ["emit", {"payload": [1]}]]])).await;
    assert!(told[0].is_error && told[0].text.starts_with("No workflow asked"), "{told:?}");
    assert!(told[1].is_error && told[1].text.contains("do not fit the tool's schema"), "{told:?}");
    assert_eq!(world.state().await, "succeeded");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_never_ends_is_stopped() {
    let world = World::start("[list]", "").await;
    let steps: Vec<_> = (0..60).map(|_| json!([["list", {}]])).collect();
    let told = world.told(&json!(steps)).await;
    assert_eq!((told.len(), world.state().await.as_str()), (50, "failed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_caller_of_a_prompt_sees_tools_begin_and_end() {
    let world = World::start("[write, read]", "").await;
    let steps = json!([[["write", {"path": "a", "text": "x"}], ["read", {"path": "none"}]]]).to_string();
    let (project, names) = (world.project.clone(), world.names.clone());
    let ask = PromptAsk { project, names, message: steps, on_busy: None, key: None };
    let mut coming = world.operations().prompt(ask).await.unwrap().frames;
    let mut frames = vec![coming.next().await.unwrap(), coming.next().await.unwrap()];
    // Who reads on late finds all at once: pieces of the next answer, which come another way than results, must not be faster.
    let is_over = async || world.store.last_operation(&world.at()).await.unwrap().unwrap().ended.is_some();
    let over = async { while !is_over().await {} };
    tokio::time::timeout(Duration::from_secs(30), over).await.unwrap();
    frames.extend(coming.collect::<Vec<_>>().await);
    let seen: Vec<String> = frames.iter().map(told).collect();
    let expected = ["start", "write begins", "write ends, well", "read begins", "read ends, wrong", "done", "end: done"];
    assert_eq!(seen, expected);
}

fn told(frame: &Frame) -> String {
    match frame {
        Frame::Start => "start".to_owned(),
        Frame::Delta(text) => text.clone(),
        Frame::ToolStart(call) => format!("{} begins", call.name),
        Frame::ToolEnd { call, result } => format!("{} ends, {}", call.name, if result.is_error { "wrong" } else { "well" }),
        Frame::End(reply) => format!("end: {}", reply.text),
        Frame::Error(error) => panic!("{error:?}"),
    }
}
