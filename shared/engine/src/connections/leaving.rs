//! A stage that used an entry point of another deployment is gone: its provider is told, so that it keeps no connection of nobody. One that is
//! away is told again, by the tick, for a day. Nothing depends on it: what such a provider sends finds no stage.

use super::post::Post;
use crate::Engine;
use http::Method;
use rookery_domain::{Kind, ProjectId, Result, Time};
use rookery_queue::{Leave, Task};
use rookery_store::{Elsewhere, Provider, UsedEntryPoint};
use std::time::Instant;

/// How long a provider is told again that is away, in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;
/// When that is tried first, in milliseconds; see `sending::again` for the times after that.
const FIRST_MS: i64 = 5_000;

impl Engine {
    /// Tells a provider that a stage is gone: now, until a time, or later, if it is away.
    pub(super) async fn give_up_elsewhere(&self, used: &UsedEntryPoint, there: &Elsewhere, until: Instant) -> Result<()> {
        if Instant::now() < until && self.is_told(there).await {
            return Ok(());
        }
        let (now, project) = (Time::now(), &used.agent.workflow.project);
        let leave = Task::Leave(Leave { connection: used.connection, at: now }).of_project(project);
        self.store.put_left(used, now.plus(FIRST_MS), &leave.encode(), now.plus(DAY_MS)).await
    }

    /// Tells a provider again; the `deliver` queue's handler. While the provider is away, the tick sends the message again.
    pub(crate) async fn leave(&self, project: &ProjectId, leave: &Leave) -> Result<()> {
        let Some(left) = self.store.left(project, leave.connection).await? else { return Ok(()) };
        let Provider::Elsewhere(there) = &left.provider else { return Ok(()) };
        // The stage may use the entry point again, by the same connection.
        let now = self.store.used_entry_point(project, left.stage()).await?;
        let is_used = now.is_some_and(|now| now.connection == left.connection);
        if is_used || self.is_told(there).await || Time::now() > leave.at.plus(DAY_MS) {
            self.store.forget_left(project, left.connection).await?;
        }
        Ok(())
    }

    /// Tells a provider that a stage is gone. `false` if it is away; one that refuses to be told is not told again.
    pub(super) async fn is_told(&self, there: &Elsewhere) -> bool {
        let to = format!("{}/agent/connection", there.tasks_url);
        let told = self.post(Post::new(Method::DELETE, &to, there.token.shown(), None)).await;
        match told {
            Err(error) if matches!(error.kind, Kind::Conflict | Kind::TooMany | Kind::Unavailable) => {
                tracing::info!(code = error.code, "a provider elsewhere cannot be told now that a stage is gone");
                false
            }
            _ => true,
        }
    }
}
