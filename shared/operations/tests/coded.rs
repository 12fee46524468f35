//! Agents that a program defines: each step asks the program's function, in the project that they were given to alone.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use futures::StreamExt;
use rookery_operations::{AgentConfig, create_agent, define_agent_profile, define_tool};
use rookery_sessions::ports::Prompts;
use support::{World, answer};

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Nothing {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_of_the_program_is_in_its_project_alone() {
    let mut world = World::start().await;
    let polite = define_agent_profile(AgentConfig::new().model("demo/none").own_tool("list"));
    let agent = create_agent("guide", move |cx| {
        let (id, payload) = (cx.id.to_owned(), cx.payload.is_some());
        let who = define_tool("who", "Says for whom the agent is.", move |_: Nothing, _| {
            let id = id.clone();
            async move { Ok(format!("For {id}, with a payload: {payload}.")) }
        });
        AgentConfig::of(&polite).model("demo/guide").tool(who)
    });
    let operations = world.operations().with_agents(&world.project, [agent]).await.unwrap();
    let asked = operations.prompt(world.prompt("call: who")).await.unwrap();
    let told: Vec<_> = asked.frames.collect().await;
    assert!(format!("{told:?}").contains("For 7, with a payload: false."), "{told:?}");

    // Other programs know only that it is there, and refuse to run it.
    let refused = world.operations().prompt(world.prompt("call: who")).await.err().unwrap();
    assert!(refused.message.contains("has no model"), "{refused:?}");
    // Another project's agent of the same name is its own.
    world.project = world.store.create_project("other").await.unwrap().id;
    world.define(operations.definitions(), "---\nmodel: demo/echo\n---\nYou are {{ id }}.").await;
    assert_eq!(answer(operations.prompt(world.prompt("hello")).await.unwrap()).await, "hello at 1");
}
