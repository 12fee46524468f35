//! Errors as the SDK's types tell them apart.

use super::{Queue, handle};
use crate::conform;
use crate::world::unique;
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};

#[tokio::test]
async fn an_unknown_queue_is_known_as_such() {
    conform("an_unknown_queue_is_known_as_such", async |world| {
        let sqs = &world.sqs;
        let name = unique("missing");
        assert!(sqs.get_queue_url().queue_name(&name).send().await.unwrap_err().into_service_error().is_queue_does_not_exist());
        let url = Queue::create(world).await.url + "-missing";
        assert!(
            sqs.send_message()
                .queue_url(&url)
                .message_body("x")
                .send()
                .await
                .unwrap_err()
                .into_service_error()
                .is_queue_does_not_exist()
        );
        assert!(sqs.receive_message().queue_url(&url).send().await.unwrap_err().into_service_error().is_queue_does_not_exist());
        assert!(sqs.purge_queue().queue_url(&url).send().await.unwrap_err().into_service_error().is_queue_does_not_exist());
        assert!(
            sqs.get_queue_attributes().queue_url(&url).send().await.unwrap_err().into_service_error().is_queue_does_not_exist()
        );
        assert!(sqs.delete_queue().queue_url(&url).send().await.unwrap_err().into_service_error().is_queue_does_not_exist());
    })
    .await;
}

#[tokio::test]
async fn a_receipt_handle_that_never_was_is_invalid() {
    conform("a_receipt_handle_that_never_was_is_invalid", async |world| {
        let queue = Queue::create(world).await;
        let delete = world.sqs.delete_message().queue_url(&queue.url).receipt_handle("nonsense");
        assert!(delete.send().await.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
        let change = world.sqs.change_message_visibility().queue_url(&queue.url).receipt_handle("nonsense").visibility_timeout(1);
        assert!(change.send().await.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
    })
    .await;
}

#[tokio::test]
async fn visibility_changes_only_in_flight() {
    conform("visibility_changes_only_in_flight", async |world| {
        let queue = Queue::create(world).await;
        queue.send("x").send().await.unwrap();
        let message = queue.next().await;
        queue.hide(&message, 0).await;
        let change = || {
            let change = world.sqs.change_message_visibility().queue_url(&queue.url).receipt_handle(handle(&message));
            change.visibility_timeout(1).send()
        };
        assert!(change().await.unwrap_err().into_service_error().is_message_not_inflight());
        queue.delete(&message).await;
        assert!(change().await.is_err());
    })
    .await;
}

#[tokio::test]
async fn characters_that_xml_lacks_are_refused() {
    conform("characters_that_xml_lacks_are_refused", async |world| {
        let queue = Queue::create(world).await;
        for bad in ["\u{0}", "\u{8}", "\u{b}", "\u{FFFE}"] {
            let error = queue.send(bad).send().await.unwrap_err().into_service_error();
            assert!(error.is_invalid_message_contents(), "{bad:?}: {error:?}");
        }
        queue.send("\u{9}\u{A}\u{D}\u{20}\u{D7FF}\u{E000}\u{FFFD}\u{10000}\u{10FFFF}").send().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_empty_body_is_refused() {
    conform("an_empty_body_is_refused", async |world| {
        let queue = Queue::create(world).await;
        assert!(queue.send("").send().await.is_err());
    })
    .await;
}

#[tokio::test]
async fn bad_message_attributes_are_refused() {
    conform("bad_message_attributes_are_refused", async |world| {
        let queue = Queue::create(world).await;
        let text =
            |kind: &str, value: &str| MessageAttributeValue::builder().data_type(kind).string_value(value).build().unwrap();
        let bad = [
            ("name", text("Strange", "x")),
            ("name", text("String", "")),
            ("name", text("Number", "seven")),
            ("name", text("Binary", "x")),
            ("AWS.name", text("String", "x")),
            (".name", text("String", "x")),
            ("na me", text("String", "x")),
        ];
        for (name, attribute) in bad {
            let sent = queue.send("x").message_attributes(name, attribute.clone()).send().await;
            assert!(sent.is_err(), "{name} {attribute:?}");
        }
        let eleven = (0..11).fold(queue.send("x"), |send, i| send.message_attributes(format!("a{i}"), text("String", "x")));
        assert!(eleven.send().await.is_err());
        assert_eq!(queue.counts().await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_receive_has_its_ranges() {
    conform("a_receive_has_its_ranges", async |world| {
        let queue = Queue::create(world).await;
        for (max, wait, visibility) in [(0, 0, 0), (11, 0, 0), (1, 21, 0), (1, -1, 0), (1, 0, 43_201)] {
            let receive = queue.receive().max_number_of_messages(max).wait_time_seconds(wait).visibility_timeout(visibility);
            let error = receive.send().await.unwrap_err().into_service_error();
            assert_eq!(error.meta().code(), Some("InvalidParameterValue"), "{max} {wait} {visibility}");
        }
    })
    .await;
}

#[tokio::test]
async fn delays_and_timeouts_have_their_ranges() {
    conform("delays_and_timeouts_have_their_ranges", async |world| {
        let queue = Queue::create(world).await;
        for delay in [-1, 901] {
            let error = queue.send("x").delay_seconds(delay).send().await.unwrap_err().into_service_error();
            assert_eq!(error.meta().code(), Some("InvalidParameterValue"), "{delay}");
        }
        queue.send("x").send().await.unwrap();
        let message = queue.next().await;
        for seconds in [-1, 43_201] {
            let change = world.sqs.change_message_visibility().queue_url(&queue.url).receipt_handle(handle(&message));
            let error = change.visibility_timeout(seconds).send().await.unwrap_err().into_service_error();
            assert_eq!(error.meta().code(), Some("InvalidParameterValue"), "{seconds}");
        }
    })
    .await;
}

#[tokio::test]
async fn queue_attributes_have_names_and_ranges() {
    conform("queue_attributes_have_names_and_ranges", async |world| {
        let create =
            |name: QueueAttributeName, value: &str| world.sqs.create_queue().queue_name(unique("queue")).attributes(name, value);
        let bad = [
            (QueueAttributeName::DelaySeconds, "901"),
            (QueueAttributeName::MessageRetentionPeriod, "59"),
            (QueueAttributeName::ReceiveMessageWaitTimeSeconds, "21"),
            (QueueAttributeName::VisibilityTimeout, "43201"),
            (QueueAttributeName::VisibilityTimeout, "soon"),
            (QueueAttributeName::MaximumMessageSize, "1048577"),
            (QueueAttributeName::RedrivePolicy, "{}"),
        ];
        for (name, value) in bad {
            let error = create(name.clone(), value).send().await.unwrap_err().into_service_error();
            assert!(
                matches!(error.meta().code(), Some("InvalidAttributeValue" | "InvalidParameterValue")),
                "{name} {value}: {error:?}"
            );
        }
        let error = create(QueueAttributeName::from("Colour"), "blue").send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_attribute_name(), "{error:?}");
    })
    .await;
}
