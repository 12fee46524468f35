//! Sessions that are not kept for ever: whoever begins an operation has somebody look at the session once it may have expired, and that one
//! deletes it, or has somebody look again later.

use crate::Operations;
use rookery_domain::{AgentName, Kind, Result, SessionAt, Time};
use rookery_queue::Message;
use rookery_sessions::definition::Persist;

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

impl Operations {
    /// Has somebody look at a session when it may have expired, unless that is arranged.
    pub(crate) async fn keep_for(&self, at: &SessionAt, persist: Persist) -> Result<()> {
        match persist {
            Persist::Always => Ok(()),
            Persist::Hours(hours) => self.look_later(at, Time::now().plus(i64::from(hours) * HOUR_MS)).await,
        }
    }

    /// Deletes a session that was not used for as long as its agent's definition says; of an agent that is gone, sessions stay.
    pub async fn expire(&self, at: &SessionAt, now: Time) -> Result<()> {
        let Some((names, _)) = self.store.session(at).await? else { return Ok(()) };
        let Ok(agent) = names.agent.parse::<AgentName>() else { return Ok(()) };
        let stored = self.definitions.running(&at.project, &agent).await;
        let keep_ms = match stored.and_then(|stored| self.for_instance(&at.project, stored, &names.instance, None)) {
            Ok((definition, _)) => match definition.persist {
                Persist::Always => return Ok(()),
                Persist::Hours(hours) => i64::from(hours) * HOUR_MS,
            },
            Err(error) if error.kind == Kind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        // What is open or waits uses the session.
        let used = self.store.last_operation(at).await?.and_then(|last| last.ended).map_or(now, |ended| ended.at);
        if used.plus(keep_ms) > now {
            return self.look_later(at, used.plus(keep_ms)).await;
        }
        match self.sessions.delete(at).await {
            Err(error) if error.kind == Kind::Conflict => self.look_later(at, now.plus(keep_ms)).await,
            Err(error) if error.kind == Kind::NotFound => Ok(()),
            deleted => deleted,
        }
    }

    async fn look_later(&self, at: &SessionAt, when: Time) -> Result<()> {
        self.store.look_at_session(at, when, &Message::guard(&at.whole()).encode()).await
    }
}
