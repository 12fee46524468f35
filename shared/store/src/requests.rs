//! Requests to external agents: pending records that are sent over HTTP, and the ways in which their results find them. Questions to
//! persons are the same records; whoever has the link of one answers it.

use crate::expression::Expr;
use crate::item::{Item, malformed};
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page, Placed};
use crate::pending::{self, Opened, Pending, is_open, read_pending};
use crate::recent::Recent;
use crate::sdk::Store;
use rookery_domain::{CallbackAuth, EventId, ProjectId, RequestState, Result, Time, WorkflowRef, limits};

/// A request to an external agent, or a question to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The pending record. Its token is the secret part of the callback token; its answer is the result as it was posted.
    pub pending: Pending,
    /// What a person is asked, if it is a question to one.
    pub question: Option<Question>,
    /// Where the request was sent; nothing for a question to a person.
    pub endpoint: String,
    /// How a result proves its sender.
    pub auth: CallbackAuth,
    /// The credential that verifies a signed result.
    pub secret: Option<String>,
    /// The names of the credentials that the call sends: their values are taken out of the result.
    pub credentials: Vec<String>,
    /// The ids by which the callee acknowledged the request: several when the call was repeated.
    pub callee_ids: Vec<String>,
    /// How often the request was sent.
    pub calls: u32,
    /// When the request was first acknowledged.
    pub acknowledged_at: Option<Time>,
}

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub text: String,
    /// What the person should know.
    pub details: Option<String>,
}

impl Request {
    /// What has become of the request.
    pub fn state(&self) -> RequestState {
        // A question is asked by what stands in the workflow behind its agent: nobody acknowledges it.
        RequestState::of(self.pending.state, self.question.is_some() || !self.callee_ids.is_empty())
    }
}

impl Store {
    /// Stores a request before it is sent, unless its agent has `most` of them outstanding.
    pub async fn open_request(&self, request: &Request, most: u32) -> Result<Opened> {
        let (workflow, pending) = (&request.pending.agent.workflow, &request.pending);
        let add = |item: Item| {
            let to = match &request.question {
                None => item.s("url", &request.endpoint),
                Some(Question { text, details }) => {
                    item.packed("question", text).maybe(details.as_ref(), |item, details| item.packed("details", details))
                }
            };
            to.s("auth", request.auth.as_str())
                .maybe(request.secret.as_ref(), |item, secret| item.s("secret", secret))
                .list("creds", &request.credentials)
                .n("calls", request.calls)
                .s("rp", keys::recent(workflow, Prefix::RecentRequests))
                .s("rs", keys::recent_sort(pending.created_at, pending.id))
        };
        self.open_pending(pending, add, most).await
    }

    /// Reads a request, consistently.
    pub async fn request(&self, workflow: &WorkflowRef, id: EventId) -> Result<Option<Request>> {
        // A record of another kind was sent nowhere.
        let is_request = |item: &Item| item.opt_str("url").is_some() || item.raw("question").is_some();
        let item = self.pending_item(workflow, id).await?.filter(is_request);
        item.map(|item| read(workflow, id, &item)).transpose()
    }

    /// A page of a workflow's requests, newest first.
    pub async fn list_request_places(
        &self,
        workflow: &WorkflowRef,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Placed>> {
        let partition = keys::recent(workflow, Prefix::RecentRequests);
        self.list_placed(&Recent::of(workflow, partition, limit), cursor).await
    }

    /// Takes the right to make the call of a request, until this time at most, and counts the call. `false` while somebody else
    /// has that right, or when the request has ended.
    pub async fn take_request_call(&self, request: &Request, now: Time, until: Time) -> Result<bool> {
        let update = Expr::new("SET lease = :until ADD calls :one").n(":until", until.0).n(":one", 1);
        let mut free = is_open().n(":now", now.0);
        free.text += " AND (attribute_not_exists(lease) OR lease < :now)";
        Ok(self.update(&pending::key(&request.pending), update, Some(free)).await?.is_some())
    }

    /// Gives the right to call back: the call failed, and may be made again.
    pub async fn return_request_call(&self, request: &Request) -> Result<()> {
        let there = Some(Expr::new("attribute_exists(pk)"));
        self.update(&pending::key(&request.pending), Expr::new("REMOVE lease"), there).await.map(drop)
    }

    /// Stores an acknowledgement: from now on the callee's id leads to the request, where the auth allows a result by that id.
    /// Gives the request as it then is.
    pub async fn acknowledge_request(&self, request: &Request, callee_id: &str, now: Time) -> Result<Option<Request>> {
        let Pending { id, agent, deadline, .. } = &request.pending;
        if request.auth != CallbackAuth::CallbackToken {
            let way = Item::new(&keys::callee_id(callee_id, &agent.workflow, *id));
            self.put(way.n("expires_at", deadline.plus(limits::COMMIT_MS).ttl_seconds()), None).await?;
        }
        let mut update = Expr::new("SET acked = if_not_exists(acked, :now)").n(":now", now.0);
        if !request.callee_ids.iter().any(|known| known == callee_id) {
            update.text += ", ids = list_append(if_not_exists(ids, :none), :id)";
            update = update.list(":none", &[]).list(":id", &[callee_id.to_owned()]);
        }
        let there = Some(Expr::new("attribute_exists(pk)"));
        let updated = self.update(&pending::key(&request.pending), update, there).await?;
        updated.map(|item| read(&agent.workflow, *id, &item)).transpose()
    }

    /// A page of the requests that a callee acknowledged with this id. They may be of any project, since the callee chooses its ids.
    pub async fn requests_of_callee_id(
        &self,
        callee_id: &str,
        project: Option<&ProjectId>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<(WorkflowRef, EventId)>> {
        let prefix = project.map(|project| format!("{project}#")).unwrap_or_default();
        let page = self.page(&keys::callee_ids(callee_id), &prefix, 100, cursor).await?;
        page.try_map(|item| keys::called(item.str("sk")?).ok_or_else(|| malformed("sk")))
    }

    /// Removes the way from a callee's id to this request.
    pub async fn forget_callee_id(&self, callee_id: &str, workflow: &WorkflowRef, request: EventId) -> Result<()> {
        self.delete(&keys::callee_id(callee_id, workflow, request)).await
    }
}

fn read(workflow: &WorkflowRef, id: EventId, item: &Item) -> Result<Request> {
    let text = |name: &str| item.raw(name).map(|_| item.unpacked(name)).transpose();
    let details = text("details")?;
    Ok(Request {
        pending: read_pending(workflow, id, item)?,
        question: text("question")?.map(|text| Question { text, details }),
        endpoint: item.opt_str("url").unwrap_or_default().to_owned(),
        auth: CallbackAuth::parse(item.str("auth")?).ok_or_else(|| malformed("auth"))?,
        secret: item.opt_str("secret").map(str::to_owned),
        credentials: item.strings("creds"),
        callee_ids: item.strings("ids"),
        calls: item.num("calls")?,
        acknowledged_at: item.opt_num("acked").map(Time),
    })
}
