//! What is kept in step with the built version: schedules, and what belongs to the lives of agents.

use crate::connections::over::Over;
use crate::{Built, Engine};
use rookery_domain::{CellId, Graph, Result, Time, limits, random_token};
use rookery_store::{ScheduleItem, State, Workflow};
use std::collections::HashMap;

impl Engine {
    /// Makes the stored schedules agree with the built version. An unchanged schedule goes on as it was, unless the workflow has
    /// just started.
    pub(super) async fn sync_schedules(&self, workflow: &Workflow, built: &Built, started: bool) -> Result<()> {
        if workflow.state != State::Active {
            return Ok(());
        }
        let id = &workflow.id;
        let mut there: HashMap<CellId, ScheduleItem> =
            self.store.schedules(id).await?.into_iter().map(|item| (item.agent.cell.clone(), item)).collect();
        for cell in built.graph.cells() {
            let Ok((_, agent)) = built.agent(&cell.id) else { continue };
            let Some(schedule) = &agent.facts().schedule else { continue };
            let Some(next_due) = schedule.next(Time::now()) else { continue };
            let spec = schedule.to_string();
            match there.remove(&cell.id) {
                Some(item) if !started && item.spec == spec && item.agent.incarnation == cell.incarnation => {}
                _ => {
                    let item = ScheduleItem {
                        agent: id.agent(cell),
                        spec,
                        generation: random_token(12),
                        next_due,
                        last_due: None,
                        caught_up: None,
                        skipped: 0,
                    };
                    self.store.put_schedule(&item).await?;
                }
            }
        }
        for item in there.values() {
            self.store.delete_schedule(item).await?;
        }
        Ok(())
    }

    /// Lets the memories of agents that no longer exist expire once the runs of those agents are over, and ends their connections.
    pub(super) async fn end_lives(&self, workflow: &Workflow, before: &Built, now: &Graph) -> Result<()> {
        let (forgotten, mut over) = (Time::now().plus(limits::COMMIT_MS), Over::default());
        for old in before.graph.cells() {
            if now.cell(&old.id).is_none_or(|cell| cell.incarnation != old.incarnation) {
                let agent = workflow.id.agent(old);
                self.store.expire_memories(&agent, forgotten).await?;
                if let Ok((_, built)) = before.any_agent(&old.id) {
                    over.note(agent, built.facts());
                }
            }
        }
        self.end_connections(&workflow.id.project, over).await
    }
}
