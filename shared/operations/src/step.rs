//! How the next step of an open operation is made: a call of the model, a tool, or the end. Nothing is stored here, but by tools.

use crate::Operations;
use crate::context::request;
use crate::keys::ProjectKeys;
use futures::StreamExt;
use rookery_domain::{Error, Kind, Result, Time, ToolCall, ToolResult};
use rookery_models::{Completed, ModelError, Retry, StreamEvent};
use rookery_sessions::entry::{Answer, EndError, EndState, NoAnswer, What};
use rookery_sessions::follow::Writer;
use rookery_sessions::hub::Delta;
use rookery_sessions::log::Loaded;
use rookery_sessions::progress::{Action, Open, STEPS};
use std::time::Duration;
use tokio::time::{interval, timeout};

/// How often whoever works says so.
const BEAT: Duration = Duration::from_secs(20);

impl Operations {
    /// The next step of an open operation; none if it was given up.
    pub(crate) async fn step(&self, loaded: &mut Loaded) -> Result<Option<What>> {
        let Some(open) = &loaded.progress.open else { return Ok(None) };
        let n = open.begin.n;
        if !self.is_awaited(open).await? {
            return Ok(Some(not_awaited(n, true)));
        }
        Ok(Some(match open.next(Time::now()) {
            Action::CallModel => return self.call_model(loaded, open).await,
            Action::RunTool(call) => match self.asked(&loaded.at, open).await? {
                Ok(asked) => return self.run_tool(loaded, &asked, call).await,
                Err(error) => refused(n, error)?,
            },
            Action::GiveUpTool(call) => no_result(n, call, "It is not known whether this was done: whoever did it is gone."),
            Action::Expire => {
                let message = "Its deadline passed. Ask for less at once, or raise `deadline_seconds` in the agent's definition.";
                let error = Some(EndError::new("deadline", message));
                What::End { n, state: EndState::Expired, error }
            }
            Action::TooManySteps => failed(
                n,
                "too_many_steps",
                format!("The model asked for tools {STEPS} times and gave no answer. Ask for less at once."),
            ),
        }))
    }

    /// Whether somebody waits for the end of an operation; only a cell of a workflow can have given up.
    async fn is_awaited(&self, open: &Open) -> Result<bool> {
        match &open.begin.cell {
            Some(cell) => self.sessions.is_awaited(cell).await,
            None => Ok(true),
        }
    }

    /// Calls the model, until the deadline, or until somebody else writes.
    async fn call_model(&self, loaded: &Loaded, open: &Open) -> Result<Option<What>> {
        let (n, at) = (open.begin.n, &loaded.at);
        let request = self.asked(at, open).await?.and_then(|asked| request(loaded, open, &asked, self.definitions.environment()));
        let request = match request {
            Ok(request) => request,
            Err(error) => return refused(n, error).map(Some),
        };
        let keys = ProjectKeys { store: &self.store, project: &at.project, operators: &self.providers };
        let answer = async {
            let mut coming = self.models.find(&request.model)?.stream(&request, &keys).await?;
            let mut from = 0;
            while let Some(event) = coming.next().await {
                match event? {
                    StreamEvent::Done(completed) => return Ok(completed),
                    StreamEvent::Text(text) => {
                        let end = from + text.len();
                        self.sessions.say(at, Delta { n, step: open.steps, from, text });
                        from = end;
                    }
                    StreamEvent::Thinking(_) | StreamEvent::ToolCall(_) => {}
                }
            }
            Err(ModelError::new("stream_cut", "The model's answer has no end. Ask again."))
        };
        let answered = self.within(loaded, open, answer).await?;
        Ok(match answered {
            Some(Ok(completed)) => Some(answer_of(n, completed)),
            Some(Err(error)) if self.put_aside(&at.operation(n), open, &error).await? => None,
            Some(Err(error)) => Some(no_answer(n, error)),
            None => None,
        })
    }

    /// Does a part of a step: until the deadline, or until somebody else writes of the operation. None if it was given up.
    pub(crate) async fn within<T>(&self, loaded: &Loaded, open: &Open, part: impl Future<Output = T>) -> Result<Option<T>> {
        let left = u64::try_from(open.begin.deadline.0 - Time::now().0).unwrap_or(0);
        let done = async {
            tokio::select! {
                done = part => Ok(Some(done)),
                kept = self.keep(loaded, open) => kept.map(|()| None),
            }
        };
        timeout(Duration::from_millis(left), done).await.unwrap_or(Ok(None))
    }

    /// Says again and again that somebody works on the session. Ends when that is somebody else, when somebody else wrote of the
    /// operation, or when nobody waits for it any more.
    async fn keep(&self, loaded: &Loaded, open: &Open) -> Result<()> {
        // Where no other process lives, whoever ends the operation is heard.
        let writer = if self.is_alone { Writer::Here } else { Writer::Myself };
        let mut others = self.sessions.follow_writer(&loaded.at, loaded.progress.last, writer);
        let mut beat = interval(BEAT);
        beat.tick().await; // The first one comes at once.
        loop {
            tokio::select! {
                written = others.next() => match written.transpose()? {
                    Some((_, entry)) if entry.what.n() != open.begin.n => {} // What waits was cancelled.
                    _ => return Ok(()),
                },
                _ = beat.tick() => {
                    if !self.take(&loaded.at).await? || !self.is_awaited(open).await? {
                        return Ok(());
                    }
                }
            }
        }
    }
}

fn answer_of(n: u64, completed: Completed) -> What {
    let Completed { message, stop, usage, model, request_id } = completed;
    let last = message.tool_calls().next().is_none();
    let cost = rookery_models::cost(&model, &usage);
    What::Answer(Box::new(Answer { n, message, stop, usage, model, request_id, last, cost }))
}

fn no_result(n: u64, call: ToolCall, why: &str) -> What {
    What::ToolDone { n, result: ToolResult { call: call.id, is_error: true, text: why.to_owned() } }
}

pub(crate) fn failed(n: u64, code: &str, message: String) -> What {
    What::End { n, state: EndState::Failed, error: Some(EndError::new(code, message)) }
}

/// The end of an operation whose workflow waits no more.
pub(crate) fn not_awaited(n: u64, has_begun: bool) -> What {
    let (state, error) = EndError::not_awaited(has_begun);
    What::End { n, state, error: Some(error) }
}

/// The end of an operation whose model gave no answer.
fn no_answer(n: u64, error: ModelError) -> What {
    let told = error.provider.unwrap_or_default();
    let retry_after_s = match error.retry {
        Retry::After(wait) => Some(wait.as_secs().max(1)),
        Retry::Never | Retry::Backoff => None,
    };
    let model = NoAnswer { retry_after_s, status: told.status, code: told.code, request_id: told.request_id, text: told.text };
    What::End {
        n,
        state: EndState::Failed,
        error: Some(EndError { model: Some(model), ..EndError::new(error.code, error.message) }),
    }
}

/// The end of an operation that cannot be done as it is asked. What may pass by itself is an error, so that the message comes again.
pub(crate) fn refused(n: u64, error: Error) -> Result<What> {
    match error.kind {
        Kind::NotFound | Kind::Unprocessable | Kind::Invalid => {
            Ok(failed(n, error.code, format!("{} {}", error.message, error.details)))
        }
        _ => Err(error),
    }
}
