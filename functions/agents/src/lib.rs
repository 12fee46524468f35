//! The `agents` function's handler, behind the `agents` queue: sessions of persistent agents are worked on. The work is done by
//! `rookery-operations`. (The crate is not named like the function, since `rookery-agents` has the types of agents.)

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use lambda_runtime::{Error, LambdaEvent};
use rookery_operations::Operator;
use std::sync::Arc;

/// Handles a batch of the `agents` queue's event source mapping; the answer lists what failed.
pub async fn handle(operator: Arc<Operator>, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    Ok(rookery_queue::handle(operator, event.payload).await)
}
