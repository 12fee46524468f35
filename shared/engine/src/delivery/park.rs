//! Waiting: a delivery parked on its commit key until its next attempt, and the message that ends the wait.

use crate::Engine;
use crate::delivery::attempt::{Attempt, Step};
use crate::delivery::timers::is_near;
use crate::delivery::work::Work;
use rookery_agents::Wait;
use rookery_domain::{PendingState, Result, Time, limits};
use rookery_queue::Outgoing;
use rookery_store::{Failure, Parked};

/// How much earlier than stored a message may come: clocks differ a little.
const EARLY_MS: i64 = 1500;
/// Deadlines nearer than this are not left to the tick, which comes once a minute: twice that.
const DEADLINE_SOON_MS: i64 = 2 * 60_000;

impl Attempt<'_> {
    /// Stores the wait, then sends what ends it (rule 7: the attempt is stored before the acknowledgement). A wait for a reply is no longer
    /// than the reply may take, and is ended by it.
    pub(crate) async fn wait(&self, wait: Wait, failure: Option<Failure>) -> Result<Step> {
        let (engine, work, ready) = (self.engine, self.work, self.ready);
        let Wait { mut until, why, for_reply } = wait;
        if for_reply
            && let Some(pending) = engine.pending_of(work).await?
            && pending.state == PendingState::Open
        {
            until = until.min(pending.deadline);
        }
        let attempt = work.attempt + 1;
        let failed = ready.failed + u32::from(failure.is_some());
        let (delivery, cell, event) = (work.delivery, work.cell.clone(), work.event());
        let parked = Parked { delivery, cell, event, attempt, until, failure, why, failed, for_reply };
        let message = work.message.clone().with_attempt(attempt);
        let near = is_by_message(Time::now(), until, for_reply);
        if let Some(event) = ready.event.as_ref().filter(|event| until > event.created_at.plus(limits::COMMIT_MS / 2)) {
            let kept = until.max(event.keep_until).plus(limits::COMMIT_MS);
            engine.store.keep_event(&work.workflow, event.id, kept).await?;
        }
        let due = (!near).then(|| message.encode());
        if !engine.store.park(&work.workflow, work.commit, &parked, due.as_deref()).await? {
            return Ok(Step::Again);
        }
        if near {
            engine.producer.send(vec![Outgoing { message, not_before: Some(until) }]).await?;
        }
        engine.wake_if_replied(work, &parked).await?;
        Ok(Step::Done)
    }
}

impl Engine {
    /// What a delivery waits for may have come before it was parked: whoever stored it woke nobody then.
    async fn wake_if_replied(&self, work: &Work, parked: &Parked) -> Result<()> {
        if parked.for_reply && self.is_replied(work).await? {
            self.producer.send(vec![work.message.clone().with_attempt(parked.attempt).as_reply().into()]).await?;
        }
        Ok(())
    }

    /// Sends again what ends a stored wait; a long one is found by the tick.
    pub(crate) async fn send_wait(&self, work: &Work, parked: &Parked) -> Result<()> {
        self.wake_if_replied(work, parked).await?;
        if !is_by_message(Time::now(), parked.until, parked.for_reply) {
            return Ok(());
        }
        let message = work.message.clone().with_attempt(parked.attempt);
        self.producer.send(vec![Outgoing { message, not_before: Some(parked.until) }]).await
    }
}

/// Whether a wait ends by a delayed message; else by a due item. A deadline mostly never comes, and its due item goes with the wait:
/// so it is one, unless the tick might find it late.
fn is_by_message(now: Time, until: Time, for_reply: bool) -> bool {
    is_near(now, until) && !(for_reply && until.0 - now.0 > DEADLINE_SOON_MS)
}

/// A message of another attempt than the stored one does not run, nor does one that comes early.
pub(crate) fn is_its_turn(work: &Work, parked: &Parked) -> bool {
    parked.attempt == work.attempt && Time::now().plus(EARLY_MS) >= parked.until
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_a_due_item_unless_the_tick_might_find_it_late() {
        let (now, in_seconds) = (Time(0), |seconds: i64| Time(seconds * 1000));
        for (until, for_reply, by_message) in [
            (in_seconds(60), true, true),
            (in_seconds(120), true, true),
            (in_seconds(121), true, false),
            (in_seconds(900), true, false),
            (in_seconds(900), false, true),
            (in_seconds(901), false, false),
        ] {
            assert_eq!(is_by_message(now, until, for_reply), by_message, "{until:?} {for_reply}");
        }
    }
}
