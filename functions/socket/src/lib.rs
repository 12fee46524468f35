//! The `socket` function: WebSockets of agents and workflows on AWS. API Gateway holds the connections, and gives the function events.
//!
//! - `gateway.rs`: a handshake, a message, an end. These take moments. A message is only put into a queue, first in, first out for each
//!   connection, since API Gateway waits 29 s, and has the messages of a client handled side by side.
//! - `answers.rs`: a message from that queue is asked of the router, as a request, and what is answered is pushed to the client.
//!
//! What a message means is up to `rookery_api::Socket`, as on one machine.

mod answers;
mod gateway;
mod push;
mod queue;

use axum::Router;
use lambda_runtime::{Error, LambdaEvent};
use push::Push;
use queue::Queue;
use rookery_store::Store;
use serde_json::{Value, json};
use std::sync::Arc;

/// What the function works with.
pub struct Sockets {
    store: Store,
    /// Where a handshake and each message are asked.
    router: Router,
    queue: Queue,
    push: Push,
}

impl Sockets {
    /// Makes what the function works with: its queue has this URL, and `pushes` reaches the stage that has the connections. No request is
    /// made.
    pub fn new(
        store: Store,
        router: Router,
        sqs: aws_sdk_sqs::Client,
        queue: String,
        pushes: aws_sdk_apigatewaymanagement::Client,
    ) -> Self {
        Sockets { store, router, queue: Queue::new(sqs, queue), push: Push(pushes) }
    }
}

/// Handles an event of API Gateway, or a batch of the queue.
pub async fn handle(sockets: Arc<Sockets>, event: LambdaEvent<Value>) -> Result<Value, Error> {
    if event.payload.get("Records").is_some() {
        let answered = answers::answer_all(&sockets, serde_json::from_value(event.payload)?).await;
        return Ok(serde_json::to_value(answered)?);
    }
    let status = gateway::take(&sockets, serde_json::from_value(event.payload)?).await?;
    Ok(json!({"statusCode": status.as_u16()}))
}
