//! Cells of workflows: a delivery asks a session, waits by its pending record, and is told the end of the operation by whoever notes it. If the
//! record ends before that, nobody waits for the operation any more, and whoever works on it ends it.

use crate::Sessions;
use crate::admit::{Admit, Admitted};
use crate::ask::{Ask, CellAsk, Source};
use crate::entry::{EndError, EndState, NoAnswer};
use crate::finish::Read;
use rookery_agents::{AgentReply, ReplyError};
use rookery_domain::{Error, OperationAt, Payload, PendingState, Result, SessionAt, Stop, limits};
use rookery_queue::{Deliver, Message, Task};
use rookery_store::{Asked, AskedSession, Pending, PutOperation};
use serde_json::json;

/// How long an operation may run that a cell or a dispatch asks for, in milliseconds, unless its agent's definition says.
pub const DISPATCH_MS: i64 = 900_000;
/// An answer of more bytes does not fit into an event, with what stands beside it.
const ANSWER_BYTES: usize = limits::PAYLOAD_BYTES - 8 * 1024;
/// Two questions with one key are one question, whatever a template gave in the second attempt: so the hash says nothing.
const SAME: &str = "";

impl Sessions {
    /// Gives the question of a delivery its place in the session that its record names, once, and has somebody do it. Gives the operation's
    /// number. Errors: 503 `session_full`, 422 `question_too_large`.
    pub async fn ask_for(&self, pending: &Pending, message: &str, payload: Option<&Payload>) -> Result<u64> {
        let session = asked_session(pending)?;
        let (workflow, cell) = (pending.agent.workflow.clone(), pending.agent.cell.clone());
        let source = Source::Cell(CellAsk { workflow, cell, pending: pending.id, event: pending.event });
        let (message, payload) = (message.to_owned(), payload.cloned());
        let ask = Ask { message, payload, source, run_ms: DISPATCH_MS, wait_until: pending.deadline };
        let (at, key) = (session_of(pending, session), key(pending));
        let key = Some(Asked { key: &key, hash: SAME });
        let admit = Admit { at: &at, names: &session.names, ask: &ask, key, here: None, only_if_free: false };
        let (Admitted::New { operation, .. } | Admitted::Same(operation)) = self.admit(&admit).await?;
        self.store.note_operation(pending, operation.n).await?;
        self.producer.send(vec![Message::wake(&operation).into()]).await?;
        Ok(operation.n)
    }

    /// Ends the operation of a record that has ended before it, if there is one.
    pub async fn end_asked(&self, pending: &Pending, why: &str) -> Result<()> {
        let session = asked_session(pending)?;
        let at = session_of(pending, session);
        let n = match session.n {
            Some(n) => Some(n),
            // Whoever admitted it may have died before that was noted.
            None => match self.store.asked_before(&at, Asked { key: &key(pending), hash: SAME }).await? {
                PutOperation::Same(n) => Some(n),
                PutOperation::Put | PutOperation::Taken | PutOperation::Conflict => None,
            },
        };
        match n {
            Some(n) => self.end_saying(&at.operation(n), why).await.map(drop),
            None => Ok(()),
        }
    }

    /// Whether the delivery still waits for the end of an operation.
    pub async fn is_awaited(&self, cell: &CellAsk) -> Result<bool> {
        Ok(self.record(cell).await?.is_some_and(|pending| pending.state == PendingState::Open))
    }

    /// The record of the delivery that asks; none once its workflow is deleted, since a purge removes what belongs to the record.
    async fn record(&self, cell: &CellAsk) -> Result<Option<Pending>> {
        match self.store.known_workflow(&cell.workflow).await? {
            Some(workflow) if !workflow.deleted => self.store.pending(&cell.workflow, cell.pending).await,
            _ => Ok(None),
        }
    }

    /// Tells the delivery that waits what became of an operation: the first end counts. May be done again by anybody.
    pub(crate) async fn tell(&self, cell: &CellAsk, operation: &OperationAt, state: &str, read: &Read) -> Result<()> {
        let Some(pending) = self.record(cell).await? else { return Ok(()) };
        let reply = reply(&pending, operation, state, read)?;
        let answer = serde_json::to_string(&reply).map_err(Error::internal)?;
        let is_told = self.store.answer_pending(&pending, &answer, rookery_domain::Time::now()).await?;
        if !is_told {
            // Somebody answered meanwhile, or this very write did and its own answer got lost. A stored answer does not prove that the
            // delivery was woken.
            let now = self.record(cell).await?;
            if now.is_none_or(|now| now.state != PendingState::Answered) {
                return Ok(());
            }
        }
        let deliver = Deliver { event: pending.event, cell: cell.cell.clone(), arm: pending.arm, attempt: 0, reply: true };
        // The delivery goes on in the trace of its run.
        let trace = pending.trace.as_deref().and_then(rookery_trace::Context::parse);
        rookery_trace::within(trace, self.producer.send(vec![Task::Deliver(deliver).of(&cell.workflow).into()])).await
    }
}

fn asked_session(pending: &Pending) -> Result<&AskedSession> {
    pending.session.as_ref().ok_or_else(|| Error::internal("the record asks no session"))
}

