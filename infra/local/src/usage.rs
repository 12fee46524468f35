//! Counts what the program asks of DynamoDB and SQS, at the SDK clients; `--usage` writes the counts. Prices are not known here.

use anyhow::Context;
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use aws_sdk_sqs::operation::{
    delete_message_batch::DeleteMessageBatchInput, receive_message::ReceiveMessageOutput,
    send_message_batch::SendMessageBatchInput,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef, Input, Output,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, SharedInterceptor, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The counts of one operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Count {
    /// Requests that were sent, also retries, and receives that are still waiting.
    requests: u64,
    /// Calls that ended with an error, like a condition that did not hold. AWS bills units for those, but does not say how many.
    failed: u64,
    /// For SQS: messages that batches sent, received or deleted.
    messages: u64,
    /// Receives that brought no message.
    empty: u64,
    /// DynamoDB's units, for the table and its indexes.
    write_units: f64,
    read_units: f64,
}

/// Counts by service and operation, and the file that they are written to.
#[derive(Debug)]
pub(crate) struct Usage {
    file: PathBuf,
    counts: Mutex<BTreeMap<String, BTreeMap<String, Count>>>,
}

impl Usage {
    pub(crate) fn new(file: PathBuf) -> Arc<Self> {
        Arc::new(Usage { file, counts: Mutex::default() })
    }

    /// The interceptor that counts, for a client's configuration.
    pub(crate) fn counter(self: &Arc<Self>) -> SharedInterceptor {
        SharedInterceptor::permanent(Counter(self.clone()))
    }

    /// Writes the file at every SIGUSR1, until the program stops.
    pub(crate) fn write_on_signal(self: &Arc<Self>, tasks: &TaskTracker, stopping: &CancellationToken) -> anyhow::Result<()> {
        let mut asked = signal(SignalKind::user_defined1()).context("listening for SIGUSR1")?;
        let (usage, stopping) = (self.clone(), stopping.clone());
        tasks.spawn(async move {
            while let Some(Some(())) = stopping.run_until_cancelled(asked.recv()).await {
                usage.write();
            }
        });
        Ok(())
    }

    /// Writes the counts so far. The file is replaced at once, so that no reader sees half of it.
    pub(crate) fn write(&self) {
        let half = self.file.with_added_extension("half");
        let text = serde_json::to_vec_pretty(&*self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        let written = text.map_err(std::io::Error::from).and_then(|text| std::fs::write(&half, text));
        if let Err(error) = written.and_then(|()| std::fs::rename(&half, &self.file)) {
            tracing::warn!(file = %self.file.display(), %error, "usage not written");
        }
    }

    fn count(&self, cfg: &ConfigBag, add: impl FnOnce(&str, &mut Count)) {
        let Some(operation) = cfg.load::<Metadata>() else { return };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let service = counts.entry(operation.service().to_owned()).or_default();
        add(operation.name(), service.entry(operation.name().to_owned()).or_default());
    }
}

#[derive(Debug)]
struct Counter(Arc<Usage>);

#[dyn_dispatch_hint]
impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "usage"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        ask_for_units(context.input_mut());
        self.0.count(cfg, |_, count| count.messages += messages_in(context.input()) as u64);
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.count(cfg, |_, count| count.requests += 1);
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.count(cfg, |operation, count| match context.output_or_error() {
            Some(Ok(output)) => add_output(operation, output, count),
            _ => count.failed += 1,
        });
        Ok(())
    }
}

/// The messages that a request carries.
fn messages_in(input: &Input) -> usize {
    let sent = input.downcast_ref::<SendMessageBatchInput>().map(|input| input.entries().len());
    sent.or_else(|| input.downcast_ref::<DeleteMessageBatchInput>().map(|input| input.entries().len())).unwrap_or(0)
}

fn add_output(operation: &str, output: &Output, count: &mut Count) {
    if let Some(received) = output.downcast_ref::<ReceiveMessageOutput>() {
        count.messages += received.messages().len() as u64;
        count.empty += u64::from(received.messages().is_empty());
    }
    let units: f64 = consumed(output).iter().filter_map(ConsumedCapacity::capacity_units).sum();
    match operation {
        "Query" | "GetItem" | "BatchGetItem" => count.read_units += units,
        _ => count.write_units += units,
    }
}

