//! Waiting for a condition, which is checked again and again up to a deadline. Nothing in the journeys sleeps for a fixed time.

use std::time::{Duration, Instant};

/// How long a condition may take. On a deployment, what a function held when it ended is delivered again after 240 seconds, the visibility timeout
/// of the queues, and the scheduler beats once a minute.
const PATIENCE: Duration = Duration::from_secs(330);

/// Checks the condition until it gives something. Panics with the name `what` when the time is over.
pub async fn wait_until<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    wait_up_to(PATIENCE, what, condition).await
}

/// Like [`wait_until`], with another deadline.
pub async fn wait_up_to<T>(patience: Duration, what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let (deadline, mut pause) = (Instant::now() + patience, Duration::from_millis(5));
    loop {
        let began = Instant::now();
        if let Some(found) = condition().await {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {patience:?} in vain: {what}");
        // A check that takes long is a load of its own: it has half of the time at most.
        tokio::time::sleep(pause.max(began.elapsed())).await;
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}
