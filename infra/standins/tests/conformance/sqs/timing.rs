//! Visibility timeouts, delays and long polls. No test measures time. Each waits for what must come, and looks for what must not
//! be there only where no delay could bring it.

use super::{Queue, body, receive_count, system_attribute};
use crate::conform;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};

#[tokio::test]
async fn a_received_message_is_hidden() {
    conform("a_received_message_is_hidden", async |world| {
        let queue = Queue::create(world).await;
        queue.send("x").send().await.unwrap();
        queue.next().await;
        assert!(queue.waiting().await.is_empty());
        assert_eq!(queue.counts().await, ["0", "1", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_visibility_timeout_ends() {
    conform("a_visibility_timeout_ends", async |world| {
        let queue = Queue::with(world, &[(QueueAttributeName::VisibilityTimeout, "1")]).await;
        queue.send("x").send().await.unwrap();
        queue.next().await;
        // A long poll that is already waiting is woken by this.
        assert_eq!(receive_count(&queue.next().await), "2");
        // A receive's own timeout takes precedence over the queue's.
        let third = queue.receive().visibility_timeout(600).wait_time_seconds(20).send().await.unwrap().messages.unwrap();
        assert_eq!(receive_count(&third[0]), "3");
        assert_eq!(queue.counts().await, ["0", "1", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_visibility_timeout_can_be_changed() {
    conform("a_visibility_timeout_can_be_changed", async |world| {
        let queue = Queue::with(world, &[(QueueAttributeName::VisibilityTimeout, "600")]).await;
        queue.send("x").send().await.unwrap();
        let first = queue.next().await;
        queue.hide(&first, 1).await;
        let second = queue.next().await;
        queue.hide(&second, 0).await;
        let third = queue.waiting().await;
        assert_eq!(receive_count(&third[0]), "3");
    })
    .await;
}

#[tokio::test]
async fn a_delayed_message_comes_later() {
    conform("a_delayed_message_comes_later", async |world| {
        let queue = Queue::create(world).await;
        queue.send("late").delay_seconds(900).send().await.unwrap();
        queue.send("soon").delay_seconds(1).send().await.unwrap();
        assert_eq!(queue.counts().await, ["0", "0", "2"]);
        let message = queue.next().await;
        assert_eq!(body(&message), "soon");
        let at = |name| system_attribute(&message, name).unwrap().parse::<i64>().unwrap();
        let waited =
            at(MessageSystemAttributeName::ApproximateFirstReceiveTimestamp) - at(MessageSystemAttributeName::SentTimestamp);
        assert!(waited >= 1_000, "received {waited} ms after it was sent with a delay of one second");
    })
    .await;
}

#[tokio::test]
async fn a_queues_delay_holds_unless_the_message_has_its_own() {
    conform("a_queues_delay_holds_unless_the_message_has_its_own", async |world| {
        let queue = Queue::with(world, &[(QueueAttributeName::DelaySeconds, "900")]).await;
        queue.send("late").send().await.unwrap();
        queue.send("now").delay_seconds(0).send().await.unwrap();
        assert_eq!(body(&queue.next().await), "now");
        assert_eq!(queue.counts().await, ["0", "1", "1"]);
    })
    .await;
}

#[tokio::test]
async fn a_long_poll_gets_what_is_sent_meanwhile() {
    conform("a_long_poll_gets_what_is_sent_meanwhile", async |world| {
        let queue = Queue::with(world, &[(QueueAttributeName::ReceiveMessageWaitTimeSeconds, "20")]).await;
        // The receive waits for the queue's own time, since the request names none.
        let receive = world.sqs.receive_message().queue_url(&queue.url);
        let (received, _) = tokio::join!(receive.send(), queue.send("x").send());
        assert_eq!(received.unwrap().messages.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn long_polls_share_what_is_sent() {
    conform("long_polls_share_what_is_sent", async |world| {
        let queue = Queue::create(world).await;
        let sends = async || {
            for text in ["1", "2", "3"] {
                queue.send(text).send().await.unwrap();
            }
        };
        let (a, b, c, ()) = tokio::join!(queue.next(), queue.next(), queue.next(), sends());
        assert_eq!(super::bodies(&[a, b, c]), ["1", "2", "3"]);
    })
    .await;
}

#[tokio::test]
async fn a_poll_ends_empty() {
    conform("a_poll_ends_empty", async |world| {
        let queue = Queue::create(world).await;
        for wait in [0, 1] {
            let received = queue.receive().wait_time_seconds(wait).send().await.unwrap();
            assert!(received.messages().is_empty());
        }
    })
    .await;
}
