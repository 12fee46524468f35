//! The sessions that this process works on: two messages of one session do not call the model twice.

use rookery_domain::SessionAt;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The sessions at work.
#[derive(Default)]
pub(crate) struct AtWork {
    sessions: Mutex<HashMap<SessionAt, Work>>,
    /// Somewhere, work has ended.
    ended: Notify,
}

#[derive(Default)]
struct Work {
    /// Somebody came for the session meanwhile.
    came: bool,
    /// The prompt that is done for a caller of this process. No message is held for it.
    inline: Option<u64>,
}

/// The session is at work.
#[derive(Debug)]
pub(crate) struct Busy {
    /// The prompt that is done for a caller of this process, if that is the work.
    pub(crate) inline: Option<u64>,
}

/// The work on a session, until it is dropped.
pub(crate) struct Turn<'a> {
    all: &'a AtWork,
    session: &'a SessionAt,
    is_over: bool,
}

impl AtWork {
    /// Begins the work on a session, unless it is at work: whoever works on it then looks at it once more.
    pub(crate) fn begin<'a>(&'a self, session: &'a SessionAt) -> Result<Turn<'a>, Busy> {
        self.begin_with(session, None)
    }

    /// Begins the work on a prompt for a caller of this process, as soon as nobody else works on the session.
    pub(crate) async fn begin_inline<'a>(&'a self, session: &'a SessionAt, n: u64) -> Turn<'a> {
        loop {
            let mut ended = std::pin::pin!(self.ended.notified());
            // What ends from now on is heard.
            ended.as_mut().enable();
            if let Ok(turn) = self.begin_with(session, Some(n)) {
                return turn;
            }
            ended.await;
        }
    }

    fn begin_with<'a>(&'a self, session: &'a SessionAt, inline: Option<u64>) -> Result<Turn<'a>, Busy> {
        let mut sessions = self.sessions();
        if let Some(work) = sessions.get_mut(session) {
            work.came = true;
            return Err(Busy { inline: work.inline });
        }
        sessions.insert(session.clone(), Work { came: false, inline });
        Ok(Turn { all: self, session, is_over: false })
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<SessionAt, Work>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, mut sessions: MutexGuard<'_, HashMap<SessionAt, Work>>, session: &SessionAt) {
        sessions.remove(session);
        drop(sessions);
        self.ended.notify_waiters();
    }
}

impl Turn<'_> {
    /// Ends the work, unless somebody came for the session meanwhile: then it goes on, and is to be ended again.
    pub(crate) fn end(mut self) -> Option<Self> {
        let mut sessions = self.all.sessions();
        if sessions.get_mut(self.session).is_some_and(|work| std::mem::take(&mut work.came)) {
            drop(sessions);
            return Some(self);
        }
        self.is_over = true;
        self.all.end(sessions, self.session);
        None
    }
}

impl Drop for Turn<'_> {
    /// Work that is cut short leaves the session to the next one. Whoever came meanwhile is not told: the message that is at work comes
    /// again.
    fn drop(&mut self) {
        if !self.is_over {
            self.all.end(self.all.sessions(), self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use rookery_domain::{ProjectId, SessionKey};

    #[tokio::test]
    async fn whoever_comes_meanwhile_has_the_work_go_on() {
        let (all, session) = (AtWork::default(), SessionAt { project: ProjectId::random(), key: SessionKey::of("a", "b", "c") });
        let turn = all.begin(&session).unwrap();
        assert!(all.begin(&session).is_err() && all.begin(&session).is_err());
        let turn = turn.end().expect("two came");
        assert!(turn.end().is_none());
        let cut = all.begin(&session).unwrap();
        assert!(all.begin(&session).is_err());
        drop(cut);
        let turn = all.begin(&session).unwrap();
        let mut inline = std::pin::pin!(all.begin_inline(&session, 7));
        assert!(inline.as_mut().now_or_never().is_none(), "somebody works");
        assert!(turn.end().expect("the prompt came").end().is_none());
        let inline = inline.await;
        assert_eq!(all.begin(&session).err().unwrap().inline, Some(7));
        assert!(inline.end().unwrap().end().is_none());
        assert!(all.sessions().is_empty());
    }
}
