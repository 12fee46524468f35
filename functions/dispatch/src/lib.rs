//! The `dispatch` function's handler, behind the `deliver` queue: a delivery, timer or check wakes its agent, and its effects are
//! committed. The work is done by the engine.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{Error, LambdaEvent};
use rookery_engine::{Dispatcher, Engine};
use std::sync::Arc;

/// Handles a batch of the `deliver` queue's event source mapping; the answer lists what failed.
pub async fn handle(engine: Arc<Engine>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    Ok(rookery_queue::handle(Arc::new(Dispatcher(engine)), event.payload).await)
}
