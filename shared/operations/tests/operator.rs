//! Sessions worked on by messages of their queue: each operation is done once and in order, whoever dies.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use aws_sdk_sqs::types::QueueAttributeName as Name;
use futures::StreamExt;
use rookery_boot::{Booted, Clients, Options, TABLE};
use rookery_domain::{Message as Said, OperationAt, ProjectId, Role, SessionAt, Time};
use rookery_models::{Answer, ModelError, ModelRequest, Models, Providers, Scripted, StreamEvent};
use rookery_operations::{Operations, Operator};
use rookery_queue::{Handler, Message, Queue, QueueUrls};
use rookery_sessions::admit::{Admit, Admitted};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::definition::{self, Definitions, Environment};
use rookery_standins::Standins;
use rookery_store::{DefinitionSource, Ended, SessionNames, Store};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

struct World {
    _folder: tempfile::TempDir,
    standins: Standins,
    urls: QueueUrls,
    store: Store,
    sqs: aws_sdk_sqs::Client,
    project: ProjectId,
    names: SessionNames,
    /// The questions that the model was asked, in order.
    asked: Arc<Mutex<Vec<String>>>,
    /// How many calls of the model are to be held up for ever.
    stuck: Arc<AtomicUsize>,
}

impl World {
    async fn start() -> World {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let clients = Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build());
        let urls = rookery_boot::create(&clients).await.unwrap();
        let store = Store::new(clients.dynamodb, TABLE);
        let project = store.create_project("default").await.unwrap().id;
        let names = SessionNames { agent: "guide".into(), instance: "7".into(), session: "default".into() };
        let (asked, stuck) = Default::default();
        let world = World { _folder: folder, standins, urls, store, sqs: clients.sqs, project, names, asked, stuck };
        let definitions = Definitions::new(world.store.clone(), Environment::default());
        world.define(&definitions, "---\nmodel: demo/echo\n---\nYou are {{ id }}.").await;
        world
    }

    async fn define(&self, definitions: &Definitions, text: &str) {
        let source = definition::Source { text: text.into(), ..Default::default() };
        let name = self.names.agent.parse().unwrap();
        let (_, judged) = definitions.save(&self.project, &name, &source, DefinitionSource::Api, None).await.unwrap();
        assert_eq!(judged.errors, []);
    }

    fn at(&self) -> SessionAt {
        SessionAt { project: self.project.clone(), key: self.names.key() }
    }

    /// Another process.
    fn booted(&self) -> Booted {
        let clients = Clients::new(self.standins.dynamodb_config().build(), self.standins.sqs_config().build());
        rookery_boot::assemble(clients, TABLE, self.urls.clone(), Options::default())
    }

    /// The work on sessions of another process.
    fn operations(&self) -> Operations {
        let Booted { engine, egress, .. } = self.booted();
        let (asked, stuck) = (self.asked.clone(), self.stuck.clone());
        let providers = Arc::new(Providers::from_env([]).unwrap());
        let scripted = Scripted::default().with("echo", move |request| {
            let question = request.messages.last().unwrap().text();
            asked.lock().unwrap().push(question.clone());
            if stuck.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                return futures::stream::pending().boxed();
            }
            echo(request, &question)
        });
        let models = Models::new(egress, providers.clone(), scripted);
        let definitions = Definitions::new(engine.store.clone(), Environment::default());
        Operations::new(engine.store.clone(), engine.producer.clone(), definitions, models, providers)
    }

    async fn dispatch(&self, message: &str) -> OperationAt {
        let ask = Ask {
            message: message.into(),
            payload: None,
            source: Source::Dispatch,
            run_ms: 60_000,
            wait_until: Time::now().plus(60_000),
        };
        let at = self.at();
        let admit = Admit { at: &at, names: &self.names, ask: &ask, key: None, here: None, only_if_free: false };
        match self.operations().sessions().admit(&admit).await.unwrap() {
            Admitted::New { operation, .. } => operation,
            same => panic!("{same:?}"),
        }
    }

    async fn conversation(&self) -> Vec<String> {
        let loaded = self.operations().sessions().load(&self.at()).await.unwrap();
        loaded.progress.history.iter().map(Said::text).collect()
    }

    async fn ended(&self, operation: &OperationAt) -> Option<Ended> {
        self.store.operation(operation).await.unwrap().unwrap().ended
    }

    /// How many messages can be received, and how many later.
    async fn queued(&self) -> (u32, u32) {
        let names = [Name::ApproximateNumberOfMessages, Name::ApproximateNumberOfMessagesDelayed];
        let url = &self.urls.of(Queue::Agents).queue;
        let asked = self.sqs.get_queue_attributes().queue_url(url).attribute_names(Name::All).send().await.unwrap();
        let numbers = names.map(|name| asked.attributes.as_ref().unwrap()[&name].parse().unwrap());
        (numbers[0], numbers[1])
    }
}

