//! Fair shares of this machine. While several projects have work, few messages and few calls of hooks are under way at once, and the
//! others wait in lines that take turns: a calm project is not behind all that a noisy one began. The lines of messages are the
//! queue's; those of hooks are here. No project can have all messages that may be under way, also not while it is alone: there is
//! a place for the first message of another.

#[cfg(test)]
mod tests;

use rookery_engine::AtRest;
use rookery_queue::Turns;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// How long a project counts as at work after its last message.
const AT_WORK: Duration = Duration::from_secs(1);
/// The most messages that are under way at once: a mapping's `MaximumConcurrency` for batches of ten.
const MESSAGES: usize = 240;
/// How many times as many messages as there are places free a project may have under way (shared buffers of packets know this as
/// a dynamic threshold). A project alone has four fifths of the places, two have four ninths each, and some are always free.
const TIMES_FREE: usize = 4;
/// The most messages of a batch.
const BATCH: usize = 10;
/// How soon a limit is looked at again when nothing was done: it ends when all projects but one have no work left.
const LOOK: Duration = Duration::from_millis(100);

/// Who works at the moment, and which calls of hooks wait for their turn.
pub(crate) struct Shares {
    /// How many messages, and how many calls of hooks, are under way at once while several projects have work. The last seat that
    /// is free is for a project that has none.
    seats: usize,
    state: Mutex<State>,
    /// Messages were done.
    done: Notify,
}

#[derive(Default)]
struct State {
    /// When each project last had a message, as long as that counts.
    seen: HashMap<String, Instant>,
    /// The projects that have had a message since the start.
    known: HashSet<String>,
    /// The messages under way. A message that waits hidden for a retry is not under way.
    messages: Tally,
    /// Those of them that have a seat: they were received alone, while several projects had work.
    seated: Tally,
    /// The calls of hooks under way, by line.
    calls: Tally,
    waiting: Turns<Waiting>,
}

/// A call that waits: its line, and how it is told that it has a seat.
type Waiting = (String, oneshot::Sender<Seat>);

/// A number for each project, and their sum.
#[derive(Default)]
struct Tally {
    of: BTreeMap<String, usize>,
    sum: usize,
}

/// What may be received now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// The most messages.
    pub(crate) most: usize,
    /// The projects that have as many messages under way as they may.
    pub(crate) full: Vec<String>,
}

/// A batch under way, until it is dropped.
pub(crate) struct Batch {
    shares: Arc<Shares>,
    /// The project of each message.
    projects: Vec<String>,
    is_seated: bool,
}

/// The seat of a hook's call, until it is dropped: then the next call has it.
pub(crate) struct Seat {
    shares: Option<Arc<Shares>>,
    line: String,
}

impl Shares {
    /// Makes the shares of this machine: a seat for each processor. With fewer or more seats, a calm project waits longer and a noisy
    /// one is hardly faster (`make bench` has both).
    pub(crate) fn of_this_machine() -> Arc<Self> {
        let seats = std::thread::available_parallelism().map_or(1, usize::from);
        Arc::new(Shares { seats, state: Mutex::default(), done: Notify::new() })
    }

    /// Waits until messages may be received, and says how many: one at a time while several projects have work. A message whose agent
    /// waits, for an outside call or in the line of slow agents, needs no seat.
    pub(crate) async fn room(&self, at_rest: &mut AtRest) -> Room {
        self.when(at_rest, |room| room.most > 0).await
    }

    /// Waits until one of the projects that were full may have messages again; for ever, if none was.
    pub(crate) async fn eased(&self, full: &[String], at_rest: &mut AtRest) {
        if full.is_empty() {
            return std::future::pending().await;
        }
        self.when(at_rest, |room| full.iter().any(|project| !room.full.contains(project))).await;
    }

