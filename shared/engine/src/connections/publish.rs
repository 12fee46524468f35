//! Publishing: the entry points of a workflow are there for others from its start on, until their cells are taken out or the workflow is
//! deleted. While the workflow is stopped, they are there, and take no tasks.

use super::versions::next_version;
use crate::{Built, Engine};
use rookery_agents::Published;
use rookery_domain::{AgentRef, Cell, EntryPointId, Result, Time};
use rookery_store::{EntryPoint, Workflow};

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

    /// Takes back what an agent published in a life that is over, with its connections.
    pub(crate) async fn unpublish(&self, agent: &AgentRef) -> Result<()> {
        let (project, id) = (&agent.workflow.project, EntryPointId::of(&agent.workflow, &agent.cell));
        if self.store.entry_point(project, id).await?.is_some_and(|entry| entry.agent == *agent) {
            self.store.delete_entry_point(project, id).await?;
        }
        let mut cursor = None;
        loop {
            let page = self.store.connections(project, AT_ONCE, cursor.as_ref()).await?;
            for connection in page.items.iter().filter(|connection| connection.ends.provider == *agent) {
                self.store.end_connection(&connection.ends).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}

fn entry_point(agent: AgentRef, cell: &Cell, published: &Published) -> EntryPoint {
    let Published { title, description, input_schema, output_schema, access, allow, tasks_per_minute } = published.clone();
    EntryPoint {
        id: EntryPointId::of(&agent.workflow, &agent.cell),
        agent,
        title: if title.is_empty() { cell.name.clone() } else { title },
        description,
        input_schema,
        output_schema,
        access,
        allow,
        tasks_per_minute,
        published_at: Time::now(),
        version: 1,
        older: Vec::new(),
    }
}
