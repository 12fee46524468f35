//! The removal of expired items, on a thread and a connection of its own.

use super::{cannot_open, spawn, text};
use crate::StandinError;
use crate::disk::Disk;
use dynoxide::storage::Storage;
use dynoxide::ttl::sweep_expired_items;
use futures::FutureExt;
use rusqlite::InterruptHandle;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often expired items are removed at most. AWS takes days, so nothing may rely on the removal (the reader compares `expires_at`).
const TTL_SWEEP: Duration = Duration::from_secs(30);
/// A sweep reads the whole table. So the pause after it is so many times as long as it took: it has one part in a hundred of a processor.
const PAUSE: u32 = 100;
/// How often a sweep is told to end: it hears that only while SQLite works.
const TOLD: Duration = Duration::from_millis(1);

/// The thread that sweeps.
pub(super) struct Sweeper {
    thread: JoinHandle<()>,
    /// There from the first sweep on.
    running: Arc<OnceLock<InterruptHandle>>,
    /// When this is gone, the thread ends.
    ended: mpsc::Sender<()>,
}

impl Sweeper {
    pub(super) fn start(file: PathBuf, disk: Arc<Disk>) -> Result<Sweeper, StandinError> {
        let running = Arc::new(OnceLock::new());
        let (ended, end) = mpsc::channel();
        let to_interrupt = running.clone();
        let thread = spawn("dynamodb-ttl", move || {
            let mut storage = None;
            let mut pause = TTL_SWEEP;
            while let Err(RecvTimeoutError::Timeout) = end.recv_timeout(pause) {
                let began = Instant::now();
                if disk.fault().is_none() {
                    let swept = sweep(&mut storage, &file, &to_interrupt);
                    told(swept, end.try_recv() == Err(TryRecvError::Disconnected));
                }
                pause = pause_after(began.elapsed());
            }
        })?;
        Ok(Sweeper { thread, running, ended })
    }

    /// Ends the thread, in the middle of a sweep too.
    pub(super) fn end(self) {
        drop(self.ended);
        while !self.thread.is_finished() {
            if let Some(running) = self.running.get() {
                running.interrupt();
            }
            std::thread::sleep(TOLD);
        }
    }
}

/// Removes expired items; gives how many. The first sweep opens the file, so that a start does not.
fn sweep(storage: &mut Option<Storage>, file: &Path, running: &OnceLock<InterruptHandle>) -> Result<usize, String> {
    let storage = match storage {
        Some(storage) => storage,
        none => none.insert(open(file).map_err(|error| error.to_string())?),
    };
    running.get_or_init(|| storage.conn().get_interrupt_handle());
    let swept = sweep_expired_items(&*storage).now_or_never();
    swept.unwrap_or(Ok(0)).map_err(|error| error.to_string())
}

fn open(file: &Path) -> Result<Storage, StandinError> {
    let open = |path| {
        let storage = Storage::new(path)?;
        // The name of this call says little: SQLite syncs only at checkpoints then. To lose a removal at a power cut is no loss.
        storage.disable_bulk_loading()?;
        Ok(storage)
    };
    open(text(file)?).map_err(|error| cannot_open(file, error))
}

fn told(swept: Result<usize, String>, is_ending: bool) {
    match swept {
        Ok(0) => {}
        Ok(items) => tracing::debug!(items, "expired items removed"),
        Err(cause) if is_ending => tracing::debug!(cause, "a sweep of expired items was cut short"),
        Err(cause) => tracing::warn!(cause, "expired items were not removed"),
    }
}

fn pause_after(sweep: Duration) -> Duration {
    TTL_SWEEP.max(sweep.saturating_mul(PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_a_sweep_takes_the_rarer_it_is() {
        assert_eq!(pause_after(Duration::from_millis(1)), Duration::from_secs(30));
        assert_eq!(pause_after(Duration::from_secs(15)), Duration::from_secs(1500));
    }

    #[test]
    fn a_sweep_removes_what_has_expired_and_can_be_cut_short() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tables.db");
        let tables = super::super::database(&file).unwrap();
        let json = |text: &str| text.replace('\'', "\"");
        let table = json(
            "{'TableName':'table','BillingMode':'PAY_PER_REQUEST','AttributeDefinitions':[{'AttributeName':'a','AttributeType':'S'}],
            'KeySchema':[{'AttributeName':'a','KeyType':'HASH'}]}",
        );
        tables.create_table(serde_json::from_str(&table).unwrap()).unwrap();
        let expiry = "{'TableName':'table','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'until'}}";
        tables.update_time_to_live(serde_json::from_str(&json(expiry)).unwrap()).unwrap();
        let put = |key: u32, until: u64| {
            let put = format!("{{'TableName':'table','Item':{{'a':{{'S':'{key}'}},'until':{{'N':'{until}'}}}}}}");
            tables.put_item(serde_json::from_str(&json(&put)).unwrap()).unwrap();
        };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        (0..200).for_each(|key| put(key, if key < 3 { now - 10 } else { now + 1000 }));
        drop(tables);
        let (mut storage, running) = (None, Arc::new(OnceLock::new()));
        assert_eq!(sweep(&mut storage, &file, &running), Ok(3));
        let to_interrupt = running.clone();
        let sweeps = std::thread::spawn(move || {
            loop {
                if let Err(cause) = sweep(&mut storage, &file, &running) {
                    return cause;
                }
            }
        });
        while !sweeps.is_finished() {
            to_interrupt.get().unwrap().interrupt();
        }
        assert!(sweeps.join().unwrap().contains("interrupted"));
    }
}
