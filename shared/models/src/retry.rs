//! When a call of a model is made again. The caller waits meanwhile, so all of it ends below 50 s.

use crate::{ModelError, Retry};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// After this time, no try begins.
const LAST_BEGIN: Duration = Duration::from_secs(45);
/// At this time, a try that is not the first one must have begun to answer.
const END: Duration = Duration::from_secs(49);
/// A provider that asks for a longer wait is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// The waits without a provider's word begin with this, and double.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest of these waits.
const MAX_BACKOFF: Duration = Duration::from_secs(8);

/// Tries until an answer begins, or an error comes that does not pass in time. A try is told how long its first byte may take.
pub(crate) async fn until_answered<T, F: Future<Output = Result<T, ModelError>>>(
    first_byte: Duration,
    mut attempt: impl FnMut(Duration) -> F,
) -> Result<T, ModelError> {
    let began = Instant::now();
    let (mut failed, mut limit) = (0, first_byte);
    loop {
        let error = match attempt(limit).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        // Whoever was waited for in vain is not asked again at once: that would double the wait, and the price.
        let was_silent = ["idle", "timeout"].contains(&error.code);
        let Some(wait) = wait(error.retry, failed).filter(|_| !was_silent) else { return Err(error) };
        if began.elapsed() + wait > LAST_BEGIN {
            return Err(error);
        }
        sleep(wait).await;
        failed += 1;
        limit = first_byte.min(END.saturating_sub(began.elapsed()));
    }
}

/// How long to wait after so many failed tries and one more. Chance spreads the waits, so that not all callers come at once.
fn wait(retry: Retry, failed: u32) -> Option<Duration> {
    let backoff = FIRST_WAIT.saturating_mul(1 << failed.min(8)).min(MAX_BACKOFF).mul_f64(0.5 + random_share() / 2.0);
    match retry {
        Retry::Never => None,
        Retry::Backoff => Some(backoff),
        Retry::After(asked) if asked > LONGEST_WAIT => None,
        Retry::After(asked) => Some(asked.max(backoff)),
    }
}

/// A random number in `0..=1`.
fn random_share() -> f64 {
    let random = uuid::Uuid::new_v4().into_bytes();
    // The last bytes of a v4 UUID are all random.
    f64::from(u16::from_be_bytes([random[14], random[15]])) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(retry: Retry) -> ModelError {
        ModelError { retry, ..ModelError::new("provider_unavailable", "It fails.") }
    }

    /// Tries a call that fails so, in turn, and then succeeds: how often it was tried, for how long, and what came of it.
    async fn tried(turns: &[Retry], takes: Duration) -> (usize, Duration, Result<(), ModelError>) {
        let (mut count, began) = (0, Instant::now());
        let result = until_answered(Duration::from_secs(60), |limit| {
            let turn = turns.get(count).copied();
            count += 1;
            async move {
                sleep(takes.min(limit)).await;
                turn.map_or(Ok(()), |retry| Err(failing(retry)))
            }
        });
        let result = result.await;
        (count, began.elapsed(), result)
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_for_ever_ends_below_fifty_seconds() {
        let second = Duration::from_secs(1);
        for retry in [Retry::Backoff, Retry::After(Duration::ZERO), Retry::After(second), Retry::After(20 * second)] {
            for takes in [Duration::ZERO, second, 7 * second, 44 * second] {
                let (count, took, result) = tried(&[retry; 100], takes).await;
                assert!(took < 50 * second && result.is_err(), "{retry:?} {takes:?} {took:?}");
                assert!(count > 1 || took > 24 * second, "{retry:?} {takes:?} {count}");
                assert!(count < 100);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_failures_and_then_a_good_answer() {
        let (count, took, result) = tried(&[Retry::Backoff; 2], Duration::ZERO).await;
        assert_eq!((count, result), (3, Ok(())));
        assert!(took >= Duration::from_millis(750) && took <= Duration::from_millis(1501), "{took:?}");
        let after = Duration::from_secs(9);
        assert!(tried(&[Retry::After(after)], Duration::ZERO).await.1 >= after);
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_pass_is_not_tried_again() {
        for retry in [Retry::Never, Retry::After(Duration::from_secs(21))] {
            let (count, took, result) = tried(&[retry; 9], Duration::ZERO).await;
            assert_eq!((count, took, result), (1, Duration::ZERO, Err(failing(retry))));
        }
    }
}
