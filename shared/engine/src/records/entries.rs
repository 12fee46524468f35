//! Entries of lists: a record is put into a list, moved to another stage, or taken out.

use super::apply::Planned;
use super::write::{at_index, new_tag, nothing, refuse_doubles};
use super::{Outcome, What};
use crate::Engine;
use rookery_domain::{Error, Kind, ListId, ProjectId, RecordAt, Result, limits};
use rookery_store::{Moved, News, Record, RecordList};
use serde_json::json;

/// What is to become of a record's place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryChange {
    /// It comes to this stage; to the first one, if none is named.
    To(Option<String>),
    /// The same, if it is in the list already.
    Move(Option<String>),
    /// It is taken out.
    Remove,
}

/// What became of a record's place in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryOutcome {
    /// What became of it.
    pub what: What,
    /// The stage before; none if it was not in the list.
    pub from: Option<String>,
    /// The stage where it is; none if it was taken out.
    pub stage: Option<String>,
}

impl Engine {
    /// Changes the places of records in a list. 422 names a stage that the list lacks, a record that is not there, or one that is not in the
    /// list and is to be moved; nothing is written then. `hop` says how many links and connections lie behind it.
    pub async fn change_entries(
        &self,
        project: &ProjectId,
        list: &RecordList,
        changes: &[(RecordAt, EntryChange)],
        key: Option<&str>,
        hop: u16,
    ) -> Result<Vec<EntryOutcome>> {
        refuse_doubles(changes.iter().map(|(at, _)| at))?;
        let stages = changes.iter().enumerate().map(|(index, (_, change))| stage(list, change).map_err(|e| at_index(index, e)));
        let stages: Vec<Option<String>> = stages.collect::<Result<_>>()?;
        let all: Vec<RecordAt> = changes.iter().map(|(at, _)| at.clone()).collect();
        let plan = |index: usize, before: Option<&Record>| {
            let (at, change) = &changes[index];
            plan(&list.id, at, change, stages[index].as_deref(), before, hop).map_err(|error| at_index(index, error))
        };
        let outcomes = self.apply(project, &all, key, |index, before, _| plan(index, before)).await?;
        let told = outcomes.into_iter().zip(stages);
        Ok(told.map(|(Outcome { what, from }, stage)| EntryOutcome { what, from, stage }).collect())
    }
}

/// The stage where a record is to be.
fn stage(list: &RecordList, change: &EntryChange) -> Result<Option<String>> {
    let (EntryChange::To(named) | EntryChange::Move(named)) = change else { return Ok(None) };
    match named {
        Some(stage) if list.stages.contains(stage) => Ok(Some(stage.clone())),
        Some(stage) => {
            let message = format!("The list has no stage `{stage}`.");
            let remedy = format!("Name one of: {}. Nothing was written.", list.stages.join(", "));
            Err(Error::new(Kind::Unprocessable, "unknown_stage", message, remedy).with_meta(json!({"field": "stage"})))
        }
        None => Ok(list.stages.first().cloned()),
    }
}

fn plan(
    list: &ListId,
    at: &RecordAt,
    change: &EntryChange,
    stage: Option<&str>,
    before: Option<&Record>,
    hop: u16,
) -> Result<Planned> {
    let Some(record) = before else {
        let message = format!("There is no record `{at}`.");
        let error = Error::new(Kind::Unprocessable, "unknown_record", message, "Write it first. Nothing was written.");
        return Err(error.with_meta(json!({"field": "id"})));
    };
    let from = record.stages.get(list).cloned();
    if from.is_none() && matches!(change, EntryChange::Move(_)) {
        let message = format!("`{at}` is not in the list, so it is at no stage.");
        let error = Error::new(Kind::Unprocessable, "not_in_list", message, "Add it to the list first. Nothing was written.");
        return Err(error.with_meta(json!({"field": "id"})));
    }
    if from.as_deref() == stage {
        return Ok(Planned { outcome: Outcome { what: What::Unchanged, from }, ..nothing() });
    }
    let mut after = Record { tag: new_tag(), ..record.clone() };
    let mut news = None;
    match stage {
        Some(stage) => {
            after.stages.insert(list.clone(), stage.to_owned());
            news = Some(News {
                tag: after.tag.clone(),
                at: at.clone(),
                attributes: record.attributes.clone(),
                entered: Vec::new(),
                moved: Some(Moved { list: list.clone(), stage: stage.to_owned(), from: from.clone() }),
                hop,
            });
        }
        None => drop(after.stages.remove(list)),
    }
    if after.stages.len() > limits::LISTS_OF_RECORD {
        let message = format!("`{at}` is in {} lists, and a record is in no more.", limits::LISTS_OF_RECORD);
        return Err(Error::new(Kind::Unprocessable, "too_many_lists", message, "Take it out of one first. Nothing was written."));
    }
    let what = if from.is_some() { What::Changed } else { What::Created };
    Ok(Planned { after: Some(Some(after)), news, outcome: Outcome { what, from } })
}
