//! Looks at callers' tasks that are shared: whoever asks while somebody reads a run waits, and all that wait are told by one reading that
//! began after they asked. So many that follow one run read it as often as one does.

use super::called::CallProgress;
use rookery_domain::{ConnectionId, RunId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

/// A task: the connection that it came over, and its run.
pub(super) type Place = (ConnectionId, RunId);
/// What was read last of a task.
pub(super) type Shared = tokio::sync::Mutex<Option<Look>>;

/// What was read of a task, and when the reading began.
pub(super) struct Look {
    pub(super) began: Instant,
    pub(super) found: Option<CallProgress>,
}

/// The tasks that somebody asks about, each as long as that is so.
#[derive(Default)]
pub(crate) struct Looks(Mutex<HashMap<Place, Weak<Shared>>>);

impl Looks {
    /// Where those meet who ask about this task.
    pub(super) fn at(&self, place: Place) -> Arc<Shared> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = places.get(&place).and_then(Weak::upgrade) {
            return shared;
        }
        places.retain(|_, shared| shared.strong_count() > 0);
        let shared = Arc::new(Shared::default());
        places.insert(place, Arc::downgrade(&shared));
        shared
    }
}
