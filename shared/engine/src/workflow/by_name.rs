//! Workflows by name: a started workflow with an agent that takes calls (`manual`, `webhook`) is called by its name. Of several with one
//! name, the one that was started last answers, as long as it runs.

use crate::accept::incoming_id;
use crate::{Built, Engine, Incoming};
use rookery_domain::{CellId, Error, Payload, ProjectId, Result, RunId, Time, WorkflowRef, limits};
use rookery_store::{Called, Named, Told, Workflow};
use std::sync::Arc;
use tracing::Instrument;

/// The longest name by which a workflow is called, in bytes: it is a part of keys.
const NAME_BYTES: usize = 480;
/// How long it is known that a run was called, in milliseconds: as long as its events are kept and its deliveries remembered.
const KNOWN_MS: i64 = limits::KEEP_EVENTS_SECONDS * 1000 + limits::COMMIT_MS;
/// The most workflows that are listed by name.
const LISTED: usize = 200;

/// A call of a workflow by its name.
#[derive(Clone, Debug)]
pub struct Call {
    /// What the trigger emits.
    pub payload: Payload,
    /// The id of the instance, if one is named.
    pub instance: Option<String>,
    /// The same key means the same call.
    pub key: Option<String>,
}

impl Engine {
    /// Calls the workflow that has this name now. `None` if there is none.
    pub async fn call_workflow(self: &Arc<Self>, project: &ProjectId, name: &str, call: Call) -> Result<Option<Called>> {
        let Some((workflow, trigger)) = self.workflow_by_name(project, name).await? else { return Ok(None) };
        let built = self.built(&workflow.id, workflow.built).await?;
        let id = incoming_id(&workflow, built.agent(&trigger)?.0, call.key.as_deref())?;
        let at = Time::now();
        let called = Called { workflow: workflow.id.clone(), run: id.run, name: name.to_owned(), instance: call.instance, at };
        // The call is noted before the event is accepted, so that whoever is told of the run finds it.
        let until = at.plus(KNOWN_MS);
        let called = self.store.put_called(&called, until).await?;
        let incoming = Incoming { id: Some(id), ..Incoming::new(call.payload, Vec::new(), call.key) };
        // A caller that goes away must not leave a run whose instance is not listed.
        let (engine, listed) = (self.clone(), called.clone());
        let accepted = async move {
            engine.accept_at_trigger(&workflow, &trigger, incoming).await?;
            engine.store.list_called(&listed, until).await
        };
        let accepted = rookery_trace::within(rookery_trace::current(), accepted).in_current_span();
        tokio::spawn(accepted).await.map_err(Error::internal)??;
        Ok(Some(called))
    }

    /// The workflow that is called by this name now, and the agent that takes the call.
    pub async fn workflow_by_name(&self, project: &ProjectId, name: &str) -> Result<Option<(Workflow, CellId)>> {
        for (id, _) in self.store.named(Named::Called, project, name).await? {
            if let Some(found) = self.answers_to(&id, name).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The workflow and the agent that takes its calls, if the workflow is called by this name now. A name that was made known may lead
    /// elsewhere by now: the workflow may have stopped, or have another name or version.
    async fn answers_to(&self, id: &WorkflowRef, name: &str) -> Result<Option<(Workflow, CellId)>> {
        let Some(workflow) = self.running(id).await?.filter(|workflow| workflow.name == name) else { return Ok(None) };
        let built = self.built(&workflow.id, workflow.built).await?;
        Ok(takes_calls(&built).map(|trigger| (workflow, trigger)))
    }

    /// The names by which workflows are called now, in order: the first 200 that were made known.
    pub async fn callable_names(&self, project: &ProjectId) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for (name, workflows) in self.store.all_named(Named::Called, project, LISTED).await? {
            for id in workflows {
                if self.answers_to(&id, &name).await?.is_some() {
                    names.push(name);
                    break;
                }
            }
        }
        Ok(names)
    }

    /// The run with this id, if it was called by this name.
    pub async fn find_called(&self, project: &ProjectId, name: &str, run: RunId) -> Result<Option<Called>> {
        for (workflow, _) in self.store.named(Named::Called, project, name).await? {
            if let Some((called, _)) = self.called_in(&workflow, run).await?.filter(|(called, _)| called.name == name) {
                return Ok(Some(called));
            }
        }
        Ok(None)
    }

    /// What is known of a run of this workflow, if it was called, and the workflow is not deleted.
    pub async fn called_in(&self, workflow: &WorkflowRef, run: RunId) -> Result<Option<(Called, Told)>> {
        let is_there = self.store.known_workflow(workflow).await?.is_some_and(|workflow| !workflow.deleted);
        if is_there { self.store.called(workflow, run).await } else { Ok(None) }
    }

    /// Makes a workflow known by its name, if it is active and can be called.
    pub(crate) async fn register_name(&self, workflow: &Workflow, built: &Built) -> Result<()> {
        match takes_calls(built).filter(|_| workflow.name.len() <= NAME_BYTES) {
            Some(trigger) => self.store.put_name(Named::Called, &workflow.id, &workflow.name, &trigger).await,
            None => Ok(()),
        }
    }
}

/// The agent that takes calls: the first one, in the order of the canvas.
fn takes_calls(built: &Built) -> Option<CellId> {
    let takes = |id: &CellId| built.agent(id).is_ok_and(|(_, agent)| agent.facts().takes_calls);
    built.graph.cells().iter().map(|cell| &cell.id).find(|id| takes(id)).cloned()
}
