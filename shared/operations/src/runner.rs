//! How the operations of a session are done: each step is stored before the next, and whoever reads the log goes on with it.

use crate::Operations;
use crate::context::request;
use crate::keys::ProjectKeys;
use futures::StreamExt;
use rookery_domain::{Error, Kind, Result, SessionAt, Time, ToolCall, ToolResult};
use rookery_models::{Completed, ModelError, Retry, StreamEvent};
use rookery_queue::Message;
use rookery_sessions::ask::Ask;
use rookery_sessions::entry::{Answer, Begin, EndError, EndState, NoAnswer, What};
use rookery_sessions::finish::LEASE_MS;
use rookery_sessions::follow::Writer;
use rookery_sessions::hub::Delta;
use rookery_sessions::log::{Appended, Loaded};
use rookery_sessions::progress::{Action, Open, STEPS};
use rookery_store::Operation;
use std::time::Duration;
use tokio::time::{Instant, interval, timeout};

/// How often whoever works says so, and looks whether somebody ended the operation.
const BEAT: Duration = Duration::from_secs(20);
/// With less time than this, the next operation is left to the next message.
const ENOUGH: Duration = Duration::from_secs(120);

/// What is to be done of a session.
#[derive(Clone, Copy)]
pub(crate) enum Scope {
    /// All that is asked, in order; what could not begin in good time before this is left to the next message.
    All(Instant),
    /// This operation; for what comes after it, a message is sent.
    One(u64),
}

/// What became of the work on a session.
pub(crate) enum Worked {
    /// Nothing is left to do, or a message was sent for it.
    Done,
    /// Somebody else works on this operation.
    Elsewhere {
        /// The operation.
        n: u64,
    },
}

impl Operations {
    /// Does what is asked of a session, in order.
    pub(crate) async fn work(&self, at: &SessionAt, scope: Scope) -> Result<Worked> {
        let mut loaded = self.sessions.load(at).await?;
        // What this process has just begun is not put aside.
        let mut may_be_aside = true;
        loop {
            if let Scope::One(n) = scope
                && loaded.progress.over.has(n)
            {
                return self.hand_on(&loaded, n).await;
            }
            let (n, first, what) = match &loaded.progress.open {
                Some(open) => {
                    let aside = if may_be_aside { self.aside(&at.operation(open.begin.n)).await? } else { None };
                    may_be_aside = false;
                    if aside.is_some_and(|aside| aside.until > Time::now()) {
                        return Ok(Worked::Done); // A message for that time is under way.
                    }
                    if !self.may_work(at, open, aside.is_some()).await? {
                        return Ok(Worked::Elsewhere { n: open.begin.n });
                    }
                    let (n, first) = (open.begin.n, open.first);
                    (n, first, self.step(&mut loaded).await?)
                }
                None => {
                    let n = loaded.progress.over.first_open();
                    let Some(operation) = self.store.operation(&at.operation(n)).await? else { return Ok(Worked::Done) };
                    if operation.lease.as_ref().is_some_and(|(by, until)| self.is_of_another(by, *until)) {
                        return Ok(Worked::Elsewhere { n });
                    }
                    let may_begin = match scope {
                        Scope::All(ends) => Instant::now() + ENOUGH <= ends,
                        Scope::One(one) => n == one,
                    };
                    if !may_begin {
                        self.producer.send(vec![Message::wake(&at.operation(n)).into()]).await?;
                        return Ok(Worked::Done);
                    }
                    if self.sessions.done_without_model(at, &operation).await? {
                        self.sessions.catch_up(&mut loaded).await?;
                        continue;
                    }
                    (n, loaded.progress.last + 1, Some(self.begin(at, &operation).await?))
                }
            };
            match what {
                Some(what) => self.append(&mut loaded, n, what).await?,
                // The step was given up: somebody wrote meanwhile, the deadline has passed, or the operation is put aside.
                None => {
                    may_be_aside = true;
                    self.sessions.catch_up(&mut loaded).await?;
                }
            }
            if loaded.progress.over.has(n) && matches!(scope, Scope::All(_)) {
                self.sessions.finish(&at.operation(n), Some(first)).await?;
            }
        }
    }

    /// Has somebody do what comes after an operation that is over, and only then notes its end: until then, its guard would have it done.
    async fn hand_on(&self, loaded: &Loaded, n: u64) -> Result<Worked> {
        let next = loaded.at.operation(loaded.progress.over.first_open());
        if self.store.operation(&next).await?.is_some() {
            self.producer.send(vec![Message::wake(&next).into()]).await?;
        }
        self.sessions.finish(&loaded.at.operation(n), None).await?;
        Ok(Worked::Done)
    }

