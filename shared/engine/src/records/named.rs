//! What agents name of a project's segments, lists and workflows is judged when a workflow is saved.

use crate::Engine;
use rookery_agents::{Listens, NamedList, SegmentKind, in_config};
use rookery_domain::{CellId, Problem, ProjectId, Result, WorkflowRef};
use rookery_store::{RecordList, Segment};

/// What the cells of a draft name.
#[derive(Default)]
pub(crate) struct NamedCollections {
    /// The triggers of segments: the cell, the segment, the kinds that it may have.
    pub(crate) segments: Vec<(CellId, String, SegmentKind)>,
    /// The triggers of errors of one workflow.
    pub(crate) workflows: Vec<(CellId, String)>,
    /// The agents of lists.
    pub(crate) lists: Vec<(CellId, NamedList)>,
}

impl NamedCollections {
    /// Adds what an agent names.
    pub(crate) fn add(&mut self, cell: &CellId, facts: &rookery_agents::Facts) {
        match &facts.listens {
            Some(Listens::Segment { id, kind, .. }) => self.segments.push((cell.clone(), id.clone(), *kind)),
            Some(Listens::Errors { workflow: Some(id) }) => self.workflows.push((cell.clone(), id.clone())),
            _ => {}
        }
        self.lists.extend(facts.list.clone().map(|list| (cell.clone(), list)));
    }
}

impl Engine {
    /// What is wrong with the segments, lists and workflows that cells name.
    pub(crate) async fn judge_collections(&self, project: &ProjectId, named: &NamedCollections) -> Result<Vec<Problem>> {
        let mut problems = Vec::new();
        if !named.segments.is_empty() {
            let there = self.store.segments(project).await?;
            for (cell, id, kind) in &named.segments {
                let found = there.iter().find(|segment| segment.id.as_str() == id);
                problems.extend(wrong_segment(id, *kind, found).map(|message| problem(cell, "segment_id", message)));
            }
        }
        if !named.lists.is_empty() {
            let there = self.store.list_record_lists(project, rookery_domain::limits::LISTS * 2, None).await?.items;
            for (cell, list) in &named.lists {
                let found = there.iter().find(|known| known.id.as_str() == list.id);
                problems.extend(wrong_list(list, found).map(|(field, message)| problem(cell, field, message)));
            }
        }
        for (cell, id) in &named.workflows {
            let workflow = WorkflowRef { project: project.clone(), workflow: id.parse()? };
            if self.store.find_workflow(&workflow).await?.is_none_or(|found| found.deleted) {
                let message = format!("There is no workflow `{id}` in this project: choose one, or leave it out for all.");
                problems.push(problem(cell, "workflow_id", message));
            }
        }
        Ok(problems)
    }
}

fn problem(cell: &CellId, field: &str, message: String) -> Problem {
    Problem::new(cell.as_str(), in_config(field), message)
}

fn wrong_segment(id: &str, kind: SegmentKind, found: Option<&Segment>) -> Option<String> {
    match found {
        None => Some(format!("There is no segment `{id}` in this project: choose one, or make it by `POST .../segments`.")),
        Some(segment) if !kind.takes(&segment.kind) => {
            Some(format!("The segment `{}` has records of the kind `{}`: {}.", segment.name, segment.kind, kind.remedy()))
        }
        Some(_) => None,
    }
}

fn wrong_list(list: &NamedList, found: Option<&RecordList>) -> Option<(&'static str, String)> {
    let Some(found) = found else {
        let message = format!("There is no list `{}` in this project: choose one, or make it by `POST .../lists`.", list.id);
        return Some(("list_id", message));
    };
    let stage = list.stage.as_ref().filter(|stage| !found.stages.contains(stage))?;
    Some(("stage", format!("The list `{}` has no stage `{stage}`: use one of {}.", found.name, found.stages.join(", "))))
}
