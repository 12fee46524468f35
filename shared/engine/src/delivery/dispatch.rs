//! Dispatch: one delivery, check or timer, from its message to its acknowledgement.

use crate::Engine;
use crate::delivery::attempt::{Attempt, Follows, Ready, Step};
use crate::delivery::backoff::{jitter_ms, random_share};
use crate::delivery::checks::Turn;
use crate::delivery::park::is_its_turn;
use crate::delivery::plan::{Plan, muted, plan};
use crate::delivery::seen::Seen;
use crate::delivery::slow_lane::LONG_LINE;
use crate::delivery::work::Work;
use crate::external::host::Purpose;
use crate::external::pending::Asked;
use rookery_agents::Wait;
use rookery_domain::{Kind, Result, Time, WorkflowRef};
use rookery_queue::{Handler, Message, Outgoing, ProjectAt, Queue, Subject, Task, go_on};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many races may be lost before a message is left to come again.
const ROUNDS: u32 = 40;
/// How often a store that does not answer is asked again at once: a timeout is unknown, so read and decide (rule 8).
const UNKNOWN: u32 = 2;
/// A message that took longer does not go on with what follows: the next delivery may make a call of 30 s, and the message's budget is 38 s.
const GOES_ON: Duration = Duration::from_secs(5);
/// How long a message is put off that cannot be handled now, in milliseconds; up to as much again is added by chance.
const LATER_MS: i64 = 2000;
/// How long a message of a slow agent is put off at least, in milliseconds. Many of them together come back over five times as long, so that
/// they cost little.
const LINE_MS: i64 = 5000;

/// Handles the `deliver` queue.
pub struct Dispatcher(pub Arc<Engine>);

impl Handler for Dispatcher {
    const QUEUE: Queue = Queue::Deliver;

    async fn handle(&self, message: Message) -> Result<()> {
        match (&message.of, &message.task) {
            (Subject::Project(of), task) => self.0.do_or_put_off(of, task).await,
            _ => self.0.dispatch(message).await,
        }
    }

    async fn write_gathered(&self) -> HashSet<WorkflowRef> {
        tokio::join!(self.0.write_lists(), self.0.flush_metrics_soon()).0
    }
}

/// What is to be done with a piece of work, according to what was read.
enum Prepared {
    /// The agent runs.
    Run(Box<Ready>),
    /// Nothing is left to do.
    Done,
    /// A race was lost while something was written: read again.
    Again,
    /// This other piece of work runs in its place.
    Instead(Box<Work>),
}

/// What became of an attempt.
enum Attempted {
    /// All that follows is stored and sent, but for the delivery to go on with.
    Done(Option<Box<Next>>),
    /// A race was lost: read again, and run again.
    Again,
}

/// A delivery to go on with. Its event is stored, and no message was sent for it: so nobody else has begun it, and nothing need be read.
struct Next {
    outgoing: Outgoing,
    ready: Ready,
}

impl Engine {
    /// Does what a project is to do with others. If the store does not answer, the message is put off: receives count crashes only (rule 7).
    async fn do_or_put_off(&self, of: &ProjectAt, task: &Task) -> Result<()> {
        let done = match task {
            Task::Send(send) => self.send_task(&of.project, send).await,
            Task::Leave(leave) => self.leave(&of.project, leave).await,
            _ => Ok(()), // It belongs on another queue.
        };
        match done {
            Err(error) if error.kind == Kind::Unavailable && !error.is_told() => {
                tracing::warn!(%error, "a task is put off");
                let message = task.clone().of_project(&of.project);
                self.later::<()>(message, LATER_MS + jitter_ms(LATER_MS)).await.map(drop)
            }
            done => done,
        }
    }

