//! What an address of A2A stands for: one entry point, or all that a project publishes. It finds entry points, and the tasks of these.

use super::agent_card;
use super::errors;
use super::message::{self, given};
use crate::App;
use crate::auth::Caller;
use crate::error::Result;
use crate::host::Base;
use crate::ids::Ids;
use a2a::{AgentCard, Message};
use futures::{StreamExt, TryStreamExt};
use rookery_domain::{EntryPointId, Error, RunId};
use rookery_engine::{CallProgress, Protocol};
use rookery_store::{EntryPoint, Project};

/// How many entry points a task is sought at, at the same time; and at how many in all.
const SIDE_BY_SIDE: usize = 10;
const SOUGHT: usize = 200;
/// How many skills an error names.
const NAMED: usize = 10;

/// An agent, for one caller.
pub(super) struct Agent {
    pub(super) app: App,
    pub(super) project: Project,
    pub(super) caller: Caller,
    pub(super) base: Base,
    /// The entry point; none for all of the project.
    entry: Option<EntryPoint>,
}

/// A task that a message began.
pub(super) struct Found {
    pub(super) entry: EntryPoint,
    pub(super) run: RunId,
    pub(super) progress: CallProgress,
}

impl Agent {
    /// A project as one agent.
    pub(super) fn of_project(app: App, project: Project, caller: Caller, base: Base) -> Self {
        Agent { app, project, caller, base, entry: None }
    }

    /// The entry point of a path as an agent; 404 if the project has none with this id.
    pub(super) async fn of_entry_point(app: App, project: Project, caller: Caller, base: Base, ids: &Ids) -> Result<Self> {
        let missing = || Error::not_found("agent");
        let id: EntryPointId = ids.get("entry_point").map_err(|_| missing())?;
        let entry = app.engine.store.entry_point(&project.id, id).await?.ok_or_else(missing)?;
        Ok(Agent { app, project, caller, base, entry: Some(entry) })
    }

    /// The card with all that the caller may use.
    pub(super) async fn card(&self) -> Result<AgentCard> {
        Ok(match &self.entry {
            Some(entry) => agent_card::of_entry_point(&self.app, &self.base, entry),
            None => {
                agent_card::of_project(&self.app, &self.base, &self.project, &self.app.engine.offered(&self.project.id).await?)
            }
        })
    }

    /// The entry point that a message is for: the skill that it names, or the only one.
    pub(super) async fn skill(&self, message: &Message) -> Result<EntryPoint> {
        let named = message::skill(message)?;
        let mut offered = match &self.entry {
            Some(entry) => vec![entry.clone()],
            None => self.app.engine.offered(&self.project.id).await?,
        };
        let place = match named {
            Some(named) => offered.iter().position(|entry| entry.id.to_string() == named),
            None => (offered.len() == 1).then_some(0),
        };
        if let Some(place) = place {
            return Ok(offered.swap_remove(place));
        }
        let wrong = match named {
            Some(_) => "`message.metadata.skill_id` is no skill of this agent.",
            None => "`message.metadata.skill_id` is missing, and this agent has not just one skill.",
        };
        let skills = offered.iter().take(NAMED).map(|entry| format!("`{}` ({})", entry.id, entry.published.title));
        let details = match offered.as_slice() {
            [] => "The project publishes nothing now: start a workflow with a cell of type `client`.".to_owned(),
            _ => format!("Give the `id` of a skill of the card, like {}.", skills.collect::<Vec<_>>().join(", ")),
        };
        Err(Error::invalid(wrong, details).into())
    }

    /// A task of this agent.
    pub(super) async fn find(&self, id: &str) -> Result<Found> {
        let run: RunId = id.parse().ok().filter(|run: &RunId| run.to_string() == id).ok_or_else(errors::no_task)?;
        let looks = self.entries().await?.into_iter().map(|entry| async move {
            let progress = self.app.engine.call_progress(&entry, Protocol::A2a, run).await?;
            Ok::<_, Error>(progress.map(|progress| Found { entry, run, progress }))
        });
        let mut found =
            futures::stream::iter(looks).buffer_unordered(SIDE_BY_SIDE).try_filter_map(async |found| Ok(found)).boxed();
        Ok(found.try_next().await?.ok_or_else(errors::no_task)?)
    }

    /// The entry points whose tasks are this agent's, also those that take no more now.
    pub(super) async fn entries(&self) -> Result<Vec<EntryPoint>> {
        Ok(match &self.entry {
            Some(entry) => vec![entry.clone()],
            None => self.app.engine.store.entry_points(&self.project.id, SOUGHT, None).await?.items,
        })
    }

    /// Checks that a message may name this task and this conversation.
    pub(super) async fn check_followed(&self, message: &Message) -> Result<()> {
        let Some(id) = given(message.task_id.as_ref()) else { return Ok(()) };
        let found = self.find(id).await?;
        if given(message.context_id.as_ref()).is_some_and(|context| found.progress.context.as_deref() != Some(context)) {
            let details = "Leave out `contextId`, or send that of the task.";
            return Err(
                Error::invalid("`message.contextId` is not that of the task that `message.taskId` names.", details).into()
            );
        }
        let details =
            "Leave out `taskId`: each message begins a task. `contextId` says that it belongs to the same conversation.";
        Err(errors::not_supported("A task takes no further messages.", details).into())
    }
}
