//! The few calls that the store makes, over the SDK's client. Only this file, `loader`, `unconditional` and `walk` name the
//! SDK's operations.
//!
//! The calls are boxed futures: an `async fn` is compiled again in each crate that awaits it, with all of the SDK inside.

use crate::error::unavailable;
use crate::expression::{Expr, Query};
use crate::item::{Attributes, Item, key_attributes};
use crate::keys::Key;
use crate::loader::{Found, Loader};
use crate::shared::{Shared, key_in, key_in_transaction};
use crate::unconditional::{self, BATCH};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Put, ReturnValue, TransactWriteItem, Update};
use futures::future::BoxFuture;
use rookery_domain::{Error, Result};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How often a single write is tried again while a transaction holds its item.
const COLLISIONS: u64 = 5;

/// The table, over a client that does not know whether it talks to AWS or to the stand-in. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: Arc<str>,
    loader: Loader,
    pub(crate) puts: mpsc::Sender<unconditional::Put>,
    pub(crate) shared: Shared,
}

/// What became of a transaction.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Transacted {
    Done,
    /// The condition of this item (the first that failed) did not hold.
    Refused(usize),
    /// Another transaction held one of the items: try again.
    Contended,
}

impl Store {
    /// Makes a store over this table. Must be called on a tokio runtime: tasks join the requests of concurrent callers.
    pub fn new(client: Client, table: &str) -> Self {
        let table: Arc<str> = table.into();
        let puts = unconditional::start(client.clone(), table.clone());
        Store { loader: Loader::start(client.clone(), table.clone()), puts, client, table, shared: Shared::among(1) }
    }

    /// Reads items consistently. Concurrent callers share requests.
    pub(crate) async fn get_many(&self, keys: Vec<Key>) -> Result<Vec<Option<Item>>> {
        let own = |found: Arc<Found>| Arc::try_unwrap(found).map_or_else(|shared| shared.item.clone(), |found| found.item);
        Ok(self.get_found(keys).await?.into_iter().map(|found| found.map(own)).collect())
    }

    /// As [`Store::get_many`]; what several callers asked for at once is one copy.
    pub(crate) async fn get_found(&self, keys: Vec<Key>) -> Result<Vec<Option<Arc<Found>>>> {
        self.loader.get_many(keys).await
    }

    pub(crate) async fn get(&self, key: Key) -> Result<Option<Item>> {
        Ok(self.get_many(vec![key]).await?.pop().flatten())
    }

    /// Puts an item; `false` when the condition does not hold.
    pub(crate) async fn put(&self, item: Item, condition: Option<Expr>) -> Result<bool> {
        self.put_made(&|| Ok(item.clone()), condition).await
    }

