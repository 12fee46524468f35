//! Questions to persons, and what they decide.

use rookery_domain::{Error, Payload, Result, Time, limits};
use serde::{Deserialize, Serialize};

/// What a person is asked.
#[derive(Clone, Copy, Debug)]
pub struct AskPerson<'a> {
    /// The question.
    pub question: &'a str,
    /// What the person should know.
    pub details: Option<&'a str>,
    /// The payload of the event that is asked about.
    pub payload: &'a Payload,
    /// The group of the event that tells of the question.
    pub group: &'a str,
    /// How long the person may take, in milliseconds.
    pub deadline_ms: i64,
    /// How many questions of the agent may be outstanding.
    pub most: u32,
}

/// What a person decided: what is stored on the record of the delivery that asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether it was a yes.
    pub approved: bool,
    /// Who decided, as far as that is known: who has the link, or who has a key.
    pub by: String,
    /// What the person said about it.
    pub comment: Option<String>,
    /// When it was decided.
    pub at: Time,
}

impl Decision {
    /// A decision of now. A blank comment is none; one that is too long is refused.
    pub fn new(approved: bool, by: String, comment: Option<&str>) -> Result<Self> {
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty()).map(str::to_owned);
        if comment.as_ref().is_some_and(|comment| comment.chars().count() > limits::COMMENT_CHARS) {
            let message = format!("`comment` is longer than {} characters.", limits::COMMENT_CHARS);
            return Err(Error::invalid(message, "Say it in fewer words."));
        }
        Ok(Decision { approved, by, comment, at: Time::now() })
    }
}
