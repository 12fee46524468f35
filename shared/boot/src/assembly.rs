//! The one assembly: from the two AWS clients and what is known of the place to an engine. Functions, the local program and tests
//! differ in their clients and settings only.

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
    /// For the table.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// For the queues.
    pub sqs: aws_sdk_sqs::Client,
}

impl Clients {
    /// As these configurations say.
    pub fn new(dynamodb: aws_sdk_dynamodb::Config, sqs: aws_sdk_sqs::Config) -> Self {
        Clients { dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb), sqs: aws_sdk_sqs::Client::from_conf(sqs) }
    }
}

/// What is decided where it runs. By default, agents reach the public internet only.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What agents may call.
    pub egress: Policy,
    /// What the engine is told of where it runs.
    pub settings: Settings,
}

/// An engine, and what it stands on.
pub struct Booted {
    /// The engine.
    pub engine: Arc<Engine>,
    /// For those who receive messages.
    pub sqs: aws_sdk_sqs::Client,
    /// The queues.
    pub queues: QueueUrls,
}

/// An engine over a table and queues that are there. Makes no request. Must be called on a tokio runtime.
pub fn assemble(clients: Clients, table: &str, queues: QueueUrls, options: Options) -> Booted {
    let store = Store::new(clients.dynamodb, table);
    let producer = Producer::start(clients.sqs.clone(), &queues);
    let engine = Engine::new(store, producer, Egress::new(options.egress), options.settings);
    Booted { engine, sqs: clients.sqs, queues }
}

/// Makes the table and the queues unless they are there: for the local program and tests. On AWS the template does.
pub async fn create(clients: &Clients) -> Result<QueueUrls> {
    Store::new(clients.dynamodb.clone(), TABLE).create_table().await?;
    create_queues(&clients.sqs).await
}
