//! Where a connection stands, and by when it must go on.
//!
//! | It stands at | until | and may take |
//! |---|---|---|
//! | `Idle` | the first byte of a request | `Limits::idle`; the oldest is closed first when there are too many |
//! | `Head` | the end of the request's head | `Limits::head`; as `Idle` |
//! | `Body` | the body is there ([`Connection::received`]) | what the gateway allows; cut first when memory is full |
//! | `Work` | the answer is there | what the work takes |
//! | `Answer` | all of it is written | `Limits::write` for each part; cut first when memory is full |

use super::connections::Connections;
use super::limits::{Limits, Reached};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

/// An open connection.
pub(crate) struct Connection {
    id: u64,
    peer: IpAddr,
    connections: Arc<Connections>,
    closed: CancellationToken,
    state: Mutex<State>,
}

struct State {
    stands: Stands,
    /// Since when; in an answer, since the last part that was taken.
    since: Instant,
    /// Bytes of the request's body, or of the answer, that are in memory.
    held: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Idle,
    Head,
    Body,
    Work,
    Answer {
        /// Bytes that were taken since the last part.
        taken: usize,
        /// Whether hyper has all of it.
        is_handed_over: bool,
    },
}

impl Connection {
    pub(super) fn new(id: u64, peer: IpAddr, connections: Arc<Connections>) -> Self {
        let state = State { stands: Stands::Idle, since: Instant::now(), held: 0 };
        Connection { id, peer, connections, closed: CancellationToken::new(), state: Mutex::new(state) }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// The address of its other end.
    pub(crate) fn peer(&self) -> IpAddr {
        self.peer
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stand(&self, stands: Stands) {
        let mut state = self.state();
        (state.stands, state.since) = (stands, Instant::now());
    }

    /// Bytes came.
    pub(super) fn read(&self) {
        if self.state().stands == Stands::Idle {
            self.stand(Stands::Head);
        }
    }

    /// The head of a request is there.
    pub(super) fn begin(&self) {
        self.stand(Stands::Body);
    }

    /// Some of the request's body is in memory.
    pub(crate) fn hold(&self, bytes: usize) {
        self.state().held += bytes;
        self.connections.hold(self, bytes);
    }

    /// The request is there: what comes is our own work.
    pub(crate) fn received(&self) {
        self.stand(Stands::Work);
    }

    /// The answer is there, of so many bytes; the request's body is not needed any more.
    pub(super) fn answer(&self, bytes: usize) {
        self.release();
        self.stand(Stands::Answer { taken: 0, is_handed_over: false });
        self.hold(bytes);
    }

    /// Bytes were taken by the client's system.
    pub(super) fn wrote(&self, bytes: usize) {
        let mut state = self.state();
        if let Stands::Answer { taken, .. } = &mut state.stands {
            *taken += bytes;
            if *taken >= Limits::PROGRESS {
                *taken = 0;
                state.since = Instant::now();
            }
        }
    }

    /// hyper has the whole answer, but may not have written all of it.
    pub(super) fn handed_over(&self) {
        if let Stands::Answer { is_handed_over, .. } = &mut self.state().stands {
            *is_handed_over = true;
        }
    }

    /// All that hyper had is written.
    pub(super) fn flushed(&self) {
        if matches!(self.state().stands, Stands::Answer { is_handed_over: true, .. }) {
            self.release();
            self.stand(Stands::Idle);
            self.connections.is_idle();
        }
    }

    /// By when it must go on, and which limit it comes to then.
    pub(super) fn due(&self, limits: &Limits) -> Option<(Instant, Reached)> {
        let state = self.state();
        let (time, reached) = match state.stands {
            Stands::Idle => (limits.idle, Reached::Idle),
            Stands::Head => (limits.head, Reached::Head),
            Stands::Answer { .. } => (limits.write, Reached::Write),
            Stands::Body | Stands::Work => return None,
        };
        Some((state.since + time, reached))
    }

    /// Since when it waits for a request, if it does.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        (matches!(state.stands, Stands::Idle | Stands::Head) && !self.closed.is_cancelled()).then_some(state.since)
    }

    /// Since when it holds memory for the client's sake, if it does.
    pub(super) fn holds_since(&self) -> Option<Instant> {
        let state = self.state();
        let is_in_transfer = matches!(state.stands, Stands::Body | Stands::Answer { .. });
        (is_in_transfer && state.held > 0 && !self.closed.is_cancelled()).then_some(state.since)
    }

    /// Gives back what it held.
    pub(crate) fn release(&self) {
        let held = std::mem::take(&mut self.state().held);
        self.connections.release(held);
    }

    /// Has it closed by its task.
    pub(super) fn close(&self) {
        self.closed.cancel();
        self.release();
    }

    /// Whether it is closed for what its client did, or for the sake of others.
    pub(super) fn is_cut(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// Waits until it is to be closed.
    pub(super) fn closed(&self) -> WaitForCancellationFuture<'_> {
        self.closed.cancelled()
    }
}
