//! The stand-in for the EventBridge schedule: it wakes the `schedule` function at every beat.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::LambdaEvent;
use rookery_engine::Engine;
use rookery_queue::QueueUrls;
use rookery_standins::Health;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Ticks at every beat until the program stops, except while nothing can be stored. The first tick comes at once, and finds what
/// became due while the program was off.
pub(crate) async fn run(
    engine: Arc<Engine>,
    sqs: aws_sdk_sqs::Client,
    queues: QueueUrls,
    beat: Duration,
    health: Health,
    stopping: CancellationToken,
) {
    let mut beats = tokio::time::interval(beat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = beats.tick() => {}
            () = stopping.cancelled() => return,
        }
        if health.fault().is_some() {
            continue;
        }
        let tick = LambdaEvent::new(event(), lambda_runtime::Context::default());
        if let Err(error) = rookery_schedule::handle(engine.clone(), sqs.clone(), queues.clone(), tick).await {
            tracing::warn!(%error, "a tick failed; the next one catches up");
        }
    }
}

fn event() -> EventBridgeEvent<serde_json::Value> {
    let mut event = EventBridgeEvent::<serde_json::Value>::default();
    event.detail_type = "Scheduled Event".to_owned();
    event.source = "aws.events".to_owned();
    event.detail = json!({});
    event
}