/// Answers with the question, and with how many messages there are.
fn echo(request: &ModelRequest, question: &str) -> Answer {
    if question == "fail" {
        let refused = ModelError::new("provider_refused", "The model's provider answered with 400.");
        return futures::stream::iter([Err(refused)]).boxed();
    }
    assert_eq!(request.system, "You are 7.");
    let usage = rookery_domain::Usage { input: 1, output: 2, total_tokens: 3, ..Default::default() };
    let text = format!("{question} at {}", request.messages.len());
    let message = Said { role: Role::Assistant, ..Said::user(text.clone()) };
    let completed = rookery_models::Completed {
        message,
        stop: rookery_domain::Stop::End,
        usage,
        model: request.model.to_string(),
        request_id: None,
    };
    futures::stream::iter([Ok(StreamEvent::Text(text)), Ok(StreamEvent::Done(completed))]).boxed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_dispatched_is_answered_in_order_and_noted_in_the_inbox() {
    let world = World::start().await;
    let (first, failing, third) = (world.dispatch("one").await, world.dispatch("fail").await, world.dispatch("three").await);
    let operator = Operator::new(world.operations());
    // The message of the last one does the work of all.
    operator.handle(Message::wake(&third)).await.unwrap();
    assert_eq!(world.conversation().await, ["one", "one at 1", "three", "three at 3"]);
    let (one, two, three) =
        (world.ended(&first).await.unwrap(), world.ended(&failing).await.unwrap(), world.ended(&third).await.unwrap());
    assert_eq!((one.state.as_str(), one.entries), ("succeeded", (1, 2)));
    assert_eq!((two.state.as_str(), two.entries), ("failed", (3, 4)));
    assert_eq!((three.state.as_str(), three.entries), ("succeeded", (5, 6)));
    assert!(one.outcome.contains(r#""total_tokens":3"#) && one.outcome.contains("demo/echo"), "{}", one.outcome);
    assert!(two.outcome.contains("provider_refused"), "{}", two.outcome);
    for operation in [&first, &failing, &third] {
        operator.handle(Message::guard(operation)).await.unwrap();
    }
    assert_eq!(*world.asked.lock().unwrap(), ["one", "fail", "three"], "nothing is done twice");
    assert_eq!(world.queued().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_one_works_messages_are_acknowledged_and_the_guard_comes_again_later() {
    let world = World::start().await;
    let (first, second) = (world.dispatch("one").await, world.dispatch("two").await);
    world.stuck.store(1, Ordering::SeqCst);
    let worker = Arc::new(Operator::new(world.operations()));
    let (working, wake) = (worker.clone(), Message::wake(&first));
    let work = tokio::spawn(async move { working.handle(wake).await });
    while world.asked.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let other = Operator::new(world.operations());
    for operator in [&*worker, &other] {
        operator.handle(Message::wake(&first)).await.unwrap();
        operator.handle(Message::wake(&second)).await.unwrap();
        operator.handle(Message::guard(&second)).await.unwrap();
        operator.handle(Message::guard(&first)).await.unwrap();
    }
    assert_eq!(world.queued().await, (0, 1), "the guard of what is at work elsewhere");
    assert_eq!(*world.asked.lock().unwrap(), ["one"]);
    work.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_admitted_is_done_although_no_message_was_sent_for_it() {
    let world = World::start().await;
    let (first, second) = (world.dispatch("one").await, world.dispatch("two").await);
    let (engine, operator) = (world.booted().engine, Operator::new(world.operations()));
    assert_eq!(engine.tick(Time::now()).await.unwrap(), 0, "not yet: whoever admitted them sends a message");
    assert_eq!(engine.tick(Time::now().plus(120_000)).await.unwrap(), 2);
    assert_eq!(world.queued().await, (0, 2));
    operator.handle(Message::guard(&first)).await.unwrap();
    assert_eq!(world.conversation().await, ["one", "one at 1", "two", "two at 3"]);
    operator.handle(Message::guard(&second)).await.unwrap();
    // Once that is noted, nobody looks again.
    let third = world.dispatch("three").await;
    operator.handle(Message::wake(&third)).await.unwrap();
    assert_eq!(engine.tick(Time::now().plus(240_000)).await.unwrap(), 0);
}

/// A worker dies at any moment; another process goes on once its lease is over. Here all have one name, as lives of one machine do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_dies_each_operation_is_done_once_and_in_order() {
    const DISPATCHES: usize = 30;
    let world = World::start().await;
    let mut operations = Vec::new();
    for number in 0..DISPATCHES {
        operations.push(world.dispatch(&number.to_string()).await);
    }
    let shared = world.operations();
    let mut lives = 0;
    loop {
        let operator = Operator::new(shared.clone());
        lives += 1;
        let alive = Duration::from_micros(fastrand::u64(500..30_000));
        if let Ok(done) = tokio::time::timeout(alive, operator.handle(Message::wake(&operations[0]))).await {
            done.unwrap();
            break;
        }
    }
    let numbers: Vec<String> = (0..DISPATCHES).map(|number| number.to_string()).collect();
    let questions: Vec<String> = world.conversation().await.into_iter().step_by(2).collect();
    assert_eq!(questions, numbers);
    let mut asked = world.asked.lock().unwrap().clone();
    asked.dedup();
    assert_eq!(asked, numbers, "what was answered is not asked again; {lives} lives");
    for operation in &operations {
        // Whoever died between the end and the note left the note to the message of the operation.
        Operator::new(shared.clone()).handle(Message::guard(operation)).await.unwrap();
        assert_eq!(world.ended(operation).await.unwrap().state, "succeeded");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_ends_with_the_reason() {
    let world = World::start().await;
    let operations = world.operations();
    let operator = Operator::new(operations.clone());
    let unknown = World { names: SessionNames { agent: "nobody".into(), ..world.names.clone() }, ..World::start().await };
    let operation = unknown.dispatch("hello").await;
    Operator::new(unknown.operations()).handle(Message::wake(&operation)).await.unwrap();
    let ended = unknown.ended(&operation).await.unwrap();
    assert!(ended.state == "failed" && ended.outcome.contains("agent_not_found") && ended.entries == (1, 1), "{ended:?}");
    for (text, code) in [
        ("---\nmodel: false\n---\n", "no_model"),
        ("---\nmodel: demo/none\n---\n", "model_unknown"),
        ("---\nmodel: demo/echo\n---\n{{ payload.none | divided_by: 0 }}", "instructions_failed"),
    ] {
        world.define(operations.definitions(), text).await;
        let operation = world.dispatch("hello").await;
        operator.handle(Message::wake(&operation)).await.unwrap();
        let ended = world.ended(&operation).await.unwrap();
        assert!(ended.state == "failed" && ended.outcome.contains(code), "{code}: {ended:?}");
    }
    // What belongs to a deleted project is nobody's.
    let operation = world.dispatch("late").await;
    world.store.delete_project(&world.project).await.unwrap();
    Operator::new(world.operations()).handle(Message::wake(&operation)).await.unwrap();
    assert_eq!(world.ended(&operation).await, None::<Ended>);
}