    /// Whether this process may work on an open operation. Two that do so waste calls of a model, and harm nothing.
    async fn may_work(&self, at: &SessionAt, open: &Open, was_aside: bool) -> Result<bool> {
        // Whoever put it aside has left it.
        if !was_aside && self.is_of_another(&open.begin.by, open.begin.lease_until) {
            return Ok(false);
        }
        // Whoever has begun it has the session until then.
        Ok(open.begin.lease_until > Time::now() && *open.begin.by == *self.by || self.take(at).await?)
    }

    /// Whether somebody else, who may be alive, has the work until a time to come.
    fn is_of_another(&self, by: &str, until: Time) -> bool {
        !self.is_alone && *by != *self.by && until > Time::now()
    }

    /// Takes the work on a session, or says that it goes on: `false` while somebody else has it.
    async fn take(&self, at: &SessionAt) -> Result<bool> {
        let now = Time::now();
        let until = now.plus(LEASE_MS);
        // Of those who are dead, even the latest lease counts as over.
        self.store.take_session(at, &self.by, if self.is_alone { until.plus(1) } else { now }, until).await
    }

    /// Appends an entry, unless somebody else wrote of the operation meanwhile. What is too large to be stored ends its operation.
    async fn append(&self, loaded: &mut Loaded, n: u64, mut what: What) -> Result<()> {
        let last = |loaded: &Loaded| loaded.progress.open.as_ref().map(|open| open.last);
        let before = last(loaded);
        loop {
            match self.sessions.append(loaded, what.clone()).await {
                Err(error) if error.kind == Kind::Unprocessable => what = failed(n, error.code, error.message),
                Err(error) => return Err(error),
                // Whoever cancelled what waits has not changed what is to be said here.
                Ok(Appended::Lost) if last(loaded) == before && !loaded.progress.over.has(n) => {}
                Ok(_) => return Ok(()),
            }
        }
    }

    /// The beginning of an operation, or its end, if it cannot begin.
    async fn begin(&self, at: &SessionAt, operation: &Operation) -> Result<What> {
        let (n, now) = (operation.n, Time::now());
        let ask = Ask::of(operation)?;
        if now >= ask.wait_until {
            let message = "It waited too long for its turn. Ask again, or ask less at once.";
            let error = Some(EndError::new("expired", message));
            return Ok(What::End { n, state: EndState::Expired, error });
        }
        if let Some(cell) = ask.cell()
            && !self.sessions.is_awaited(cell).await?
        {
            return Ok(not_awaited(n, false));
        }
        let definition = match self.agent(at).await? {
            Ok((agent, instance)) => {
                let stored = self.definitions.running(&at.project, &agent).await;
                stored.and_then(|stored| self.for_instance(&at.project, stored, &instance, ask.payload.as_ref()))
            }
            Err(error) => Err(error),
        };
        let definition = match definition {
            Ok((definition, _)) => definition,
            Err(error) => return refused(n, error),
        };
        self.keep_for(at, definition.persist).await?;
        let run_ms = definition.deadline_seconds.map_or(ask.run_ms, |seconds| i64::from(seconds) * 1000);
        Ok(What::Begin(Begin {
            n,
            by: self.by.to_string(),
            lease_until: now.plus(LEASE_MS),
            deadline: now.plus(run_ms),
            version: definition.version,
            cell: ask.cell().cloned().map(Box::new),
            message: ask.message,
            payload: ask.payload,
        }))
    }

    /// The next step of an open operation; none if it was given up.
    async fn step(&self, loaded: &mut Loaded) -> Result<Option<What>> {
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
        let mut others = self.sessions.follow_writer(&loaded.at, loaded.progress.last, Writer::Here);
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
    What::Answer(Box::new(Answer { n, message, stop, usage, model, request_id, last }))
}

fn no_result(n: u64, call: ToolCall, why: &str) -> What {
    What::ToolDone { n, result: ToolResult { call: call.id, is_error: true, text: why.to_owned() } }
}

fn failed(n: u64, code: &str, message: String) -> What {
    What::End { n, state: EndState::Failed, error: Some(EndError::new(code, message)) }
}

/// The end of an operation whose workflow waits no more.
fn not_awaited(n: u64, has_begun: bool) -> What {
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
fn refused(n: u64, error: Error) -> Result<What> {
    match error.kind {
        Kind::NotFound | Kind::Unprocessable | Kind::Invalid => {
            Ok(failed(n, error.code, format!("{} {}", error.message, error.details)))
        }
        _ => Err(error),
    }
}
