//! Metrics: what agents took in and put out, by agent and hour. The engine sums them in memory before they are written here.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page, bad_cursor};
use crate::sdk::Store;
use rookery_domain::{CellId, Result, Time, WorkflowRef};
use serde::Serialize;

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3600 * 1000;
/// How long metrics are kept.
const KEEP_MS: i64 = 400 * 24 * HOUR_MS;

/// What is counted for an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Deliveries that it handled.
    pub received: u64,
    /// Events that it emitted.
    pub emitted: u64,
    /// Deliveries, checks and timers that failed for good.
    pub errors: u64,
    /// Checks that it ran.
    pub checks: u64,
}

impl Counts {
    /// Adds another count to this.
    pub fn add(&mut self, other: &Counts) {
        self.received += other.received;
        self.emitted += other.emitted;
        self.errors += other.errors;
        self.checks += other.checks;
    }
}

/// The counts of an agent in an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Metric {
    /// The agent.
    pub cell_id: CellId,
    /// When the hour began.
    pub hour: Time,
    /// What was counted.
    #[serde(flatten)]
    pub counts: Counts,
    /// The last event that it received in this hour.
    pub last_received_at: Option<Time>,
    /// The last event that it emitted in this hour.
    pub last_emitted_at: Option<Time>,
    /// The last check in this hour.
    pub last_check_at: Option<Time>,
    /// The last failure in this hour.
    pub last_error_at: Option<Time>,
}

impl Store {
    /// Adds to the counts of the hour that contains `at`.
    pub async fn add_metrics(&self, workflow: &WorkflowRef, cell: &CellId, at: Time, counts: &Counts) -> Result<()> {
        let hour = at.0.div_euclid(HOUR_MS);
        let mut sets = vec!["expires_at = :expires".to_owned()];
        let mut adds = Vec::new();
        let mut update = Expr::default().n(":expires", at.plus(KEEP_MS).ttl_seconds());
        for (name, last, count) in [
            ("received", "last_received", counts.received),
            ("emitted", "last_emitted", counts.emitted),
            ("errors", "last_error", counts.errors),
            ("checks", "last_check", counts.checks),
        ] {
            if count > 0 {
                adds.push(format!("{name} :{name}"));
                sets.push(format!("{last} = :at"));
                update = update.n(&format!(":{name}"), count).n(":at", at.0);
            }
        }
        if adds.is_empty() {
            return Ok(());
        }
        update.text = format!("SET {} ADD {}", sets.join(", "), adds.join(", "));
        self.update(&keys::metric(workflow, hour, cell), update, None).await.map(drop)
    }

    /// A page of a workflow's metrics, newest hour first, for the hours that overlap `from ..= to`.
    pub async fn list_metrics(
        &self,
        workflow: &WorkflowRef,
        from: Time,
        to: Time,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Metric>> {
        let first = format!("{:08}#", from.0.div_euclid(HOUR_MS));
        let last = format!("{:08}$", to.0.div_euclid(HOUR_MS));
        // DynamoDB refuses a query that begins outside of its own range.
        if cursor.is_some_and(|cursor| cursor.0 < first || cursor.0 > last) {
            return Err(bad_cursor());
        }
        let range = Expr::new("#sk BETWEEN :from AND :to").s(":from", first).s(":to", last);
        self.newest_page_between(&keys::of_workflow(workflow, Prefix::Metrics), range, limit, cursor)
            .await?
            .try_map(|item| read(&item))
    }
}

fn read(item: &Item) -> Result<Metric> {
    let sk = item.str("sk")?;
    let hour: i64 = sk.split('#').next().and_then(|hour| hour.parse().ok()).unwrap_or_default();
    let count = |name: &str| item.opt_num(name).unwrap_or(0);
    Ok(Metric {
        cell_id: keys::metric_cell(sk),
        hour: Time(hour * HOUR_MS),
        counts: Counts {
            received: count("received"),
            emitted: count("emitted"),
            errors: count("errors"),
            checks: count("checks"),
        },
        last_received_at: item.opt_num("last_received").map(Time),
        last_emitted_at: item.opt_num("last_emitted").map(Time),
        last_check_at: item.opt_num("last_check").map(Time),
        last_error_at: item.opt_num("last_error").map(Time),
    })
}
