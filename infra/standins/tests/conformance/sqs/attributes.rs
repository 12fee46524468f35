//! The queues themselves: names, creation, attributes, lists, purge and deletion.

use super::Queue;
use crate::conform;
use crate::world::unique;
use aws_sdk_sqs::types::QueueAttributeName;

#[tokio::test]
async fn the_same_queue_can_be_created_again() {
    conform("the_same_queue_can_be_created_again", async |world| {
        let name = unique("queue");
        let create =
            |seconds: &str| world.sqs.create_queue().queue_name(&name).attributes(QueueAttributeName::VisibilityTimeout, seconds);
        let first = create("60").send().await.unwrap();
        let again = create("60").send().await.unwrap();
        assert_eq!(first.queue_url(), again.queue_url());
        let got = world.sqs.get_queue_url().queue_name(&name).send().await.unwrap();
        assert_eq!(first.queue_url(), got.queue_url());
        let error = create("61").send().await.unwrap_err().into_service_error();
        assert!(error.is_queue_name_exists(), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn queue_names_are_letters_digits_and_two_signs() {
    conform("queue_names_are_letters_digits_and_two_signs", async |world| {
        for name in ["with space", "with.dot", &"x".repeat(81)] {
            assert!(world.sqs.create_queue().queue_name(name).send().await.is_err(), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn defaults_are_those_of_the_documentation() {
    conform("defaults_are_those_of_the_documentation", async |world| {
        let queue = Queue::create(world).await;
        let defaults = [
            (QueueAttributeName::DelaySeconds, "0"),
            (QueueAttributeName::MaximumMessageSize, "1048576"),
            (QueueAttributeName::MessageRetentionPeriod, "345600"),
            (QueueAttributeName::ReceiveMessageWaitTimeSeconds, "0"),
            (QueueAttributeName::VisibilityTimeout, "30"),
        ];
        for (name, value) in defaults {
            assert_eq!(queue.attribute(name.clone()).await.as_deref(), Some(value), "{name}");
        }
        assert_eq!(queue.attribute(QueueAttributeName::RedrivePolicy).await, None);
    })
    .await;
}

#[tokio::test]
async fn attributes_can_be_set() {
    conform("attributes_can_be_set", async |world| {
        let queue = Queue::create(world).await;
        let set = |name, value: &str| world.sqs.set_queue_attributes().queue_url(&queue.url).attributes(name, value).send();
        set(QueueAttributeName::MessageRetentionPeriod, "1209600").await.unwrap();
        assert_eq!(queue.attribute(QueueAttributeName::MessageRetentionPeriod).await.as_deref(), Some("1209600"));
        assert_eq!(queue.attribute(QueueAttributeName::VisibilityTimeout).await.as_deref(), Some("30"));
        set(QueueAttributeName::MaximumMessageSize, "1024").await.unwrap();
        assert!(queue.send(&"x".repeat(1_025)).send().await.is_err());
        queue.send(&"x".repeat(1_024)).send().await.unwrap();
        assert!(set(QueueAttributeName::DelaySeconds, "-1").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn queues_are_listed_by_prefix_and_page() {
    conform("queues_are_listed_by_prefix_and_page", async |world| {
        let prefix = unique("listed");
        let mut created = Vec::new();
        for i in 0..3 {
            let create = world.sqs.create_queue().queue_name(format!("{prefix}-{i}"));
            created.push(create.send().await.unwrap().queue_url.unwrap());
        }
        let all = world.sqs.list_queues().queue_name_prefix(&prefix).send().await.unwrap();
        assert_eq!(all.queue_urls(), created);
        let first = world.sqs.list_queues().queue_name_prefix(&prefix).max_results(2).send().await.unwrap();
        assert_eq!(first.queue_urls(), &created[..2]);
        let rest = world
            .sqs
            .list_queues()
            .queue_name_prefix(&prefix)
            .max_results(2)
            .set_next_token(first.next_token)
            .send()
            .await
            .unwrap();
        assert_eq!((rest.queue_urls(), rest.next_token()), (&created[2..], None));
    })
    .await;
}

#[tokio::test]
async fn a_purge_takes_all_messages_and_a_deletion_the_queue() {
    conform("a_purge_takes_all_messages_and_a_deletion_the_queue", async |world| {
        let queue = Queue::create(world).await;
        queue.send("in flight").send().await.unwrap();
        queue.next().await;
        queue.send("waiting").send().await.unwrap();
        queue.send("delayed").delay_seconds(900).send().await.unwrap();
        assert_eq!(queue.counts().await, ["1", "1", "1"]);
        world.sqs.purge_queue().queue_url(&queue.url).send().await.unwrap();
        assert_eq!(queue.counts().await, ["0", "0", "0"]);
        world.sqs.delete_queue().queue_url(&queue.url).send().await.unwrap();
        assert!(queue.send("x").send().await.unwrap_err().into_service_error().is_queue_does_not_exist());
    })
    .await;
}
