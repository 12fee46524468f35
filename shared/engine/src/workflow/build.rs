//! Building workflows: a workflow's options are judged, and its agents are made of them. Check, save, build, start, stop.

use super::links;
use super::needs::Needs;
use super::secrets::Named;
use crate::Engine;
use crate::records::named::NamedCollections;
use rookery_agents::{EntryPointAt, Problems, in_config};
use rookery_domain::{
    AgentCell, AgentName, Cell, CellId, ControlLink, Error, Graph, Kind, Link, Options, Problem, ProjectId, Published, Result,
    Time, random_token,
};
use rookery_store::{About, Saved, State, Workflow};
use serde::Serialize;
use serde_json::json;
use std::collections::{HashMap, HashSet};

/// The options of a workflow, judged, before anything is made of them.
pub struct Draft {
    cells: Vec<AgentCell>,
    /// The links between agents that are at work: a disabled agent has none, so that nothing reaches it, and nobody waits for it.
    pub(super) links: Vec<Link>,
    /// The control links.
    pub(super) controls: Vec<ControlLink>,
    /// All problems that keep the workflow from being built.
    pub problems: Vec<Problem>,
    /// What a person has to know, although the workflow can be built: credentials that are not set, agents that are not defined, links that
    /// may take nothing.
    pub(super) warnings: Vec<Problem>,
    /// The credentials without which a hook can verify no request. They keep the workflow from running.
    pub(super) at_start: Vec<Problem>,
    /// What the project must have, also for the agents that rest.
    pub needs: Needs,
    /// The credentials that the agents name.
    pub(super) credentials: Vec<Named>,
    /// The persistent agents that the cells ask.
    pub(super) asked: Vec<(CellId, AgentName)>,
    /// The entry points that the cells use.
    pub(super) used: Vec<(CellId, EntryPointAt)>,
    /// The entry points that the cells publish.
    pub(super) published: Vec<(CellId, Published)>,
    /// The segments and lists of records that the cells name.
    pub(super) collections: NamedCollections,
}

/// The `meta` in the answer to a save, check, build, start or stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SaveResult {
    /// All that keeps the workflow from being built.
    pub errors: Vec<Problem>,
    /// How many problems there are.
    pub error_count: usize,
    /// What does not keep the workflow from being built, but will go wrong when it runs, or is hardly meant: credentials that are not set
    /// (if a hook is verified by such a credential, the workflow is not started), persistent agents that are not defined, and links whose
    /// group may never come.
    pub warnings: Vec<Problem>,
    /// How many agents the workflow has.
    pub agent_count: usize,
    /// The version that the result is about.
    pub version: u64,
}

impl Draft {
    /// Judges the options alone; see [`Engine::draft`]. Only options that cannot be saved at all are an error.
    pub(super) fn check(options: &str) -> Result<Draft> {
        let Options { agents: cells, links, controls, mut problems, mut warnings } = Options::parse(options)?;
        let (mut credentials, mut asked, mut groups) = (Vec::new(), Vec::new(), HashMap::new());
        let (mut used, mut published, mut needs) = (Vec::new(), Vec::new(), Needs::default());
        let mut collections = NamedCollections::default();
        let (mut with_types, mut runs_targets) = (HashSet::new(), HashSet::new());
        for cell in &cells {
            let built = rookery_agents::build(&cell.agent_type, &cell.config);
            built.iter().for_each(|agent| needs.add(agent.facts()));
            match built {
                // What is wrong with an agent that rests keeps nothing from being built.
                built if cell.disabled => warnings.extend(faults(cell, built.err())),
                Ok(agent) => {
                    let facts = agent.facts();
                    problems.extend(in_cell(&cell.id, &facts.at_save));
                    warnings.extend(in_cell(&cell.id, &facts.warnings));
                    credentials.extend(Named::all(&cell.id, facts));
                    asked.extend(facts.persistent_agent.clone().map(|agent| (cell.id.clone(), agent)));
                    used.extend(facts.uses.clone().map(|at| (cell.id.clone(), at)));
                    published.extend(facts.published.clone().map(|published| (cell.id.clone(), published)));
                    collections.add(&cell.id, facts);
                    groups.insert(&cell.id, facts.groups.clone());
                    if facts.has_task_types {
                        with_types.insert(&cell.id);
                    }
                    if facts.runs_targets {
                        runs_targets.insert(&cell.id);
                    }
                }
                Err(found) => problems.extend(faults(cell, Some(found))),
            }
        }
        let resting: HashSet<&CellId> = cells.iter().filter(|cell| cell.disabled).map(|cell| &cell.id).collect();
        links::judge(&links, &cells, &groups, &with_types, &mut problems, &mut warnings);
        links::judge_controls(&controls, &cells, &runs_targets, &mut problems, &mut warnings);
        let links =
            links.into_iter().filter(|link| ![&link.source, &link.target].iter().any(|end| resting.contains(*end))).collect();
        let at_start = Vec::new();
        Ok(Draft {
            cells,
            links,
            controls,
            problems,
            warnings,
            at_start,
            needs,
            credentials,
            asked,
            used,
            published,
            collections,
        })
    }

    /// The result for the caller.
    pub fn result(&self, version: u64) -> SaveResult {
        SaveResult {
            errors: self.problems.clone(),
            error_count: self.problems.len(),
            warnings: self.at_start.iter().chain(&self.warnings).cloned().collect(),
            agent_count: self.cells.len(),
            version,
        }
    }

