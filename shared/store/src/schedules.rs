//! Schedules of agents, and the index of what is due: schedules, long waits, far timers.

use crate::expression::{Expr, Query};
use crate::item::{Attributes, Item};
use crate::keys::{self, Key, Prefix};
use crate::sdk::Store;
use aws_sdk_dynamodb::types::TransactWriteItem;
use rookery_domain::{AgentRef, CellId, Error, ProjectId, Result, Time, WorkflowId, WorkflowRef};

/// The schedule of one agent, while its workflow is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleItem {
    /// The agent.
    pub agent: AgentRef,
    /// The schedule's text, which says when it is due.
    pub spec: String,
    /// The generation: it changes when the schedule is edited, and when its workflow is started again. Checks of another
    /// generation are dropped.
    pub generation: String,
    /// The next due time for which no check was sent yet.
    pub next_due: Time,
    /// The last due time whose check was committed.
    pub last_due: Option<Time>,
    /// Missed checks up to this due time were left out, and the check of this time ran in their place.
    pub caught_up: Option<Time>,
    /// How many due times were skipped because a later one was overdue too.
    pub skipped: u64,
}

/// How a check's commit advances a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleAdvance {
    /// The agent.
    pub cell: CellId,
    /// The generation that the check is of.
    pub generation: String,
    /// What became of the check.
    pub step: Advance,
}

/// What became of a check, for its schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advance {
    /// The check ran.
    Ran {
        /// The check's due time.
        due: Time,
    },
    /// The check was missed, and left out.
    Skipped {
        /// The latest due time, whose check runs in place of this one: all checks before are left out. None when that is noted already.
        latest: Option<Time>,
    },
}

/// Something that is due.
#[derive(Clone, Debug, PartialEq)]
pub enum DueItem {
    /// A schedule.
    Schedule(ScheduleItem),
    /// The removal of what belonged to a deleted project or workflow.
    Purge {
        /// The project.
        project: ProjectId,
        /// The workflow; none for the whole project.
        workflow: Option<WorkflowId>,
    },
    /// A message to send, and the item that holds it.
    Message {
        /// The key of that item.
        key: Key,
        /// When the message is due.
        at: Time,
        /// The message, as JSON.
        message: String,
    },
}

/// Where a page of what is due begins.
pub struct DueCursor(Attributes);

/// A page of what is due.
pub struct DuePage {
    /// The items; or, for an item that cannot be read, its key and the error.
    pub items: Vec<Result<DueItem, (Key, Error)>>,
    /// Where the next page begins, if there may be more.
    pub next: Option<DueCursor>,
}

impl Store {
    /// A page of what is due in a shard up to a time, earliest first. An item that cannot be read gives an error with its key,
    /// and the others are not affected.
    pub async fn due(&self, shard: u8, until: Time, limit: usize, after: Option<DueCursor>) -> Result<DuePage> {
        let query = Query {
            index: Some(keys::DUE),
            partition: keys::due_partition(shard),
            range: Some(Expr::new("#sk <= :until").n(":until", until.0)),
            filter: None,
            newest_first: false,
            is_consistent: true,
            limit,
            after: after.map(|after| after.0),
        };
        let (found, stopped) = self.query(query).await?;
        let keys: Vec<Key> =
            found.iter().map(|item| Ok(Key { pk: item.str("pk")?.into(), sk: item.str("sk")?.into() })).collect::<Result<_>>()?;
        let items = self.get_many(keys.clone()).await?;
        // The index may lag, so the item itself is asked whether it is due.
        let is_due = |item: &Item| item.opt_num::<i64>("da").is_some_and(|at| at <= until.0);
        let due = keys.into_iter().zip(items).filter_map(|(key, item)| Some((key, item.filter(is_due)?)));
        let items = due.map(|(key, item)| read_due(key.clone(), &item).map_err(|error| (key, error))).collect();
        Ok(DuePage { items, next: stopped.map(|item| DueCursor(item.0)) })
    }

    /// Notes that a due message was sent: it is no longer due.
    pub async fn due_sent(&self, key: &Key, at: Time) -> Result<()> {
        let update = Expr::new("REMOVE dp, da").n(":at", at.0);
        self.update(key, update, Some(Expr::new("da = :at"))).await.map(drop)
    }

    /// Notes that a due message was sent, and that it is due again at `next`, unless what it is about takes it back before that.
    pub async fn due_again(&self, key: &Key, at: Time, next: Time) -> Result<()> {
        let update = Expr::new("SET da = :next").n(":next", next.0).n(":at", at.0);
        self.update(key, update, Some(Expr::new("da = :at"))).await.map(drop)
    }

