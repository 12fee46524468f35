//! The end of connections: when a stage or an entry point is taken out, and when a workflow or a project is deleted.

use super::{CALLS, SIDE_BY_SIDE};
use crate::Engine;
use futures::future::try_join_all;
use rookery_agents::Facts;
use rookery_domain::{AgentRef, ProjectId, Result, StageId};
use rookery_store::{Provider, UsedEntryPoint, Workflow};
use std::time::Instant;

/// Agents of a project in lives that are over.
#[derive(Default)]
pub(crate) struct Over {
    /// Those that published something.
    published: Vec<AgentRef>,
    /// Those that used something.
    stages: Vec<AgentRef>,
}

impl Over {
    /// Notes an agent, if it had anything to do with others.
    pub(crate) fn note(&mut self, agent: AgentRef, facts: &Facts) {
        if facts.published.is_some() {
            self.published.push(agent);
        } else if facts.uses.is_some() {
            self.stages.push(agent);
        }
    }
}

impl Engine {
    /// Ends what agents had with others.
    pub(crate) async fn end_connections(&self, project: &ProjectId, over: Over) -> Result<()> {
        if !over.published.is_empty() {
            self.unpublish(project, &over.published).await?;
        }
        let until = Instant::now() + CALLS;
        for part in over.stages.chunks(SIDE_BY_SIDE) {
            try_join_all(part.iter().map(|agent| self.end_stage(agent, until))).await?;
        }
        Ok(())
    }

    async fn end_stage(&self, agent: &AgentRef, until: Instant) -> Result<()> {
        match self.store.used_entry_point(&agent.workflow.project, StageId::of(agent)).await? {
            Some(used) => self.give_up(&used, until).await,
            None => Ok(()),
        }
    }

    /// Ends the connections of a workflow that is to be deleted.
    pub(crate) async fn end_connections_of(&self, workflow: &Workflow) -> Result<()> {
        if workflow.built == 0 {
            return Ok(());
        }
        let (built, mut over) = (self.built(&workflow.id, workflow.built).await?, Over::default());
        for cell in built.graph.cells() {
            if let Ok((_, agent)) = built.any_agent(&cell.id) {
                over.note(workflow.id.agent(cell), agent.facts());
            }
        }
        self.end_connections(&workflow.id.project, over).await
    }

    /// Ends a part of the connections that the stages of a deleted project have with others; `true` when none are left. A part takes no
    /// longer than others can wait.
    pub(crate) async fn disconnect_project(&self, project: &ProjectId) -> Result<bool> {
        let until = Instant::now() + CALLS;
        loop {
            let page = self.store.used_entry_points(project, SIDE_BY_SIDE, None).await?;
            try_join_all(page.items.iter().map(|used| self.give_up(used, until))).await?;
            if page.next.is_none() || Instant::now() >= until {
                return Ok(page.next.is_none());
            }
        }
    }

    /// Ends the connection of a stage. A provider elsewhere is told now only until a time, and else later.
    pub(super) async fn give_up(&self, used: &UsedEntryPoint, until: Instant) -> Result<()> {
        match &used.provider {
            Provider::Here { project, .. } => self.store.end_connections(project, vec![used.connection]).await?,
            Provider::Elsewhere(there) => self.give_up_elsewhere(used, there, until).await?,
        }
        // A stage that has another connection by now keeps that one.
        let now = self.store.used_entry_point(&used.agent.workflow.project, used.stage()).await?;
        if now.is_some_and(|now| now.connection == used.connection) {
            self.store.forget_used_entry_point(used).await?;
        }
        Ok(())
    }
}
