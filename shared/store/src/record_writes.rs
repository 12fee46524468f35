//! Changes of records: each with its places in segments and lists, the counts, and what is to be told of it, in one transaction.
//!
//! A write knows the segments of one *generation*, and passes a gate in its transaction, whose generation must be the same. Whoever makes,
//! changes or deletes a segment changes the generation at all gates at once. So no write that does not know a segment comes after it, and what
//! is looked for after that finds all that was written without it.

use crate::expression::{Expr, absent};
use crate::item::Item;
use crate::keys::{self, Key};
use crate::record_news::News;
use crate::records::{Record, item as record_item};
use crate::sdk::{Store, Transacted};
use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use rookery_domain::{Error, ListId, ProjectId, RecordAt, Result, SegmentId, Time};
use std::collections::{BTreeMap, HashSet};

/// How long what was written under a key is known, in milliseconds.
const KNOWN_MS: i64 = 7 * 24 * 3_600_000;

/// A change of a record.
#[derive(Clone, Debug)]
pub struct RecordChange {
    /// What names the record.
    pub at: RecordAt,
    /// The record as it was read; none if it was not there.
    pub before: Option<Record>,
    /// The record as it is to be; none if it is to be deleted.
    pub after: Option<Record>,
    /// What triggers are to be told, with the message that is due at a time if nobody has told them by then.
    pub news: Option<(News, Time, String)>,
}

/// A gate, and the generation of the segments that a change knows.
#[derive(Clone, Debug)]
pub struct Gate<'a> {
    /// Its number.
    pub number: u8,
    /// The generation; empty if there was never a segment.
    pub generation: &'a str,
    /// The segments that there are. What others have is not counted any more.
    pub segments: &'a HashSet<SegmentId>,
}

/// What is kept of changes that have an idempotency key.
#[derive(Clone, Debug)]
pub struct Kept<'a> {
    /// The idempotency key.
    pub key: &'a str,
    /// The first index of what these changes were asked for by.
    pub first: usize,
    /// What became of them.
    pub outcome: String,
}

impl RecordChange {
    /// How many items of a transaction it takes.
    pub fn items(&self) -> usize {
        let (left, came) = (self.places(&self.before), self.places(&self.after));
        let moved =
            left.iter().filter(|place| !came.contains(place)).count() + came.iter().filter(|place| !left.contains(place)).count();
        1 + moved + usize::from(self.news.is_some())
    }

    /// Whether the change must know the segments that there are: what changes a stage alone need not.
    pub fn passes_gate(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => before.attributes != after.attributes || before.segments != after.segments,
            _ => true,
        }
    }

    /// The places that the record has in segments and lists, by their sort keys.
    fn places(&self, record: &Option<Record>) -> Vec<Place> {
        let Some(record) = record else { return Vec::new() };
        let segments = record.segments.iter().map(|segment| Place::Segment(segment.clone()));
        segments.chain(record.stages.iter().map(|(list, stage)| Place::Stage(list.clone(), stage.clone()))).collect()
    }
}

/// Where a record is.
#[derive(Clone, PartialEq)]
enum Place {
    Segment(SegmentId),
    Stage(ListId, String),
}

impl Place {
    fn key(&self, project: &ProjectId, at: &RecordAt) -> Key {
        match self {
            Place::Segment(segment) => keys::in_segment(project, segment, at),
            Place::Stage(list, stage) => keys::in_list(project, list, stage, at),
        }
    }
}

impl Store {
    /// Makes changes, all of them or none: `false` if one of the records was changed meanwhile, or a segment was.
    pub async fn change_records(
        &self,
        project: &ProjectId,
        changes: &[RecordChange],
        gate: Option<Gate<'_>>,
        kept: Option<Kept<'_>>,
    ) -> Result<bool> {
        let (mut items, mut counts) = (Vec::new(), BTreeMap::<String, i64>::new());
        for change in changes {
            self.add_change(project, change, gate.as_ref(), &mut items, &mut counts);
        }
        if let Some(gate) = &gate {
            items.push(self.passing(project, gate, counts));
        }
        if let Some(kept) = &kept {
            let now = Time::now();
            let key = kept_key(project, kept.key, kept.first);
            let item = Item::new(&key).packed("outcome", &kept.outcome).n("expires_at", now.plus(KNOWN_MS).ttl_seconds());
            items.push(self.put_in_transaction(item, Some(absent(now))));
        }
        match self.transact(items).await? {
            Transacted::Done => Ok(true),
            Transacted::Refused(_) | Transacted::Contended => Ok(false),
        }
    }

