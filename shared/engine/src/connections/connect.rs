//! Connecting the stages of a workflow with the entry points that they use: when the workflow is built, and again when a stage finds its
//! connection gone. The same stage and the same entry point always have the same connection.

use crate::{Built, Engine};
use futures::future::try_join_all;
use rookery_agents::{EntryPointAt, in_config};
use rookery_domain::{
    Access, AgentRef, CellId, ClientName, ConnectionId, ConnectionState, EntryPointId, Kind, Problem, ProjectId, Result, StageId,
    Time, WorkflowRef,
};
use rookery_store::{Connection, Ends, EntryPoint, OlderVersion, Provider, UsedEntryPoint, Workflow};

/// The most cells whose entry points are looked for when a workflow is judged; those of others are found when they are connected.
const JUDGED: usize = 200;
/// How many stages are connected at a time.
const SIDE_BY_SIDE: usize = 25;

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
    let is_own = client.deployment.is_none() && client.project == entry.agent.workflow.project.as_str();
    match entry.access {
        _ if is_own => ConnectionState::Active,
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
                    "The project `{}` has no entry point `{}`: take one of the catalogue (`GET /api/v1/catalog`).",
                    at.project, at.entry_point
                ))),
                Some(entry) => warnings.extend(entry.deprecated(Time::now()).map(|older| problem(deprecated(&entry, older)))),
            }
        }
        Ok((problems, warnings))
    }

    /// Connects the stages of a built workflow. What a stage used before, and does not use now, is given up.
    pub(crate) async fn connect_stages(&self, workflow: &Workflow, built: &Built) -> Result<()> {
        for part in stages(built, &workflow.id).chunks(SIDE_BY_SIDE) {
            try_join_all(part.iter().map(|(agent, at)| self.connect_stage(agent, at))).await?;
        }
        Ok(())
    }

    async fn connect_stage(&self, agent: &AgentRef, at: &EntryPointAt) -> Result<()> {
        let before = self.store.used_entry_point(&agent.workflow.project, StageId::of(agent)).await?;
        let now = match self.elsewhere(at) {
            None => self.connect(agent, at).await?.map(|now| now.id()),
            Some(url) => match self.connect_elsewhere(agent, at, url).await {
                Ok(used) => Some(used.connection),
                Err(error) if matches!(error.kind, Kind::Unavailable | Kind::Internal | Kind::StorageFull) => return Err(error),
                // The provider is away, or says no: the stage connects when it has a task.
                Err(error) => {
                    tracing::info!(code = error.code, "a stage is not connected yet");
                    return Ok(());
                }
            },
        };
        match before.filter(|before| now.is_none_or(|now| now != before.connection)) {
            Some(before) => self.give_up(&before).await,
            None => Ok(()),
        }
    }

    /// Connects a stage with its entry point. None if the entry point is not there.
    pub(crate) async fn connect(&self, agent: &AgentRef, at: &EntryPointAt) -> Result<Option<Connection>> {
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
            ConnectionState::Refused => entry.access == Access::AllowList,
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

    /// Ends the connection of a stage.
    pub(crate) async fn give_up(&self, used: &UsedEntryPoint) -> Result<()> {
        match &used.provider {
            Provider::Here { project, .. } => {
                if let Some(connection) = self.store.connection(project, used.connection).await? {
                    self.store.end_connection(&connection.ends).await?;
                }
            }
            Provider::Elsewhere(there) => self.give_up_elsewhere(there).await,
        }
        // A stage that has another connection by now keeps that one.
        let now = self.store.used_entry_point(&used.agent.workflow.project, used.stage()).await?;
        if now.is_some_and(|now| now.connection == used.connection) {
            self.store.forget_used_entry_point(used).await?;
        }
        Ok(())
    }

    /// Ends what an agent in a life that is over had with others: what it published, and what it used.
    pub(crate) async fn end_connections(&self, agent: &AgentRef, publishes: bool) -> Result<()> {
        if publishes {
            self.unpublish(agent).await?;
        }
        match self.store.used_entry_point(&agent.workflow.project, StageId::of(agent)).await? {
            Some(used) => self.give_up(&used).await,
            None => Ok(()),
        }
    }

    /// Ends the connections of a workflow that is to be deleted.
    pub(crate) async fn end_connections_of(&self, workflow: &Workflow) -> Result<()> {
        if workflow.built == 0 {
            return Ok(());
        }
        let built = self.built(&workflow.id, workflow.built).await?;
        for cell in built.graph.cells() {
            let Ok((_, agent)) = built.agent(&cell.id) else { continue };
            let (publishes, uses) = (agent.facts().published.is_some(), agent.facts().uses.is_some());
            if publishes || uses {
                self.end_connections(&workflow.id.agent(cell), publishes).await?;
            }
        }
        Ok(())
    }

    /// Ends the connections that the stages of a deleted project have with others.
    pub(crate) async fn disconnect_project(&self, project: &ProjectId) -> Result<()> {
        loop {
            let page = self.store.used_entry_points(project, super::publish::AT_ONCE, None).await?;
            for used in &page.items {
                self.give_up(used).await?;
            }
            if page.next.is_none() {
                return Ok(());
            }
        }
    }
}

/// What a person has to know whose stage may rely on an older version.
fn deprecated(entry: &EntryPoint, older: &OlderVersion) -> String {
    let OlderVersion { version, until, breaks, .. } = older;
    format!(
        "The entry point is at version {}. What fitted version {version} is taken until {until}; then: {}. Send what fits the new schema.",
        entry.version,
        breaks.join("; ")
    )
}

/// What a connection of a stage of this deployment joins.
pub(crate) fn ends(agent: &AgentRef, entry: &EntryPoint) -> Ends {
    let client = ClientName { deployment: None, project: agent.workflow.project.to_string() };
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
