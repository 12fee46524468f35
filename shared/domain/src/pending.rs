//! What a delivery waits for: the states of a pending record, whoever is to answer it.

/// What has become of something that was asked of somebody, and is answered once.
///
/// | From | By | To |
/// |---|---|---|
/// | | the record is stored, before anything is sent | `Open` |
/// | `Open` | the first answer, before the deadline | `Answered` |
/// | `Open` | the deadline | `Expired` |
/// | `Open` | the delivery fails for good | `Failed` |
/// | `Open` | a person | `Cancelled` |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PendingState {
    /// The record may still be answered.
    Open,
    /// The answer is stored.
    Answered,
    /// The deadline passed without an answer.
    Expired,
    /// The delivery that asked has failed for good.
    Failed,
    /// A person cancelled the record.
    Cancelled,
}

impl PendingState {
    /// The state's name, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            PendingState::Open => "open",
            PendingState::Answered => "answered",
            PendingState::Expired => "expired",
            PendingState::Failed => "failed",
            PendingState::Cancelled => "cancelled",
        }
    }

    /// Finds a state by its name.
    pub fn parse(name: &str) -> Option<Self> {
        use PendingState::{Answered, Cancelled, Expired, Failed, Open};
        [Open, Answered, Expired, Failed, Cancelled].into_iter().find(|state| state.as_str() == name)
    }
}