    /// The graph of a version: a cell that keeps its type is still the same agent, with its memory and address.
    pub(super) fn graph(self, version: u64, before: Option<&Graph>) -> Graph {
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
                disabled: cell.disabled,
            }
        });
        Graph::new(cells.collect(), self.links).with_controls(self.controls)
    }
}

/// What is wrong with a cell of which no agent was made.
fn faults(cell: &AgentCell, found: Option<Problems>) -> Vec<Problem> {
    let found = found.unwrap_or_default();
    let errors = found.errors.into_iter().map(|(field, message)| Problem::new(cell.id.as_str(), field, message));
    in_cell(&cell.id, &found.at_save).chain(errors).collect()
}

/// What is told of a cell's config, which is no reason not to make an agent of it.
fn in_cell(cell: &CellId, told: &[(String, String)]) -> impl Iterator<Item = Problem> {
    told.iter().map(|(field, message)| Problem::new(cell.as_str(), in_config(field), message))
}

impl Engine {
    /// Creates a workflow of which nothing else is said.
    pub async fn create_workflow(&self, project: &ProjectId, name: &str, options: &str) -> Result<(Workflow, SaveResult)> {
        self.import(project, None, name, options, &[], &About::default()).await
    }

    /// Saves a new version. `expected` is the version that the change is based on; without it, the last one.
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
        let changed = self.store.save_version(workflow, expected, &saved(&draft, name, options, restored_from)).await?;
        self.renamed(workflow, &changed).await?;
        let result = draft.result(changed.version);
        Ok((changed, result))
    }

    /// Judges the last version, and builds nothing.
    pub async fn check(&self, workflow: &Workflow) -> Result<SaveResult> {
        let options = self.store.options(&workflow.id, workflow.version).await?;
        Ok(self.draft(&workflow.id.project, &options).await?.result(workflow.version))
    }

    /// Builds the last version. 422 `workflow_invalid` when it has problems.
    pub async fn build(&self, workflow: &Workflow) -> Result<(Workflow, SaveResult)> {
        self.make(workflow, None, None).await
    }

    /// Builds the last version, and starts the workflow. 422 `workflow_invalid` when it has problems.
    pub async fn start(&self, workflow: &Workflow) -> Result<(Workflow, SaveResult)> {
        self.make(workflow, Some(State::Active), None).await
    }

    /// Builds the last version, and starts the workflow if its state is to be `Active`. What would break who is connected with its entry
    /// points is refused (409 `breaks_consumers`), unless `breaks_at` says from when on it may.
    pub async fn make(
        &self,
        workflow: &Workflow,
        state: Option<State>,
        breaks_at: Option<Time>,
    ) -> Result<(Workflow, SaveResult)> {
        let (id, version) = (&workflow.id, workflow.version);
        let options = self.store.options(id, version).await?;
        let mut draft = self.draft(&id.project, &options).await?;
        let becomes = state.unwrap_or(workflow.state);
        if becomes == State::Active {
            draft.problems.append(&mut draft.at_start);
        }
        let mut result = draft.result(version);
        if result.error_count > 0 {
            return Err(invalid(&result));
        }
        self.judge_publishing(workflow, becomes, &draft.published, breaks_at).await?;
        let before = self.last_built(workflow).await?;
        if workflow.built != version {
            let graph = draft.graph(version, before.as_ref().map(|built| &built.graph));
            self.store.put_graph(id, version, &graph).await?;
        }
        let changed = self.store.set_built(workflow, version, state).await?.ok_or_else(saved_meanwhile)?;
        let built = self.built(id, version).await?;
        self.sync_schedules(&changed, &built, workflow.state != State::Active).await?;
        if changed.state == State::Active {
            self.register_served(&changed).await?;
            self.register_name(&changed, &built).await?;
            self.publish(&changed, &built, breaks_at).await?;
            self.register_listeners(&changed, &built, before.as_deref(), workflow.state != State::Active).await?;
        }
        result.warnings.extend(self.connect_stages(&changed, &built).await?);
        if let Some(before) = before {
            self.forget_listeners(&changed, &before, Some(&built)).await?;
            self.end_lives(&changed, &before, &built.graph).await?;
        }
        Ok((changed, result))
    }

    /// Pauses a workflow: accepted events finish, triggers and schedules rest.
    pub async fn stop(&self, workflow: &Workflow) -> Result<(Workflow, SaveResult)> {
        // Only the schedules from before the pause are ended: a start that comes in between sets its own.
        let schedules = self.store.schedules(&workflow.id).await?;
        let paused = self.store.pause(&workflow.id).await?;
        for schedule in schedules {
            self.store.delete_schedule(&schedule).await?;
        }
        let result = self.check(&paused).await?;
        Ok((paused, result))
    }
}

pub(super) fn saved<'a>(draft: &Draft, name: &'a str, options: &'a str, restored_from: Option<u64>) -> Saved<'a> {
    let (agent_count, error_count) = (draft.cells.len() as u64, draft.problems.len() as u64);
    Saved { name, options, agent_count, error_count, restored_from, credentials: &[] }
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

/// 422 for a cell from which no agent can be made.
pub(super) fn invalid_cell(result: &SaveResult) -> Error {
    let first = result.errors.first().map(|problem| format!(" `{}`: {}", problem.field, problem.message)).unwrap_or_default();
    let message = format!("No agent can be made of the cell.{first}");
    Error::new(Kind::Unprocessable, "cell_invalid", message, "`meta.errors` names each field and remedy.")
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
