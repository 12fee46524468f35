//! Checks of a schedule: whether a check is still to run. Missed times collapse into the latest, also those whose messages stood
//! in the queue while nobody worked; the others are counted as skipped.

use crate::Engine;
use crate::delivery::attempt::{Follows, Step};
use crate::delivery::commit::blank_commit;
use crate::delivery::work::{Wake, Work};
use rookery_agents::schedule::Schedule;
use rookery_domain::{Result, Time};
use rookery_queue::{Check, Task};
use rookery_store::{Advance, Committed, ScheduleAdvance, ScheduleItem, State, Workflow, Writes};

/// How late a check may come before it counts as missed, in milliseconds. Messages and cold starts take some time.
const LATE_MS: i64 = 5_000;

/// What becomes of a check. All other work runs.
pub(crate) enum Turn {
    /// The check runs, and its commit advances its schedule; a check by hand and a replay have no schedule to advance.
    Run(Option<ScheduleAdvance>),
    /// The check's schedule has changed, or its workflow is paused.
    Over,
    /// The check was missed, and a later one runs in its place.
    Skip(Skip),
}

/// A check that was missed.
pub(crate) struct Skip {
    advance: ScheduleAdvance,
    /// The latest due time; none if another missed check has noted it before.
    latest: Option<Time>,
}

impl Skip {
    /// The check of the latest due time, which runs at once: its own message may stand far back in the queue.
    pub(crate) fn instead(&self, work: &Work) -> Option<Work> {
        let (latest, Task::Check(check)) = (self.latest?, &work.message.task) else { return None };
        Work::of(&Task::Check(Check { due: latest, ..check.clone() }).of(&work.workflow))
    }
}

impl Engine {
    /// What becomes of a check of a schedule: it runs only while its workflow is active and its schedule is the same.
    pub(crate) async fn turn(&self, work: &Work, head: &Workflow, now: Time) -> Result<Turn> {
        let Wake::Check { due, generation: Some(generation), .. } = &work.wake else { return Ok(Turn::Run(None)) };
        if work.arm > 0 {
            return Ok(Turn::Run(None)); // A person replays it.
        }
        let schedule = self.store.schedule(&work.workflow, &work.cell).await?;
        let Some(schedule) = schedule.filter(|schedule| head.state == State::Active && schedule.generation == *generation) else {
            return Ok(Turn::Over);
        };
        let advance = |step| ScheduleAdvance { cell: work.cell.clone(), generation: generation.clone(), step };
        // A check that failed and is tried again was not missed.
        if work.attempt == 0 {
            // A latest time in the future was noted before the clock was set back: it skips nothing.
            if schedule.caught_up.is_some_and(|latest| *due < latest && latest <= now.plus(LATE_MS)) {
                return Ok(Turn::Skip(Skip { advance: advance(Advance::Skipped { latest: None }), latest: None }));
            }
            if let Some(latest) = missed_for(&schedule, *due, now) {
                let latest = Some(latest);
                return Ok(Turn::Skip(Skip { advance: advance(Advance::Skipped { latest }), latest }));
            }
        }
        Ok(Turn::Run(Some(advance(Advance::Ran { due: *due }))))
    }

    /// Notes on the check's commit key that the check was skipped, and counts that once.
    pub(crate) async fn skip_check(&self, work: &Work, skip: &Skip) -> Result<Step> {
        tracing::info!(delivery = %work.delivery, "a missed check is skipped");
        let commit = blank_commit(work, 0, "skipped".to_owned(), Time::now());
        let writes = Writes { schedule: Some(skip.advance.clone()), ..Writes::default() };
        Ok(match self.store.commit(&work.workflow, &commit, writes).await? {
            Committed::Won => Step::Done(Follows::default()),
            Committed::LostKey | Committed::LostSchedule | Committed::Lost => Step::Again,
        })
    }

    /// Ends a check that waited for another attempt, when its schedule has changed or ended (P4).
    pub(crate) async fn cancel_waiting_check(&self, work: &Work) -> Result<()> {
        if work.attempt == 0 {
            return Ok(());
        }
        let commit = blank_commit(work, 0, "cancelled".to_owned(), Time::now());
        self.store.commit(&work.workflow, &commit, Writes::default()).await.map(drop)
    }
}

/// The latest due time, if `due` was missed: a later time is due too, and the schedule is behind. The schedule is behind when
/// `due` comes late, and also when a check before it is not done yet: so every check that waited is missed, not only the first
/// ones.
fn missed_for(item: &ScheduleItem, due: Time, now: Time) -> Option<Time> {
    let schedule = Schedule::parse(&item.spec).ok()?;
    let (latest, _) = schedule.latest(due, now)?;
    let first = item.last_due.and_then(|last| schedule.next(last)).map_or(due, |next| next.min(due));
    (now.0 - first.0 > LATE_MS).then_some(latest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{AgentRef, CellId, ProjectId, WorkflowId, WorkflowRef};

    fn item(spec: &str, last_due: Option<i64>) -> ScheduleItem {
        let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
        ScheduleItem {
            agent: AgentRef { workflow, cell: CellId("c".into()), incarnation: 1 },
            spec: spec.to_owned(),
            generation: "g".to_owned(),
            next_due: Time(0),
            last_due: last_due.map(Time),
            caught_up: None,
            skipped: 0,
        }
    }

    #[test]
    fn a_check_is_missed_when_a_later_one_is_due_and_the_schedule_is_behind() {
        let every = |last_due| item("every_2s", last_due);
        for (last_due, due, now, latest) in [
            (Some(98_000), 100_000, 100_900, None),          // in time
            (Some(98_000), 100_000, 103_000, None),          // a little late: each runs
            (Some(98_000), 100_000, 130_500, Some(130_000)), // down for half a minute
            (Some(98_000), 128_000, 130_500, Some(130_000)), // among the last that waited then
            (Some(98_000), 130_000, 130_500, None),          // the latest itself
            (None, 100_000, 130_500, Some(130_000)),
        ] {
            assert_eq!(missed_for(&every(last_due), Time(due), Time(now)), latest.map(Time), "{due} at {now}");
        }
        assert_eq!(missed_for(&item("every_1h", None), Time(3_600_000), Time(5_000_000)), None, "late, but no later one is due");
    }
}
