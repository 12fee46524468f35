//! When a writer waits for company. A group of requests costs one sync, however many they are. So while several callers ask at once, a
//! writer gives those that it answered last a moment to ask again. A caller that is alone never waits. Source: PostgreSQL's
//! `commit_delay` and `commit_siblings`.

use std::time::Duration;

/// How long a writer waits at most: a fraction of what a sync takes on a disk.
const DELAY: Duration = Duration::from_micros(500);
/// How many requests the last group must have had.
const SIBLINGS: usize = 3;

/// Waits for company, if the last group had any.
pub(crate) fn wait(last_group: usize) {
    if last_group >= SIBLINGS {
        std::thread::sleep(DELAY);
    }
}
