//! An agent in Rust with a tool: it is asked, and given work for later, on one machine. `cargo run -p rookery-sdk --example support`
//!
//! The model `demo/guide` is a script that needs no key; a real one is `openai/...`, `anthropic/...` or `gemini/...`.
#![allow(missing_docs)]

use rookery_sdk::{
    AgentConfig, CreatedAgent, OnBusy, Rookery, create_agent, define_agent_profile, define_tool, dispatch, init_agent,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::path::Path;

#[derive(Deserialize, JsonSchema)]
struct Ticket {
    /// The ticket's number.
    number: u32,
}

/// An agent for each customer.
pub(crate) fn support() -> CreatedAgent {
    let polite = define_agent_profile(AgentConfig::new().model("demo/guide").own_tool("write").on_busy(OnBusy::Queue));
    create_agent("support", move |cx| {
        let customer = cx.id.to_owned();
        let status = define_tool("ticket_status", "Says how it stands with a ticket.", move |ticket: Ticket, _| {
            let customer = customer.clone();
            async move { Ok(format!("Ticket {} of {customer} is open.", ticket.number)) }
        });
        AgentConfig::of(&polite).instructions(format!("You help the customer {}.", cx.id)).tool(status.repeatable())
    })
}

/// Asks the agent, and gives what it said.
pub(crate) async fn run(folder: &Path) -> anyhow::Result<Vec<String>> {
    let support = support();
    let rookery = Rookery::start(folder, [support.clone()]).await?;
    let session = init_agent(&rookery, &support, "ada").session("billing");
    let mut said = vec![session.prompt(r#"call: ticket_status {"number": 7}"#).await?.text];
    let receipt = dispatch(&rookery, &support, "ada", "billing", json!({"type": "comment", "text": "It works now."})).await?;
    println!("taken at {} as {}", receipt.at, receipt.id);
    // A session has one order: this waits until what was dispatched is done.
    said.push(session.prompt("Hello again").await?.text);
    rookery.stop().await;
    Ok(said)
}

#[tokio::main]
#[cfg_attr(test, allow(dead_code))]
async fn main() -> anyhow::Result<()> {
    for said in run(Path::new(".rookery-example")).await? {
        println!("{said}");
    }
    Ok(())
}
