//! A session as it was read, and how its log goes on: each entry is appended to what was read last, or what won instead is read.

use crate::Sessions;
use crate::entry::{Entry, What};
use crate::progress::Progress;
use rookery_domain::{Error, Result, SessionAt, Time};

/// A session as it was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Where the session is.
    pub at: SessionAt,
    /// How far it is.
    pub progress: Progress,
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
    /// Reads a session, from its first entry to its last.
    pub async fn load(&self, at: &SessionAt) -> Result<Loaded> {
        let mut loaded = Loaded { at: at.clone(), progress: Progress::default() };
        self.catch_up(&mut loaded).await?;
        Ok(loaded)
    }

    /// Reads what others wrote. Those who listen in this process hear of it, unless the session was not read before.
    pub async fn catch_up(&self, loaded: &mut Loaded) -> Result<()> {
        let is_new = loaded.progress.last > 0;
        loop {
            let page = self.store.entries(&loaded.at, loaded.progress.last).await?;
            for (number, text) in &page.entries {
                let entry = read(text)?;
                loaded.progress.add(*number, &entry);
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
