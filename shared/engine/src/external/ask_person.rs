//! Asking a person: the record is stored, then an event tells of the question and of the link that answers it, once. What the person decides
//! comes in by `decide.rs`.

use crate::external::ask::full;
use crate::external::emit::NOT_AWAITED;
use crate::external::host::{EngineHost, Purpose, Stopped};
use crate::external::pending::{pending_id, token_of};
use rookery_agents::{AgentError, AskPerson, Reply};
use rookery_domain::{CallbackAuth, DeliveryId, EventId, Payload, RunId};
use rookery_store::{Opened, Question, Request};
use serde_json::json;

/// The call by which a question is told of: each question has one.
const CALL: &str = "question";

/// The event that tells of the question which an arm of a delivery asks.
pub fn question_event(run: RunId, delivery: DeliveryId, arm: u32) -> EventId {
    EventId::emitted(EventId::request(run, delivery, arm), CALL)
}

impl EngineHost<'_> {
    pub(crate) async fn ask_somebody(&self, ask: AskPerson<'_>) -> Result<Reply, Stopped> {
        if self.purpose != Purpose::Commit {
            self.refuse(format!("would ask a person: {}", ask.question));
            return Err(AgentError::fail("person_asked", "A dry run does not wait for an answer: it asks nobody.").into());
        }
        let known = self.engine.store.request(&self.agent.workflow, pending_id(self.work)).await?;
        let request = match known {
            Some(request) => request,
            None => match self.open_question(&ask).await? {
                Some(request) => request,
                None => return Ok(full(self.work.attempt, ask.most)),
            },
        };
        if let Some(ended) = self.ended(&request.pending).await? {
            return Ok(ended);
        }
        let told = self.told_of(&request, ask.payload)?;
        match self.engine.emit_while_open(&request.pending, ask.group, CALL, told).await {
            // Somebody has answered or cancelled it meanwhile: whoever parks the delivery finds that.
            Err(error) if error.code == NOT_AWAITED => {}
            told => drop(told?),
        }
        Ok(Reply::WaitsUntil(request.pending.deadline))
    }

    /// Stores the record before anybody is told of the question (rule 6); none when its agent has too many outstanding.
    async fn open_question(&self, ask: &AskPerson<'_>) -> Result<Option<Request>, Stopped> {
        let request = Request {
            pending: self.new_pending(ask.deadline_ms)?,
            question: Some(Question { text: ask.question.to_owned(), details: ask.details.map(str::to_owned) }),
            endpoint: String::new(),
            auth: CallbackAuth::CallbackToken,
            secret: None,
            credentials: Vec::new(),
            callee_ids: Vec::new(),
            calls: 0,
            acknowledged_at: None,
        };
        // What cannot be told of is not asked.
        self.told_of(&request, ask.payload)?;
        Ok(match self.engine.store.open_request(&request, ask.most).await? {
            Opened::New => Some(request),
            Opened::Full => None,
            // Another copy of this message has stored the question meanwhile, so that one's link counts.
            Opened::There => self.engine.store.request(&self.agent.workflow, request.pending.id).await?,
        })
    }

    /// What the event says that tells of a question. Whoever sees it may answer.
    fn told_of(&self, request: &Request, payload: &Payload) -> Result<Payload, AgentError> {
        let (pending, question) = (&request.pending, request.question.as_ref());
        let told = json!({
            "question": question.map(|question| &question.text),
            "details": question.and_then(|question| question.details.as_ref()),
            "url": format!("{}/approvals/{}", self.address()?, token_of(pending)),
            "expires_at": pending.deadline,
            "request_id": pending.id,
            "payload": payload.value(),
        });
        Ok(Payload::of(told)?)
    }
}
