//! The operations: each one's JSON is read, checked, and handed to the broker. Answers and errors of the API are made here; what
//! an operation does is in `queues`.

use super::broker::Broker;
use super::error::{Code, Error};
use super::message::{Millis, Receipt, md5_of_attributes, md5_of_body};
use super::queues::Queues;
use super::{check, wire};
use axum::body::Bytes;
use axum::http::Response;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The URL of a queue without its name. Clients send requests to their endpoint, and name the queue by its whole URL.
const QUEUE_URLS: &str = "http://sqs.standin/000000000000/";

/// Runs an operation and makes its answer.
pub(super) async fn answer(broker: Broker, operation: String, body: Bytes) -> Response<String> {
    match (Api { broker }).operation(&operation, &body).await {
        Ok(answer) => Response::new(answer),
        Err(error) => error.response(),
    }
}

struct Api {
    broker: Broker,
}

impl Api {
    async fn operation(&self, name: &str, body: &[u8]) -> Result<String, Error> {
        let answer = match name {
            "CreateQueue" => self.create_queue(read(body)?).await?,
            "GetQueueUrl" => self.queue_url(read(body)?).await?,
            "ListQueues" => self.list_queues(read(body)?).await?,
            "StartMessageMoveTask" => self.start_move(read(body)?).await?,
            _ => return self.queue_operation(name, body).await,
        };
        Ok(answer.to_string())
    }

    /// The operations on one queue, which they name by its URL.
    async fn queue_operation(&self, name: &str, body: &[u8]) -> Result<String, Error> {
        let target = || check::queue_of_url(&read::<wire::Target>(body)?.queue_url);
        let answer = match name {
            "ReceiveMessage" => return self.receive(target()?, read(body)?, read(body)?).await,
            "SendMessage" => self.single(target()?, read(body)?, send).await?,
            "SendMessageBatch" => self.send_batch(target()?, read(body)?).await?,
            "DeleteMessage" => self.single(target()?, read(body)?, delete).await?,
            "DeleteMessageBatch" => self.batch(target()?, read(body)?, delete).await?,
            "ChangeMessageVisibility" => self.single(target()?, read(body)?, change_visibility).await?,
            "ChangeMessageVisibilityBatch" => self.batch(target()?, read(body)?, change_visibility).await?,
            "GetQueueAttributes" => self.attributes(target()?, read(body)?).await?,
            "SetQueueAttributes" => {
                let (queue, request) = (target()?, read::<wire::SetAttributes>(body)?);
                self.broker.call(move |queues, now| queues.configure(&queue, &request.attributes, now)).await?;
                json!({})
            }
            "PurgeQueue" => {
                let queue = target()?;
                self.broker.call(move |queues, _| queues.queue(&queue).map(|(queue, journal)| queue.clear(journal))).await?;
                json!({})
            }
            "DeleteQueue" => {
                let queue = target()?;
                self.broker.call(move |queues, _| queues.drop_queue(&queue)).await?;
                json!({})
            }
            _ => return Err(Error::new(Code::InvalidAction, format!("The operation {name:?} is not one of this stand-in's."))),
        };
        Ok(answer.to_string())
    }

    async fn create_queue(&self, request: wire::CreateQueue) -> Result<Value, Error> {
        check::queue_name(&request.queue_name)?;
        let url = format!("{QUEUE_URLS}{}", request.queue_name);
        self.broker.call(move |queues, now| queues.create(&request.queue_name, &request.attributes, now)).await?;
        Ok(json!({"QueueUrl": url}))
    }

    async fn queue_url(&self, request: wire::QueueName) -> Result<Value, Error> {
        let url = format!("{QUEUE_URLS}{}", request.queue_name);
        self.broker.call(move |queues, _| queues.get(&request.queue_name).map(|_| ())).await?;
        Ok(json!({"QueueUrl": url}))
    }

    /// Gives pages only if `MaxResults` is set; the token is the last name of the page.
    async fn list_queues(&self, request: wire::ListQueues) -> Result<Value, Error> {
        let names: Vec<String> = self.broker.call(|queues, _| Ok(queues.names().cloned().collect())).await?;
        let after = request.next_token.unwrap_or_default();
        let mut names: Vec<String> =
            names.into_iter().filter(|name| *name > after && name.starts_with(&request.queue_name_prefix)).collect();
        let limit = request.max_results.unwrap_or(names.len());
        let more = names.len() > limit;
        names.truncate(limit);
        let urls: Vec<String> = names.iter().map(|name| format!("{QUEUE_URLS}{name}")).collect();
        Ok(match names.last() {
            Some(last) if more => json!({"QueueUrls": urls, "NextToken": last}),
            _ => json!({"QueueUrls": urls}),
        })
    }

