//! Lists of one workflow or of all workflows of a project: merged of the lists of each, newest first, and filtered by looking at a bounded number
//! of what there is. What is listed, and how it is shown, lives with its noun.

use crate::App;
use crate::error::{ApiError, Result};
use crate::list::{Query, Window};
use axum::Json;
use futures::stream::{StreamExt, TryStreamExt, iter};
use rookery_domain::{Error, WorkflowId, WorkflowRef, limits};
use rookery_store::{Cursor, Page, Placed, Project, Workflow};
use schemars::JsonSchema;
use serde::Serialize;
use std::cmp::Reverse;
use std::time::{Duration, Instant};

/// How many workflows a list of a project is of: of more, those that were changed last.
const WORKFLOWS: usize = 200;
/// How many workflows of a project are known when these are chosen.
const KNOWN: usize = 1000;
/// How many workflows, and entries, are looked at side by side.
pub(crate) const SIDE_BY_SIDE: usize = 16;
/// How many entries are looked at between two looks at the clock, and into the lists once a first look was not enough.
const ROUND: usize = 50;
/// How many looks into the lists there are at most.
const LOOKS: usize = 25;
/// After so long, a page ends where it is, so that its cursor comes before API Gateway ends the answer.
const MOST_TIME: Duration = Duration::from_secs(8);

/// The workflows that a list is of.
pub(crate) struct Scope {
    pub(crate) workflows: Vec<Workflow>,
    /// There are more.
    pub(crate) is_part: bool,
}

impl Scope {
    /// One workflow.
    pub(crate) fn of(workflow: Workflow) -> Self {
        Scope { workflows: vec![workflow], is_part: false }
    }

    /// The workflows of a project, or the one that the query names.
    pub(crate) async fn of_project(app: &App, project: &Project, query: &Query) -> Result<Self> {
        let Some(named) = query.get("workflow") else { return Scope::of_all(app, project, WORKFLOWS).await };
        let unknown = || {
            Error::invalid("`workflow` is not a workflow of this project.", "Give the id of one: GET .../workflows lists them.")
        };
        let workflow: WorkflowId = named.parse().map_err(|_| unknown())?;
        let of = WorkflowRef { project: project.id.clone(), workflow };
        let found = app.engine.store.find_workflow(&of).await?.filter(|workflow| !workflow.deleted);
        Ok(Scope::of(found.ok_or_else(unknown)?))
    }

    /// The workflows of a project that were changed last.
    pub(crate) async fn of_all(app: &App, project: &Project, most: usize) -> Result<Self> {
        let (mut workflows, mut cursor) = (Vec::new(), None);
        loop {
            let page = app.engine.store.list_workflows(&project.id, limits::PAGE_MAX, Option::as_ref(&cursor)).await?;
            workflows.extend(page.items);
            cursor = page.next;
            if cursor.is_none() || workflows.len() >= KNOWN {
                break;
            }
        }
        workflows.sort_by_key(|workflow| Reverse(workflow.updated_at));
        let is_part = cursor.is_some() || workflows.len() > most;
        workflows.truncate(most);
        Ok(Scope { workflows, is_part })
    }
}

/// A list of what workflows have.
pub(crate) trait Listing: Sync {
    /// A row of the list.
    type Shown: Send;
    /// After how many entries a page looks no further, however few of them are shown.
    const LOOK: usize;

    /// The times at which entries are listed.
    fn window(&self) -> Window {
        Window::default()
    }

    /// A page of what a workflow has, newest first.
    fn places(
        &self,
        workflow: &Workflow,
        limit: usize,
        after: Option<&Cursor>,
    ) -> impl Future<Output = Result<Page<Placed>>> + Send;

    /// The row of an entry, if it is shown.
    fn show(&self, workflow: &Workflow, at: &Placed) -> impl Future<Output = Result<Option<Self::Shown>>> + Send;
}

/// A page of rows.
pub(crate) struct Rows<T> {
    rows: Vec<(Workflow, T)>,
    meta: LookedMeta,
}

