//! Changes of records are planned by what is there, made if it is still there, and else planned anew: so of two who change a record at the same
//! moment, the second goes on from what the first has made.

use super::Outcome;
use super::known::Known;
use super::write::at_index;
use crate::Engine;
use crate::connections::sending::guard_of;
use crate::delivery::backoff::jitter_ms;
use futures::{StreamExt, TryStreamExt, stream};
use rookery_domain::{Error, Kind, ProjectId, RecordAt, Result, Time, limits};
use rookery_queue::{Outgoing, Task, Tell};
use rookery_store::keys::gate_of;
use rookery_store::{Gate, GateSeen, Kept, News, Record, RecordChange};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// How often a change is planned anew.
const ROUNDS: u32 = 60;
/// The longest pause before that, in milliseconds.
const PAUSE_MS: i64 = 200;
/// The most items of a transaction.
const ITEMS: usize = 100;
/// How many transactions are made at once.
const AT_ONCE: usize = 8;

/// What is to be done with a record.
pub(super) struct Planned {
    /// The record as it is to be; `None` if it is to be deleted. Without one, nothing is changed.
    pub(super) after: Option<Option<Record>>,
    /// What is to be told; its tag is that of the record.
    pub(super) news: Option<News>,
    /// What has then become of it.
    pub(super) outcome: Outcome,
}

/// A planned change, with the number of what it was asked for by.
struct Change {
    index: usize,
    change: Option<RecordChange>,
    outcome: Outcome,
}

impl Change {
    fn items(&self) -> usize {
        self.change.as_ref().map_or(0, RecordChange::items)
    }
}

/// What was read for a round.
#[derive(Clone, Copy)]
struct Seen<'s> {
    gates: &'s HashMap<u8, GateSeen>,
    known: &'s HashMap<String, Arc<Known>>,
}

/// What one transaction changes: at one gate, if it must know the segments.
struct Part {
    gate: Option<u8>,
    changes: Vec<Change>,
}

impl Engine {
    /// Changes records as `plan` says, which is asked with a number, the record that is there, and the segments that are known. An error of it
    /// ends all: in the first round, nothing is written by then. Under a key, each change is made once, and has the same outcome again.
    pub(super) async fn apply<P>(&self, project: &ProjectId, all: &[RecordAt], key: Option<&str>, plan: P) -> Result<Vec<Outcome>>
    where
        P: Fn(usize, Option<&Record>, &Known) -> Result<Planned> + Send + Sync,
    {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; all.len()];
        let mut tried: HashMap<String, (Outcome, bool)> = HashMap::new();
        for round in 0..ROUNDS {
            let open: Vec<usize> = (0..all.len()).filter(|index| outcomes[*index].is_none()).collect();
            if open.is_empty() {
                break;
            }
            if round > 0 {
                tokio::time::sleep(Duration::from_millis(jitter_ms(PAUSE_MS.min(5 << round.min(8))) as u64)).await;
            }
            let names: Vec<RecordAt> = open.iter().map(|index| all[*index].clone()).collect();
            let (gates, records) = self.store.records_behind_gates(project, &names).await?;
            let mut known = HashMap::new();
            for GateSeen { generation, .. } in gates.values() {
                if !known.contains_key(generation) {
                    known.insert(generation.clone(), self.known(project, generation).await?);
                }
            }
            if let Some(key) = key {
                // They are read after the records: so whoever finds a record changed by the same request finds its outcome.
                for kept in self.store.kept_outcomes(project, key).await? {
                    for (index, outcome) in serde_json::from_str::<Vec<(usize, Outcome)>>(&kept).map_err(Error::internal)? {
                        if let Some(there) = outcomes.get_mut(index) {
                            *there = Some(outcome);
                        }
                    }
                }
            }
            let mut changes = Vec::new();
            for (index, before) in open.into_iter().zip(records) {
                if outcomes[index].is_some() {
                    continue;
                }
                if let Some((outcome, has_news)) = before.as_ref().and_then(|record| tried.get(&record.tag)) {
                    // The answer to the write was lost, but it was made.
                    outcomes[index] = Some(outcome.clone());
                    if let Some(record) = before.as_ref().filter(|_| *has_news) {
                        self.producer.send(vec![tell(&record.tag).of_project(project).into()]).await?;
                    }
                    continue;
                }
                let seen = gates.get(&gate_of(&all[index])).and_then(|gate| Some((gate, known.get(&gate.generation)?)));
                let (gate, known) = seen.ok_or_else(|| Error::internal("a gate was not read"))?;
                let Planned { after, news, outcome } = plan(index, before.as_ref(), known)?;
                if before.is_none() && after.is_some() {
                    check_kind(gate, &all[index].kind).map_err(|error| at_index(index, error))?;
                }
                if let Some(Some(record)) = &after {
                    tried.insert(record.tag.clone(), (outcome.clone(), news.is_some()));
                }
                let change = after.map(|after| changed(project, &all[index], before, after, news));
                changes.push(Change { index, change, outcome });
            }
            if key.is_none() {
                let (unchanged, changed) = changes.into_iter().partition(|change| change.change.is_none());
                changes = changed;
                unchanged.into_iter().for_each(|change: Change| outcomes[change.index] = Some(change.outcome));
            }
            let seen = Seen { gates: &gates, known: &known };
            self.make_changes(project, key, parts(changes, key.is_some()), seen, &mut outcomes).await?;
        }
        outcomes
            .into_iter()
            .collect::<Option<_>>()
            .ok_or_else(|| Error::unavailable("others change the same records all the time"))
    }

    /// Makes the changes of each part, all of them or none, and has told what is to be told.
    async fn make_changes(
        &self,
        project: &ProjectId,
        key: Option<&str>,
        parts: Vec<Part>,
        seen: Seen<'_>,
        outcomes: &mut [Option<Outcome>],
    ) -> Result<()> {
        let made = parts.into_iter().map(|part| self.make_part(project, key, part, seen));
        let mut made = stream::iter(made).buffer_unordered(AT_ONCE);
        let mut messages: Vec<Outgoing> = Vec::new();
        while let Some(part) = made.try_next().await? {
            for Change { index, change, outcome } in part.into_iter().flat_map(|part| part.changes) {
                outcomes[index] = Some(outcome);
                let news = change.and_then(|change| change.news);
                messages.extend(news.map(|(news, ..)| Outgoing::from(tell(&news.tag).of_project(project))));
            }
        }
        self.producer.send(messages).await
    }

    /// Makes the changes of a part; none if something was changed meanwhile.
    async fn make_part(&self, project: &ProjectId, key: Option<&str>, part: Part, seen: Seen<'_>) -> Result<Option<Part>> {
        let gate = part.gate.and_then(|number| {
            let generation = &seen.gates.get(&number)?.generation;
            Some(Gate { number, generation, segments: &seen.known.get(generation)?.ids })
        });
        let indexed: Vec<(usize, &Outcome)> = part.changes.iter().map(|change| (change.index, &change.outcome)).collect();
        let kept = match (key, indexed.first()) {
            (Some(key), Some((first, _))) => {
                let outcome = serde_json::to_string(&indexed).map_err(Error::internal)?;
                Some(Kept { key, first: *first, outcome })
            }
            _ => None,
        };
        let changes: Vec<RecordChange> = part.changes.iter().filter_map(|change| change.change.clone()).collect();
        let is_made = self.store.change_records(project, &changes, gate, kept).await?;
        Ok(is_made.then_some(part))
    }
}

