//! Folders to damage, and what is left in them.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use rookery_standins::Standins;
use std::collections::{BTreeSet, HashMap};
use std::os::unix::fs::FileExt;
use std::path::Path;
use tempfile::TempDir;

pub(crate) const TABLE: &str = "table";
pub(crate) const ITEMS: usize = 40;

pub(crate) fn clients(standins: &Standins) -> (aws_sdk_dynamodb::Client, aws_sdk_sqs::Client) {
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(standins.dynamodb_config().build());
    (dynamodb, aws_sdk_sqs::Client::from_conf(standins.sqs_config().build()))
}

pub(crate) async fn create_table(dynamodb: &aws_sdk_dynamodb::Client) {
    let attribute =
        |name: &str| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap();
    let key = |name: &str| KeySchemaElement::builder().attribute_name(name).key_type(KeyType::Hash).build().unwrap();
    let projection = Projection::builder().projection_type(ProjectionType::KeysOnly).build();
    let index = GlobalSecondaryIndex::builder().index_name("by-color").key_schema(key("color")).projection(projection);
    dynamodb
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("color"))
        .key_schema(key("pk"))
        .global_secondary_indexes(index.build().unwrap())
        .send()
        .await
        .unwrap();
}

/// Stores items, one after the other, and sends as many messages.
pub(crate) async fn fill(standins: &Standins) {
    let (dynamodb, sqs) = clients(standins);
    create_table(&dynamodb).await;
    let queue = sqs.create_queue().queue_name("queue").send().await.unwrap().queue_url.unwrap();
    for n in 0..ITEMS {
        let text = |text: String| AttributeValue::S(text);
        let put = dynamodb.put_item().table_name(TABLE).item("pk", text(format!("{n:03}"))).item("color", text("red".into()));
        put.item("body", text("x".repeat(1_500))).send().await.unwrap();
        sqs.send_message().queue_url(&queue).message_body(format!("{n:03}")).send().await.unwrap();
    }
}

/// A filled folder, as it is after `kill -9` or after an orderly end.
pub(crate) async fn folder(end: End) -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let standins = Standins::start(data.path()).unwrap();
    fill(&standins).await;
    match end {
        End::Orderly => standins.stop().await,
        End::Killed => {
            let copy = tempfile::tempdir().unwrap();
            for file in std::fs::read_dir(data.path()).unwrap() {
                let file = file.unwrap();
                if !file.file_name().to_str().unwrap().ends_with("-shm") {
                    std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
                }
            }
            standins.stop().await;
            return copy;
        }
    }
    data
}

pub(crate) enum End {
    Orderly,
    Killed,
}

pub(crate) fn refused(data: &Path) -> String {
    Standins::start(data).err().expect("a damaged folder is refused").to_string()
}

/// What a start says, or the check behind it, if anything is wrong. After the check, nothing is answered, and the next start is refused.
pub(crate) async fn refused_or_found(data: &Path) -> Option<String> {
    let standins = match Standins::start(data) {
        Ok(standins) => standins,
        Err(error) => return Some(error.to_string()),
    };
    let damage = standins.checked().await.err()?.to_string();
    assert!(!standins.health().is_checking() && standins.health().fault().is_some());
    let once = aws_sdk_dynamodb::config::retry::RetryConfig::disabled();
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(standins.dynamodb_config().retry_config(once).build());
    assert!(dynamodb.list_tables().send().await.is_err(), "nothing is answered any more");
    standins.stop().await;
    assert_eq!(refused(data), damage);
    Some(damage)
}

pub(crate) async fn keys(dynamodb: &aws_sdk_dynamodb::Client) -> BTreeSet<String> {
    let items = dynamodb.scan().table_name(TABLE).send().await.unwrap().items.unwrap();
    items.iter().map(|item: &HashMap<_, _>| item["pk"].as_s().unwrap().clone()).collect()
}

/// The keys that the index has.
pub(crate) async fn indexed(dynamodb: &aws_sdk_dynamodb::Client) -> BTreeSet<String> {
    let query = dynamodb.query().table_name(TABLE).index_name("by-color").key_condition_expression("color = :c");
    let items = query.expression_attribute_values(":c", AttributeValue::S("red".into())).send().await.unwrap().items.unwrap();
    items.iter().map(|item| item["pk"].as_s().unwrap().clone()).collect()
}

pub(crate) async fn messages(sqs: &aws_sdk_sqs::Client) -> usize {
    let Ok(queue) = sqs.get_queue_url().queue_name("queue").send().await else { return 0 };
    let mut received = 0;
    loop {
        let receive = sqs.receive_message().queue_url(queue.queue_url().unwrap()).max_number_of_messages(10);
        let messages = receive.send().await.unwrap().messages.unwrap_or_default();
        if messages.is_empty() {
            return received;
        }
        received += messages.len();
    }
}

/// Repairs a folder that a start refuses, and starts it: gives the report, the items, and the number of messages that are left.
pub(crate) async fn repaired(data: &Path) -> (String, BTreeSet<String>, usize) {
    let repair = Standins::repair(data).unwrap();
    let told = repair.told.join("\n");
    repair.finish().unwrap();
    let standins = Standins::start(data).unwrap();
    let (dynamodb, sqs) = clients(&standins);
    let tables = dynamodb.list_tables().send().await.unwrap().table_names.unwrap();
    let keys = if tables.is_empty() { BTreeSet::new() } else { keys(&dynamodb).await };
    if !tables.is_empty() {
        assert_eq!(indexed(&dynamodb).await, keys, "the index is of the items that are there");
    }
    let messages = messages(&sqs).await;
    standins.stop().await;
    let again = Standins::repair(data).unwrap();
    assert_eq!((again.told, again.copies.len()), (vec!["The stores are whole: nothing was changed.".to_owned()], 0));
    (told, keys, messages)
}

pub(crate) fn flip(file: &Path, at: u64) {
    let file = std::fs::File::options().read(true).write(true).open(file).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[!byte[0]], at).unwrap();
}

pub(crate) fn length(file: &Path) -> u64 {
    std::fs::metadata(file).unwrap().len()
}
