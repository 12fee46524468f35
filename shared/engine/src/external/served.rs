//! Agents that we serve to callers elsewhere: a request over the protocol of external agents starts a run, and the agent
//! `answer_caller` of that run posts the outcome back.

use crate::accept::incoming_id;
use crate::{Engine, Incoming};
use rookery_agents::agent_protocol::read_addressee;
use rookery_domain::{Cell, CellId, Error, Kind, Payload, ProjectId, Result, RunId, Time, WorkflowRef, limits};
use rookery_store::{Caller, Named, State, Workflow};
use std::sync::Arc;

/// How long a run's caller is kept, in milliseconds: the longest deadline of a request to an external agent, and the time that a
/// commit is kept.
const CALLER_MS: i64 = 30 * 24 * 3600 * 1000 + limits::COMMIT_MS;

/// A request of a caller elsewhere.
#[derive(Clone, Debug)]
pub struct Execution {
    /// The `ExecuteAIAgentProxyRequest`, as it came.
    pub request: Payload,
    /// The same key means the same request.
    pub key: Option<String>,
    /// Where the outcome is posted, if the caller wants that, and the token that is sent along.
    pub caller: Caller,
}

impl Engine {
    /// Starts the run of a request; the run's id is the request's. The agent is found by its name, or else by the id of its workflow.
    pub async fn execute(self: &Arc<Self>, project: &ProjectId, execution: Execution) -> Result<RunId> {
        let addressee = read_addressee(&execution.request)?;
        let by_name = match &addressee.agent_name {
            Some(name) => self.served_by_name(project, name).await?,
            None => None,
        };
        let found = match (by_name, &addressee.workflow_id) {
            (Some(found), _) => Some(found),
            (None, Some(workflow)) => self.served_by_workflow(project, workflow).await?,
            (None, None) => None,
        };
        let (workflow, cell) = found.ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                "not_found",
                "No agent of that name, and no workflow of that id, takes requests.",
                "Start a workflow with a served agent; give its `name` as `agentConfig.agentName`.",
            )
        })?;
        let built = self.built(&workflow.id, workflow.built).await?;
        let mut incoming = Incoming::new(execution.request, Vec::new(), execution.key);
        let id = incoming_id(&workflow, built.agent(&cell)?.0, incoming.key.as_deref())?;
        incoming.id = Some(id);
        // The caller is noted before the event is accepted, since the run may be over before `accept` returns.
        let until = Time::now().plus(CALLER_MS);
        self.store.put_caller(&workflow.id, id.run, &execution.caller, until).await?;
        self.accept_at_trigger(&workflow, &cell, incoming).await.map(|id| id.run)
    }

    /// The agent that serves by this name now; of several, the one that was started last. An agent that was made known may serve
    /// no longer: its workflow may have stopped, or have another version.
    async fn served_by_name(&self, project: &ProjectId, name: &str) -> Result<Option<(Workflow, CellId)>> {
        for (id, cell) in self.store.named(Named::Served, project, name).await? {
            let Some(workflow) = self.running(&id).await? else { continue };
            if self.served_cells(&workflow).await?.iter().any(|(served, known)| *served == cell && known == name) {
                return Ok(Some((workflow, cell)));
            }
        }
        Ok(None)
    }

    async fn served_by_workflow(&self, project: &ProjectId, id: &str) -> Result<Option<(Workflow, CellId)>> {
        let Ok(workflow) = id.parse() else { return Ok(None) };
        let id = WorkflowRef { project: project.clone(), workflow };
        let Some(workflow) = self.running(&id).await? else { return Ok(None) };
        let served = self.served_cells(&workflow).await?.into_iter().next();
        Ok(served.map(|(id, _)| (workflow, id)))
    }

    pub(crate) async fn running(&self, id: &WorkflowRef) -> Result<Option<Workflow>> {
        let found = self.store.known_workflow(id).await?;
        Ok(found.filter(|workflow| !workflow.deleted && workflow.state == State::Active))
    }

    /// The agents of a workflow's built version that take requests, with the names by which they are called.
    async fn served_cells(&self, workflow: &Workflow) -> Result<Vec<(CellId, String)>> {
        let built = self.built(&workflow.id, workflow.built).await?;
        let named = |cell: &Cell| {
            let served = built.agent(&cell.id).ok()?.1.facts().served.as_ref()?;
            Some((cell.id.clone(), served.name.clone().unwrap_or_else(|| cell.name.clone())))
        };
        Ok(built.graph.cells().iter().filter_map(named).collect())
    }

    /// Makes the served agents of a started workflow known by their names. Of several agents with one name, the one that was
    /// started last is asked while it serves.
    pub(crate) async fn register_served(&self, workflow: &Workflow) -> Result<()> {
        for (cell, name) in self.served_cells(workflow).await? {
            self.store.put_name(Named::Served, &workflow.id, &name, &cell).await?;
        }
        Ok(())
    }
}
