//! When an agent is due.

use rookery_domain::Time;

/// A parsed schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {}

impl Schedule {
    /// Reads a name, an interval or a cron expression.
    pub fn parse(_text: &str) -> Result<Self, String> {
        Ok(Schedule {})
    }

    /// Whether it is `never`.
    pub fn is_never(&self) -> bool {
        true
    }

    /// The first due time after `after`.
    pub fn next(&self, _after: Time) -> Option<Time> {
        None
    }
}
