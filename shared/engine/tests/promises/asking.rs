//! A workflow with a cell that asks a persistent agent, and the handlers of all its messages.

use crate::waits::receive_from;
use crate::{World, handle};
use rookery_boot::{Booted, operations};
use rookery_domain::{CellId, Event, OperationAt, Payload, ProjectId, RunId, SessionAt};
use rookery_egress::{Egress, Policy};
use rookery_engine::{Dispatcher, Engine, Incoming, Router};
use rookery_operations::{Operations, Operator};
use rookery_queue::{Handler, Message, Queue};
use rookery_sessions::definition::{Definitions, Environment, Source};
use rookery_store::{DefinitionSource, RunItem, SessionNames, Workflow};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An agent that no path leads to.
pub(crate) const GUIDE: &str = "---\nmodel: demo/guide\ntriggers: {webhook: false}\n---\nYou help {{ id }}.";

/// A workflow whose cell `ask` asks the agent `guide`, which no path leads to.
pub(crate) struct Asking {
    pub(crate) world: World,
    pub(crate) workflow: Workflow,
    pub(crate) operator: Operator,
}

impl Asking {
    pub(crate) async fn start(seed: u64, definition: &str, more: Value) -> Asking {
        let world = World::start(seed).await;
        let mut config = json!({
            "agent": "guide", "instance": "customer-{{ customer }}", "session": "{{ topic | default: 'default' }}",
            "input": "{{ text }}"
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let options = json!({"cells": [
            {"id": "in", "type": "agent", "agent_type": "manual"},
            {"id": "ask", "type": "agent", "agent_type": "persistent_agent", "config": config},
            {"id": "answered", "type": "agent", "agent_type": "event_formatting", "config": {"instructions": {"said": "{{ text }}"}}},
            {"id": "noticed", "type": "agent", "agent_type": "event_formatting", "config": {"instructions": {"n": "{{ n }}"}}},
            {"id": "failed", "type": "agent", "agent_type": "event_formatting", "config": {"instructions": {"code": "{{ code }}"}}},
            {"id": "1", "type": "link", "source": {"id": "in"}, "target": {"id": "ask"}},
            {"id": "2", "type": "link", "source": {"id": "ask"}, "target": {"id": "answered"}, "group_id": "on_reply"},
            {"id": "3", "type": "link", "source": {"id": "ask"}, "target": {"id": "noticed"}, "group_id": "on_emit"},
            {"id": "4", "type": "link", "source": {"id": "ask"}, "target": {"id": "failed"}, "group_id": "on_error"},
        ]});
        let workflow = world.started(&options.to_string()).await;
        let asking = Asking { workflow, operator: Operator::new(work(&world, &world.calm)), world };
        asking.define(definition).await;
        asking
    }

    pub(crate) async fn define(&self, text: &str) {
        let source = Source { text: text.to_owned(), ..Source::default() };
        let (definitions, name) = (self.definitions(), "guide".parse().unwrap());
        let (_, judged) = definitions.save(self.project(), &name, &source, DefinitionSource::Api, None).await.unwrap();
        assert_eq!(judged.errors, []);
    }

    pub(crate) fn definitions(&self) -> Definitions {
        Definitions::new(self.world.calm.store.clone(), Environment::default())
    }

    pub(crate) fn project(&self) -> &ProjectId {
        &self.workflow.id.project
    }

    /// Puts an event in, and gives its run.
    pub(crate) async fn put(&self, payload: Value) -> RunId {
        let incoming = Incoming::new(Payload::of(payload).unwrap(), Vec::new(), None);
        self.world.calm.accept_at_trigger(&self.workflow, &CellId("in".into()), incoming).await.unwrap().run
    }

    /// The messages that can be received of a queue.
    pub(crate) async fn messages(&self, queue: Queue) -> Vec<Message> {
        receive_from(&self.world.sqs, &self.world.urls.of(queue).queue).await
    }

    /// Handles the messages of `deliver` that can be received.
    pub(crate) async fn deliver(&self) {
        for message in self.messages(Queue::Deliver).await {
            handle(&Dispatcher(self.world.calm.clone()), message).await.unwrap();
        }
    }

    /// Handles the messages of `agents` that can be received.
    pub(crate) async fn work(&self) {
        for message in self.messages(Queue::Agents).await {
            self.operator.handle(message).await.unwrap();
        }
    }

    pub(crate) fn session(&self, customer: &str) -> SessionAt {
        let names = SessionNames { agent: "guide".into(), instance: format!("customer-{customer}"), session: "default".into() };
        SessionAt { project: self.project().clone(), key: names.key() }
    }

    pub(crate) async fn items(&self, run: RunId) -> Vec<RunItem> {
        self.world.calm.store.list_run(&self.workflow.id, run, 200, None).await.unwrap().items
    }

    /// The events of a run that the cell emitted, and their groups.
    pub(crate) async fn emitted(&self, run: RunId) -> Vec<(String, Value)> {
        let items = self.items(run).await;
        let mut events: Vec<&Event> = items.iter().flat_map(RunItem::events).filter(|event| event.cell.0 == "ask").collect();
        events.sort_by_key(|event| event.created_at);
        events.into_iter().map(|event| (event.groups.join(","), event.payload.value().clone())).collect()
    }

    /// What became of the one event that the cell emitted: its group, and the code if it is an error.
    pub(crate) async fn outcome(&self, run: RunId) -> (String, String) {
        let emitted = self.emitted(run).await;
        let [(group, payload)] = emitted.as_slice() else { panic!("{emitted:?}") };
        (group.clone(), payload["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The questions that were asked in a session, in order.
    pub(crate) async fn questions(&self, at: &SessionAt) -> Vec<String> {
        let operations = self.world.calm.store.operations(at, 1, 1000).await.unwrap();
        operations.into_iter().map(|operation| rookery_sessions::ask::Ask::of(&operation).unwrap().message).collect()
    }

    pub(crate) async fn state(&self, operation: &OperationAt) -> Option<String> {
        self.world.calm.store.operation(operation).await.unwrap().unwrap().ended.map(|ended| ended.state)
    }
}

/// The work on sessions of the process that an engine is of.
fn work(world: &World, engine: &Arc<Engine>) -> Operations {
    let (egress, sqs) = (Egress::new(Policy::default()), world.sqs.clone());
    let booted = Booted { engine: engine.clone(), egress, sqs, queues: world.urls.clone() };
    operations(&booted, Environment::default(), []).unwrap()
}

/// Handles the messages of all queues until they are empty, each up to three times.
pub(crate) async fn handle_all(asking: &Asking) {
    let world = &asking.world;
    let (dispatcher, router) = (Dispatcher(world.tested.clone()), Router(world.tested.clone()));
    let operator = Operator::new(work(world, &world.tested));
    let deadline = Instant::now() + Duration::from_secs(120);
    while world.messages_left().await > 0 {
        assert!(Instant::now() < deadline, "the queues do not become empty");
        for queue in Queue::ALL {
            let url = &world.urls.of(queue).queue;
            let receive = world.sqs.receive_message().queue_url(url).max_number_of_messages(10).visibility_timeout(1);
            for message in receive.wait_time_seconds(0).send().await.unwrap().messages.unwrap_or_default() {
                let decoded = Message::decode(message.body().unwrap()).unwrap();
                let copies = (0..1 + world.faults.random() % 3).map(|_| async {
                    match queue {
                        Queue::Agents => handle(&operator, decoded.clone()).await.is_ok(),
                        Queue::Deliver => handle(&dispatcher, decoded.clone()).await.is_ok(),
                        Queue::Route => handle(&router, decoded.clone()).await.is_ok(),
                    }
                });
                if futures::future::join_all(copies).await.into_iter().all(|well| well) {
                    let delete = world.sqs.delete_message().queue_url(url);
                    delete.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
                }
            }
        }
    }
}
