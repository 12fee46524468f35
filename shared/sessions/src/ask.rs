//! What is asked of a session, as the inbox keeps it: JSON text, of which old forms must stay readable.

use rookery_domain::{CellId, Error, EventAt, EventId, Payload, Result, SessionKey, Time, WorkflowRef};
use rookery_store::Operation;
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// The question.
    pub message: String,
    /// What comes with it, for the instructions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Payload>,
    /// Who asks.
    pub source: Source,
    /// For how long it may run once it has begun, in milliseconds.
    pub run_ms: i64,
    /// Until when it may wait for its turn.
    pub wait_until: Time,
}

/// Who asks, and so, who is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A caller over HTTP, who waits. Nobody else is told.
    Prompt,
    /// A caller who was told that it is taken. Nobody is told.
    Dispatch,
    /// Whoever deletes the session. Nothing is asked of a model.
    Deletion,
    /// Whoever makes the session a copy of another one. Nothing is asked of a model.
    Fork {
        /// The other session, of the same project.
        from: SessionKey,
        /// The number of the last entry of its log that counts.
        upto: u64,
        /// How often its files were written by then. Forks of earlier versions have no files.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        writes: Option<u64>,
    },
    /// A cell of a workflow: its delivery waits.
    Cell(CellAsk),
}

/// Which delivery waits for the end of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellAsk {
    /// The workflow.
    pub workflow: WorkflowRef,
    /// The cell that asks.
    pub cell: CellId,
    /// The record of what the delivery waits for.
    pub pending: EventId,
    /// The event that the cell handles.
    pub event: EventAt,
}

impl Ask {
    /// Reads what an operation of the inbox asks.
    pub fn of(operation: &Operation) -> Result<Self> {
        serde_json::from_str(&operation.asked).map_err(Error::internal)
    }

    /// The delivery that waits for the end, if one does.
    pub fn cell(&self) -> Option<&CellAsk> {
        match &self.source {
            Source::Cell(cell) => Some(cell),
            Source::Prompt | Source::Dispatch | Source::Deletion | Source::Fork { .. } => None,
        }
    }
}

impl Source {
    /// Whether something is asked of a model: then, the operation is a run.
    pub fn asks_a_model(&self) -> bool {
        match self {
            Source::Prompt | Source::Dispatch | Source::Cell { .. } => true,
            Source::Deletion | Source::Fork { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{ProjectId, WorkflowId};

    /// The texts are the stored form: if it changes, old inboxes must still be read. Payloads keep their very text.
    #[test]
    fn what_is_asked_is_stored_in_this_form_and_read_again() {
        let cell =
            r#"{"cell":{"workflow":{"project":"PROJECT","workflow":"WORKFLOW"},"cell":"ask","pending":"EVENT","event":"EVENT"}}"#;
        let event = EventId::fresh().to_string();
        let cell = cell.replace("PROJECT", ProjectId::random().as_str()).replace("WORKFLOW", WorkflowId::random().as_str());
        for source in [
            r#""prompt""#,
            r#""dispatch""#,
            r#""deletion""#,
            r#"{"fork":{"from":"7ZZZZZZZZZZZZZZZZZZZZZZZZZ","upto":7}}"#,
            r#"{"fork":{"from":"7ZZZZZZZZZZZZZZZZZZZZZZZZZ","upto":7,"writes":3}}"#,
            &cell.replace("EVENT", &event),
        ] {
            let stored = format!(
                r#"{{"message":"Hello","payload":{{"n": 1.10}},"source":{source},"run_ms":600000,"wait_until":"2026-11-26T18:00:00.000Z"}}"#
            );
            let ask: Ask = serde_json::from_str(&stored).unwrap();
            assert_eq!(serde_json::to_string(&ask).unwrap(), stored);
        }
    }
}
