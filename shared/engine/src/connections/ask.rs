//! A stage sends a task to its entry point, and waits for the reply: the record is stored, then the task is sent, under an id that follows
//! from the record. An attempt that comes again sends the same task again, and the provider knows it.

use super::connect::ends;
use super::take::task_event;
use super::{TaskIn, rests};
use crate::delivery::backoff::jitter_ms;
use crate::external::ask::full;
use crate::external::host::{EngineHost, Purpose, Stopped};
use crate::external::pending::pending_id;
use rookery_agents::{AgentError, AskTask, Reply};
use rookery_domain::{ConnectionState, Error, Kind, Result, Time};
use rookery_store::{AskedTask, Connection, Opened, Pending};

/// How long a task waits at first to be sent again whose connection is not accepted yet, and at last, in milliseconds; each attempt
/// doubles the wait, and up to as much again is added by chance.
const PENDING_MS: [i64; 2] = [1_000, 60_000];
/// How long a task waits at least whose sender is not believed, in milliseconds.
const UNBELIEVED_MS: i64 = 15_000;
/// When a stage that waits looks first whether the provider is still there, and at last, in milliseconds; each look doubles the wait.
const LOOK_MS: [i64; 2] = [1_200_000, 3_600_000];
/// By how much tasks that may come again at one time are spread, in milliseconds.
const SPREAD_MS: i64 = 5_000;

impl EngineHost<'_> {
    pub(crate) async fn ask_entry_point(&self, ask: AskTask<'_>) -> Result<Reply, Stopped> {
        if self.purpose != Purpose::Commit {
            self.refuse(format!("would send a task to the entry point {}: {}", ask.at.entry_point, ask.payload.as_str()));
            return Err(AgentError::fail("task_sent", "A dry run does not wait for a reply: it sends no task.").into());
        }
        let known = self.engine.store.pending(&self.agent.workflow, pending_id(self.work)).await?;
        if let Some(pending) = &known
            && let Some(ended) = self.ended(pending).await?
        {
            return Ok(ended);
        }
        if let Some(url) = self.engine.elsewhere(ask.at) {
            return self.ask_elsewhere(ask, url, known).await;
        }
        let connection = match self.connection(&ask).await {
            Ok(Some(connection)) => connection,
            Ok(None) => {
                let message = format!("The project `{}` has no entry point `{}` any more.", ask.at.project, ask.at.entry_point);
                return Err(AgentError::fail("entry_point_gone", message).into());
            }
            Err(error) => return Err(refused(error)),
        };
        let pending = match known {
            Some(pending) => pending,
            None => match self.open_task_ask(&ask, &connection).await? {
                Some(pending) => pending,
                None => return Ok(full(self.work.attempt, ask.most)),
            },
        };
        self.send_task(&ask, &connection, &pending).await
    }

    /// The stage's connection, as the provider has it now; made anew if it is gone. None if the entry point is gone.
    async fn connection(&self, ask: &AskTask<'_>) -> Result<Option<Connection>> {
        let (engine, at) = (self.engine, ask.at);
        let Some(entry) = engine.entry_point(&at.project, &at.entry_point).await? else { return Ok(None) };
        let ends = ends(self.agent, &entry);
        match engine.store.connection(ends.project(), ends.id).await? {
            Some(there) if there.state != ConnectionState::Pending => Ok(Some(there)),
            _ => engine.connect(self.agent, at).await,
        }
    }

    /// Stores the record before the task is sent (rule 6); none when the stage has too many outstanding.
    async fn open_task_ask(&self, ask: &AskTask<'_>, connection: &Connection) -> Result<Option<Pending>> {
        let (store, workflow) = (&self.engine.store, &self.agent.workflow);
        let pending = self.pending_task(ask).await?;
        let (provider, run) = (&connection.ends.provider.workflow, task_event(connection, &pending.id.parts()).run);
        let task = AskedTask {
            connection: connection.id(),
            project: provider.project.to_string(),
            run: Some(run),
            workflow: (provider.project == workflow.project).then(|| provider.workflow.clone()),
        };
        Ok(match store.open_task_ask(&pending, &task, ask.most).await? {
            Opened::New => Some(Pending { task: Some(task), ..pending }),
            Opened::Full => None,
            // Another copy of this message has stored it meanwhile.
            Opened::There => store.pending(workflow, pending.id).await?,
        })
    }

    /// A record that is not stored yet.
    pub(super) async fn pending_task(&self, ask: &AskTask<'_>) -> Result<Pending> {
        let mut pending = self.new_pending(ask.deadline_ms)?;
        // Whoever sent the task that this run is of waits no longer than that.
        let origin = self.engine.store.task_origin(&self.agent.workflow, self.work.run()).await?;
        pending.deadline =
            origin.and_then(|origin| origin.deadline).map_or(pending.deadline, |until| pending.deadline.min(until));
        Ok(pending)
    }

    async fn send_task(&self, ask: &AskTask<'_>, connection: &Connection, pending: &Pending) -> Result<Reply, Stopped> {
        let task = TaskIn {
            id: Some(pending.id.parts()),
            task_type: ask.task_type.to_owned(),
            payload: ask.payload.clone(),
            hop: ask.hop + 1,
            deadline: Some(pending.deadline),
            context: None,
        };
        match self.engine.itself()?.take_task(connection, task).await {
            // A provider that goes tells nobody. Then the next attempt finds no entry point; and else, it is the same task.
            Ok(_) => {
                let look = (LOOK_MS[0] << self.work.attempt.min(4)).min(LOOK_MS[1]);
                Ok(Reply::WaitsUntil(Time::now().plus(look).min(pending.deadline)))
            }
            Err(error) => Asking { attempt: self.work.attempt, deadline: pending.deadline }.refused(error),
        }
    }
}

