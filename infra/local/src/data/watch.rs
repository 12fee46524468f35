//! Whether the data folder still exists: files of a deleted folder that are open can still be written, but are gone when the
//! process ends.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the folder is looked at.
const BEAT: Duration = Duration::from_secs(1);

/// Whether what is written now will be found again.
#[derive(Clone, Default)]
pub(crate) struct Presence {
    is_gone: Arc<AtomicBool>,
}

/// The identity of a file, whatever its name is now: its device and number.
type Identity = Option<(u64, u64)>;

impl Presence {
    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    /// Watches the files that were in a folder at the start, until the program stops.
    pub(crate) async fn watch(self, folder: PathBuf, stopping: CancellationToken) {
        let files = ["dynamodb.db", "sqs.db"].map(|name| folder.join(name));
        let at_start = identities(&files);
        let mut beats = tokio::time::interval(BEAT);
        while stopping.run_until_cancelled(beats.tick()).await.is_some() {
            self.say(&folder, identities(&files) != at_start);
        }
    }

    fn say(&self, folder: &Path, is_gone: bool) {
        match (self.is_gone.swap(is_gone, Ordering::Relaxed), is_gone) {
            (false, true) => tracing::error!(
                folder = %folder.display(),
                "the data folder was deleted, moved or replaced: nothing is taken any more. Put it back as it was, or start again"
            ),
            (true, false) => tracing::warn!(folder = %folder.display(), "the data folder is there again: going on"),
            _ => {}
        }
    }
}

fn identities(files: &[PathBuf; 2]) -> [Identity; 2] {
    files.each_ref().map(|file| file.metadata().ok().map(|about| (about.dev(), about.ino())))
}
