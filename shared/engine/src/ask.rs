//! Asking an external agent: the record before the call, the call, the acknowledgement; and each time the delivery wakes again,
//! what has become of it.

use crate::host::EngineHost;
use rookery_agents::agent_protocol::read_acknowledgement;
use rookery_agents::{AgentError, AskFor, Call, Reply, judge};
use rookery_domain::{CallbackAuth, Error, EventId, RequestState, Result, Time, random_token};
use rookery_store::{Failure, Opened, Request};
use serde_json::json;

/// The header that says where the result goes.
const CALLBACK_URL: &str = "X-Callback-Url";
/// The header that holds what the result's sender proves itself by.
const CALLBACK_TOKEN: &str = "X-Callback-Token";
/// Characters of the secret part of a callback token.
const SECRET_CHARS: usize = 40;
/// How long a call may be under way, in milliseconds: longer than its time limit.
const CALLING_MS: i64 = 60_000;
/// How long a copy of a delivery waits while another makes its call, in milliseconds.
const BUSY_MS: i64 = 2_000;
/// How long a request waits for its turn when its agent has too many outstanding, in milliseconds; and as much again by chance.
const FULL_MS: i64 = 2_000;

impl EngineHost<'_> {
    pub(crate) async fn ask_agent(&self, call: Call<'_>, ask: AskFor<'_>) -> Result<Reply, AgentError> {
        let Some(work) = self.work.filter(|_| self.calls) else {
            let line = format!("would call {} {}", call.request.method, call.request.url);
            self.refuse(line);
            return Err(AgentError::fail("outside_call", "A dry run does not wait for a result: it asks no external agent."));
        };
        let id = EventId::request(work.run(), work.delivery, work.arm);
        let known = self.engine.store.request(self.project, self.workflow, id).await?;
        if let Some(reply) = self.known_reply(known.as_ref()).await? {
            return Ok(reply);
        }
        if let Some((at, why)) = self.engine.may_call(self.project, ask.endpoint, Time::now()).await? {
            return Ok(Reply::NotNow(at, why));
        }
        let request = match known {
            Some(request) => request,
            None => match self.open(id, &ask).await? {
                Some(request) => request,
                None => {
                    let at = Time::now().plus(FULL_MS + crate::dispatch::jitter(FULL_MS as u32) as i64);
                    return Ok(Reply::NotNow(at, format!("{} requests are outstanding: this one waits.", ask.most)));
                }
            },
        };
        self.send(call, request).await
    }

    /// What is known of a request that was made before; none if it is (still) to be sent.
    async fn known_reply(&self, request: Option<&Request>) -> Result<Option<Reply>, AgentError> {
        let Some(request) = request else { return Ok(None) };
        Ok(Some(match (request.state, &request.answer) {
            (RequestState::Answered, Some(answer)) => Reply::Result(answer.clone()),
            (RequestState::Answered, None) => return Err(Error::internal("an answered request has no answer").into()),
            (RequestState::Cancelled, _) => Reply::Cancelled,
            (RequestState::Expired, _) => Reply::Expired,
            (RequestState::Failed, _) => {
                let failure = request.failure.clone();
                let failure =
                    failure.unwrap_or(Failure { code: "failed".into(), message: "The call failed.".into(), details: None });
                return Err(AgentError { details: failure.details, ..AgentError::fail(&failure.code, failure.message) });
            }
            (RequestState::Calling | RequestState::Outstanding, _) if Time::now() >= request.deadline => {
                self.expire(request).await?
            }
            (RequestState::Outstanding, _) => Reply::WaitsUntil(request.deadline),
            (RequestState::Calling, _) => return Ok(None),
        }))
    }

    /// The deadline is over: if no result came just now, none will be taken.
    async fn expire(&self, request: &Request) -> Result<Reply, AgentError> {
        let (store, now) = (&self.engine.store, Time::now());
        if store.close_request(self.project, self.workflow, request, RequestState::Expired, None, now).await? {
            return Ok(Reply::Expired);
        }
        let ended = store.request(self.project, self.workflow, request.id).await?;
        match ended.as_ref().and_then(|request| request.answer.clone()) {
            Some(answer) => Ok(Reply::Result(answer)),
            None => Ok(Reply::Expired),
        }
    }

    /// Stores the record of a request, before its call (rule 6); none when its agent has too many outstanding.
    async fn open(&self, id: EventId, ask: &AskFor<'_>) -> Result<Option<Request>, AgentError> {
        let (Some(work), now) = (self.work, Time::now()) else { return Ok(None) };
        let event = work.event().ok_or_else(|| Error::internal("a request is made for an event"))?;
        let request = Request {
            id,
            cell: work.cell.clone(),
            incarnation: self.incarnation,
            event,
            delivery: work.delivery,
            arm: work.arm,
            state: RequestState::Calling,
            endpoint: ask.endpoint.to_owned(),
            auth: ask.auth,
            token: random_token(SECRET_CHARS),
            secret: ask.secret.map(str::to_owned),
            callee_ids: Vec::new(),
            calls: 0,
            created_at: now,
            acknowledged_at: None,
            ended_at: None,
            deadline: now.plus(ask.deadline_ms),
            answer: None,
            failure: None,
            late_at: None,
        };
        match self.engine.store.open_request(self.project, self.workflow, &request, ask.most).await? {
            Opened::New => Ok(Some(request)),
            Opened::Full => Ok(None),
            // Another copy of this message stored it meanwhile: its token counts.
            Opened::There => Ok(self.engine.store.request(self.project, self.workflow, id).await?),
        }
    }

    async fn send(&self, mut call: Call<'_>, request: Request) -> Result<Reply, AgentError> {
        let (store, engine, now) = (&self.engine.store, self.engine, Time::now());
        let until = now.plus(CALLING_MS);
        if !store.take_request_call(self.project, self.workflow, request.id, now, until).await? {
            return Ok(Reply::NotNow(now.plus(BUSY_MS), "Another copy of this delivery makes the call.".to_owned()));
        }
        let base = engine.settings.base_url.as_deref().ok_or_else(|| {
            AgentError::fail(
                "no_base_url",
                "Rookery does not know its own address: set ROOKERY_BASE_URL, so that results find it.",
            )
        })?;
        let headers = &mut call.request.headers;
        headers.push((CALLBACK_URL.to_owned(), format!("{base}/p/{}/api/agentProxy/sendResult", self.project)));
        headers.push((
            CALLBACK_TOKEN.to_owned(),
            format!("{}{}{}{}", self.project, self.workflow, request.id.parts(), request.token),
        ));
        headers.push(("Idempotency-Key".to_owned(), request.id.own.simple().to_string()));
        let is_bare = request.auth != CallbackAuth::CallbackToken;
        if is_bare {
            store.begin_call(self.project, request.id, until).await?;
        }
        let answered = self.call_out(call).await.and_then(|response| judge(response, Time::now()));
        let failed = answered.as_ref().is_err_and(|error| error.retry != rookery_agents::Retry::Never);
        engine.called(self.project, &request.endpoint, failed).await?;
        let response = match answered {
            Ok(response) => response,
            Err(error) => return self.unless_answered(&request, error).await,
        };
        let Some(callee_id) = read_acknowledgement(&response.body) else {
            let shown = String::from_utf8_lossy(&response.body[..response.body.len().min(1000)]).into_owned();
            let error = AgentError::fail("not_acknowledged", "The agent's answer is no acknowledgement: it has no `requestId`.");
            return self.unless_answered(&request, error.with_details(json!({"status": response.status, "body": shown}))).await;
        };
        let known = store.acknowledge_request(self.project, self.workflow, &request, &callee_id, Time::now()).await?;
        if is_bare {
            engine.join_held(self.project, self.workflow, &request, &callee_id).await?;
            store.end_call(self.project, request.id).await?;
        }
        let known = if is_bare { store.request(self.project, self.workflow, request.id).await? } else { known };
        Ok(self.known_reply(known.as_ref()).await?.unwrap_or(Reply::WaitsUntil(request.deadline)))
    }

    /// A call that failed may have been understood all the same: a result that is there counts.
    async fn unless_answered(&self, request: &Request, error: AgentError) -> Result<Reply, AgentError> {
        let known = self.engine.store.request(self.project, self.workflow, request.id).await?;
        match known.and_then(|request| request.answer) {
            Some(answer) => Ok(Reply::Result(answer)),
            None => {
                self.engine.store.return_request_call(self.project, self.workflow, request.id).await?;
                Err(error)
            }
        }
    }
}

impl crate::Engine {
    /// Ends the request of a delivery that fails for good. `false` when it was answered meanwhile: then the delivery goes on.
    pub(crate) async fn fail_request(&self, work: &crate::work::Work, failure: &Failure) -> Result<bool> {
        let id = EventId::request(work.run(), work.delivery, work.arm);
        let Some(request) = self.store.request(&work.project, &work.workflow, id).await? else { return Ok(true) };
        if !request.state.is_open() {
            // What it failed with may be the answer itself.
            return Ok(true);
        }
        let now = Time::now();
        self.store.close_request(&work.project, &work.workflow, &request, RequestState::Failed, Some(failure), now).await
    }

    /// Whether the result of a delivery's request is there, so that it need not wait.
    pub(crate) async fn is_replied(&self, work: &crate::work::Work) -> Result<bool> {
        let id = EventId::request(work.run(), work.delivery, work.arm);
        Ok(self.store.request(&work.project, &work.workflow, id).await?.is_some_and(|request| !request.state.is_open()))
    }
}
