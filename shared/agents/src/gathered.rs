//! Events that an agent gathers until it is checked. The memory has their places alone, in the order in which they came; the payloads are read when they
//! are needed.

use crate::{AgentError, Context, Effects};
use rookery_domain::{Event, EventAt};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;

/// The memory of an agent that gathers.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Gathered {
    #[serde(default)]
    pub(crate) events: Vec<EventAt>,
}

impl Gathered {
    /// What was gathered so far.
    pub(crate) fn of(cx: &Context<'_>) -> Self {
        Gathered::deserialize(&cx.memory).unwrap_or_default()
    }

    /// Gathers the event that came. Beyond so many, the oldest are forgotten; `tells` says whether that is told.
    pub(crate) fn gather(cx: &Context<'_>, most: usize, tells: bool) -> Effects {
        let Some(event) = cx.event else { return Effects::none() };
        let mut gathered = Gathered::of(cx);
        gathered.events.push(event.at());
        let forgotten = gathered.events.len().saturating_sub(most);
        gathered.events.drain(..forgotten);
        let effects = Effects::none().remember(json!(gathered));
        if forgotten > 0 && tells { effects.log("The oldest event was forgotten: there are too many.") } else { effects }
    }
}

/// The events at these places, in their order, without those that are no longer kept.
pub(crate) async fn read(cx: &Context<'_>, places: &[EventAt]) -> Result<Vec<Event>, AgentError> {
    let found = cx.host.events(places).await?;
    let mut found: HashMap<_, Event> = found.into_iter().map(|event| (event.id, event)).collect();
    Ok(places.iter().filter_map(|place| found.remove(&place.id)).collect())
}
