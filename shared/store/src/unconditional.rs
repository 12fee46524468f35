//! Writes without conditions, many to a request: deletions, and the puts of items that nothing can be in the way of.

use crate::error::{again, unavailable};
use crate::item::{Attributes, Item, key_attributes};
use crate::joined::Joining;
use crate::keys::Key;
use crate::sdk::Store;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use futures::future::BoxFuture;
use rookery_domain::{Error, Kind, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The most items that BatchWriteItem takes. Each has at most 400 KB, so that they also fit its 16 MB.
pub(crate) const BATCH: usize = 25;
/// How often items are sent, in all, that DynamoDB leaves unprocessed. The SDK has already waited between its own attempts.
const TRIES: u32 = 8;
/// The most requests with puts under way at once.
const REQUESTS: usize = 2;

/// A put that waits for its request.
pub(crate) struct Put {
    item: Attributes,
    answer: oneshot::Sender<Result<()>>,
}

/// Starts joining puts.
pub(crate) fn start(client: Client, table: Arc<str>) -> mpsc::Sender<Put> {
    Joining { requests: REQUESTS, gathered: BATCH, fit: |waiting| waiting.len() }
        .start(move |puts| Box::pin(put_all(client.clone(), table.clone(), puts)))
}

async fn put_all(client: Client, table: Arc<str>, puts: Vec<Put>) {
    let (mut items, answers): (Vec<_>, Vec<_>) = puts.into_iter().map(|put| (put.item, put.answer)).unzip();
    let written = match (items.pop(), items.is_empty()) {
        (Some(alone), true) => {
            client.put_item().table_name(&*table).set_item(Some(alone)).send().await.map(drop).map_err(unavailable)
        }
        (last, _) => {
            let put = |item| Ok(WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build()?).build());
            write(&client, &table, items.into_iter().chain(last).map(put)).await
        }
    };
    for answer in answers {
        // The caller may have gone away.
        let _ = answer.send(written.as_ref().map_or_else(|error| Err(again(error)), |()| Ok(())));
    }
}

/// Writes at most [`BATCH`] items. DynamoDB may leave some unprocessed, while it throttles; they are sent again.
async fn write(
    client: &Client,
    table: &str,
    requests: impl Iterator<Item = std::result::Result<WriteRequest, BuildError>>,
) -> Result<()> {
    let mut requests = requests.collect::<std::result::Result<Vec<_>, _>>().map_err(Error::internal)?;
    for pause in 0..TRIES {
        if requests.is_empty() {
            return Ok(());
        }
        if pause > 0 {
            tokio::time::sleep(Duration::from_millis(5 << pause)).await;
        }
        let sent = client.batch_write_item().request_items(table, requests).send().await.map_err(unavailable)?;
        requests = sent.unprocessed_items.unwrap_or_default().into_values().flatten().collect();
    }
    if requests.is_empty() { Ok(()) } else { Err(Error::unavailable("BatchWriteItem left items unprocessed")) }
}

impl Store {
    /// Puts the item that `make` makes, whose key nothing else has. Concurrent callers share requests.
    pub(crate) async fn put_fresh(&self, make: &(dyn Fn() -> Result<Item> + Sync)) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        self.puts.send(Put { item: make()?.0, answer }).await.map_err(|_| Error::unavailable("the store has stopped"))?;
        match answered.await.map_err(Error::unavailable)? {
            // The item of another caller may be at fault.
            Err(error) if error.kind == Kind::Internal => self.put_made(make, None).await.map(drop),
            put => put,
        }
    }

    /// Deletes at most [`BATCH`] items.
    pub(crate) fn delete_many(&self, keys: Vec<Key>) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let _written = self.shared.written(keys.iter().map(|key| (&*key.pk, &*key.sk)));
            let delete = |key: &Key| DeleteRequest::builder().set_key(Some(key_attributes(key))).build();
            let requests = keys.iter().map(|key| Ok(WriteRequest::builder().delete_request(delete(key)?).build()));
            write(&self.client, &self.table, requests).await
        })
    }
}
