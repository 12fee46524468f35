//! SQS, by the Amazon SQS API Reference and Developer Guide. This file has the queue that the tests use, and short forms for its
//! requests.

mod attributes;
mod batches;
mod errors;
mod messages;
mod redrive;
mod timing;

use super::world::{World, unique};
use aws_sdk_sqs::operation::receive_message::builders::ReceiveMessageFluentBuilder;
use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};

struct Queue<'a> {
    url: String,
    world: &'a World,
}

impl<'a> Queue<'a> {
    async fn create(world: &'a World) -> Queue<'a> {
        Queue::with(world, &[]).await
    }

    async fn with(world: &'a World, attributes: &[(QueueAttributeName, &str)]) -> Queue<'a> {
        let mut create = world.sqs.create_queue().queue_name(unique("queue"));
        for (name, value) in attributes {
            create = create.attributes(name.clone(), *value);
        }
        Queue { url: create.send().await.unwrap().queue_url.unwrap(), world }
    }

    fn send(&self, body: &str) -> SendMessageFluentBuilder {
        self.world.sqs.send_message().queue_url(&self.url).message_body(body)
    }

    /// A receive of one message with all its attributes, without waiting.
    fn receive(&self) -> ReceiveMessageFluentBuilder {
        let receive = self.world.sqs.receive_message().queue_url(&self.url).wait_time_seconds(0).message_attribute_names("All");
        receive.message_system_attribute_names(MessageSystemAttributeName::All)
    }

    /// Waits for one message.
    async fn next(&self) -> Message {
        let received = self.receive().wait_time_seconds(20).send().await.unwrap();
        received.messages.and_then(|messages| messages.into_iter().next()).expect("a message within 20 s")
    }

    /// The messages that can be received at once.
    async fn waiting(&self) -> Vec<Message> {
        self.receive().max_number_of_messages(10).send().await.unwrap().messages.unwrap_or_default()
    }

    async fn delete(&self, message: &Message) {
        let delete = self.world.sqs.delete_message().queue_url(&self.url).receipt_handle(handle(message));
        delete.send().await.unwrap();
    }

    async fn hide(&self, message: &Message, seconds: i32) {
        let change = self.world.sqs.change_message_visibility().queue_url(&self.url).receipt_handle(handle(message));
        change.visibility_timeout(seconds).send().await.unwrap();
    }

    async fn attribute(&self, name: QueueAttributeName) -> Option<String> {
        let get = self.world.sqs.get_queue_attributes().queue_url(&self.url).attribute_names(name.clone());
        get.send().await.unwrap().attributes?.remove(&name)
    }

    async fn arn(&self) -> String {
        self.attribute(QueueAttributeName::QueueArn).await.unwrap()
    }

    /// How many messages are visible, in flight, delayed.
    async fn counts(&self) -> [String; 3] {
        let count = async |name| self.attribute(name).await.unwrap();
        [
            count(QueueAttributeName::ApproximateNumberOfMessages).await,
            count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible).await,
            count(QueueAttributeName::ApproximateNumberOfMessagesDelayed).await,
        ]
    }
}

fn handle(message: &Message) -> &str {
    message.receipt_handle().unwrap()
}

fn body(message: &Message) -> &str {
    message.body().unwrap()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    let mut bodies: Vec<&str> = messages.iter().map(body).collect();
    bodies.sort_unstable();
    bodies
}

fn system_attribute(message: &Message, name: MessageSystemAttributeName) -> Option<&str> {
    message.attributes()?.get(&name).map(String::as_str)
}

fn receive_count(message: &Message) -> &str {
    system_attribute(message, MessageSystemAttributeName::ApproximateReceiveCount).unwrap()
}
