//! Providers of other deployments, as a stage of this one sees them: what they have, how a stage is connected, and how that ends.

use super::not_connected;
use super::post::{DEADLINE, HOPS, KEY, Post};
use super::proof::no_public_url;
use super::versions::Deprecated;
use crate::Engine;
use futures::future::{join, join_all};
use http::Method;
use rookery_agents::json_schema::Schema;
use rookery_agents::{AskTask, EntryPointAt, TaskReply, in_config};
use rookery_domain::{
    AgentRef, CellId, ConnectionId, ConnectionState, Error, Kind, PendingState, Problem, ProjectId, Result, StageId, Time,
    hashed_uuid,
};
use rookery_egress::Request;
use rookery_store::{Elsewhere, Pending, Provider, Schemas, UsedEntryPoint, WireToken};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// How long the list of a provider's entry points may take: whoever saves a workflow waits.
const LIST_TIMEOUT: Duration = Duration::from_secs(5);
/// How many other deployments are asked for it, side by side: the entry points of others are found when they are connected.
const DEPLOYMENTS: usize = 20;
/// How many older versions of an entry point are told of.
const DEPRECATED: usize = 10;
/// The longest token, in bytes.
const TOKEN_BYTES: usize = 1000;
/// How many outstanding tasks of a stage are looked through for the oldest.
const OLDEST: usize = 100;
/// How long one that has ended is kept there, so that a reply that comes twice is known.
const ENDED_MS: i64 = 10 * 60 * 1000;

/// What a provider says of a connection.
#[derive(Deserialize)]
struct Told {
    token: String,
    /// Abstra does not say it: there a connection is active.
    state: Option<ConnectionState>,
}

/// An entry point, as a provider lists it.
#[derive(Deserialize)]
struct Listed {
    client_stage_id: String,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// What only a Rookery lists of it.
#[derive(Deserialize)]
struct Versions {
    version: u64,
    deprecated: Vec<Deprecated>,
}

/// What a provider lists of the payloads of an entry point.
pub(super) struct ListedSchemas {
    pub(super) schemas: Schemas,
    /// It takes an older version, too, for a while.
    pub(super) has_older: bool,
}

impl Listed {
    fn schemas(&self) -> ListedSchemas {
        // A schema that is not understood here is for the provider alone.
        let of = |name: &str| self.more.get(name).filter(|schema| !schema.is_null() && Schema::parse(schema).is_ok()).cloned();
        let schemas = Schemas { input: of("input_schema"), output: of("output_schema") };
        let older = Versions::deserialize(&self.more).map(|versions| versions.deprecated).unwrap_or_default();
        ListedSchemas { schemas, has_older: older.iter().any(|older| older.until > Time::now()) }
    }

