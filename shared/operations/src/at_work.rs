//! The sessions that this process works on: two messages of one session do not call the model twice.

use rookery_domain::SessionAt;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The sessions at work, and whether somebody came for one meanwhile.
#[derive(Default)]
pub(crate) struct AtWork(Mutex<HashMap<SessionAt, bool>>);

/// The work on a session, until it is dropped.
pub(crate) struct Turn<'a> {
    all: &'a AtWork,
    session: &'a SessionAt,
    is_over: bool,
}

impl AtWork {
    /// Begins the work on a session. None if it is at work: whoever works on it then looks at it once more.
    pub(crate) fn begin<'a>(&'a self, session: &'a SessionAt) -> Option<Turn<'a>> {
        let mut all = self.all();
        if let Some(came) = all.get_mut(session) {
            *came = true;
            return None;
        }
        all.insert(session.clone(), false);
        Some(Turn { all: self, session, is_over: false })
    }

    fn all(&self) -> MutexGuard<'_, HashMap<SessionAt, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Ends the work, unless somebody came for the session meanwhile: then it goes on, and is to be ended again.
    pub(crate) fn end(mut self) -> Option<Self> {
        let mut all = self.all.all();
        if all.get_mut(self.session).is_some_and(std::mem::take) {
            drop(all);
            return Some(self);
        }
        all.remove(self.session);
        self.is_over = true;
        None
    }
}

impl Drop for Turn<'_> {
    /// Work that is cut short leaves the session to the next one. Whoever came meanwhile is not told: the message that is at work comes
    /// again.
    fn drop(&mut self) {
        if !self.is_over {
            self.all.all().remove(self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{ProjectId, SessionKey};

    #[test]
    fn whoever_comes_meanwhile_has_the_work_go_on() {
        let (all, session) = (AtWork::default(), SessionAt { project: ProjectId::random(), key: SessionKey::of("a", "b", "c") });
        let turn = all.begin(&session).unwrap();
        assert!(all.begin(&session).is_none() && all.begin(&session).is_none());
        let turn = turn.end().expect("two came");
        assert!(turn.end().is_none());
        let cut = all.begin(&session).unwrap();
        assert!(all.begin(&session).is_none());
        drop(cut);
        assert!(all.begin(&session).unwrap().end().is_none(), "nobody came since");
        assert!(all.all().is_empty());
    }
}
