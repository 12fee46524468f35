//! Records of a project, as they are read: by their names, by kind, by segment or list. `record_writes.rs` changes them.

use crate::item::{Item, malformed};
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::Store;
use rookery_domain::{Collection, ListId, Payload, ProjectId, RecordAt, Result, SegmentId, Time};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A record of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What names it.
    pub at: RecordAt,
    /// What it says of itself: an object.
    pub attributes: Payload,
    /// The segments that it is in; some may be deleted by now.
    pub segments: BTreeSet<SegmentId>,
    /// The lists that it is in, and its stage in each; some may be deleted by now.
    pub stages: BTreeMap<ListId, String>,
    /// Which write it is of: each write has another one.
    pub tag: String,
    /// When it was made.
    pub created_at: Time,
    /// When its attributes were last changed.
    pub updated_at: Time,
}

/// What a gate says to the writes that pass it.
#[derive(Clone, Debug, Default)]
pub struct GateSeen {
    /// The generation of the segments; empty if there was never one.
    pub generation: String,
    /// The kinds that there were of records which pass it.
    pub kinds: BTreeSet<String>,
}

impl GateSeen {
    fn read(item: Item) -> Self {
        let kinds = item.0.keys().filter_map(|name| name.strip_prefix("K:")).map(str::to_owned).collect();
        GateSeen { generation: item.opt_str("gen").unwrap_or_default().to_owned(), kinds }
    }
}

/// Which records are sought. One of these leads the query, and what is read is compared with the others.
#[derive(Clone, Debug, Default)]
pub struct RecordFilter {
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those in this segment.
    pub segment: Option<SegmentId>,
    /// Only those in this list.
    pub list: Option<ListId>,
    /// Only those at this stage of the list.
    pub stage: Option<String>,
}

impl RecordFilter {
    fn takes(&self, record: &Record) -> bool {
        let stage = self.list.as_ref().map(|list| record.stages.get(list));
        self.kind.as_ref().is_none_or(|kind| record.at.kind == *kind)
            && self.segment.as_ref().is_none_or(|segment| record.segments.contains(segment))
            && stage.is_none_or(|at| at.is_some_and(|at| self.stage.as_ref().is_none_or(|stage| at == stage)))
    }
}

impl Store {
    /// Reads records, consistently, in this order.
    pub async fn records(&self, project: &ProjectId, all: &[RecordAt]) -> Result<Vec<Option<Record>>> {
        let keys = all.iter().map(|at| keys::record(project, at)).collect();
        self.get_many(keys).await?.iter().map(|item| item.as_ref().map(read).transpose()).collect()
    }

    /// Reads records, and the gates that their writes pass, by their numbers.
    pub async fn records_behind_gates(
        &self,
        project: &ProjectId,
        all: &[RecordAt],
    ) -> Result<(HashMap<u8, GateSeen>, Vec<Option<Record>>)> {
        let numbers: BTreeSet<u8> = all.iter().map(keys::gate_of).collect();
        let gates = numbers.iter().map(|number| keys::gate(project, *number));
        let mut items = self.get_many(gates.chain(all.iter().map(|at| keys::record(project, at))).collect()).await?;
        let records = items.split_off(numbers.len());
        let gates = numbers.into_iter().zip(items.into_iter().map(|item| GateSeen::read(item.unwrap_or_default()))).collect();
        let records = records.iter().map(|item| item.as_ref().map(read).transpose()).collect::<Result<_>>()?;
        Ok((gates, records))
    }

