//! `kill -9` at random moments: what the stand-ins acknowledged is there once after the restart, and what they deleted stays
//! deleted. The clients keep the ledger; it knows nothing of the files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "conformance/clients.rs"]
mod clients;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType, TransactWriteItem,
};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, QueueAttributeName, SendMessageBatchRequestEntry};
use std::collections::{HashMap, HashSet};
use std::io::BufRead;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const ROUNDS: u64 = 10;
/// The seed of the generator that chooses the moments of death.
const SEED: u64 = 0x5EED;
const VISIBILITY: Duration = Duration::from_secs(5);

/// A stand-in process.
struct Process {
    child: Child,
    clients: Arc<Clients>,
}

/// The clients of one process. They try each request once.
struct Clients {
    dynamodb: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
    queue: String,
}

impl Process {
    async fn start(data: &Path) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_standins")).arg(data).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let urls: HashMap<String, String> = serde_json::from_str(&line).expect("the stand-ins' line of URLs");
        let once = aws_sdk_sqs::config::retry::RetryConfig::disabled();
        let dynamodb = clients::dynamodb_client(&urls["dynamodb"]).config().to_builder().retry_config(once.clone()).build();
        let sqs = clients::sqs_client(&urls["sqs"]).config().to_builder().retry_config(once).build();
        let sqs = aws_sdk_sqs::Client::from_conf(sqs);
        let create = sqs.create_queue().queue_name("crash");
        let create = create.attributes(QueueAttributeName::VisibilityTimeout, VISIBILITY.as_secs().to_string());
        let queue = create.send().await.unwrap().queue_url.unwrap();
        let clients = Clients { dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb), sqs, queue };
        Process { child, clients: Arc::new(clients) }
    }
}

impl Drop for Process {
    /// Kills the process with `kill -9`.
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Clients {
    async fn receive(&self, visibility: Duration) -> Option<Vec<Message>> {
        let receive = self.sqs.receive_message().queue_url(&self.queue).max_number_of_messages(10).wait_time_seconds(1);
        let received = receive.visibility_timeout(visibility.as_secs() as i32).send().await.ok()?;
        Some(received.messages.unwrap_or_default())
    }

    async fn delete(&self, messages: &[Message]) -> Option<()> {
        let entries = messages.iter().enumerate().map(|(i, message)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(i.to_string());
            entry.set_receipt_handle(message.receipt_handle.clone()).build().unwrap()
        });
        let delete = self.sqs.delete_message_batch().queue_url(&self.queue).set_entries(Some(entries.collect()));
        delete.send().await.ok().map(|deleted| assert!(deleted.failed().is_empty()))
    }

    async fn messages_left(&self) -> u64 {
        let get = self.sqs.get_queue_attributes().queue_url(&self.queue).attribute_names(QueueAttributeName::All);
        let attributes = get.send().await.unwrap().attributes.unwrap();
        let count = |name| attributes[&name].parse::<u64>().unwrap();
        count(QueueAttributeName::ApproximateNumberOfMessages) + count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
    }
}

/// What the clients tried, and what they were told.
#[derive(Default)]
struct Ledger {
    /// The keys of items, in groups that were written together.
    put_tried: Vec<Vec<String>>,
    put: HashSet<String>,
    send_tried: HashSet<String>,
    sent: HashSet<String>,
    delete_tried: HashSet<String>,
    deleted: HashSet<String>,
}

type Shared = Arc<Mutex<Ledger>>;

/// Writes items one by one, or two in a transaction, until a request fails.
async fn write_items(clients: Arc<Clients>, ledger: Shared, writer: String, together: usize) {
    for n in 0.. {
        let keys: Vec<String> = (0..together).map(|part| format!("{writer}-{n}-{part}")).collect();
        ledger.lock().unwrap().put_tried.push(keys.clone());
        let item = |key: &String| Some(HashMap::from([("pk".to_owned(), AttributeValue::S(key.clone()))]));
        let done = if let [key] = &keys[..] {
            clients.dynamodb.put_item().table_name("crash").set_item(item(key)).send().await.is_ok()
        } else {
            let put = |key| Put::builder().table_name("crash").set_item(item(key)).build().unwrap();
            let puts = keys.iter().map(|key| TransactWriteItem::builder().put(put(key)).build()).collect();
            clients.dynamodb.transact_write_items().set_transact_items(Some(puts)).send().await.is_ok()
        };
        if !done {
            return;
        }
        ledger.lock().unwrap().put.extend(keys);
    }
}

/// Sends batches until a request fails.
async fn send_messages(clients: Arc<Clients>, ledger: Shared, sender: String, together: usize) {
    for n in 0.. {
        let bodies: Vec<String> = (0..together).map(|part| format!("{sender}-{n}-{part}")).collect();
        ledger.lock().unwrap().send_tried.extend(bodies.iter().cloned());
        let entry = |body: &String| SendMessageBatchRequestEntry::builder().id(body).message_body(body).build().unwrap();
        let send =
            clients.sqs.send_message_batch().queue_url(&clients.queue).set_entries(Some(bodies.iter().map(entry).collect()));
        match send.send().await {
            Ok(sent) => assert!(sent.failed().is_empty()),
            Err(_) => return,
        }
        ledger.lock().unwrap().sent.extend(bodies);
    }
}

