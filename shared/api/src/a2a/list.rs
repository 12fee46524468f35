//! The list of an agent's tasks: the runs that messages began, the latest first.

use super::agent::{Agent, Found};
use super::message::given;
use super::methods::{check_history, value};
use super::task::{self, Artifacts};
use crate::error::Result;
use crate::list::CURSOR_CHARS;
use a2a::{ListTasksRequest, ListTasksResponse, TaskState};
use futures::{StreamExt, TryStreamExt};
use rookery_domain::{Error, Event, Kind};
use rookery_engine::Protocol;
use rookery_store::{Cursor, EntryPoint, EventFilter, Page, event_place};
use serde_json::Value;
use std::cmp::Reverse;

/// How many tasks a page has at most, and where nothing is said. Source: the specification, 3.1.4.
const PAGE_MAX: usize = 100;
const PAGE: usize = 50;
/// How many runs, and lists of runs, are looked at side by side.
const SIDE_BY_SIDE: usize = 10;
/// After how many pages of runs a request looks no further for tasks that it asks for.
const ROUNDS: usize = 5;

impl Agent {
    /// A page of tasks. Pages go by when tasks began; in a page, the task that changed last is first.
    pub(super) async fn list(&self, request: ListTasksRequest) -> Result<Value> {
        check_history(request.history_length)?;
        if !self.caller.may_see() && given(request.context_id.as_ref()).is_none() {
            let message = "A key that only sends is not shown the tasks of others.";
            let details = "Give the `contextId` of a conversation, or use a key with the role viewer, editor or owner.";
            return Err(Error::new(Kind::Forbidden, "forbidden", message, details).into());
        }
        let size = match request.page_size {
            None => PAGE,
            Some(size) => usize::try_from(size).ok().filter(|size| (1..=PAGE_MAX).contains(size)).ok_or_else(bad_size)?,
        };
        let mut next = given(request.page_token.as_ref()).map(read_token).transpose()?;
        let mut tasks = Vec::new();
        for _ in 0..ROUNDS {
            let runs = self.runs(size, next.as_ref()).await?;
            tasks.extend(self.tasks_of(runs.items).await?.into_iter().filter(|found| is_asked_for(&request, found)));
            next = runs.next;
            if !tasks.is_empty() || next.is_none() {
                break;
            }
        }
        tasks.sort_by_key(|found| Reverse(found.progress.changed));
        let artifacts = if request.include_artifacts == Some(true) { Artifacts::Shown } else { Artifacts::LeftOut };
        let tasks: Vec<_> = tasks.iter().map(|found| task::task(found.run, &found.progress, artifacts)).collect();
        let count = i32::try_from(tasks.len()).unwrap_or(i32::MAX);
        let next_page_token = next.map(|cursor| cursor.encode()).unwrap_or_default();
        value(ListTasksResponse { tasks, next_page_token, page_size: count, total_size: count })
    }

    /// A page of the runs that began at the entry points of this agent. Places of events are in one order for all workflows.
    async fn runs(&self, size: usize, after: Option<&Cursor>) -> Result<Page<(EntryPoint, Event)>> {
        let pages = self.entries().await?.into_iter().map(|entry| self.runs_at(entry, size, after));
        let pages: Vec<_> = futures::stream::iter(pages).buffered(SIDE_BY_SIDE).try_collect().await?;
        Ok(Page::merged(pages, size, |(_, event)| event_place(event)))
    }

    /// The events with which runs began at an entry point.
    async fn runs_at(&self, entry: EntryPoint, size: usize, after: Option<&Cursor>) -> Result<Page<(EntryPoint, Event)>> {
        let engine = &self.app.engine;
        let Some(workflow) = engine.store.known_workflow(&entry.agent.workflow).await?.filter(|workflow| !workflow.deleted)
        else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let filter = EventFilter { cell: Some(entry.agent.cell.clone()), roots: true, ..EventFilter::default() };
        let page = engine.list_events(&workflow, &filter, size, after).await?;
        Ok(page.try_map(|event| Ok((entry.clone(), event)))?)
    }

    /// Those of the runs that messages began.
    async fn tasks_of(&self, runs: Vec<(EntryPoint, Event)>) -> Result<Vec<Found>> {
        let looks = runs.into_iter().map(|(entry, event)| async move {
            let run = event.id.run;
            let progress = self.app.engine.call_progress(&entry, Protocol::A2a, run).await?;
            Ok::<_, Error>(progress.map(|progress| Found { entry, run, progress }))
        });
        let found = futures::stream::iter(looks).buffered(SIDE_BY_SIDE).try_filter_map(async |found| Ok(found));
        Ok(found.try_collect().await?)
    }
}

fn is_asked_for(request: &ListTasksRequest, found: &Found) -> bool {
    let state = request.status.as_ref().filter(|state| **state != TaskState::Unspecified);
    let since = request.status_timestamp_after.map(|at| at.timestamp_millis());
    given(request.context_id.as_ref()).is_none_or(|context| found.progress.context.as_deref() == Some(context))
        && state.is_none_or(|state| *state == task::state(&found.progress.state))
        && since.is_none_or(|since| found.progress.changed.0 > since)
}

fn read_token(token: &str) -> Result<Cursor> {
    let cursor = Some(token).filter(|token| token.len() <= CURSOR_CHARS).and_then(|token| Cursor::decode(token).ok());
    let wrong =
        || Error::invalid("`pageToken` is not one of this list.", "Use `nextPageToken` of the page before, or leave it out.");
    Ok(cursor.ok_or_else(wrong)?)
}

fn bad_size() -> Error {
    let details = format!("Give a number from 1 to {PAGE_MAX}, or leave it out for {PAGE}.");
    Error::invalid("`pageSize` is not one that is taken.", details)
}
