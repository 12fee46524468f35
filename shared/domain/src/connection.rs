//! Connections between workflows: a stage of one workflow uses an entry point of another. Their ids are derived, so that the same stages
//! always have the same connection.

use crate::{AgentRef, CellId, ConnectionId, EntryPointId, Error, ProjectId, StageId, TaskId, Time, WorkflowRef, hashed_uuid};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::str::FromStr;
use uuid::Builder;

/// Who may use an entry point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Every project.
    Open,
    /// Whoever the provider accepts, connection by connection.
    #[default]
    Approval,
    /// Whoever is on the entry point's list.
    AllowList,
}

/// What an entry point says of itself to others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// What people call it; empty for the name of the cell.
    pub title: String,
    /// What it does.
    pub description: String,
    /// The JSON Schema of the payloads of tasks.
    pub input_schema: Option<Value>,
    /// The JSON Schema of the payloads of replies.
    pub output_schema: Option<Value>,
    /// Who may use it.
    pub access: Access,
    /// Those who may, where `access` is a list.
    pub allow: Vec<ClientName>,
    /// How many tasks a connection may bring in a minute.
    pub tasks_per_minute: u32,
    /// How many tasks a connection may bring in a day (UTC); none for as many as the minutes allow.
    #[serde(default)]
    pub tasks_per_day: Option<u32>,
}

/// How it stands with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// The provider has not decided yet.
    Pending,
    /// Tasks go both ways.
    Active,
    /// The provider has refused it.
    Refused,
    /// The provider has taken it back.
    Revoked,
}

/// What became of a task that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It is still to be sent.
    Pending,
    /// The other side has it.
    Delivered,
    /// The other side does not take it, and it is not sent again.
    Failed,
}

/// A project that uses entry points. A project's id alone may be claimed by any deployment, so the deployment is a part of the name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClientName {
    /// The base URL of the project's deployment, which proves the project; none for this deployment.
    pub deployment: Option<String>,
    /// The project's id there.
    pub project: String,
}

impl ClientName {
    /// The name of a project of this deployment.
    pub fn here(project: &ProjectId) -> Self {
        ClientName { deployment: None, project: project.to_string() }
    }

    /// Whether it is the name of this project of this deployment.
    pub fn is(&self, project: &ProjectId) -> bool {
        self.deployment.is_none() && self.project == project.as_str()
    }

    /// The name of a project; without a deployment, of one of this deployment.
    pub fn new(project: String, deployment: Option<&str>) -> Result<Self, Error> {
        match deployment {
            None if !project.is_empty() && !project.contains('@') => Ok(ClientName { deployment: None, project }),
            None => format!("{project}@").parse(),
            Some(deployment) => format!("{project}@{deployment}").parse(),
        }
    }
}

impl fmt::Display for ClientName {
    /// Writes `PROJECT`, or `PROJECT@https://...` for another deployment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.project)?;
        self.deployment.iter().try_for_each(|deployment| write!(f, "@{deployment}"))
    }
}

impl FromStr for ClientName {
    type Err = Error;

    /// Reads what [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, Error> {
        let (project, deployment) =
            text.split_once('@').map_or((text, None), |(project, deployment)| (project, Some(deployment)));
        let is_url = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if project.is_empty() || deployment.is_some_and(|deployment| !is_url(deployment)) {
            let remedy = "Give a project's id, or `ID@https://...` for a project of another deployment.";
            return Err(Error::invalid(format!("`{text}` is not the name of a project."), remedy));
        }
        Ok(ClientName { deployment: deployment.map(|url| url.trim_end_matches('/').to_owned()), project: project.to_owned() })
    }
}

impl EntryPointId {
    /// The entry point of a cell: the same, however often the cell is taken out and put back.
    pub fn of(workflow: &WorkflowRef, cell: &CellId) -> Self {
        let (project, id) = (workflow.project.as_str(), workflow.workflow.as_str());
        EntryPointId(hashed_uuid(&[b"entry point", project.as_bytes(), id.as_bytes(), cell.as_str().as_bytes()]))
    }
}

impl StageId {
    /// The stage of an agent: another one for each life of its cell.
    pub fn of(agent: &AgentRef) -> Self {
        let AgentRef { workflow, cell, incarnation } = agent;
        let (project, id) = (workflow.project.as_str(), workflow.workflow.as_str());
        let parts = [b"stage", project.as_bytes(), id.as_bytes(), cell.as_str().as_bytes(), &incarnation.to_be_bytes()];
        StageId(hashed_uuid(&parts))
    }
}

impl ConnectionId {
    /// The connection of a client's stage with an entry point, in one life (incarnation) of the entry point's cell. The stage's id is what
    /// the client calls the stage.
    pub fn of(client: &ClientName, stage: &str, entry: EntryPointId, incarnation: u64) -> Self {
        let deployment = client.deployment.as_deref().unwrap_or_default();
        let (client, stage) = (client.project.as_bytes(), stage.as_bytes());
        let parts = [b"connection", deployment.as_bytes(), client, stage, entry.0.as_bytes(), &incarnation.to_be_bytes()];
        ConnectionId(hashed_uuid(&parts))
    }
}

impl TaskId {
    /// The id of a task of this time, of which nothing else has these parts: always the same.
    pub fn of(at: Time, parts: &[&[u8]]) -> Self {
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&hashed_uuid(parts).as_bytes()[..10]);
        TaskId(Builder::from_unix_timestamp_millis(u64::try_from(at.0).unwrap_or_default(), &bytes).into_uuid())
    }

    /// The time of the task; 1970 for one that is known by its sender's key.
    pub fn time(self) -> Time {
        Time((self.0.as_u128() >> 80) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WorkflowId;

    #[test]
    fn a_client_is_a_project_of_a_deployment() {
        for text in ["0123456789ab", "p@https://other.example.com", "p@http://127.0.0.1:8080/rookery"] {
            assert_eq!(text.parse::<ClientName>().unwrap().to_string(), text);
        }
        assert_eq!("p@https://a.example/".parse::<ClientName>().unwrap().deployment.as_deref(), Some("https://a.example"));
        for text in ["", "@https://a.example", "p@a.example", "p@"] {
            assert!(text.parse::<ClientName>().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_differ_in_every_part_and_tasks_are_ordered_by_time() {
        let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
        let agent = |cell: &str, incarnation| AgentRef { workflow: workflow.clone(), cell: CellId(cell.into()), incarnation };
        assert_eq!(StageId::of(&agent("a", 1)), StageId::of(&agent("a", 1)));
        assert_ne!(StageId::of(&agent("a", 1)), StageId::of(&agent("a", 2)));
        let entry = EntryPointId::of(&workflow, &CellId("a".into()));
        let client = |text: &str| text.parse::<ClientName>().unwrap();
        let ids = [
            ConnectionId::of(&client("p"), "s", entry, 1),
            ConnectionId::of(&client("p@https://a.example"), "s", entry, 1),
            ConnectionId::of(&client("q"), "s", entry, 1),
            ConnectionId::of(&client("p"), "t", entry, 1),
            ConnectionId::of(&client("p"), "s", EntryPointId::of(&workflow, &CellId("b".into())), 1),
            ConnectionId::of(&client("p"), "s", entry, 2),
        ];
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
        let (early, late) = (TaskId::of(Time(1_700_000_000_000), &[b"z"]), TaskId::of(Time(1_700_000_000_001), &[b"a"]));
        assert!(early.to_string() < late.to_string());
        assert_eq!(early, TaskId::of(Time(1_700_000_000_000), &[b"z"]));
    }
}
