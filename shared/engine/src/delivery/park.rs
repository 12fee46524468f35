//! Waiting: a delivery is parked on its commit key until its next attempt, and a message ends the wait.

use crate::Engine;
use crate::delivery::attempt::{Attempt, Follows, Step};
use crate::delivery::timers::is_near;
use crate::delivery::work::Work;
use rookery_agents::Wait;
use rookery_domain::{PendingState, Result, Time, limits};
use rookery_queue::Outgoing;
use rookery_store::{Failure, Parked};

/// How much earlier than the stored time a message may come, because clocks differ a little.
const EARLY_MS: i64 = 1500;
/// A deadline nearer than this is not left to the tick. The tick comes once a minute, and this is twice that.
const DEADLINE_SOON_MS: i64 = 2 * 60_000;

impl Attempt<'_> {
    /// Stores the wait, then sends the message that ends it (rule 7: the attempt is stored before the acknowledgement). A wait
    /// for a reply ends with the reply, or at the reply's deadline.
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
            engine.store.keep_event(&work.workflow, event.item, kept).await?;
        }
        let due = (!near).then(|| message.encode());
        if !engine.store.park(&work.workflow, work.commit, &parked, due.as_deref()).await? {
            return Ok(Step::Again);
        }
        self.count_accepted_before();
        if near {
            engine.producer.send(vec![Outgoing::at(message, until)]).await?;
        }
        engine.wake_if_replied(work, &parked).await?;
        Ok(Step::Done(Follows::default()))
    }
}

impl Engine {
    /// Wakes the delivery if the reply came before the delivery was parked: whoever stored the reply then found nobody to wake.
    async fn wake_if_replied(&self, work: &Work, parked: &Parked) -> Result<()> {
        if parked.for_reply && self.is_replied(work).await? {
            self.producer.send(vec![work.message.clone().with_attempt(parked.attempt).as_reply().into()]).await?;
        }
        Ok(())
    }

    /// Sends the message again that ends a stored wait, unless the wait is a long one, which the tick finds.
    pub(crate) async fn send_wait(&self, work: &Work, parked: &Parked) -> Result<()> {
        self.wake_if_replied(work, parked).await?;
        if !is_by_message(Time::now(), parked.until, parked.for_reply) {
            return Ok(());
        }
        let message = work.message.clone().with_attempt(parked.attempt);
        self.producer.send(vec![Outgoing::at(message, parked.until)]).await
    }
}

/// Whether a delayed message ends a wait; otherwise a due item does. Most deadlines never pass, and then the due item disappears
/// with the wait. So a deadline is a due item, unless the tick might come too late for it.
fn is_by_message(now: Time, until: Time, for_reply: bool) -> bool {
    is_near(now, until) && !(for_reply && until.0 - now.0 > DEADLINE_SOON_MS)
}

/// Whether a message may run its attempt: it must be the stored attempt, and not too early.
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
