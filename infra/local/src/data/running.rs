//! Whether the last end was orderly: a file is in the data folder while the program runs. After another end, events may be stored
//! whose messages were not sent yet, and whose senders got no answer: the file then says since when. Another file has the process id.

use super::write;
use anyhow::Context;
use rookery_domain::Time;
use rookery_engine::Engine;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tokio_util::sync::CancellationToken;

/// The file. It holds a time in milliseconds while events since then may lack messages, and nothing when none do.
const FILE: &str = "running";
/// The file with the id of the process, for whoever wants to end this one and no other. After an end that was not orderly, it is left over.
const PROCESS: &str = "rookery.pid";
/// It is written at each acknowledged change.
const LAST_WRITTEN: &str = "dynamodb.db-acknowledged";
/// The time between the storing of an event and its messages is shorter by far, even when the store is slow.
const BEFORE_THE_END_MS: i64 = 120_000;
/// The time for the messages that are there, so that few of those that are sent again are for work under way.
const PAUSE: Duration = Duration::from_secs(5);

/// The end of the last run of the program, and the note of this one.
pub(crate) struct Running {
    file: PathBuf,
    process: PathBuf,
    /// Since when events may lack messages.
    since: Option<Time>,
}

impl Running {
    /// Looks how the last run ended. To be called before the stores are opened, which writes to them.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn look(folder: &Path) -> anyhow::Result<Running> {
        let (file, process) = (folder.join(FILE), folder.join(PROCESS));
        let since = match std::fs::read_to_string(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            // An end before those events were looked after: they are still meant.
            Ok(text) => text.trim().parse().map(Time).ok().or_else(|| last_written(folder)),
            Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
        };
        Ok(Running { file, process, since })
    }

    /// Notes that the program runs. To be called when the stores are open, so that no second process does it.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(crate) fn begin(&self) -> anyhow::Result<()> {
        write(&self.process, &format!("{}\n", std::process::id()))?;
        write(&self.file, &self.since.map(|since| since.0.to_string()).unwrap_or_default())
    }

    /// Sends the messages that may be missing, behind the start, if the last end was not orderly.
    pub(crate) async fn send_unsent(self: Arc<Self>, engine: Arc<Engine>, stopping: CancellationToken) {
        let Some(since) = self.since else { return };
        while stopping.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_some() {
            let done = async { self.sent(engine.send_unsent(since).await?) };
            match stopping.run_until_cancelled(done).await {
                None => return,
                Some(Ok(sent)) => {
                    tracing::info!(sent, "the last end was not orderly: deliveries that had no message were sent");
                    return;
                }
                Some(Err(error)) => {
                    tracing::warn!(error = format!("{error:#}"), "deliveries without a message cannot be sent yet")
                }
            }
        }
    }

    /// Notes that no event lacks messages.
    fn sent(&self, sent: usize) -> anyhow::Result<usize> {
        write(&self.file, "").map(|()| sent)
    }

    /// Notes that this end is orderly. While events may lack messages, the next start is to look after them.
    pub(crate) fn end(&self) {
        if let Err(error) = std::fs::remove_file(&self.process) {
            tracing::warn!(%error, "the file with the process id is left over, which is no harm");
        }
        let is_settled = std::fs::read(&self.file).is_ok_and(|text| text.is_empty());
        if is_settled && let Err(error) = std::fs::remove_file(&self.file) {
            tracing::warn!(%error, "the next start takes this end for one that was not orderly, which is no harm");
        }
    }
}

/// A while before the last write. This and the times of events are of the same clock, whatever it shows now. A copy may have later times;
/// those that preserve times are better.
fn last_written(folder: &Path) -> Option<Time> {
    let modified = folder.join(LAST_WRITTEN).metadata().and_then(|about| about.modified()).ok()?;
    let ms = modified.duration_since(UNIX_EPOCH).ok()?.as_millis();
    Some(Time(i64::try_from(ms).ok()?).plus(-BEFORE_THE_END_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn only_an_end_that_was_not_orderly_leaves_a_time_and_it_stays_until_all_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let look = || Running::look(folder.path()).unwrap();
        let last = std::fs::File::create(folder.path().join(LAST_WRITTEN)).unwrap();
        last.set_modified(UNIX_EPOCH + Duration::from_secs(1_000)).unwrap();
        let first = look();
        assert_eq!(first.since, None);
        first.begin().unwrap();
        assert_eq!(std::fs::read_to_string(folder.path().join(PROCESS)).unwrap(), format!("{}\n", std::process::id()));
        let killed = look();
        assert_eq!(killed.since, Some(Time(880_000)));
        killed.begin().unwrap();

        // The next ends come before the messages are sent.
        last.set_modified(SystemTime::now()).unwrap();
        assert_eq!(look().since, Some(Time(880_000)));
        killed.end();
        assert_eq!(look().since, Some(Time(880_000)));
        killed.sent(0).unwrap();
        assert!(look().since > Some(Time(880_000)), "a kill after that");
        killed.end();
        assert_eq!(look().since, None);
    }
}
