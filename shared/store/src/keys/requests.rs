//! Keys of what is asked of external agents: counts, calls under way, early results, breakers, and the way from a callee's id to a request.

use super::{Key, Prefix, below_project, hashed, key, of_agent, of_workflow};
use rookery_domain::{AgentRef, EventId, ProjectId, WorkflowRef};

/// How many requests of an agent are outstanding.
pub fn outstanding(agent: &AgentRef) -> Key {
    key(of_workflow(&agent.workflow, Prefix::Outstanding), of_agent(agent))
}

/// The partition of what belongs to the requests of a whole project.
pub fn requests(project: &ProjectId) -> String {
    below_project(project, Prefix::Requests).0
}

/// An item of that partition, by its name.
pub fn of_requests(project: &ProjectId, prefix: Prefix, name: &str) -> Key {
    key(requests(project), prefix.sort(name))
}

/// A result that came before its acknowledgement.
pub fn held(project: &ProjectId, callee_id: &str) -> Key {
    of_requests(project, Prefix::Held, &hashed(callee_id))
}

/// The circuit breaker of an endpoint, or its counts of a minute (since the epoch).
pub fn breaker(project: &ProjectId, endpoint: &str, minute: Option<i64>) -> Key {
    let minute = minute.map(|minute| format!("#{minute}")).unwrap_or_default();
    of_requests(project, Prefix::Breaker, &(hashed(endpoint) + &minute))
}

/// The partition of the requests to which a callee gave this id.
pub fn callee_ids(callee_id: &str) -> String {
    Prefix::CalleeIds.sort(hashed(callee_id))
}

/// The key that leads from a callee's id to a request.
pub fn callee_id(callee_id: &str, of: &WorkflowRef, request: EventId) -> Key {
    key(callee_ids(callee_id), format!("{}#{}#{}", of.project, of.workflow, request.parts()))
}

/// The request that the sort key of such an item names.
pub fn called(sort: &str) -> Option<(WorkflowRef, EventId)> {
    let mut parts = sort.split('#');
    let workflow = WorkflowRef { project: parts.next()?.parse().ok()?, workflow: parts.next()?.parse().ok()? };
    Some((workflow, EventId::of_parts(parts.next()?)?))
}
