//! The stage that a connection is in, and the time by which it must go on.
//!
//! | It stands at | until | and may take |
//! |---|---|---|
//! | `Idle` | the first byte of a request | `Limits::idle`; the oldest is closed first when there are too many |
//! | `Head` | the end of the request's head | `Limits::head`; as `Idle` |
//! | `Body` | the body is there ([`Connection::received`]) | what the gateway allows; cut first when memory is full |
//! | `Work` | the answer is there | what the work takes |
//! | `Answer` | all that there is of it is written | `Limits::write` for each part; cut first when memory is full |
//! | `Wait` | there is more of the answer, or its end | what the work takes |
//! | `Listen` | a message comes over the WebSocket that the connection has become | `Limits::idle` without a byte, not even of a pong; closed for a new one as `Idle` |

use super::connections::Connections;
use super::limits::{Limits, Reached};
use futures::future::BoxFuture;
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
    upgraded: Mutex<Option<BoxFuture<'static, ()>>>,
}

struct State {
    stands: Stands,
    /// When the stage began; in an answer, when the client last took a part.
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
        /// Bytes that the client took since the last part.
        taken: usize,
        /// How much of the answer hyper has.
        handed_over: HandedOver,
    },
    Wait,
    Listen {
        /// When a byte came last.
        heard: Instant,
    },
}

/// How much of an answer hyper has. It may not have written all of that.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HandedOver {
    /// A part.
    Part,
    /// All that there is so far: the rest is still being made.
    AllSoFar,
    /// The whole.
    All,
}

impl Connection {
    pub(super) fn new(id: u64, peer: IpAddr, connections: Arc<Connections>) -> Self {
        let state = State { stands: Stands::Idle, since: Instant::now(), held: 0 };
        Connection {
            id,
            peer,
            connections,
            closed: CancellationToken::new(),
            state: Mutex::new(state),
            upgraded: Mutex::default(),
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// The address of the client.
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

    /// Notes that bytes came.
    pub(super) fn read(&self, bytes: usize) {
        let stands = self.state().stands;
        match stands {
            Stands::Idle => self.stand(Stands::Head),
            Stands::Listen { .. } => {
                self.state().stands = Stands::Listen { heard: Instant::now() };
                self.hold(bytes);
            }
            _ => {}
        }
    }

    /// Sets what is said over the connection after the answer to the request at hand.
    pub(crate) fn goes_on_with(&self, upgraded: BoxFuture<'static, ()>) {
        *self.upgraded.lock().unwrap_or_else(PoisonError::into_inner) = Some(upgraded);
    }

    pub(super) fn upgraded(&self) -> Option<BoxFuture<'static, ()>> {
        self.upgraded.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Notes that nothing is to be done until a message comes over the WebSocket. All that was in memory is done with.
    pub(crate) fn listens(&self) {
        self.release();
        let stands = self.state().stands;
        if !matches!(stands, Stands::Listen { .. }) {
            self.stand(Stands::Listen { heard: Instant::now() });
            self.connections.is_idle();
        }
    }

    /// Notes that the head of a request is complete.
    pub(super) fn begin(&self) {
        self.stand(Stands::Body);
    }

    /// Notes that some more of the request's body is in memory.
    pub(crate) fn hold(&self, bytes: usize) {
        self.state().held += bytes;
        self.connections.hold(self, bytes);
    }

    /// Notes that the whole request is there: what follows is our own work.
    pub(crate) fn received(&self) {
        self.stand(Stands::Work);
    }

    /// Notes that the answer is there, with so many bytes; the request's body is no longer needed.
    pub(crate) fn answer(&self, bytes: usize) {
        self.release();
        self.stand(Stands::Answer { taken: 0, handed_over: HandedOver::Part });
        self.hold(bytes);
    }

    /// Notes that the client's system took bytes.
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

    /// Notes that more of the answer is there.
    pub(super) fn goes_on(&self) {
        match &mut self.state().stands {
            Stands::Answer { handed_over, .. } => return *handed_over = HandedOver::Part,
            Stands::Wait => {}
            _ => return,
        }
        self.stand(Stands::Answer { taken: 0, handed_over: HandedOver::Part });
    }

    /// Notes that hyper has all that there is of the answer, and that more is being made.
    pub(crate) fn has_all_so_far(&self) {
        if let Stands::Answer { handed_over, .. } = &mut self.state().stands {
            *handed_over = HandedOver::AllSoFar;
        }
    }

    /// Notes that hyper has the whole answer, but may not have written all of it.
    pub(super) fn handed_over(&self) {
        let mut state = self.state();
        match &mut state.stands {
            Stands::Answer { handed_over, .. } => *handed_over = HandedOver::All,
            Stands::Wait => state.stands = Stands::Answer { taken: 0, handed_over: HandedOver::All },
            _ => {}
        }
    }

    /// Notes that everything that hyper had is written.
    pub(super) fn flushed(&self) {
        let Stands::Answer { handed_over, .. } = self.state().stands else { return };
        match handed_over {
            HandedOver::Part => {}
            HandedOver::AllSoFar => {
                self.release();
                self.stand(Stands::Wait);
            }
            HandedOver::All => {
                self.release();
                self.stand(Stands::Idle);
                self.connections.is_idle();
            }
        }
    }

    /// The time by which the connection must go on, and the limit that it reaches then.
    pub(super) fn due(&self, limits: &Limits) -> Option<(Instant, Reached)> {
        let state = self.state();
        let (time, reached) = match state.stands {
            Stands::Idle => (limits.idle, Reached::Idle),
            Stands::Head => (limits.head, Reached::Head),
            Stands::Answer { .. } => (limits.write, Reached::Write),
            Stands::Listen { heard } => return Some((heard + limits.idle, Reached::Idle)),
            Stands::Body | Stands::Work | Stands::Wait => return None,
        };
        Some((state.since + time, reached))
    }

    /// Since when the connection waits for a request or a message, if it does.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        (matches!(state.stands, Stands::Idle | Stands::Head | Stands::Listen { .. }) && !self.closed.is_cancelled())
            .then_some(state.since)
    }

    /// Since when the connection holds memory because its client is slow, if it does.
    pub(super) fn holds_since(&self) -> Option<Instant> {
        let state = self.state();
        let is_in_transfer = matches!(state.stands, Stands::Body | Stands::Answer { .. } | Stands::Listen { .. });
        (is_in_transfer && state.held > 0 && !self.closed.is_cancelled()).then_some(state.since)
    }

    /// Gives back the memory that the connection held.
    pub(crate) fn release(&self) {
        let held = std::mem::take(&mut self.state().held);
        self.connections.release(held);
    }

    /// Asks the connection's task to close it.
    pub(super) fn close(&self) {
        self.closed.cancel();
        self.release();
    }

    /// Whether the connection is closed because of its client, or in favour of others.
    pub(super) fn is_cut(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// Waits until the connection is to be closed.
    pub(super) fn closed(&self) -> WaitForCancellationFuture<'_> {
        self.closed.cancelled()
    }
}
