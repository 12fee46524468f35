//! Metrics: what agents took in and put out, by agent, version and hour. The engine sums them in memory before they are written here.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page, bad_cursor};
use crate::sdk::Store;
use rookery_domain::{CellId, Result, Time, WorkflowRef};
use serde::Serialize;
use std::collections::BTreeMap;

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3600 * 1000;
/// How long metrics are kept.
const KEEP_MS: i64 = 400 * 24 * HOUR_MS;

/// By how many milliseconds deliveries are counted: each by the first of these that it did not exceed, or as `more`.
const TOOK_MS: [u64; 9] = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000];

/// What is counted for an agent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Deliveries that it handled.
    pub received: u64,
    /// Events that it emitted.
    pub emitted: u64,
    /// Deliveries, checks and timers that failed for good.
    pub errors: u64,
    /// Checks that it ran.
    pub checks: u64,
    /// Of the deliveries, those that were handled and stored together with the event that they began with.
    pub chained: u64,
    /// Of its events, those that came in from outside.
    pub accepted: u64,
    /// How long its deliveries, checks and timers took together, in milliseconds: the last attempt of each.
    pub took_ms: u64,
    /// How many of them took up to so many milliseconds, and more than the number before; `more` is more than all numbers.
    pub took_up_to: BTreeMap<String, u64>,
    /// Its events by group. An event with several groups counts for each; groups that no link of its version names and that its type does not
    /// have are left out. So a link with a group led as many events as its source emitted in it, and a link without one all of them.
    pub emitted_by_group: BTreeMap<String, u64>,
    /// Its failures by code.
    pub errors_by_code: BTreeMap<String, u64>,
    /// About how many write units its commits and accepted events took.
    #[serde(skip)]
    pub writes: u64,
}

impl Counts {
    /// Adds another count to this.
    pub fn add(&mut self, other: &Counts) {
        self.received += other.received;
        self.emitted += other.emitted;
        self.errors += other.errors;
        self.checks += other.checks;
        self.chained += other.chained;
        self.accepted += other.accepted;
        self.took_ms += other.took_ms;
        self.writes += other.writes;
        for (sums, labels) in [
            (&mut self.took_up_to, &other.took_up_to),
            (&mut self.emitted_by_group, &other.emitted_by_group),
            (&mut self.errors_by_code, &other.errors_by_code),
        ] {
            labels.iter().for_each(|(label, count)| *sums.entry(label.clone()).or_default() += count);
        }
    }

    /// Counts how long a delivery took.
    pub fn took(&mut self, ms: i64) {
        let ms = ms.unsigned_abs();
        let bound = TOOK_MS.iter().find(|bound| ms <= **bound).map_or_else(|| "more".to_owned(), u64::to_string);
        self.took_ms += ms;
        *self.took_up_to.entry(bound).or_default() += 1;
    }

    /// The same counts in parts that each fit one write.
    pub fn parts(mut self) -> Vec<Counts> {
        let mut groups = chunks(std::mem::take(&mut self.emitted_by_group));
        let mut codes = chunks(std::mem::take(&mut self.errors_by_code));
        self.emitted_by_group = groups.next().unwrap_or_default();
        self.errors_by_code = codes.next().unwrap_or_default();
        let groups = groups.map(|emitted_by_group| Counts { emitted_by_group, ..Counts::default() });
        let codes = codes.map(|errors_by_code| Counts { errors_by_code, ..Counts::default() });
        std::iter::once(self).chain(groups).chain(codes).collect()
    }

    /// The counts with their attributes, and the attribute that says when the last one was.
    fn numbers(&self) -> [(&'static str, u64, Option<&'static str>); 8] {
        [
            ("received", self.received, Some("last_received")),
            ("emitted", self.emitted, Some("last_emitted")),
            ("errors", self.errors, Some("last_error")),
            ("checks", self.checks, Some("last_check")),
            ("chained", self.chained, None),
            ("accepted", self.accepted, None),
            ("took", self.took_ms, None),
            ("writes", self.writes, None),
        ]
    }

