//! A world for the work on sessions: several processes on one table, and a model that does as it is told.
#![allow(dead_code)] // Each file of tests uses a part of it.

use aws_sdk_sqs::types::QueueAttributeName as Name;
use futures::StreamExt;
use futures::stream::iter;
use rookery_boot::{Booted, Clients, Options, TABLE};
use rookery_domain::{Message as Said, OperationAt, ProjectId, Role, SessionAt, Stop, Time, Usage};
use rookery_models::{Answer, Completed, ModelError, ModelRequest, Models, Providers, Retry, Scripted, StreamEvent, Told};
use rookery_operations::{Operations, Operator};
use rookery_queue::{Handler, Message, Queue, QueueUrls};
use rookery_sessions::admit::{Admit, Admitted};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::definition::{self, Definitions, Environment};
use rookery_sessions::ports::{Frame, OpError, PromptAsk, Reply, Running};
use rookery_standins::Standins;
use rookery_store::{DefinitionSource, Ended, SessionNames, Store};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// A table, its queues, and a model that says what it was asked.
pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) standins: Standins,
    pub(crate) urls: QueueUrls,
    pub(crate) store: Store,
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) project: ProjectId,
    pub(crate) names: SessionNames,
    /// The questions that the model was asked, in order.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
    /// How many calls of the model are to be held up for ever.
    pub(crate) stuck: Arc<AtomicUsize>,
    /// How many calls of the model fail since its provider is down.
    pub(crate) down: Arc<AtomicUsize>,
    /// So many answers to `hold ...` may come to their end.
    pub(crate) go: Arc<Semaphore>,
}

impl World {
    pub(crate) async fn start() -> World {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let clients = Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build());
        let urls = rookery_boot::create(&clients).await.unwrap();
        let store = Store::new(clients.dynamodb, TABLE);
        let project = store.create_project("default").await.unwrap().id;
        let names = SessionNames { agent: "guide".into(), instance: "7".into(), session: "default".into() };
        let (asked, stuck, down) = Default::default();
        let go = Arc::new(Semaphore::new(0));
        let world = World { _folder: folder, standins, urls, store, sqs: clients.sqs, project, names, asked, stuck, down, go };
        let definitions = Definitions::new(world.store.clone(), Environment::default());
        world.define(&definitions, "---\nmodel: demo/echo\n---\nYou are {{ id }}.").await;
        world
    }

    pub(crate) async fn define(&self, definitions: &Definitions, text: &str) {
        let source = definition::Source { text: text.into(), ..Default::default() };
        let name = self.names.agent.parse().unwrap();
        let (_, judged) = definitions.save(&self.project, &name, &source, DefinitionSource::Api, None).await.unwrap();
        assert_eq!(judged.errors, []);
    }

    pub(crate) fn at(&self) -> SessionAt {
        SessionAt { project: self.project.clone(), key: self.names.key() }
    }

    /// Another process.
    pub(crate) fn booted(&self) -> Booted {
        let clients = Clients::new(self.standins.dynamodb_config().build(), self.standins.sqs_config().build());
        rookery_boot::assemble(clients, TABLE, self.urls.clone(), Options::default())
    }

    /// The work on sessions of another process.
    pub(crate) fn operations(&self) -> Operations {
        let Booted { engine, egress, .. } = self.booted();
        let (asked, stuck, go) = (self.asked.clone(), self.stuck.clone(), self.go.clone());
        let down = self.down.clone();
        let providers = Arc::new(Providers::from_env([]).unwrap());
        let scripted = Scripted::default().with("echo", move |request| {
            let question = request.messages.last().unwrap().text();
            asked.lock().unwrap().push(question.clone());
            if stuck.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                return futures::stream::pending().boxed();
            }
            if down.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                let told = Told { status: Some(529), code: Some("overloaded".into()), request_id: None, text: "Busy.".into() };
                let retry = Retry::After(Duration::from_secs(40));
                let error = ModelError { provider: Some(told), retry, ..ModelError::new("provider_unavailable", "It is down.") };
                return iter([Err(error)]).boxed();
            }
            match question.starts_with("hold") {
                true => hold(request, &question, go.clone()),
                false => echo(request, &question),
            }
        });
        let models = Models::new(egress, providers.clone(), scripted);
        let definitions = Definitions::new(engine.store.clone(), Environment::default());
        Operations::new(engine.sessions.clone(), definitions, models, providers)
    }

    pub(crate) async fn dispatch(&self, message: &str) -> OperationAt {
        let ask = Ask {
            message: message.into(),
            payload: None,
            source: Source::Dispatch,
            run_ms: 600_000,
            wait_until: Time::now().plus(60_000),
        };
        let at = self.at();
        let admit = Admit { at: &at, names: &self.names, ask: &ask, key: None, here: None, only_if_free: false };
        match self.operations().sessions().admit(&admit).await.unwrap() {
            Admitted::New { operation, .. } => operation,
            same => panic!("{same:?}"),
        }
    }

    /// A prompt to the session.
    pub(crate) fn prompt(&self, message: &str) -> PromptAsk {
        let (project, names) = (self.project.clone(), self.names.clone());
        PromptAsk { project, names, message: message.into(), on_busy: None, key: None }
    }

    /// Waits until the model was asked this.
    pub(crate) async fn was_asked(&self, question: &str) {
        while !self.asked.lock().unwrap().iter().any(|asked| asked == question) {
            tokio::task::yield_now().await;
        }
    }

    /// Takes the messages that can be received off the queue.
    pub(crate) async fn take_messages(&self) -> Vec<Message> {
        let (url, mut messages) = (&self.urls.of(Queue::Agents).queue, Vec::new());
        while self.queued().await.0 > 0 {
            let received = self.sqs.receive_message().queue_url(url).max_number_of_messages(10).send().await.unwrap();
            for message in received.messages.unwrap_or_default() {
                let handle = message.receipt_handle.unwrap();
                self.sqs.delete_message().queue_url(url).receipt_handle(handle).send().await.unwrap();
                messages.push(Message::decode(&message.body.unwrap()).unwrap());
            }
        }
        messages
    }

    /// Handles the messages of the queue like a deployed function does, until the task is aborted.
    pub(crate) fn work(&self, operations: Operations) -> JoinHandle<()> {
        let (sqs, url, operator) = (self.sqs.clone(), self.urls.of(Queue::Agents).queue.clone(), Operator::new(operations));
        let operator = Arc::new(operator);
        tokio::spawn(async move {
            loop {
                let received = sqs.receive_message().queue_url(&url).max_number_of_messages(10).wait_time_seconds(1);
                for message in received.send().await.unwrap().messages.unwrap_or_default() {
                    let (sqs, url, operator) = (sqs.clone(), url.clone(), operator.clone());
                    tokio::spawn(async move {
                        operator.handle(Message::decode(&message.body.unwrap()).unwrap()).await.unwrap();
                        let deleted = sqs.delete_message().queue_url(url).receipt_handle(message.receipt_handle.unwrap());
                        deleted.send().await.unwrap();
                    });
                }
            }
        })
    }

    pub(crate) async fn conversation(&self) -> Vec<String> {
        let loaded = self.operations().sessions().load(&self.at()).await.unwrap();
        loaded.progress.history.iter().map(Said::text).collect()
    }

    pub(crate) async fn ended(&self, operation: &OperationAt) -> Option<Ended> {
        self.store.operation(operation).await.unwrap().unwrap().ended
    }

    /// How many messages can be received, and how many later.
    pub(crate) async fn queued(&self) -> (u32, u32) {
        let names = [Name::ApproximateNumberOfMessages, Name::ApproximateNumberOfMessagesDelayed];
        let url = &self.urls.of(Queue::Agents).queue;
        let asked = self.sqs.get_queue_attributes().queue_url(url).attribute_names(Name::All).send().await.unwrap();
        let numbers = names.map(|name| asked.attributes.as_ref().unwrap()[&name].parse().unwrap());
        (numbers[0], numbers[1])
    }
}

