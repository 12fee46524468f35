//! A built version in memory: its graph and its agents, ready to run. It never changes, so it is cached by version.

use crate::Engine;
use crate::delivery::slow_lane::Turn;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use rookery_agents::Agent;
use rookery_domain::{Cell, CellId, Error, Event, Graph, Kind, Result, Time, WorkflowRef};
use rookery_sessions::bounded;
use rookery_store::Workflow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

/// The most bytes that the built versions in memory may take: a function has 512 MB, and the agents made of a text take several
/// times its size.
const CACHED_BYTES: u64 = 16 * 1024 * 1024;
/// What a built version takes besides its text, in bytes.
const OWN_BYTES: u64 = 4 * 1024;

/// The code of the error of an agent that rests while its workflow runs.
pub(crate) const AGENT_DISABLED: &str = "agent_disabled";

/// The built versions in memory, bounded by size: one tenant's large options must not stop the others' messages.
pub(crate) type BuiltCache = Cache<(WorkflowRef, u64), Arc<Built>, ByBytes>;

#[derive(Clone)]
pub(crate) struct ByBytes;

impl Weighter<(WorkflowRef, u64), Arc<Built>> for ByBytes {
    fn weight(&self, _: &(WorkflowRef, u64), built: &Arc<Built>) -> u64 {
        built.bytes
    }
}

/// Makes an empty cache.
pub(crate) fn cache() -> BuiltCache {
    bounded(CACHED_BYTES, OWN_BYTES, ByBytes)
}

/// A built version.
pub struct Built {
    /// The number of the version.
    pub version: u64,
    /// The agents and links, as data.
    pub graph: Graph,
    agents: HashMap<CellId, Box<dyn Agent>>,
    /// How long agents took in this process, so that nobody is made to wait for slow ones.
    paces: HashMap<CellId, Lately>,
    /// The place in the slow lane's line of what is no agent any more.
    turn: Turn,
    /// About how many bytes the version takes in memory.
    bytes: u64,
}

/// How often in a row an agent must take too long before it is left for later: once may be by chance, as in a cold process.
const IN_A_ROW: u32 = 3;
/// An agent that takes so many times too long is left for later at once.
const FAR_TOO_LONG: u32 = 10;
/// How long such an agent is left for later, in milliseconds. Then it is tried again. Until then, an event costs a message more.
const LEFT_MS: i64 = 600_000;

/// What is known of how long an agent takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Nothing: it may turn out to be slow.
    Unknown,
    /// It takes no longer than it should.
    Quick,
    /// It took too long.
    Slow,
}

/// How an agent did lately.
#[derive(Default)]
struct Lately {
    in_a_row: AtomicU32,
    slow_until: AtomicI64,
    was_quick: AtomicBool,
    turn: Turn,
}

impl Built {
    /// Makes the agents of a graph. Agents whose config is no longer understood are left out; a disabled one may never have been understood.
    pub(crate) fn new(version: u64, graph: Graph) -> Self {
        let agents = graph.cells().iter().filter_map(|cell| match rookery_agents::build(&cell.agent_type, &cell.config) {
            Ok(agent) => Some((cell.id.clone(), agent)),
            Err(_) if cell.disabled => None,
            Err(problems) => {
                tracing::error!(cell = %cell.id, version, ?problems, "a built agent is not understood any more");
                None
            }
        });
        let bytes = OWN_BYTES + graph.cells().iter().map(weight).sum::<u64>();
        let agents: HashMap<CellId, Box<dyn Agent>> = agents.collect();
        let paces = agents.keys().map(|id| (id.clone(), Lately::default())).collect();
        Built { version, agents, paces, turn: Turn::default(), graph, bytes }
    }

    /// An agent that is at work, and its cell; 404 when the version has no such agent, 409 `agent_disabled` when it rests.
    pub fn agent(&self, id: &CellId) -> Result<(&Cell, &dyn Agent)> {
        if self.graph.cell(id).is_some_and(|cell| cell.disabled) {
            return Err(Error::new(
                Kind::Conflict,
                AGENT_DISABLED,
                format!("The agent `{id}` is disabled, and takes no new events."),
                "Take `disabled` out of its cell, save, and start the workflow again.",
            ));
        }
        self.any_agent(id)
    }

    /// An agent and its cell, also if it is disabled; 404 when the version has no such agent.
    pub fn any_agent(&self, id: &CellId) -> Result<(&Cell, &dyn Agent)> {
        let found = self.graph.cell(id).and_then(|cell| Some((cell, self.agents.get(id)?.as_ref())));
        found.ok_or_else(|| Error::not_found("agent"))
    }