/// An attempt to send a task.
pub(super) struct Asking {
    pub(super) attempt: u32,
    pub(super) deadline: Time,
}

impl Asking {
    /// What a stage is told whose task was not taken, for now or for good.
    pub(super) fn refused(&self, error: Error) -> Result<Reply, Stopped> {
        let later = |ms: i64, why: String| Ok(Reply::NotNow(Time::now().plus(ms).min(self.deadline), why));
        match error.code {
            "connection_pending" | "not_believed" => {
                let wait = (PENDING_MS[0] << self.attempt.min(6)).min(PENDING_MS[1]);
                // Keys that could not be read are not asked for again at once.
                let wait = if error.code == "not_believed" { wait.max(UNBELIEVED_MS) } else { wait };
                later(wait + jitter_ms(wait), error.message)
            }
            _ if error.kind == Kind::TooMany => {
                let seconds = error.retry_after_seconds().unwrap_or(60) as i64;
                later(seconds * 1000 + jitter_ms(SPREAD_MS), error.message)
            }
            _ => Err(refused(error)),
        }
    }
}

/// What a stage is told whose task was not taken.
fn refused(error: Error) -> Stopped {
    match error.kind {
        Kind::Unavailable | Kind::Internal | Kind::StorageFull => Stopped::Store(error),
        // The provider is away, and comes back.
        Kind::Conflict if rests(error.code) => {
            let told = AgentError::retry("provider_away", "The provider's workflow does not run.");
            Stopped::Agent(told)
        }
        Kind::Conflict if error.code == "away" => Stopped::Agent(AgentError::retry("provider_away", error.message)),
        Kind::NotFound if error.code == "stage_gone" => Stopped::Agent(AgentError::fail(error.code, error.message)),
        Kind::NotFound => {
            let message = "The provider has refused or taken back the connection.";
            Stopped::Agent(AgentError::fail("not_connected", message))
        }
        _ => Stopped::Agent(AgentError::from(error)),
    }
}
