//! What this process knows of sessions at once: entries that it wrote or read, and the text of an answer while that comes. All of it is
//! heard by whoever listens in this process; others read the table. Nothing here is needed for an operation to be done once and in order.

use crate::entry::Entry;
use rookery_domain::SessionAt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};

/// How many entries a listener may be behind, before it reads them from the table.
const ENTRIES: usize = 16;
/// How many pieces of text a listener may be behind, before it gets the rest with the whole answer.
const DELTAS: usize = 128;
/// With fewer sessions than this, nobody looks for those that are left.
const FEW: usize = 64;

/// The sessions that somebody asks or listens to.
#[derive(Default)]
pub(crate) struct Hub(Mutex<Rooms>);

#[derive(Default)]
struct Rooms {
    by_session: HashMap<SessionAt, Weak<Room>>,
    /// With so many, those that are left are removed.
    many: usize,
}

/// One session.
pub(crate) struct Room {
    pub(crate) entries: Sender<(u64, Arc<Entry>)>,
    deltas: Sender<Delta>,
    /// Who is admitted next: within a process, nobody loses a race.
    pub(crate) door: tokio::sync::Mutex<()>,
}

/// A piece of an answer's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// The operation.
    pub n: u64,
    /// How many answers the operation has so far.
    pub step: u32,
    /// How many bytes of this answer's text came before.
    pub from: usize,
    /// The piece.
    pub text: String,
}

/// The pieces of a session's answers, from now on.
pub struct Deltas {
    coming: Receiver<Delta>,
    _room: Arc<Room>,
}

impl Hub {
    /// The room of a session, as long as somebody holds it.
    pub(crate) fn room(&self, at: &SessionAt) -> Arc<Room> {
        let mut rooms = self.rooms();
        if let Some(room) = rooms.by_session.get(at).and_then(Weak::upgrade) {
            return room;
        }
        if rooms.by_session.len() >= rooms.many {
            rooms.by_session.retain(|_, room| room.strong_count() > 0);
            rooms.many = FEW.max(2 * rooms.by_session.len());
        }
        let room = Room { entries: Sender::new(ENTRIES), deltas: Sender::new(DELTAS), door: tokio::sync::Mutex::default() };
        let room = Arc::new(room);
        rooms.by_session.insert(at.clone(), Arc::downgrade(&room));
        room
    }

    /// Tells an entry to those who listen.
    pub(crate) fn tell(&self, at: &SessionAt, number: u64, entry: &Entry) {
        if let Some(room) = self.find(at).filter(|room| room.entries.receiver_count() > 0) {
            room.entries.send((number, Arc::new(entry.clone()))).ok(); // Whoever listened has left.
        }
    }

    /// Tells a piece of an answer to those who listen.
    pub(crate) fn say(&self, at: &SessionAt, delta: Delta) {
        if let Some(room) = self.find(at) {
            room.deltas.send(delta).ok(); // Nobody listens.
        }
    }

    /// Listens to the pieces of answers.
    pub(crate) fn deltas(&self, at: &SessionAt) -> Deltas {
        let room = self.room(at);
        Deltas { coming: room.deltas.subscribe(), _room: room }
    }

    fn find(&self, at: &SessionAt) -> Option<Arc<Room>> {
        self.rooms().by_session.get(at).and_then(Weak::upgrade)
    }

    fn rooms(&self) -> std::sync::MutexGuard<'_, Rooms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deltas {
    /// The next piece. Those that came too fast are left out, which the next one's place tells.
    pub async fn next(&mut self) -> Delta {
        loop {
            match self.coming.recv().await {
                Ok(delta) => return delta,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await, // The room is held here, so this does not happen.
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{ProjectId, SessionKey};

    #[tokio::test]
    async fn sessions_are_forgotten_when_nobody_listens_and_pieces_that_came_too_fast_are_left_out() {
        let (hub, project) = (Hub::default(), ProjectId::random());
        let session = |name: &str| SessionAt { project: project.clone(), key: SessionKey::of("a", "b", name) };
        let held = hub.room(&session("held"));
        for number in 0..10 * FEW {
            hub.room(&session(&number.to_string()));
        }
        assert!(hub.rooms().by_session.len() <= 2 * FEW);
        assert!(Arc::ptr_eq(&held, &hub.room(&session("held"))));
        let mut deltas = hub.deltas(&session("held"));
        for from in 0..DELTAS + 2 {
            hub.say(&session("held"), Delta { n: 1, step: 0, from, text: "x".into() });
        }
        assert_eq!(deltas.next().await.from, 2);
    }
}
