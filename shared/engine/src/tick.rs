//! The tick: finds what is due and sends its messages, to the second. It may come twice, late, or not for hours (rule 10).

use crate::Engine;
use crate::connections::sending::again;
use crate::workflow::delete::PURGED_AT_ONCE;
use futures::future::join_all;
use rookery_agents::schedule::Schedule;
use rookery_domain::{ProjectId, Result, Time, WorkflowId};
use rookery_queue::{Check, Message, Outgoing, Task};
use rookery_store::keys::{DUE_SHARDS, WAIT_SHARDS};
use rookery_store::{DueItem, ScheduleItem, State};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How far ahead a tick sends: one beat on AWS.
pub(crate) const AHEAD_MS: i64 = 60_000;
/// How long after a look at the waits no tick looks again, in milliseconds: where ticks come each second, most need not, since waits are
/// sent a minute ahead.
const WAITS_REST_MS: i64 = 30_000;
/// How many items one query takes. They are handled side by side, so that their reads and messages are joined into full requests.
const AT_ONCE: usize = 100;
/// How long a tick looks for what is due. The function has a minute: the rest is for purges and dead letters, which must get their turn.
const DUE_BUDGET: Duration = Duration::from_secs(35);

/// When a tick is, how far it looks, and when it stops looking.
struct Tick {
    now: Time,
    horizon: Time,
    ends: Instant,
}

/// What a tick found in a shard.
struct Shard {
    /// Items that were due.
    found: usize,
    /// The purges that are asked for.
    purges: Vec<(ProjectId, Option<WorkflowId>)>,
    /// There was time for everything that was due.
    is_whole: bool,
}

