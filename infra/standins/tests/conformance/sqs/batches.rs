//! Batches: ten entries, one mebibyte, and failures of single entries.

use super::{Queue, bodies, handle};
use crate::conform;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, MessageAttributeValue, SendMessageBatchRequestEntry,
};

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

fn entries(count: usize) -> Vec<SendMessageBatchRequestEntry> {
    (0..count).map(|i| entry(&i.to_string(), &i.to_string())).collect()
}

async fn refused(queue: &Queue<'_>, entries: Vec<SendMessageBatchRequestEntry>) -> SendMessageBatchError {
    let send = queue.world.sqs.send_message_batch().queue_url(&queue.url).set_entries(Some(entries));
    let error = send.send().await.unwrap_err().into_service_error();
    assert_eq!(queue.counts().await, ["0", "0", "0"]);
    error
}

#[tokio::test]
async fn ten_are_sent_received_and_deleted_together() {
    conform("ten_are_sent_received_and_deleted_together", async |world| {
        let queue = Queue::create(world).await;
        let send = world.sqs.send_message_batch().queue_url(&queue.url).set_entries(Some(entries(10)));
        let sent = send.send().await.unwrap();
        assert_eq!((sent.successful().len(), sent.failed().len()), (10, 0));
        assert!(sent.successful().iter().all(|entry| entry.md5_of_message_body().len() == 32 && !entry.message_id().is_empty()));

        let mut messages = Vec::new();
        while messages.len() < 10 {
            messages.extend(queue.waiting().await);
        }
        assert_eq!(bodies(&messages), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        let deletions = messages.iter().enumerate().map(|(i, message)| {
            DeleteMessageBatchRequestEntry::builder().id(i.to_string()).receipt_handle(handle(message)).build().unwrap()
        });
        let delete = world.sqs.delete_message_batch().queue_url(&queue.url).set_entries(Some(deletions.collect()));
        assert_eq!(delete.send().await.unwrap().successful().len(), 10);
        assert_eq!(queue.counts().await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn one_bad_entry_does_not_fail_its_neighbours() {
    conform("one_bad_entry_does_not_fail_its_neighbours", async |world| {
        let queue = Queue::create(world).await;
        let bad = entry("bad", "not \u{1} allowed");
        let send =
            world.sqs.send_message_batch().queue_url(&queue.url).entries(entry("a", "a")).entries(bad).entries(entry("b", "b"));
        let sent = send.send().await.unwrap();
        let successful: Vec<&str> = sent.successful().iter().map(|entry| entry.id()).collect();
        assert_eq!(successful, ["a", "b"]);
        assert_eq!(
            (sent.failed()[0].id(), sent.failed()[0].code(), sent.failed()[0].sender_fault()),
            ("bad", "InvalidMessageContents", true)
        );
        assert_eq!(queue.counts().await, ["2", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn one_bad_receipt_does_not_fail_its_neighbours() {
    conform("one_bad_receipt_does_not_fail_its_neighbours", async |world| {
        let queue = Queue::create(world).await;
        queue.send("x").send().await.unwrap();
        let message = queue.next().await;
        let change = |id: &str, handle: &str| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(id).receipt_handle(handle);
            entry.visibility_timeout(600).build().unwrap()
        };
        let changes = world.sqs.change_message_visibility_batch().queue_url(&queue.url);
        let changed = changes.entries(change("bad", "nonsense")).entries(change("good", handle(&message))).send().await.unwrap();
        assert_eq!(changed.successful()[0].id(), "good");
        assert_eq!((changed.failed()[0].id(), changed.failed()[0].code()), ("bad", "ReceiptHandleIsInvalid"));

        let delete =
            |id: &str, handle: &str| DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap();
        let deletions = world.sqs.delete_message_batch().queue_url(&queue.url);
        let deleted =
            deletions.entries(delete("bad", "nonsense")).entries(delete("good", handle(&message))).send().await.unwrap();
        assert_eq!(deleted.successful()[0].id(), "good");
        assert_eq!((deleted.failed()[0].id(), deleted.failed()[0].code()), ("bad", "ReceiptHandleIsInvalid"));
        assert_eq!(queue.counts().await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn entries_carry_their_own_delay_and_attributes() {
    conform("entries_carry_their_own_delay_and_attributes", async |world| {
        let queue = Queue::create(world).await;
        let value = MessageAttributeValue::builder().data_type("String").string_value("v").build().unwrap();
        let entry = |id: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(id);
        let late = entry("late").delay_seconds(900).build().unwrap();
        let tagged = entry("tagged").message_attributes("tag", value).build().unwrap();
        let sent = world.sqs.send_message_batch().queue_url(&queue.url).entries(late).entries(tagged).send().await.unwrap();
        assert!(sent.successful()[0].md5_of_message_attributes().is_none());
        let message = queue.next().await;
        assert_eq!(super::body(&message), "tagged");
        assert_eq!(message.md5_of_message_attributes(), sent.successful()[1].md5_of_message_attributes());
        assert_eq!(queue.counts().await, ["0", "1", "1"]);
    })
    .await;
}

#[tokio::test]
async fn a_batch_has_one_to_ten_entries() {
    conform("a_batch_has_one_to_ten_entries", async |world| {
        let queue = Queue::create(world).await;
        assert!(refused(&queue, entries(11)).await.is_too_many_entries_in_batch_request());
        assert!(refused(&queue, entries(0)).await.is_empty_batch_request());
    })
    .await;
}

#[tokio::test]
async fn ids_are_distinct_and_well_formed() {
    conform("ids_are_distinct_and_well_formed", async |world| {
        let queue = Queue::create(world).await;
        assert!(refused(&queue, vec![entry("a", "1"), entry("a", "2")]).await.is_batch_entry_ids_not_distinct());
        for id in ["", "with space", &"x".repeat(81)] {
            assert!(refused(&queue, vec![entry(id, "1")]).await.is_invalid_batch_entry_id(), "{id:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_batch_has_a_mebibyte_in_all() {
    conform("a_batch_has_a_mebibyte_in_all", async |world| {
        let queue = Queue::create(world).await;
        let half = "x".repeat(524_288);
        let error = refused(&queue, vec![entry("a", &half), entry("b", &half), entry("c", "x")]).await;
        assert!(error.is_batch_request_too_long(), "{error:?}");
        let send = world.sqs.send_message_batch().queue_url(&queue.url).entries(entry("a", &half)).entries(entry("b", &half));
        assert_eq!(send.send().await.unwrap().successful().len(), 2);
    })
    .await;
}
