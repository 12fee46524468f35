//! Following a session: its entries in order, without a gap or a double, whoever writes them. What this process writes is heard at once;
//! for the rest, the table is read again and again.

use crate::Sessions;
use crate::entry::Entry;
use crate::hub::{Delta, Deltas, Room};
use crate::log::read;
use futures::StreamExt;
use futures::stream::{BoxStream, try_unfold};
use rookery_domain::{Result, SessionAt};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

/// An entry with its number.
pub type Numbered = (u64, Arc<Entry>);

/// Who is expected to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// Anybody: what is there is read first, then the table at least every two seconds.
    Anybody,
    /// Whoever follows. Others only end what is at work: the table is read every two seconds.
    Myself,
    /// This process, and nobody did so far: whoever works in it reads the table, and is heard. The table is read every 20 seconds.
    Here,
}

impl Writer {
    /// How long the first and the longest pauses between two reads of the table are.
    fn pauses(self) -> (Duration, Duration) {
        match self {
            Writer::Anybody => (Duration::from_millis(250), Duration::from_secs(2)),
            Writer::Myself => (Duration::from_secs(2), Duration::from_secs(2)),
            Writer::Here => (Duration::from_secs(20), Duration::from_secs(20)),
        }
    }
}

struct Following {
    sessions: Sessions,
    at: SessionAt,
    coming: Receiver<Numbered>,
    _room: Arc<Room>,
    /// The number of the last entry that was given, or is found.
    last: u64,
    found: VecDeque<Numbered>,
    /// Whether the table may have more.
    is_behind: bool,
    writer: Writer,
    pause: Duration,
}

impl Sessions {
    /// The entries of a session after a number. The stream has no end; whoever has seen enough drops it.
    pub fn follow(&self, at: &SessionAt, after: u64) -> BoxStream<'static, Result<Numbered>> {
        self.follow_writer(at, after, Writer::Anybody)
    }

    /// The same, for those who know who writes.
    pub fn follow_writer(&self, at: &SessionAt, after: u64, writer: Writer) -> BoxStream<'static, Result<Numbered>> {
        // Whoever listens before they read misses nothing.
        let room = self.hub.room(at);
        let following = Following {
            sessions: self.clone(),
            at: at.clone(),
            coming: room.entries.subscribe(),
            _room: room,
            last: after,
            found: VecDeque::new(),
            is_behind: writer == Writer::Anybody,
            writer,
            pause: writer.pauses().0,
        };
        try_unfold(following, |mut following| async { Ok(Some((following.next().await?, following))) }).boxed()
    }

    /// Says a piece of an answer to those who listen in this process.
    pub fn say(&self, at: &SessionAt, delta: Delta) {
        self.hub.say(at, delta);
    }

    /// The pieces of a session's answers that this process hears, from now on.
    pub fn deltas(&self, at: &SessionAt) -> Deltas {
        self.hub.deltas(at)
    }
}

impl Following {
    async fn next(&mut self) -> Result<Numbered> {
        loop {
            if let Some(found) = self.found.pop_front() {
                return Ok(found);
            }
            if self.is_behind {
                self.read().await?;
                continue;
            }
            match timeout(self.pause, self.coming.recv()).await {
                Ok(Ok((number, _))) if number <= self.last => {}
                Ok(Ok((number, entry))) if number == self.last + 1 => {
                    self.last = number;
                    return Ok((number, entry));
                }
                // Something was missed.
                Ok(_) => self.is_behind = true,
                Err(_) => {
                    self.is_behind = true;
                    self.pause = (self.pause * 2).min(self.writer.pauses().1);
                }
            }
        }
    }

    async fn read(&mut self) -> Result<()> {
        let page = self.sessions.store.entries(&self.at, self.last).await?;
        for (number, text) in &page.entries {
            self.found.push_back((*number, Arc::new(read(text)?)));
            self.last = *number;
            self.pause = self.writer.pauses().0;
        }
        self.is_behind = page.more;
        Ok(())
    }
}
