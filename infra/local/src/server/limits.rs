//! What clients may use: time, connections, memory. Here is also the log line for a limit that is reached.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// What clients may use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The time between two requests, and before the first.
    pub(crate) idle: Duration,
    /// The time from the first byte of a request to the end of its head.
    pub(crate) head: Duration,
    /// The time in which a client must take [`Limits::PROGRESS`] bytes of an answer, or all that is left.
    pub(crate) write: Duration,
    /// The most connections at once.
    pub(crate) connections: usize,
    /// The most bytes of requests' bodies and of answers in memory, of all connections together.
    pub(crate) held_bytes: usize,
}

impl Limits {
    /// How many bytes of an answer a client must take within the time to write: one byte now and then is not enough.
    pub(crate) const PROGRESS: usize = 16 * 1024;
    /// The most connections on any machine: an idle one takes some ten kilobytes.
    const MOST_CONNECTIONS: usize = 4096;

    /// The limits of this machine. The number of connections follows from the number of files that may be open; a quarter of
    /// these, and at least 64, are kept for the store and for agents' calls. The soft limit of open files is raised to the hard
    /// one first.
    pub(crate) fn of_this_machine() -> Self {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
        let files = match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit.maximum,
            Err(_) => limit.current,
        };
        let files = files.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
        Limits {
            idle: Duration::from_secs(75),
            head: Duration::from_secs(10),
            write: Duration::from_secs(20),
            connections: files.saturating_sub(64.max(files / 4)).clamp(8, Self::MOST_CONNECTIONS),
            held_bytes: 64 * 1024 * 1024,
        }
    }
}

/// Which limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    Idle,
    Head,
    Write,
    Connections,
    HeldBytes,
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reached::Idle => "connections without a request for too long were closed",
            Reached::Head => "requests whose head came too slowly were cut",
            Reached::Write => "answers that were not taken by their clients were cut",
            Reached::Connections => {
                "there were as many connections as open files allow (`ulimit -n`): the one idle for the longest was closed for each new one"
            }
            Reached::HeldBytes => {
                "requests and answers filled the memory that is for them: those that had not gone on for the longest were cut"
            }
        })
    }
}

/// The log lines about a limit: at most one a minute, with how often the limit was reached since the last line.
#[derive(Default)]
pub(crate) struct Notice {
    times: AtomicU64,
    said: Mutex<Option<Instant>>,
}

impl Notice {
    const PAUSE: Duration = Duration::from_secs(60);

    /// Counts, and gives the count if a line is to be written now.
    pub(crate) fn count(&self) -> Option<u64> {
        self.times.fetch_add(1, Ordering::Relaxed);
        let mut said = self.said.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if said.is_some_and(|said| said.elapsed() < Self::PAUSE) {
            return None;
        }
        *said = Some(Instant::now());
        Some(self.times.swap(0, Ordering::Relaxed))
    }
}
