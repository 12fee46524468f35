//! Fair shares of this machine. While several projects have work, few messages and few calls of hooks are under way at once, and the
//! others wait in lines that take turns: a calm project is not behind all that a noisy one began. The lines of messages are the
//! queue's; those of hooks are here. No project can have all messages that may be under way, also not while it is alone: there is
//! a place for the first message of another.

use rookery_queue::Turns;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot, watch};
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
    /// How many messages, and how many calls of hooks, are under way at once while several projects have work.
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
    /// The messages under way, of each project and of all. A message that waits hidden for a retry is not under way.
    under_way: BTreeMap<String, usize>,
    messages: usize,
    /// Those of them that have a seat: they began while several projects had work.
    seated: usize,
    /// The calls of hooks under way.
    calls: usize,
    waiting: Turns<oneshot::Sender<Seat>>,
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
    seated: usize,
}

/// The seat of a hook's call, until it is dropped: then the next call has it.
pub(crate) struct Seat(Option<Arc<Shares>>);

impl Shares {
    /// Makes the shares of this machine: a seat for each processor. With more seats, a calm project waits longer and a noisy one is
    /// hardly faster (`make bench` has both).
    pub(crate) fn of_this_machine() -> Arc<Self> {
        let seats = std::thread::available_parallelism().map_or(1, usize::from);
        Arc::new(Shares { seats, state: Mutex::default(), done: Notify::new() })
    }

