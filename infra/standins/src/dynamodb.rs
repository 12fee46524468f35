//! DynamoDB: `dynoxide` on one SQLite file, served over HTTP. Tables are the caller's business.
//!
//! Dynoxide runs SQLite, fsync included, on the worker that took the request, behind one lock: hence a runtime of its own
//! ([`Server`]). Its defaults (WAL, `synchronous=FULL`) are what durability rests on.
//! Known differences from AWS: no TransactionConflict, no throttling, and a `ClientRequestToken` is forgotten at a restart.

use crate::StandinError;
use crate::server::Server;
use dynoxide::Database;
use std::path::Path;
use std::time::Duration;

/// How often expired items are removed. AWS promises days; nothing may rely on it (`expires_at` is compared by the reader).
const TTL_SWEEP: Duration = Duration::from_secs(30);

/// One reads and answers while the other waits for the disk: an eighth more writes than with one, for 16 clients on two cores.
const WORKERS: usize = 2;

pub(crate) fn start(file: &Path) -> Result<Server, StandinError> {
    let open_error = |cause: String| StandinError::Open { path: file.to_owned(), cause };
    let path = file.to_str().ok_or_else(|| open_error("the path is not UTF-8".to_owned()))?;
    let database = Database::new(path).map_err(|error| open_error(error.to_string()))?;
    Server::spawn("dynamodb", WORKERS, move |listener, stop| async move {
        let sweeper = tokio::spawn(sweep_expired(database.clone()));
        let served = dynoxide::server::serve_with_shutdown(listener, database, async {
            let _ = stop.await;
        });
        if let Err(cause) = served.await {
            tracing::error!(%cause, "the DynamoDB stand-in failed");
        }
        sweeper.abort();
    })
}

async fn sweep_expired(database: Database) {
    let mut beat = tokio::time::interval(TTL_SWEEP);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    beat.tick().await;
    loop {
        beat.tick().await;
        let database = database.clone();
        match tokio::task::spawn_blocking(move || database.sweep_ttl()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(items)) => tracing::debug!(items, "expired items removed"),
            Ok(Err(cause)) => tracing::warn!(%cause, "expired items were not removed"),
            Err(cause) => tracing::warn!(%cause, "the sweep of expired items died"),
        }
    }
}
