//! A stage sends a task to an entry point of another deployment. A provider that has forgotten the stage's connection is connected anew,
//! once.

use super::ask::Asking;
use super::foreign::connection_elsewhere;
use crate::external::ask::full;
use crate::external::host::{EngineHost, Stopped};
use rookery_agents::{AgentError, AskTask, EntryPointAt, Reply};
use rookery_domain::{Error, Kind, StageId};
use rookery_store::{AskedTask, Opened, Pending};

impl EngineHost<'_> {
    /// As `ask_entry_point`, for an entry point of another deployment.
    pub(super) async fn ask_elsewhere(&self, ask: AskTask<'_>, url: &str, known: Option<Pending>) -> Result<Reply, Stopped> {
        let engine = self.engine;
        let pending = match known {
            Some(pending) => pending,
            None => {
                let task = AskedTask {
                    connection: connection_elsewhere(self.agent, ask.at),
                    project: ask.at.project.clone(),
                    run: None,
                    workflow: None,
                };
                let pending = self.pending_task(&ask).await?;
                match engine.store.open_task_ask(&pending, &task, ask.most).await? {
                    Opened::Full => return Ok(full(self.work.attempt, ask.most)),
                    Opened::New | Opened::There => pending,
                }
            }
        };
        engine.store.put_outstanding_task(self.project(), StageId::of(self.agent), &pending).await?;
        let asking = Asking { attempt: self.work.attempt, deadline: pending.deadline };
        let mut used = match engine.connect_elsewhere(self.agent, ask.at, url).await {
            Ok(used) => used,
            Err(error) => return asking.refused(gone(error, ask.at)),
        };
        engine.judge_task(&used, ask.payload).await?.map_err(|(field, message)| {
            AgentError::fail("invalid_task", format!("`{field}` {message}, by the `input_schema` of the entry point."))
        })?;
        let sent = match engine.post_task(&used, &ask, &pending).await {
            // The provider has forgotten the connection, or has taken it back: it says so when it is asked to connect again.
            Err(error) if error.kind == Kind::NotFound => match engine.connect_anew(self.agent, ask.at, url).await {
                Ok(anew) => {
                    used = anew;
                    engine.post_task(&used, &ask, &pending).await
                }
                Err(error) => Err(error),
            },
            sent => sent,
        };
        match sent {
            Ok(()) => {
                engine.note_accepted(used).await?;
                Ok(Reply::WaitsUntil(pending.deadline))
            }
            Err(error) => asking.refused(gone(error, ask.at)),
        }
    }
}

/// What a stage is told whose entry point is not there any more.
fn gone(error: Error, at: &EntryPointAt) -> Error {
    match error.kind {
        Kind::NotFound if error.code != "stage_gone" => {
            let message = format!("The project `{}` has no entry point `{}` for this one.", at.project, at.entry_point);
            Error::new(Kind::Unprocessable, "entry_point_gone", message, "Take an entry point of its catalogue.")
        }
        _ => error,
    }
}
