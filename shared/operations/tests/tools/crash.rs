//! Whoever runs a tool dies at any moment: what is made once is made at most once, and what may be repeated is repeated under its own name.

use crate::world::{Say, World, result_of};
use rookery_domain::ToolResult;
use rookery_operations::{Operator, Tools, define_tool};
use rookery_queue::{Handler, Message};
use rookery_sessions::entry::What;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was run: what was said, and the call's own name.
type Ran = Arc<Mutex<Vec<(String, String)>>>;

/// Whether a tool that is told to hang never ends.
#[derive(Clone, Copy, PartialEq)]
enum Hang {
    AsTold,
    Not,
}

/// Tools that note that they run, and take a moment: `http` is made once, `read` may be repeated.
fn noting(ran: &Ran, hang: Hang) -> Tools {
    let tool = |name| {
        let ran = ran.clone();
        define_tool(name, "Of a test.", move |args: Say, of| {
            let (ran, say) = (ran.clone(), args.say.unwrap_or_default());
            ran.lock().unwrap().push((say.clone(), of.key().to_owned()));
            async move {
                if hang == Hang::AsTold && say.starts_with("hang") {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
                Ok(format!("did {say}"))
            }
        })
    };
    Tools::default().with(tool("http")).unwrap().with(tool("read").repeatable()).unwrap()
}

/// Has somebody begin with the steps, who dies in the tool, and somebody else end them. Gives the results, and what was run.
async fn die_in(step: Value) -> (Vec<ToolResult>, Vec<(String, String)>) {
    let ran = Ran::default();
    let world = World::start("[http, read]", "").await.with_tools(noting(&ran, Hang::AsTold));
    let operation = world.ask(&json!([step])).await;
    let operations = world.operations();
    let (first, message) = (Operator::new(operations.clone()), Message::wake(&operation));
    let working = tokio::spawn(async move { first.handle(message).await });
    while !ran.lock().unwrap().iter().any(|(say, _)| say.starts_with("hang")) {
        tokio::task::yield_now().await;
    }
    working.abort();
    assert!(working.await.unwrap_err().is_cancelled());
    // No tool hangs the second time.
    let tools = noting(&ran, Hang::Not);
    Operator::new(operations.with_tools(tools)).handle(Message::wake(&operation)).await.unwrap();
    assert_eq!(world.state().await, "succeeded");
    let results = world.log().await.into_iter().filter_map(result_of).collect();
    let ran = ran.lock().unwrap().clone();
    (results, ran)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_dies_in_a_call_that_is_made_once_leaves_it_unknown() {
    let (results, ran) = die_in(json!([["http", {"say": "a"}], ["http", {"say": "hang"}], ["http", {"say": "b"}]])).await;
    let texts: Vec<_> = results.iter().map(|result| (result.is_error, result.text.as_str())).collect();
    assert_eq!(
        texts,
        [(false, "did a"), (true, "It is not known whether this was done: whoever did it is gone."), (false, "did b")]
    );
    assert_eq!(ran.iter().map(|(say, _)| say.as_str()).collect::<Vec<_>>(), ["a", "hang", "b"], "nothing was run twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_dies_in_a_call_that_may_be_repeated_leaves_it_to_the_next_under_the_same_name() {
    let (results, ran) = die_in(json!([["read", {"say": "a"}], ["read", {"say": "hang"}], ["read", {"say": "b"}]])).await;
    assert_eq!(results.iter().map(|result| result.text.as_str()).collect::<Vec<_>>(), ["did a", "did hang", "did b"]);
    assert_eq!(ran.iter().map(|(say, _)| say.as_str()).collect::<Vec<_>>(), ["a", "hang", "hang", "b"]);
    assert_eq!(ran[1].1, ran[2].1);
    assert_eq!(ran.iter().map(|(_, key)| key).collect::<BTreeSet<_>>().len(), 3, "no two calls have one name: {ran:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_dies_no_call_that_is_made_once_is_made_twice() {
    const OPERATIONS: usize = 8;
    let ran = Ran::default();
    let world = World::start("[http, read, write, edit]", "").await.with_tools(noting(&ran, Hang::AsTold));
    let mut operations = Vec::new();
    for number in 0..OPERATIONS {
        let say = |text: &str| json!({"say": format!("{number}{text}")});
        let steps = json!([
            [["http", say("a")], ["read", say("b")], ["write", {"path": "a", "text": "x"}]],
            [["edit", {"path": "a", "old": "x", "new": "xx", "all": true}], ["http", say("c")], ["http", say("d")]],
            [["edit", {"path": "a", "old": "x", "new": "xx", "all": true}]],
        ]);
        operations.push(world.ask(&steps).await);
    }
    // Here all have one name, as lives of one machine do.
    let shared = world.operations();
    let mut lives = 0;
    loop {
        lives += 1;
        let alive = Duration::from_micros(fastrand::u64(500..30_000));
        let operator = Operator::new(shared.clone());
        if let Ok(done) = tokio::time::timeout(alive, operator.handle(Message::wake(&operations[0]))).await {
            done.unwrap();
            break;
        }
    }
    let mut times = BTreeMap::<String, Vec<String>>::new();
    for (say, key) in ran.lock().unwrap().drain(..) {
        times.entry(say).or_default().push(key);
    }
    let mut keys = BTreeSet::new();
    for (say, of_call) in &times {
        assert!(of_call.iter().all(|key| *key == of_call[0]) && keys.insert(&of_call[0]), "{say}: {of_call:?}");
        assert!(of_call.len() == 1 || say.ends_with('b'), "{say} ran {} times in {lives} lives", of_call.len());
    }
    let (mut results, mut began) = (Vec::new(), 0);
    for what in world.log().await {
        began += usize::from(matches!(what, What::ToolBegan { .. }));
        results.extend(result_of(what));
    }
    assert_eq!((results.len(), began), (OPERATIONS * 7, OPERATIONS * 3), "each call has one result");
    for result in &results {
        let is_told = result.text.starts_with("did") || result.text.starts_with("`a`") || result.text.contains("not known");
        assert!(is_told, "{result:?}");
    }
    // An edit that was done again would have doubled the text once more.
    let edited = results.iter().filter(|result| result.text.starts_with("`a` is changed")).map(|result| result.text.clone());
    assert_eq!(
        edited.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
        ["`a` is changed: it has 2 bytes.", "`a` is changed: it has 4 bytes."]
    );
}
