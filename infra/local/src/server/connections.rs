//! All open connections: how many there may be, how much memory they may hold, and which are closed in favour of others.

use super::connection::Connection;
use super::limits::{Limits, Notice, Reached};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

pub(super) struct Connections {
    limits: Limits,
    places: Arc<Semaphore>,
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    last_id: AtomicU64,
    held: AtomicUsize,
    became_idle: Notify,
    notices: [Notice; 5],
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Connections {
            limits,
            places: Arc::new(Semaphore::new(limits.connections)),
            open: Mutex::default(),
            last_id: AtomicU64::new(0),
            held: AtomicUsize::new(0),
            became_idle: Notify::new(),
            notices: Default::default(),
        })
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    fn all(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a place for one more connection. When all places are taken, the connection that has been idle for the longest time
    /// is closed; when none is idle, the next one that becomes idle.
    pub(super) async fn place(self: &Arc<Self>) -> OwnedSemaphorePermit {
        loop {
            let mut became_idle = pin!(self.became_idle.notified());
            became_idle.as_mut().enable();
            if let Ok(place) = self.places.clone().try_acquire_owned() {
                return place;
            }
            self.close_oldest_idle(Reached::Connections);
            tokio::select! {
                biased;
                Ok(place) = self.places.clone().acquire_owned() => return place,
                () = became_idle => {}
            }
        }
    }

    pub(super) fn open(self: &Arc<Self>, peer: SocketAddr) -> Arc<Connection> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection::new(id, peer.ip(), self.clone()));
        self.all().insert(id, connection.clone());
        connection
    }

    pub(super) fn remove(&self, connection: &Connection) {
        self.all().remove(&connection.id());
        connection.release();
    }

    pub(super) fn is_idle(&self) {
        self.became_idle.notify_waiters();
    }

    /// Closes the connection that has waited for a request for the longest time, if any waits.
    pub(super) fn close_oldest_idle(&self, why: Reached) {
        if let Some(oldest) = self.oldest(Connection::idle_since) {
            oldest.close();
        }
        self.notice(why);
    }

    /// Notes that a connection holds so many bytes more. If all together hold too much, those that have held bytes for the
    /// longest time are cut, but not this one.
    pub(super) fn hold(&self, connection: &Connection, bytes: usize) {
        self.held.fetch_add(bytes, Ordering::Relaxed);
        while self.held.load(Ordering::Relaxed) > self.limits.held_bytes {
            let others = |other: &Connection| other.holds_since().filter(|_| other.id() != connection.id());
            let Some(oldest) = self.oldest(others) else { return };
            oldest.close();
            self.notice(Reached::HeldBytes);
        }
    }

    pub(super) fn release(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn oldest(&self, since: impl Fn(&Connection) -> Option<Instant>) -> Option<Arc<Connection>> {
        let open = self.all();
        let candidates = open.values().filter_map(|connection| Some((since(connection)?, connection)));
        candidates.min_by_key(|(since, connection)| (*since, connection.id())).map(|(_, connection)| connection.clone())
    }

    /// Logs that a limit was reached, at most once a minute.
    pub(super) fn notice(&self, reached: Reached) {
        let Some(times) = self.notices[reached as usize].count() else { return };
        match reached {
            Reached::Idle => tracing::debug!(times, "{reached}"),
            _ => tracing::warn!(times, "{reached}"),
        }
    }
}
