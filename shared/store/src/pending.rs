//! Pending records: something was asked of somebody outside, and a delivery waits for the one answer. The record is stored before
//! anything is sent (rule 6). It is answered once, or ended: by its deadline, by a failure, or by a person.
//!
//! A record is an item of the run. One condition on that item decides whether an answer counts: `rq = open`, before the deadline.
//! Each kind of record has the attributes that are written here, and some of its own; those of requests to external agents and of questions to persons are
//! in `requests`, those of what persistent agents are asked in `session_asks`, those
//! of tasks for entry points in `task_asks`.

use crate::commit::record::Failure;
use crate::expression::{Expr, absent};
use crate::item::{Item, malformed};
use crate::keys::{self, Prefix};
use crate::sdk::{Store, Transacted};
use crate::session_asks::AskedSession;
use crate::task_asks::AskedTask;
use aws_sdk_dynamodb::types::TransactWriteItem;
use rookery_domain::{AgentRef, CellId, DeliveryId, Error, EventAt, EventId, PendingState, Result, Time, WorkflowRef, limits};

/// Something that a delivery waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The record's id, in the run.
    pub id: EventId,
    /// The agent that asked.
    pub agent: AgentRef,
    /// The event that the agent handles.
    pub event: EventAt,
    /// The delivery that waits for the answer.
    pub delivery: DeliveryId,
    /// The delivery's arm.
    pub arm: u32,
    /// What has become of the record.
    pub state: PendingState,
    /// The secret by which an answer is believed.
    pub token: String,
    /// The trace that the record belongs to, as a `traceparent`.
    pub trace: Option<String>,
    /// When the record was stored.
    pub created_at: Time,
    /// When the record was answered or ended.
    pub ended_at: Option<Time>,
    /// Until when an answer is taken.
    pub deadline: Time,
    /// The answer, as JSON text.
    pub answer: Option<String>,
    /// Why the delivery failed.
    pub failure: Option<Failure>,
    /// When an answer came too late.
    pub late_at: Option<Time>,
    /// The session of a persistent agent that was asked, if it was one.
    pub session: Option<AskedSession>,
    /// The task that was sent over a connection, if it was one.
    pub task: Option<AskedTask>,
}

/// What became of a record that was to be stored.
#[derive(Debug, PartialEq, Eq)]
pub enum Opened {
    /// The record is stored.
    New,
    /// The record was there already.
    There,
    /// The agent has as many records outstanding as it may.
    Full,
}

impl Store {
    /// Stores a record with what its kind adds, unless its agent has `most` records outstanding.
    pub(crate) async fn open_pending(&self, pending: &Pending, add: impl FnOnce(Item) -> Item, most: u32) -> Result<Opened> {
        let item = Item::new(&key(pending))
            .s("rq", pending.state.as_str())
            .s("to", &pending.agent.cell)
            .n("to_inc", pending.agent.incarnation)
            .s("from", pending.event)
            .s("dl", pending.delivery)
            .n("arm", pending.arm)
            .s("token", &pending.token)
            .maybe(pending.trace.as_ref(), |item, trace| item.s("trace", trace))
            .n("at", pending.created_at.0)
            .n("deadline", pending.deadline.0)
            .n("expires_at", pending.deadline.plus(limits::COMMIT_MS).ttl_seconds());
        let room = Expr::new("attribute_not_exists(n) OR n < :most").n(":most", most);
        let record = self.put_in_transaction(add(item), Some(absent(Time::now())));
        Ok(match self.transact_calmly(vec![record, self.count_in_transaction(pending, 1, room)]).await? {
            Transacted::Done => Opened::New,
            Transacted::Refused(0) => Opened::There,
            _ => Opened::Full,
        })
    }

    fn count_in_transaction(&self, pending: &Pending, by: i32, condition: Expr) -> TransactWriteItem {
        let key = keys::outstanding(&pending.agent);
        self.update_in_transaction(&key, Expr::new("ADD n :by").n(":by", by), condition)
    }

    /// Reads a record of any kind, consistently.
    pub async fn pending(&self, workflow: &WorkflowRef, id: EventId) -> Result<Option<Pending>> {
        self.pending_item(workflow, id).await?.map(|item| read_pending(workflow, id, &item)).transpose()
    }

    pub(crate) async fn pending_item(&self, workflow: &WorkflowRef, id: EventId) -> Result<Option<Item>> {
        let item = self.get(keys::event(workflow, id)).await?;
        Ok(item.filter(|item| !item.is_expired(Time::now()) && item.opt_str("rq").is_some()))
    }

    /// How many records of an agent are outstanding.
    pub async fn outstanding(&self, agent: &AgentRef) -> Result<u64> {
        let item = self.get(keys::outstanding(agent)).await?;
        Ok(item.and_then(|item| item.opt_num("n")).unwrap_or(0))
    }