    /// Waits until the room is so.
    async fn when(&self, at_rest: &mut AtRest, is_so: impl Fn(&Room) -> bool) -> Room {
        loop {
            let done = self.done.notified();
            let room = self.state().room(self.seats + at_rest.number());
            if is_so(&room) {
                return room;
            }
            tokio::select! {
                () = done => {}
                () = at_rest.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Counts messages that were received as under way; `projects` has the project of each.
    pub(crate) fn begin<'a>(self: &Arc<Self>, projects: impl Iterator<Item = &'a str>) -> Batch {
        let (now, mut state) = (Instant::now(), self.state());
        let projects: Vec<String> = projects.map(str::to_owned).collect();
        for project in &projects {
            state.known.insert(project.clone());
            state.seen.insert(project.clone(), now);
            state.messages.add(project);
        }
        // A batch ends with its slowest message. So a batch of many, received before there were several projects, takes no seats: those
        // of its quick messages would come back late.
        let is_seated = projects.len() == 1 && state.are_several();
        if is_seated {
            projects.iter().for_each(|project| state.seated.add(project));
        }
        Batch { shares: self.clone(), projects, is_seated }
    }

    /// Waits for the turn of a call of a project's hook. Anybody can make up names of projects: those that have never had a message
    /// share one line, so that they take no turns from others.
    pub(crate) async fn seat(self: &Arc<Self>, project: &str) -> Seat {
        let turn = {
            let mut state = self.state();
            let line = if state.known.contains(project) { project } else { "" };
            if state.may_call(line, self.seats) {
                state.calls.add(line);
                return Seat { shares: Some(self.clone()), line: line.to_owned() };
            }
            let (called, turn) = oneshot::channel();
            let line = line.to_owned();
            state.waiting.push(line.clone(), (line, called));
            turn
        };
        // The line is dropped only with the shares, of which this call holds a part.
        turn.await.unwrap_or(Seat { shares: None, line: String::new() })
    }

    /// Gives free seats to the calls whose turn it is.
    fn call_next(self: &Arc<Self>) {
        loop {
            let next = self.state().next_call(self.seats);
            let Some((line, called)) = next else { return };
            // A caller that goes away after this has the seat, and drops it.
            if let Err(mut refused) = called.send(Seat { shares: Some(self.clone()), line }) {
                refused.shares = None;
                self.state().calls.take(&refused.line);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn are_several(&mut self) -> bool {
        self.seen.retain(|_, at| at.elapsed() < AT_WORK);
        self.seen.len() > 1
    }

    /// What may be received now, with this many seats.
    fn room(&mut self, seats: usize) -> Room {
        let several = self.are_several();
        let free = MESSAGES.saturating_sub(self.messages.sum);
        let is_full = |(project, messages): &(&String, &usize)| {
            **messages >= TIMES_FREE * free || (several && !self.seated.has_room(seats, project))
        };
        let (full, others): (Vec<_>, Vec<_>) = self.messages.of.iter().partition(is_full);
        let most = if several {
            free.min(seats.saturating_sub(self.seated.sum)).min(1)
        } else {
            // If all messages of the batch are of one project, it is then full at most.
            let largest = others.iter().map(|(_, messages)| **messages).max().unwrap_or_default();
            let until_full = (TIMES_FREE * free).saturating_sub(largest) / (TIMES_FREE + 1);
            until_full.clamp(1, BATCH).min(free)
        };
        Room { most, full: full.into_iter().map(|(project, _)| project.clone()).collect() }
    }

    fn may_call(&mut self, line: &str, seats: usize) -> bool {
        !self.are_several() || self.calls.has_room(seats, line)
    }

    /// Takes the call whose turn it is out of its line, and counts it as under way.
    fn next_call(&mut self, seats: usize) -> Option<Waiting> {
        let (several, calls) = (self.are_several(), &self.calls);
        let next = self.waiting.pop_where(|line| !several || calls.has_room(seats, line))?;
        self.calls.add(&next.0);
        Some(next)
    }
}

impl Tally {
    fn add(&mut self, project: &str) {
        *self.of.entry(project.to_owned()).or_default() += 1;
        self.sum += 1;
    }

    fn take(&mut self, project: &str) {
        if let Some(number) = self.of.get_mut(project) {
            *number -= 1;
            self.sum -= 1;
            if *number == 0 {
                self.of.remove(project);
            }
        }
    }

    /// Whether a project may have one of so many seats, where this is how many are taken.
    fn has_room(&self, seats: usize, project: &str) -> bool {
        match seats.saturating_sub(self.sum) {
            0 => false,
            1 => !self.of.contains_key(project),
            _ => true,
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        for project in &self.projects {
            state.messages.take(project);
            if self.is_seated {
                state.seated.take(project);
            }
        }
        drop(state);
        self.shares.done.notify_waiters();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(shares) = self.shares.take() {
            shares.state().calls.take(&self.line);
            shares.call_next();
        }
    }
}
