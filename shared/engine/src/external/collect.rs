//! Collecting results that external agents post: which request a result belongs to, whether its sender is believed, and whether
//! it counts.

use crate::Engine;
use crate::external::acknowledgement::CALLBACK_TOKEN;
use crate::external::pending::split_token;
use rookery_agents::agent_protocol::read_result;
use rookery_agents::{HookRequest, STANDARD_WEBHOOKS, verify_standard_webhook};
use rookery_domain::{CallbackAuth, Error, EventId, Kind, PendingState, ProjectId, Result, WorkflowRef};
use rookery_egress::Redactor;
use rookery_store::{HeldResult, Request};
use std::collections::HashMap;
use subtle::ConstantTimeEq;

/// What became of a posted result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collected {
    /// It is the request's result, now or since an earlier post of the same result.
    Taken,
    /// The result's id is not known yet, and a call of the project is under way: the result is held until the acknowledgement is stored.
    Held,
}

/// The requests to which a callee's id leads.
#[derive(Default)]
struct Led {
    open: Vec<Request>,
    /// The latest request that has ended, for each project.
    ended: HashMap<ProjectId, Request>,
}

impl Led {
    /// Keeps a request that has ended, if it is the latest of its project. Gives the one of the two that is not.
    fn keep_latest(&mut self, request: Request) -> Option<(WorkflowRef, EventId)> {
        let project = request.pending.agent.workflow.project.clone();
        let older = match self.ended.remove(&project) {
            Some(known) if known.pending.created_at > request.pending.created_at => {
                self.ended.insert(project, known);
                Some(request)
            }
            known => {
                self.ended.insert(project, request);
                known
            }
        };
        older.map(|older| (older.pending.agent.workflow, older.pending.id))
    }
}

impl Engine {
    /// Takes a result: by its callback token, or by the request id alone where the agent allows that. For a result that is posted
    /// below a project, only that project's requests are looked at.
    pub async fn collect(&self, project: Option<&ProjectId>, token: Option<&str>, post: &HookRequest) -> Result<Collected> {
        let result = read_result(&post.body)?;
        let found = match token {
            Some(token) => Some(self.by_callback_token(project, token).await?.ok_or_else(unknown)?),
            None => self.by_callee_id(project, &result.request_id).await?,
        };
        match (found, project) {
            (Some(request), _) => {
                if token.is_none() {
                    self.believe(&request, post).await?;
                }
                self.take(&request, post).await
            }
            (None, Some(project)) => self.hold(project, &result.request_id, post).await?.ok_or_else(unknown),
            (None, None) => Err(unknown()),
        }
    }

    /// The request to an external agent that a token names.
    async fn by_callback_token(&self, project: Option<&ProjectId>, token: &str) -> Result<Option<Request>> {
        let is_foreign = |request: &Request| project.is_some_and(|project| *project != request.pending.agent.workflow.project);
        let request = self.request_by_token(token).await?;
        Ok(request.filter(|request| request.question.is_none() && !is_foreign(request)))
    }

    /// The request that a token names: the token has the workflow, the request, and the secret, which must match.
    pub(crate) async fn request_by_token(&self, token: &str) -> Result<Option<Request>> {
        let Some((workflow, id, secret)) = split_token(token) else { return Ok(None) };
        let request = self.store.request(&workflow, id).await?;
        Ok(request.filter(|request| bool::from(request.pending.token.as_bytes().ct_eq(secret.as_bytes()))))
    }