    /// The stores that control an agent, with the variables under which the agent sees what they hold.
    pub(crate) fn stores_of(&self, cell: &CellId) -> impl Iterator<Item = (&Cell, &str)> + use<'_> {
        let store = |cell: &'_ Cell| self.agents.get(&cell.id)?.facts().store_variable.as_deref();
        self.graph.controlling(cell).filter_map(move |cell| Some((cell, store(cell)?)))
    }

    /// Whether a group of an event is one of its agent: its type has it, or a link of the agent names it. There are not many of these.
    pub(crate) fn has_group(&self, event: &Event, group: &str) -> bool {
        group == "on_error"
            || self.agents.get(&event.cell).is_some_and(|agent| agent.facts().groups.iter().any(|known| known == group))
            || self.graph.taking(&event.cell, &event.groups).any(|(link, _)| link.group.as_deref() == Some(group))
    }

    /// What is known of how long an agent takes.
    pub(crate) fn pace(&self, id: &CellId, now: Time) -> Pace {
        let Some(lately) = self.paces.get(id) else { return Pace::Unknown };
        match lately.slow_until.load(Ordering::Relaxed) > now.0 {
            true => Pace::Slow,
            false if lately.was_quick.load(Ordering::Relaxed) => Pace::Quick,
            false => Pace::Unknown,
        }
    }

    /// The agent's place in the slow lane's line.
    pub(crate) fn turn(&self, id: &CellId) -> &Turn {
        self.paces.get(id).map_or(&self.turn, |lately| &lately.turn)
    }

    /// Notes how long an agent took that should take no longer than `quick`.
    pub(crate) fn note(&self, id: &CellId, took: Duration, quick: Duration, now: Time) {
        let Some(lately) = self.paces.get(id) else { return };
        if took <= quick {
            lately.in_a_row.store(0, Ordering::Relaxed);
            lately.was_quick.store(true, Ordering::Relaxed);
        } else if lately.in_a_row.fetch_add(1, Ordering::Relaxed) + 1 >= IN_A_ROW || took > quick.saturating_mul(FAR_TOO_LONG) {
            lately.in_a_row.store(0, Ordering::Relaxed);
            lately.was_quick.store(false, Ordering::Relaxed);
            lately.slow_until.store(now.plus(LEFT_MS).0, Ordering::Relaxed);
        }
    }

    /// The cell of the agent whose public address has this token.
    pub fn by_token(&self, token: &str) -> Option<&Cell> {
        let same = |cell: &&Cell| cell.token.as_deref().is_some_and(|own| constant_time_eq(own, token));
        self.graph.cells().iter().find(same)
    }
}

/// The bytes of a cell's options as text.
fn weight(cell: &Cell) -> u64 {
    cell.config.iter().map(|(name, value)| name.len() + value.to_string().len()).sum::<usize>() as u64
}

fn constant_time_eq(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

impl Engine {
    /// A built version; 409 `not_built` when there is none.
    pub async fn built(&self, workflow: &WorkflowRef, version: u64) -> Result<Arc<Built>> {
        let key = (workflow.clone(), version);
        let load = async {
            let graph = self.store.graph(workflow, version).await?.ok_or_else(|| {
                Error::new(Kind::Conflict, "not_built", "The workflow was never built.", "POST to its /build or /start first.")
            })?;
            Ok::<_, Error>(Arc::new(Built::new(version, graph)))
        };
        self.built.get_or_insert_async(&key, load).await
    }

    /// The last built version; none before the first build.
    pub async fn last_built(&self, workflow: &Workflow) -> Result<Option<Arc<Built>>> {
        match workflow.built {
            0 => Ok(None),
            version => Ok(Some(self.built(&workflow.id, version).await?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{ProjectId, WorkflowId};
    use serde_json::{Map, json};

    fn built(bytes: usize) -> Arc<Built> {
        let config = Map::from_iter([("text".to_owned(), json!("x".repeat(bytes)))]);
        let id = CellId("c".into());
        let cell =
            Cell { name: "c".into(), id, agent_type: "unknown".into(), config, incarnation: 1, token: None, disabled: false };
        Arc::new(Built::new(1, Graph::new(vec![cell], Vec::new())))
    }

    #[test]
    fn an_agent_that_is_slow_again_and_again_is_left_for_later_for_a_while() {
        let config = Map::from_iter([("instructions".to_owned(), json!({}))]);
        let id = CellId("c".into());
        let cell = Cell {
            name: "c".into(),
            id: id.clone(),
            agent_type: "event_formatting".into(),
            config,
            incarnation: 1,
            token: None,
            disabled: false,
        };
        let (built, now) = (Built::new(1, Graph::new(vec![cell], Vec::new())), Time::now());
        let took = |ms, now| built.note(&id, Duration::from_millis(ms), Duration::from_millis(2), now);
        let pace = |now| built.pace(&id, now);
        for ms in [3, 3] {
            took(ms, now);
            assert_eq!(pace(now), Pace::Unknown, "a slow run may be by chance");
        }
        for ms in [1, 3, 3] {
            took(ms, now);
            assert_eq!(pace(now), Pace::Quick);
        }
        took(3, now);
        assert_eq!(pace(now), Pace::Slow);
        let later = now.plus(LEFT_MS);
        assert_eq!(pace(later), Pace::Unknown, "it is tried again, where it holds up nobody");
        took(200, later);
        assert_eq!(pace(later), Pace::Slow, "no other sender waits for that");
        assert_eq!(built.pace(&CellId("unknown".into()), now), Pace::Unknown);
    }

    #[test]
    fn large_options_of_one_tenant_do_not_fill_the_memory() {
        let cache = cache();
        let key = || (WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() }, 1);
        let largest = rookery_domain::limits::WORKFLOW_BYTES;
        let mut last = key();
        for _ in 0..40 {
            last = key();
            cache.insert(last.clone(), built(largest));
        }
        assert!(cache.weight() <= CACHED_BYTES && cache.len() < 10, "{} of {} bytes", cache.len(), cache.weight());
        assert!(cache.get(&last).is_some(), "what was built just now is there, however large");
        for _ in 0..1000 {
            cache.insert(key(), built(1000));
        }
        assert!(cache.len() > 256, "many small ones find room: {}", cache.len());
    }
}
