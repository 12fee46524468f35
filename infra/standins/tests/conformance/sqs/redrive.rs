//! Dead-letter queues and the way back ("Using dead-letter queues in Amazon SQS" in the Developer Guide).

use super::{Queue, bodies, body, receive_count, system_attribute};
use crate::conform;
use crate::world::World;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};

async fn pair<'a>(world: &'a World, max_receives: &str) -> (Queue<'a>, Queue<'a>) {
    let dead = Queue::create(world).await;
    let policy = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":{max_receives}}}"#, dead.arn().await);
    (Queue::with(world, &[(QueueAttributeName::RedrivePolicy, &policy)]).await, dead)
}

/// Receives without deleting until nothing comes.
async fn exhaust(queue: &Queue<'_>) -> usize {
    let mut receives = 0;
    loop {
        let messages =
            queue.receive().max_number_of_messages(10).visibility_timeout(0).send().await.unwrap().messages.unwrap_or_default();
        if messages.is_empty() {
            return receives;
        }
        receives += messages.len();
    }
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letter_queue() {
    conform("a_message_received_too_often_goes_to_the_dead_letter_queue", async |world| {
        let (queue, dead) = pair(world, "3").await;
        let sent = queue.send("poison").send().await.unwrap();
        assert_eq!(exhaust(&queue).await, 3);
        let message = dead.next().await;
        assert_eq!(body(&message), "poison");
        assert_eq!(message.message_id(), sent.message_id());
        assert_eq!(queue.counts().await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_dead_letter_names_its_source() {
    conform("a_dead_letter_names_its_source", async |world| {
        let (queue, dead) = pair(world, "1").await;
        queue.send("poison").send().await.unwrap();
        exhaust(&queue).await;
        let message = dead.next().await;
        let source = system_attribute(&message, MessageSystemAttributeName::DeadLetterQueueSourceArn);
        assert_eq!(source.map(str::to_owned), Some(queue.arn().await));
    })
    .await;
}

#[tokio::test]
async fn the_policy_takes_its_count_as_text_too_and_is_shown() {
    conform("the_policy_takes_its_count_as_text_too_and_is_shown", async |world| {
        let (queue, dead) = pair(world, "\"2\"").await;
        let policy = queue.attribute(QueueAttributeName::RedrivePolicy).await.unwrap();
        assert!(policy.contains(&dead.arn().await), "{policy}");
        queue.send("poison").send().await.unwrap();
        assert_eq!(exhaust(&queue).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_message_deleted_in_time_stays_out_of_it() {
    conform("a_message_deleted_in_time_stays_out_of_it", async |world| {
        let (queue, dead) = pair(world, "2").await;
        queue.send("good").send().await.unwrap();
        let first = queue.next().await;
        queue.hide(&first, 0).await;
        let second = queue.next().await;
        assert_eq!(receive_count(&second), "2");
        queue.delete(&second).await;
        assert_eq!(exhaust(&queue).await, 0);
        assert_eq!(dead.counts().await, ["0", "0", "0"]);
    })
    .await;
}

#[tokio::test]
async fn a_long_poll_on_the_dead_letter_queue_is_woken() {
    conform("a_long_poll_on_the_dead_letter_queue_is_woken", async |world| {
        let (queue, dead) = pair(world, "1").await;
        queue.send("poison").send().await.unwrap();
        let (message, receives) = tokio::join!(dead.next(), exhaust(&queue));
        assert_eq!((body(&message), receives), ("poison", 1));
    })
    .await;
}

#[tokio::test]
async fn a_move_task_brings_messages_back_to_their_source() {
    conform("a_move_task_brings_messages_back_to_their_source", async |world| {
        let (queue, dead) = pair(world, "1").await;
        for text in ["1", "2"] {
            queue.send(text).send().await.unwrap();
        }
        exhaust(&queue).await;
        let task = world.sqs.start_message_move_task().source_arn(dead.arn().await).send().await.unwrap();
        assert!(task.task_handle().is_some());
        let moved = [queue.next().await, queue.next().await];
        assert_eq!(bodies(&moved), ["1", "2"]);
        assert_eq!(receive_count(&moved[0]), "1");
    })
    .await;
}

#[tokio::test]
async fn a_move_task_has_a_destination_and_needs_a_dead_letter_queue() {
    conform("a_move_task_has_a_destination_and_needs_a_dead_letter_queue", async |world| {
        let (queue, dead) = pair(world, "1").await;
        let other = Queue::create(world).await;
        queue.send("x").send().await.unwrap();
        exhaust(&queue).await;
        let start = |arn: String| world.sqs.start_message_move_task().source_arn(arn);
        start(dead.arn().await).destination_arn(other.arn().await).send().await.unwrap();
        assert_eq!(body(&other.next().await), "x");

        assert!(start(other.arn().await).send().await.is_err(), "no dead-letter queue of any other");
        let missing = start(format!("{}-missing", other.arn().await)).send().await.unwrap_err().into_service_error();
        assert!(missing.is_resource_not_found_exception(), "{missing:?}");
    })
    .await;
}