    /// What a person has to know whose stage may rely on an older version.
    fn warnings(&self) -> Vec<String> {
        let Ok(Versions { version, deprecated }) = Versions::deserialize(&self.more) else { return Vec::new() };
        let now = Time::now();
        deprecated.into_iter().take(DEPRECATED).filter(|older| older.until > now).map(|older| older.warning(version)).collect()
    }
}

impl Engine {
    /// Where an entry point is, if it is not of this deployment.
    pub(super) fn elsewhere<'a>(&self, at: &'a EntryPointAt) -> Option<&'a str> {
        at.tasks_url.as_deref().filter(|url| self.tasks_url(&at.project).as_deref() != Some(*url))
    }

    /// What is wrong with cells whose entry points are of other deployments: problems, and warnings where a deployment does not answer.
    pub(super) async fn judge_elsewhere(&self, used: &[(&CellId, &EntryPointAt)]) -> (Vec<Problem>, Vec<Problem>) {
        let urls: BTreeSet<&str> = used.iter().filter_map(|(_, at)| self.elsewhere(at)).take(DEPLOYMENTS).collect();
        let lists = join_all(urls.into_iter().map(async |url| (url, self.entry_points_of(url).await))).await;
        let lists: HashMap<&str, Result<Vec<Listed>, String>> = lists.into_iter().collect();
        let (mut problems, mut warnings) = (Vec::new(), Vec::new());
        for (cell, at) in used {
            let Some((url, list)) = self.elsewhere(at).and_then(|url| lists.get_key_value(url)) else { continue };
            let blame = |message: String| Problem::new(cell.as_str(), in_config("client_stage_id"), message);
            match list {
                Ok(list) => match list.iter().find(|entry| entry.client_stage_id == at.entry_point) {
                    Some(entry) => warnings.extend(entry.warnings().into_iter().map(blame)),
                    None => problems
                        .push(blame(format!("{url} lists no entry point `{}`: take one of its catalogue.", at.entry_point))),
                },
                Err(why) => warnings.push(blame(format!("{url} could not be asked for its entry points: {why}"))),
            }
        }
        (problems, warnings)
    }

    async fn entry_points_of(&self, url: &str) -> Result<Vec<Listed>, String> {
        let request = Request { timeout: Some(LIST_TIMEOUT), ..Request::new(Method::GET, format!("{url}/agent/entrypoints")) };
        let answer = self.egress.send(request).await.map_err(|error| format!("{error}."))?;
        let listed = (answer.status == 200).then(|| serde_json::from_slice::<Vec<Listed>>(&answer.body).ok()).flatten();
        listed.ok_or_else(|| format!("it answered {} and no list.", answer.status))
    }

    /// What a provider lists now of the payloads of an entry point; none if it does not list the entry point, or does not answer.
    pub(super) async fn listed(&self, url: &str, entry_point: &str) -> Option<ListedSchemas> {
        let list = self.entry_points_of(url).await.ok()?;
        list.iter().find(|entry| entry.client_stage_id == entry_point).map(Listed::schemas)
    }

    fn own_tasks_url(&self, project: &ProjectId) -> Result<String> {
        self.tasks_url(project.as_str()).ok_or_else(no_public_url)
    }

    /// Connects a stage with an entry point of another deployment, or tells it our address if that has changed.
    pub(super) async fn connect_elsewhere(&self, agent: &AgentRef, at: &EntryPointAt, url: &str) -> Result<UsedEntryPoint> {
        let project = &agent.workflow.project;
        let own = format!("{}/client", self.own_tasks_url(project)?);
        let before = self.store.used_entry_point(project, StageId::of(agent)).await?;
        if let Some(before) = before
            && let Provider::Elsewhere(there) = &before.provider
            && before.connection == connection_elsewhere(agent, at)
        {
            if there.task_url == own {
                return Ok(before);
            }
            match self.update_elsewhere(there, &own).await {
                // It has forgotten the connection, or this deployment has another name by now, for which a connection is another one.
                Err(error) if matches!(error.kind, Kind::NotFound | Kind::Unprocessable) => drop(self.is_told(there).await),
                Ok(told) => return self.keep_elsewhere(agent, at, url, own, told, there.schemas.clone()).await,
                Err(error) => return Err(error),
            }
        }
        self.connect_anew(agent, at, url).await
    }

    /// Connects a stage whatever it knows of a connection.
    pub(super) async fn connect_anew(&self, agent: &AgentRef, at: &EntryPointAt, url: &str) -> Result<UsedEntryPoint> {
        self.judge_stage(agent).await?;
        let project = &agent.workflow.project;
        let own = format!("{}/client", self.own_tasks_url(project)?);
        let proof = self.sign_proof(project, &at.project, url).await?;
        let body = json!({
            "client_tasks_url": own, "client_stage_id": StageId::of(agent), "agent_stage_id": at.entry_point,
            "agent_project_id": at.project,
        });
        let to = format!("{url}/agent/connection");
        let post = Post { scheme: "Bearer ", secret_at: &["client_proof"], ..Post::new(Method::POST, &to, &proof, Some(body)) };
        let (answer, listed) = join(self.post(post), self.listed(url, &at.entry_point)).await;
        let schemas = listed.map(|listed| listed.schemas).unwrap_or_default();
        self.keep_elsewhere(agent, at, url, own, read(&answer?.body)?, schemas).await
    }

    /// Tells a provider our address, and gives what it says.
    async fn update_elsewhere(&self, there: &Elsewhere, own: &str) -> Result<Told> {
        let to = format!("{}/agent/connection", there.tasks_url);
        let post = Post::new(Method::PATCH, &to, there.token.shown(), Some(json!({"client_tasks_url": own})));
        let told: Told = read(&self.post(post).await?.body)?;
        // The token that was sent is taken out of the answer, and its name stands there: then it is still the one. No token has a space.
        let is_same = told.token.starts_with("[credential ");
        Ok(Told { token: if is_same { there.token.shown().to_owned() } else { told.token }, ..told })
    }

    async fn keep_elsewhere(
        &self,
        agent: &AgentRef,
        at: &EntryPointAt,
        url: &str,
        own: String,
        told: Told,
        schemas: Schemas,
    ) -> Result<UsedEntryPoint> {
        let Told { token, state } = told;
        if !(1..=TOKEN_BYTES).contains(&token.len()) || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = "The other deployment gave no token that can be sent.";
            return Err(Error::new(Kind::Unprocessable, "not_taken", message, "Look at the other deployment's answer."));
        }
        let there = Elsewhere {
            tasks_url: url.to_owned(),
            project: at.project.clone(),
            entry_point: at.entry_point.clone(),
            token: WireToken::new(token),
            task_url: own,
            state: state.unwrap_or(ConnectionState::Active),
            schemas,
        };
        let used = UsedEntryPoint {
            agent: agent.clone(),
            provider: Provider::Elsewhere(Box::new(there)),
            connection: connection_elsewhere(agent, at),
            created_at: Time::now(),
        };
        self.store.put_used_entry_point(&used).await?;
        Ok(used)
    }

    pub(super) async fn post_task(&self, used: &UsedEntryPoint, ask: &AskTask<'_>, pending: &Pending) -> Result<()> {
        let Provider::Elsewhere(there) = &used.provider else { return Err(not_connected()) };
        let body = json!({
            "task_data": {"type": ask.task_type, "payload": ask.payload.value()},
            "target_stage_id": there.entry_point, "execution_id": pending.id.run,
        });
        let headers =
            vec![(KEY, pending.id.parts()), (HOPS, (ask.hop + 1).to_string()), (DEADLINE, pending.deadline.to_string())];
        let to = format!("{}/agent", there.tasks_url);
        let post = Post::new(Method::POST, &to, there.token.shown(), Some(body));
        self.post(Post { headers, secret_at: &["task_data", "payload", "connection_token"], ..post }).await.map(drop)
    }

    /// Notes that a provider takes tasks.
    pub(super) async fn note_accepted(&self, mut used: UsedEntryPoint) -> Result<()> {
        match &mut used.provider {
            Provider::Elsewhere(there) if there.state != ConnectionState::Active => there.state = ConnectionState::Active,
            _ => return Ok(()),
        }
        self.store.put_used_entry_point(&used).await
    }

    /// The stage of a project that a provider elsewhere knows by this token.
    pub async fn stage_of(&self, project: &ProjectId, token: &str) -> Result<UsedEntryPoint> {
        self.store.stage_of_token(project, token).await?.ok_or_else(not_connected)
    }

    /// The oldest outstanding task of a stage: what a reply answers that does not say which. One that the same reply has answered before
    /// is given again.
    pub(super) async fn oldest_outstanding(&self, stage: &AgentRef, reply: &str) -> Result<Option<Pending>> {
        let workflow = &stage.workflow;
        for (key, id) in self.store.outstanding_tasks(&workflow.project, StageId::of(stage), OLDEST).await? {
            let pending = self.store.pending(workflow, id).await?;
            let Some(pending) = pending else {
                self.store.forget_outstanding_task(&key).await?;
                continue;
            };
            let now = Time::now();
            if pending.state == PendingState::Open && now < pending.deadline {
                return Ok(Some(pending));
            }
            let answer = pending.answer.as_deref().and_then(|answer| serde_json::from_str::<TaskReply>(answer).ok());
            if answer.is_some_and(|answer| answer.id == reply) {
                return Ok(Some(pending));
            }
            if pending.ended_at.unwrap_or(pending.deadline).plus(ENDED_MS) < now {
                self.store.forget_outstanding_task(&key).await?;
            }
        }
        Ok(None)
    }
}

/// The name of the connection of a stage with an entry point of another deployment.
pub(super) fn connection_elsewhere(agent: &AgentRef, at: &EntryPointAt) -> ConnectionId {
    let (stage, url) = (StageId::of(agent), at.tasks_url.as_deref().unwrap_or_default());
    let parts = [
        b"connection elsewhere",
        stage.0.as_bytes().as_slice(),
        url.as_bytes(),
        at.project.as_bytes(),
        at.entry_point.as_bytes(),
    ];
    ConnectionId(hashed_uuid(&parts))
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice::<Value>(body).and_then(serde_json::from_value).map_err(|_| {
        let message = "The other deployment answered something that is no connection.";
        Error::new(Kind::Unprocessable, "not_taken", message, "Check `tasks_url`: the other deployment's catalogue shows it.")
    })
}