    /// Waits until messages may be received, and says how many: one at a time while several projects have work. A message whose agent
    /// waits for an outside call (`calls` is their number) needs no seat.
    pub(crate) async fn room(&self, calls: &mut watch::Receiver<usize>) -> Room {
        loop {
            let done = self.done.notified();
            let outside = *calls.borrow_and_update();
            let room = {
                let mut state = self.state();
                let (several, places) = (state.are_several(), state.places());
                let seats = (self.seats + outside).saturating_sub(state.seated);
                Room { most: if several { places.min(seats).min(1) } else { places }, full: state.full() }
            };
            if room.most > 0 {
                return room;
            }
            tokio::select! {
                () = done => {}
                _ = calls.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Waits until one of the projects that were full may have messages again; for ever, if none was.
    pub(crate) async fn eased(&self, room: &Room) {
        if room.full.is_empty() {
            return std::future::pending().await;
        }
        loop {
            let done = self.done.notified();
            if room.full.iter().any(|project| !self.state().is_full(project)) {
                return;
            }
            done.await;
        }
    }

    /// Counts messages as under way; `projects` has the project of each.
    pub(crate) fn begin<'a>(self: &Arc<Self>, projects: impl Iterator<Item = &'a str>) -> Batch {
        let (now, mut state) = (Instant::now(), self.state());
        let projects: Vec<String> = projects.map(str::to_owned).collect();
        for project in &projects {
            if !state.known.contains(project) {
                state.known.insert(project.clone());
            }
            state.seen.insert(project.clone(), now);
            *state.under_way.entry(project.clone()).or_default() += 1;
        }
        let seated = if state.are_several() { projects.len() } else { 0 };
        state.messages += projects.len();
        state.seated += seated;
        Batch { shares: self.clone(), projects, seated }
    }

    /// Waits for the turn of a call of a project's hook. Anybody can make up names of projects: those that have never had a message
    /// share one line, so that they take no turns from others.
    pub(crate) async fn seat(self: &Arc<Self>, project: &str) -> Seat {
        let turn = {
            let mut state = self.state();
            if state.are_several() && (state.calls >= self.seats || !state.waiting.is_empty()) {
                let (called, turn) = oneshot::channel();
                let line = if state.known.contains(project) { project } else { "" };
                state.waiting.push(line.to_owned(), called);
                Some(turn)
            } else {
                state.calls += 1;
                None
            }
        };
        match turn {
            None => Seat(Some(self.clone())),
            // The line is dropped only with the shares, of which this call holds a part.
            Some(turn) => turn.await.unwrap_or(Seat(None)),
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

    fn free(&self) -> usize {
        MESSAGES.saturating_sub(self.messages)
    }

    fn is_full(&self, project: &str) -> bool {
        self.under_way.get(project).is_some_and(|messages| *messages >= TIMES_FREE * self.free())
    }

    fn full(&self) -> Vec<String> {
        self.under_way.keys().filter(|project| self.is_full(project)).cloned().collect()
    }

    /// How many messages may be received at once from projects that are not full. If they are all of one project, it is then full
    /// at most.
    fn places(&self) -> usize {
        let others = self.under_way.iter().filter(|(project, _)| !self.is_full(project));
        let largest = others.map(|(_, messages)| *messages).max().unwrap_or_default();
        let until_full = (TIMES_FREE * self.free()).saturating_sub(largest) / (TIMES_FREE + 1);
        until_full.clamp(1, BATCH).min(self.free())
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        for project in &self.projects {
            if let Entry::Occupied(mut messages) = state.under_way.entry(project.clone()) {
                *messages.get_mut() -= 1;
                if *messages.get() == 0 {
                    messages.remove();
                }
            }
        }
        state.messages -= self.projects.len();
        state.seated -= self.seated;
        drop(state);
        self.shares.done.notify_waiters();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(shares) = self.0.take() else { return };
        loop {
            let mut state = shares.state();
            let Some(called) = state.waiting.pop() else {
                state.calls -= 1;
                return;
            };
            drop(state);
            // A caller that goes away after this has the seat, and drops it.
            match called.send(Seat(Some(shares.clone()))) {
                Ok(()) => return,
                Err(mut refused) => refused.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    const SOON: Duration = Duration::from_millis(10);

    fn shares(seats: usize) -> Arc<Shares> {
        Arc::new(Shares { seats, state: Mutex::default(), done: Notify::new() })
    }

    fn begin(shares: &Arc<Shares>, project: &str, messages: usize) -> Batch {
        shares.begin(std::iter::repeat_n(project, messages))
    }

    #[tokio::test(start_paused = true)]
    async fn a_project_alone_has_the_whole_machine() {
        let shares = shares(2);
        let (_, mut calls) = watch::channel(0);
        let _most = begin(&shares, "alone", 180);
        assert_eq!(shares.room(&mut calls).await, Room { most: 10, full: Vec::new() });
        let _more = begin(&shares, "alone", 10);
        assert_eq!(shares.room(&mut calls).await, Room { most: 2, full: Vec::new() });
    }

    #[tokio::test(start_paused = true)]
    async fn no_project_can_have_all_places() {
        let shares = shares(2);
        let (_, mut calls) = watch::channel(0);
        let mut noisy = vec![begin(&shares, "noisy", 192)];
        let room = shares.room(&mut calls).await;
        assert_eq!(room, Room { most: 10, full: vec!["noisy".to_owned()] });
        assert!(timeout(SOON, shares.eased(&room)).await.is_err());
        // Another project gets what the noisy one may not have, and the noisy one has too much until it has as little.
        tokio::time::advance(AT_WORK).await;
        let other = begin(&shares, "other", 38);
        assert_eq!(shares.room(&mut calls).await.full, ["noisy"]);
        tokio::time::advance(AT_WORK).await;
        let _other = begin(&shares, "other", 2);
        assert_eq!(shares.room(&mut calls).await, Room { most: 6, full: vec!["noisy".to_owned(), "other".to_owned()] });
        drop(other);
        assert!(timeout(SOON, shares.eased(&room)).await.is_err());
        drop(noisy.pop());
        assert_eq!(timeout(SOON, shares.eased(&room)).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn two_projects_have_few_seats_and_an_outside_call_needs_none() {
        let shares = shares(2);
        let (outside, mut calls) = watch::channel(0);
        // What began when the project was alone may be long in coming back: it takes no seat.
        let _slow = begin(&shares, "noisy", 10);
        let calm = begin(&shares, "calm", 1);
        let one = Ok(Room { most: 1, full: Vec::new() });
        assert_eq!(timeout(SOON, shares.room(&mut calls)).await, one);
        let _noisy = begin(&shares, "noisy", 1);
        assert!(timeout(SOON, shares.room(&mut calls)).await.is_err());
        outside.send_replace(1);
        assert_eq!(timeout(SOON, shares.room(&mut calls)).await, one);
        outside.send_replace(0);
        assert!(timeout(SOON, shares.room(&mut calls)).await.is_err());
        drop(calm);
        assert_eq!(timeout(SOON, shares.room(&mut calls)).await, one);
    }

    #[tokio::test(start_paused = true)]
    async fn a_calm_hook_is_called_next_however_many_calls_of_another_wait() {
        let shares = shares(1);
        let _work = shares.begin(["noisy", "calm"].into_iter());
        let first = shares.seat("noisy").await;
        let (began, mut order) = tokio::sync::mpsc::unbounded_channel();
        for hook in ["noisy", "noisy", "made up", "made up too", "calm"] {
            let (shares, began) = (shares.clone(), began.clone());
            tokio::spawn(async move {
                let seat = shares.seat(hook).await;
                let _ = began.send((hook, seat));
            });
            tokio::task::yield_now().await;
        }
        drop(first);
        for hook in ["noisy", "made up", "calm", "noisy", "made up too"] {
            let (began, seat) = order.recv().await.unwrap();
            assert_eq!(began, hook);
            drop(seat);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_goes_away_when_it_is_called_passes_its_seat_on() {
        let shares = shares(1);
        let _work = shares.begin(["noisy", "calm"].into_iter());
        let first = shares.seat("noisy").await;
        let mut gone = Box::pin(shares.seat("noisy"));
        let mut gone_before = Box::pin(shares.seat("noisy"));
        let mut next = Box::pin(shares.seat("noisy"));
        for waiting in [&mut gone, &mut gone_before, &mut next] {
            assert!(futures::poll!(waiting).is_pending());
        }
        drop(gone_before);
        drop(first);
        // It is called, and never looks.
        drop(gone);
        let seat = futures::poll!(&mut next);
        assert!(seat.is_ready());
        drop(seat);
        assert_eq!(shares.state().calls, 0);
    }
}
