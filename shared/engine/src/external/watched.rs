//! What an agent is told of the others of its workflow: whether they do what is expected of them.

use crate::external::host::{EngineHost, Stopped};
use crate::metrics::activity::Working;
use rookery_agents::Watched;
use rookery_domain::{Cell, Time};

impl EngineHost<'_> {
    pub(crate) async fn watch(&self) -> Result<Vec<Watched>, Stopped> {
        let id = &self.agent.workflow;
        let (workflow, activity) = tokio::join!(self.engine.store.workflow(id), self.engine.activity(id));
        let (workflow, mut activity) = (workflow?, activity?);
        let Some(built) = self.engine.last_built(&workflow).await? else { return Ok(Vec::new()) };
        let judge = |cell: &Cell| {
            let (_, agent) = built.any_agent(&cell.id).ok()?;
            let activity = activity.remove(&cell.id).unwrap_or_default();
            let working = Working::judge(&agent.facts().expected, &activity, workflow.created_at, Time::now())?;
            Some(Watched {
                cell: cell.clone(),
                reason: working.reason,
                last_event_at: activity.last_event_at,
                last_received_at: activity.last_received_at,
                last_error_at: activity.last_error_at,
            })
        };
        Ok(built.graph.cells().iter().filter(|cell| !cell.disabled).filter_map(judge).collect())
    }
}
