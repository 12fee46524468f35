//! Several projects on one machine: what one of them waits for does not hold up another.

use rookery_tests::{Sink, agent, cells, link};
use serde_json::json;

#[tokio::test]
async fn a_calm_project_goes_on_while_a_noisy_one_has_all_that_it_may_have_under_way() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).here().checks_runs_itself().start().await;
    let call = agent("call", "http_request", json!({"url": sink.url()}));
    let noisy = rookery.started(&cells([agent("start", "manual", json!({})), call, link("start", "call")])).await;
    let formatting = json!({"instructions": {"n": "{{ n }}"}});
    let calm = rookery
        .started(&cells([
            agent("start", "manual", json!({})),
            agent("first", "event_formatting", formatting.clone()),
            agent("last", "event_formatting", formatting),
            link("start", "first"),
            link("first", "last"),
        ]))
        .await;
    sink.hold();
    let mut runs = Vec::new();
    for n in 0..250 {
        runs.push(noisy.emit("start", json!({"n": n})).await);
    }
    // Of 240 places, a project alone has four times as many as are free.
    sink.wait_for(192).await;
    let run = calm.emit("start", json!({"n": 1})).await;
    calm.finished(&run).await;
    assert_eq!(sink.requests().len(), 192, "no call has ended, and none has begun");
    sink.release();
    for run in &runs {
        noisy.finished(run).await;
    }
    assert_eq!(sink.keys().len(), 250);
}
