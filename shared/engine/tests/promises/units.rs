//! An HTTP client for the SDKs that counts DynamoDB's units for each partition key, of the table and of its indexes. Units follow from the
//! sizes of items, as the capacity tests of the stand-in show them: a write unit for each kilobyte, a read unit for 4 KB, an entry of an
//! index at least a write unit, and twice as much in a transaction.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

/// A partition, as `table PK`, `recent RP` or `due DP`.
pub(crate) type Partition = String;

/// Units by partition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Used {
    pub(crate) writes: f64,
    pub(crate) reads: f64,
}

/// The units that clients used so far, together. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    used: BTreeMap<Partition, Used>,
    /// The entries of items in the indexes, by the items' keys: what an update moves or removes is not in its request.
    entries: HashMap<(String, String), Vec<Entry>>,
}

/// An entry of an index: its partition, and its place there.
type Entry = (Partition, String);

impl Units {
    /// Takes what was counted since the last time.
    pub(crate) fn take(&self) -> BTreeMap<Partition, Used> {
        std::mem::take(&mut self.0.lock().unwrap().used)
    }

    /// A client whose requests are counted.
    pub(crate) fn metered(&self, inner: SharedHttpClient) -> SharedHttpClient {
        let units = self.clone();
        http_client_fn(move |settings: &HttpConnectorSettings, components: &RuntimeComponents| {
            let inner = SharedHttpClient::http_connector(&inner, settings, components);
            SharedHttpConnector::new(Metered { inner, units: units.clone() })
        })
    }

    fn count(&self, operation: &str, request: &Value, answer: &Value) {
        let mut counted = self.0.lock().unwrap();
        match operation {
            "PutItem" => counted.write(&request["Item"], Some(&request["Item"]), 1.0),
            "UpdateItem" => counted.write(&request["Key"], Some(&answer["Attributes"]), 1.0),
            "DeleteItem" => counted.write(&request["Key"], Some(&Value::Null), 1.0),
            "BatchWriteItem" => {
                for write in request["RequestItems"].as_object().unwrap().values().flat_map(|writes| writes.as_array().unwrap()) {
                    counted.write(&write["PutRequest"]["Item"], Some(&write["PutRequest"]["Item"]), 1.0);
                }
            }
            "TransactWriteItems" => {
                for item in request["TransactItems"].as_array().unwrap() {
                    match (&item["Put"]["Item"], &item["Update"]["Key"]) {
                        (Value::Null, key) => counted.write(key, None, 2.0),
                        (item, _) => counted.write(item, Some(item), 2.0),
                    }
                }
            }
            "BatchGetItem" => {
                for (table, asked) in request["RequestItems"].as_object().unwrap() {
                    let found = answer["Responses"][table].as_array().unwrap();
                    for key in asked["Keys"].as_array().unwrap() {
                        let item = found.iter().find(|item| item["pk"] == key["pk"] && item["sk"] == key["sk"]);
                        counted.read(format!("table {}", text(&key["pk"])), item.map_or(0, size), 1.0);
                    }
                }
            }
            "Query" => {
                let index = request["IndexName"].as_str();
                let found = answer["Items"].as_array().unwrap().iter().map(size).sum();
                let partition = format!("{} {}", index.unwrap_or("table"), text(&request["ExpressionAttributeValues"][":pk"]));
                counted.read(partition, found, if index.is_none() { 1.0 } else { 0.5 });
            }
            other => panic!("{other} is not counted yet"),
        }
    }
}

impl Counted {
    /// Counts the write of an item with this key, after which the item is `now`: `None` where that is not known, and its entries are as before.
    fn write(&mut self, key: &Value, now: Option<&Value>, factor: f64) {
        let key = (text(&key["pk"]), text(&key["sk"]));
        let bytes = now.map_or(0, size);
        self.add_writes(format!("table {}", key.0), factor * units(bytes, 1024));
        let Some(now) = now else { return };
        let indexes = [("recent", "rp", "rs"), ("due", "dp", "da")];
        let entries = indexes.into_iter().filter(|(_, partition, _)| !now[partition].is_null());
        let entries: Vec<Entry> = entries
            .map(|(index, partition, sort)| (format!("{index} {}", text(&now[partition])), now[sort].to_string()))
            .collect();
        let before = self.entries.insert(key, entries.clone()).unwrap_or_default();
        let changed =
            entries.iter().filter(|entry| !before.contains(entry)).chain(before.iter().filter(|entry| !entries.contains(entry)));
        changed.for_each(|(partition, _)| self.add_writes(partition.clone(), factor));
    }

    fn add_writes(&mut self, partition: Partition, units: f64) {
        self.used.entry(partition).or_default().writes += units;
    }

    fn read(&mut self, partition: Partition, bytes: usize, factor: f64) {
        self.used.entry(partition).or_default().reads += factor * units(bytes, 4096);
    }
}

fn units(bytes: usize, each: usize) -> f64 {
    bytes.div_ceil(each).max(1) as f64
}

/// The text of an attribute of the type S.
fn text(value: &Value) -> String {
    value["S"].as_str().unwrap_or_default().to_owned()
}

/// The bytes of an item, as DynamoDB counts them.
fn size(item: &Value) -> usize {
    item.as_object().into_iter().flatten().map(|(name, value)| name.len() + bytes(value)).sum()
}

fn bytes(value: &Value) -> usize {
    let of = |kind: &str, text: &str| match kind {
        "B" => text.len() / 4 * 3,
        "N" => text.len() / 2 + 1,
        _ => text.len(),
    };
    let parts = value.as_object().into_iter().flatten();
    let size = |(kind, value): (&String, &Value)| match value {
        Value::String(text) => of(kind, text),
        Value::Array(list) => 3 + list.iter().map(|value| 1 + bytes(value)).sum::<usize>(),
        _ => 1,
    };
    parts.map(size).sum()
}

#[derive(Clone, Debug)]
struct Metered {
    inner: SharedHttpConnector,
    units: Units,
}

impl HttpConnector for Metered {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let asked = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or_default();
        let (inner, units) = (self.inner.clone(), self.units.clone());
        HttpConnectorFuture::new(async move {
            let answer = inner.call(request).await?;
            if let (Some(("DynamoDB_20120810", operation)), true) = (target.split_once('.'), answer.status().is_success()) {
                units.count(operation, &asked, &serde_json::from_slice(answer.body().bytes().unwrap()).unwrap());
            }
            Ok(answer)
        })
    }
}
