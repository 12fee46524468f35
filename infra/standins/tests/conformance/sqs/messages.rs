//! What a message carries: body, digests, attributes, timestamps, group.

use super::{Queue, body, receive_count, system_attribute};
use crate::conform;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName};

fn text(kind: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(kind).string_value(value).build().unwrap()
}

#[tokio::test]
async fn a_message_comes_back_as_it_went_in() {
    conform("a_message_comes_back_as_it_went_in", async |world| {
        let queue = Queue::create(world).await;
        let sent = queue.send("{\"emoji\": \"\u{1F426}\", \"lines\": \"\n\t\r\"}").send().await.unwrap();
        let message = queue.next().await;
        assert_eq!(body(&message), "{\"emoji\": \"\u{1F426}\", \"lines\": \"\n\t\r\"}");
        assert_eq!(message.message_id(), sent.message_id());
        assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
        assert_eq!(receive_count(&message), "1");
    })
    .await;
}

#[tokio::test]
async fn digests_are_those_of_the_documentation() {
    conform("digests_are_those_of_the_documentation", async |world| {
        let queue = Queue::create(world).await;
        let binary =
            MessageAttributeValue::builder().data_type("Binary.png").binary_value(Blob::new([0, 1, 255])).build().unwrap();
        let sent = queue
            .send("hello world")
            .message_attributes("name", text("String", "heron"))
            .message_attributes("age", text("Number.int", "7"))
            .message_attributes("image", binary.clone())
            .send()
            .await
            .unwrap();
        // Both values were computed separately, with Python's hashlib, by "Calculating the MD5 message digest for message attributes".
        assert_eq!(sent.md5_of_message_body(), Some("5eb63bbbe01eeed093cb22bb8f5acdc3"));
        assert_eq!(sent.md5_of_message_attributes(), Some("3cc8d69b05f6207f72c4737e33762ba7"));
        let message = queue.next().await;
        assert_eq!(message.md5_of_body(), Some("5eb63bbbe01eeed093cb22bb8f5acdc3"));
        assert_eq!(message.md5_of_message_attributes(), Some("3cc8d69b05f6207f72c4737e33762ba7"));
        let attributes = message.message_attributes().unwrap();
        assert_eq!(attributes["age"], text("Number.int", "7"));
        assert_eq!(attributes["image"], binary);
    })
    .await;
}

#[tokio::test]
async fn a_receive_gets_the_attributes_it_asks_for() {
    conform("a_receive_gets_the_attributes_it_asks_for", async |world| {
        let queue = Queue::create(world).await;
        let send =
            queue.send("x").message_attributes("a.one", text("String", "1")).message_attributes("a.two", text("String", "2"));
        send.message_attributes("b", text("String", "3")).send().await.unwrap();
        let names = async |wanted: &[&str]| {
            let wanted = wanted.iter().map(|name| (*name).to_owned()).collect();
            let receive = world.sqs.receive_message().queue_url(&queue.url).visibility_timeout(0).wait_time_seconds(20);
            let message = receive.set_message_attribute_names(Some(wanted)).send().await.unwrap().messages.unwrap().remove(0);
            assert_eq!(message.attributes(), None);
            let mut names: Vec<String> = message.message_attributes.unwrap_or_default().into_keys().collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(names(&[]).await, "");
        assert_eq!(names(&["b"]).await, "b");
        assert_eq!(names(&["a.*"]).await, "a.one a.two");
        assert_eq!(names(&[".*"]).await, "a.one a.two b");
        assert_eq!(names(&["All"]).await, "a.one a.two b");
    })
    .await;
}

#[tokio::test]
async fn receives_are_counted_and_their_first_time_kept() {
    conform("receives_are_counted_and_their_first_time_kept", async |world| {
        let queue = Queue::create(world).await;
        queue.send("x").send().await.unwrap();
        let first = queue.next().await;
        queue.hide(&first, 0).await;
        let second = queue.next().await;
        assert_eq!((receive_count(&first), receive_count(&second)), ("1", "2"));
        assert_ne!(first.receipt_handle(), second.receipt_handle());
        for name in [MessageSystemAttributeName::SentTimestamp, MessageSystemAttributeName::ApproximateFirstReceiveTimestamp] {
            let at = |message| system_attribute(message, name.clone()).unwrap().parse::<i64>().unwrap();
            assert_eq!(at(&first), at(&second));
        }
    })
    .await;
}

#[tokio::test]
async fn a_standard_queue_takes_a_message_group() {
    conform("a_standard_queue_takes_a_message_group", async |world| {
        let queue = Queue::create(world).await;
        queue.send("x").message_group_id("tenant-1").send().await.unwrap();
        let message = queue.next().await;
        assert_eq!(system_attribute(&message, MessageSystemAttributeName::MessageGroupId), Some("tenant-1"));
    })
    .await;
}

#[tokio::test]
async fn a_deleted_message_does_not_come_back() {
    conform("a_deleted_message_does_not_come_back", async |world| {
        let queue = Queue::create(world).await;
        queue.send("x").send().await.unwrap();
        let message = queue.next().await;
        queue.delete(&message).await;
        assert_eq!(queue.counts().await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_deletion_can_be_repeated() {
    conform("a_deletion_can_be_repeated", async |world| {
        let queue = Queue::create(world).await;
        queue.send("x").send().await.unwrap();
        let message = queue.next().await;
        queue.delete(&message).await;
        queue.delete(&message).await;
    })
    .await;
}

#[tokio::test]
async fn an_old_receipt_handle_deletes_nothing() {
    conform("an_old_receipt_handle_deletes_nothing", async |world| {
        let queue = Queue::create(world).await;
        queue.send("x").send().await.unwrap();
        let old = queue.next().await;
        queue.hide(&old, 0).await;
        let latest = queue.next().await;
        queue.delete(&old).await;
        assert_eq!(queue.counts().await, ["0", "1", "0"]);
        queue.delete(&latest).await;
        assert_eq!(queue.counts().await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_message_has_a_mebibyte_at_most() {
    conform("a_message_has_a_mebibyte_at_most", async |world| {
        let queue = Queue::create(world).await;
        let body = "x".repeat(1_048_576);
        queue.send(&body).send().await.unwrap();
        assert_eq!(queue.next().await.body().map(str::len), Some(1_048_576));
        let error = queue.send(&format!("{body}x")).send().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("InvalidParameterValue"));
    })
    .await;
}
