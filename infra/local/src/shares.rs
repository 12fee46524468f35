//! Fair shares of this machine. While several projects have work, few messages and few calls of hooks are under way at once, and the
//! others wait in lines that take turns: a calm project is not behind all that a noisy one began. The lines of messages are the
//! queue's; those of hooks are here.

use rookery_queue::Turns;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::Instant;

/// How long a project counts as at work after its last message.
const AT_WORK: Duration = Duration::from_secs(1);
/// The most messages that are under way at once: a mapping's `MaximumConcurrency` for batches of ten.
const MESSAGES: usize = 240;
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
    /// When each project last had a message.
    seen: HashMap<String, Instant>,
    /// The messages under way.
    messages: usize,
    /// Those of them that have a seat: they began while several projects had work.
    seated: usize,
    /// The calls of hooks under way.
    calls: usize,
    waiting: Turns<oneshot::Sender<Seat>>,
}

/// A batch under way, until it is dropped.
pub(crate) struct Batch {
    shares: Arc<Shares>,
    messages: usize,
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
    pub(crate) async fn room(&self, calls: &mut watch::Receiver<usize>) -> usize {
        loop {
            let done = self.done.notified();
            let outside = *calls.borrow_and_update();
            let room = {
                let mut state = self.state();
                let room = MESSAGES.saturating_sub(state.messages);
                match state.are_several() {
                    true => (self.seats + outside).saturating_sub(state.seated).min(room).min(1),
                    false => room.min(BATCH),
                }
            };
            if room > 0 {
                return room;
            }
            tokio::select! {
                () = done => {}
                _ = calls.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Counts messages of these projects as under way.
    pub(crate) fn begin<'a>(self: &Arc<Self>, projects: impl Iterator<Item = &'a str>, messages: usize) -> Batch {
        let (now, mut state) = (Instant::now(), self.state());
        for project in projects {
            match state.seen.get_mut(project) {
                Some(at) => *at = now,
                None => drop(state.seen.insert(project.to_owned(), now)),
            }
        }
        let seated = if state.are_several() { messages } else { 0 };
        state.messages += messages;
        state.seated += seated;
        Batch { shares: self.clone(), messages, seated }
    }

    /// Waits for the turn of a call of a project's hook.
    pub(crate) async fn seat(self: &Arc<Self>, project: &str) -> Seat {
        let turn = {
            let mut state = self.state();
            if state.are_several() && (state.calls >= self.seats || !state.waiting.is_empty()) {
                let (called, turn) = oneshot::channel();
                state.waiting.push(project.to_owned(), called);
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
}

impl Drop for Batch {
    fn drop(&mut self) {
        let mut state = self.shares.state();
        state.messages -= self.messages;
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

    #[tokio::test(start_paused = true)]
    async fn a_project_alone_has_the_whole_machine() {
        let shares = shares(2);
        let (_, mut calls) = watch::channel(0);
        let batches: Vec<Batch> = (0..23).map(|_| shares.begin(["alone"].into_iter(), 10)).collect();
        assert_eq!(shares.room(&mut calls).await, 10);
        let _last = shares.begin(["alone"].into_iter(), 8);
        assert_eq!(shares.room(&mut calls).await, 2);
        drop(batches);
    }

    #[tokio::test(start_paused = true)]
    async fn two_projects_have_few_seats_and_an_outside_call_needs_none() {
        let shares = shares(2);
        let (outside, mut calls) = watch::channel(0);
        // What began when the project was alone may be long in coming back: it takes no seat.
        let _slow = shares.begin(["noisy"].into_iter(), 10);
        let calm = shares.begin(["calm"].into_iter(), 1);
        assert_eq!(shares.room(&mut calls).await, 1);
        let _noisy = shares.begin(["noisy"].into_iter(), 1);
        assert!(timeout(SOON, shares.room(&mut calls)).await.is_err());
        outside.send_replace(1);
        assert_eq!(timeout(SOON, shares.room(&mut calls)).await, Ok(1));
        outside.send_replace(0);
        assert!(timeout(SOON, shares.room(&mut calls)).await.is_err());
        drop(calm);
        assert_eq!(timeout(SOON, shares.room(&mut calls)).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_calm_hook_is_called_next_however_many_calls_of_another_wait() {
        let shares = shares(1);
        let _work = shares.begin(["noisy", "calm"].into_iter(), 2);
        let first = shares.seat("noisy").await;
        let (began, mut order) = tokio::sync::mpsc::unbounded_channel();
        for hook in ["noisy", "noisy", "calm"] {
            let (shares, began) = (shares.clone(), began.clone());
            tokio::spawn(async move {
                let seat = shares.seat(hook).await;
                let _ = began.send((hook, seat));
            });
            tokio::task::yield_now().await;
        }
        drop(first);
        for hook in ["noisy", "calm", "noisy"] {
            let (began, seat) = order.recv().await.unwrap();
            assert_eq!(began, hook);
            drop(seat);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_goes_away_when_it_is_called_passes_its_seat_on() {
        let shares = shares(1);
        let _work = shares.begin(["noisy", "calm"].into_iter(), 2);
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
