//! How it stands with a project, in a few counts that are bounded.

use crate::App;
use crate::across::{SIDE_BY_SIDE, Scope};
use crate::auth::Access;
use crate::error::Result;
use crate::list::{One, one};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use futures::stream::{StreamExt, TryStreamExt, iter};
use rookery_domain::Error;
use rookery_store::{Project, Role};
use schemars::JsonSchema;
use serde::Serialize;

/// What is counted up to, and how many workflows are looked at.
const MOST: usize = 100;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            format!("{PROJECT}/overview"),
            Access::Project(Role::Viewer),
            "Counts what somebody should look at: failures that were not replayed, and what waits for an answer. Counts go to 100; `at_least` names those that may be higher.",
            show,
        )
        .answers::<One<Overview>>(200),
    ]
}

/// How it stands with a project.
#[derive(Serialize, JsonSchema)]
struct Overview {
    /// Failures that were not replayed.
    failures: usize,
    /// What was asked of external agents, persistent agents and entry points, and is not answered yet.
    waiting: usize,
    /// Workflows.
    workflows: usize,
    /// The names of the counts that may be higher than they say here.
    at_least: Vec<&'static str>,
}

async fn show(State(app): State<App>, Extension(project): Extension<Project>) -> Result<impl IntoResponse> {
    let Scope { workflows, is_part } = Scope::of_all(&app, &project, MOST).await?;
    let store = &app.engine.store;
    let counts = workflows.iter().map(|workflow| async move {
        let failures = store.list_failure_places(&workflow.id, Some(false), MOST + 1, None);
        let (failures, (waiting, more)) = tokio::try_join!(failures, store.outstanding_in(&workflow.id))?;
        Ok::<_, Error>((failures.items.len(), usize::try_from(waiting).unwrap_or(usize::MAX), more))
    });
    let counts: Vec<_> = counts.collect();
    let counts: Vec<(usize, usize, bool)> = iter(counts).buffered(SIDE_BY_SIDE).try_collect().await?;
    let failures = counts.iter().map(|(failures, ..)| failures).sum();
    let waiting = counts.iter().fold(0usize, |sum, (_, waiting, _)| sum.saturating_add(*waiting));
    let more_wait = counts.iter().any(|(.., more)| *more);
    let all = [("failures", failures, false), ("waiting", waiting, more_wait), ("workflows", workflows.len(), false)];
    let at_least = all.into_iter().filter(|(_, count, more)| is_part || *more || *count > MOST).map(|(name, ..)| name).collect();
    let [failures, waiting, workflows] = all.map(|(_, count, _)| count.min(MOST));
    Ok(one(Overview { failures, waiting, workflows, at_least }))
}
