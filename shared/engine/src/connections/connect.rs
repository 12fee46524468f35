//! Connecting the stages of a workflow with the entry points that they use: when the workflow is built, and again when a stage finds its
//! connection gone. The same stage and the same entry point always have the same connection.

use super::versions::Deprecated;
use super::{CALLS, SIDE_BY_SIDE};
use crate::{Built, Engine};
use futures::future::try_join_all;
use rookery_agents::{EntryPointAt, in_config};
use rookery_domain::{
    Access, AgentRef, CellId, ClientName, ConnectionId, ConnectionState, EntryPointId, Error, Kind, Problem, Result, StageId,
    Time, WorkflowRef,
};
use rookery_store::{Connection, Ends, EntryPoint, Provider, UsedEntryPoint, Workflow};
use std::time::Instant;

/// The most cells whose entry points are looked for when a workflow is judged; those of others are found when they are connected.
const JUDGED: usize = 200;

/// The agents of a built version that use entry points.
fn stages(built: &Built, workflow: &WorkflowRef) -> Vec<(AgentRef, EntryPointAt)> {
    let stage = |cell| {
        let (cell, agent) = built.agent(cell).ok()?;
        Some((workflow.agent(cell), agent.facts().uses.clone()?))
    };
    built.graph.cells().iter().filter_map(|cell| stage(&cell.id)).collect()
}

/// How it stands with a connection that is new, if no person has decided.
pub(super) fn first_state(entry: &EntryPoint, client: &ClientName) -> ConnectionState {
    match entry.published.access {
        _ if client.is(&entry.agent.workflow.project) => ConnectionState::Active,
        Access::Open => ConnectionState::Active,
        Access::Approval => ConnectionState::Pending,
        Access::AllowList if entry.may_use(client) => ConnectionState::Active,
        Access::AllowList => ConnectionState::Refused,
    }
}

impl Engine {
    /// The problems of cells whose entry points are not there; and warnings where that cannot be known now, or where there is another version.
    pub(crate) async fn judge_entry_points(&self, used: &[(CellId, EntryPointAt)]) -> Result<(Vec<Problem>, Vec<Problem>)> {
        let (others, own): (Vec<_>, Vec<_>) =
            used.iter().take(JUDGED).map(|(cell, at)| (cell, at)).partition(|(_, at)| self.elsewhere(at).is_some());
        let (mut problems, mut warnings) = self.judge_elsewhere(&others).await;
        for (cell, at) in own {
            let problem = |message| Problem::new(cell.as_str(), in_config("client_stage_id"), message);
            match self.entry_point(&at.project, &at.entry_point).await? {
                None => problems.push(problem(format!(
                    "The project `{}` has no entry point `{}`: take one of the catalogue (`GET /api/v1/catalog`). One of another deployment needs its `tasks_url`, too.",
                    at.project, at.entry_point
                ))),
                Some(entry) => {
                    let deprecated = entry.deprecated(Time::now());
                    warnings.extend(deprecated.map(|older| problem(Deprecated::of(older).warning(entry.version))));
                }
            }
        }
        Ok((problems, warnings))
    }

    /// Connects the stages of a built workflow, and warns of those that are not, or whose provider has to accept them. What a stage used
    /// before, and does not use now, is given up.
    pub(crate) async fn connect_stages(&self, workflow: &Workflow, built: &Built) -> Result<Vec<Problem>> {
        let (until, mut warnings) = (Instant::now() + CALLS, Vec::new());
        for part in stages(built, &workflow.id).chunks(SIDE_BY_SIDE) {
            let told = try_join_all(part.iter().map(|(agent, at)| self.connect_stage(agent, at, until))).await?;
            let of_cells = part.iter().zip(told).filter_map(|((agent, _), message)| Some((agent, message?)));
            let field = in_config("client_stage_id");
            warnings.extend(of_cells.map(|(agent, message)| Problem::new(agent.cell.as_str(), field.clone(), message)));
        }
        Ok(warnings)
    }