/// Says a part of the answer, and the rest when it may.
fn hold(request: &ModelRequest, question: &str, go: Arc<Semaphore>) -> Answer {
    let begin = iter([Ok(StreamEvent::Text("held ".to_owned()))]);
    let completed = completed(request, format!("held {question}"));
    let end = futures::stream::once(async move {
        go.acquire_owned().await.unwrap().forget();
        Ok(StreamEvent::Done(completed))
    });
    begin.chain(end).boxed()
}

/// Answers with the question, and with how many messages there are.
fn echo(request: &ModelRequest, question: &str) -> Answer {
    if question == "fail" {
        let refused = ModelError::new("provider_refused", "The model's provider answered with 400.");
        return iter([Err(refused)]).boxed();
    }
    assert_eq!(request.system, "You are 7.");
    let text = format!("{question} at {}", request.messages.len());
    let words: Vec<_> = text.split_inclusive(' ').map(|word| Ok(StreamEvent::Text(word.to_owned()))).collect();
    iter(words).chain(iter([Ok(StreamEvent::Done(completed(request, text)))])).boxed()
}

fn completed(request: &ModelRequest, text: String) -> Completed {
    let message = Said { role: Role::Assistant, ..Said::user(text) };
    let usage = Usage { input: 1, output: 2, total_tokens: 3, ..Usage::default() };
    Completed { message, stop: Stop::End, usage, model: request.model.to_string(), request_id: None }
}

/// What the caller of a prompt saw: the pieces of text, and how it ended.
pub(crate) async fn seen(running: Running) -> (Vec<String>, Result<Reply, OpError>) {
    let frames: Vec<Frame> = running.frames.collect().await;
    assert_eq!(frames.first(), Some(&Frame::Start));
    let mut texts = Vec::new();
    let mut ends = Vec::new();
    for frame in frames {
        assert!(ends.is_empty(), "{frame:?} after the end");
        match frame {
            Frame::Start => {}
            Frame::Delta(text) => texts.push(text),
            Frame::End(reply) => ends.push(Ok(reply)),
            Frame::Error(error) => ends.push(Err(error)),
            Frame::ToolStart(_) | Frame::ToolEnd { .. } => panic!("{frame:?}"),
        }
    }
    (texts, ends.pop().expect("an end"))
}

/// The text of the answer.
pub(crate) async fn answer(running: Running) -> String {
    let (texts, end) = seen(running).await;
    let text = end.unwrap().text;
    assert_eq!(texts.concat(), text);
    text
}
