//! The `schedule` function's handler, woken by the tick: due items become messages, and dead letters become failure records. It
//! never runs an agent.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{Error, LambdaEvent};
use rookery_domain::Time;
use rookery_engine::Engine;
use rookery_queue::{Queue, QueueUrls, take_dead};
use std::sync::Arc;

/// Handles one tick. What fails is tried again by the next.
pub async fn handle(
    engine: Arc<Engine>,
    sqs: aws_sdk_sqs::Client,
    queues: QueueUrls,
    _tick: LambdaEvent<EventBridgeEvent<serde_json::Value>>,
) -> Result<(), Error> {
    let ticked = Box::pin(engine.tick(Time::now())).await;
    for queue in Queue::ALL {
        take_dead(&sqs, &queues.of(queue).dead, |message| Box::pin(engine.record_dead(message))).await?;
    }
    ticked?;
    Ok(())
}
