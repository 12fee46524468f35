//! How many tasks a connection may bring: in a minute, and in a day if its entry point says so.

use crate::Engine;
use rookery_domain::{Error, Kind, Published, Result, Time};
use rookery_store::{Ends, Window};

/// A count that is full.
pub(super) struct Full {
    window: Window,
    most: u32,
}

fn windows(published: &Published) -> impl Iterator<Item = Full> {
    let minute = Full { window: Window::Minute, most: published.tasks_per_minute };
    let day = published.tasks_per_day.map(|most| Full { window: Window::Day, most });
    [minute].into_iter().chain(day)
}

impl Engine {
    /// Counts a task, unless a count is full: that one is given.
    pub(super) async fn count_task(&self, ends: &Ends, published: &Published, now: Time) -> Result<Option<Full>> {
        let mut counted = Vec::new();
        for full in windows(published) {
            if !self.store.count_task(ends, full.window, now, full.most).await? {
                for window in counted {
                    self.store.uncount_task(ends, window, now).await?;
                }
                return Ok(Some(full));
            }
            counted.push(full.window);
        }
        Ok(None)
    }

    /// Takes back a task that was counted, and had come before.
    pub(super) async fn uncount_task(&self, ends: &Ends, published: &Published, now: Time) -> Result<()> {
        for Full { window, .. } in windows(published) {
            self.store.uncount_task(ends, window, now).await?;
        }
        Ok(())
    }
}

impl Full {
    /// What the sender is told.
    pub(super) fn error(&self, now: Time) -> Error {
        let name = self.window.name();
        let message = format!("The connection has brought {} tasks in this {name}, and no more are taken.", self.most);
        let error =
            Error::new(Kind::TooMany, "too_many_tasks", message, format!("Send the task again in the next {name} (UTC)."));
        error.come_again_after(now.seconds_to_next(self.window.ms()))
    }
}