    /// Puts the item that `make` makes; `false` when the condition does not hold. The SDK consumes the item, and a copy for the rare
    /// collision would cost each put: `make` is called again instead.
    pub(crate) fn put_made<'a>(
        &'a self,
        make: &'a (dyn Fn() -> Result<Item> + Sync),
        condition: Option<Expr>,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(async move {
            let condition = condition.unwrap_or_default();
            let mut item = make()?;
            let _written = self.shared.written(key_in(&item.0));
            let mut tries = 0;
            loop {
                let request = self
                    .client
                    .put_item()
                    .table_name(&*self.table)
                    .set_item(Some(item.0))
                    .set_condition_expression((!condition.text.is_empty()).then(|| condition.text.clone()))
                    .set_expression_attribute_names(condition.names())
                    .set_expression_attribute_values(condition.values());
                match request.send().await {
                    Ok(_) => return Ok(true),
                    Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                        return Ok(false);
                    }
                    Err(error) if collided(&error, &mut tries).await => item = make()?,
                    Err(error) => return Err(unavailable(error)),
                }
            }
        })
    }

    /// Updates an item. Gives the item as it then is, or `None` when the condition does not hold.
    pub(crate) fn update<'a>(
        &'a self,
        key: &'a Key,
        update: Expr,
        condition: Option<Expr>,
    ) -> BoxFuture<'a, Result<Option<Item>>> {
        Box::pin(async move {
            let _written = self.shared.written([(&*key.pk, &*key.sk)]);
            let (mut names, mut values) = (HashMap::new(), HashMap::new());
            let update = update.merge_into(&mut names, &mut values);
            let condition = condition.map(|condition| condition.merge_into(&mut names, &mut values));
            let request = self
                .client
                .update_item()
                .table_name(&*self.table)
                .set_key(Some(key_attributes(key)))
                .update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names((!names.is_empty()).then_some(names))
                .set_expression_attribute_values((!values.is_empty()).then_some(values))
                .return_values(ReturnValue::AllNew);
            let mut tries = 0;
            loop {
                match request.clone().send().await {
                    Ok(output) => return Ok(Some(Item(output.attributes.unwrap_or_default()))),
                    Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                        return Ok(None);
                    }
                    Err(error) if collided(&error, &mut tries).await => {}
                    Err(error) => return Err(unavailable(error)),
                }
            }
        })
    }

    pub(crate) fn delete<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let _written = self.shared.written([(&*key.pk, &*key.sk)]);
            let request = self.client.delete_item().table_name(&*self.table).set_key(Some(key_attributes(key)));
            request.send().await.map(drop).map_err(unavailable)
        })
    }

    /// Deletes an item for which the condition holds.
    pub(crate) fn delete_if<'a>(&'a self, key: &'a Key, condition: Expr) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let _written = self.shared.written([(&*key.pk, &*key.sk)]);
            let request = self.client.delete_item().table_name(&*self.table).set_key(Some(key_attributes(key)));
            let request = request
                .set_expression_attribute_names(condition.names())
                .set_expression_attribute_values(condition.values())
                .condition_expression(condition.text);
            match request.send().await {
                Err(error) if error.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => Ok(()),
                sent => sent.map(drop).map_err(unavailable),
            }
        })
    }

    /// Writes all of the items, or none.
    pub(crate) fn transact(&self, items: Vec<TransactWriteItem>) -> BoxFuture<'_, Result<Transacted>> {
        Box::pin(async move {
            let _written = self.shared.written(items.iter().filter_map(key_in_transaction));
            let Err(error) = self.client.transact_write_items().set_transact_items(Some(items)).send().await else {
                return Ok(Transacted::Done);
            };
            use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError as E;
            match error.as_service_error() {
                Some(E::TransactionCanceledException(canceled)) => {
                    let codes: Vec<&str> =
                        canceled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("None")).collect();
                    match codes.iter().position(|code| *code == "ConditionalCheckFailed") {
                        Some(index) => Ok(Transacted::Refused(index)),
                        None if codes.contains(&"TransactionConflict") => Ok(Transacted::Contended),
                        None => Err(unavailable(error)),
                    }
                }
                Some(E::TransactionInProgressException(_)) => Ok(Transacted::Contended),
                _ => Err(unavailable(error)),
            }
        })
    }

    /// Writes all of the items, or none; tries again when another transaction holds one of them.
    pub(crate) async fn transact_calmly(&self, items: Vec<TransactWriteItem>) -> Result<Transacted> {
        for pause in 1..=COLLISIONS {
            match self.transact(items.clone()).await? {
                Transacted::Contended => tokio::time::sleep(Duration::from_millis(5 << pause)).await,
                decided => return Ok(decided),
            }
        }
        Err(Error::unavailable("transactions collide at the same items"))
    }

    pub(crate) fn put_in_transaction(&self, item: Item, condition: Option<Expr>) -> TransactWriteItem {
        let condition = condition.unwrap_or_default();
        let put = Put::builder()
            .table_name(&*self.table)
            .set_item(Some(item.0))
            .set_condition_expression((!condition.text.is_empty()).then(|| condition.text.clone()))
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values());
        // `build` fails only without a table or an item; both are set.
        TransactWriteItem::builder().set_put(put.build().ok()).build()
    }

    pub(crate) fn update_in_transaction(&self, key: &Key, update: Expr, condition: Expr) -> TransactWriteItem {
        let (mut names, mut values) = (HashMap::new(), HashMap::new());
        let update = update.merge_into(&mut names, &mut values);
        let condition = condition.merge_into(&mut names, &mut values);
        let update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(key_attributes(key)))
            .update_expression(update)
            .set_condition_expression((!condition.is_empty()).then_some(condition))
            .set_expression_attribute_names((!names.is_empty()).then_some(names))
            .set_expression_attribute_values((!values.is_empty()).then_some(values));
        TransactWriteItem::builder().set_update(update.build().ok()).build()
    }

    pub(crate) fn check_in_transaction(&self, key: &Key, condition: Expr) -> TransactWriteItem {
        let check = ConditionCheck::builder()
            .table_name(&*self.table)
            .set_key(Some(key_attributes(key)))
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values())
            .condition_expression(condition.text);
        TransactWriteItem::builder().set_condition_check(check.build().ok()).build()
    }

    /// Makes one query. Gives its items, and the key where it stopped if there may be more.
    pub(crate) fn query(&self, query: Query) -> BoxFuture<'_, Result<(Vec<Item>, Option<Item>)>> {
        Box::pin(async move {
            let (pk, sk) = query.key_names();
            let (mut names, mut values) = (HashMap::from([("#pk".to_owned(), pk.to_owned())]), Attributes::new());
            values.insert(":pk".to_owned(), AttributeValue::S(query.partition));
            let mut condition = "#pk = :pk".to_owned();
            if let Some(range) = query.range {
                names.insert("#sk".to_owned(), sk.to_owned());
                condition = format!("{condition} AND {}", range.merge_into(&mut names, &mut values));
            }
            let filter = query.filter.map(|filter| filter.merge_into(&mut names, &mut values));
            let output = self
                .client
                .query()
                .table_name(&*self.table)
                .set_index_name(query.index.map(str::to_owned))
                .consistent_read(query.is_consistent && query.index.is_none())
                .key_condition_expression(condition)
                .set_filter_expression(filter)
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(Some(values))
                .scan_index_forward(!query.newest_first)
                .limit(i32::try_from(query.limit).unwrap_or(i32::MAX))
                .set_exclusive_start_key(query.after)
                .send()
                .await
                .map_err(unavailable)?;
            let items = output.items.unwrap_or_default().into_iter().map(Item).collect();
            Ok((items, output.last_evaluated_key.map(Item)))
        })
    }

    /// Deletes the items of a partition whose sort keys have a prefix, while the budget lasts; each query and each item takes one
    /// from the budget. `true` when all are gone.
    pub(crate) async fn delete_prefix(&self, partition: &str, prefix: &str, budget: &mut usize) -> Result<bool> {
        while *budget > 0 {
            let page = self.page(partition, prefix, BATCH.min(*budget), None).await?;
            let keys = page.items.iter().map(|item| Ok(Key { pk: partition.to_owned(), sk: item.str("sk")?.to_owned() }));
            *budget = budget.saturating_sub(1 + page.items.len());
            self.delete_many(keys.collect::<Result<_>>()?).await?;
            if page.next.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Waits a little if a transaction holds the item: `true` when the call is to be made again.
async fn collided<E: ProvideErrorMetadata>(error: &SdkError<E>, tries: &mut u64) -> bool {
    *tries += 1;
    if error.code() != Some("TransactionConflictException") || *tries > COLLISIONS {
        return false;
    }
    tokio::time::sleep(Duration::from_millis(5 << *tries)).await;
    true
}