impl Engine {
    /// Sends what is due up to a minute after `now`, and everything overdue, the shards side by side. Returns how many items were
    /// due. An item that fails is left for the next tick and delays no other; so are items that there was no time for.
    pub async fn tick(&self, now: Time) -> Result<usize> {
        let tick = Tick { now, horizon: now.plus(AHEAD_MS), ends: Instant::now() + DUE_BUDGET };
        // Where the clock was set back, schedules stand at times that are now far ahead, so all of them are looked at once.
        let was_set_back = self.last_tick.load(Ordering::Relaxed) > tick.horizon.0;
        let until = if was_set_back { Time(i64::MAX) } else { tick.horizon };
        let rests = (0..WAITS_REST_MS).contains(&(now.0 - self.last_waits.load(Ordering::Relaxed)));
        let looks_at_waits = was_set_back || !rests;
        let shards = if looks_at_waits { DUE_SHARDS + WAIT_SHARDS } else { DUE_SHARDS };
        let shards = join_all((0..shards).map(|shard| self.tick_shard(shard, &tick, until))).await;
        let (mut found, mut purges, mut is_whole, mut failed) = (0, Vec::new(), true, None);
        for shard in shards {
            match shard {
                Ok(shard) => {
                    found += shard.found;
                    purges.extend(shard.purges);
                    is_whole &= shard.is_whole;
                }
                Err(error) => failed = Some(error),
            }
        }
        // Purges come last, and in parts: removing much must not delay what is due.
        let mut budget = PURGED_AT_ONCE;
        for (project, workflow) in purges {
            if budget == 0 {
                break;
            }
            warn(self.purge(&project, workflow.as_ref(), &mut budget).await);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if is_whole {
            self.last_tick.store(now.0, Ordering::Relaxed);
            if looks_at_waits {
                self.last_waits.store(now.0, Ordering::Relaxed);
            }
        }
        Ok(found)
    }

    /// Sends what is due in a shard, earliest first.
    async fn tick_shard(&self, number: u8, tick: &Tick, until: Time) -> Result<Shard> {
        let (mut shard, mut after) = (Shard { found: 0, purges: Vec::new(), is_whole: true }, None);
        loop {
            let page = self.store.due(number, until, AT_ONCE, after).await?;
            shard.found += page.items.len();
            let mut handled = Vec::with_capacity(page.items.len());
            for item in page.items {
                match item {
                    Ok(DueItem::Purge { project, workflow }) => shard.purges.push((project, workflow)),
                    Ok(DueItem::Message { at, .. }) if at > tick.horizon => {} // A wait keeps its time.
                    Ok(item) => handled.push(self.handle_due(item, tick.now)),
                    Err((key, error)) => tracing::error!(?key, %error, "a due item cannot be read"),
                }
            }
            join_all(handled).await.into_iter().for_each(warn);
            after = page.next;
            if after.is_none() {
                return Ok(shard);
            }
            if Instant::now() >= tick.ends {
                tracing::warn!(shard = number, found = shard.found, "more is due than a tick has time for; the next one goes on");
                return Ok(Shard { is_whole: false, ..shard });
            }
        }
    }

    async fn handle_due(&self, item: DueItem, now: Time) -> Result<()> {
        match item {
            DueItem::Message { key, at, message } => {
                let message = Message::decode(&message)?;
                let again = again(&message, at.max(now));
                self.producer.send(vec![Outgoing::at(message, at)]).await?;
                // The item is changed only after the message was sent. After a crash in between, the message is sent twice, and
                // the second one finds the work done.
                match again {
                    Some(next) => self.store.due_again(&key, at, next).await,
                    None => self.store.due_sent(&key, at).await,
                }
            }
            DueItem::Schedule(schedule) => self.send_checks(&schedule, now).await,
            DueItem::Purge { .. } => Ok(()),
        }
    }

    async fn send_checks(&self, item: &ScheduleItem, now: Time) -> Result<()> {
        let head = self.store.find_workflow(&item.agent.workflow).await?;
        if !head.is_some_and(|head| head.state == State::Active && !head.deleted) {
            return self.store.delete_schedule(item).await; // A stop or a deletion was cut short before this.
        }
        let Ok(schedule) = Schedule::parse(&item.spec) else {
            tracing::error!(workflow = %item.agent.workflow, spec = item.spec, "a stored schedule is not understood any more");
            return self.store.schedule_sent(item, None, 0).await;
        };
        let beat = beat(&schedule, resumed(&schedule, item.next_due, now), now);
        let checks = beat.due.iter().map(|due| Outgoing::at(check(item, *due), *due));
        self.producer.send(checks.collect()).await?;
        self.store.schedule_sent(item, beat.next, beat.skipped).await
    }
}

fn warn(result: Result<()>) {
    if let Err(error) = result
        && !error.is_told()
    {
        tracing::warn!(%error, "a due item failed; the next tick tries it again");
    }
}

/// What a tick sends for a schedule.
#[derive(Debug, PartialEq)]
struct Beat {
    due: Vec<Time>,
    skipped: u64,
    next: Option<Time>,
}

/// Where a schedule goes on. A time beyond the next minute is met only where the clock was set back: the schedule then goes on
/// from now, and work that was done already is found done.
fn resumed(schedule: &Schedule, next_due: Time, now: Time) -> Time {
    if next_due > now.plus(AHEAD_MS) { schedule.next(now).unwrap_or(next_due) } else { next_due }
}

/// What to send: overdue times collapse into the latest, and each time of the next minute is sent.
fn beat(schedule: &Schedule, next_due: Time, now: Time) -> Beat {
    let (mut due, mut skipped) = (Vec::new(), 0);
    if let Some((latest, count)) = schedule.latest(next_due.plus(-1), now) {
        due.push(latest);
        skipped = count.saturating_sub(1);
    }
    let horizon = now.plus(AHEAD_MS);
    let mut next = schedule.next(now.max(next_due.plus(-1)));
    while let Some(at) = next.filter(|at| *at <= horizon) {
        due.push(at);
        next = schedule.next(at);
    }
    Beat { due, skipped, next }
}

pub(crate) fn check(item: &ScheduleItem, due: Time) -> Message {
    let (cell, generation) = (item.agent.cell.clone(), item.generation.clone());
    let check = Check { cell, incarnation: item.agent.incarnation, generation, due, arm: 0, attempt: 0, asker: None };
    Task::Check(check).of(&item.agent.workflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn schedule(text: &str) -> Schedule {
        Schedule::parse(text).unwrap()
    }

    #[test]
    fn missed_times_collapse_into_the_latest_and_are_counted() {
        let beat = beat(&schedule("every_5m"), Time(5 * MINUTE), Time(31 * MINUTE));
        assert_eq!(beat, Beat { due: vec![Time(30 * MINUTE)], skipped: 5, next: Some(Time(35 * MINUTE)) });
    }

    #[test]
    fn what_is_due_within_a_minute_is_sent_ahead_and_not_again() {
        let every = schedule("every_1m");
        let first = beat(&every, Time(2 * MINUTE), Time(2 * MINUTE - 1000));
        assert_eq!(first, Beat { due: vec![Time(2 * MINUTE)], skipped: 0, next: Some(Time(3 * MINUTE)) });
        // A second later there is nothing new: the next time is more than a minute ahead.
        let second = beat(&every, Time(3 * MINUTE), Time(2 * MINUTE - 500));
        assert_eq!(second.due, []);
        assert_eq!(second.next, Some(Time(3 * MINUTE)));
    }

    #[test]
    fn after_a_clock_that_was_set_back_a_schedule_is_taken_again_from_now() {
        let now = Time(10 * MINUTE);
        let resumed = |text: &str, next_due| resumed(&schedule(text), Time(next_due), now);
        assert_eq!(resumed("every_1m", 600 * MINUTE), Time(11 * MINUTE));
        // A time that the schedule's own period explains stays.
        assert_eq!(resumed("every_1d", 1440 * MINUTE), Time(1440 * MINUTE));
        assert_eq!(resumed("every_1m", 9 * MINUTE), Time(9 * MINUTE));
    }
}
