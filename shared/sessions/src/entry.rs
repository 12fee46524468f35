//! The entries of a session's log: what happened, one thing each, as JSON text. Logs are kept for ever, so an old form must stay readable.

use crate::ask::CellAsk;
use rookery_domain::{Cost, Message, Payload, Stop, Time, ToolResult, Usage};
use serde::{Deserialize, Serialize};

/// An entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was written.
    pub at: Time,
    /// Which operations are over, with this entry.
    pub over: Over,
    /// What happened.
    pub what: What,
}

/// Which operations of a session are over. Each entry says it, so the last one alone tells how far the inbox is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// All operations up to this one.
    pub upto: u64,
    /// And these later ones, which were cancelled while they waited; in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<u64>,
}

impl Over {
    /// Whether an operation is over.
    pub fn has(&self, n: u64) -> bool {
        n <= self.upto || self.ahead.contains(&n)
    }

    /// The first operation that is not over, whether or not it was asked for yet.
    pub fn first_open(&self) -> u64 {
        self.upto + 1
    }

    /// The same, with this operation over, too.
    #[must_use]
    pub fn with(&self, n: u64) -> Over {
        let mut over = self.clone();
        if !over.has(n) {
            over.ahead.push(n);
            over.ahead.sort_unstable();
        }
        while over.ahead.first() == Some(&(over.upto + 1)) {
            over.upto += 1;
            over.ahead.remove(0);
        }
        over
    }
}

/// What happened. In JSON, it is an object with one field, which is named like what happened, so that payloads in it are read as they
/// were written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An operation began.
    Begin(Begin),
    /// A model answered.
    Answer(Box<Answer>),
    /// A tool that may run only once began. What became of it is not known before its result is there.
    ToolBegan {
        /// The operation.
        n: u64,
        /// The id of the call.
        call: String,
    },
    /// A tool gave its result.
    ToolDone {
        /// The operation.
        n: u64,
        /// The result.
        result: ToolResult,
    },
    /// The session was deleted: nothing of what was before is there.
    Cleared {
        /// The operation that asked for it.
        n: u64,
    },
    /// A message of another session was copied into this one.
    Copied {
        /// The operation that asked for it.
        n: u64,
        /// The message; none if the other session had none at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Message>,
        /// Whether it was the last one.
        last: bool,
    },
    /// An operation ended without an answer; perhaps it never began.
    End {
        /// The operation.
        n: u64,
        /// How.
        state: EndState,
        /// Why, for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<EndError>,
    },
}

/// The beginning of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begin {
    /// The operation.
    pub n: u64,
    /// Who works on it.
    pub by: String,
    /// Until when nobody else takes it over.
    pub lease_until: Time,
    /// When it ends by itself.
    pub deadline: Time,
    /// The version of the agent's definition that it goes by.
    pub version: u64,
    /// The question.
    pub message: String,
    /// What came with it, for the instructions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
    /// The delivery that waits for the end, if a workflow asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Box<CellAsk>>,
}

/// An answer of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The operation.
    pub n: u64,
    /// The answer.
    pub message: Message,
    /// Why the model ended it.
    pub stop: Stop,
    /// What it took.
    pub usage: Usage,
    /// The model, as its provider calls it.
    pub model: String,
    /// The provider's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Whether the operation has succeeded with it: no tool is asked for.
    pub last: bool,
    /// What it cost, by the prices of that time; none for a model whose prices are not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}

/// How an operation ended that has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndState {
    /// Something went wrong for good.
    Failed,
    /// Somebody stopped it while it ran.
    Aborted,
    /// Somebody took it back before it began.
    Cancelled,
    /// Its deadline passed.
    Expired,
}

impl EndState {
    /// The state in a word, as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            EndState::Failed => "failed",
            EndState::Aborted => "aborted",
            EndState::Cancelled => "cancelled",
            EndState::Expired => "expired",
        }
    }
}

/// Why an operation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndError {
    /// A word for programs.
    pub code: String,
    /// What is wrong and what helps, for people.
    pub message: String,
    /// What is known besides, if a model gave no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<NoAnswer>,
}

/// Why a model gave no answer, as far as its provider says. No keys are in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoAnswer {
    /// After how many seconds to ask again, as the provider says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The provider's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The provider's text, for those who may see the agent's definition.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl EndError {
    /// An error that no model made.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        EndError { code: code.into(), message: message.into(), model: None }
    }
}