    fn add_change(
        &self,
        project: &ProjectId,
        change: &RecordChange,
        gate: Option<&Gate<'_>>,
        items: &mut Vec<TransactWriteItem>,
        counts: &mut BTreeMap<String, i64>,
    ) {
        let at = &change.at;
        let condition = match &change.before {
            Some(before) => Expr::new("tag = :tag").s(":tag", &before.tag),
            None => Expr::new("attribute_not_exists(pk)"),
        };
        items.push(match &change.after {
            Some(after) => self.put_in_transaction(record_item(project, after), Some(condition)),
            None => self.delete_in_transaction(&keys::record(project, at), Some(condition)),
        });
        let mut count = |name: String, by: i64| *counts.entry(name).or_default() += by;
        match (&change.before, &change.after) {
            (None, Some(_)) => count(format!("K:{}", at.kind), 1),
            (Some(_), None) => count(format!("K:{}", at.kind), -1),
            _ => {}
        }
        let (left, came) = (change.places(&change.before), change.places(&change.after));
        let is_counted = |segment: &SegmentId| gate.is_some_and(|gate| gate.segments.contains(segment));
        for (place, by) in left.iter().filter(|place| !came.contains(place)).map(|place| (place, -1)) {
            items.push(self.delete_in_transaction(&place.key(project, at), None));
            if let Place::Segment(segment) = place
                && is_counted(segment)
            {
                count(format!("S:{segment}"), by);
            }
        }
        for place in came.iter().filter(|place| !left.contains(place)) {
            let tag = change.after.as_ref().map(|after| after.tag.as_str()).unwrap_or_default();
            items.push(self.put_in_transaction(Item::new(&place.key(project, at)).s("tag", tag), None));
            if let Place::Segment(segment) = place
                && is_counted(segment)
            {
                count(format!("S:{segment}"), 1);
            }
        }
        if let Some((news, due, message)) = &change.news {
            items.push(self.put_in_transaction(news.item(project, *due, message), None));
        }
    }

    /// The passing of a gate, with what is counted there.
    fn passing(&self, project: &ProjectId, gate: &Gate<'_>, mut counts: BTreeMap<String, i64>) -> TransactWriteItem {
        let key = keys::gate(project, gate.number);
        let condition = match gate.generation {
            "" => Expr::new("attribute_not_exists(gen)"),
            generation => Expr::new("gen = :gen").s(":gen", generation),
        };
        counts.retain(|_, by| *by != 0);
        if counts.is_empty() {
            return self.check_in_transaction(&key, condition);
        }
        let mut update = Expr::default();
        let mut parts = Vec::new();
        for (index, (name, by)) in counts.into_iter().enumerate() {
            parts.push(format!("#c{index} :c{index}"));
            update = update.name(&format!("#c{index}"), &name).n(&format!(":c{index}"), by);
        }
        update.text = format!("ADD {}", parts.join(", "));
        self.update_in_transaction(&key, update, condition)
    }

    fn delete_in_transaction(&self, key: &Key, condition: Option<Expr>) -> TransactWriteItem {
        let condition = condition.unwrap_or_default();
        let delete = Delete::builder()
            .table_name(&*self.table)
            .set_key(Some(crate::item::key_attributes(key)))
            .set_condition_expression((!condition.text.is_empty()).then(|| condition.text.clone()))
            .set_expression_attribute_names(condition.names())
            .set_expression_attribute_values(condition.values());
        // `build` fails only without a table or a key; both are set.
        TransactWriteItem::builder().set_delete(delete.build().ok()).build()
    }

    /// What became of what was asked for under a key, as far as it was done: each outcome as it was kept.
    pub async fn kept_outcomes(&self, project: &ProjectId, key: &str) -> Result<Vec<String>> {
        let (mut outcomes, mut cursor, now) = (Vec::new(), None, Time::now());
        loop {
            let page = self.page(&keys::records(project), &keys::written_under(key), 200, cursor.as_ref()).await?;
            for item in page.items.iter().filter(|item| !item.is_expired(now) && item.raw("outcome").is_some()) {
                outcomes.push(item.unpacked("outcome")?);
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(outcomes);
            }
        }
    }

    /// Stores what is asked for under a key, unless it is known. 409 if something else was asked for under it.
    pub async fn begin_keyed(&self, project: &ProjectId, key: &str, hash: &str) -> Result<()> {
        let (at, now) = (Key { pk: keys::records(project), sk: keys::written_under(key) }, Time::now());
        let item = Item::new(&at).s("hash", hash).n("expires_at", now.plus(KNOWN_MS).ttl_seconds());
        if self.put(item, Some(absent(now))).await? {
            return Ok(());
        }
        let there = self.get(at).await?.ok_or_else(|| Error::unavailable("what was asked for expired while it was stored"))?;
        match there.str("hash")? == hash {
            true => Ok(()),
            false => {
                let message = "This key came before, with another body.";
                let remedy = "Use a new Idempotency-Key for another request.";
                Err(Error::new(rookery_domain::Kind::Conflict, "idempotency_conflict", message, remedy))
            }
        }
    }
}

fn kept_key(project: &ProjectId, key: &str, first: usize) -> Key {
    Key { pk: keys::records(project), sk: format!("{}{first:04}", keys::written_under(key)) }
}