    /// Handles a message, then one of the deliveries that follow, and so on. The message is acknowledged last: if this process ends
    /// before, the message comes again, its commit is found, and what follows is sent.
    async fn dispatch(&self, message: Message) -> Result<()> {
        let began = Instant::now();
        let mut next = self.deliver(message, None, began).await?;
        while let Some(following) = next.take() {
            let Next { outgoing, ready } = *following;
            // Nothing was read for this delivery, and the one before may have taken long: perhaps its workflow is deleted meanwhile.
            let Some(workflow) = outgoing.message.workflow() else { return self.producer.send(vec![outgoing]).await };
            if self.store.known_workflow(workflow).await?.is_none_or(|workflow| workflow.deleted) {
                tracing::info!(why = "its workflow is deleted", "delivery dropped");
                return Ok(());
            }
            match go_on(&outgoing, self.deliver(outgoing.message.clone(), Some(ready), began)).await {
                Ok(following) => next = following,
                // It is not the message that came which failed, so the delivery gets a message of its own.
                Err(_) => self.producer.send(vec![outgoing]).await?,
            }
        }
        Ok(())
    }

    /// Makes a delivery, with what is known of it.
    async fn deliver(&self, message: Message, mut ready: Option<Ready>, began: Instant) -> Result<Option<Box<Next>>> {
        let Some(work) = Work::of(&message) else {
            self.producer.send(vec![message.into()]).await?; // The message strayed: it goes to its own queue.
            return Ok(None);
        };
        let mut unknown = 0;
        for round in 0..ROUNDS {
            match self.attempt(&work, ready.take(), began).await {
                Ok(Attempted::Done(next)) => return Ok(next),
                Ok(Attempted::Again) => {
                    tokio::time::sleep(Duration::from_millis(jitter_ms(i64::from(round) * 10) as u64)).await;
                }
                Err(error) if error.is_told() => return Err(error),
                Err(error) if error.code == LONG_LINE => {
                    tracing::debug!("a message of a slow agent is put off");
                    return self.later(message, LINE_MS + jitter_ms(4 * LINE_MS)).await;
                }
                Err(error) if error.kind == Kind::Unavailable && unknown < UNKNOWN => {
                    tracing::warn!(%error, "not known whether it was done: reading again");
                    unknown += 1;
                }
                Err(error) if error.kind == Kind::Unavailable => {
                    tracing::warn!(%error, "a message is put off");
                    return self.later(message, LATER_MS + jitter_ms(LATER_MS)).await;
                }
                Err(error) => return Err(error),
            }
        }
        tracing::warn!(why = "too many others write the same memory", "a message is put off");
        self.later(message, LATER_MS + jitter_ms(LATER_MS)).await
    }

    /// Sends a message that cannot be handled now again, with a delay, as a new message: receives count crashes only (rule 7).
    async fn later<T>(&self, message: Message, wait_ms: i64) -> Result<Option<T>> {
        self.producer.send(vec![Outgoing::at(message, Time::now().plus(wait_ms))]).await?;
        Ok(None)
    }

    async fn attempt(&self, work: &Work, ready: Option<Ready>, began: Instant) -> Result<Attempted> {
        let mut work = work.clone();
        let ready = match ready {
            Some(ready) => Box::new(ready),
            None => match self.prepare(&mut work).await? {
                Prepared::Run(ready) => ready,
                Prepared::Done => return Ok(Attempted::Done(None)),
                Prepared::Again => return Ok(Attempted::Again),
                Prepared::Instead(work) => return Box::pin(self.attempt(&work, None, began)).await,
            },
        };
        match self.run(&work, &ready).await? {
            Step::Done(follows) => Ok(Attempted::Done(self.send_all_but_one(&ready, follows, began).await?)),
            Step::Again => Ok(Attempted::Again),
        }
    }

    /// Runs the agent, and stores what comes of it.
    async fn run(&self, work: &Work, ready: &Ready) -> Result<Step> {
        let attempt = Attempt::new(self, work, ready);
        if work.attempt == 0 {
            self.list_accepted(work, &ready.built, ready.root.as_deref());
        }
        if let Some(step) = attempt.stop_at_limit().await? {
            return Ok(step);
        }
        let ran = attempt.run(Purpose::Commit).await?;
        match plan(ran.result, ready.failed, attempt.retries(), random_share(), Time::now()) {
            Plan::Commit(effects) => {
                let last = ready.event.as_ref().is_some_and(|event| event.last);
                let effects = if last { muted(effects) } else { effects };
                attempt.commit_effects(ran.remembered, effects).await
            }
            // The delivery is woken by the answer even if this attempt failed, since the call may have been understood all the same.
            Plan::Wait(wait, failure) => {
                attempt.wait(Wait { for_reply: wait.for_reply || ran.asked != Asked::No, ..wait }, failure).await
            }
            Plan::Fail(failure) if attempt.asks() && !self.fail_pending(work, &failure, ran.asked).await? => Ok(Step::Again),
            Plan::Fail(failure) => attempt.commit_failure(failure).await,
        }
    }

