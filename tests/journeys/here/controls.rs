//! Agents that control others, over HTTP: at their times, also out of a scenario of Huginn, and over a kill.

use super::huginn::{agent as of_huginn, chain, import, status_of, workflow};
use rookery_tests::{agent, cells, link, wait_until};
use serde_json::{Value, json};

fn control(source: &str, target: &str) -> Value {
    let mut cell = link(source, target);
    cell["type"] = json!("control_link");
    cell
}

#[tokio::test]
async fn a_scenario_whose_agents_control_others_runs() {
    let mut rookery = super::rookery().here().leaves_timers().start().await;
    let project = rookery.project().await;
    let mut rests = of_huginn("ManualEventAgent", "rests", json!({"payload": {"n": "2"}}));
    rests["disabled"] = json!(true);
    let mut file = chain(
        "Controlled",
        vec![
            of_huginn("SchedulerAgent", "clock", json!({"action": "run", "schedule": "* * * * * * Europe/Paris"})),
            of_huginn("ManualEventAgent", "feed", json!({"payload": {"n": "1"}})),
            rests,
            of_huginn("CommanderAgent", "switch", json!({"action": "{% if target.disabled %}enable{% endif %}"})),
        ],
    );
    file["links"] = json!([{"source": 1, "receiver": 3}]);
    file["control_links"] = json!([
        {"controller": 0, "control_target": 1}, {"controller": 0, "control_target": 2}, {"controller": 3, "control_target": 2}
    ]);
    let made = import(&rookery, &project, "", &file).await;
    assert_eq!(status_of(&made), ["mapped", "mapped", "mapped", "mapped"], "{made:#}");
    assert_eq!((&made["meta"]["errors"], &made["meta"]["report"]["control_links"]["made"]), (&json!([]), &json!(3)));
    let workflow = workflow(&rookery, &project, &made);
    workflow.start().await;
    workflow.emitted("guid-of-feed", 2).await;
    let all = |logs: Vec<Value>| logs.iter().map(|entry| entry["lines"].to_string()).collect::<String>();
    wait_until("a disabled target is passed over", async || {
        let told = all(workflow.list("/agents/guid-of-clock/logs").await);
        told.contains("`rests` is disabled, and was passed over").then_some(())
    })
    .await;
    // What it emits, enables the other one, which the clock then checks as well.
    workflow.emitted("guid-of-rests", 1).await;
    assert_eq!(workflow.get("").await["data"]["version"], 2, "it was enabled once");
}

#[tokio::test]
async fn what_an_agent_was_to_do_to_others_is_done_once_over_a_kill() {
    let mut rookery = super::rookery().here().start().await;
    let workflow = rookery
        .started(&cells([
            agent("hand", "manual", json!({})),
            agent("run", "commander", json!({})),
            agent("set", "commander", json!({"action": "configure", "configure_options": {"payload": {"set": true}}})),
            agent("target", "manual", json!({"payload": {"n": 1}})),
            link("hand", "run"),
            link("hand", "set"),
            control("run", "target"),
            control("set", "target"),
        ]))
        .await;
    let mut runs = Vec::new();
    for n in 0..20 {
        runs.push(workflow.emit("hand", json!({"n": n})).await);
    }
    rookery.kill();
    rookery.start_again().await;
    workflow.emitted("target", runs.len()).await;
    for run in runs {
        workflow.finished(&run).await;
    }
    assert_eq!(workflow.payloads("target").await.len(), 20, "once for each event");
    let head = workflow.get("").await["data"].clone();
    assert_eq!((&head["version"], &head["built_version"]), (&json!(2), &json!(2)));
}
