//! The example does what it says, and an agent of a program is one like others.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../examples/support.rs"]
mod support;

use rookery_sdk::{AgentConfig, Rookery, create_agent, init_agent};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_example_runs() {
    let folder = tempfile::tempdir().unwrap();
    let said = support::run(folder.path()).await.unwrap();
    assert_eq!(said[0], "Done. The tool says: Ticket 7 of ada is open.");
    assert!(said[1].contains("You said: \"Hello again\". It is message 3 of this session"), "{said:?}");
    // What was said is there at the next start, where the agent may be another one.
    let brief = create_agent("support", |_| AgentConfig::new().model("demo/guide"));
    let rookery = Rookery::start(folder.path(), [brief.clone()]).await.unwrap();
    let session = init_agent(&rookery, &brief, "ada").session("billing");
    let reply = session.prompt("And now?").await.unwrap();
    assert!(reply.text.contains("It is message 4 of this session"), "{}", reply.text);
    // Others ask it over HTTP, like any other agent.
    let url = format!("http://{}/agents/support/bob", rookery.address());
    let body = serde_json::json!({"message": "Hello"}).to_string();
    let asked = reqwest::Client::new().post(url).header("content-type", "application/json").body(body);
    let answer = asked.send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("It is message 1 of this session"), "{answer}");
    let told = session.prompt(r#"call: ticket_status {"number": 7}"#).await.unwrap().text;
    assert!(told.contains("There is no tool `ticket_status`"), "{told}");
    rookery.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_agent_is_may_follow_from_its_id_and_be_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let agent = create_agent("picky", |cx| match cx.id {
        "good" => AgentConfig::new().model("demo/guide").instructions("{{ this is no template"),
        "none" => AgentConfig::new(),
        _ => AgentConfig::new().model("no model"),
    });
    let rookery = Rookery::start(folder.path(), [agent.clone()]).await.unwrap();
    let ask = async |id: &str| init_agent(&rookery, &agent, id).session("default").prompt("Hello").await;
    assert!(ask("good").await.unwrap().text.contains("You said: \"Hello\""));
    assert_eq!(ask("none").await.unwrap_err().code, "invalid_request");
    assert_eq!(ask("bad").await.unwrap_err().code, "invalid_definition");
    rookery.stop().await;
}
