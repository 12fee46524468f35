//! The promises, shown at the engine's own surface over real stand-ins.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod approvals;
mod asked;
mod asking;
mod batches;
mod called;
mod callers;
mod chains;
mod collisions;
mod controls;
mod costs;
mod counting;
mod due;
mod emits;
mod faults;
mod faulty;
mod fresh;
mod gone;
mod hot_keys;
mod known;
mod leaving;
mod lists;
mod mailings;
mod many;
mod old_graphs;
mod proofs;
mod purged_projects;
mod purges;
mod records;
mod replays;
mod replies;
mod requests;
mod schedules;
mod served;
mod sessions;
mod tasks;
mod tenants;
mod tokens;
mod unfinished;
mod units;
mod waits;

use aws_sdk_sqs::types::QueueAttributeName as Name;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use counting::{Requests, counting};
use faulty::{Faults, faulty};
use rookery_boot::{Booted, Clients, Options, TABLE};
use rookery_domain::{Error, Result};
use rookery_engine::{ChainBounds, Engine, Settings};
use rookery_queue::{Handler, Message, Queue, QueueUrls};
use rookery_standins::Standins;
use rookery_store::Workflow;
use std::sync::Arc;
use std::time::Duration;

/// Handles a message as a function does: what the handler gathered is written before the message counts as handled.
async fn handle<H: Handler>(handler: &H, message: Message) -> Result<()> {
    let workflow = message.workflow().cloned();
    handler.handle(message).await?;
    let unwritten = handler.write_gathered().await;
    match workflow.is_some_and(|workflow| unwritten.contains(&workflow)) {
        true => Err(Error::unavailable("something is not written")),
        false => Ok(()),
    }
}

/// A server on this machine: its URL.
async fn serve(app: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    url
}

struct World {
    folder: tempfile::TempDir,
    standins: Standins,
    sqs: aws_sdk_sqs::Client,
    urls: QueueUrls,
    /// An engine without faults: it prepares and judges.
    calm: Arc<Engine>,
    /// An engine with faults: the one that is tested.
    tested: Arc<Engine>,
    faults: Arc<Faults>,
}

impl World {
    async fn start(seed: u64) -> World {
        World::on(tempfile::tempdir().unwrap(), seed, Settings::default()).await
    }

    /// A world with the same tables and queues, which goes its own way, and has these bounds of chains.
    async fn copy(&self, chains: ChainBounds) -> World {
        let folder = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.folder.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        World::on(folder, 0, Settings { chains, ..Settings::default() }).await
    }

    async fn on(folder: tempfile::TempDir, seed: u64, settings: Settings) -> World {
        let standins = Standins::start(folder.path()).unwrap();
        let faults = Faults::new(seed, 30);
        let retry = || {
            aws_sdk_dynamodb::config::retry::RetryConfig::standard()
                .with_max_attempts(2)
                .with_initial_backoff(Duration::from_millis(1))
        };
        let dynamodb = standins.dynamodb_config().build();
        let queue = standins.sqs_config().build();
        let clients = Clients::new(dynamodb.clone(), queue.clone());
        let urls = rookery_boot::create(&clients).await.unwrap();
        let options = || Options { settings: settings.clone(), ..Options::default() };
        let assemble = |clients| rookery_boot::assemble(clients, TABLE, urls.clone(), options());
        let Booted { engine: calm, sqs, .. } = assemble(clients);
        let failing = |inner| faulty(inner, faults.clone());
        let dynamodb = dynamodb.to_builder().http_client(failing(dynamodb.http_client().unwrap())).retry_config(retry()).build();
        let queue = queue.to_builder().http_client(failing(queue.http_client().unwrap())).retry_config(retry()).build();
        let Booted { engine: tested, .. } = assemble(Clients::new(dynamodb, queue));
        World { folder, standins, sqs, urls, calm, tested, faults }
    }

    /// An engine whose requests are counted.
    fn counted(&self) -> (Arc<Engine>, Requests) {
        let requests = Requests::default();
        (self.engine(|inner| counting(inner, requests.clone()), Options::default()), requests)
    }

    /// An engine whose requests go through what `wrap` makes of a client.
    fn engine(&self, wrap: impl Fn(SharedHttpClient) -> SharedHttpClient, options: Options) -> Arc<Engine> {
        let (dynamodb, queue) = (self.standins.dynamodb_config().build(), self.standins.sqs_config().build());
        let dynamodb = dynamodb.to_builder().http_client(wrap(dynamodb.http_client().unwrap())).build();
        let queue = queue.to_builder().http_client(wrap(queue.http_client().unwrap())).build();
        rookery_boot::assemble(Clients::new(dynamodb, queue), TABLE, self.urls.clone(), options).engine
    }

    /// A workflow with these options, running.
    async fn started(&self, options: &str) -> Workflow {
        let project = self.calm.store.create_project("promises").await.unwrap();
        let (workflow, result) = self.calm.create_workflow(&project.id, "promises", options).await.unwrap();
        assert_eq!(result.errors, []);
        self.calm.start(&workflow).await.unwrap().0
    }

    /// Messages in all queues, whatever their state.
    async fn messages_left(&self) -> u64 {
        let mut left = 0;
        for queue in Queue::ALL {
            for url in [&self.urls.of(queue).queue, &self.urls.of(queue).dead] {
                let asked = self.sqs.get_queue_attributes().queue_url(url).attribute_names(Name::All).send().await.unwrap();
                let attributes = asked.attributes.unwrap();
                let names = [
                    Name::ApproximateNumberOfMessages,
                    Name::ApproximateNumberOfMessagesNotVisible,
                    Name::ApproximateNumberOfMessagesDelayed,
                ];
                left += names.iter().map(|name| attributes[name].parse::<u64>().unwrap()).sum::<u64>();
            }
        }
        left
    }
}
