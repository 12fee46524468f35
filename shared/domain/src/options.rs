//! The options of a workflow: the canvas's JSON. It is read for what matters here, and given back as it came.
//!
//! Only structure is judged here. Whether an agent type exists and its config is right is judged where the workflow is built.

use crate::payload::{not_json, read_json};
use crate::{CellId, Error, Kind, Link, Result, limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// One thing that is wrong with a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Problem {
    /// The cell that has the problem.
    pub cell_id: String,
    /// The field of that cell, as a dotted path like `config.url`.
    pub field: String,
    /// What is wrong, and the remedy.
    pub message: String,
}

impl Problem {
    /// A problem of a cell's field.
    pub fn new(cell: &str, field: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { cell_id: cell.to_owned(), field: field.into(), message: message.into() }
    }
}

/// An agent cell as drawn: not yet judged by its type.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentCell {
    /// The canvas's id.
    pub id: CellId,
    /// The name of its type.
    pub agent_type: String,
    /// What people call the agent.
    pub name: Option<String>,
    /// The options of its type.
    pub config: Map<String, Value>,
}

/// What a workflow's options say, and the problems of their structure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The agents.
    pub agents: Vec<AgentCell>,
    /// The links whose ends are agents.
    pub links: Vec<Link>,
    /// What is wrong with the cells.
    pub problems: Vec<Problem>,
    /// What is not wrong, but hardly meant.
    pub warnings: Vec<Problem>,
}

