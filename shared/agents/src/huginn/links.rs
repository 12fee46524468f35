//! The links of a scenario, as cells: they take only what Huginn would emit.

use super::file::Ends;
use super::report::{AgentReport, LeftOut, Links};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// Links that became cells, and those that did not.
pub(super) struct Made {
    pub(super) cells: Vec<Map<String, Value>>,
    /// The ends of the cells, as places in the list of agents.
    pub(super) ends: Vec<(usize, usize)>,
    pub(super) report: Links,
}

/// The links along which events go.
pub(super) fn links(links: &[Ends], agents: &[AgentReport], ids: &[String]) -> Made {
    make(links, ids, ["source", "receiver"], |index, source, target| {
        let (from, to) = (&agents[source], &agents[target]);
        if from.ends.is_silent {
            return Err(format!("An agent of the type `{}` emits nothing.", from.huginn_type));
        }
        if to.ends.is_trigger {
            return Err(format!("An agent of the type `{}` receives nothing.", to.huginn_type));
        }
        let mut cell = cell(format!("link-{index}"), "link", &ids[source], &ids[target]);
        if let Some(group) = from.ends.group {
            cell.insert("group_id".to_owned(), group.into());
        }
        Ok(cell)
    })
}

/// The links by which an agent controls others.
pub(super) fn control_links(links: &[Ends], ids: &[String]) -> Made {
    let mut drawn = HashSet::new();
    make(links, ids, ["controller", "control_target"], |index, source, target| {
        if !drawn.insert((source, target)) {
            return Err("The file has the same link before it.".to_owned());
        }
        Ok(cell(format!("control-link-{index}"), "control_link", &ids[source], &ids[target]))
    })
}

fn make(
    links: &[Ends],
    ids: &[String],
    names: [&str; 2],
    mut one: impl FnMut(usize, usize, usize) -> Result<Map<String, Value>, String>,
) -> Made {
    let mut made = Made { cells: Vec::new(), ends: Vec::new(), report: Links::default() };
    for (index, (source, target)) in links.iter().enumerate() {
        let place = |end: &Option<usize>, name: &str| {
            end.filter(|end| *end < ids.len()).ok_or_else(|| format!("Its `{name}` names no agent of the file."))
        };
        let ends = place(source, names[0]).and_then(|source| Ok((source, place(target, names[1])?)));
        match ends.and_then(|(source, target)| Ok((source, target, one(index, source, target)?))) {
            Ok((source, target, cell)) => {
                made.cells.push(cell);
                made.ends.push((source, target));
            }
            Err(reason) => made.report.left_out.push(LeftOut { index, reason }),
        }
    }
    made.report.made = made.cells.len();
    made
}

fn cell(id: String, kind: &str, source: &str, target: &str) -> Map<String, Value> {
    let ends = [("source", source), ("target", target)].map(|(end, id)| (end.to_owned(), json!({"id": id})));
    let mut cell = Map::from_iter([("id".to_owned(), id.into()), ("type".to_owned(), kind.into())]);
    cell.extend(ends);
    cell
}
