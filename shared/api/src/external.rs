//! What is shown of the external agent that an agent asks.

use crate::App;
use crate::error::Result;
use rookery_domain::{Cell, Time};
use rookery_engine::Built;
use rookery_store::Workflow;
use schemars::JsonSchema;
use serde::Serialize;

/// The external agent that an agent asks.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ExternalAgent")]
pub(crate) struct ExternalView {
    /// The external agent's base URL.
    endpoint: String,
    /// How many requests are outstanding.
    outstanding: u64,
    /// `closed`, or `open` while most calls of the endpoint fail: requests then wait, and every 30 s one is tried.
    circuit: &'static str,
    /// Since when the circuit is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    open_since: Option<Time>,
    /// When the next call is tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_probe_at: Option<Time>,
}

/// The external agent of an agent; none for an agent that asks nobody.
pub(crate) async fn external(app: &App, workflow: &Workflow, built: &Built, cell: &Cell) -> Result<Option<ExternalView>> {
    let Some(endpoint) = built.any_agent(&cell.id).ok().and_then(|(_, agent)| agent.facts().endpoint.as_deref()) else {
        return Ok(None);
    };
    let (store, project) = (&app.engine.store, &workflow.id.project);
    let agent = workflow.id.agent(cell);
    let (breaker, outstanding) = tokio::join!(store.open_breaker(project, endpoint), store.outstanding(&agent),);
    let breaker = breaker?;
    Ok(Some(ExternalView {
        endpoint: endpoint.to_owned(),
        outstanding: outstanding?,
        circuit: if breaker.is_some() { "open" } else { "closed" },
        open_since: breaker.map(|breaker| breaker.since),
        next_probe_at: breaker.map(|breaker| breaker.probe_at),
    }))
}
