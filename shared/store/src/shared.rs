//! Reads that are shared for a moment. Each request and each delivery reads the same few small items: the project, the head of the
//! workflow, the API key, credentials. A partition gives 3,000 read units a second, and a load may have 10,000 events. So a process reads
//! such an item once, and whoever asks within the next moment gets what was read.
//!
//! - What this process writes, it sees at once: [`Shared::written`].
//! - Another process may lag by [`shared_for`]. So what changes or takes away something that is used (a new version, a stop, a deletion, a
//!   revoked key, another credential) is answered only after that time: [`Store::until_noticed`].
//! - What was not there is not kept, and a workflow that seems to be stopped is read again: what was just made or started is never refused.

use crate::keys::Key;
use crate::loader::Found;
use crate::sdk::Store;
use aws_sdk_dynamodb::types::TransactWriteItem;
use rookery_domain::{Result, Time};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::watch;

/// The shortest time for which a read is shared.
const SHORTEST: Duration = Duration::from_millis(100);
/// The more processes, the longer each shares what it read: together, those of one function read an item 333 times a second.
const FOR_EACH_PROCESS: Duration = Duration::from_millis(3);
/// The most items that are kept.
const KEPT: usize = 1000;

/// How long a process shares what it read, where so many of its kind may work at once.
pub fn shared_for(processes: u32) -> Duration {
    SHORTEST.max(FOR_EACH_PROCESS.saturating_mul(processes))
}

/// What a read gave.
type Read = Option<Arc<Found>>;

/// The items that were read a moment ago, or are being read.
#[derive(Clone)]
pub(crate) struct Shared {
    known: Arc<Mutex<HashMap<Key, Known>>>,
    processes: u32,
}

struct Known {
    /// When the read began.
    at: Time,
    /// The item, once it is read. The reader is gone without an item if its read failed, or found nothing.
    item: watch::Receiver<Read>,
}

/// How a caller comes to an item.
enum Way {
    Known(Arc<Found>),
    /// Another caller reads it.
    Soon(watch::Receiver<Read>),
    /// This caller reads it, for others too.
    Mine(watch::Sender<Read>),
    /// This caller reads it for itself: such an item is not shared.
    Alone,
}

impl Shared {
    pub(crate) fn among(processes: u32) -> Self {
        Shared { known: Arc::default(), processes }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Key, Known>> {
        self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn way(&self, key: &Key, now: Time) -> Way {
        if !is_shared(&key.pk) {
            return Way::Alone;
        }
        let is_young = |known: &Known| (0..shared_for(self.processes).as_millis() as i64).contains(&(now.0 - known.at.0));
        let mut all = self.known();
        if let Some(known) = all.get(key).filter(|known| is_young(known)) {
            if let Some(item) = &*known.item.borrow() {
                return Way::Known(item.clone());
            }
            if known.item.has_changed().is_ok() {
                return Way::Soon(known.item.clone());
            }
        }
        if all.len() >= KEPT {
            all.retain(|_, known| is_young(known));
        }
        if all.len() >= KEPT {
            all.clear();
        }
        let (sender, item) = watch::channel(None);
        all.insert(key.clone(), Known { at: now, item });
        Way::Mine(sender)
    }

    /// To be held while items with these keys are written: afterwards, however the write ended, they are read anew.
    pub(crate) fn written<'k>(&self, keys: impl IntoIterator<Item = (&'k str, &'k str)>) -> Written {
        let shared = keys.into_iter().filter(|(pk, _)| is_shared(pk));
        Written { keys: shared.map(|(pk, sk)| Key { pk: pk.to_owned(), sk: sk.to_owned() }).collect(), shared: self.clone() }
    }
}

/// A write that is under way.
pub(crate) struct Written {
    keys: Vec<Key>,
    shared: Shared,
}

impl Drop for Written {
    fn drop(&mut self) {
        if !self.keys.is_empty() {
            let mut known = self.shared.known();
            self.keys.iter().for_each(|key| drop(known.remove(key)));
        }
    }
}

/// The items of projects themselves are shared: their partitions have names of one part.
fn is_shared(pk: &str) -> bool {
    !pk.contains('#')
}

/// The key of an item that is written in a transaction.
pub(crate) fn key_in_transaction(item: &TransactWriteItem) -> Option<(&str, &str)> {
    let key = item.put.as_ref().map(|put| &put.item).or_else(|| item.update.as_ref().map(|update| &update.key))?;
    key_in(key)
}

/// The key of an item that is written.
pub(crate) fn key_in(item: &crate::item::Attributes) -> Option<(&str, &str)> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str);
    Some((text("pk")?, text("sk")?))
}

impl Store {
    /// The same store, for a process that is one of so many which may work at once.
    pub fn among(mut self, processes: u32) -> Self {
        self.shared = Shared::among(processes);
        self
    }

    /// Reads items. Those of projects themselves may be as old as [`shared_for`] says, the others are read now.
    pub(crate) async fn get_shared(&self, keys: Vec<Key>) -> Result<Vec<Read>> {
        let now = Time::now();
        let ways: Vec<Way> = keys.iter().map(|key| self.shared.way(key, now)).collect();
        let here = keys.iter().zip(&ways).filter(|(_, way)| matches!(way, Way::Mine(_) | Way::Alone));
        let here: Vec<Key> = here.map(|(key, _)| key.clone()).collect();
        let mut read = if here.is_empty() { Vec::new() } else { self.get_found(here).await? }.into_iter();
        // What others wait for is given to them before this caller waits for anybody.
        let ways: Vec<Result<Read, watch::Receiver<Read>>> = ways
            .into_iter()
            .map(|way| match way {
                Way::Known(item) => Ok(Some(item)),
                Way::Soon(item) => Err(item),
                Way::Alone => Ok(read.next().flatten()),
                Way::Mine(sender) => {
                    let item = read.next().flatten();
                    if item.is_some() {
                        sender.send_replace(item.clone());
                    }
                    Ok(item)
                }
            })
            .collect();
        let mut items = Vec::with_capacity(keys.len());
        for (key, way) in keys.into_iter().zip(ways) {
            items.push(match way {
                Ok(item) => item,
                Err(mut soon) => match soon.wait_for(Option::is_some).await.ok().and_then(|item| item.clone()) {
                    Some(item) => Some(item),
                    None => self.get_found(vec![key]).await?.pop().flatten(),
                },
            });
        }
        Ok(items)
    }

    /// Waits until no other process acts on what was read before now. Where there is only this process, nothing is to wait for.
    pub(crate) async fn until_noticed(&self) {
        if self.shared.processes > 1 {
            tokio::time::sleep(shared_for(self.shared.processes)).await;
        }
    }
}
