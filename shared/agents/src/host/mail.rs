//! Mails that agents send, and what becomes of them.

use crate::{AgentError, Mailbox};
use rookery_domain::Time;
use serde_json::Value;

/// A mail. Each recipient gets one of his own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Whom it is from; without anybody, whom the operator has named.
    pub from: Option<Mailbox>,
    /// Whom it is for.
    pub to: Vec<Mailbox>,
    /// The subject.
    pub subject: String,
    /// The body as plain text; without it, there is `html`.
    pub plain: Option<String>,
    /// The body as HTML that does nothing but show.
    pub html: Option<String>,
}

/// What a delivery's mails have in common, in each of its attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailing {
    /// What the first attempt said that they tell of.
    pub about: Value,
    /// When it said so.
    pub at: Time,
    /// The addresses that have theirs.
    pub sent: Vec<String>,
}

/// What became of the mail for one recipient.
#[derive(Clone, Debug, PartialEq)]
pub struct Mailed {
    /// The recipient.
    pub to: Mailbox,
    /// Whether it was sent, now or by an earlier attempt; or why it was not.
    pub result: Result<(), AgentError>,
}
