//! Segments of a project's records, how far each is filled, and the gates at which writes learn of them (see `record_writes.rs`).

use crate::expression::Expr;
use crate::item::{Item, malformed};
use crate::keys::{self, GATES, Key, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::{Store, Transacted};
use crate::tasks::with_due;
use rookery_domain::{Error, ProjectId, Result, SegmentId, Time};
use serde::Serialize;
use std::collections::BTreeMap;

/// How it stands with a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SegmentState")]
pub enum SegmentState {
    /// Records that were there before are still looked through.
    Filling,
    /// It has all that match.
    Ready,
}

/// A segment: the records of a kind that match a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its id.
    pub id: SegmentId,
    /// What people call it.
    pub name: String,
    /// The kind of its records.
    pub kind: String,
    /// The condition, as JSON text.
    pub condition: String,
    /// How it stands.
    pub state: SegmentState,
    /// Which condition it is filled by: each has another one.
    pub generation: String,
    /// How many records were looked through.
    pub done: u64,
    /// How many there are to look through, about.
    pub total: u64,
    /// Where the look through goes on.
    pub after: Option<Cursor>,
    /// When it was made.
    pub created_at: Time,
}

/// What is counted at all gates.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// How many records each segment has.
    pub segments: BTreeMap<String, u64>,
    /// How many records there are of each kind.
    pub kinds: BTreeMap<String, u64>,
}