impl NoAnswer {
    /// What the provider said, for people; none if it said nothing.
    pub fn told(&self) -> Option<String> {
        let parts = [
            self.status.map(|status| format!("status {status}")),
            self.code.as_ref().map(|code| format!("code {code}")),
            self.request_id.as_ref().map(|id| format!("request {id}")),
            Some(self.text.clone()).filter(|text| !text.is_empty()),
        ];
        let told: Vec<String> = parts.into_iter().flatten().collect();
        (!told.is_empty()).then(|| format!("The provider said: {}", told.join(", ")))
    }
}

impl What {
    /// The operation that it is of.
    pub fn n(&self) -> u64 {
        match self {
            What::Begin(begin) => begin.n,
            What::Answer(answer) => answer.n,
            What::ToolBegan { n, .. }
            | What::ToolDone { n, .. }
            | What::Cleared { n }
            | What::Copied { n, .. }
            | What::End { n, .. } => *n,
        }
    }

    /// How its operation ended with it, in a word; none if that goes on.
    pub fn end(&self) -> Option<&'static str> {
        match self {
            What::Answer(answer) => answer.last.then_some("succeeded"),
            What::Copied { last, .. } => last.then_some("succeeded"),
            What::Cleared { .. } => Some("deleted"),
            What::End { state, .. } => Some(state.as_str()),
            What::Begin(_) | What::ToolBegan { .. } | What::ToolDone { .. } => None,
        }
    }
}

impl Entry {
    /// The entry that follows where these operations are over.
    pub fn after(over: &Over, at: Time, what: What) -> Entry {
        let over = if what.end().is_some() { over.with(what.n()) } else { over.clone() };
        Entry { at, over, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts are the stored form: if it changes, old logs must still be read. Payloads keep their very text.
    const STORED: [&str; 8] = [
        r#"{"at":"2026-11-26T18:00:05.000Z","over":{"upto":3},"what":{"begin":{"n":4,"by":"me","lease_until":"2026-11-26T18:00:06.000Z","deadline":"2026-11-26T18:00:07.000Z","version":2,"message":"Hello","payload":{"n": 1.10}}}}"#,
        r#"{"at":"2026-11-26T18:00:05.000Z","over":{"upto":3,"ahead":[6]},"what":{"answer":{"n":4,"message":{"role":"assistant","parts":[{"tool_call":{"id":"c","name":"read","args":{"json":{"n": 1.10}}}}]},"stop":"tools","usage":{"input":1,"output":2,"cache_read":3,"cache_write":4,"total_tokens":10},"model":"demo/guide","request_id":"r","last":false}}}"#,
        r#"{"at":"2026-11-26T18:00:05.000Z","over":{"upto":3},"what":{"tool_began":{"n":4,"call":"c"}}}"#,
        r#"{"at":"2026-11-26T18:00:05.000Z","over":{"upto":3},"what":{"tool_done":{"n":4,"result":{"call":"c","is_error":false,"text":"1"}}}}"#,
        r#"{"at":"2026-11-26T18:00:05.000Z","over":{"upto":4},"what":{"cleared":{"n":4}}}"#,
        r#"{"at":"2026-11-26T18:00:05.000Z","over":{"upto":4},"what":{"copied":{"n":4,"message":{"role":"user","parts":[{"text":"Hello"}]},"last":true}}}"#,
        r#"{"at":"2026-11-26T18:00:05.000Z","over":{"upto":4},"what":{"end":{"n":4,"state":"failed","error":{"code":"too_many_steps","message":"No."}}}}"#,
        r#"{"at":"2026-11-26T18:00:05.000Z","over":{"upto":4},"what":{"end":{"n":4,"state":"failed","error":{"code":"provider_unavailable","message":"No.","model":{"retry_after_s":7,"status":529,"code":"overloaded_error","request_id":"r","text":"Busy."}}}}}"#,
    ];

    #[test]
    fn entries_are_stored_in_this_form_and_read_again() {
        for stored in STORED {
            let entry: Entry = serde_json::from_str(stored).unwrap();
            assert_eq!(serde_json::to_string(&entry).unwrap(), stored);
            let over = Over { upto: 3, ahead: entry.over.ahead.clone() };
            assert_eq!(Entry::after(&over, entry.at, entry.what.clone()), entry);
        }
    }
}
