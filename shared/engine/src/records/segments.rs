//! Segments: made, changed, deleted. Each change of a condition, and each deletion, closes the gates for writes that do not know it.

use crate::Engine;
use crate::connections::sending::guard_of;
use rookery_agents::Matcher;
use rookery_domain::{
    Collection, Error, Kind, ProjectId, RecordAt, Result, SegmentId, Time, is_valid_kind, limits, random_token,
};
use rookery_queue::{Fill, Message, Sweep, Task};
use rookery_store::{Gates, Record, Segment, SegmentState};
use serde_json::{Value, json};

impl Engine {
    /// Makes a segment, which is filled from now on.
    pub async fn create_segment(&self, project: &ProjectId, name: &str, kind: &str, condition: &Value) -> Result<Segment> {
        if !is_valid_kind(kind) {
            return Err(invalid(
                "kind",
                "`kind` is no kind of records.",
                "Use 1 to 32 of a-z, 0-9 and `_`, beginning with a letter.",
            ));
        }
        let condition = judged(condition)?;
        let there = self.store.segments(project).await?;
        let of_kind = there.iter().filter(|segment| segment.kind == kind).count();
        if there.len() >= limits::SEGMENTS || of_kind >= limits::SEGMENTS_OF_KIND {
            let message =
                format!("A project has at most {} segments, and {} of one kind.", limits::SEGMENTS, limits::SEGMENTS_OF_KIND);
            return Err(Error::new(Kind::Unprocessable, "too_many_segments", message, "Delete one first."));
        }
        let segment = Segment {
            id: SegmentId::random(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            condition,
            state: SegmentState::Filling,
            generation: new_generation(),
            done: 0,
            total: self.total(project, kind).await?,
            after: None,
            created_at: Time::now(),
        };
        match self.begin_to_fill(project, &segment, None).await? {
            true => Ok(segment),
            false => Err(changed_meanwhile()),
        }
    }

    /// Changes the name of a segment, or its condition; a condition that is another one fills it anew.
    pub async fn change_segment(&self, project: &ProjectId, before: &Segment, name: &str, condition: &Value) -> Result<Segment> {
        let condition = judged(condition)?;
        if condition == before.condition {
            return self.store.rename_segment(project, &before.id, name).await?.ok_or_else(|| Error::not_found("segment"));
        }
        let segment = Segment {
            name: name.to_owned(),
            condition,
            state: SegmentState::Filling,
            generation: new_generation(),
            done: 0,
            total: self.total(project, &before.kind).await?,
            after: None,
            ..before.clone()
        };
        match self.begin_to_fill(project, &segment, Some(&before.generation)).await? {
            true => Ok(segment),
            false => Err(changed_meanwhile()),
        }
    }

    /// Deletes a segment.
    pub async fn delete_segment(&self, project: &ProjectId, id: &SegmentId) -> Result<()> {
        let message = sweep(Collection::Segment(id.clone()), project);
        let due = (guard_of(Time::now()), message.encode());
        if !self.store.delete_segment(project, id, &new_generation(), due).await? {
            return Err(Error::not_found("segment"));
        }
        self.producer.send(vec![message.into()]).await
    }

    /// A segment; 404 when it is not there.
    pub async fn segment(&self, project: &ProjectId, id: &SegmentId) -> Result<Segment> {
        self.store.segment(project, id).await?.ok_or_else(|| Error::not_found("segment"))
    }

    /// How many records the segments and kinds of a project have.
    pub async fn record_counts(&self, project: &ProjectId) -> Result<Gates> {
        self.store.gates(project).await
    }

    /// A record, without the segments and lists that are deleted.
    pub async fn record(&self, project: &ProjectId, at: &RecordAt) -> Result<Option<Record>> {
        let record = self.store.records(project, std::slice::from_ref(at)).await?.pop().flatten();
        Ok(self.as_they_are(project, record.into_iter().collect()).await?.pop())
    }

    /// The same records, without the segments and lists that are deleted.
    pub async fn as_they_are(&self, project: &ProjectId, mut records: Vec<Record>) -> Result<Vec<Record>> {
        let Some(first) = records.first() else { return Ok(records) };
        let (gates, _) = self.store.records_behind_gates(project, std::slice::from_ref(&first.at)).await?;
        let generation = gates.into_values().next().unwrap_or_default().generation;
        let known = self.known(project, &generation).await?;
        let mut lists: Vec<_> = records.iter().flat_map(|record| record.stages.keys().cloned()).collect();
        lists.sort_unstable();
        lists.dedup();
        let there = self.store.record_lists(project, &lists).await?;
        let gone: Vec<_> = lists.into_iter().zip(there).filter(|(_, there)| there.is_none()).map(|(id, _)| id).collect();
        for record in &mut records {
            record.segments.retain(|segment| known.ids.contains(segment));
            record.stages.retain(|list, _| !gone.contains(list));
        }
        Ok(records)
    }

    async fn total(&self, project: &ProjectId, kind: &str) -> Result<u64> {
        Ok(self.store.gates(project).await?.kinds.get(kind).copied().unwrap_or(0))
    }

    async fn begin_to_fill(&self, project: &ProjectId, segment: &Segment, before: Option<&str>) -> Result<bool> {
        let message = fill(segment).of_project(project);
        let due = (guard_of(Time::now()), message.encode());
        // Where the answer to the write was lost, it may have been made: it is known by its generation.
        let is_stored = self.store.put_segment(project, segment, before, due).await?
            || self.store.segment(project, &segment.id).await?.is_some_and(|there| there.generation == segment.generation);
        if is_stored {
            self.producer.send(vec![message.into()]).await?;
        }
        Ok(is_stored)
    }
}

/// The message by which a segment is filled.
pub(super) fn fill(segment: &Segment) -> Task {
    Task::Fill(Fill { segment: segment.id.clone(), generation: segment.generation.clone() })
}

/// The message by which it is forgotten who was in a segment or list.
pub(super) fn sweep(of: Collection, project: &ProjectId) -> Message {
    Task::Sweep(Sweep { of }).of_project(project)
}

fn new_generation() -> String {
    random_token(16)
}

/// The text of a condition that can be one; 422 names what is wrong.
fn judged(condition: &Value) -> Result<String> {
    let text = serde_json::to_string(condition).map_err(Error::internal)?;
    if text.len() > limits::CONDITION_BYTES {
        let message = format!("`condition` has more than {} bytes.", limits::CONDITION_BYTES);
        return Err(invalid("condition", &message, "Make it shorter."));
    }
    match Matcher::parse(&text) {
        Ok(_) => Ok(text),
        Err(problems) => {
            let (field, message) = problems.into_iter().next().unwrap_or_default();
            Err(invalid(&field, &format!("`{field}`: {message}"), "It is written as that of an agent of type `condition`."))
        }
    }
}

fn invalid(field: &str, message: &str, remedy: &str) -> Error {
    Error::new(Kind::Unprocessable, "invalid_segment", message, remedy).with_meta(json!({"field": field}))
}

fn changed_meanwhile() -> Error {
    Error::new(
        Kind::Conflict,
        "segment_changed",
        "The segment was changed or deleted meanwhile.",
        "Read it again, then change it.",
    )
}