/// The answer with a page of a list that is filtered.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Looked<T> {
    /// The page.
    data: Vec<T>,
    /// Where the list goes on.
    meta: LookedMeta,
}

/// Where a list goes on, and how much of it was looked at.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct LookedMeta {
    /// The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on.
    next_cursor: Option<String>,
    /// How many entries were looked at for this page. A filtered page ends when that is enough, however few rows it has: go on with the cursor.
    looked_at: usize,
    /// The project has more than 200 workflows, and the list is of the 200 that were changed last. Name others by `workflow`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    workflows_left_out: bool,
}

/// A row, with the workflow that it is of.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct InWorkflow<T> {
    /// The workflow.
    workflow_id: WorkflowId,
    /// What people call the workflow.
    workflow_name: String,
    #[serde(flatten)]
    row: T,
}

impl<T> Rows<T> {
    /// The rows, to be changed.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.iter_mut().map(|(_, row)| row)
    }

    /// The answer of a list of one workflow.
    pub(crate) fn listed(self) -> Json<Looked<T>> {
        Json(Looked { data: self.rows.into_iter().map(|(_, row)| row).collect(), meta: self.meta })
    }

    /// The answer of a list of a project.
    pub(crate) fn across(self) -> Json<Looked<InWorkflow<T>>> {
        let row =
            |(workflow, row): (Workflow, T)| InWorkflow { workflow_id: workflow.id.workflow, workflow_name: workflow.name, row };
        Json(Looked { data: self.rows.into_iter().map(row).collect(), meta: self.meta })
    }
}

/// Reads the page of a list that a query asks for.
pub(crate) async fn page<L: Listing>(scope: Scope, listing: &L, query: &Query) -> Result<Rows<L::Shown>> {
    page_within(MOST_TIME, scope, listing, query).await
}

/// Reads a page that ends where it is after this time, once it has looked at some entries.
async fn page_within<L: Listing>(time: Duration, scope: Scope, listing: &L, query: &Query) -> Result<Rows<L::Shown>> {
    let (limit, window) = (query.limit()?, listing.window());
    let mut next = query.cursor()?.or(window.to.map(Cursor::up_to));
    let (mut rows, mut looked_at, began) = (Vec::new(), 0, Instant::now());
    // A look into a list that finds nothing has passed over thousands of entries.
    'looks: for look in 0..LOOKS {
        // Each look reads the lists of all workflows, so that the first one finds enough for a page of a list that is not filtered.
        let most = if look == 0 { limit } else { ROUND };
        let mut found = places(&scope, listing, most, next.as_ref()).await?;
        if let Some(from) = window.from.filter(|from| found.items.last().is_some_and(|(_, at)| at.at() < *from)) {
            found.items.retain(|(_, at)| at.at() >= from);
            found.next = None;
        }
        let mut left = found.items.into_iter();
        loop {
            let part: Vec<_> = left.by_ref().take(ROUND).collect();
            looked_at += part.len();
            next = if left.len() > 0 { part.last().map(|(_, at)| at.cursor()) } else { found.next.clone() };
            rows.extend(shown(listing, part).await?);
            if rows.len() >= limit || next.is_none() || looked_at >= L::LOOK || began.elapsed() >= time {
                break 'looks;
            }
            if left.len() == 0 {
                break;
            }
        }
    }
    if rows.len() > limit {
        rows.truncate(limit);
        next = rows.last().map(|(_, at, _)| at.cursor());
    }
    let meta = LookedMeta { next_cursor: next.map(|cursor| cursor.encode()), looked_at, workflows_left_out: scope.is_part };
    Ok(Rows { rows: rows.into_iter().map(|(workflow, _, row)| (workflow.clone(), row)).collect(), meta })
}

/// The rows of entries that are shown, each with its workflow and its place.
async fn shown<'s, L: Listing>(
    listing: &L,
    entries: Vec<(&'s Workflow, Placed)>,
) -> Result<impl Iterator<Item = (&'s Workflow, Placed, L::Shown)>> {
    let rows = entries.into_iter().map(|(workflow, at)| async move {
        let row = listing.show(workflow, &at).await?;
        Ok::<_, ApiError>(row.map(|row| (workflow, at, row)))
    });
    // A closure that outlives this line would have to take workflows of any lifetime.
    let rows: Vec<_> = rows.collect();
    Ok(iter(rows).buffered(SIDE_BY_SIDE).try_collect::<Vec<_>>().await?.into_iter().flatten())
}