impl Store {
    /// All segments of a project, consistently.
    pub async fn segments(&self, project: &ProjectId) -> Result<Vec<Segment>> {
        let (mut segments, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.list_segments(project, 200, cursor.as_ref()).await?;
            segments.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(segments);
            }
        }
    }

    /// A page of a project's segments.
    pub async fn list_segments(&self, project: &ProjectId, limit: usize, cursor: Option<&Cursor>) -> Result<Page<Segment>> {
        let page = self.page(&keys::records(project), &Prefix::Segment.start(), limit, cursor).await?;
        let there = page.items.iter().filter(|item| item.opt_num::<i64>("deleted").is_none());
        Ok(Page { items: there.map(read).collect::<Result<_>>()?, next: page.next })
    }

    /// A segment.
    pub async fn segment(&self, project: &ProjectId, id: &SegmentId) -> Result<Option<Segment>> {
        let item = self.get(key(project, id)).await?.filter(|item| item.opt_num::<i64>("deleted").is_none());
        item.as_ref().map(read).transpose()
    }

    /// What is counted at the gates.
    pub async fn gates(&self, project: &ProjectId) -> Result<Gates> {
        let mut gates = Gates::default();
        let items = self.get_many((0..GATES).map(|number| keys::gate(project, number)).collect()).await?;
        for (name, item) in items.iter().flatten().flat_map(|item| item.0.keys().map(move |name| (name, item))) {
            let count = item.opt_num::<i64>(name).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
            if let Some(segment) = name.strip_prefix("S:") {
                *gates.segments.entry(segment.to_owned()).or_default() += count;
            } else if let Some(kind) = name.strip_prefix("K:").filter(|_| count > 0) {
                *gates.kinds.entry(kind.to_owned()).or_default() += count;
            }
        }
        Ok(gates)
    }

    /// Stores a segment, which is to be filled, and has all writes know it from now on; with the message that is due at a time if nobody has
    /// filled it by then. `before` is the generation that it had; `false` if it has another one.
    pub async fn put_segment(
        &self,
        project: &ProjectId,
        segment: &Segment,
        before: Option<&str>,
        due: (Time, String),
    ) -> Result<bool> {
        let condition = match before {
            Some(before) => Expr::new("gen = :before AND attribute_not_exists(deleted)").s(":before", before),
            None => Expr::new("attribute_not_exists(pk)"),
        };
        let key = key(project, &segment.id);
        let put = self.put_in_transaction(with_due(item(&key, segment), &key, due.0, &due.1), Some(condition));
        self.with_gates(project, put, &segment.generation, None).await
    }

    /// Gives a segment another name.
    pub async fn rename_segment(&self, project: &ProjectId, id: &SegmentId, name: &str) -> Result<Option<Segment>> {
        let update = Expr::new("SET #name = :name").name("#name", "name").s(":name", name);
        let condition = Expr::new("attribute_exists(pk) AND attribute_not_exists(deleted)");
        self.update(&key(project, id), update, Some(condition)).await?.as_ref().map(read).transpose()
    }

    /// Deletes a segment: writes know it no more. Who was in it is swept by the message that is due. `false` if it is not there.
    pub async fn delete_segment(
        &self,
        project: &ProjectId,
        id: &SegmentId,
        generation: &str,
        due: (Time, String),
    ) -> Result<bool> {
        let key = key(project, id);
        let update = Expr::new("SET deleted = :now, dp = :dp, da = :due, msg = :msg")
            .n(":now", Time::now().0)
            .s(":dp", keys::wait_shard(&key))
            .n(":due", due.0.0)
            .s(":msg", due.1);
        let condition = Expr::new("attribute_exists(pk) AND attribute_not_exists(deleted)");
        let update = self.update_in_transaction(&key, update, condition);
        self.with_gates(project, update, generation, Some(id)).await
    }

    /// Changes a segment's item, and the generation at all gates.
    async fn with_gates(
        &self,
        project: &ProjectId,
        item: aws_sdk_dynamodb::types::TransactWriteItem,
        generation: &str,
        gone: Option<&SegmentId>,
    ) -> Result<bool> {
        let gate = |number| {
            let mut update = Expr::new("SET gen = :gen").s(":gen", generation);
            if let Some(gone) = gone {
                update.text += " REMOVE #gone";
                update = update.name("#gone", &format!("S:{gone}"));
            }
            self.update_in_transaction(&keys::gate(project, number), update, Expr::default())
        };
        let items = std::iter::once(item).chain((0..GATES).map(gate)).collect();
        Ok(self.transact_calmly(items).await? == Transacted::Done)
    }

    /// Notes how far a segment is filled, unless somebody else has noted more, or the segment is filled anew.
    pub async fn note_filled(&self, project: &ProjectId, segment: &Segment, next: Option<&Cursor>, looked: u64) -> Result<()> {
        let done = segment.done + looked;
        let update = match next {
            Some(next) => Expr::new("SET done = :done, #next = :next").name("#next", "next").s(":next", &next.0),
            None => Expr::new("SET done = :done, #total = :done, #state = :ready REMOVE #next, dp, da, msg")
                .name("#total", "total")
                .name("#next", "next")
                .name("#state", "state")
                .s(":ready", "ready"),
        };
        let mut condition = Expr::new("gen = :gen AND attribute_not_exists(deleted)").s(":gen", &segment.generation);
        condition.text += match &segment.after {
            Some(_) => " AND #next = :before",
            None => " AND attribute_not_exists(#next) AND attribute_exists(da)",
        };
        if let Some(before) = &segment.after {
            condition = condition.s(":before", &before.0);
        }
        self.update(&key(project, &segment.id), update.n(":done", done), Some(condition)).await.map(drop)
    }
}

fn key(project: &ProjectId, id: &SegmentId) -> Key {
    keys::of_records(project, Prefix::Segment, id)
}

fn item(key: &Key, segment: &Segment) -> Item {
    Item::new(key)
        .s("name", &segment.name)
        .s("kind", &segment.kind)
        .packed("text", &segment.condition)
        .s("state", "filling")
        .s("gen", &segment.generation)
        .n("done", segment.done)
        .n("total", segment.total)
        .n("created", segment.created_at.0)
}

fn read(item: &Item) -> Result<Segment> {
    let id = Prefix::Segment.name(item.str("sk")?).and_then(|id| id.parse().ok());
    let state = match item.str("state")? {
        "filling" => SegmentState::Filling,
        "ready" => SegmentState::Ready,
        other => return Err(Error::internal(format!("a segment is `{other}`"))),
    };
    Ok(Segment {
        id: id.ok_or_else(|| malformed("sk"))?,
        name: item.str("name")?.to_owned(),
        kind: item.str("kind")?.to_owned(),
        condition: item.unpacked("text")?,
        state,
        generation: item.str("gen")?.to_owned(),
        done: item.num("done")?,
        total: item.num("total")?,
        after: item.opt_str("next").map(|next| Cursor(next.to_owned())),
        created_at: item.time("created")?,
    })
}
