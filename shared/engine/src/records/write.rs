//! Writing records: what a caller gives is set, replaced, or the record is deleted.

use super::apply::Planned;
use super::known::Known;
use super::{Outcome, What};
use crate::Engine;
use rookery_domain::{Error, Kind, Payload, ProjectId, RecordAt, Result, Time, check_attributes, hashed_uuid, random_token};
use rookery_store::{News, Record};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// How many characters the tag of a write has.
const TAG_CHARS: usize = 20;

/// What is done with the attributes that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Those that are given are set, `null` removes one, others stay.
    Merge,
    /// All others are removed.
    Replace,
}

/// A record as a caller writes it.
#[derive(Clone, Debug)]
pub struct RecordInput {
    /// What names it.
    pub at: RecordAt,
    /// Its attributes.
    pub attributes: Map<String, Value>,
    /// What is done with those that are there.
    pub mode: Mode,
    /// It must be there already.
    pub must_exist: bool,
    /// How many links and connections lie behind the write.
    pub hop: u16,
}

impl Engine {
    /// Writes records. Under a key, the same again finishes what was begun, and has the same outcomes; with other records, it is refused.
    pub async fn write_records(&self, project: &ProjectId, inputs: &[RecordInput], key: Option<&str>) -> Result<Vec<Outcome>> {
        refuse_doubles(inputs.iter().map(|input| &input.at))?;
        for (index, input) in inputs.iter().enumerate() {
            judge(input, None, index)?;
        }
        let all: Vec<RecordAt> = inputs.iter().map(|input| input.at.clone()).collect();
        self.apply(project, &all, key, |index, before, known| plan(&inputs[index], index, before, known)).await
    }

    /// Notes what is asked for under a key. 409 if something else was asked for under it.
    pub async fn begin_keyed(&self, project: &ProjectId, key: &str, asked: &[u8]) -> Result<()> {
        self.store.begin_keyed(project, key, &hashed_uuid(&[asked]).simple().to_string()).await
    }

    /// Deletes a record, with its places in segments and lists. `false` if it is not there.
    pub async fn delete_record(&self, project: &ProjectId, at: &RecordAt) -> Result<bool> {
        let all = std::slice::from_ref(at);
        // Its places in lists go first: a transaction would not take them, and those in segments.
        self.apply(project, all, None, |_, before, _| {
            let Some(record) = before.filter(|record| !record.stages.is_empty()) else { return Ok(nothing()) };
            let after = Record { stages: Default::default(), tag: new_tag(), ..record.clone() };
            Ok(Planned { after: Some(Some(after)), news: None, outcome: What::Changed.into() })
        })
        .await?;
        let outcomes = self
            .apply(project, all, None, |_, before, _| match before {
                Some(record) if !record.stages.is_empty() => {
                    Err(Error::new(Kind::Conflict, "record_changed", "It was put into a list meanwhile.", "Delete it again."))
                }
                Some(_) => Ok(Planned { after: Some(None), news: None, outcome: What::Changed.into() }),
                None => Ok(nothing()),
            })
            .await?;
        Ok(outcomes.iter().any(|outcome| outcome.what == What::Changed))
    }
}

/// Nothing is changed.
pub(super) fn nothing() -> Planned {
    Planned { after: None, news: None, outcome: What::Unchanged.into() }
}

/// The tag of a write.
pub(super) fn new_tag() -> String {
    random_token(TAG_CHARS)
}

/// 422 for a record that is named twice.
pub(super) fn refuse_doubles<'a>(all: impl Iterator<Item = &'a RecordAt>) -> Result<()> {
    let mut seen = HashMap::new();
    for (index, at) in all.enumerate() {
        if let Some(first) = seen.insert(at, index) {
            let message = format!("The items {first} and {index} are the same record, `{at}`.");
            let error = Error::new(Kind::Unprocessable, "duplicate_record", message, "Send it once. Nothing was written.");
            return Err(error.with_meta(json!({"index": index})));
        }
    }
    Ok(())
}

/// The same error, which names what was wrong by its number.
pub(super) fn at_index(index: usize, error: Error) -> Error {
    let meta = match &error.meta {
        Some(Value::Object(fields)) => {
            let mut fields = fields.clone();
            fields.insert("index".to_owned(), index.into());
            Value::Object(fields)
        }
        _ => json!({"index": index}),
    };
    error.with_meta(meta)
}

/// The attributes that a record is to have; 422 names what is wrong with them.
fn judge(input: &RecordInput, before: Option<&Record>, index: usize) -> Result<Map<String, Value>> {
    let mut attributes = match (before.map(|before| before.attributes.value()), input.mode) {
        (Some(Value::Object(there)), Mode::Merge) => there.clone(),
        _ => Map::new(),
    };
    for (name, value) in &input.attributes {
        match value {
            Value::Null => drop(attributes.shift_remove(name)),
            value => drop(attributes.insert(name.clone(), value.clone())),
        }
    }
    check_attributes(&attributes).map_err(|error| at_index(index, error))?;
    Ok(attributes)
}

fn plan(input: &RecordInput, index: usize, before: Option<&Record>, known: &Known) -> Result<Planned> {
    if before.is_none() && input.must_exist {
        return Err(Error::not_found("record"));
    }
    let attributes = Payload::of(Value::Object(judge(input, before, index)?)).map_err(|error| at_index(index, error))?;
    if before.is_some_and(|before| before.attributes.value() == attributes.value()) {
        return Ok(nothing());
    }
    let (now, tag) = (Time::now(), new_tag());
    let segments = known.matching(&input.at.kind, attributes.value());
    let matched = before.map(|before| known.matching(&input.at.kind, before.attributes.value())).unwrap_or_default();
    let entered: Vec<_> = segments.difference(&matched).cloned().collect();
    let news = (!entered.is_empty()).then(|| News {
        tag: tag.clone(),
        at: input.at.clone(),
        attributes: attributes.clone(),
        entered,
        moved: None,
        hop: input.hop,
    });
    let after = Record {
        at: input.at.clone(),
        attributes,
        segments,
        stages: before.map(|before| before.stages.clone()).unwrap_or_default(),
        tag,
        created_at: before.map_or(now, |before| before.created_at),
        updated_at: now,
    };
    let what = if before.is_some() { What::Changed } else { What::Created };
    Ok(Planned { after: Some(Some(after)), news, outcome: what.into() })
}