fn session_of(pending: &Pending, session: &AskedSession) -> SessionAt {
    SessionAt { project: pending.agent.workflow.project.clone(), key: session.key() }
}

/// The key by which a question is known again. No caller over HTTP can send one with this sign.
fn key(pending: &Pending) -> String {
    format!("\u{0}cell {}", pending.id.parts())
}

/// What the delivery is told.
fn reply(pending: &Pending, operation: &OperationAt, state: &str, read: &Read) -> Result<AgentReply> {
    let names = asked_session(pending)?.names.clone();
    let (text, error) = match (&read.text, &read.outcome.error) {
        (Some(text), None) if json_bytes(text) <= ANSWER_BYTES => (Some(text.clone()), None),
        (Some(_), None) => {
            let message = "The answer is too large for an event: have the agent answer in fewer words, or write files.";
            (None, Some(ReplyError { code: "reply_too_large".into(), message: message.into(), provider: None }))
        }
        (_, Some(error)) => (None, Some(reply_error(error))),
        (None, None) => {
            let message = "The operation ended without an answer.".into();
            (None, Some(ReplyError { code: state.to_owned(), message, provider: None }))
        }
    };
    Ok(AgentReply {
        model: read.outcome.model.clone(),
        usage: read.paid(),
        cost_known: read.is_unpriced.then_some(false),
        stop: read.stop.filter(|_| text.is_some()).and_then(Stop::cut),
        text,
        error,
        agent: names.agent,
        instance: names.instance,
        session: names.session,
        run_id: operation.run_id(),
    })
}

fn json_bytes(text: &str) -> usize {
    serde_json::to_string(text).map_or(usize::MAX, |json| json.len())
}

/// Why there is no answer. What the provider's own text says stays with those who may see the session.
fn reply_error(error: &EndError) -> ReplyError {
    let provider = error.model.as_ref().map(|NoAnswer { status, code, request_id, retry_after_s, .. }| {
        json!({"status": status, "code": code, "request_id": request_id, "retry_after_s": retry_after_s})
    });
    ReplyError { code: error.code.clone(), message: error.message.clone(), provider }
}

impl EndError {
    /// Why an operation ends that nobody waits for any more, and how.
    pub fn not_awaited(has_begun: bool) -> (EndState, Self) {
        let state = if has_begun { EndState::Aborted } else { EndState::Cancelled };
        (state, EndError::new(state.as_str(), "The workflow that asked does not wait for the answer any more."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finish::Outcome;
    use rookery_domain::{AgentRef, CellId, EventId, ProjectId, SessionKey, Time, WorkflowId, WorkflowRef};
    use rookery_store::SessionNames;

    fn told(text: Option<String>, error: Option<EndError>) -> AgentReply {
        told_of(Read { text, outcome: Outcome { error, ..Outcome::default() }, ..Read::default() })
    }

    fn told_of(read: Read) -> AgentReply {
        let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
        let (event, cell) = (EventId::fresh(), CellId("ask".into()));
        let names = SessionNames { agent: "guide".into(), instance: "7".into(), session: "default".into() };
        let pending = Pending {
            id: EventId::request(event.run, event.delivery(&cell), 0),
            delivery: event.delivery(&cell),
            agent: AgentRef { workflow, cell, incarnation: 1 },
            event: event.into(),
            arm: 0,
            state: PendingState::Open,
            token: String::new(),
            trace: None,
            created_at: Time(0),
            ended_at: None,
            deadline: Time(1),
            answer: None,
            failure: None,
            late_at: None,
            session: Some(AskedSession { names, n: Some(1) }),
            task: None,
        };
        let session = SessionAt { project: ProjectId::random(), key: SessionKey::of("guide", "7", "default") };
        reply(&pending, &session.operation(1), "succeeded", &read).unwrap()
    }

    #[test]
    fn an_answer_that_was_cut_says_so() {
        let answered = |stop| told_of(Read { text: Some("Half an".into()), stop: Some(stop), ..Read::default() }).stop;
        assert_eq!([Stop::End, Stop::Length, Stop::Refused].map(answered), [None, Some(Stop::Length), Some(Stop::Refused)]);
    }

    #[test]
    fn an_answer_that_fits_no_event_is_a_failure_and_the_providers_own_words_stay_here() {
        assert_eq!(told(Some("x".repeat(1000)), None).error, None);
        // Each of them takes six bytes in JSON.
        for large in ["x".repeat(limits::PAYLOAD_BYTES), "\u{1}".repeat(limits::PAYLOAD_BYTES / 5)] {
            let told = told(Some(large), None);
            assert_eq!((told.text, told.error.unwrap().code.as_str()), (None, "reply_too_large"));
        }
        let model = Some(NoAnswer { status: Some(400), text: "your key sk-...".into(), ..NoAnswer::default() });
        let told = told(None, Some(EndError { model, ..EndError::new("provider_refused", "No.") }));
        let error = serde_json::to_string(&told.error).unwrap();
        assert!(error.contains("400") && !error.contains("sk-"), "{error}");
    }
}
