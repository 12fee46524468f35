//! What a session's log says, as the API shows it: messages, and numbered events.

use crate::flue::frames;
use futures::{Stream, StreamExt};
use rookery_domain::{CellId, Cost, EventId, Message, Part, Result, Role, RunId, SessionAt, Stop, Time, ToolResult, Usage};
use rookery_sessions::ask::CellAsk;
use rookery_sessions::entry::{EndError, Entry, NoAnswer, What};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Something that was said.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionMessage")]
pub(crate) struct MessageView {
    /// The number of its event.
    number: u64,
    /// The run that it belongs to.
    run_id: String,
    /// How it stands with that: `running`, `succeeded`, `failed`, `aborted`, `cancelled` or `expired`. Only what succeeded is told to
    /// the model again.
    state: &'static str,
    /// When it was said.
    at: Time,
    #[serde(flatten)]
    message: Message,
    /// What the model took for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    /// What that cost; none for a model whose price was not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    /// The model that said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
}

/// The delivery of a workflow that asked, and waits for the end.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionAskedBy")]
pub(crate) struct AskedBy {
    /// The workflow.
    workflow_id: String,
    /// The workflow's run.
    run_id: RunId,
    /// The cell that asked.
    cell_id: CellId,
    /// The event that the cell handles.
    event_id: EventId,
}

impl From<&CellAsk> for AskedBy {
    fn from(cell: &CellAsk) -> Self {
        AskedBy {
            workflow_id: cell.workflow.workflow.to_string(),
            run_id: cell.event.id.run,
            cell_id: cell.cell.clone(),
            event_id: cell.event.id,
        }
    }
}

/// Something that happened in a session.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionEvent")]
pub(crate) struct EventView {
    /// Its number: they begin with 1, and have no gap.
    pub(crate) number: u64,
    /// `op_start`, `message`, `tool_start`, `tool_result`, `op_end`; `cleared`, when what was before was deleted; or `copied`, a
    /// message of the session that this one is a fork of.
    r#type: &'static str,
    /// The run that it belongs to.
    run_id: String,
    /// When it happened.
    at: Time,
    /// What was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
    /// What the model took for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    /// What that cost; none for a model whose price was not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    /// The model that said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// Why the model stopped there.
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<Stop>,
    /// The id of the tool call that begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<String>,
    /// What a tool gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<ToolResult>,
    /// The delivery of a workflow that asked, at the start of a run that a workflow asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_by: Option<AskedBy>,
    /// How the run ended, with its last event.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    /// Why it has no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<WhyView>,
}

/// Why there is no answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SessionError")]
struct WhyView {
    /// A word for programs.
    code: String,
    /// What is wrong and what helps, for people.
    message: String,
    /// What the model's provider said.
    #[serde(skip_serializing_if = "Option::is_none")]
    dev: Option<String>,
}

/// What an entry says, if it is something that was said. `ends` are those of the operations that are over.
pub(crate) fn said(at: &SessionAt, number: u64, entry: &Entry, ends: &HashMap<u64, &'static str>) -> Option<MessageView> {
    let n = entry.what.n();
    let event = event(at, number, entry);
    let message = match event.result {
        Some(result) => Message { role: Role::User, parts: vec![Part::ToolResult(result)] },
        None => event.message?,
    };
    Some(MessageView {
        number,
        run_id: event.run_id,
        state: ends.get(&n).copied().unwrap_or("running"),
        at: event.at,
        message,
        usage: event.usage,
        cost: event.cost,
        model: event.model,
    })
}

/// An entry, as an event.
pub(crate) fn event(at: &SessionAt, number: u64, entry: &Entry) -> EventView {
    let mut event = EventView {
        number,
        r#type: "op_end",
        run_id: at.operation(entry.what.n()).run_id(),
        at: entry.at,
        message: None,
        usage: None,
        cost: None,
        model: None,
        stop: None,
        call: None,
        result: None,
        asked_by: None,
        state: None,
        error: None,
    };
    match &entry.what {
        What::Begin(begin) => {
            event.r#type = "op_start";
            event.message = Some(Message::user(&begin.message));
            event.asked_by = begin.cell.as_deref().map(AskedBy::from);
        }
        What::Answer(answer) => {
            event.r#type = "message";
            event.message = Some(answer.message.clone());
            event.usage = Some(answer.usage);
            event.cost = answer.cost;
            event.model = Some(answer.model.clone());
            event.stop = Some(answer.stop);
            event.state = answer.last.then_some("succeeded");
        }
        What::ToolBegan { call, .. } => {
            event.r#type = "tool_start";
            event.call = Some(call.clone());
        }
        What::ToolDone { result, .. } => {
            event.r#type = "tool_result";
            event.result = Some(result.clone());
        }
        What::Copied { message, last, .. } => {
            event.r#type = "copied";
            event.message = message.clone();
            event.state = last.then_some("succeeded");
        }
        What::Cleared { .. } => event.r#type = "cleared",
        What::End { state, error, .. } => {
            event.state = Some(state.as_str());
            event.error = error.as_ref().map(|EndError { code, message, model }| WhyView {
                code: code.clone(),
                message: message.clone(),
                dev: model.as_ref().and_then(NoAnswer::told),
            });
        }
    }
    event
}

/// Events as frames. After an error, nothing follows: who reads goes on with the last number.
pub(crate) fn told(
    at: SessionAt,
    coming: impl Stream<Item = Result<(u64, Arc<Entry>)>> + Send + 'static,
) -> impl Stream<Item = String> + Send {
    coming.scan(false, move |is_over, next| {
        let frame = match next {
            _ if *is_over => None,
            Ok((number, entry)) => {
                let event = event(&at, number, &entry);
                Some(frames::frame(Some(number), event.r#type, &event))
            }
            Err(error) => {
                *is_over = true;
                Some(frames::error_frame(&error.into()))
            }
        };
        std::future::ready(frame)
    })
}
