//! A built workflow version: its agents and links, immutable, and the routing of events along it.

use crate::{CellId, Event};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// An agent of a built version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The canvas's id.
    pub id: CellId,
    /// The name of its type.
    pub agent_type: String,
    /// What people call the agent; the cell's id where it has no name.
    pub name: String,
    /// The options of its type.
    pub config: Map<String, Value>,
    /// The version in which this incarnation of the agent began: a cell that was deleted and added again is another agent.
    pub incarnation: u64,
    /// The secret part of the agent's public address (a hook, a feed), where its type has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Whether the agent is disabled. It keeps its memory and its address; a graph has no links to it and from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// A link cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The canvas's id.
    pub id: CellId,
    /// The agent whose events the link takes.
    pub source: CellId,
    /// The agent that the link leads to.
    pub target: CellId,
    /// The group of the events that the link takes; without it, the link takes all events of its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Link {
    /// Whether the link takes an event with these groups.
    pub fn takes(&self, groups: &[String]) -> bool {
        self.group.as_ref().is_none_or(|group| groups.contains(group))
    }
}

/// A control link: its source is an agent that does something to its target, like checking or enabling it. No event takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlLink {
    /// The canvas's id.
    pub id: CellId,
    /// The agent that controls.
    pub source: CellId,
    /// The agent that is controlled.
    pub target: CellId,
}

/// Where an event goes: one delivery, and the links that led there.
#[derive(Clone, Debug, PartialEq)]
pub struct Target<'a> {
    /// The receiving agent.
    pub cell: &'a Cell,
    /// The links that lead there, in the workflow's order.
    pub links: Vec<&'a Link>,
}

/// The agents and links of one built version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Parts", into = "Parts")]
pub struct Graph {
    cells: Vec<Cell>,
    links: Vec<Link>,
    controls: Vec<ControlLink>,
    by_id: HashMap<CellId, usize>,
    by_source: HashMap<CellId, Outgoing>,
    by_target: HashMap<CellId, Vec<usize>>,
    controlled: HashMap<CellId, Vec<usize>>,
    controlling: HashMap<CellId, Vec<usize>>,
}

/// The links of one source, so that an event finds those that take it without a look at the others.
#[derive(Clone, Debug, Default, PartialEq)]
struct Outgoing {
    /// Those that take all events.
    of_all: Vec<usize>,
    of_group: HashMap<String, Vec<usize>>,
}

#[derive(Serialize, Deserialize)]
struct Parts {
    cells: Vec<Cell>,
    links: Vec<Link>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    controls: Vec<ControlLink>,
}

impl From<Parts> for Graph {
    fn from(parts: Parts) -> Self {
        Graph::new(parts.cells, parts.links).with_controls(parts.controls)
    }
}

impl From<Graph> for Parts {
    fn from(graph: Graph) -> Self {
        Parts { cells: graph.cells, links: graph.links, controls: graph.controls }
    }
}

impl Graph {
    /// Makes a graph. Links whose ends are not among the cells lead nowhere.
    pub fn new(cells: Vec<Cell>, links: Vec<Link>) -> Self {
        let by_id = cells.iter().enumerate().map(|(index, cell)| (cell.id.clone(), index)).collect();
        let (mut by_source, mut by_target) = (HashMap::<_, Outgoing>::new(), HashMap::<_, Vec<usize>>::new());
        for (index, link) in links.iter().enumerate() {
            let outgoing = by_source.entry(link.source.clone()).or_default();
            match &link.group {
                Some(group) => outgoing.of_group.entry(group.clone()).or_default().push(index),
                None => outgoing.of_all.push(index),
            }
            by_target.entry(link.target.clone()).or_default().push(index);
        }
        Graph { cells, links, by_id, by_source, by_target, ..Graph::default() }
    }

