//! The timers that a commit sets: near ones are delayed messages, far ones due items (rule 10).

use crate::delivery::work::Work;
use rookery_domain::{Time, limits};
use rookery_queue::{Message, Outgoing, Task};
use rookery_store::{Commit, Timer};

/// Whether a wait is short enough for a delayed message; a longer one is a due item.
pub(crate) fn is_near(from: Time, at: Time) -> bool {
    at.0 - from.0 <= limits::DELAYED_MESSAGE_MS
}

/// The messages of a commit's near timers.
pub(crate) fn near_timers(work: &Work, commit: &Commit) -> Vec<Outgoing> {
    let near = commit.timers.iter().filter(|timer| is_near(commit.began, timer.at));
    near.filter_map(|timer| Some(Outgoing::at(timer_message(work, timer)?, timer.at))).collect()
}

/// What is stored for the far timers: each with its message, as JSON.
pub(crate) fn far_timers(work: &Work, began: Time, timers: &[Timer]) -> Vec<(Timer, String)> {
    let far = timers.iter().filter(|timer| !is_near(began, timer.at));
    far.filter_map(|timer| Some((timer.clone(), timer_message(work, timer)?.encode()))).collect()
}

/// The message of a timer. A check has no event, and so sets no timers.
pub(crate) fn timer_message(work: &Work, timer: &Timer) -> Option<Message> {
    let (event, cell) = (work.event_at()?, work.cell.clone());
    let (timer, at, scope) = (timer.delivery, timer.at, timer.scope);
    Some(Task::Timer(rookery_queue::Timer { event, cell, timer, at, scope, arm: 0, attempt: 0 }).of(&work.workflow))
}
