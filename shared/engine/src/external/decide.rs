//! What persons decide: the first decision that comes in time counts, whether by the link or by the API, and the delivery that waits goes on.
//! Looking at a question changes nothing.

use crate::Engine;
use rookery_agents::Decision;
use rookery_domain::{Error, Kind, PendingState, Result};
use rookery_store::Request;

impl Engine {
    /// The question that a link leads to, whatever has become of it.
    pub async fn question(&self, token: &str) -> Result<Request> {
        let unknown = || {
            let remedy = "Open the whole link, as it was sent.";
            Error::new(Kind::NotFound, "not_found", "There is no such question.", remedy)
        };
        let request = self.request_by_token(token).await?.filter(|request| request.question.is_some()).ok_or_else(unknown)?;
        let head = self.store.find_workflow(&request.pending.agent.workflow).await?;
        head.filter(|head| !head.deleted).ok_or_else(unknown)?;
        Ok(request)
    }

    /// Answers a question, and gives it as it then is. The same answer again changes nothing; another one is refused, and so is one that comes
    /// too late.
    pub async fn decide(&self, request: &Request, decision: &Decision) -> Result<Request> {
        let (pending, workflow) = (&request.pending, &request.pending.agent.workflow);
        if request.question.is_none() {
            let remedy = "An external agent answers it; cancel it, if nobody is to.";
            return Err(Error::new(Kind::Conflict, "not_a_question", "The request is no question to a person.", remedy));
        }
        let answer = serde_json::to_string(decision).map_err(Error::internal)?;
        if !self.store.answer_pending(pending, &answer, decision.at).await? {
            let ended = self.find_request(workflow, pending.id).await?;
            match decided(&ended)? {
                Some(known) if known.approved == decision.approved => {}
                Some(known) => return Err(decided_differently(&known)),
                None => {
                    self.store.note_late_answer(pending, decision.at).await?;
                    return Err(question_over(ended.pending.state));
                }
            }
        }
        // The delivery is woken for a repeated answer, too: the first may have been stored without its message being sent (rule 3).
        self.wake(pending).await?;
        self.find_request(workflow, pending.id).await
    }
}

/// What was decided about a question, if something was.
pub fn decided(request: &Request) -> Result<Option<Decision>> {
    let answer = request.pending.answer.as_deref().filter(|_| request.question.is_some());
    answer.map(serde_json::from_str).transpose().map_err(Error::internal)
}

fn decided_differently(known: &Decision) -> Error {
    let was = if known.approved { "approved" } else { "rejected" };
    let remedy = "The first answer counts. To ask anew, let the request be retried.";
    Error::new(Kind::Conflict, "decided_differently", format!("The question was {was} already, at {}.", known.at), remedy)
}

/// The error that says why no answer is accepted any more.
pub fn question_over(state: PendingState) -> Error {
    let message = match state {
        PendingState::Cancelled => "The question was cancelled.",
        PendingState::Failed => "What asked the question has failed.",
        PendingState::Open | PendingState::Answered | PendingState::Expired => "The time to answer is over.",
    };
    Error::new(Kind::Gone, "request_over", message, "To ask anew, let the request be retried.")
}
