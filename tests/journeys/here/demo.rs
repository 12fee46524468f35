//! The demo, as the README describes it.

use rookery_tests::{Rookery, events, wait_until};
use serde_json::{Value, json};

const PUSH: &str = include_str!("../../../events/github-push.json");

fn hook(rookery: &Rookery) -> String {
    let file = std::fs::read_to_string(rookery.data().join("demo-hook")).unwrap();
    assert!(rookery.ready_line().contains(&file), "{} names {file}", rookery.ready_line());
    file
}

#[tokio::test]
async fn a_push_goes_through_the_demo_to_the_sink_and_the_feed() {
    let mut rookery = super::rookery().with_demo().start().await;
    let hook = hook(&rookery);
    let post = async |rookery: &Rookery| -> Value {
        let call = rookery.api.call(reqwest::Method::POST, &hook).header("x-github-event", "push");
        call.text("application/json", PUSH).send().await.expect(202)["data"].clone()
    };
    let accepted = post(&rookery).await;
    let projects = rookery.api.list("/projects").await;
    let named = |name: &str| projects.iter().find(|project| project["name"] == name).unwrap()["id"].as_str().unwrap().to_owned();
    let project = named("Demo");
    let workflow = rookery.api.list(&format!("/projects/{project}/workflows")).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/projects/{project}/workflows/{workflow}");
    let run_path = format!("{path}/runs/{}", accepted["run_id"].as_str().unwrap());
    let run = wait_until("the end of the run", async || {
        Some(rookery.api.get(&run_path).await.expect(200)["data"].clone()).filter(|run| run["state"] != "running")
    })
    .await;
    assert_eq!(run["state"], "done", "{run}");

    let in_run = |cell: &str| events(&run).into_iter().find(|event| event["cell_id"] == cell).cloned();
    assert_eq!(in_run("github").unwrap()["payload"]["ref"], "refs/heads/main");
    let told = in_run("short").or_else(|| in_run("long")).unwrap()["payload"].clone();
    assert!(in_run("short").is_some() != in_run("long").is_some(), "one of the two ways");
    assert_eq!(in_run("sink").unwrap()["payload"]["body"], json!({"received": told}), "the sink got it, and answered with it");

    let feed = rookery.api.get(&format!("{path}/agents/feed")).await.expect(200)["data"]["feed_url"].as_str().unwrap().to_owned();
    let items = rookery.api.get(&format!("{feed}.json")).await.expect(200)["items"].clone();
    assert_eq!((items.as_array().unwrap().len(), &items[0]["title"]), (1, &told["title"]));
    let rss = rookery.api.get(&format!("{feed}.xml")).await;
    assert!(rss.header("content-type").unwrap().starts_with("application/rss+xml"));
    assert!(rss.text.contains("<rss") && rss.text.contains("<item>"), "{}", rss.text);

    // After a new start on the same data, there are the same addresses and no second demo.
    rookery.stop();
    rookery.start_again().await;
    assert_eq!(self::hook(&rookery), hook);
    assert_eq!(rookery.api.list("/projects").await.len(), 2, "its own, and `default` with its agent");
    assert_eq!(rookery.api.list(&format!("/projects/{}/agents", named("default"))).await.len(), 1);
    assert_eq!(rookery.api.list(&format!("/projects/{project}/workflows")).await.len(), 1);
    post(&rookery).await;
    wait_until("two items in the feed", async || {
        let items = rookery.api.get(&format!("{feed}.json")).await.expect(200)["items"].clone();
        (items.as_array()?.len() == 2).then_some(())
    })
    .await;
}

/// No key of a provider is needed: the demo's agent is driven by a script, and its tools are the real ones.
#[tokio::test]
async fn the_demos_agent_keeps_notes_in_its_session() {
    let mut rookery = super::rookery().with_demo().start().await;
    let ask = async |rookery: &Rookery, session: &str, message: &str| -> String {
        let url = format!("{}/agents/guide/7", rookery.api.base());
        let body = json!({"message": message, "session": session}).to_string();
        let answer = rookery.api.call(reqwest::Method::POST, &url).text("application/json", &body).send().await.expect(200);
        answer["result"]["text"].as_str().unwrap().to_owned()
    };
    assert!(ask(&rookery, "mine", "Hello").await.contains("This is a demonstration"));
    assert_eq!(ask(&rookery, "mine", "note: buy milk").await, "Done. The tool says: `notes/1.md` is written: 8 bytes.");
    assert_eq!(ask(&rookery, "other", "notes").await, "Done. The tool says: There are no files whose paths begin with `notes/`.");
    // What is kept is kept, whoever dies.
    rookery.kill();
    rookery.start_again().await;
    assert_eq!(ask(&rookery, "mine", "notes").await, "Done. The tool says: notes/1.md (8 bytes)\n");
    let found = ask(&rookery, "mine", r#"call: grep {"pattern": "m.lk"}"#).await;
    assert_eq!(found, "Done. The tool says: notes/1.md:1: buy milk\n");
    let refused = ask(&rookery, "mine", r#"call: read {"file": "notes/1.md"}"#).await;
    assert!(refused.starts_with("That did not work. The tool says: The arguments do not fit"), "{refused}");
}
