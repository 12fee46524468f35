//! The automation builder: judges a workflow's options, and makes its agents: check, save, build, start, stop.

use crate::{Built, Engine};
use rookery_agents::{HookSecret, Kind as AgentKind, in_config};
use rookery_domain::{
    AgentCell, Cell, CellId, Error, Graph, Kind, Link, Options, Problem, ProjectId, Result, Time, limits, random_token,
};
use rookery_store::{Saved, ScheduleItem, State, Workflow};
use serde::Serialize;
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// What a workflow's options come to, before anything is made of them.
pub struct Draft {
    cells: Vec<AgentCell>,
    links: Vec<Link>,
    /// All that keeps it from being built.
    pub problems: Vec<Problem>,
    /// What verifies requests to its hooks.
    pub(super) secrets: Vec<(CellId, HookSecret)>,
}

/// What a save, check, build, start or stop answers in `meta`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SaveResult {
    /// All that keeps the workflow from being built.
    pub errors: Vec<Problem>,
    /// How many.
    pub error_count: usize,
    /// Agents in it.
    pub agent_count: usize,
    /// The version that this is about.
    pub version: u64,
}

impl Draft {
    /// Judges options alone; see [`Engine::draft`]. Errors are only those of options that cannot be saved at all.
    pub(super) fn check(options: &str) -> Result<Draft> {
        let Options { agents: cells, links, mut problems } = Options::parse(options)?;
        let mut secrets = Vec::new();
        for cell in &cells {
            match rookery_agents::build(&cell.agent_type, &cell.config) {
                Ok(agent) => {
                    let facts = agent.facts();
                    let refused = facts.at_save.iter();
                    problems.extend(refused.map(|(field, message)| Problem::new(cell.id.as_str(), in_config(field), message)));
                    secrets.extend(facts.hook_secret.clone().map(|secret| (cell.id.clone(), secret)));
                }
                Err(found) => {
                    problems
                        .extend(found.errors.into_iter().map(|(field, message)| Problem::new(cell.id.as_str(), field, message)));
                }
            }
        }
        let triggers: HashSet<&CellId> = cells
            .iter()
            .filter(|cell| rookery_agents::find(&cell.agent_type).is_some_and(|info| info.kind == AgentKind::Trigger))
            .map(|cell| &cell.id)
            .collect();
        for link in links.iter().filter(|link| triggers.contains(&link.target)) {
            let message = format!("`{}` is a trigger, which receives no events: lead the link elsewhere.", link.target);
            problems.push(Problem::new(link.id.as_str(), "target", message));
        }
        Ok(Draft { cells, links, problems, secrets })
    }

    /// What is said of it.
    pub fn result(&self, version: u64) -> SaveResult {
        SaveResult { errors: self.problems.clone(), error_count: self.problems.len(), agent_count: self.cells.len(), version }
    }

    /// The graph of a version: the same cell with the same type is the same agent, with its memory and address.
    fn graph(self, version: u64, before: Option<&Graph>) -> Graph {
        let cells = self.cells.into_iter().map(|cell| {
            let old = before.and_then(|graph| graph.cell(&cell.id)).filter(|old| old.agent_type == cell.agent_type);
            let has_address = rookery_agents::find(&cell.agent_type).is_some_and(|info| info.address.is_some());
            let token = old.and_then(|old| old.token.clone()).or_else(|| has_address.then(|| random_token(32)));
            Cell {
                name: cell.name.unwrap_or_else(|| cell.id.to_string()),
                incarnation: old.map_or(version, |old| old.incarnation),
                agent_type: cell.agent_type,
                config: cell.config,
                id: cell.id,
                token,
            }
        });
        Graph::new(cells.collect(), self.links)
    }
}

impl Engine {
    /// Makes a workflow.
    pub async fn create_workflow(&self, project: &ProjectId, name: &str, options: &str) -> Result<(Workflow, SaveResult)> {
        let draft = self.draft(project, options).await?;
        let workflow = self.store.create_workflow(project, &saved(&draft, name, options, None)).await?;
        let result = draft.result(workflow.version);
        Ok((workflow, result))
    }

