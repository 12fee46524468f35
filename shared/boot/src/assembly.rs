//! The one assembly of an engine: from the two AWS clients and the settings of the place. Functions, the local program and tests
//! differ only in their clients and settings.

use rookery_domain::Result;
use rookery_egress::{Egress, Policy};
use rookery_engine::{Engine, Settings};
use rookery_queue::{Producer, QueueUrls, create_queues};
use rookery_store::Store;
use std::sync::Arc;

/// The table's name where [`create`] makes it.
pub const TABLE: &str = "rookery";

/// The clients of the two AWS services. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The client for the table.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The client for the queues.
    pub sqs: aws_sdk_sqs::Client,
}

impl Clients {
    /// Makes the clients from these configurations.
    pub fn new(dynamodb: aws_sdk_dynamodb::Config, sqs: aws_sdk_sqs::Config) -> Self {
        Clients { dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb), sqs: aws_sdk_sqs::Client::from_conf(sqs) }
    }
}

/// What differs from place to place. By default, agents reach only the public internet.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What agents may call.
    pub egress: Policy,
    /// What the engine is told about the place that it runs in.
    pub settings: Settings,
}

/// An engine, and what its process needs beside it.
pub struct Booted {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The engine's client for outside calls.
    pub egress: Egress,
    /// The client for receiving messages.
    pub sqs: aws_sdk_sqs::Client,
    /// The queues.
    pub queues: QueueUrls,
}

/// Makes an engine over a table and queues that exist. No request is made. Must be called on a tokio runtime.
pub fn assemble(clients: Clients, table: &str, queues: QueueUrls, options: Options) -> Booted {
    let store = Store::new(clients.dynamodb, table).among(options.settings.processes);
    let producer = Producer::start(clients.sqs.clone(), &queues);
    let egress = Egress::new(options.egress);
    let engine = Engine::new(store, producer, egress.clone(), options.settings);
    Booted { engine, egress, sqs: clients.sqs, queues }
}

/// Creates the table and the queues where they do not exist: for the local program and tests. On AWS the template does it.
pub async fn create(clients: &Clients) -> Result<QueueUrls> {
    Store::new(clients.dynamodb.clone(), TABLE).create_table().await?;
    create_queues(&clients.sqs).await
}
