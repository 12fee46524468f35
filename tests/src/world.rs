//! What must be true when a journey is over: there is no failure that it did not expect, and no delivery that hangs.

use crate::{Api, wait_until};
use serde_json::Value;

/// What a journey may leave.
#[derive(Clone, Default)]
pub(crate) struct Expected {
    pub(crate) failures: Vec<String>,
    pub(crate) timers: bool,
    pub(crate) runs_unseen: bool,
}

/// Checks these projects, or all of them.
pub(crate) async fn check(api: &Api, projects: Option<&[String]>, expected: &Expected) {
    let ids = |items: Vec<Value>| -> Vec<String> { items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect() };
    let projects = match projects {
        Some(projects) => projects.to_vec(),
        None => ids(api.list("/projects").await),
    };
    for project in projects {
        let path = format!("/projects/{project}/workflows");
        if api.get(&path).await.status == 404 {
            continue; // The journey deleted it.
        }
        for workflow in ids(api.list(&path).await) {
            let path = format!("{path}/{workflow}");
            no_failures(api, &path, expected).await;
            if !expected.runs_unseen {
                for run in ids(api.list(&format!("{path}/runs")).await) {
                    all_terminal(api, &format!("{path}/runs/{run}")).await;
                }
            }
        }
    }
}

async fn no_failures(api: &Api, workflow: &str, expected: &Expected) {
    let failures = api.list(&format!("{workflow}/failures")).await;
    let unexpected: Vec<&Value> =
        failures.iter().filter(|failure| !expected.failures.iter().any(|code| failure["code"] == *code)).collect();
    assert!(unexpected.is_empty(), "unexpected failures: {unexpected:#?}");
}

async fn all_terminal(api: &Api, run: &str) {
    wait_until(&format!("a run without pending deliveries: {run}"), async || {
        (api.get(run).await.expect(200)["data"]["state"] != "running").then_some(())
    })
    .await;
}
