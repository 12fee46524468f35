//! How the operations of a session are done: each step is stored before the next, and whoever reads the log goes on with it.

use crate::Operations;
use crate::step::{failed, not_awaited, refused};
use rookery_domain::{Kind, Result, SessionAt, Time};
use rookery_queue::Message;
use rookery_sessions::ask::Ask;
use rookery_sessions::entry::{Begin, EndError, EndState, What};
use rookery_sessions::finish::LEASE_MS;
use rookery_sessions::log::{Appended, Loaded};
use rookery_sessions::progress::Open;
use rookery_store::Operation;
use std::time::Duration;
use tokio::time::Instant;

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
        let worked = self.work_on(&mut loaded, scope).await;
        self.sessions.keep(loaded);
        worked
    }

    async fn work_on(&self, loaded: &mut Loaded, scope: Scope) -> Result<Worked> {
        let at = &loaded.at.clone(); // It is borrowed while the rest changes.
        // What this process has just begun is not put aside.
        let mut may_be_aside = true;
        loop {
            if let Scope::One(n) = scope
                && loaded.progress.over.has(n)
            {
                return self.hand_on(loaded, n).await;
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
                    (n, first, self.step(loaded).await?)
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
                        self.sessions.catch_up(loaded).await?;
                        continue;
                    }
                    (n, loaded.progress.last + 1, Some(self.begin(at, &operation).await?))
                }
            };
            match what {
                Some(what) => self.append(loaded, n, what).await?,
                // The step was given up: somebody wrote meanwhile, the deadline has passed, or the operation is put aside.
                None => {
                    may_be_aside = true;
                    self.sessions.catch_up(loaded).await?;
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
    pub(crate) async fn take(&self, at: &SessionAt) -> Result<bool> {
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
}