macro_rules! dynamodb {
    ($($module:ident :: $input:ident -> $output:ident . $slice:ident;)*) => {
        use aws_sdk_dynamodb::operation::{$($module::{$input, $output},)*};

        fn ask_for_units(input: &mut Input) {
            $(if let Some(input) = input.downcast_mut::<$input>() {
                input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
            })*
        }

        /// The capacity that a call took, by table.
        fn consumed(output: &Output) -> &[ConsumedCapacity] {
            $(if let Some(output) = output.downcast_ref::<$output>() {
                return output.consumed_capacity.$slice();
            })*
            &[]
        }
    };
}

dynamodb! {
    put_item::PutItemInput -> PutItemOutput.as_slice;
    update_item::UpdateItemInput -> UpdateItemOutput.as_slice;
    delete_item::DeleteItemInput -> DeleteItemOutput.as_slice;
    get_item::GetItemInput -> GetItemOutput.as_slice;
    query::QueryInput -> QueryOutput.as_slice;
    transact_write_items::TransactWriteItemsInput -> TransactWriteItemsOutput.as_deref_or_empty;
    batch_write_item::BatchWriteItemInput -> BatchWriteItemOutput.as_deref_or_empty;
    batch_get_item::BatchGetItemInput -> BatchGetItemOutput.as_deref_or_empty;
}

/// Batch operations answer with a list of capacities, the others with one.
trait AsDerefOrEmpty {
    fn as_deref_or_empty(&self) -> &[ConsumedCapacity];
}

impl AsDerefOrEmpty for Option<Vec<ConsumedCapacity>> {
    fn as_deref_or_empty(&self) -> &[ConsumedCapacity] {
        self.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
    use rookery_standins::Standins;

    async fn use_dynamodb(standins: &Standins, usage: &Arc<Usage>) {
        let mut config = standins.dynamodb_config();
        config.push_interceptor(usage.counter());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        let table = rookery_store::Store::new(client.clone(), "table");
        table.create_table().await.unwrap();
        let key = |name: &str| [("pk", name), ("sk", "s")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let mut put = client.put_item().table_name("table").item("text", attribute("x".repeat(1500)));
        for (name, value) in key("p") {
            put = put.item(name, attribute(value));
        }
        put.clone().send().await.unwrap();
        put.condition_expression("attribute_not_exists(pk)").send().await.unwrap_err();
        let mut get = client.get_item().table_name("table").consistent_read(true);
        for (name, value) in key("p") {
            get = get.key(name, attribute(value));
        }
        get.send().await.unwrap();
    }

    fn attribute(text: String) -> aws_sdk_dynamodb::types::AttributeValue {
        aws_sdk_dynamodb::types::AttributeValue::S(text)
    }

    async fn use_sqs(standins: &Standins, usage: &Arc<Usage>) {
        let mut config = standins.sqs_config();
        config.push_interceptor(usage.counter());
        let client = aws_sdk_sqs::Client::from_conf(config.build());
        let url = client.create_queue().queue_name("q").send().await.unwrap().queue_url.unwrap();
        let entry = |id: &str| SendMessageBatchRequestEntry::builder().id(id).message_body("hello").build().unwrap();
        client.send_message_batch().queue_url(&url).entries(entry("a")).entries(entry("b")).send().await.unwrap();
        let receive = || client.receive_message().queue_url(&url).max_number_of_messages(10).send();
        receive().await.unwrap();
        receive().await.unwrap();
    }

    #[tokio::test]
    async fn requests_units_and_messages_are_counted_by_operation() {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(&folder.path().join("data")).unwrap();
        let usage = Usage::new(folder.path().join("usage.json"));
        use_dynamodb(&standins, &usage).await;
        use_sqs(&standins, &usage).await;
        usage.write();
        standins.stop().await;

        let written: serde_json::Value = serde_json::from_slice(&std::fs::read(&usage.file).unwrap()).unwrap();
        let of = |service: &str, operation: &str, field: &str| written[service][operation][field].as_f64().unwrap();
        assert_eq!([of("DynamoDB", "PutItem", "requests"), of("DynamoDB", "PutItem", "failed")], [2.0, 1.0]);
        assert_eq!([of("DynamoDB", "PutItem", "write_units"), of("DynamoDB", "PutItem", "read_units")], [2.0, 0.0]);
        assert_eq!(of("DynamoDB", "GetItem", "read_units"), 1.0);
        assert_eq!([of("SQS", "SendMessageBatch", "requests"), of("SQS", "SendMessageBatch", "messages")], [1.0, 2.0]);
        assert_eq!(
            ["requests", "messages", "empty"].map(|field| of("SQS", "ReceiveMessage", field)),
            [2.0, 2.0, 1.0],
            "all at once, then nothing"
        );
    }
}
