//! Agents that are changed without a look at the canvas, by another agent of their workflow or over the API: enabled, disabled, configured. A change is
//! a new version, as if a person had saved it.

use crate::Engine;
use rookery_agents::{Action, Command};
use rookery_domain::{Cell, CellId, Error, Kind, Result, WorkflowRef};
use rookery_store::Workflow;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// How often a change is made anew because somebody else saved the workflow meanwhile.
const ROUNDS: usize = 5;

/// The cells of a canvas, each as its text.
#[derive(Deserialize)]
struct Canvas<'t> {
    #[serde(borrow, default)]
    cells: Vec<&'t RawValue>,
}

impl Engine {
    /// Enables or disables an agent of a workflow's last built version, in a new version that is built at once. One that is so already stays as it is.
    pub async fn set_enabled(&self, workflow: &WorkflowRef, target: &Cell, enabled: bool) -> Result<()> {
        let action = if enabled { Action::Enable } else { Action::Disable };
        self.change_agents(workflow, &[&Command { target, action }]).await.map(drop)
    }

    /// Changes agents of a workflow, and gives for each command whether it changed anything. The new version is based on the last built one, and is
    /// built at once: a workflow that runs goes over to it. What would not be valid is not saved.
    pub(crate) async fn change_agents(&self, id: &WorkflowRef, commands: &[&Command<'_>]) -> Result<Vec<bool>> {
        for _ in 0..ROUNDS {
            let head = self.store.workflow(id).await?;
            let built = self.store.options(id, head.built).await?;
            let (wanted, changed) = edited(&built, commands)?;
            if !changed.contains(&true) {
                return Ok(changed);
            }
            let saved = match self.save_change(&head, &wanted).await {
                Err(error) if error.code == "version_conflict" => continue,
                saved => saved?,
            };
            match self.make(&saved, None, None).await {
                Err(error) if error.code == "version_conflict" => {}
                made => return made.map(|_| changed),
            }
        }
        Err(Error::unavailable("others save the workflow at the same time"))
    }

    /// Saves the change, unless it was saved before and not built.
    async fn save_change(&self, head: &Workflow, wanted: &str) -> Result<Workflow> {
        if head.version != head.built {
            if self.store.options(&head.id, head.version).await? == wanted {
                return Ok(head.clone());
            }
            return Err(Error::new(
                Kind::Conflict,
                "newer_version",
                format!("Version {} of the workflow is saved and not built, so nothing is changed beside it.", head.version),
                "Build or start it, then try again.",
            ));
        }
        let draft = self.draft(&head.id.project, wanted).await?;
        let mut result = draft.result(head.version + 1);
        if head.state == rookery_store::State::Active {
            result.errors.extend(draft.at_start.iter().cloned());
        }
        if let Some(first) = result.errors.first() {
            let message = format!("The change would not be valid: {} of `{}`: {}", first.field, first.cell_id, first.message);
            result.error_count = result.errors.len();
            return Err(Error::new(
                Kind::Unprocessable,
                "workflow_invalid",
                message,
                "Nothing was saved: correct what is changed, or the agent.",
            )
            .with_meta(json!(result)));
        }
        self.judge_publishing(head, head.state, &draft.published, None).await?;
        Ok(self.save(head, Some(head.version), None, Some(wanted), None).await?.0)
    }
}

/// The options with the changes, and for each command whether it changed anything. All that is not changed stays as it is, byte for byte.
fn edited(options: &str, commands: &[&Command<'_>]) -> Result<(String, Vec<bool>)> {
    let canvas: Canvas<'_> = serde_json::from_str(options).map_err(Error::internal)?;
    let mut places = HashMap::new();
    for (index, text) in canvas.cells.iter().enumerate() {
        let cell: Map<String, Value> = serde_json::from_str(text.get()).map_err(Error::internal)?;
        if let Some(id) = cell.get("id").and_then(Value::as_str).filter(|_| cell.contains_key("agent_type")) {
            places.entry(CellId(id.to_owned())).or_insert((index, cell));
        }
    }
    let mut changed = Vec::with_capacity(commands.len());
    let mut texts = HashMap::new();
    for command in commands {
        let (index, cell) = places.get_mut(&command.target.id).ok_or_else(|| Error::not_found("agent"))?;
        let before = cell.clone();
        apply(cell, &command.action);
        changed.push(before != *cell);
        texts.insert(*index, serde_json::to_string(cell).map_err(Error::internal)?);
    }
    let (mut written, mut from) = (String::with_capacity(options.len()), 0);
    for (index, text) in canvas.cells.iter().enumerate() {
        // A cell that is borrowed is a part of the text.
        let start = text.get().as_ptr() as usize - options.as_ptr() as usize;
        if let Some(new) = texts.get(&index) {
            written.push_str(&options[from..start]);
            written.push_str(new);
            from = start + text.get().len();
        }
    }
    written.push_str(&options[from..]);
    Ok((written, changed))
}

fn apply(cell: &mut Map<String, Value>, action: &Action) {
    let is_disabled = cell.get("disabled").and_then(Value::as_bool).unwrap_or_default();
    match action {
        Action::Run => {}
        Action::Enable if is_disabled => drop(cell.shift_remove("disabled")),
        Action::Disable if !is_disabled => drop(cell.insert("disabled".to_owned(), true.into())),
        Action::Enable | Action::Disable => {}
        Action::Configure(options) => {
            let config = cell.entry("config").or_insert_with(|| json!({}));
            merge(config, &Value::Object(options.clone()));
        }
    }
}

/// Merges objects, deep; whatever else there is, is replaced.
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                match into.get_mut(name) {
                    Some(old) => merge(old, value),
                    None => drop(into.insert(name.clone(), value.clone())),
                }
            }
        }
        (into, from) => *into = from.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::Cell;

    fn target(id: &str) -> Cell {
        let (id, name) = (CellId(id.to_owned()), id.to_owned());
        Cell { id, name, agent_type: "manual".to_owned(), config: Map::new(), incarnation: 1, token: None, disabled: false }
    }

    fn change(options: &str, id: &str, action: Action) -> (String, bool) {
        let target = target(id);
        let (text, changed) = edited(options, &[&Command { target: &target, action }]).unwrap();
        (text, changed[0])
    }

    fn options(value: Value) -> Action {
        let Value::Object(options) = value else { panic!("{value}") };
        Action::Configure(options)
    }

    #[test]
    fn a_change_leaves_all_else_as_it_is() {
        let text = r#"{ "cells" : [ {"id":"a","x":1.10, "type":"agent","agent_type":"manual","config":{"payload":{"n":1.50,"l":[1]}}} ,{ "id":"b" ,"type":"agent","agent_type":"manual","disabled":true}], "zoom": 1.0 }"#;
        let configured = r#"{ "cells" : [ {"id":"a","x":1.10,"type":"agent","agent_type":"manual","config":{"payload":{"n":1.50,"l":[2],"m":true}}} ,{ "id":"b" ,"type":"agent","agent_type":"manual","disabled":true}], "zoom": 1.0 }"#;
        assert_eq!(change(text, "a", options(json!({"payload": {"l": [2], "m": true}}))), (configured.to_owned(), true));
        let enabled = r#"{ "cells" : [ {"id":"a","x":1.10, "type":"agent","agent_type":"manual","config":{"payload":{"n":1.50,"l":[1]}}} ,{"id":"b","type":"agent","agent_type":"manual"}], "zoom": 1.0 }"#;
        assert_eq!(change(text, "b", Action::Enable), (enabled.to_owned(), true));
        for (id, same) in [("b", Action::Disable), ("a", Action::Enable), ("a", options(json!({"payload": {"l": [1]}})))] {
            assert!(!change(text, id, same.clone()).1, "{same:?}");
        }
        let disabled: Value = serde_json::from_str(&change(text, "a", Action::Disable).0).unwrap();
        assert_eq!(disabled["cells"][0]["disabled"], true);
        assert_eq!(edited(text, &[&Command { target: &target("c"), action: Action::Enable }]).unwrap_err().code, "not_found");
    }
}
