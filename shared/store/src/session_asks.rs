//! What deliveries ask of persistent agents: pending records that are answered by the end of an operation. While a record is open, its agent
//! may put events on the workflow.

use crate::chain::Chain;
use crate::events::event_item;
use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::pending::{self, Opened, Pending, is_open};
use crate::sdk::{Store, Transacted};
use crate::sessions::SessionNames;
use rookery_domain::{DeliveryId, Event, Result, SessionKey, Time, WorkflowRef};

/// The session that a delivery asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedSession {
    /// The names of the agent, its instance and the session.
    pub names: SessionNames,
    /// The number of the operation that answers, once it is admitted and noted.
    pub n: Option<u64>,
}

/// The session that an arm of a delivery asks, as an item of its run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionAsk {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The delivery's arm.
    pub arm: u32,
    /// The session.
    pub session: AskedSession,
}

/// What became of an event that an agent puts on the workflow that asked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emitted {
    /// It is stored.
    New,
    /// It was stored before.
    There,
    /// Nothing was stored: the delivery waits no more, or has as many such events as it may.
    Refused,
}

impl AskedSession {
    /// The key of the session.
    pub fn key(&self) -> SessionKey {
        self.names.key()
    }

    pub(crate) fn read(item: &Item) -> Result<Option<Self>> {
        let Some(session) = item.opt_str("sess") else { return Ok(None) };
        let (agent, instance) = (item.str("agent")?.to_owned(), item.str("inst")?.to_owned());
        Ok(Some(AskedSession { names: SessionNames { agent, instance, session: session.to_owned() }, n: item.opt_num("op") }))
    }
}

impl SessionAsk {
    /// Reads an item of a run, if it is such a record.
    pub(crate) fn read(item: &Item) -> Result<Option<Self>> {
        let session = item.opt_str("rq").map_or(Ok(None), |_| AskedSession::read(item))?;
        session.map(|session| Ok(SessionAsk { delivery: item.parse("dl")?, arm: item.num("arm")?, session })).transpose()
    }
}

impl Store {
    /// Stores the record before a session is asked, unless its agent has `most` of them outstanding.
    pub async fn open_session_ask(&self, pending: &Pending, names: &SessionNames, most: u32) -> Result<Opened> {
        let add = |item: Item| item.s("agent", &names.agent).s("inst", &names.instance).s("sess", &names.session);
        self.open_pending(pending, add, most).await
    }

    /// Notes the operation that is to answer a record.
    pub async fn note_operation(&self, pending: &Pending, n: u64) -> Result<()> {
        let there = Some(Expr::new("attribute_exists(pk)"));
        self.update(&pending::key(pending), Expr::new("SET op = :n").n(":n", n), there).await.map(drop)
    }

    /// Stores an event that an agent puts on the workflow that asked it, while the delivery waits, and at most so many of them. `route` is
    /// the message that has the event's deliveries sent, and when it is sent, unless that is arranged before.
    pub async fn emit_while_open(&self, pending: &Pending, event: &Event, route: (Time, &str), most: u32) -> Result<Emitted> {
        let (workflow, key): (&WorkflowRef, _) = (&pending.agent.workflow, keys::event(&pending.agent.workflow, event.id));
        let item = event_item(workflow, event, &Chain::default())?;
        let item = item.s("dp", keys::wait_shard(&key)).n("da", route.0.0).s("msg", route.1);
        let mut room = is_open().n(":most", most).n(":now", event.created_at.0);
        room.text += " AND deadline > :now AND (attribute_not_exists(emits) OR emits < :most)";
        let count = self.update_in_transaction(&pending::key(pending), Expr::new("ADD emits :one").n(":one", 1), room);
        let put = self.put_in_transaction(item, Some(Expr::new("attribute_not_exists(pk)")));
        Ok(match self.transact_calmly(vec![put, count]).await? {
            Transacted::Done => Emitted::New,
            Transacted::Refused(0) => Emitted::There,
            _ => Emitted::Refused,
        })
    }

    /// Notes that the deliveries of such an event were sent.
    pub async fn emitted_sent(&self, workflow: &WorkflowRef, event: &Event, at: Time) -> Result<()> {
        self.due_sent(&keys::event(workflow, event.id), at).await
    }
}
