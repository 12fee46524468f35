//! Links as they are drawn: what they lead from and to, which events they take, and what is wrong with them.

use super::{Options, Problem, is_valid_group};
use crate::{CellId, Link, limits};
use serde_json::{Map, Value};
use std::collections::HashSet;

impl Options {
    /// Reads a link as JointJS draws it by itself. Between agents it is a link like any other; elsewhere, it is a drawing.
    pub(super) fn read_drawn_link(
        &mut self,
        index: usize,
        mut cell: Map<String, Value>,
        agents: &HashSet<CellId>,
        ids: &mut HashSet<String>,
    ) {
        let no_agent = ["source", "target"].into_iter().find_map(|end| match end_of(&cell, end) {
            Some(id) if agents.contains(&CellId(id.clone())) => None,
            other => Some((end, other)),
        });
        let Some((end, shape)) = no_agent else {
            if let Some(id) = self.take_id(index, &mut cell, ids) {
                self.read_link(id, &cell);
            }
            return;
        };
        let id = cell.get("id").and_then(Value::as_str).map_or_else(|| format!("cells[{index}]"), str::to_owned);
        let message = match shape {
            Some(shape) => format!(
                "`{shape}` is no agent, so no event takes this link. If it is to be one, give `{shape}` the `type` \"agent\" and an \
                 `agent_type`."
            ),
            None => "This end leads to no cell, so no event takes this link: connect it to an agent, if it is to be more than a drawing."
                .to_owned(),
        };
        self.warnings.push(Problem::new(&id, end, message));
    }

    pub(super) fn read_link(&mut self, id: String, cell: &Map<String, Value>) {
        let group = match cell.get("group_id") {
            None | Some(Value::Null) => None,
            Some(Value::String(group)) if is_valid_group(group) => Some(group.clone()),
            Some(_) => {
                let message =
                    format!("A group is a text of 1 to {} characters; leave it out to take all events.", limits::GROUP_CHARS);
                return self.problems.push(Problem::new(&id, "group_id", message));
            }
        };
        // Other keys belong to the canvas, and are neither read nor refused.
        let is_meant = |(key, value): &(&String, &Value)| (value.is_string() || value.is_array()) && is_like_group_id(key);
        let ends = ["source", "target"].into_iter().filter_map(|end| cell.get(end)?.as_object()).flatten();
        if let Some((key, _)) = cell.iter().chain(ends).find(is_meant).filter(|_| group.is_none()) {
            let message = format!(
                "`{key}` chooses no events there, so the link takes all events of its source: name a group in `group_id` of the link."
            );
            self.warnings.push(Problem::new(&id, key, message));
        }
        let port = cell.get("source").and_then(|end| end.get("port")).and_then(Value::as_str);
        if let Some(port) = port.filter(|port| port.starts_with("on_") && group.is_none()) {
            let message = format!(
                "The link leaves the port `{port}`, which chooses no events: name the group in `group_id` of the link, or it takes all events of its source."
            );
            self.warnings.push(Problem::new(&id, "source.port", message));
        }
        match (end_of(cell, "source"), end_of(cell, "target")) {
            (Some(source), Some(target)) => {
                self.links.push(Link { id: CellId(id), source: CellId(source), target: CellId(target), group });
            }
            (source, _) => {
                let field = if source.is_none() { "source" } else { "target" };
                self.problems.push(Problem::new(&id, field, "The link leads nowhere: connect both ends to agents."));
            }
        }
    }

    pub(super) fn drop_dangling_links(&mut self) {
        let agents: HashSet<&CellId> = self.agents.iter().map(|agent| &agent.id).collect();
        let (kept, dangling): (Vec<_>, Vec<_>) =
            self.links.drain(..).partition(|link| agents.contains(&link.source) && agents.contains(&link.target));
        for link in dangling {
            let (field, end) = if agents.contains(&link.source) { ("target", &link.target) } else { ("source", &link.source) };
            let message = format!("There is no valid agent `{end}`: connect the link to one, or remove it.");
            self.problems.push(Problem::new(link.id.as_str(), field, message));
        }
        self.links = kept;
    }
}

/// The id of the cell at an end of a link.
pub(super) fn end_of(cell: &Map<String, Value>, end: &str) -> Option<String> {
    cell.get(end)?.get("id")?.as_str().map(str::to_owned)
}

/// Whether a cell is one of JointJS's own links, like `standard.Link` or `standard.DoubleLink`.
pub(super) fn is_drawn_link(cell: &Map<String, Value>) -> bool {
    let kind = cell.get("type").and_then(Value::as_str).unwrap_or_default();
    kind.contains('.') && kind.ends_with("Link") && !cell.contains_key("agent_type")
}

/// Whether people may have meant `group_id` by a key of a link.
fn is_like_group_id(key: &str) -> bool {
    let letters: String = key.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    ["group", "groups", "groupid", "groupids", "groupname"].contains(&letters.as_str())
}
