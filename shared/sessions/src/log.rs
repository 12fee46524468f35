//! A session as it was read, and how its log goes on: each entry is appended to what was read last, or what won instead is read.

use crate::Sessions;
use crate::bounded::bounded;
use crate::entry::{Entry, What};
use crate::progress::Progress;
use quick_cache::Weighter;
use rookery_domain::{Error, Result, SessionAt, Time};

/// The most bytes of sessions that are kept in memory.
const CACHED_BYTES: u64 = 32 * 1024 * 1024;
/// What a session takes besides its entries, in bytes.
const OWN_BYTES: u64 = 4 * 1024;

/// A session as it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Where the session is.
    pub at: SessionAt,
    /// How far it is.
    pub progress: Progress,
    /// The bytes of the entries that were read or written.
    bytes: usize,
}

impl Loaded {
    pub(crate) fn new(at: &SessionAt, progress: Progress) -> Self {
        Loaded { at: at.clone(), progress, bytes: 0 }
    }
}

/// Sessions in memory, bounded by size.
pub(crate) type Cache = quick_cache::sync::Cache<SessionAt, Loaded, ByBytes>;

#[derive(Clone)]
pub(crate) struct ByBytes;

impl Weighter<SessionAt, Loaded> for ByBytes {
    fn weight(&self, _: &SessionAt, loaded: &Loaded) -> u64 {
        OWN_BYTES + loaded.bytes as u64
    }
}

pub(crate) fn cache() -> Cache {
    bounded(CACHED_BYTES, OWN_BYTES, ByBytes)
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is stored, and the session is as if it were read again.
    Won,
    /// Somebody wrote meanwhile. Nothing was stored, and the session was read again.
    Lost,
}

impl Sessions {
    /// Reads a session, from its first entry to its last. What this process kept of it is not read again.
    pub async fn load(&self, at: &SessionAt) -> Result<Loaded> {
        let kept = self.read.remove(at).map(|(_, loaded)| loaded);
        let mut loaded = kept.unwrap_or_else(|| Loaded::new(at, Progress::default()));
        self.catch_up(&mut loaded).await?;
        Ok(loaded)
    }

    /// Keeps a session that was loaded for whoever loads it next in this process.
    pub fn keep(&self, loaded: Loaded) {
        self.read.insert(loaded.at.clone(), loaded);
    }

    /// Reads what others wrote. Those who listen in this process hear of it, unless the session was not read before.
    pub async fn catch_up(&self, loaded: &mut Loaded) -> Result<()> {
        let is_new = loaded.progress.last > 0;
        loop {
            let page = self.store.entries(&loaded.at, loaded.progress.last).await?;
            for (number, text) in &page.entries {
                let entry = read(text)?;
                loaded.progress.add(*number, &entry);
                loaded.bytes += text.len();
                if is_new {
                    self.hub.tell(&loaded.at, *number, &entry);
                }
            }
            if !page.more {
                return Ok(());
            }
        }
    }

    /// Appends an entry to what was read.
    pub async fn append(&self, loaded: &mut Loaded, what: What) -> Result<Appended> {
        let entry = Entry::after(&loaded.progress.over, Time::now(), what);
        let text = serde_json::to_string(&entry).map_err(Error::internal)?;
        let number = loaded.progress.last + 1;
        if self.store.append_entry(&loaded.at, number, &text).await? {
            loaded.progress.add(number, &entry);
            loaded.bytes += text.len();
            self.hub.tell(&loaded.at, number, &entry);
            return Ok(Appended::Won);
        }
        self.catch_up(loaded).await?;
        Ok(Appended::Lost)
    }
}

/// Reads the text of an entry.
pub(crate) fn read(text: &str) -> Result<Entry> {
    serde_json::from_str(text).map_err(Error::internal)
}
