//! The tick: finds what is due and sends its messages, to the second. It may come twice, late, or not for hours (rule 10).

use crate::Engine;
use rookery_agents::schedule::Schedule;
use rookery_domain::{Result, Time};
use rookery_queue::{Check, Message, Outgoing};
use rookery_store::keys::DUE_SHARDS;
use rookery_store::{DueItem, ScheduleItem};

/// How far ahead a tick sends: as long as the beat on AWS.
const AHEAD_MS: i64 = 60_000;
/// Items that one query takes.
const AT_ONCE: usize = 100;
/// Queries of one shard in a tick; the rest is for the next.
const ROUNDS: usize = 50;

impl Engine {
    /// Sends what is due up to a minute after `now`, and everything overdue. Returns how many items were due.
    pub async fn tick(&self, now: Time) -> Result<usize> {
        let mut found = 0;
        for shard in 0..DUE_SHARDS {
            for _ in 0..ROUNDS {
                let due = self.store.due(shard, now.plus(AHEAD_MS), AT_ONCE).await?;
                let count = due.len();
                found += count;
                for item in due {
                    self.handle_due(item, now).await?;
                }
                if count < AT_ONCE {
                    break;
                }
            }
        }
        Ok(found)
    }

    async fn handle_due(&self, item: DueItem, now: Time) -> Result<()> {
        match item {
            DueItem::Message { key, at, message } => {
                let message = Message::decode(&message)?;
                self.producer.send(vec![Outgoing { message, not_before: Some(at) }]).await?;
                // Only after it was sent: a crash in between sends it twice, and the second finds it done.
                self.store.due_sent(&key, at).await
            }
            DueItem::Purge { project, workflow } => {
                self.store.purge_workflow(&project, &workflow).await?;
                self.store.purged(&project, &workflow).await
            }
            DueItem::Schedule(schedule) => self.send_checks(&schedule, now).await,
        }
    }

    async fn send_checks(&self, item: &ScheduleItem, now: Time) -> Result<()> {
        let Ok(schedule) = Schedule::parse(&item.spec) else {
            tracing::error!(workflow = %item.workflow, spec = item.spec, "a stored schedule is not understood any more");
            return self.store.schedule_sent(item, None, 0).await;
        };
        let beat = beat(&schedule, item.next_due, now);
        let checks = beat.due.iter().map(|due| Outgoing { message: check(item, *due), not_before: Some(*due) });
        self.producer.send(checks.collect()).await?;
        self.store.schedule_sent(item, beat.next, beat.skipped).await
    }
}

/// What a tick sends for a schedule.
#[derive(Debug, PartialEq)]
struct Beat {
    due: Vec<Time>,
    skipped: u64,
    next: Option<Time>,
}

/// Overdue times collapse into the latest; those of the next minute are each sent.
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

fn check(item: &ScheduleItem, due: Time) -> Message {
    Message::Check(Check {
        project: item.project.clone(),
        workflow: item.workflow.clone(),
        cell: item.cell.clone(),
        incarnation: item.incarnation,
        generation: item.generation.clone(),
        due,
        arm: 0,
        attempt: 0,
    })
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
        // A second later, nothing new: the next is more than a minute ahead.
        let second = beat(&every, Time(3 * MINUTE), Time(2 * MINUTE - 500));
        assert_eq!(second.due, []);
        assert_eq!(second.next, Some(Time(3 * MINUTE)));
    }
}
