//! Reads of concurrent callers, joined into batches. What several callers of a batch asked for is read once, and decoded once: a
//! hundred deliveries of one event share it.

use crate::error::{again, unavailable};
use crate::events::{RunItem, read_item};
use crate::item::{Attributes, Item, key_attributes};
use crate::joined::Joining;
use crate::keys::Key;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use rookery_domain::{Error, EventId, Kind, Result};
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The most keys that BatchGetItem takes.
const BATCH: usize = 100;
/// The most requests under way at once: few enough that batches fill under load.
const REQUESTS: usize = 3;
/// The most items that a caller asks for in one piece.
const GATHERED: usize = 25;

type Answer = Result<Vec<Option<Arc<Found>>>>;

/// An item that was read, for all callers who asked for it.
pub(crate) struct Found {
    pub(crate) item: Item,
    run_item: OnceLock<Arc<RunItem>>,
}

impl Deref for Found {
    type Target = Item;

    fn deref(&self) -> &Item {
        &self.item
    }
}

impl Found {
    fn new(item: Attributes) -> Arc<Self> {
        Arc::new(Found { item: Item(item), run_item: OnceLock::new() })
    }

    /// The item as that of a run, with this id.
    pub(crate) fn run_item(&self, id: EventId) -> Result<Arc<RunItem>> {
        if let Some(item) = self.run_item.get() {
            return Ok(item.clone());
        }
        let item = Arc::new(read_item(id, &self.item)?);
        Ok(self.run_item.get_or_init(|| item).clone())
    }
}

pub(crate) struct Asked {
    keys: Vec<Key>,
    answer: oneshot::Sender<Answer>,
}

#[derive(Clone)]
pub(crate) struct Loader(mpsc::Sender<Asked>);

impl Loader {
    pub(crate) fn start(client: Client, table: Arc<str>) -> Self {
        let joining = Joining { requests: REQUESTS, gathered: GATHERED, fit };
        Loader(joining.start(move |batch| Box::pin(answer(client.clone(), table.clone(), batch))))
    }

    /// The items of these keys, in their order. The keys of one caller stay in one request when they are few.
    pub(crate) async fn get_many(&self, keys: Vec<Key>) -> Answer {
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            let (answer, answered) = oneshot::channel();
            self.0.send(Asked { keys: keys.to_vec(), answer }).await.map_err(Error::unavailable)?;
            items.extend(answered.await.map_err(Error::unavailable)??);
        }
        Ok(items)
    }
}

/// How many callers fit one request with their keys.
fn fit(waiting: &[Asked]) -> usize {
    let mut keys = 0;
    let fits = waiting.iter().take_while(|asked| {
        keys += asked.keys.len();
        keys <= BATCH
    });
    fits.count()
}

async fn answer(client: Client, table: Arc<str>, batch: Vec<Asked>) {
    let found = fetch_for(&client, &table, &batch).await;
    let is_alone = batch.len() == 1;
    for asked in batch {
        let found = match &found {
            Ok(found) => pick(found, &asked),
            // A bad key of one caller must not fail the others.
            Err(error) if error.kind == Kind::Internal && !is_alone => fetch_for(&client, &table, std::slice::from_ref(&asked))
                .await
                .map(|found| pick(&found, &asked))
                .unwrap_or_else(Err),
            Err(error) => Err(again(error)),
        };
        // The caller may have gone away.
        let _ = asked.answer.send(found);
    }
}

fn pick(found: &HashMap<Key, Arc<Found>>, asked: &Asked) -> Answer {
    Ok(asked.keys.iter().map(|key| found.get(key).cloned()).collect())
}

async fn fetch_for(client: &Client, table: &str, batch: &[Asked]) -> Result<HashMap<Key, Arc<Found>>> {
    let keys: HashSet<&Key> = batch.iter().flat_map(|asked| &asked.keys).collect();
    fetch(client, table, keys.into_iter().map(key_attributes).collect()).await
}

async fn fetch(client: &Client, table: &str, mut keys: Vec<Attributes>) -> Result<HashMap<Key, Arc<Found>>> {
    let mut found = HashMap::new();
    // DynamoDB may leave keys unprocessed; they are asked for again. The SDK has already waited between its own attempts.
    for pause in 0..8 {
        let wanted = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(std::mem::take(&mut keys)));
        let wanted = wanted.build().map_err(Error::internal)?;
        let output = client.batch_get_item().request_items(table, wanted).send().await.map_err(unavailable)?;
        for item in output.responses.unwrap_or_default().into_values().flatten() {
            if let Some(key) = key_of(&item) {
                found.insert(key, Found::new(item));
            }
        }
        keys = output.unprocessed_keys.unwrap_or_default().into_values().flat_map(|rest| rest.keys).collect();
        if keys.is_empty() {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(5 << pause)).await;
    }
    Err(Error::unavailable("BatchGetItem left keys unprocessed"))
}

fn key_of(item: &Attributes) -> Option<Key> {
    let text = |name: &str| item.get(name).and_then(|value: &AttributeValue| value.as_s().ok()).cloned();
    Some(Key { pk: text("pk")?, sk: text("sk")? })
}
