//! Asking an external agent: the record is stored, then the call is made, then its acknowledgement is stored. Each time that the
//! delivery wakes again, the state of the request decides what the agent is told.

use crate::delivery::backoff::jitter_ms;
use crate::delivery::work::Work;
use crate::external::acknowledgement::{acknowledged, outcome, without};
use crate::external::breaker::May;
use crate::external::host::{EngineHost, Purpose, Stopped};
use crate::external::pending::{pending_id, token_of};
use rookery_agents::{AgentError, AskFor, Call, Reply, judge};
use rookery_domain::{CallbackAuth, EventId, PendingState, RequestState, Result, Time};
use rookery_store::{Opened, Request};

/// The header that tells the callee where to post the result.
const CALLBACK_URL: &str = "X-Callback-Url";
/// The header with the token that proves the sender of the result.
const CALLBACK_TOKEN: &str = "X-Callback-Token";
/// How long a call may be under way, in milliseconds: longer than the time limit of calls.
const CALLING_MS: i64 = 60_000;
/// How long a second copy of a delivery waits while the first makes the call, in milliseconds.
const BUSY_MS: i64 = 2_000;
/// How long a request waits when its agent has too many outstanding, in milliseconds: the first wait, and the longest. Each
/// attempt doubles the wait.
const FULL_MS: [i64; 2] = [2_000, 60_000];

/// What an agent is told that has too many requests outstanding.
pub(crate) fn full(attempt: u32, most: u32) -> Reply {
    let wait = (FULL_MS[0] << attempt.min(5)).min(FULL_MS[1]);
    Reply::NotNow(Time::now().plus(wait + jitter_ms(wait)), format!("{most} requests are outstanding: this one waits."))
}

impl EngineHost<'_> {
    pub(crate) async fn ask_agent(&self, call: Call<'_>, ask: AskFor<'_>) -> Result<Reply, Stopped> {
        let work = self.work;
        if self.purpose != Purpose::Commit {
            self.refuse_call(&call);
            let message = "A dry run does not wait for a result: it asks no external agent.";
            return Err(AgentError::fail("outside_call", message).into());
        }
        let known = self.known(pending_id(work)).await?;
        if let Some(reply) = self.known_reply(known.as_ref()).await? {
            return Ok(reply);
        }
        let request = match known {
            Some(request) => request,
            None => match self.open(work, &call, &ask).await? {
                Some(request) => request,
                None => return Ok(full(work.attempt, ask.most)),
            },
        };
        // The breaker is asked only after the request has its place, so that nobody takes the probe of an open breaker in vain.
        match self.engine.may_call(self.project(), ask.endpoint, Time::now()).await? {
            May::NotNow(at, why) => Ok(Reply::NotNow(at, why)),
            May::Call { is_probe } => self.send(call, request, is_probe).await,
        }
    }

    /// Reads a request. If its acknowledgement was stored and an early result is still held, the result is joined first.
    async fn known(&self, id: EventId) -> Result<Option<Request>> {
        let store = &self.engine.store;
        let Some(request) = store.request(&self.agent.workflow, id).await? else { return Ok(None) };
        if request.pending.state != PendingState::Open
            || request.auth == CallbackAuth::CallbackToken
            || request.callee_ids.is_empty()
        {
            return Ok(Some(request));
        }
        for callee_id in &request.callee_ids {
            self.engine.join_held(&request, callee_id).await?;
        }
        store.request(&self.agent.workflow, id).await
    }

    /// What the agent is told of a request that was made before; none if the request is still to be sent.
    async fn known_reply(&self, request: Option<&Request>) -> Result<Option<Reply>, Stopped> {
        let Some(request) = request else { return Ok(None) };
        if let Some(ended) = self.ended(&request.pending).await? {
            return Ok(Some(ended));
        }
        let waits = request.state() == RequestState::Outstanding;
        Ok(waits.then_some(Reply::WaitsUntil(request.pending.deadline)))
    }

    /// Stores the record of a request before its call (rule 6); none when its agent has too many outstanding.
    async fn open(&self, work: &Work, call: &Call<'_>, ask: &AskFor<'_>) -> Result<Option<Request>> {
        let pending = self.new_pending(ask.deadline_ms)?;
        let request = Request {
            pending,
            question: None,
            endpoint: ask.endpoint.to_owned(),
            auth: ask.auth,
            secret: ask.secret.map(str::to_owned),
            credentials: call.credentials.to_vec(),
            callee_ids: Vec::new(),
            calls: 0,
            acknowledged_at: None,
        };
        match self.engine.store.open_request(&request, ask.most).await? {
            Opened::New => Ok(Some(request)),
            Opened::Full => Ok(None),
            // Another copy of this message has stored the request meanwhile, so that one's token counts.
            Opened::There => self.engine.store.request(&self.agent.workflow, pending_id(work)).await,
        }
    }

    async fn send(&self, mut call: Call<'_>, request: Request, is_probe: bool) -> Result<Reply, Stopped> {
        let (store, engine, now) = (&self.engine.store, self.engine, Time::now());
        let (id, until) = (request.pending.id, now.plus(CALLING_MS));
        if !store.take_request_call(&request, now, until).await? {
            return Ok(Reply::NotNow(now.plus(BUSY_MS), "Another copy of this delivery makes the call.".to_owned()));
        }
        let (base, token) = (self.address()?, token_of(&request.pending));
        let line = call.request_line();
        let headers = &mut call.request.headers;
        headers.push((CALLBACK_URL.to_owned(), format!("{base}/p/{}/api/agentProxy/sendResult", self.project())));
        headers.push((CALLBACK_TOKEN.to_owned(), token));
        headers.push(("Idempotency-Key".to_owned(), id.own.simple().to_string()));
        let is_bare = request.auth != CallbackAuth::CallbackToken;
        if is_bare {
            store.begin_call(self.project(), id, until).await?;
        }
        let answered = self.call_out(call).await.and_then(|response| judge(response, Time::now())).and_then(acknowledged);
        let answered = answered.map_err(|error| error.of_request(&line));
        engine.called(self.project(), &request.endpoint, outcome(&answered), is_probe).await?;
        let reply = match answered {
            Ok(callee_id) => {
                let known = store.acknowledge_request(&request, &callee_id, Time::now()).await?;
                let known = if is_bare { self.known(id).await? } else { known };
                self.known_reply(known.as_ref()).await?.unwrap_or(Reply::WaitsUntil(request.pending.deadline))
            }
            Err(error) => self.unless_ended(&request, error).await?,
        };
        if is_bare {
            store.end_call(self.project(), id).await?;
        }
        Ok(reply)
    }

    /// What the agent is told after a call that failed. The callee may have understood the call all the same: if the request has
    /// ended meanwhile, its end counts.
    async fn unless_ended(&self, request: &Request, error: AgentError) -> Result<Reply, Stopped> {
        let known = self.engine.store.request(&self.agent.workflow, request.pending.id).await?;
        if known.as_ref().is_some_and(|request| request.pending.state != PendingState::Open)
            && let Some(reply) = self.known_reply(known.as_ref()).await?
        {
            return Ok(reply);
        }
        self.engine.store.return_request_call(request).await?;
        if request.auth != CallbackAuth::CallbackToken {
            self.engine.store.end_call(self.project(), request.pending.id).await?;
        }
        Err(without(error, &request.pending.token).into())
    }
}
