//! Runs that were asked for by a name: operations of persistent agents, and runs of workflows that were called. The run's id says where it
//! is, as far as that can be.

use crate::operation::{base32, read_base32};
use crate::{OperationAt, ProjectId, RunId, WorkflowRef};
use std::fmt;
use uuid::Uuid;

/// The characters of a ULID, which is how the id of a workflow's run is written here.
const ULID_CHARS: usize = 26;

/// Where a run is that was asked for by a name. It is written as the index `recent` has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NamedRun {
    /// An operation of a persistent agent.
    Operation(OperationAt),
    /// A run of a workflow.
    Workflow(WorkflowRef, RunId),
}

impl NamedRun {
    /// Reads what was written of a run of this project.
    pub fn parse(project: &ProjectId, text: &str) -> Option<Self> {
        if let Some(operation) = OperationAt::of_run_id(project, text) {
            return Some(NamedRun::Operation(operation));
        }
        let (workflow, run) = text.split_once('-')?;
        let workflow = WorkflowRef { project: project.clone(), workflow: workflow.parse().ok()? };
        Some(NamedRun::Workflow(workflow, run.parse().ok()?))
    }
}

impl fmt::Display for NamedRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NamedRun::Operation(operation) => f.write_str(&operation.run_id()),
            NamedRun::Workflow(workflow, run) => write!(f, "{}-{run}", workflow.workflow),
        }
    }
}

impl RunId {
    /// The id as a ULID: the same 128 bits. If the run began without an idempotency key, both begin with its time.
    pub fn ulid(self) -> String {
        base32(self.0.as_u128(), ULID_CHARS)
    }

    /// The id of the run with this ULID.
    pub fn of_ulid(ulid: &str) -> Option<Self> {
        read_base32(ulid, ULID_CHARS).map(|bits| RunId(Uuid::from_u128(bits)))
    }

    /// The id by which callers know the run of a workflow that they called by this name.
    pub fn called(self, name: &str) -> String {
        format!("workflow:{name}:run_{}", self.ulid())
    }

    /// The name, and the id of the run, in what [`RunId::called`] wrote.
    pub fn of_called(id: &str) -> Option<(&str, Self)> {
        let (name, ulid) = id.strip_prefix("workflow:")?.rsplit_once(":run_")?;
        Some((name, RunId::of_ulid(ulid)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EventId, SessionAt, SessionKey, WorkflowId};

    #[test]
    fn what_is_written_of_a_run_is_read_again() {
        let project = ProjectId::random();
        let session = SessionAt { project: project.clone(), key: SessionKey::of("a", "b", "c") };
        let workflow = WorkflowRef { project: project.clone(), workflow: WorkflowId::random() };
        for run in [NamedRun::Operation(session.operation(7)), NamedRun::Workflow(workflow, EventId::fresh().run)] {
            assert_eq!(NamedRun::parse(&project, &run.to_string()), Some(run));
        }
        for text in ["", "-", "run_", "a-b", &format!("{}-", WorkflowId::random())] {
            assert_eq!(NamedRun::parse(&project, text), None, "{text}");
        }
    }

    #[test]
    fn the_id_of_a_called_run_has_its_name_and_its_time() {
        let (early, late) = (RunId(Uuid::now_v7()), RunId(Uuid::now_v7()));
        for name in ["double", "a:run_b", "日本/..", ":"] {
            assert_eq!(RunId::of_called(&early.called(name)), Some((name, early)));
        }
        assert_eq!(early.ulid() < late.ulid(), early < late);
        let id = early.called("a");
        for bad in
            ["", "workflow:a", &id.to_lowercase(), &format!("{id}0"), &id[9..], "workflow:a:run_ZZZZZZZZZZZZZZZZZZZZZZZZZZ"]
        {
            assert_eq!(RunId::of_called(bad), None, "{bad}");
        }
    }
}
