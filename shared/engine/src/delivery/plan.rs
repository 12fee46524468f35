//! Pure decisions about one attempt of an agent: commit, wait, fail. No I/O, no clock of its own.

use crate::delivery::backoff::retry_ms;
use rookery_agents::{AgentError, Effects, Retry, Wait};
use rookery_domain::{Time, limits};
use rookery_store::Failure;

/// What becomes of an attempt.
#[derive(Debug, PartialEq)]
pub(crate) enum Plan {
    /// Commit these effects.
    Commit(Effects),
    /// Wait, and run the agent again; with the failure that is the reason, if there is one.
    Wait(Wait, Option<Failure>),
    /// Record that the delivery failed for good.
    Fail(Failure),
}

/// Decides what becomes of an attempt. `failed` is the number of attempts that failed before, `retries` is how many may follow
/// the first, `share` is in `0..=1`.
pub(crate) fn plan(result: Result<Effects, AgentError>, failed: u32, retries: u32, share: f64, now: Time) -> Plan {
    match result {
        Ok(Effects { wait: Some(wait), .. }) => Plan::Wait(wait, None),
        Ok(effects) => {
            let (events, bytes) = (effects.emit.len(), effects.bytes());
            if events <= limits::CHILDREN && bytes <= limits::CHILDREN_BYTES {
                return Plan::Commit(effects);
            }
            let (most, most_bytes) = (limits::CHILDREN, limits::CHILDREN_BYTES);
            let message = format!(
                "It emitted {events} events with {bytes} bytes at once; at most {most} events and {most_bytes} bytes are committed together."
            );
            Plan::Fail(Failure { code: "too_many_events".into(), message, details: None })
        }
        Err(error) => {
            let wait = match error.retry {
                Retry::Never => None,
                _ if failed >= retries => None,
                Retry::After(ms) => Some(ms.max(1000)),
                Retry::Backoff => Some(retry_ms(failed, share)),
            };
            let failure = Failure { code: error.code, message: error.message, details: error.details };
            match wait {
                Some(ms) => Plan::Wait(Wait { until: now.plus(ms), why: None, for_reply: false }, Some(failure)),
                None => Plan::Fail(failure),
            }
        }
    }
}

/// The effects without their events: for a run over its limit, and for what comes of the limit's error.
pub(crate) fn muted(effects: Effects) -> Effects {
    Effects { emit: Vec::new(), wake: Vec::new(), outcome: effects.outcome.or(Some("limit")), ..effects }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::Payload;
    use serde_json::json;

    #[test]
    fn waits_grow_with_the_attempts_and_end() {
        let error = || AgentError::retry("http_503", "not now");
        let now = Time(1000);
        for (attempt, most) in limits::RETRY_MS.iter().enumerate() {
            let Plan::Wait(wait, Some(failure)) = plan(Err(error()), attempt as u32, 5, 1.0, now) else { panic!("it waits") };
            assert_eq!((wait.until, failure.code.as_str()), (now.plus(*most), "http_503"));
        }
        assert!(matches!(plan(Err(error()), 5, 5, 1.0, now), Plan::Fail(_)));
        assert!(matches!(plan(Err(error()), 0, 0, 1.0, now), Plan::Fail(_)));
        assert!(matches!(plan(Err(AgentError::fail("bad", "no")), 0, 5, 1.0, now), Plan::Fail(_)));
        let asked = AgentError { retry: Retry::After(90_000), ..error() };
        assert!(matches!(plan(Err(asked), 0, 5, 0.0, now), Plan::Wait(wait, _) if wait.until == now.plus(90_000)));
    }

    #[test]
    fn more_events_than_a_transaction_takes_fail() {
        let mut effects = Effects::emit("g", Payload::of(json!(1)).unwrap());
        effects.emit = vec![effects.emit[0].clone(); limits::CHILDREN + 1];
        assert!(
            matches!(plan(Ok(effects.clone()), 0, 5, 0.5, Time(0)), Plan::Fail(failure) if failure.code == "too_many_events")
        );
        effects.emit.pop();
        assert!(matches!(plan(Ok(effects), 0, 5, 0.5, Time(0)), Plan::Commit(_)));
    }
}