    /// Sends what follows, except for the first delivery that this message has time for.
    async fn send_all_but_one(&self, ready: &Ready, follows: Follows, began: Instant) -> Result<Option<Box<Next>>> {
        let Follows { mut outgoing, events, root } = follows;
        let event_of = |outgoing: &Outgoing| match (&outgoing.message.task, outgoing.not_before) {
            (Task::Deliver(deliver), None) => events.iter().find(|event| event.at() == deliver.event),
            _ => None,
        };
        let has_time = began.elapsed() < GOES_ON;
        let found = outgoing.iter().enumerate().find_map(|(index, outgoing)| Some((index, event_of(outgoing)?.clone())));
        let next = found.filter(|_| has_time).map(|(index, event)| {
            // A loop must find its limit although nothing is read on the way.
            let root = root.or_else(|| ready.root.clone());
            let ready = Ready { root, ..Ready::first(ready.built.clone(), Some(event)) };
            Box::new(Next { outgoing: outgoing.remove(index), ready })
        });
        self.producer.send(outgoing).await?;
        Ok(next)
    }

    /// Reads, consistently, everything that decides what is to be done.
    async fn prepare(&self, work: &mut Work) -> Result<Prepared> {
        let seen = self.see(work).await?;
        if let Some(head) = &seen.head {
            self.lists.learn(&work.workflow, head.is_spread);
        }
        if let Some(commit) = &seen.commit {
            self.resend(work, commit, seen.root.as_deref()).await?;
            return Ok(Prepared::Done);
        }
        let (mut waited_until, mut failed) = (None, 0);
        match &seen.parked {
            Some(parked) if !work.reply && !is_its_turn(work, parked) => {
                self.list_accepted_again(work, seen.root.as_deref()).await?;
                self.send_wait(work, parked).await?;
                return Ok(Prepared::Done);
            }
            Some(parked) => {
                work.attempt = parked.attempt;
                waited_until = parked.failure.is_none().then_some(parked.until);
                failed = parked.failed;
            }
            // The delivery is not parked yet. Whoever parks it checks whether the reply is there.
            None if work.reply => return Ok(dropped(work, "it does not wait yet")),
            None if work.attempt > 0 => return Ok(dropped(work, "its wait is not stored any more")),
            None => {}
        }
        let Seen { head: Some(head), .. } = &seen else {
            // The purge does not know of a run that is in no list yet.
            self.store.delete_run(&work.workflow, work.run()).await?;
            return Ok(dropped(work, "its workflow is deleted"));
        };
        let schedule = match self.turn(work, head, Time::now()).await? {
            Turn::Run(advance) => advance,
            Turn::Over => {
                self.cancel_waiting_check(work).await?;
                return Ok(dropped(work, "its schedule has changed"));
            }
            Turn::Skip(skip) => {
                return Ok(match (self.skip_check(work, &skip).await?, skip.instead(work)) {
                    (Step::Again, _) => Prepared::Again,
                    (Step::Done(_), Some(latest)) => Prepared::Instead(Box::new(latest)),
                    (Step::Done(_), None) => Prepared::Done,
                });
            }
        };
        let Some(version) = seen.version(work) else { return Ok(dropped(work, "its event is not kept any more")) };
        let built = self.built(&work.workflow, version).await?;
        let ready = Ready { built, event: seen.event, root: seen.root, waited_until, failed, schedule, memory: None };
        Ok(Prepared::Run(Box::new(ready)))
    }
}

fn dropped(work: &Work, why: &str) -> Prepared {
    tracing::info!(delivery = %work.delivery, why, "delivery dropped");
    Prepared::Done
}
