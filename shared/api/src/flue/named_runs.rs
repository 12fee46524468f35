//! Runs: what was asked of an agent or of a workflow by its name, and what became of it.

use super::error::{FlueError, Result};
use super::prompts;
use super::run_events;
use crate::App;
use crate::auth::Access;
use crate::ids::Ids;
use crate::route::Route;
use axum::extract::State;
use axum::http::Method;
use axum::{Extension, Json};
use rookery_domain::{Cost, NamedRun, OperationAt, ProjectId, RunId, Time, Usage};
use rookery_engine::{CalledError, Progress};
use rookery_sessions::entry::{Answer, EndError, EndState, What};
use rookery_sessions::ports::{OpError, Reply};
use rookery_sessions::runs::OperationRun;
use rookery_store::{Called, Project};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub(super) fn routes(reads: Access) -> Vec<Route> {
    let show = "Shows a run of an agent, or of a workflow that was called by its name.";
    let mut routes = vec![Route::new(Method::GET, "/runs/{run_id}", reads, show, self::show).answers::<RunView>(200)];
    routes.extend(run_events::routes(reads));
    routes
}

/// A run, as it was found.
pub(crate) enum Run {
    /// An operation of a persistent agent.
    Operation(OperationRun),
    /// A run of a workflow.
    Called(Called),
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "FlueRunStatus")]
pub(crate) enum Status {
    /// It goes on, or waits for its turn.
    Running,
    /// It has its result.
    Succeeded,
    /// It failed, was ended, or took too long.
    Failed,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "FlueRunError")]
pub(crate) struct RunError {
    /// The stable type, in snake case.
    r#type: String,
    /// What is wrong.
    message: String,
    /// What to do about it.
    details: String,
}

/// A run. Most fields have two names.
#[derive(Clone, Serialize, JsonSchema)]
#[schemars(rename = "FlueRun")]
pub(crate) struct RunView {
    /// Its id.
    run_id: String,
    #[serde(rename = "runId")]
    run_id_again: String,
    /// The agent, or the name by which the workflow was called.
    pub(super) agent: String,
    #[serde(rename = "agentName")]
    agent_again: String,
    /// The instance; for a workflow that was called without one, the run's id.
    pub(super) agent_id: String,
    #[serde(rename = "instanceId")]
    agent_id_again: String,
    /// When it was asked for, in seconds since 1970.
    started_at: f64,
    #[serde(rename = "startedAt")]
    started_at_again: Time,
    /// When it ended.
    ended_at: Option<f64>,
    #[serde(rename = "endedAt")]
    ended_at_again: Option<Time>,
    /// How long it took, in milliseconds.
    #[serde(rename = "durationMs")]
    duration_ms: Option<i64>,
    /// How it stands.
    pub(super) status: Status,
    /// Whether it failed.
    is_error: bool,
    #[serde(rename = "isError")]
    is_error_again: bool,
    /// Why.
    error: Option<RunError>,
    /// What came of it: the agent's answer, or the payload of the workflow's first event of the cell `result`.
    pub(super) result: Option<Value>,
    /// How many events it has so far.
    event_count: u64,
}

/// What became of a run so far.
#[derive(Default)]
pub(super) struct Outcome {
    /// When it ended, if it did.
    pub(super) ended_at: Option<Time>,
    pub(super) error: Option<RunError>,
    result: Option<Value>,
    event_count: u64,
}

impl Outcome {
    pub(super) fn status(&self) -> Status {
        match (self.ended_at, &self.error) {
            (None, _) => Status::Running,
            (Some(_), None) => Status::Succeeded,
            (Some(_), Some(_)) => Status::Failed,
        }
    }
}

