//! Operations whose model may answer later: nobody waits for a dispatch, so it is put aside while a provider is down, and its session with
//! it. For a prompt, a caller waits, who can ask again.

use crate::Operations;
use rookery_domain::{OperationAt, Result, Time};
use rookery_models::{ModelError, Retry};
use rookery_queue::{Message, Outgoing};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::progress::Open;
use rookery_store::Aside;

/// The waits before an operation is tried again, in milliseconds.
const WAITS_MS: [i64; 3] = [5_000, 30_000, 300_000];

impl Operations {
    /// Puts an operation aside, if its model may answer before its deadline. Gives false if it is to end now.
    pub(crate) async fn put_aside(&self, operation: &OperationAt, open: &Open, error: &ModelError) -> Result<bool> {
        let asked_ms = match error.retry {
            Retry::Never => return Ok(false),
            Retry::Backoff => 0,
            Retry::After(wait) => i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
        };
        let Some(stored) = self.store.operation(operation).await? else { return Ok(false) };
        let ask = Ask::of(&stored)?;
        let tries = stored.aside.map_or(0, |aside| aside.tries);
        let wait_ms = usize::try_from(tries).ok().and_then(|tries| WAITS_MS.get(tries));
        let (Some(wait_ms), false) = (wait_ms, ask.source == Source::Prompt) else { return Ok(false) };
        let now = Time::now();
        let until = Time(now.0.saturating_add(asked_ms.max(*wait_ms)));
        if until >= open.begin.deadline {
            return Ok(false);
        }
        // Whoever dies after this has the operation tried again too early, and not too late.
        self.producer.send(vec![Outgoing::at(Message::wake(operation), until)]).await?;
        self.store.put_aside(operation, Aside { tries: tries + 1, until }).await?;
        // Whoever comes next need not wait for the lease.
        self.store.take_session(&operation.session, &self.by, now, now.plus(-1)).await?;
        Ok(true)
    }

    /// Since when an operation is put aside, if it is.
    pub(crate) async fn aside(&self, operation: &OperationAt) -> Result<Option<Aside>> {
        Ok(self.store.operation(operation).await?.and_then(|stored| stored.aside))
    }
}
