//! The options of a workflow: the canvas's JSON. It is read for what matters here, and given back as it came.
//!
//! Only structure is judged here. Whether an agent type exists and its config is right is judged where the workflow is built.

mod controls;
mod links;

use crate::payload::{not_json, read_json};
use crate::{CellId, ControlLink, Error, Kind, Link, Result, limits};
use controls::CONTROL_LINK;
use links::is_drawn_link;
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
    /// Whether it is disabled: the agent keeps what it has, and receives and emits nothing.
    pub disabled: bool,
}

/// What a workflow's options say, and the problems of their structure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The agents.
    pub agents: Vec<AgentCell>,
    /// The links whose ends are agents.
    pub links: Vec<Link>,
    /// The control links whose ends are agents.
    pub controls: Vec<ControlLink>,
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
        let (mut ids, mut drawn) = (HashSet::new(), Vec::new());
        for (index, cell) in cells.into_iter().enumerate() {
            let Value::Object(cell) = cell else {
                return Err(wrong(&format!("`options.cells[{index}]` is not an object.")));
            };
            if is_drawn_link(&cell) {
                drawn.push((index, cell));
            } else {
                options.read_cell(index, cell, &mut ids);
            }
        }
        let agents: HashSet<CellId> = options.agents.iter().map(|agent| agent.id.clone()).collect();
        for (index, cell) in drawn {
            options.read_drawn_link(index, cell, &agents, &mut ids);
        }
        options.drop_dangling_links();
        options.drop_wrong_controls();
        Ok(options)
    }

    fn read_cell(&mut self, index: usize, mut cell: Map<String, Value>, ids: &mut HashSet<String>) {
        let kind = cell.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_agent = kind == "agent" || cell.contains_key("agent_type");
        if !is_agent && kind != "link" && kind != CONTROL_LINK {
            return; // A decoration of the canvas.
        }
        let Some(id) = self.take_id(index, &mut cell, ids) else { return };
        match (is_agent, kind.as_str()) {
            (true, "agent") => self.read_agent(id, cell),
            (true, _) => self.problems.push(Problem::new(&id, "type", "It has an `agent_type`: set `type` to \"agent\".")),
            (_, CONTROL_LINK) => self.read_control(id, &cell),
            _ => self.read_link(id, &cell),
        }
    }

    fn take_id(&mut self, index: usize, cell: &mut Map<String, Value>, ids: &mut HashSet<String>) -> Option<String> {
        let id = match cell.remove("id") {
            Some(Value::String(id)) if is_valid_cell_id(&id) => id,
            other => {
                let shown = other.as_ref().and_then(Value::as_str).map_or_else(|| format!("cells[{index}]"), str::to_owned);
                let message =
                    format!("A cell's id is a text of 1 to {} characters without control characters.", limits::CELL_ID_CHARS);
                self.problems.push(Problem::new(&shown, "id", message));
                return None;
            }
        };
        let is_new = ids.insert(id.clone());
        if !is_new {
            self.problems.push(Problem::new(&id, "id", "Two cells have this id: give each its own."));
        }
        is_new.then_some(id)
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
        let disabled = match cell.remove("disabled") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(disabled)) => disabled,
            Some(_) => {
                let message = "Set it to true for an agent that is to rest, and else to false, or leave it out.";
                return self.problems.push(Problem::new(&id, "disabled", message));
            }
        };
        self.agents.push(AgentCell { id: CellId(id), agent_type, name, config, disabled });
    }
}

fn is_valid_cell_id(id: &str) -> bool {
    !id.is_empty() && id.chars().count() <= limits::CELL_ID_CHARS && !id.chars().any(char::is_control)
}

/// Whether a text can be a group: 1 to 64 characters, none of them control characters.
pub fn is_valid_group(group: &str) -> bool {
    !group.is_empty() && group.chars().count() <= limits::GROUP_CHARS && !group.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