    /// The request that a callee acknowledged with this id, among those that accept results without a token. Of several, the open
    /// one counts. Without a project, all requests with this id, also those that have ended, must belong to one project: a result
    /// that is posted twice must not reach another project's request.
    async fn by_callee_id(&self, project: Option<&ProjectId>, callee_id: &str) -> Result<Option<Request>> {
        let Led { mut open, mut ended } = self.led_by(project, callee_id).await?;
        let mut projects = open.iter().chain(ended.values()).map(|request| &request.pending.agent.workflow.project);
        let first = projects.next();
        if project.is_none() && projects.any(|project| Some(project) != first) {
            return Ok(None);
        }
        match open.len() {
            0 => Ok(ended.drain().map(|(_, request)| request).max_by_key(|request| request.pending.created_at)),
            1 => Ok(open.pop()),
            _ => Err(Error::new(
                Kind::Conflict,
                "ambiguous_request_id",
                "Several outstanding requests have this id.",
                "Send the header `X-Callback-Token` as it came with the request.",
            )),
        }
    }

    /// The requests to which a callee's id leads. A callee may give the same id each time. Of the requests that have ended, the
    /// latest of each project is kept, so that its result is recognised when it comes again; the ways to the others are removed.
    async fn led_by(&self, project: Option<&ProjectId>, callee_id: &str) -> Result<Led> {
        let (mut led, mut cursor) = (Led::default(), None);
        loop {
            let page = self.store.requests_of_callee_id(callee_id, project, cursor.as_ref()).await?;
            for (workflow, id) in page.items {
                let found =
                    self.store.request(&workflow, id).await?.filter(|request| request.auth != CallbackAuth::CallbackToken);
                let of_no_use = match found {
                    Some(request) if request.pending.state == PendingState::Open => {
                        led.open.push(request);
                        None
                    }
                    Some(request) => led.keep_latest(request),
                    None => Some((workflow, id)),
                };
                if let Some((workflow, id)) = of_no_use {
                    self.store.forget_callee_id(callee_id, &workflow, id).await?;
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(led);
            }
        }
    }

    /// Checks the proof of a result that came without a token.
    async fn believe(&self, request: &Request, post: &HookRequest) -> Result<()> {
        if request.auth != CallbackAuth::Signature {
            return Ok(());
        }
        let name = request.secret.clone().unwrap_or_default();
        let credential =
            self.store.credentials(&request.pending.agent.workflow.project, std::slice::from_ref(&name)).await?.pop().flatten();
        verify_standard_webhook(post, &name, credential.as_ref().map(|credential| credential.value.as_str()))
    }

    /// Stores the first result that comes in time. The same result again is accepted; all others are refused, with the reason.
    async fn take(&self, request: &Request, post: &HookRequest) -> Result<Collected> {
        let pending = &request.pending;
        let workflow = &pending.agent.workflow;
        let head = self.store.find_workflow(workflow).await?;
        if head.is_none_or(|head| head.deleted) {
            return Err(unknown());
        }
        let text = self.clean(request, &String::from_utf8_lossy(&post.body)).await?;
        if !self.store.answer_pending(pending, &text, post.now).await? {
            let ended = self.store.pending(workflow, pending.id).await?;
            let ended = ended.ok_or_else(|| Error::unavailable("a request is gone while it is answered"))?;
            match (&ended.answer, ended.state) {
                (Some(answer), _) if is_same(answer, &text) => {}
                (Some(_), _) => {
                    let remedy = "The first result counts. To give another, let the request be retried.";
                    return Err(Error::new(
                        Kind::Conflict,
                        "result_differs",
                        "Another result came before for this request.",
                        remedy,
                    ));
                }
                (None, state) => {
                    self.store.note_late_answer(pending, post.now).await?;
                    return Err(over(state));
                }
            }
        }
        // The delivery is woken for a repeated result, too: the first may have been stored without its message being sent (rule 3).
        self.wake(pending).await?;
        Ok(Collected::Taken)
    }

    /// The result without the credentials and the token that its call sent: the callee may have repeated them.
    async fn clean(&self, request: &Request, text: &str) -> Result<String> {
        let pending = &request.pending;
        let sent = self.store.credentials(&pending.agent.workflow.project, &request.credentials).await?;
        let sent = sent.iter().flatten().map(|credential| (credential.name.as_str(), credential.value.as_str()));
        let clean = Redactor::new(sent.chain([(CALLBACK_TOKEN, pending.token.as_str())])).redact_text(text);
        if clean != text && serde_json::from_str::<serde::de::IgnoredAny>(&clean).is_err() {
            let remedy = "Leave it out, or put it into a text, where it is made unreadable.";
            return Err(Error::invalid("The result holds a credential of its call in a number.", remedy));
        }
        Ok(clean)
    }

    /// Holds a result whose acknowledgement may not be stored yet; none when no call of the project is under way.
    async fn hold(&self, project: &ProjectId, callee_id: &str, post: &HookRequest) -> Result<Option<Collected>> {
        if !self.store.is_calling(project, post.now).await? {
            return Ok(None);
        }
        let header = |name: &str| post.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let held = HeldResult {
            body: String::from_utf8_lossy(&post.body).into_owned(),
            headers: STANDARD_WEBHOOKS.iter().flatten().filter_map(|name| Some(((*name).to_owned(), header(name)?))).collect(),
            received_at: post.now,
        };
        if !self.store.hold_result(project, callee_id, &held).await? {
            let remedy = "Post it again in a minute.";
            return Err(Error::new(
                Kind::Unavailable,
                "too_many_early_results",
                "A result with this id, or too many others, wait for their requests.",
                remedy,
            ));
        }
        // The acknowledgement may have been stored after the first look. Then nobody else would look for the result again.
        match self.by_callee_id(Some(project), callee_id).await? {
            Some(request) => {
                self.believe(&request, post).await?;
                let taken = self.take(&request, post).await?;
                self.store.drop_held_result(project, callee_id).await?;
                Ok(Some(taken))
            }
            None => Ok(Some(Collected::Held)),
        }
    }

    /// Joins a held result with its request, whose acknowledgement is stored now.
    pub(crate) async fn join_held(&self, request: &Request, callee_id: &str) -> Result<()> {
        let project = &request.pending.agent.workflow.project;
        let Some(held) = self.store.held_result(project, callee_id).await? else { return Ok(()) };
        let mut headers = http::HeaderMap::new();
        for (name, value) in &held.headers {
            if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        let post = HookRequest {
            method: http::Method::POST,
            headers,
            query: Default::default(),
            body: held.body.into_bytes(),
            now: held.received_at,
        };
        let taken = match self.believe(request, &post).await {
            Ok(()) => self.take(request, &post).await.map(drop),
            Err(error) => Err(error),
        };
        match taken {
            Err(error) if matches!(error.kind, Kind::Unavailable | Kind::Internal) => return Err(error),
            // The sender was told 202, but the result no longer counts, or is not believed.
            Err(error) => tracing::warn!(%error, request = %request.pending.id, "a result that came early is refused"),
            Ok(()) => {}
        }
        self.store.drop_held_result(project, callee_id).await
    }
}

/// The error for all requests that the sender must not know about: unknown, another project's, deleted, or without proof.
fn unknown() -> Error {
    let remedy = "Check the `requestId`; send the header `X-Callback-Token` as it came with the request.";
    Error::new(Kind::NotFound, "not_found", "There is no such request.", remedy)
}

/// The error that says why no result is accepted any more.
fn over(state: PendingState) -> Error {
    let (message, remedy) = match state {
        PendingState::Cancelled => ("The request was cancelled.", "Nothing is to be done."),
        PendingState::Failed => ("The call of the request failed for good.", "Answer calls with an acknowledgement and a 2xx."),
        _ => ("The request's deadline has passed.", "Answer sooner, or let the agent have a longer `deadline_seconds`."),
    };
    Error::new(Kind::Gone, "request_over", message, remedy)
}

/// Whether two results say the same, however they are spaced, and whichever of the callee's ids they carry.
fn is_same(one: &str, other: &str) -> bool {
    let result = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok().map(|value| value["result"].clone());
    result(one).is_some_and(|one| Some(one) == result(other))
}
