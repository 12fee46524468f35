//! Records of a project: people, mentions, companies and kinds of its own; written one by one or many at once, read and listed.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, present};
use crate::error::Result;
use crate::events::idempotency_key;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{Error, Kind, ListId, Payload, ProjectId, RecordAt, SegmentId, Time, hashed_uuid, limits, random_token};
use rookery_engine::{Mode, RecordInput, What};
use rookery_store::{Page, Project, Record, RecordFilter, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The longest Idempotency-Key, in characters.
const KEY_CHARS: usize = 255;
/// How many characters the id of a record has that is made here.
const MADE_CHARS: usize = 20;

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let (all, each) = (format!("{PROJECT}/records"), format!("{PROJECT}/records/{{kind}}/{{record}}"));
    vec![
        Route::new(
            Method::POST,
            &all,
            editor,
            "Writes up to 500 records. Attributes that are given are set, `null` removes one, others stay. If one of the records is not good, none is written.",
            write,
        )
        .header("Idempotency-Key", "The same key with the same body finishes what was begun, and gives the same answer.")
        .takes::<NewRecords>()
        .answers::<One<Vec<Written>>>(200),
        Route::new(Method::GET, &all, viewer, "Lists records, by kind and id.", list)
            .paged()
            .query("kind", "Only those of this kind.")
            .query("segment", "Only those in this segment.")
            .query("list", "Only those in this list.")
            .query("stage", "Only those at this stage of the list.")
            .tool("list_records", "Lists the project's records (people, mentions, companies and kinds of its own), by kind, segment, list or stage. Each has its attributes, segments and stages in lists.")
            .answers::<Listed<RecordView>>(200),
        Route::new(Method::GET, &each, viewer, "Shows a record.", show).answers::<One<RecordView>>(200),
        Route::new(Method::PUT, &each, editor, "Writes a record: it then has these attributes and no others.", put)
            .takes::<RecordAttributes>()
            .answers::<One<RecordView>>(200),
        Route::new(
            Method::PATCH,
            &each,
            editor,
            "Changes a record: attributes that are given are set, `null` removes one, others stay.",
            patch,
        )
        .takes::<RecordAttributes>()
        .answers::<One<RecordView>>(200),
        Route::new(Method::DELETE, each, editor, "Deletes a record. It leaves its segments and lists.", delete),
    ]
}

/// Records as they are sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewRecords {
    /// The records: 1 to 500, each once.
    records: Vec<NewRecord>,
}

impl Input for NewRecords {
    // What a function takes in one request.
    const BYTES: usize = 4 * 1024 * 1024;
}

/// A record as it is sent.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewRecord {
    /// The kind: `person`, `mention`, `company`, or a name of your own of a-z, 0-9 and `_`, with at most 32 characters.
    kind: String,
    /// Your id, of 1 to 128 characters. Without one, it is made.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The attributes: at most 200, and 32 KB.
    attributes: Map<String, Value>,
}

/// The attributes of a record.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RecordAttributes {
    /// The attributes: at most 200, and 32 KB.
    attributes: Map<String, Value>,
}

impl Input for RecordAttributes {
    const BYTES: usize = 2 * limits::ATTRIBUTES_BYTES;
}

/// A record that was written.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WrittenRecord")]
struct Written {
    /// Its kind.
    kind: String,
    /// Its id.
    id: String,
    /// What became of it.
    outcome: What,
}

/// A record.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Record")]
pub(crate) struct RecordView {
    /// Its kind.
    kind: String,
    /// Its id.
    id: String,
    /// What it says of itself: an object.
    attributes: Payload,
    /// The segments that it is in.
    segments: Vec<SegmentId>,
    /// The lists that it is in.
    lists: Vec<EntryView>,
    /// When it was made.
    created_at: Time,
    /// When its attributes were last changed.
    updated_at: Time,
}

/// A list that a record is in.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordEntry")]
struct EntryView {
    /// The list.
    list_id: ListId,
    /// The stage where the record is.
    stage: String,
}

impl From<Record> for RecordView {
    fn from(record: Record) -> Self {
        RecordView {
            kind: record.at.kind,
            id: record.at.id,
            attributes: record.attributes,
            segments: record.segments.into_iter().collect(),
            lists: record.stages.into_iter().map(|(list_id, stage)| EntryView { list_id, stage }).collect(),
            created_at: record.created_at,
            updated_at: record.updated_at,
        }
    }
}

/// The record that a path names; what cannot be one is not there.
pub(crate) fn record_at(ids: &Ids) -> Result<RecordAt> {
    Ok(RecordAt::new(ids.text("kind"), ids.text("record")).map_err(|_| Error::not_found("record"))?)
}

/// 422 if there are none, or too many.
pub(crate) fn check_count(field: &str, count: usize) -> Result<()> {
    match (1..=limits::RECORDS).contains(&count) {
        true => Ok(()),
        false => {
            let message = format!("`{field}` has {count} items.");
            let remedy = format!("Send 1 to {}. Nothing was written.", limits::RECORDS);
            let error = Error::new(Kind::Unprocessable, "invalid_record", message, remedy);
            Err(error.with_meta(json!({"field": field})).into())
        }
    }
}