    /// Saves a new version; `expected` is the version that the change is based on, the last one when absent.
    pub async fn save(
        &self,
        workflow: &Workflow,
        expected: Option<u64>,
        name: Option<&str>,
        options: Option<&str>,
        restored_from: Option<u64>,
    ) -> Result<(Workflow, SaveResult)> {
        let expected = expected.unwrap_or(workflow.version);
        let stored;
        let options = match options {
            Some(options) => options,
            None => {
                stored = self.store.options(&workflow.id, workflow.version).await?;
                &stored
            }
        };
        let draft = self.draft(&workflow.id.project, options).await?;
        let name = name.unwrap_or(&workflow.name);
        let workflow = self.store.save_version(workflow, expected, &saved(&draft, name, options, restored_from)).await?;
        let result = draft.result(workflow.version);
        Ok((workflow, result))
    }

    /// Judges the last version and makes nothing.
    pub async fn check(&self, workflow: &Workflow) -> Result<SaveResult> {
        let options = self.store.options(&workflow.id, workflow.version).await?;
        Ok(self.draft(&workflow.id.project, &options).await?.result(workflow.version))
    }

    /// Makes the agents of the last version. 422 `workflow_invalid` when it has errors.
    pub async fn build(&self, workflow: &Workflow) -> Result<(Workflow, SaveResult)> {
        self.make(workflow, None).await
    }

    /// Makes the agents of the last version, and sets the workflow going. 422 `workflow_invalid` when it has errors.
    pub async fn start(&self, workflow: &Workflow) -> Result<(Workflow, SaveResult)> {
        self.make(workflow, Some(State::Active)).await
    }

    async fn make(&self, workflow: &Workflow, state: Option<State>) -> Result<(Workflow, SaveResult)> {
        let (id, version) = (&workflow.id, workflow.version);
        let options = self.store.options(id, version).await?;
        let draft = self.draft(&id.project, &options).await?;
        let result = draft.result(version);
        if result.error_count > 0 {
            return Err(invalid(&result));
        }
        let before = match workflow.built {
            0 => None,
            built => Some(self.built(id, built).await?),
        };
        if workflow.built != version {
            let graph = draft.graph(version, before.as_ref().map(|built| &built.graph));
            self.store.put_graph(id, version, &graph).await?;
        }
        let changed = self.store.set_built(workflow, version, state).await?.ok_or_else(saved_meanwhile)?;
        let built = self.built(id, version).await?;
        self.sync_schedules(&changed, &built, workflow.state != State::Active).await?;
        if changed.state == State::Active {
            self.register_served(&changed).await?;
        }
        if let Some(before) = before {
            self.end_lives(&changed, &before.graph, &built.graph).await?;
        }
        Ok((changed, result))
    }

    /// Pauses a workflow: what was accepted finishes, its triggers and schedules rest.
    pub async fn stop(&self, workflow: &Workflow) -> Result<(Workflow, SaveResult)> {
        // Those of before the pause: a start that comes in between sets its own.
        let schedules = self.store.schedules(&workflow.id).await?;
        let paused = self.store.pause(&workflow.id).await?;
        for schedule in schedules {
            self.store.delete_schedule(&schedule).await?;
        }
        let result = self.check(&paused).await?;
        Ok((paused, result))
    }

    /// Makes the stored schedules those of the built version. Unless it has just started, an unchanged one goes on as it was.
    async fn sync_schedules(&self, workflow: &Workflow, built: &Built, started: bool) -> Result<()> {
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

    /// Memories of agents that are no more are forgotten once their runs are over.
    async fn end_lives(&self, workflow: &Workflow, before: &Graph, now: &Graph) -> Result<()> {
        let forgotten = Time::now().plus(limits::COMMIT_MS);
        for old in before.cells() {
            if now.cell(&old.id).is_none_or(|cell| cell.incarnation != old.incarnation) {
                self.store.expire_memories(&workflow.id.agent(old), forgotten).await?;
            }
        }
        Ok(())
    }
}

fn saved<'a>(draft: &Draft, name: &'a str, options: &'a str, restored_from: Option<u64>) -> Saved<'a> {
    let (agent_count, error_count) = (draft.cells.len() as u64, draft.problems.len() as u64);
    Saved { name, options, agent_count, error_count, restored_from }
}

fn invalid(result: &SaveResult) -> Error {
    Error::new(
        Kind::Unprocessable,
        "workflow_invalid",
        format!("The workflow has {} problem(s) and was not built.", result.error_count),
        "`meta.errors` names each cell, field and remedy.",
    )
    .with_meta(json!(result))
}

fn saved_meanwhile() -> Error {
    Error::new(
        Kind::Conflict,
        "version_conflict",
        "The workflow was saved or deleted meanwhile.",
        "Read it again, then build again.",
    )
}
