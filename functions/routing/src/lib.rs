//! The `routing` function's handler, behind the `route` queue: an event with many targets becomes its deliveries. The work is
//! done by the engine.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{Error, LambdaEvent};
use rookery_engine::{Engine, Router};
use std::sync::Arc;

/// Handles a batch of the `route` queue's event source mapping; the answer lists what failed.
pub async fn handle(engine: Arc<Engine>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    Ok(rookery_queue::handle(Arc::new(Router(engine)), event.payload).await)
}