impl Options {
    /// Reads `{"cells": [...]}`; `{}` is an empty canvas. Only what cannot be saved at all is an error.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > limits::WORKFLOW_BYTES {
            return Err(Error::new(
                Kind::TooLarge,
                "workflow_too_large",
                format!("The options have {} bytes; at most {} are kept.", text.len(), limits::WORKFLOW_BYTES),
                "Split the workflow in two.",
            ));
        }
        let value: Value = serde_json::from_str(read_json(text.as_bytes())?).map_err(|error| not_json(&error))?;
        let wrong =
            |what: &str| Error::invalid(what, "Send `options` as an object like {\"cells\": [...]}; {} is an empty canvas.");
        let Value::Object(mut object) = value else { return Err(wrong("`options` is not an object.")) };
        let cells = match object.remove("cells") {
            None => Vec::new(),
            Some(Value::Array(cells)) => cells,
            Some(_) => return Err(wrong("`options.cells` is not a list.")),
        };
        let mut options = Options::default();
        let mut ids = HashSet::new();
        for (index, cell) in cells.into_iter().enumerate() {
            let Value::Object(cell) = cell else {
                return Err(wrong(&format!("`options.cells[{index}]` is not an object.")));
            };
            options.read_cell(index, cell, &mut ids);
        }
        options.drop_dangling_links();
        Ok(options)
    }

    fn read_cell(&mut self, index: usize, mut cell: Map<String, Value>, ids: &mut HashSet<String>) {
        let kind = cell.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_agent = kind == "agent" || cell.contains_key("agent_type");
        if !is_agent && kind != "link" {
            return; // A decoration of the canvas.
        }
        let id = match cell.remove("id") {
            Some(Value::String(id)) if is_valid_cell_id(&id) => id,
            other => {
                let shown = other.as_ref().and_then(Value::as_str).map_or_else(|| format!("cells[{index}]"), str::to_owned);
                let message =
                    format!("A cell's id is a text of 1 to {} characters without control characters.", limits::CELL_ID_CHARS);
                return self.problems.push(Problem::new(&shown, "id", message));
            }
        };
        if !ids.insert(id.clone()) {
            return self.problems.push(Problem::new(&id, "id", "Two cells have this id: give each its own."));
        }
        match (is_agent, kind.as_str()) {
            (true, "agent") => self.read_agent(id, cell),
            (true, _) => self.problems.push(Problem::new(&id, "type", "It has an `agent_type`: set `type` to \"agent\".")),
            _ => self.read_link(id, &cell),
        }
    }

    fn read_agent(&mut self, id: String, mut cell: Map<String, Value>) {
        let Some(Value::String(agent_type)) = cell.remove("agent_type") else {
            return self.problems.push(Problem::new(
                &id,
                "agent_type",
                "Name the agent's type; the agent_types list shows them.",
            ));
        };
        let name = match cell.remove("name") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) if name.chars().count() <= limits::NAME_CHARS => Some(name),
            Some(_) => {
                let message = format!("A name is a text of at most {} characters.", limits::NAME_CHARS);
                return self.problems.push(Problem::new(&id, "name", message));
            }
        };
        let config = match cell.remove("config") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(config)) => config,
            Some(_) => return self.problems.push(Problem::new(&id, "config", "The config is an object of the type's options.")),
        };
        self.agents.push(AgentCell { id: CellId(id), agent_type, name, config });
    }

    fn read_link(&mut self, id: String, cell: &Map<String, Value>) {
        let end = |field: &str| cell.get(field).and_then(|end| end.get("id")).and_then(Value::as_str).map(str::to_owned);
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
        match (end("source"), end("target")) {
            (Some(source), Some(target)) => {
                self.links.push(Link { id: CellId(id), source: CellId(source), target: CellId(target), group });
            }
            (source, _) => {
                let field = if source.is_none() { "source" } else { "target" };
                self.problems.push(Problem::new(&id, field, "The link leads nowhere: connect both ends to agents."));
            }
        }
    }

    fn drop_dangling_links(&mut self) {
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

/// Whether people may have meant `group_id` by a key of a link.
fn is_like_group_id(key: &str) -> bool {
    let letters: String = key.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    ["group", "groups", "groupid", "groupids", "groupname"].contains(&letters.as_str())
}

fn is_valid_cell_id(id: &str) -> bool {
    !id.is_empty() && id.chars().count() <= limits::CELL_ID_CHARS && !id.chars().any(char::is_control)
}

/// Whether a text can be a group: 1 to 64 characters, none of them control characters.
pub fn is_valid_group(group: &str) -> bool {
    !group.is_empty() && group.chars().count() <= limits::GROUP_CHARS && !group.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_canvas_and_decorations_are_fine() {
        assert_eq!(Options::parse("{}").unwrap(), Options::default());
        let text = r#"{"cells":[{"id":"n","type":"standard.Note","text":"hi"}],"theme":"dark"}"#;
        assert_eq!(Options::parse(text).unwrap(), Options::default());
    }

    #[test]
    fn each_problem_is_under_its_cell_and_field() {
        let text = r#"{"cells":[
            {"id":"a","type":"agent","agent_type":"manual"},
            {"id":"a","type":"agent","agent_type":"manual"},
            {"type":"agent","agent_type":"manual"},
            {"id":"b","type":"agent","agent_type":7},
            {"id":"c","type":"agent","agent_type":"manual","config":[]},
            {"id":"l1","type":"link","source":{"id":"a"},"target":{"x":1,"y":2}},
            {"id":"l2","type":"link","source":{"id":"a"},"target":{"id":"nobody"}},
            {"id":"l3","type":"link","source":{"id":"a"},"target":{"id":"a"},"group_id":""}
        ]}"#;
        let options = Options::parse(text).unwrap();
        let found: Vec<_> = options.problems.iter().map(|p| (p.cell_id.as_str(), p.field.as_str())).collect();
        assert_eq!(
            found,
            [
                ("a", "id"),
                ("cells[2]", "id"),
                ("b", "agent_type"),
                ("c", "config"),
                ("l1", "target"),
                ("l3", "group_id"),
                ("l2", "target")
            ]
        );
        assert_eq!((options.agents.len(), options.links.len()), (1, 0));
    }

    #[test]
    fn a_link_that_seems_to_name_its_group_elsewhere_is_warned_of() {
        let link = |more: &str| {
            let text = format!(
                r#"{{"cells":[{{"id":"a","type":"agent","agent_type":"manual"}},{{"id":"l","type":"link","source":{{"id":"a"}},"target":{{"id":"a"}}{more}}}]}}"#
            );
            let options = Options::parse(&text).unwrap();
            assert_eq!((options.links.len(), options.problems.len()), (1, 0), "{more}");
            options.warnings.into_iter().map(|warning| (warning.cell_id, warning.field)).collect::<Vec<_>>()
        };
        for key in ["group", "groupId", "group-id", "groups", "GroupID"] {
            for value in [r#""on_match""#, r#""""#, r#"["on_match"]"#] {
                assert_eq!(link(&format!(r#","{key}":{value}"#)), [("l".to_owned(), key.to_owned())]);
            }
        }
        let inside = r#"{"cells":[{"id":"a","type":"agent","agent_type":"manual"},{"id":"l","type":"link","source":{"id":"a","group_id":"g"},"target":{"id":"a"}}]}"#;
        let warnings = Options::parse(inside).unwrap().warnings;
        assert_eq!(warnings.iter().map(|warning| warning.field.as_str()).collect::<Vec<_>>(), ["group_id"]);
        for fine in ["", r#","group_id":"on_match""#, r#","group_id":"on_match","group":"x""#, r#","group":7,"z":-1,"router":{}"#]
        {
            assert_eq!(link(fine), [], "{fine}");
        }
    }

    #[test]
    fn what_cannot_be_saved_is_an_error() {
        for text in ["[]", "7", "{\"cells\":{}}", "{\"cells\":[1]}", "{"] {
            assert_eq!(Options::parse(text).unwrap_err().kind, Kind::Invalid, "{text}");
        }
    }
}