impl RunError {
    fn of(error: &FlueError) -> Self {
        let (kind, message, details) = error.told();
        RunError { r#type: kind.to_owned(), message: message.to_owned(), details: details.to_owned() }
    }

    /// Why an operation has no answer.
    pub(super) fn of_end(state: EndState, error: Option<&EndError>) -> Self {
        RunError::of(&OpError::of_end(state, error).into())
    }

    /// Why a workflow's run failed.
    pub(super) fn of_called(error: &CalledError) -> Self {
        let details = format!("It happened at `{}`. Lead a link for `on_error` from there to handle it.", error.cell);
        RunError { r#type: error.code.clone(), message: error.message.clone(), details }
    }
}

impl Run {
    pub(crate) fn id(&self) -> String {
        match self {
            Run::Operation(run) => run.operation.run_id(),
            Run::Called(called) => called.id(),
        }
    }

    /// The agent and the instance.
    pub(super) fn of(&self) -> (String, String) {
        match self {
            Run::Operation(run) => (run.names.agent.clone(), run.names.instance.clone()),
            Run::Called(called) => (called.name.clone(), called.instance()),
        }
    }

    /// When it was asked for.
    pub(super) fn at(&self) -> Time {
        match self {
            Run::Operation(run) => run.at,
            Run::Called(called) => called.at,
        }
    }
}

impl App {
    /// The run with this id; 404 if it is not there.
    pub(crate) async fn run(&self, project: &ProjectId, id: &str) -> Result<Run> {
        let found = match (RunId::of_called(id), OperationAt::of_run_id(project, id)) {
            (Some((name, run)), _) => self.engine.find_called(project, name, run).await?.map(Run::Called),
            (None, Some(operation)) => self.agents.sessions.run(&operation).await?.map(Run::Operation),
            (None, None) => None,
        };
        found.ok_or_else(|| FlueError::no_run(id))
    }

    /// What the run with this id looks like; 404 if it is not there.
    pub(super) async fn shown_run(&self, project: &ProjectId, id: &str) -> Result<RunView> {
        let run = self.run(project, id).await?;
        self.run_view(&run).await?.ok_or_else(|| FlueError::no_run(id))
    }

    /// The run at this place, as a list has it.
    pub(super) async fn listed_run(&self, run: &NamedRun) -> Result<Option<Run>> {
        Ok(match run {
            NamedRun::Operation(operation) => self.agents.sessions.run(operation).await?.map(Run::Operation),
            NamedRun::Workflow(workflow, run) => {
                self.engine.called_in(workflow, *run).await?.map(|(called, _)| Run::Called(called))
            }
        })
    }

    /// What a run looks like; `None` if it is gone.
    pub(super) async fn run_view(&self, run: &Run) -> Result<Option<RunView>> {
        let outcome = match run {
            Run::Operation(run) => outcome_of(run),
            Run::Called(called) => match self.engine.progress(called).await? {
                Some(progress) => self.outcome_of_called(called, &progress).await?,
                None => return Ok(None),
            },
        };
        let (agent, agent_id) = run.of();
        let (started, status) = (run.at(), outcome.status());
        let is_error = status == Status::Failed;
        Ok(Some(RunView {
            run_id: run.id(),
            run_id_again: run.id(),
            agent_again: agent.clone(),
            agent,
            agent_id_again: agent_id.clone(),
            agent_id,
            started_at: seconds(started),
            started_at_again: started,
            ended_at: outcome.ended_at.map(seconds),
            ended_at_again: outcome.ended_at,
            duration_ms: outcome.ended_at.map(|ended| (ended.0 - started.0).max(0)),
            status,
            is_error,
            is_error_again: is_error,
            error: outcome.error,
            result: outcome.result,
            event_count: outcome.event_count,
        }))
    }

    pub(super) async fn outcome_of_called(&self, called: &Called, progress: &Progress) -> Result<Outcome> {
        let event_count = 1 + progress.deliveries.len() as u64;
        let Some(end) = &progress.end else { return Ok(Outcome { event_count, ..Outcome::default() }) };
        let result = match end.error {
            None => self.engine.result_of(called, end).await?.map(|payload| payload.value().clone()),
            Some(_) => None,
        };
        let error = end.error.as_ref().map(RunError::of_called);
        Ok(Outcome { ended_at: Some(end.at), error, result, event_count: event_count + 1 })
    }
}

/// What became of an operation so far.
fn outcome_of(run: &OperationRun) -> Outcome {
    let mut outcome = Outcome { event_count: run_events::count(&run.entries), ..Outcome::default() };
    let (mut usage, mut cost) = (Usage::default(), Some(Cost::default()));
    for entry in &run.entries {
        match &entry.what {
            What::Answer(answer) => {
                let Answer { usage: used, cost: paid, message, model, last, stop, .. } = &**answer;
                usage += *used;
                cost = cost.zip(*paid).map(|(cost, paid)| cost + paid);
                if *last {
                    let reply = Reply { text: message.text(), usage, cost, model: model.clone(), stop: *stop };
                    let shown = prompts::shown(reply, &run.names.agent, &run.operation.run_id());
                    (outcome.ended_at, outcome.result) = (Some(entry.at), serde_json::to_value(shown).ok());
                }
            }
            What::End { state, error, .. } => {
                outcome.ended_at = Some(entry.at);
                outcome.error = Some(RunError::of_end(*state, error.as_ref()));
            }
            _ => {}
        }
    }
    outcome
}

/// A time as PyFlue writes it.
pub(super) fn seconds(at: Time) -> f64 {
    at.0 as f64 / 1000.0
}

/// `GET /runs/{run_id}`
async fn show(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<Json<RunView>> {
    app.shown_run(&project.id, ids.text("run_id")).await.map(Json)
}
