//! Requests to external agents: the record that stands before the call (rule 6), its one result, and the ways to find it.
//!
//! The record is an item of the run. Whether a result counts is decided there alone, by one condition: `rq = open`, before the deadline.

use crate::commit::record::Failure;
use crate::expression::{Expr, Query, absent};
use crate::item::{Item, malformed};
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::{Store, Transacted};
use aws_sdk_dynamodb::types::TransactWriteItem;
use rookery_domain::{
    AgentRef, CallbackAuth, CellId, DeliveryId, Error, EventId, ProjectId, RequestState, Result, Time, WorkflowRef, limits,
};

/// The stored state of a request that may still be answered; whether it was acknowledged is seen by its ids.
const OPEN: &str = "open";

/// A request to an external agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Its id, in the run.
    pub id: EventId,
    /// The agent that made it.
    pub agent: AgentRef,
    /// The event that it was made for.
    pub event: EventId,
    /// The delivery that waits for its result.
    pub delivery: DeliveryId,
    /// The delivery's arm.
    pub arm: u32,
    /// What has become of it.
    pub state: RequestState,
    /// Where it was sent.
    pub endpoint: String,
    /// By what a result is trusted.
    pub auth: CallbackAuth,
    /// The secret part of its callback token.
    pub token: String,
    /// The credential that verifies a signed result.
    pub secret: Option<String>,
    /// The names of the credentials that its call sends: they are taken out of its result.
    pub credentials: Vec<String>,
    /// The trace that it belongs to, as a `traceparent`.
    pub trace: Option<String>,
    /// The ids by which the callee acknowledged it: several when the call was repeated.
    pub callee_ids: Vec<String>,
    /// How often it was sent.
    pub calls: u32,
    /// When it was first sent.
    pub created_at: Time,
    /// When it was first acknowledged.
    pub acknowledged_at: Option<Time>,
    /// When it was over: answered, expired, failed, cancelled.
    pub ended_at: Option<Time>,
    /// Until when a result is taken.
    pub deadline: Time,
    /// The result, as JSON text.
    pub answer: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// When a result came too late.
    pub late_at: Option<Time>,
}

/// What became of a request that was to be stored.
#[derive(Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is stored.
    New,
    /// It was there.
    There,
    /// The agent has as many outstanding as it may.
    Full,
}

impl Store {
    /// Stores a request before it is sent, unless its agent has `most` of them outstanding.
    pub async fn open_request(&self, request: &Request, most: u32) -> Result<Opened> {
        let item = Item::new(&keys::event(&request.agent.workflow, request.id))
            .s("rq", OPEN)
            .s("to", &request.agent.cell)
            .n("to_inc", request.agent.incarnation)
            .s("from", request.event)
            .s("dl", request.delivery)
            .n("arm", request.arm)
            .s("url", &request.endpoint)
            .s("auth", request.auth.as_str())
            .s("token", &request.token)
            .maybe(request.secret.as_ref(), |item, secret| item.s("secret", secret))
            .list("creds", &request.credentials)
            .maybe(request.trace.as_ref(), |item, trace| item.s("trace", trace))
            .n("calls", request.calls)
            .n("at", request.created_at.0)
            .n("deadline", request.deadline.0)
            .s("rp", keys::recent(&request.agent.workflow, Prefix::RecentRequests))
            .s("rs", keys::recent_sort(request.created_at, request.id))
            .n("expires_at", request.deadline.plus(limits::COMMIT_MS).ttl_seconds());
        let room = Expr::new("attribute_not_exists(n) OR n < :most").n(":most", most);
        let items = vec![self.put_in_transaction(item, Some(absent(Time::now()))), self.count_in_transaction(request, 1, room)];
        Ok(match self.transact_calmly(items).await? {
            Transacted::Done => Opened::New,
            Transacted::Refused(0) => Opened::There,
            _ => Opened::Full,
        })
    }