    async fn attributes(&self, queue: String, request: wire::GetAttributes) -> Result<Value, Error> {
        let mut attributes = self.broker.call(move |queues, _| queues.attributes(&queue)).await?;
        let wanted = request.attribute_names;
        attributes.retain(|name, _| wanted.iter().any(|wanted| wanted == name || wanted == "All"));
        Ok(json!({"Attributes": attributes}))
    }

    async fn start_move(&self, request: wire::StartMove) -> Result<Value, Error> {
        let moved =
            move |queues: &mut Queues, now| queues.move_messages(&request.source_arn, request.destination_arn.as_deref(), now);
        self.broker.call(moved).await?;
        Ok(json!({"TaskHandle": uuid::Uuid::now_v7().to_string()}))
    }

    async fn receive(&self, queue: String, request: wire::Receive, wanted: wire::Wanted) -> Result<String, Error> {
        check::in_range("MaxNumberOfMessages", request.max_number_of_messages, 1..=10)?;
        check::in_range("VisibilityTimeout", request.visibility_timeout, 0..=43_200)?;
        check::in_range("WaitTimeSeconds", request.wait_time_seconds, 0..=20)?;
        let max = request.max_number_of_messages.unwrap_or(1) as usize;
        let (visibility, wait) = (request.visibility_timeout, request.wait_time_seconds);
        let received = self.broker.receive(queue, max, visibility, request.pass_over, wait).await?;
        // Nothing is awaited from here on, so whoever waited for this answer is still there.
        let messages = received.accept();
        let messages = messages.iter().map(|message| wire::ReceivedMessage::new(message, &wanted)).collect();
        serde_json::to_string(&wire::ReceivedMessages { messages })
            .map_err(|error| Error::new(Code::InternalFailure, error.to_string()))
    }

    async fn single<E: Send + 'static>(&self, queue: String, entry: E, apply: Apply<E>) -> Result<Value, Error> {
        self.broker.call(move |queues, now| apply(queues, &queue, entry, now)).await
    }

    async fn send_batch(&self, queue: String, request: wire::Batch<wire::Send>) -> Result<Value, Error> {
        let bytes: usize = request.entries.iter().map(wire::Send::size).sum();
        if bytes > check::MAX_BATCH_BYTES {
            let message =
                format!("Batch requests cannot be longer than {} bytes. You have sent {bytes} bytes.", check::MAX_BATCH_BYTES);
            return Err(Error::new(Code::BatchRequestTooLong, message));
        }
        self.batch(queue, request, send).await
    }

    /// Applies each entry separately: some may fail while others do not.
    async fn batch<E: wire::Entry + Send + 'static>(
        &self,
        queue: String,
        request: wire::Batch<E>,
        apply: Apply<E>,
    ) -> Result<Value, Error> {
        check::batch(&request.entries)?;
        let work = move |queues: &mut Queues, now| {
            queues.get(&queue)?;
            let (mut successful, mut failed) = (Vec::new(), Vec::new());
            for entry in request.entries {
                let id = entry.id().to_owned();
                match apply(queues, &queue, entry, now) {
                    Ok(mut answer) => {
                        answer["Id"] = id.into();
                        successful.push(answer);
                    }
                    Err(Error { code, message }) => failed.push(
                        json!({"Id": id, "Code": code.query_name(), "Message": message, "SenderFault": code.sender_fault()}),
                    ),
                }
            }
            Ok(json!({"Successful": successful, "Failed": failed}))
        };
        self.broker.call(work).await
    }
}

/// What an operation on one message does to a queue, and its answer.
type Apply<E> = fn(&mut Queues, &str, E, Millis) -> Result<Value, Error>;

fn send(queues: &mut Queues, queue: &str, entry: wire::Send, now: Millis) -> Result<Value, Error> {
    let delay = entry.delay_seconds;
    let content = check::content(entry, now)?;
    let mut answer = json!({"MessageId": content.id.to_string(), "MD5OfMessageBody": md5_of_body(&content.body)});
    if let Some(digest) = md5_of_attributes(content.attributes.iter()) {
        answer["MD5OfMessageAttributes"] = digest.into();
    }
    queues.send(queue, content, delay, now)?;
    Ok(answer)
}

fn delete(queues: &mut Queues, queue: &str, entry: wire::Delete, _: Millis) -> Result<Value, Error> {
    queues.delete(queue, entry.receipt_handle.parse()?)?;
    Ok(json!({}))
}

fn change_visibility(queues: &mut Queues, queue: &str, entry: wire::ChangeVisibility, now: Millis) -> Result<Value, Error> {
    check::in_range("VisibilityTimeout", Some(entry.visibility_timeout), 0..=43_200)?;
    let receipt: Receipt = entry.receipt_handle.parse()?;
    queues.change_visibility(queue, receipt, entry.visibility_timeout, now)?;
    Ok(json!({}))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let invalid =
        |error: serde_json::Error| Error::new(Code::InvalidParameterValue, format!("The request cannot be read: {error}."));
    serde_json::from_slice(body).map_err(invalid)
}
