//! BatchGetItem and BatchWriteItem (API Reference).

use super::{Item, Table, item, key};
use crate::conform;
use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemFluentBuilder;
use aws_sdk_dynamodb::types::{DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest};

fn put(item: Item) -> WriteRequest {
    WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(item)).build().unwrap()).build()
}

fn delete(key: Item) -> WriteRequest {
    WriteRequest::builder().delete_request(DeleteRequest::builder().set_key(Some(key)).build().unwrap()).build()
}

fn get(table: &Table<'_>, keys: Vec<Item>) -> BatchGetItemFluentBuilder {
    let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build().unwrap();
    table.world.dynamodb.batch_get_item().request_items(&table.name, keys)
}

async fn write(table: &Table<'_>, requests: Vec<WriteRequest>) -> Result<(), Option<String>> {
    match table.world.dynamodb.batch_write_item().request_items(&table.name, requests).send().await {
        Ok(answer) => {
            assert!(answer.unprocessed_items().unwrap().is_empty());
            Ok(())
        }
        Err(error) => Err(error.into_service_error().meta().code().map(str::to_owned)),
    }
}

fn numbered(count: usize) -> Vec<Item> {
    (0..count).map(|i| key("p", &format!("{i:03}"))).collect()
}

#[tokio::test]
async fn twenty_five_writes_and_a_hundred_reads_are_the_most() {
    conform("twenty_five_writes_and_a_hundred_reads_are_the_most", async |world| {
        let table = Table::create(world).await;
        for chunk in numbered(100).chunks(25) {
            write(&table, chunk.iter().cloned().map(put).collect()).await.unwrap();
        }
        let refused = write(&table, numbered(26).into_iter().map(put).collect()).await;
        assert_eq!(refused, Err(Some("ValidationException".to_owned())));
        let answer = get(&table, numbered(100)).send().await.unwrap();
        assert_eq!(answer.responses().unwrap()[&table.name].len(), 100);
        assert!(answer.unprocessed_keys().unwrap().is_empty());
        let error = get(&table, numbered(101)).send().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("ValidationException"));
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_left_out_of_the_answer() {
    conform("what_is_missing_is_left_out_of_the_answer", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "001", [])).send().await.unwrap();
        let answer = get(&table, numbered(3)).send().await.unwrap();
        assert_eq!(answer.responses().unwrap()[&table.name], [key("p", "001")]);
    })
    .await;
}

#[tokio::test]
async fn duplicate_keys_are_refused() {
    conform("duplicate_keys_are_refused", async |world| {
        let table = Table::create(world).await;
        let error = get(&table, vec![key("p", "1"), key("p", "1")]).send().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("ValidationException"));
        let refused = write(&table, vec![put(key("p", "1")), delete(key("p", "1"))]).await;
        assert_eq!(refused, Err(Some("ValidationException".to_owned())));
    })
    .await;
}

#[tokio::test]
async fn sixteen_megabytes_end_a_batch_and_the_rest_is_unprocessed() {
    conform("sixteen_megabytes_end_a_batch_and_the_rest_is_unprocessed", async |world| {
        let table = Table::create(world).await;
        let text = "x".repeat(400_000);
        for key in numbered(45) {
            let mut item = key;
            item.insert("text".to_owned(), super::s(&text));
            table.put(item).send().await.unwrap();
        }
        let (mut read, mut keys, mut rounds) = (0, numbered(45), 0);
        while !keys.is_empty() {
            let answer = get(&table, keys).send().await.unwrap();
            read += answer.responses().unwrap()[&table.name].len();
            keys = answer
                .unprocessed_keys()
                .and_then(|tables| tables.get(&table.name))
                .map(|rest| rest.keys().to_vec())
                .unwrap_or_default();
            rounds += 1;
        }
        assert_eq!((read, rounds), (45, 2));
    })
    .await;
}

#[tokio::test]
async fn puts_and_deletes_mix() {
    conform("puts_and_deletes_mix", async |world| {
        let table = Table::create(world).await;
        table.put(item("p", "old", [])).send().await.unwrap();
        write(&table, vec![put(key("p", "new")), delete(key("p", "old"))]).await.unwrap();
        assert!(table.read("p", "new").await.is_some());
        assert!(table.read("p", "old").await.is_none());
    })
    .await;
}
