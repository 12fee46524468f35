//! A built version in memory: its graph and its agents, ready to run. Immutable, so cached by version.

use crate::Engine;
use rookery_agents::Agent;
use rookery_domain::{Cell, CellId, Error, Graph, Kind, Result, WorkflowRef};
use std::collections::HashMap;
use std::sync::Arc;

/// A built version.
pub struct Built {
    /// Its number.
    pub version: u64,
    /// Its agents and links, as data.
    pub graph: Graph,
    agents: HashMap<CellId, Box<dyn Agent>>,
}

impl Built {
    /// A graph with its agents; those whose config is no longer understood are left out.
    pub(crate) fn new(version: u64, graph: Graph) -> Self {
        let agents = graph.cells().iter().filter_map(|cell| match rookery_agents::build(&cell.agent_type, &cell.config) {
            Ok(agent) => Some((cell.id.clone(), agent)),
            Err(problems) => {
                tracing::error!(cell = %cell.id, version, ?problems, "a built agent is not understood any more");
                None
            }
        });
        Built { version, agents: agents.collect(), graph }
    }

    /// An agent and its cell; 404 when the version has no such agent.
    pub fn agent(&self, id: &CellId) -> Result<(&Cell, &dyn Agent)> {
        let found = self.graph.cell(id).and_then(|cell| Some((cell, self.agents.get(id)?.as_ref())));
        found.ok_or_else(|| Error::not_found("agent"))
    }

    /// The agent whose public address ends in this token.
    pub fn by_token(&self, token: &str) -> Option<(&Cell, &dyn Agent)> {
        let same = |cell: &&Cell| cell.token.as_deref().is_some_and(|own| constant_time_eq(own, token));
        let cell = self.graph.cells().iter().find(same)?;
        Some((cell, self.agents.get(&cell.id)?.as_ref()))
    }
}

fn constant_time_eq(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

impl Engine {
    /// A built version; 409 `not_built` when there is none.
    pub async fn built(&self, workflow: &WorkflowRef, version: u64) -> Result<Arc<Built>> {
        let key = (workflow.clone(), version);
        let load = async {
            let graph = self.store.graph(workflow, version).await?.ok_or_else(|| {
                Error::new(Kind::Conflict, "not_built", "The workflow was never built.", "POST to its /build or /start first.")
            })?;
            Ok::<_, Error>(Arc::new(Built::new(version, graph)))
        };
        self.built.get_or_insert_async(&key, load).await
    }
}
