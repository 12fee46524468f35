//! The conformance suite: what the AWS documentation says about DynamoDB and SQS, as far as Rookery relies on it, checked only
//! through the SDK clients. It runs against the stand-ins, or against `ROOKERY_CONFORMANCE_ENDPOINT` (see `conformance.sh`).
//! Nothing here knows how a stand-in works; that is tested beside its code.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clients;
mod differences;
mod dynamodb;
mod sqs;
mod world;

use world::World;

/// Runs one test in a fresh world, and stops the world. If the outcome is known to differ there, the test is skipped with a message.
async fn conform(test: &str, body: impl AsyncFnOnce(&World)) {
    let world = World::start().await;
    match differences::reason_to_skip(test) {
        Some(reason) if world.is_foreign() => eprintln!("SKIPPED {test}: {reason}"),
        _ => body(&world).await,
    }
    world.stop().await;
}
