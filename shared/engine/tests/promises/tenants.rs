//! What makes queues fair: each message names its project.

use crate::World;
use aws_sdk_sqs::types::MessageSystemAttributeName as Name;
use rookery_domain::{CellId, Payload};
use rookery_engine::Incoming;
use rookery_queue::{Message, Queue};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_is_of_the_group_of_its_project() {
    let world = World::start(23).await;
    let link = |n: usize| format!(r#"{{"id":"l{n}","type":"link","source":{{"id":"in"}},"target":{{"id":"a{n}"}}}}"#);
    let agent = |n: usize| format!(r#"{{"id":"a{n}","type":"agent","agent_type":"delay","config":{{"seconds":60}}}}"#);
    // With up to a hundred targets, deliveries are sent; with more, the event goes by way of the queue `route`.
    for (targets, queue) in [(1, Queue::Deliver), (100, Queue::Deliver), (101, Queue::Route)] {
        let cells: Vec<String> = (0..targets).flat_map(|n| [agent(n), link(n)]).collect();
        let options = format!(r#"{{"cells":[{{"id":"in","type":"agent","agent_type":"manual"}},{}]}}"#, cells.join(","));
        let workflow = world.started(&options).await;
        let incoming = Incoming::new(Payload::parse(b"{}").unwrap(), Vec::new(), None);
        world.calm.accept_at_trigger(&workflow, &CellId("in".into()), incoming).await.unwrap();
        let mut kinds = Vec::new();
        let receive = world.sqs.receive_message().queue_url(&world.urls.of(queue).queue).max_number_of_messages(10);
        let received = receive.message_system_attribute_names(Name::All).send().await.unwrap();
        for message in received.messages.unwrap_or_default() {
            let group = &message.attributes.as_ref().unwrap()[&Name::MessageGroupId];
            assert_eq!(*group, workflow.id.project.to_string());
            kinds.push(Message::decode(message.body().unwrap()).unwrap().task.kind());
        }
        let received = if queue == Queue::Route { 1 } else { targets.min(10) };
        assert_eq!(kinds, vec![queue.name(); received], "{targets} targets");
    }
}
