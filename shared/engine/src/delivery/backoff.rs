//! How long to wait before something is tried again. Chance spreads the times, so that not all attempts come at the same moment.

use rookery_domain::limits;

/// The wait before the next attempt of a delivery that has failed `failed` times, in milliseconds: full jitter up to a bound that
/// grows with each failure (rule 7). `share` is in `0..=1`.
pub(crate) fn retry_ms(failed: u32, share: f64) -> i64 {
    let most = limits::RETRY_MS[(failed as usize).min(limits::RETRY_MS.len() - 1)];
    (most as f64 * share) as i64
}

/// A random number of milliseconds in `0..=most`.
pub(crate) fn jitter_ms(most: i64) -> i64 {
    (most as f64 * random_share()) as i64
}

/// A random number in `0..=1`.
pub(crate) fn random_share() -> f64 {
    let random = uuid::Uuid::new_v4().into_bytes();
    // The last bytes of a v4 UUID are all random.
    f64::from(u16::from_be_bytes([random[14], random[15]])) / f64::from(u16::MAX)
}
