//! What is told of a run that was called: its deliveries, one after the other, and its end. Whoever looks at the run reads its items, and
//! writes what is new at the end of what was told before; so everybody is told the same, in the same order. The end is told once: a replay
//! that comes later changes the run's tree, and not what was told.

mod seen;

use crate::Engine;
use crate::workflow::watched::News;
use rookery_domain::{CellId, Error, EventAt, EventId, Payload, Result, RunId, Time, WorkflowRef};
use rookery_store::{Called, RunItem};
pub(crate) use seen::Seen;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Instant;

/// How many items of a run are read at once.
const READ: usize = 200;
/// What is told of a run so far. It is stored as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Its deliveries, in the order in which they were seen: the first thousand.
    pub deliveries: Vec<ToldDelivery>,
    /// Its end, once nothing is to be handled any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<CalledEnd>,
}

/// A delivery that was handled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToldDelivery {
    /// Its commit.
    pub commit: EventId,
    /// When it was handled.
    pub at: Time,
    /// The agent.
    pub cell: CellId,
    /// `done`, `failed`, or the agent's own word.
    pub outcome: String,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// How many events it emitted.
    pub events: u32,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<CalledError>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalledEnd {
    /// When its last delivery was handled.
    pub at: Time,
    /// The first failure that nobody handles: no link takes its `on_error` event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<CalledError>,
    /// The event that is the result: the first one that the cell `result` emitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<EventAt>,
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledError {
    /// The agent that failed.
    pub cell: CellId,
    /// The stable code.
    pub code: String,
    /// What went wrong, and the remedy.
    pub message: String,
}

impl Engine {
    /// What is told of a run, as far as it is now; `None` if the run is not there.
    pub async fn progress(&self, called: &Called) -> Result<Option<Progress>> {
        loop {
            let Some((called, told)) = self.called_in(&called.workflow, called.run).await? else { return Ok(None) };
            let mut progress = match &told.text {
                Some(text) => serde_json::from_str(text).map_err(Error::internal)?,
                None => Progress::default(),
            };
            if progress.end.is_some() {
                return Ok(Some(progress));
            }
            let seen = self.seen(&called.workflow, called.run, |_| ()).await?;
            let Some(version) = seen.version else { return Ok(None) };
            let built = self.built(&called.workflow, version).await?;
            // What was stored between two pages may have been missed. What a second reading sees, too, is all that there was.
            if seen.end(&built.graph).is_some() && !seen.is_as(&self.seen(&called.workflow, called.run, |_| ()).await?) {
                continue;
            }
            if !seen.go_on(&mut progress, &built.graph) {
                return Ok(Some(progress));
            }
            let text = serde_json::to_string(&progress).map_err(Error::internal)?;
            // Whoever was faster told the same, or more.
            if self.store.tell_run(&called, told.writes, &text).await? {
                return Ok(Some(progress));
            }
        }
    }

    /// The payload of the result of a run that is over; `None` if there is none, or if it is no longer kept.
    pub async fn result_of(&self, called: &Called, end: &CalledEnd) -> Result<Option<Payload>> {
        let Some(place) = end.result else { return Ok(None) };
        let event = self.store.event(&called.workflow, place).await?.filter(|event| event.keep_until > Time::now());
        Ok(event.map(|event| event.payload))
    }

    /// Follows a run: see [`Follow::next`].
    pub fn follow_called(self: &Arc<Self>, called: Called) -> Follow {
        let news = self.watched.watch(called.run);
        Follow { engine: self.clone(), called, news, is_new: true, told: 0 }
    }

    /// Reads a run; each item is also shown to `look`.
    pub(crate) async fn seen(&self, workflow: &WorkflowRef, run: RunId, mut look: impl FnMut(&RunItem)) -> Result<Seen> {
        let (mut seen, mut cursor) = (Seen::default(), None);
        loop {
            let page = self.store.list_run(workflow, run, READ, cursor.as_ref()).await?;
            for item in &page.items {
                seen.add(item);
                look(item);
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(seen);
            }
        }
    }
}

/// Somebody who is told of a run while it goes on.
pub struct Follow {
    engine: Arc<Engine>,
    called: Called,
    news: News,
    is_new: bool,
    /// How many deliveries were given.
    told: usize,
}

impl Follow {
    /// What is told of the run, once that is more than was given before, or the end; `None` when the run is gone. After the end, the end
    /// is given again.
    pub async fn next(&mut self) -> Result<Option<Progress>> {
        loop {
            if !std::mem::take(&mut self.is_new) {
                self.news.wait().await;
            }
            let began = Instant::now();
            let Some(progress) = self.engine.progress(&self.called).await? else { return Ok(None) };
            let is_new = progress.end.is_some() || progress.deliveries.len() > self.told;
            self.news.looked(began.elapsed(), is_new);
            if is_new {
                self.told = progress.deliveries.len();
                return Ok(Some(progress));
            }
        }
    }

    /// What is told of the run in the end; `None` when the run is gone.
    pub async fn end(mut self) -> Result<Option<(Progress, CalledEnd)>> {
        while let Some(progress) = self.next().await? {
            if let Some(end) = progress.end.clone() {
                return Ok(Some((progress, end)));
            }
        }
        Ok(None)
    }
}