/// The change that a plan comes to.
fn changed(
    project: &ProjectId,
    at: &RecordAt,
    before: Option<Record>,
    after: Option<Record>,
    news: Option<News>,
) -> RecordChange {
    let news = news.map(|news| {
        let message = tell(&news.tag).of_project(project).encode();
        (news, guard_of(Time::now()), message)
    });
    RecordChange { at: at.clone(), before, after, news }
}

/// 422 if there are too many kinds for one more.
fn check_kind(gate: &GateSeen, kind: &str) -> Result<()> {
    if gate.kinds.contains(kind) || gate.kinds.len() < limits::KINDS {
        return Ok(());
    }
    let message = format!("The project has records of {} kinds, and of no more.", limits::KINDS);
    let error =
        Error::new(Kind::Unprocessable, "too_many_kinds", message, "Use one of the kinds that there are. Nothing was written.");
    Err(error.with_meta(serde_json::json!({"field": "kind"})))
}

fn tell(tag: &str) -> Task {
    Task::Tell(Tell { tag: tag.to_owned() })
}

/// Puts changes together that fit one transaction, by their gates.
fn parts(changes: Vec<Change>, has_key: bool) -> Vec<Part> {
    let mut by_gate: BTreeMap<Option<u8>, Vec<Change>> = BTreeMap::new();
    for change in changes {
        let gate = change.change.as_ref().filter(|change| change.passes_gate()).map(|change| gate_of(&change.at));
        by_gate.entry(gate).or_default().push(change);
    }
    let mut parts = Vec::new();
    for (gate, changes) in by_gate {
        let most = ITEMS - usize::from(gate.is_some()) - usize::from(has_key);
        let (mut part, mut items) = (Part { gate, changes: Vec::new() }, 0);
        for change in changes {
            if items + change.items() > most && !part.changes.is_empty() {
                parts.push(std::mem::replace(&mut part, Part { gate, changes: Vec::new() }));
                items = 0;
            }
            items += change.items();
            part.changes.push(change);
        }
        parts.push(part);
    }
    parts
}
