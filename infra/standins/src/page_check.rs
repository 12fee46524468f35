//! The check of every page of the tables' file behind a start: it takes the longer the more is kept, and nobody should wait for it.
//! It reads one moment of the file by a connection of its own, beside which others write. When it finds damage, nothing is
//! answered any more.

use crate::StandinError;
use crate::disk::Disk;
use crate::opening::{BUSY, damaged_page};
use rusqlite::{Connection, ErrorCode, InterruptHandle, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// What came of it; none until it ends.
type Outcome = Option<Result<(), Arc<StandinError>>>;

/// A check that goes on, or has ended. It ends with this.
pub(crate) struct PageCheck {
    watch: Watch,
    interrupt: InterruptHandle,
    thread: JoinHandle<()>,
}

/// Sees what comes of a check; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Watch(watch::Receiver<Outcome>);

impl PageCheck {
    /// Begins the check of a file that is there.
    pub(crate) fn begin(file: &Path, disk: Arc<Disk>) -> Result<PageCheck, StandinError> {
        let open = || {
            let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.busy_timeout(BUSY)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| StandinError::of(file, &error))?;
        let interrupt = connection.get_interrupt_handle();
        let (teller, outcome) = watch::channel(None);
        let path = file.to_owned();
        let run = move || {
            let found = match damaged_page(&connection) {
                Ok(None) => Ok(()),
                Ok(Some(cause)) => Err(StandinError::Damaged { path, cause }),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => return,
                Err(error) => Err(StandinError::of(&path, &error)),
            };
            if let Err(error) = &found {
                disk.has_failed(&error.to_string());
            }
            teller.send_replace(Some(found.map_err(Arc::new)));
        };
        let name = "dynamodb-pages";
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
        let thread = thread.map_err(|cause| StandinError::Listen { name, cause })?;
        Ok(PageCheck { watch: Watch(outcome), interrupt, thread })
    }

    pub(crate) fn watch(&self) -> Watch {
        self.watch.clone()
    }
}

impl Drop for PageCheck {
    fn drop(&mut self) {
        // An interrupt that comes before the statement begins is lost.
        while !self.thread.is_finished() {
            self.interrupt.interrupt();
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Watch {
    pub(crate) fn is_going_on(&self) -> bool {
        self.0.borrow().is_none() && self.0.has_changed().is_ok()
    }

    /// Waits for its end. One that was ended from outside has found nothing.
    pub(crate) async fn ended(mut self) -> Result<(), Arc<StandinError>> {
        match self.0.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or(Ok(())),
            Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_seen_to_go_on_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.db");
        let writer = Connection::open(&file).unwrap();
        // Whoever reads waits for it.
        writer.execute_batch("CREATE TABLE t (x); BEGIN EXCLUSIVE").unwrap();
        let check = PageCheck::begin(&file, Arc::new(Disk::of(folder.path()))).unwrap();
        assert!(check.watch().is_going_on());
        writer.execute_batch("COMMIT").unwrap();
        check.watch().ended().await.unwrap();
        assert!(!check.watch().is_going_on());
    }

    #[test]
    fn it_ends_at_once_when_nobody_wants_it_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.db");
        let many = "CREATE TABLE t (x);
            INSERT INTO t WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT 5000) SELECT zeroblob(4000) FROM n";
        Connection::open(&file).unwrap().execute_batch(many).unwrap();
        let disk = Arc::new(Disk::of(folder.path()));
        let watch = PageCheck::begin(&file, disk.clone()).unwrap().watch();
        assert!(!watch.is_going_on());
        assert_eq!(disk.fault(), None);
    }
}