    /// Notes that checks were sent for a schedule's due times before `next`.
    pub async fn schedule_sent(&self, item: &ScheduleItem, next: Option<Time>, skipped: u64) -> Result<()> {
        let key = keys::schedule(&item.agent.workflow, &item.agent.cell);
        let update = match next {
            Some(next) => Expr::new("SET da = :next ADD skipped :skipped").n(":next", next.0),
            None => Expr::new("REMOVE dp, da ADD skipped :skipped"),
        };
        let condition =
            Expr::new("generation = :generation AND da = :due").s(":generation", &item.generation).n(":due", item.next_due.0);
        self.update(&key, update.n(":skipped", skipped), Some(condition)).await.map(drop)
    }

    /// Starts an agent's schedule.
    pub async fn put_schedule(&self, item: &ScheduleItem) -> Result<()> {
        let key = keys::schedule(&item.agent.workflow, &item.agent.cell);
        let stored = Item::new(&key)
            .s("project", &item.agent.workflow.project)
            .s("workflow", &item.agent.workflow.workflow)
            .s("cell", &item.agent.cell)
            .n("inc", item.agent.incarnation)
            .s("spec", &item.spec)
            .s("generation", &item.generation)
            .s("dp", keys::due_shard(&key))
            .n("da", item.next_due.0)
            .n("skipped", item.skipped)
            .maybe(item.last_due, |stored, last| stored.n("last_due", last.0));
        self.put(stored, None).await.map(drop)
    }

    /// The schedule of an agent.
    pub async fn schedule(&self, workflow: &WorkflowRef, cell: &CellId) -> Result<Option<ScheduleItem>> {
        self.get(keys::schedule(workflow, cell)).await?.map(|item| read_schedule(&item)).transpose()
    }

    /// The schedules of a workflow.
    pub async fn schedules(&self, workflow: &WorkflowRef) -> Result<Vec<ScheduleItem>> {
        let partition = keys::of_workflow(workflow, Prefix::Workflow);
        let (mut schedules, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.page(&partition, &Prefix::Schedule.start(), 200, cursor.as_ref()).await?;
            for item in &page.items {
                schedules.push(read_schedule(item)?);
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(schedules);
            }
        }
    }

    /// Ends an agent's schedule, unless it was set again meanwhile.
    pub async fn delete_schedule(&self, item: &ScheduleItem) -> Result<()> {
        let condition = Expr::new("generation = :generation").s(":generation", &item.generation);
        self.delete_if(&keys::schedule(&item.agent.workflow, &item.agent.cell), condition).await
    }

    pub(crate) fn advance_in_transaction(&self, workflow: &WorkflowRef, advance: &ScheduleAdvance) -> TransactWriteItem {
        // The commit key takes care that each due time has one effect. This condition drops the checks of another generation.
        let condition = Expr::new("generation = :generation").s(":generation", &advance.generation);
        let update = match advance.step {
            Advance::Ran { due } => Expr::new("SET last_due = :due").n(":due", due.0),
            Advance::Skipped { latest: None } => Expr::new("ADD skipped :one").n(":one", 1),
            Advance::Skipped { latest: Some(latest) } => {
                Expr::new("SET caught_up = :latest ADD skipped :one").n(":latest", latest.0).n(":one", 1)
            }
        };
        self.update_in_transaction(&keys::schedule(workflow, &advance.cell), update, condition)
    }
}

fn read_due(key: Key, item: &Item) -> Result<DueItem> {
    match item.opt_str("generation") {
        Some(_) => read_schedule(item).map(DueItem::Schedule),
        None if item.opt_num::<u8>("purge").is_some() => Ok(DueItem::Purge {
            project: item.parse("project")?,
            workflow: item.opt_str("workflow").map(|_| item.parse("workflow")).transpose()?,
        }),
        None => Ok(DueItem::Message { at: item.time("da")?, message: item.str("msg")?.to_owned(), key }),
    }
}

fn read_schedule(item: &Item) -> Result<ScheduleItem> {
    Ok(ScheduleItem {
        agent: AgentRef {
            workflow: WorkflowRef { project: item.parse("project")?, workflow: item.parse("workflow")? },
            cell: CellId(item.str("cell")?.to_owned()),
            incarnation: item.num("inc")?,
        },
        spec: item.str("spec")?.to_owned(),
        generation: item.str("generation")?.to_owned(),
        next_due: item.opt_num("da").map_or(Time(i64::MAX), Time),
        last_due: item.opt_num("last_due").map(Time),
        caught_up: item.opt_num("caught_up").map(Time),
        skipped: item.opt_num("skipped").unwrap_or(0),
    })
}
