//! Publishing: the entry points of a workflow are there for others from its start on, until their cells are taken out or the workflow is
//! deleted. While the workflow is stopped, they are there, and take no tasks.

use super::SIDE_BY_SIDE;
use super::versions::next_version;
use crate::{Built, Engine};
use futures::future::try_join_all;
use rookery_domain::{AgentRef, Cell, EntryPointId, ProjectId, Published, Result, Time};
use rookery_store::{Connection, EntryPoint, Workflow};
use std::collections::HashSet;

/// How many connections are read at once.
pub(crate) const AT_ONCE: usize = 200;

/// The entry points of a built version.
pub(crate) fn published<'b>(built: &'b Built) -> impl Iterator<Item = (&'b Cell, &'b Published)> {
    let of = |cell: &'b Cell| Some((cell, built.agent(&cell.id).ok()?.1.facts().published.as_ref()?));
    built.graph.cells().iter().filter_map(of)
}

impl Engine {
    /// Publishes the entry points of a started workflow. What breaks others comes in force for all at the given time.
    pub(crate) async fn publish(&self, workflow: &Workflow, built: &Built, breaks_at: Option<Time>) -> Result<()> {
        for (cell, published) in published(built) {
            let entry = entry_point(workflow.id.agent(cell), cell, published);
            let before = self.store.entry_point_now(&workflow.id.project, entry.id).await?;
            self.store.put_entry_point(&next_version(before, entry, breaks_at)).await?;
        }
        Ok(())
    }

    /// An entry point of a project that is not deleted, by the texts that name both.
    pub async fn entry_point(&self, project: &str, id: &str) -> Result<Option<EntryPoint>> {
        let (Ok(project), Ok(id)) = (project.parse(), id.parse::<EntryPointId>()) else { return Ok(None) };
        match self.store.known_project(&project).await {
            Ok(_) => self.store.entry_point(&project, id).await,
            Err(error) if error.code == "not_found" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The address of tasks of a project of this deployment; none if the deployment does not know its own address.
    pub fn tasks_url(&self, project: &str) -> Option<String> {
        self.public_url().map(|url| format!("{url}/p/{project}/_tasks"))
    }

    /// Takes back what agents of a project published in lives that are over, with its connections.
    pub(super) async fn unpublish(&self, project: &ProjectId, over: &[AgentRef]) -> Result<()> {
        for part in over.chunks(SIDE_BY_SIDE) {
            try_join_all(part.iter().map(|agent| self.delete_published(agent))).await?;
        }
        let (over, mut cursor): (HashSet<&AgentRef>, _) = (over.iter().collect(), None);
        loop {
            let page = self.store.connections(project, AT_ONCE, cursor.as_ref()).await?;
            let ended = page.items.iter().filter(|connection| over.contains(&connection.ends.provider));
            self.store.end_connections(project, ended.map(Connection::id).collect()).await?;
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    async fn delete_published(&self, agent: &AgentRef) -> Result<()> {
        let (project, id) = (&agent.workflow.project, EntryPointId::of(&agent.workflow, &agent.cell));
        match self.store.entry_point_now(project, id).await? {
            Some(entry) if entry.agent == *agent => self.store.delete_entry_point(project, id).await,
            _ => Ok(()), // The cell is back, and has published again.
        }
    }
}

fn entry_point(agent: AgentRef, cell: &Cell, published: &Published) -> EntryPoint {
    let mut published = published.clone();
    if published.title.is_empty() {
        published.title.clone_from(&cell.name);
    }
    let id = EntryPointId::of(&agent.workflow, &agent.cell);
    EntryPoint { id, agent, published, published_at: Time::now(), version: 1, older: Vec::new() }
}
