//! Control links as they are drawn: which agent controls which, and what is wrong with that. Whether an agent of its type controls others is judged
//! where the workflow is built.

use super::links::end_of;
use super::{Options, Problem};
use crate::{CellId, ControlLink, limits};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// The `type` of the cell of a control link.
pub(super) const CONTROL_LINK: &str = "control_link";

impl Options {
    pub(super) fn read_control(&mut self, id: String, cell: &Map<String, Value>) {
        match (end_of(cell, "source"), end_of(cell, "target")) {
            (Some(source), Some(target)) => {
                self.controls.push(ControlLink { id: CellId(id), source: CellId(source), target: CellId(target) });
            }
            (source, _) => {
                let field = if source.is_none() { "source" } else { "target" };
                self.problems.push(Problem::new(&id, field, "The control link leads nowhere: connect both ends to agents."));
            }
        }
    }

    /// Leaves out control links that lead nowhere, that are drawn twice, and those of an agent that has too many; each is a problem.
    pub(super) fn drop_wrong_controls(&mut self) {
        let agents: HashSet<&CellId> = self.agents.iter().map(|agent| &agent.id).collect();
        let (mut drawn, mut counts) = (HashSet::new(), HashMap::<CellId, usize>::new());
        let mut kept = Vec::new();
        for control in self.controls.drain(..) {
            let ends = [("source", &control.source), ("target", &control.target)];
            let count = counts.entry(control.source.clone()).or_default();
            let wrong = match ends.into_iter().find(|(_, end)| !agents.contains(end)) {
                Some((field, end)) => {
                    let message = format!("There is no valid agent `{end}`: connect the control link to one, or remove it.");
                    Some((field, message))
                }
                None if !drawn.insert((control.source.clone(), control.target.clone())) => {
                    let message =
                        format!("`{}` controls `{}` by another link already: remove this one.", control.source, control.target);
                    Some(("target", message))
                }
                None if *count == limits::CONTROL_TARGETS => {
                    let message = format!(
                        "An agent controls at most {} others: let a second one control the rest.",
                        limits::CONTROL_TARGETS
                    );
                    Some(("source", message))
                }
                None => None,
            };
            match wrong {
                Some((field, message)) => self.problems.push(Problem::new(control.id.as_str(), field, message)),
                None => {
                    *count += 1;
                    kept.push(control);
                }
            }
        }
        self.controls = kept;
    }
}