    /// A page of records, in the order of their kinds and ids. It may be empty although the list goes on.
    pub async fn list_records(
        &self,
        project: &ProjectId,
        filter: &RecordFilter,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Record>> {
        let page = match (&filter.list, &filter.segment) {
            (Some(list), _) => {
                let of = Collection::List(list.clone());
                let prefix = filter.stage.as_ref().map_or_else(|| keys::members_of(&of), |stage| keys::members_at(list, stage));
                self.members_with(project, &of, &prefix, limit, cursor).await?
            }
            (None, Some(segment)) => {
                let of = Collection::Segment(segment.clone());
                self.members_with(project, &of, &keys::members_of(&of), limit, cursor).await?
            }
            (None, None) => {
                let prefix = keys::records_of(filter.kind.as_deref());
                self.page(&keys::records(project), &prefix, limit, cursor).await?.try_map(|item| read(&item))?
            }
        };
        Ok(Page { items: page.items.into_iter().filter(|record| filter.takes(record)).collect(), next: page.next })
    }

    async fn members_with(
        &self,
        project: &ProjectId,
        of: &Collection,
        prefix: &str,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Record>> {
        let page = self.page(&keys::members(project), prefix, limit, cursor).await?;
        let names = page.items.iter().map(|item| keys::member(of, item.str("sk")?).ok_or_else(|| malformed("sk")));
        let records = self.records(project, &names.collect::<Result<Vec<_>>>()?).await?;
        Ok(Page { items: records.into_iter().flatten().collect(), next: page.next })
    }

    /// A page of the records in a segment, each with the tag of the write by which it came there.
    pub async fn segment_members(
        &self,
        project: &ProjectId,
        segment: &SegmentId,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<(Record, String)>> {
        let of = Collection::Segment(segment.clone());
        let page = self.page(&keys::members(project), &keys::members_of(&of), limit, cursor).await?;
        let (mut names, mut tags) = (Vec::new(), Vec::new());
        for item in &page.items {
            names.push(keys::member(&of, item.str("sk")?).ok_or_else(|| malformed("sk"))?);
            tags.push(item.str("tag")?.to_owned());
        }
        let records = self.records(project, &names).await?;
        let there = records.into_iter().zip(tags).filter_map(|(record, tag)| Some((record?, tag)));
        Ok(Page { items: there.filter(|(record, _)| record.segments.contains(segment)).collect(), next: page.next })
    }

    /// Removes a part of what says who is in a segment or list that is deleted; `true` when all of it is gone.
    pub async fn sweep(&self, project: &ProjectId, of: &Collection, budget: &mut usize) -> Result<bool> {
        self.delete_prefix(&keys::members(project), &keys::members_of(of), budget).await
    }

    /// Forgets a segment or list that is deleted and swept.
    pub async fn forget_collection(&self, project: &ProjectId, of: &Collection) -> Result<()> {
        let prefix = match of {
            Collection::Segment(_) => Prefix::Segment,
            Collection::List(_) => Prefix::RecordList,
        };
        self.delete(&keys::of_records(project, prefix, of)).await
    }
}

pub(crate) fn item(project: &ProjectId, record: &Record) -> Item {
    let segments: Vec<String> = record.segments.iter().map(ToString::to_string).collect();
    let stages: Vec<String> = record.stages.iter().map(|(list, stage)| format!("{list}={stage}")).collect();
    Item::new(&keys::record(project, &record.at))
        .packed("attrs", record.attributes.as_str())
        .list("segs", &segments)
        .list("stages", &stages)
        .s("tag", &record.tag)
        .n("created", record.created_at.0)
        .n("updated", record.updated_at.0)
}

fn read(item: &Item) -> Result<Record> {
    let segments = item.strings("segs").iter().map(|id| id.parse().map_err(|_| malformed("segs"))).collect::<Result<_>>()?;
    let stage = |text: &String| {
        let (list, stage) = text.split_once('=')?;
        Some((list.parse().ok()?, stage.to_owned()))
    };
    let stages = item.strings("stages").into_iter().map(|text| stage(&text).ok_or_else(|| malformed("stages")));
    Ok(Record {
        at: keys::of_record(item.str("sk")?).ok_or_else(|| malformed("sk"))?,
        attributes: Payload::stored(item.unpacked("attrs")?),
        segments,
        stages: stages.collect::<Result<_>>()?,
        tag: item.str("tag")?.to_owned(),
        created_at: item.time("created")?,
        updated_at: item.time("updated")?,
    })
}
