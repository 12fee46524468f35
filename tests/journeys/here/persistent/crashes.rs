//! `kill -9` while the model works: what was taken is done, once, in its place.

use super::start;
use rookery_tests::wait_until;
use serde_json::json;

#[tokio::test]
async fn a_dispatch_whose_process_is_killed_is_done_after_the_next_start() {
    let mut agents = start(&[("helper", "")]).await;
    for input in ["hold", "second", "third"] {
        agents.rookery.api.post("/agents/helper/i/dispatch", &json!({"input": input})).await.expect(202);
    }
    wait_until("the model at work", async || (agents.provider.heard() == ["hold"]).then_some(())).await;
    agents.rookery.kill();
    agents.provider.release();
    agents.rookery.start_again().await;
    agents.is_done(&agents.session("helper", "i", "default")).await;
    // The call whose answer was not stored is made again; what follows is in order.
    assert_eq!(agents.provider.heard(), ["hold", "hold", "second", "third"]);
    let said = agents.said("helper", "i", "default").await;
    let texts: Vec<&str> = said.iter().map(|(_, text, _)| text.as_str()).collect();
    assert_eq!(texts, ["hold", "one two", "second", "Heard: second", "third", "Heard: third"]);
    assert!(said.iter().all(|(_, _, state)| state == "succeeded"), "{said:?}");
}

#[tokio::test]
async fn a_prompt_whose_process_is_killed_is_answered_after_the_next_start() {
    let mut agents = start(&[("helper", "")]).await;
    agents.ask("/agents/helper/i", "First").await;
    let frames = agents.held("/agents/helper/i").await;
    agents.rookery.kill();
    assert_eq!(frames.rest().await, [], "the stream is cut");
    agents.provider.release();
    agents.rookery.start_again().await;
    agents.is_done(&agents.session("helper", "i", "default")).await;
    let said = agents.said("helper", "i", "default").await;
    let texts: Vec<&str> = said.iter().map(|(_, text, _)| text.as_str()).collect();
    assert_eq!(texts, ["First", "Heard: First", "hold", "one two"]);
    assert!(agents.ask("/agents/helper/i", "Next").await.contains("Next"), "nothing is left half");
}
