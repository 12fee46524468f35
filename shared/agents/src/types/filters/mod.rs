//! Agents that pass an event on, or end it.

pub mod change_detector;
pub mod condition;
pub mod de_duplication;
pub mod gap_detector;
pub mod merge;
pub mod peak_detector;
pub mod rate_limit;
pub mod split;
pub mod trigger;