    fn count_in_transaction(&self, request: &Request, by: i32, condition: Expr) -> TransactWriteItem {
        let key = keys::outstanding(&request.agent);
        self.update_in_transaction(&key, Expr::new("ADD n :by").n(":by", by), condition)
    }

    /// Reads a request, consistently.
    pub async fn request(&self, workflow: &WorkflowRef, id: EventId) -> Result<Option<Request>> {
        let item = self.get(keys::event(workflow, id)).await?.filter(|item| !item.is_expired(Time::now()));
        item.filter(|item| item.opt_str("rq").is_some()).map(|item| read(workflow, id, &item)).transpose()
    }

    /// A page of a workflow's requests, newest first.
    pub async fn list_requests(&self, workflow: &WorkflowRef, limit: usize, cursor: Option<&Cursor>) -> Result<Page<Request>> {
        let partition = keys::recent(workflow, Prefix::RecentRequests);
        let ids = self.list_recent(workflow, partition, None, limit, limit, cursor).await?;
        let keys = ids.items.iter().map(|id| keys::event(workflow, *id)).collect();
        let items = ids.items.iter().zip(self.get_many(keys).await?);
        let requests =
            items.filter_map(|(id, item)| Some(read(workflow, *id, &item.filter(|item| item.opt_str("rq").is_some())?)));
        Ok(Page { items: requests.collect::<Result<_>>()?, next: ids.next })
    }

    /// How many requests of an agent are outstanding.
    pub async fn outstanding(&self, agent: &AgentRef) -> Result<u64> {
        let item = self.get(keys::outstanding(agent)).await?;
        Ok(item.and_then(|item| item.opt_num("n")).unwrap_or(0))
    }

    /// Takes the right to make the call of a request, until this time at most, and counts the call. `false` while another has it, or
    /// when the request is over.
    pub async fn take_request_call(&self, workflow: &WorkflowRef, id: EventId, now: Time, until: Time) -> Result<bool> {
        let update = Expr::new("SET lease = :until ADD calls :one").n(":until", until.0).n(":one", 1);
        let mut free = is_open().n(":now", now.0);
        free.text += " AND (attribute_not_exists(lease) OR lease < :now)";
        Ok(self.update(&keys::event(workflow, id), update, Some(free)).await?.is_some())
    }

    /// Gives it back: the call failed, and may be made again.
    pub async fn return_request_call(&self, workflow: &WorkflowRef, id: EventId) -> Result<()> {
        let gone = Some(Expr::new("attribute_exists(pk)"));
        self.update(&keys::event(workflow, id), Expr::new("REMOVE lease"), gone).await.map(drop)
    }

    /// Stores an acknowledgement: from now on the callee's id leads to the request. Gives the request as it is then.
    pub async fn acknowledge_request(&self, request: &Request, callee_id: &str, now: Time) -> Result<Option<Request>> {
        let way = Item::new(&keys::callee_id(callee_id, &request.agent.workflow, request.id))
            .n("expires_at", request.deadline.plus(limits::COMMIT_MS).ttl_seconds());
        self.put(way, None).await?;
        let mut update = Expr::new("SET acked = if_not_exists(acked, :now)").n(":now", now.0);
        if !request.callee_ids.iter().any(|known| known == callee_id) {
            update.text += ", ids = list_append(if_not_exists(ids, :none), :id)";
            update = update.list(":none", &[]).list(":id", &[callee_id.to_owned()]);
        }
        let updated = self
            .update(&keys::event(&request.agent.workflow, request.id), update, Some(Expr::new("attribute_exists(pk)")))
            .await?;
        updated.map(|item| read(&request.agent.workflow, request.id, &item)).transpose()
    }

    /// The requests that a callee acknowledged with this id: of any project, since ids are the callee's.
    pub async fn requests_of_callee_id(
        &self,
        callee_id: &str,
        project: Option<&ProjectId>,
    ) -> Result<Vec<(WorkflowRef, EventId)>> {
        let prefix = project.map(|project| format!("{project}#")).unwrap_or_default();
        let (items, _) = self.query(Query::prefix(keys::callee_ids(callee_id), &prefix, 100)).await?;
        items.iter().map(|item| keys::called(item.str("sk")?).ok_or_else(|| malformed("sk"))).collect()
    }

