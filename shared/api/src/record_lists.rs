//! Lists of a project's records: people put records into them, at stages.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, check_name, present};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::records::{check_count, numbered, record_at};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use rookery_domain::{Error, ListId, RecordAt, Time};
use rookery_engine::{EntryChange, EntryOutcome, What};
use rookery_store::{Project, RecordList, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, editor) = (Access::Project(Role::Viewer), Access::Project(Role::Editor));
    let (all, each) = (format!("{PROJECT}/lists"), format!("{PROJECT}/lists/{{list}}"));
    let entry = format!("{each}/entries/{{kind}}/{{record}}");
    vec![
        Route::new(Method::POST, &all, editor, "Makes a list.", create).takes::<ListInput>().answers::<One<ListView>>(201),
        Route::new(Method::GET, &all, viewer, "Lists the lists.", list)
            .paged()
            .tool("list_lists", "Lists the project's lists of records, each with its stages. Triggers and actions of workflows name a list by its id.")
            .answers::<Listed<ListView>>(200),
        Route::new(Method::GET, &each, viewer, "Shows a list; `GET .../records?list=` has its records.", show)
            .answers::<One<ListView>>(200),
        Route::new(
            Method::PUT,
            &each,
            editor,
            "Changes a list. Records at a stage that is taken out stay there until they are moved.",
            put,
        )
        .takes::<ListInput>()
        .answers::<One<ListView>>(200),
        Route::new(Method::DELETE, &each, editor, "Deletes a list. Its records stay.", delete),
        Route::new(
            Method::POST,
            format!("{each}/entries"),
            editor,
            "Puts up to 500 records into a list; one that is in the list moves. If one of them is not good, none is put there.",
            add,
        )
        .takes::<NewEntries>()
        .answers::<One<Vec<Entered>>>(200),
        Route::new(Method::PATCH, &entry, editor, "Moves a record to another stage of a list.", change)
            .takes::<EntryStage>()
            .answers::<One<Entered>>(200),
        Route::new(Method::DELETE, entry, editor, "Takes a record out of a list. The record stays.", remove),
    ]
}

/// A list as it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ListInput {
    /// What people call it.
    name: String,
    /// Its stages, in order: 1 to 50 texts of 1 to 64 characters, each once.
    stages: Vec<String>,
}

impl Input for ListInput {}

/// A list.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RecordList")]
struct ListView {
    /// Its id.
    id: ListId,
    /// What people call it.
    name: String,
    /// Its stages, in order.
    stages: Vec<String>,
    /// When it was made.
    created_at: Time,
}

impl From<RecordList> for ListView {
    fn from(list: RecordList) -> Self {
        ListView { id: list.id, name: list.name, stages: list.stages, created_at: list.created_at }
    }
}

/// Entries as they are sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewEntries {
    /// The entries: 1 to 500, each record once.
    entries: Vec<NewEntry>,
}

impl Input for NewEntries {
    const BYTES: usize = 1024 * 1024;
}

/// An entry as it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewEntry {
    /// The record's kind.
    kind: String,
    /// The record's id.
    id: String,
    /// The stage; without one, the list's first.
    #[serde(default, deserialize_with = "present")]
    stage: Option<String>,
}

/// The stage of an entry.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EntryStage {
    /// The stage.
    stage: String,
}

impl Input for EntryStage {}

/// What became of an entry.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ListEntry")]
struct Entered {
    /// The record's kind.
    kind: String,
    /// The record's id.
    id: String,
    /// What became of the entry.
    outcome: What,
    /// The stage where the record is.
    stage: Option<String>,
    /// The stage before; null if it was not in the list.
    from: Option<String>,
}

impl Entered {
    fn of(at: RecordAt, changed: EntryOutcome) -> Self {
        Entered { kind: at.kind, id: at.id, outcome: changed.what, stage: changed.stage, from: changed.from }
    }
}

async fn create(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Json(input): Json<ListInput>,
) -> Result<impl IntoResponse> {
    check_name(&input.name)?;
    let list = app.engine.create_record_list(&project.id, &input.name, input.stages).await?;
    Ok((StatusCode::CREATED, one(ListView::from(list))))
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let page = app.engine.store.list_record_lists(&project.id, query.limit()?, query.cursor()?.as_ref()).await?;
    Ok(listed(page, ListView::from))
}

async fn show(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    Ok(one(ListView::from(app.engine.record_list(&project.id, &ids.get("list")?).await?)))
}

async fn put(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(input): Json<ListInput>,
) -> Result<impl IntoResponse> {
    check_name(&input.name)?;
    let list = app.engine.change_record_list(&project.id, &ids.get("list")?, &input.name, &input.stages).await?;
    Ok(one(ListView::from(list)))
}

async fn delete(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    app.engine.delete_record_list(&project.id, &ids.get("list")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn add(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(input): Json<NewEntries>,
) -> Result<impl IntoResponse> {
    let list = app.engine.record_list(&project.id, &ids.get("list")?).await?;
    check_count("entries", input.entries.len())?;
    let changes = input.entries.into_iter().enumerate().map(|(index, entry)| {
        let at = RecordAt::new(entry.kind, entry.id).map_err(|error| numbered(index, "entries", error))?;
        Ok((at, EntryChange::To(entry.stage)))
    });
    let changes = changes.collect::<Result<Vec<_>>>()?;
    let changed = app.engine.change_entries(&project.id, &list, &changes, None, 0).await?;
    let entered = changes.into_iter().zip(changed).map(|((at, _), changed)| Entered::of(at, changed));
    Ok(one(entered.collect::<Vec<_>>()))
}

async fn change(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(input): Json<EntryStage>,
) -> Result<impl IntoResponse> {
    let at = record_at(&ids)?;
    let changed = change_one(&app, &project, &ids, &at, EntryChange::Move(Some(input.stage))).await?;
    Ok(one(Entered::of(at, changed)))
}

async fn remove(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let changed = change_one(&app, &project, &ids, &record_at(&ids)?, EntryChange::Remove).await?;
    match changed.what {
        What::Unchanged => Err(Error::not_found("entry").into()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Changes the entry that a path names; 404 if it is not there.
async fn change_one(app: &App, project: &Project, ids: &Ids, at: &RecordAt, change: EntryChange) -> Result<EntryOutcome> {
    let list = app.engine.record_list(&project.id, &ids.get("list")?).await?;
    let changes = [(at.clone(), change)];
    match app.engine.change_entries(&project.id, &list, &changes, None, 0).await {
        Ok(changed) => Ok(changed.into_iter().next().ok_or_else(|| Error::internal("a change has no outcome"))?),
        Err(error) if ["unknown_record", "not_in_list"].contains(&error.code) => Err(Error::not_found("entry").into()),
        Err(error) => Err(error.into()),
    }
}
