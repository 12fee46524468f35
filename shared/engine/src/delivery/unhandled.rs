//! Errors that no link takes: the triggers of other workflows that listen for them are told. Each error is an event there, whose id follows from
//! the event `on_error`; so whoever tells it again, after a crash, tells the same.

use crate::{Built, Engine};
use rookery_domain::{Event, Payload, Result, Told, WorkflowRef, limits};
use rookery_store::Chain;
use serde_json::{Value, json};

/// The group of errors, both here and where they are told.
const ON_ERROR: &str = "on_error";
const ON_FAILURE: &str = "on_failure";

impl Engine {
    /// Tells of those events of a commit that are errors which no link takes.
    pub(crate) async fn tell_unhandled(
        &self,
        workflow: &WorkflowRef,
        built: &Built,
        events: &[Event],
        chain: &Chain,
    ) -> Result<()> {
        let is_unhandled = |event: &&Event| {
            event.groups.iter().any(|group| group == ON_ERROR) && built.graph.taking(&event.cell, &event.groups).next().is_none()
        };
        let unhandled: Vec<&Event> = events.iter().chain(&chain.events).filter(is_unhandled).collect();
        if unhandled.is_empty() {
            return Ok(());
        }
        let mut listeners = self.store.listeners(&workflow.project, &Told::Errors).await?;
        listeners.retain(|listener| listener.agent.workflow != *workflow);
        if listeners.is_empty() {
            return Ok(());
        }
        let name = self.store.known_workflow(workflow).await?.map(|workflow| workflow.name);
        for event in unhandled {
            if event.hop >= limits::HOPS {
                tracing::warn!(workflow = %workflow.workflow, cell = %event.cell, "errors of workflows go round in circles: nobody is told");
                continue;
            }
            let payload = told(workflow, name.as_deref(), built, event)?;
            for listener in &listeners {
                let key = (ON_FAILURE, event.id.to_string());
                let part = Some(workflow.workflow.as_str());
                self.put_in(listener, &Told::Errors, part, payload.clone(), key, event.hop + 1).await?;
            }
        }
        Ok(())
    }
}

/// What is told of an error. One that is too large is told without what its agent failed on.
fn told(workflow: &WorkflowRef, name: Option<&str>, built: &Built, event: &Event) -> Result<Payload> {
    let cell = built.graph.cell(&event.cell);
    let with = |error: Value| {
        json!({
            "workflow_id": workflow.workflow, "workflow_name": name, "run_id": event.id.run, "event_id": event.id,
            "cell_id": event.cell, "agent_name": cell.map(|cell| &cell.name), "agent_type": cell.map(|cell| &cell.agent_type), "error": error,
        })
    };
    let error = event.payload.value();
    Payload::of(with(error.clone()))
        .or_else(|_| Payload::of(with(json!({"code": error["code"], "message": error["message"]}))))
        .or_else(|_| Payload::of(with(json!({"code": error["code"]}))))
}