/// Receives and deletes until a request fails.
async fn consume(clients: Arc<Clients>, ledger: Shared) {
    loop {
        let asked = Instant::now();
        let gone = ledger.lock().unwrap().deleted.clone();
        let Some(messages) = clients.receive(VISIBILITY).await else { return };
        let bodies: Vec<String> = messages.iter().map(|message| message.body.clone().unwrap()).collect();
        assert!(bodies.iter().all(|body| !gone.contains(body)), "deleted, and received again: {bodies:?}");
        if messages.is_empty() {
            continue;
        }
        ledger.lock().unwrap().delete_tried.extend(bodies.iter().cloned());
        if clients.delete(&messages).await.is_none() {
            return;
        }
        // Later than this, the handle may be an old one, whose deletion is answered but not done.
        if asked.elapsed() < VISIBILITY {
            ledger.lock().unwrap().deleted.extend(bodies);
        }
    }
}

/// Runs all clients until the process dies.
async fn round(process: Process, ledger: &Shared, round: u64, life: Duration) {
    let mut running = JoinSet::new();
    for i in 0..4 {
        running.spawn(write_items(process.clients.clone(), ledger.clone(), format!("{round}-{i}"), 1 + i % 2));
        running.spawn(send_messages(process.clients.clone(), ledger.clone(), format!("{round}-{i}"), 1 + 3 * (i % 2)));
    }
    running.spawn(consume(process.clients.clone(), ledger.clone()));
    running.spawn(consume(process.clients.clone(), ledger.clone()));
    tokio::time::sleep(life).await;
    drop(process);
    running.join_all().await;
}

async fn create_table(dynamodb: &aws_sdk_dynamodb::Client) {
    let attribute = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S).build().unwrap();
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let create = dynamodb.create_table().table_name("crash").billing_mode(BillingMode::PayPerRequest);
    create.attribute_definitions(attribute).key_schema(key).send().await.unwrap();
}

async fn stored_keys(dynamodb: &aws_sdk_dynamodb::Client) -> HashSet<String> {
    let mut pages = dynamodb.scan().table_name("crash").consistent_read(true).into_paginator().items().send();
    let mut keys = HashSet::new();
    while let Some(item) = pages.next().await {
        keys.insert(item.unwrap()["pk"].as_s().unwrap().clone());
    }
    keys
}

/// All messages that are left; each is received once and deleted.
async fn drain(clients: &Clients) -> Vec<String> {
    let mut bodies = Vec::new();
    while clients.messages_left().await > 0 {
        let messages = clients.receive(Duration::from_secs(600)).await.unwrap();
        if !messages.is_empty() {
            clients.delete(&messages).await.unwrap();
        }
        bodies.extend(messages.into_iter().map(|message| message.body.unwrap()));
    }
    bodies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() {
    let data = tempfile::tempdir().unwrap();
    let ledger = Shared::default();
    let mut random = SEED;
    for number in 0..ROUNDS {
        let process = Process::start(data.path()).await;
        if number == 0 {
            create_table(&process.clients.dynamodb).await;
        }
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        round(process, &ledger, number, Duration::from_millis(100 + (random >> 33) % 500)).await;
    }

    let process = Process::start(data.path()).await;
    let ledger = Arc::into_inner(ledger).unwrap().into_inner().unwrap();
    let stored = stored_keys(&process.clients.dynamodb).await;
    let lost: Vec<_> = ledger.put.difference(&stored).collect();
    assert!(lost.is_empty(), "items acknowledged and lost: {lost:?}");
    let half = ledger
        .put_tried
        .iter()
        .filter(|keys| keys.iter().any(|key| stored.contains(key)) && !keys.iter().all(|key| stored.contains(key)));
    assert_eq!(half.count(), 0, "transactions done by half");

    let drained = drain(&process.clients).await;
    let left: HashSet<String> = drained.iter().cloned().collect();
    assert_eq!(left.len(), drained.len(), "a message twice");
    assert!(left.is_subset(&ledger.send_tried), "a message that nobody sent");
    let back: Vec<_> = left.intersection(&ledger.deleted).collect();
    assert!(back.is_empty(), "deleted messages came back: {back:?}");
    let accounted = |body: &&String| left.contains(*body) || ledger.delete_tried.contains(*body);
    let lost: Vec<_> = ledger.sent.iter().filter(|body| !accounted(body)).collect();
    assert!(lost.is_empty(), "messages acknowledged and lost: {lost:?}");

    // A test without requests in flight at a kill would show nothing.
    let cut_off = ledger.send_tried.len() - ledger.sent.len();
    assert!(
        ledger.put.len() > 100 && ledger.sent.len() > 100 && ledger.deleted.len() > 100 && cut_off > 0,
        "too little was done"
    );
    println!(
        "{} items, {} messages sent, {} deleted, {} left",
        ledger.put.len(),
        ledger.sent.len(),
        ledger.deleted.len(),
        left.len()
    );
}