    /// How many records of a workflow's agents are outstanding, of its first 200 agents that ever asked something; and whether there are more
    /// such agents.
    pub async fn outstanding_in(&self, workflow: &WorkflowRef) -> Result<(u64, bool)> {
        let counts = self.page(&keys::of_workflow(workflow, Prefix::Outstanding), "", limits::PAGE_MAX, None).await?;
        Ok((counts.items.iter().filter_map(|item| item.opt_num::<u64>("n")).sum(), counts.next.is_some()))
    }

    /// Stores an answer, if it is the first one and in time: `true`. After `false`, the record itself says why the answer does not count.
    pub async fn answer_pending(&self, pending: &Pending, answer: &str, now: Time) -> Result<bool> {
        let update = Expr::new("SET rq = :state, ended = :now, answer = :answer").s(":state", PendingState::Answered.as_str());
        let mut in_time = is_open().n(":now", now.0);
        in_time.text += " AND deadline > :now";
        self.end(pending, update.packed(":answer", answer), in_time).await
    }

    /// Ends a record without an answer: `false` when it had ended before.
    pub async fn close_pending(
        &self,
        pending: &Pending,
        state: PendingState,
        failure: Option<&Failure>,
        now: Time,
    ) -> Result<bool> {
        let mut update = Expr::new("SET rq = :state, ended = :now").s(":state", state.as_str()).n(":now", now.0);
        if let Some(failure) = failure {
            update.text += ", err = :err";
            update = update.packed(":err", &serde_json::to_string(failure).unwrap_or_default());
        }
        self.end(pending, update, is_open()).await
    }

    /// Ends a record once, and takes it off the agent's count of outstanding ones.
    async fn end(&self, pending: &Pending, update: Expr, condition: Expr) -> Result<bool> {
        let record = self.update_in_transaction(&key(pending), update, condition);
        let count = self.count_in_transaction(pending, -1, Expr::new("attribute_exists(pk)"));
        match self.transact_calmly(vec![record, count]).await? {
            Transacted::Done => Ok(true),
            Transacted::Refused(0) => Ok(false),
            _ => Err(Error::unavailable("the count of outstanding requests is gone")),
        }
    }

    /// Notes that an answer came too late.
    pub async fn note_late_answer(&self, pending: &Pending, now: Time) -> Result<()> {
        let update = Expr::new("SET late = :now").n(":now", now.0);
        self.update(&key(pending), update, Some(Expr::new("attribute_exists(pk)"))).await.map(drop)
    }
}

pub(crate) fn key(pending: &Pending) -> keys::Key {
    keys::event(&pending.agent.workflow, pending.id)
}

/// The condition that a record may still be answered.
pub(crate) fn is_open() -> Expr {
    Expr::new("rq = :open").s(":open", PendingState::Open.as_str())
}

pub(crate) fn read_pending(workflow: &WorkflowRef, id: EventId, item: &Item) -> Result<Pending> {
    let text = |name: &str| item.raw(name).map(|_| item.unpacked(name)).transpose();
    Ok(Pending {
        id,
        agent: AgentRef {
            workflow: workflow.clone(),
            cell: CellId(item.str("to")?.to_owned()),
            incarnation: item.num("to_inc")?,
        },
        event: item.parse("from")?,
        delivery: item.parse("dl")?,
        arm: item.num("arm")?,
        state: PendingState::parse(item.str("rq")?).ok_or_else(|| malformed("rq"))?,
        token: item.str("token")?.to_owned(),
        trace: item.opt_str("trace").map(str::to_owned),
        created_at: item.time("at")?,
        ended_at: item.opt_num("ended").map(Time),
        deadline: item.time("deadline")?,
        answer: text("answer")?,
        failure: text("err")?.map(|text| serde_json::from_str(&text).map_err(|_| malformed("err"))).transpose()?,
        late_at: item.opt_num("late").map(Time),
        session: AskedSession::read(item)?,
        task: AskedTask::read(item)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{ProjectId, WorkflowId};

    /// Records outlive the program that wrote them: this item was written when there was only one kind of record.
    #[test]
    fn a_record_of_before_is_read() {
        let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
        let (event, id) = (EventId::fresh(), EventId::fresh());
        let delivery = event.delivery(&CellId("ask".into()));
        let stored = Item::default().s("to", "ask").n("to_inc", 2).s("from", event).s("dl", delivery).n("arm", 1);
        let stored = stored.s("url", "https://agents.example.com").s("auth", "request_id").s("token", "t").n("calls", 1);
        let stored = stored.n("at", 1000).n("deadline", 2000).list("ids", &["x".to_owned()]);
        let open = read_pending(&workflow, id, &stored.clone().s("rq", "open")).unwrap();
        assert_eq!((open.state, open.agent.cell.as_str(), open.agent.incarnation), (PendingState::Open, "ask", 2));
        assert_eq!((open.event, open.delivery, open.arm, open.deadline), (event.into(), delivery, 1, Time(2000)));
        let ended = stored.s("rq", "answered").n("ended", 1500).packed("answer", "{}");
        let answered = read_pending(&workflow, id, &ended).unwrap();
        let expected = (PendingState::Answered, Some(Time(1500)), Some("{}".to_owned()));
        assert_eq!((answered.state, answered.ended_at, answered.answer), expected);
    }
}
