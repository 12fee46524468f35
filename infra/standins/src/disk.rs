//! The state of the data folder's disk: it accepts writes, or it is full, or it has failed. Both stand-ins share the state. A
//! change is logged once; callers get an error; [`Health`](crate::Health) tells the state to whoever asks.
//!
//! | From | To | When |
//! |---|---|---|
//! | fine | full | a write found no room; SQLite took its transaction back, so that nothing is lost |
//! | full | fine | a probe found room again: looked for at most once a second, when somebody wants to write |
//! | any | failed | a sync failed, or a file is damaged: what the disk holds is unknown until the next start has checked it, which a file [`SUSPECT`] tells it |

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A file of the folder: what the other files hold is unknown, and the next start reads every page before it serves any.
pub(crate) const SUSPECT: &str = "suspect";
/// How much a probe must be able to write: room for some transactions, so that the state does not flicker.
const ROOM: usize = 1024 * 1024;
/// The time between two probes.
pub(crate) const PROBE_EVERY: Duration = Duration::from_secs(1);

/// Why nothing can be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the disk is full: make room, and it goes on by itself")]
    Full,
    #[error("the disk failed ({0}): stop, mend the disk, and start again; the start checks what is there")]
    Failed(String),
}

#[derive(Debug)]
enum State {
    Fine,
    Full { probed: Instant },
    Failed(String),
}

#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    state: Mutex<State>,
}

impl Disk {
    pub(crate) fn of(folder: &Path) -> Disk {
        Disk { folder: folder.to_owned(), state: Mutex::new(State::Fine) }
    }

    /// Why nothing can be written, if that is so. If the disk was full, it is probed first.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let mut state = self.state();
        match &*state {
            State::Fine => None,
            State::Failed(cause) => Some(Fault::Failed(cause.clone())),
            State::Full { probed } if probed.elapsed() < PROBE_EVERY => Some(Fault::Full),
            State::Full { .. } if has_room(&self.folder) => {
                tracing::warn!("the disk has room again: going on");
                *state = State::Fine;
                None
            }
            State::Full { .. } => {
                *state = State::Full { probed: Instant::now() };
                Some(Fault::Full)
            }
        }
    }

    /// Notes that a write found no room.
    pub(crate) fn is_full(&self) {
        let mut state = self.state();
        if let State::Fine = *state {
            tracing::error!(folder = %self.folder.display(), "the disk is full: nothing is accepted until there is room");
            *state = State::Full { probed: Instant::now() };
        }
    }

    /// Notes that a sync failed, or that a file is damaged.
    pub(crate) fn has_failed(&self, cause: &str) {
        let mut state = self.state();
        if !matches!(*state, State::Failed(_)) {
            tracing::error!(folder = %self.folder.display(), cause, "the disk failed: nothing is answered any more");
            *state = State::Failed(cause.to_owned());
            if let Err(error) = File::create(self.folder.join(SUSPECT)) {
                tracing::warn!(%error, "the next start is not told to check every page before it serves any: run it with --repair first");
            }
        }
    }

    /// Judges an error of SQLite's by its text: errors about the request itself say nothing about the disk.
    pub(crate) fn heard(&self, error: &str) {
        if error.contains("database or disk is full") {
            self.is_full();
        } else if error.contains("disk I/O error") && !has_room(&self.folder) {
            // Some writes that find no room fail with another error, so the room is checked.
            self.is_full();
        } else if ["disk I/O error", "disk image is malformed", "not a database"].iter().any(|words| error.contains(words)) {
            self.has_failed(error);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the folder has room for a file of the probe's size.
fn has_room(folder: &Path) -> bool {
    let probe = folder.join("room.probe");
    let written = File::create(&probe).and_then(|mut file| file.write_all(&vec![1; ROOM]));
    let removed = std::fs::remove_file(&probe);
    written.is_ok() && removed.is_ok()
}
