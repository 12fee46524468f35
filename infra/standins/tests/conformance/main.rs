//! The conformance suite: what the AWS documentation says of DynamoDB and SQS, as far as Rookery stands on it, asked through the SDK
//! clients alone. It runs against the stand-ins, or against `ROOKERY_CONFORMANCE_ENDPOINT` (see `conformance.sh`).
//! Nothing here knows how a stand-in works; that is tested beside its code.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clients;
mod differences;
mod dynamodb;
mod sqs;
mod world;

use world::World;

/// Runs one test in a fresh world and stops that world. Skips it, and says so, where its outcome is known to differ.
async fn conform(test: &str, body: impl AsyncFnOnce(&World)) {
    let world = World::start().await;
    match differences::reason_to_skip(test) {
        Some(reason) if world.is_foreign() => eprintln!("SKIPPED {test}: {reason}"),
        _ => body(&world).await,
    }
    world.stop().await;
}