    /// Takes a result, if it is the first one and in time: `true`. Else the request says why not.
    pub async fn answer_request(&self, request: &Request, answer: &str, now: Time) -> Result<bool> {
        let update = Expr::new("SET rq = :state, ended = :now, answer = :answer").s(":state", RequestState::Answered.as_str());
        let mut in_time = is_open().n(":now", now.0);
        in_time.text += " AND deadline > :now";
        self.end(request, update.packed(":answer", answer), in_time).await
    }

    /// Ends a request without a result: `false` when it had ended before.
    pub async fn close_request(
        &self,
        request: &Request,
        state: RequestState,
        failure: Option<&Failure>,
        now: Time,
    ) -> Result<bool> {
        let mut update = Expr::new("SET rq = :state, ended = :now").s(":state", state.as_str()).n(":now", now.0);
        if let Some(failure) = failure {
            update.text += ", err = :err";
            update = update.packed(":err", &serde_json::to_string(failure).unwrap_or_default());
        }
        self.end(request, update, is_open()).await
    }

    /// A request ends once, and gives back its place among the agent's outstanding ones.
    async fn end(&self, request: &Request, update: Expr, condition: Expr) -> Result<bool> {
        let record = self.update_in_transaction(&keys::event(&request.agent.workflow, request.id), update, condition);
        let count = self.count_in_transaction(request, -1, Expr::new("attribute_exists(pk)"));
        match self.transact_calmly(vec![record, count]).await? {
            Transacted::Done => Ok(true),
            Transacted::Refused(0) => Ok(false),
            _ => Err(Error::unavailable("the count of outstanding requests is gone")),
        }
    }

    /// Notes that a result came too late.
    pub async fn note_late_result(&self, workflow: &WorkflowRef, id: EventId, now: Time) -> Result<()> {
        let update = Expr::new("SET late = :now").n(":now", now.0);
        self.update(&keys::event(workflow, id), update, Some(Expr::new("attribute_exists(pk)"))).await.map(drop)
    }
}

fn is_open() -> Expr {
    Expr::new("rq = :open").s(":open", OPEN)
}

fn read(workflow: &WorkflowRef, id: EventId, item: &Item) -> Result<Request> {
    let callee_ids = item.strings("ids");
    let state = match (item.str("rq")?, callee_ids.is_empty()) {
        (OPEN, true) => RequestState::Calling,
        (OPEN, false) => RequestState::Outstanding,
        (name, _) => RequestState::parse(name).ok_or_else(|| malformed("rq"))?,
    };
    let text = |name: &str| item.raw(name).map(|_| item.unpacked(name)).transpose();
    Ok(Request {
        id,
        agent: AgentRef {
            workflow: workflow.clone(),
            cell: CellId(item.str("to")?.to_owned()),
            incarnation: item.num("to_inc")?,
        },
        event: item.parse("from")?,
        delivery: item.parse("dl")?,
        arm: item.num("arm")?,
        state,
        endpoint: item.str("url")?.to_owned(),
        auth: CallbackAuth::parse(item.str("auth")?).ok_or_else(|| malformed("auth"))?,
        token: item.str("token")?.to_owned(),
        secret: item.opt_str("secret").map(str::to_owned),
        credentials: item.strings("creds"),
        trace: item.opt_str("trace").map(str::to_owned),
        callee_ids,
        calls: item.num("calls")?,
        created_at: item.time("at")?,
        acknowledged_at: item.opt_num("acked").map(Time),
        ended_at: item.opt_num("ended").map(Time),
        deadline: item.time("deadline")?,
        answer: text("answer")?,
        failure: text("err")?.map(|text| serde_json::from_str(&text).map_err(|_| malformed("err"))).transpose()?,
        late_at: item.opt_num("late").map(Time),
    })
}