/// The same error, with the number of what was wrong.
pub(crate) fn numbered(index: usize, field: &str, mut error: Error) -> Error {
    let inner = error.meta.as_ref().and_then(|meta| meta["field"].as_str()).unwrap_or_default();
    error.message = format!("`{field}[{index}]`: {}", error.message);
    let meta = json!({"index": index, "field": inner});
    error.with_meta(meta)
}

async fn write(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    headers: HeaderMap,
    Json(input): Json<NewRecords>,
) -> Result<impl IntoResponse> {
    check_count("records", input.records.len())?;
    // What agents write has keys of its own.
    let key = idempotency_key(&headers)?;
    if key.as_ref().is_some_and(|key| !(1..=KEY_CHARS).contains(&key.len())) {
        let message = format!("The Idempotency-Key has not 1 to {KEY_CHARS} characters.");
        return Err(Error::invalid(message, "Send another one, like a UUID.").into());
    }
    let key = key.map(|key| format!("request/{key}"));
    let asked = serde_json::to_vec(&input.records).map_err(Error::internal)?;
    let inputs = input.records.into_iter().enumerate().map(|(index, record)| {
        let id = record.id.unwrap_or_else(|| made_id(&project.id, key.as_deref(), index));
        let at = RecordAt::new(record.kind, id).map_err(|error| numbered(index, "records", error))?;
        Ok(RecordInput { at, attributes: record.attributes, mode: Mode::Merge, must_exist: false, hop: 0 })
    });
    let inputs = inputs.collect::<Result<Vec<_>>>()?;
    if let Some(key) = &key {
        app.engine.begin_keyed(&project.id, key, &asked).await?;
    }
    let outcomes = app.engine.write_records(&project.id, &inputs, key.as_deref()).await?;
    let written = inputs.into_iter().zip(outcomes);
    let written = written.map(|(input, outcome)| Written { kind: input.at.kind, id: input.at.id, outcome: outcome.what });
    Ok(one(written.collect::<Vec<_>>()))
}

/// The id of a record that came without one: the same one for the same key.
fn made_id(project: &ProjectId, key: Option<&str>, index: usize) -> String {
    match key {
        Some(key) => {
            let parts = [b"record", project.as_str().as_bytes(), key.as_bytes(), &index.to_be_bytes()];
            hashed_uuid(&parts).simple().to_string()
        }
        None => random_token(MADE_CHARS),
    }
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let text = |name: &str| query.get(name).map(str::to_owned);
    let mut filter = RecordFilter { kind: text("kind"), stage: text("stage"), ..RecordFilter::default() };
    if let Some(id) = query.get("segment") {
        filter.segment = Some(app.engine.segment(&project.id, &id.parse()?).await?.id);
    }
    if let Some(id) = query.get("list") {
        filter.list = Some(app.engine.record_list(&project.id, &id.parse()?).await?.id);
    }
    if filter.stage.is_some() && filter.list.is_none() {
        return Err(Error::invalid("`stage` is given without `list`.", "Name the list of the stage, too.").into());
    }
    if filter.kind.as_deref().is_some_and(|kind| !rookery_domain::is_valid_kind(kind)) {
        return Err(Error::invalid("`kind` is no kind of records.", "Use 1 to 32 of a-z, 0-9 and `_`.").into());
    }
    let Page { items, next } =
        app.engine.store.list_records(&project.id, &filter, query.limit()?, query.cursor()?.as_ref()).await?;
    let items = app.engine.as_they_are(&project.id, items).await?;
    Ok(listed(Page { items, next }, RecordView::from))
}

async fn show(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    shown(&app, &project, &record_at(&ids)?).await
}

async fn shown(app: &App, project: &Project, at: &RecordAt) -> Result<axum::Json<One<RecordView>>> {
    let record = app.engine.record(&project.id, at).await?.ok_or_else(|| Error::not_found("record"))?;
    Ok(one(record.into()))
}

async fn put(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(input): Json<RecordAttributes>,
) -> Result<impl IntoResponse> {
    // Here the record may be new, so its name is judged as that of any new one.
    let at = RecordAt::new(ids.text("kind"), ids.text("record"))?;
    change(&app, &project, RecordInput { at, attributes: input.attributes, mode: Mode::Replace, must_exist: false, hop: 0 }).await
}

async fn patch(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(input): Json<RecordAttributes>,
) -> Result<impl IntoResponse> {
    let at = record_at(&ids)?;
    change(&app, &project, RecordInput { at, attributes: input.attributes, mode: Mode::Merge, must_exist: true, hop: 0 }).await
}

async fn change(app: &App, project: &Project, input: RecordInput) -> Result<axum::Json<One<RecordView>>> {
    app.engine.write_records(&project.id, std::slice::from_ref(&input), None).await?;
    shown(app, project, &input.at).await
}

async fn delete(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    match app.engine.delete_record(&project.id, &record_at(&ids)?).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Error::not_found("record").into()),
    }
}