/// A page of what all of the workflows have.
async fn places<'s, L: Listing>(
    scope: &'s Scope,
    listing: &L,
    limit: usize,
    after: Option<&Cursor>,
) -> Result<Page<(&'s Workflow, Placed)>> {
    let pages = scope.workflows.iter().map(|workflow| async move {
        let page = listing.places(workflow, limit, after).await?;
        let items = page.items.into_iter().map(|at| (workflow, at)).collect();
        Ok::<_, ApiError>(Page { items, next: page.next })
    });
    let pages: Vec<_> = pages.collect();
    let pages: Vec<_> = iter(pages).buffered(SIDE_BY_SIDE).try_collect().await?;
    Ok(Page::merged(pages, limit, |(_, at)| at.place.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::place_of;
    use rookery_domain::{EventId, ProjectId, Time};
    use rookery_store::{About, State};

    /// An endless list, of which every `nth` entry is shown.
    struct Endless {
        nth: usize,
    }

    impl Listing for Endless {
        type Shown = usize;
        const LOOK: usize = 1000;

        async fn places(&self, _: &Workflow, limit: usize, after: Option<&Cursor>) -> Result<Page<Placed>> {
            let last = after.map_or(10_000, |cursor| place_of(cursor).unwrap().parse().unwrap());
            let places = (last - limit..last).rev().map(|number: usize| number.to_string());
            let items: Vec<Placed> = places.map(|place| Placed { place, id: EventId::fresh() }).collect();
            let next = items.last().map(Placed::cursor);
            Ok(Page { items, next })
        }

        async fn show(&self, _: &Workflow, at: &Placed) -> Result<Option<usize>> {
            Ok(at.place.parse().ok().filter(|number| number % self.nth == 0))
        }
    }

    /// The rows of a page that has this time; how many entries were looked at, and where the list goes on.
    async fn read(time: Duration, nth: usize, query: &str) -> (Vec<usize>, usize, Option<String>) {
        let workflow = Workflow {
            id: WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() },
            name: String::new(),
            about: About::default(),
            state: State::Active,
            version: 1,
            built: 1,
            created_at: Time(0),
            updated_at: Time(0),
            deleted: false,
            is_spread: false,
        };
        let query = Query::read(&format!("/?{query}").parse().unwrap(), &["limit", "cursor"]).unwrap();
        let page = page_within(time, Scope::of(workflow), &Endless { nth }, &query).await.unwrap();
        let Looked { data, meta } = page.listed().0;
        (data, meta.looked_at, meta.next_cursor)
    }

    #[tokio::test]
    async fn a_page_whose_time_is_over_ends_where_it_is() {
        let (rows, looked_at, next) = read(Duration::ZERO, 10, "limit=200").await;
        assert_eq!((rows, looked_at), (vec![9990, 9980, 9970, 9960, 9950], ROUND));
        let (rows, ..) = read(Duration::ZERO, 10, &format!("limit=10&cursor={}", next.unwrap())).await;
        assert_eq!(rows, [9940], "nothing is passed over, and nothing is there twice");
        let (rows, looked_at, next) = read(Duration::MAX, 5000, "limit=200").await;
        assert_eq!((rows.len(), looked_at, next.is_some()), (0, Endless::LOOK, true), "with time, it looks at as much as it may");
    }

    #[tokio::test]
    async fn a_page_of_a_list_that_is_not_filtered_is_full_after_one_look() {
        let (rows, looked_at, next) = read(Duration::MAX, 1, "limit=120").await;
        assert_eq!((rows.len(), looked_at, rows.last()), (120, 120, Some(&9880)));
        let (rows, ..) = read(Duration::MAX, 1, &format!("limit=1&cursor={}", next.unwrap())).await;
        assert_eq!(rows, [9879]);
    }
}