    /// The same graph, with these control links.
    pub fn with_controls(self, controls: Vec<ControlLink>) -> Self {
        let (mut controlled, mut controlling) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<usize>>::new());
        for ControlLink { source, target, .. } in &controls {
            if let (Some(from), Some(to)) = (self.by_id.get(source), self.by_id.get(target)) {
                controlled.entry(source.clone()).or_default().push(*to);
                controlling.entry(target.clone()).or_default().push(*from);
            }
        }
        Graph { controls, controlled, controlling, ..self }
    }

    /// The agents, in the workflow's order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The links, in the workflow's order.
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// The agent of a cell.
    pub fn cell(&self, id: &CellId) -> Option<&Cell> {
        self.by_id.get(id).map(|index| &self.cells[*index])
    }

    /// The links that lead to an agent, in the workflow's order. Their number is known without a walk.
    pub fn incoming(&self, target: &CellId) -> impl ExactSizeIterator<Item = &Link> {
        self.by_target.get(target).map(Vec::as_slice).unwrap_or_default().iter().map(|index| &self.links[*index])
    }

    /// The agents that an agent controls, in the order of its control links.
    pub fn controlled(&self, source: &CellId) -> impl Iterator<Item = &Cell> + use<'_> {
        self.controlled.get(source).into_iter().flatten().map(|index| &self.cells[*index])
    }

    /// The agents that control an agent, in the order of their control links.
    pub fn controlling(&self, target: &CellId) -> impl Iterator<Item = &Cell> + use<'_> {
        self.controlling.get(target).into_iter().flatten().map(|index| &self.cells[*index])
    }

    /// The links that take an event, with the agents that they lead to, in the workflow's order.
    pub fn taking(&self, source: &CellId, groups: &[String]) -> impl Iterator<Item = (&Link, &Cell)> + use<'_> {
        let mut taking: Vec<usize> = Vec::new();
        if let Some(outgoing) = self.by_source.get(source) {
            let of_groups = groups.iter().filter_map(|group| outgoing.of_group.get(group)).flatten();
            taking.extend(outgoing.of_all.iter().chain(of_groups));
            taking.sort_unstable();
            // An event may have a group twice.
            taking.dedup();
        }
        let links = taking.into_iter().map(|index| &self.links[index]);
        links.filter_map(|link| Some((link, self.cell(&link.target)?)))
    }

    /// The agents that an event goes to, in the workflow's order: those that links lead to, or the one that a copy is meant for.
    pub fn targets(&self, event: &Event) -> Vec<Target<'_>> {
        let mut targets = self.route(&event.cell, &event.groups);
        if let Some(receiver) = event.receiver() {
            targets.retain(|target| target.cell.id == *receiver);
            if targets.is_empty() {
                targets.extend(self.cell(receiver).map(|cell| Target { cell, links: Vec::new() }));
            }
        }
        targets
    }

    /// One target for each agent that at least one matching link leads to, in the workflow's order.
    pub fn route(&self, source: &CellId, groups: &[String]) -> Vec<Target<'_>> {
        let mut targets: Vec<Target<'_>> = Vec::new();
        let mut seen: HashMap<&CellId, usize> = HashMap::new();
        for (link, cell) in self.taking(source, groups) {
            let at = *seen.entry(&link.target).or_insert_with(|| {
                targets.push(Target { cell, links: Vec::new() });
                targets.len() - 1
            });
            targets[at].links.push(link);
        }
        targets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn cell(id: usize) -> Cell {
        let id = format!("c{id}");
        Cell {
            name: id.clone(),
            id: CellId(id),
            agent_type: "manual".into(),
            config: Map::new(),
            incarnation: 1,
            token: None,
            disabled: false,
        }
    }

    /// (source, target, group) of up to 40 links among 6 cells, some of them to a cell that does not exist.
    fn links() -> impl Strategy<Value = Vec<(usize, usize, Option<usize>)>> {
        prop::collection::vec((0usize..6, 0usize..7, prop::option::of(0usize..4)), 0..40)
    }

    proptest! {
        /// The reference walks all links, one at a time, with no index.
        #[test]
        fn routing_equals_the_reference(links in links(), source in 0usize..7, groups in prop::collection::btree_set(0usize..4, 0..4)) {
            let graph = Graph::new(
                (0..6).map(cell).collect(),
                links.iter().enumerate().map(|(index, (source, target, group))| Link {
                    id: CellId(format!("l{index}")),
                    source: CellId(format!("c{source}")),
                    target: CellId(format!("c{target}")),
                    group: group.map(|group| format!("g{group}")),
                }).collect(),
            );
            let mut expected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (index, (from, to, group)) in links.iter().enumerate() {
                if *from == source && *to < 6 && group.is_none_or(|group| groups.contains(&group)) {
                    expected.entry(format!("c{to}")).or_default().insert(format!("l{index}"));
                }
            }
            let groups: Vec<String> = groups.iter().map(|group| format!("g{group}")).collect();
            let routed = graph.route(&CellId(format!("c{source}")), &groups);
            let found: BTreeMap<String, BTreeSet<String>> = routed.iter()
                .map(|target| (target.cell.id.to_string(), target.links.iter().map(|link| link.id.to_string()).collect()))
                .collect();
            prop_assert_eq!(routed.len(), found.len(), "one target for each agent");
            prop_assert_eq!(found, expected);
            let target = CellId(format!("c{source}"));
            let reference: Vec<&Link> = graph.links().iter().filter(|link| link.target == target).collect();
            prop_assert_eq!(graph.incoming(&target).len(), reference.len(), "known without a walk");
            let incoming: Vec<&Link> = graph.incoming(&target).collect();
            prop_assert_eq!(incoming, reference);
            // A graph that was stored and read again is the graph that was built.
            let stored: Graph = serde_json::from_str(&serde_json::to_string(&graph).unwrap()).unwrap();
            prop_assert_eq!(stored, graph);
        }
    }
}