    /// Connects a stage. Gives what a person has to know.
    async fn connect_stage(&self, agent: &AgentRef, at: &EntryPointAt, until: Instant) -> Result<Option<String>> {
        let before = self.store.used_entry_point(&agent.workflow.project, StageId::of(agent)).await?;
        let (now, state) = match self.elsewhere(at) {
            None => self.connect(agent, at).await?.map(|now| (now.id(), now.state)),
            // The stage connects when it has a task.
            Some(_) if Instant::now() >= until => return Ok(None),
            Some(url) => match self.connect_elsewhere(agent, at, url).await {
                Ok(UsedEntryPoint { connection, provider: Provider::Elsewhere(there), .. }) => Some((connection, there.state)),
                Ok(_) => None,
                Err(error) if matches!(error.kind, Kind::Unavailable | Kind::Internal | Kind::StorageFull) => return Err(error),
                // The provider is away, or says no.
                Err(error) => {
                    tracing::info!(code = error.code, "a stage is not connected yet");
                    return Ok(Some(format!("The stage is not connected yet. It tries again with each task. {}", error.message)));
                }
            },
        }
        .unzip();
        if let Some(before) = before.filter(|before| now.is_none_or(|now| now != before.connection)) {
            self.give_up(&before, until).await?;
        }
        Ok(match state {
            Some(ConnectionState::Pending) => {
                Some("The provider has to accept the connection. Until then, tasks wait.".to_owned())
            }
            Some(ConnectionState::Refused | ConnectionState::Revoked) => {
                Some("The provider has refused the connection, or has taken it back: no task gets there.".to_owned())
            }
            Some(ConnectionState::Active) | None => None,
        })
    }

    /// Refuses to connect a stage that is gone: a task of it may still be under way.
    pub(super) async fn judge_stage(&self, agent: &AgentRef) -> Result<()> {
        let gone = || {
            let message = "The stage was taken out of its workflow.";
            Error::new(Kind::NotFound, "stage_gone", message, "Put it back, and build the workflow.")
        };
        let workflow = match self.store.workflow(&agent.workflow).await {
            Err(error) if error.kind == Kind::NotFound => return Err(gone()),
            found => found?,
        };
        let built = self.built(&workflow.id, workflow.built).await?;
        let is_there = built.graph.cell(&agent.cell).is_some_and(|cell| cell.incarnation == agent.incarnation);
        if is_there { Ok(()) } else { Err(gone()) }
    }

    /// Connects a stage with its entry point. None if the entry point is not there.
    pub(crate) async fn connect(&self, agent: &AgentRef, at: &EntryPointAt) -> Result<Option<Connection>> {
        self.judge_stage(agent).await?;
        let Some(entry) = self.entry_point(&at.project, &at.entry_point).await? else { return Ok(None) };
        let ends = ends(agent, &entry);
        let provider = Provider::Here { project: ends.project().clone(), entry: entry.id };
        let (connection, client) = (ends.id, ends.client.clone());
        let used = UsedEntryPoint { agent: agent.clone(), provider, connection, created_at: ends.created_at };
        self.store.put_used_entry_point(&used).await?;
        self.open(&entry, &client, Connection::new(ends, None, first_state(&entry, &client))).await.map(Some)
    }

    /// Makes a connection, or finds the one that is there. A person's decision stays; what the entry point's `access` decided follows it.
    pub(super) async fn open(&self, entry: &EntryPoint, client: &ClientName, connection: Connection) -> Result<Connection> {
        let opened = self.store.open_connection(&connection).await?;
        let follows = match opened.state {
            ConnectionState::Pending => true,
            ConnectionState::Refused => entry.published.access == Access::AllowList,
            ConnectionState::Active | ConnectionState::Revoked => false,
        };
        match first_state(entry, client) {
            ConnectionState::Active if follows => {
                let changed = self.store.set_connection_state(&opened, ConnectionState::Active).await?;
                Ok(changed.unwrap_or(opened))
            }
            _ => Ok(opened),
        }
    }
}

/// What a connection of a stage of this deployment joins.
pub(crate) fn ends(agent: &AgentRef, entry: &EntryPoint) -> Ends {
    let client = ClientName::here(&agent.workflow.project);
    let stage = StageId::of(agent).to_string();
    Ends {
        id: ConnectionId::of(&client, &stage, entry.id, entry.agent.incarnation),
        entry: EntryPointId::of(&entry.agent.workflow, &entry.agent.cell),
        provider: entry.agent.clone(),
        client,
        stage,
        agent: Some(agent.clone()),
        created_at: Time::now(),
    }
}
