//! Which cell an agent of a file becomes. The same agent has the same cell in each file, so that an import into a workflow finds it again.

use super::file::Scenario;
use rookery_domain::limits;
use std::collections::HashMap;

/// The ids of the cells, in the order of the agents: the `guid` where it is one and no other agent has it, else `agent-{index}`.
pub(super) fn cell_ids(scenario: &Scenario) -> Vec<String> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for guid in scenario.agents.iter().filter_map(|agent| agent.guid.as_deref()) {
        *seen.entry(guid).or_default() += 1;
    }
    let ids = scenario.agents.iter().map(|agent| match agent.guid.as_deref() {
        Some(guid) if seen[guid] == 1 && is_id(guid) => guid.to_owned(),
        _ => format!("agent-{}", agent.index),
    });
    ids.collect()
}

/// Whether a text can be a cell's id, and is not one of those that are made here.
fn is_id(guid: &str) -> bool {
    let is_made = ["agent-", "link-", "control-link-"]
        .iter()
        .any(|start| guid.strip_prefix(start).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())));
    !is_made && guid.chars().count() <= limits::CELL_ID_CHARS && !guid.chars().any(char::is_control)
}