    /// The update that adds the counts to those of the hour; none where there is nothing to add.
    fn added(&self, at: Time) -> Option<Expr> {
        let mut sets = vec!["expires_at = :expires".to_owned()];
        let mut adds = Vec::new();
        let mut update = Expr::default().n(":expires", at.plus(KEEP_MS).ttl_seconds());
        for (name, count, last) in self.numbers().into_iter().filter(|(_, count, _)| *count > 0) {
            adds.push(format!("{name} :{name}"));
            update = update.n(&format!(":{name}"), count);
            if let Some(last) = last {
                sets.push(format!("{last} = :at"));
                update = update.n(":at", at.0);
            }
        }
        let labels = [(TOOK, &self.took_up_to), (GROUP, &self.emitted_by_group), (CODE, &self.errors_by_code)];
        let labels = labels.into_iter().flat_map(|(kind, counts)| counts.iter().map(move |(label, count)| (kind, label, count)));
        for (index, (kind, label, count)) in labels.enumerate() {
            adds.push(format!("#l{index} :l{index}"));
            update = update.name(&format!("#l{index}"), &format!("{kind}{label}")).n(&format!(":l{index}"), count);
        }
        update.text = format!("SET {} ADD {}", sets.join(", "), adds.join(", "));
        (!adds.is_empty()).then_some(update)
    }
}

/// How many groups, and how many codes, one write has: the text of an expression has 4 KB at most.
const LABELS: usize = 100;

/// Counts by label, in parts that one write may have.
fn chunks(counts: BTreeMap<String, u64>) -> impl Iterator<Item = BTreeMap<String, u64>> {
    let mut left = counts.into_iter().peekable();
    std::iter::from_fn(move || left.peek().is_some().then(|| left.by_ref().take(LABELS).collect()))
}

/// What the attributes of counts by label begin with: milliseconds, groups, codes.
const TOOK: &str = "T:";
const GROUP: &str = "G:";
const CODE: &str = "E:";

/// The counts of an agent of one version in an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Metric {
    /// The agent.
    pub cell_id: CellId,
    /// The version of the workflow; null for what was counted before versions were told apart.
    pub version: Option<u64>,
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
    /// Adds to the counts of an agent of this version, in the hour that contains `at`. What may have many labels comes in [`Counts::parts`].
    pub async fn add_metrics(&self, workflow: &WorkflowRef, agent: (&CellId, u64), at: Time, counts: &Counts) -> Result<()> {
        let Some(update) = counts.added(at) else { return Ok(()) };
        let hour = at.0.div_euclid(HOUR_MS);
        self.update(&keys::metric(workflow, hour, agent), update, None).await.map(drop)
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
    let labelled = |kind: &str| {
        let labels = item.0.keys().filter_map(|name| Some((name, name.strip_prefix(kind)?)));
        labels.map(|(name, label)| (label.to_owned(), count(name))).collect()
    };
    let (cell_id, version) = keys::metric_agent(sk);
    Ok(Metric {
        cell_id,
        version,
        hour: Time(hour * HOUR_MS),
        counts: Counts {
            received: count("received"),
            emitted: count("emitted"),
            errors: count("errors"),
            checks: count("checks"),
            chained: count("chained"),
            accepted: count("accepted"),
            took_ms: count("took"),
            writes: count("writes"),
            took_up_to: labelled(TOOK),
            emitted_by_group: labelled(GROUP),
            errors_by_code: labelled(CODE),
        },
        last_received_at: item.opt_num("last_received").map(Time),
        last_emitted_at: item.opt_num("last_emitted").map(Time),
        last_check_at: item.opt_num("last_check").map(Time),
        last_error_at: item.opt_num("last_error").map(Time),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_labels_are_counted_each_write_is_short_and_none_is_lost() {
        let labels = |kind: &str, count: usize| (0..count).map(|n| (format!("{kind}{n}"), 1)).collect::<BTreeMap<_, _>>();
        for (groups, codes) in [(0, 0), (3, 2), (LABELS, LABELS), (2_500, 0), (301, 401)] {
            let mut counts = Counts { received: 7, emitted_by_group: labels("group", groups), ..Counts::default() };
            counts.errors_by_code = labels("code", codes);
            (0..20).for_each(|n| counts.took(1 << n));
            let mut sum = Counts::default();
            for part in counts.clone().parts() {
                let text = part.added(Time(0)).expect("there is something to add").text;
                assert!(text.len() <= 4096, "{} bytes", text.len());
                sum.add(&part);
            }
            assert_eq!(sum, counts, "{groups} groups, {codes} codes");
        }
    }
}
