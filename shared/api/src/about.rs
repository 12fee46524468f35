//! What people say of a workflow beside its name: what it is for, and the tags by which it is found. No version has it, so a change makes none.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json, present};
use crate::error::Result;
use crate::list::{One, one};
use crate::route::{Route, WORKFLOW};
use crate::workflow_view::{WorkflowView, view};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{Error, limits};
use rookery_store::{About, Role, Workflow};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) fn routes() -> Vec<Route> {
    let editor = Access::Project(Role::Editor);
    vec![
        Route::new(Method::PATCH, WORKFLOW, editor, "Sets what a workflow is for, and its tags. It makes no version.", change)
            .takes::<AboutChange>()
            .answers::<One<WorkflowView>>(200),
    ]
}

/// What people say of a workflow.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AboutChange {
    /// What the workflow is for: up to 2,000 characters. Without it, the description stays.
    #[serde(default, deserialize_with = "present")]
    description: Option<String>,
    /// Its tags: up to 20, each of 1 to 50 characters. Without them, the tags stay.
    #[serde(default, deserialize_with = "present")]
    tags: Option<Vec<String>>,
}

impl Input for AboutChange {}

/// Checks what is said of a workflow. A tag that is there twice counts once.
pub(crate) fn read(description: String, tags: Vec<String>) -> Result<About> {
    if description.chars().count() > limits::DESCRIPTION_CHARS {
        let details = format!("Send up to {} characters.", limits::DESCRIPTION_CHARS);
        return Err(Error::invalid("`description` is too long.", details).into());
    }
    let is_tag = |tag: &String| (1..=limits::TAG_CHARS).contains(&tag.chars().count()) && !tag.chars().any(char::is_control);
    if let Some(index) = tags.iter().position(|tag| !is_tag(tag)) {
        let details = format!("A tag is a text of 1 to {} characters, none of them control characters.", limits::TAG_CHARS);
        return Err(Error::invalid(format!("`tags[{index}]` is not a tag."), details).into());
    }
    let mut once: Vec<String> = Vec::new();
    tags.into_iter().for_each(|tag| {
        if !once.contains(&tag) {
            once.push(tag);
        }
    });
    if once.len() > limits::TAGS {
        return Err(Error::invalid("`tags` has too many.", format!("Send up to {}.", limits::TAGS)).into());
    }
    Ok(About { description, tags: once })
}

async fn change(
    State(app): State<App>,
    Extension(workflow): Extension<Workflow>,
    Json(change): Json<AboutChange>,
) -> Result<impl IntoResponse> {
    let About { description, tags } = workflow.about;
    let about = read(change.description.unwrap_or(description), change.tags.unwrap_or(tags))?;
    Ok(one(view(app.engine.store.set_about(&workflow.id, &about).await?, None)))
}
