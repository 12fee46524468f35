//! Every key and index of the table, and nothing else. Keys lead with the project.
//!
//! | Access pattern | Key |
//! |---|---|
//! | all projects | query `pk = projects` |
//! | a project; its workflows, API keys, credentials | `pk = P`, `sk` = `w#W`, `k#ID`, `c#NAME`, `z#W` (a purge that is due); each list is one query by prefix |
//! | versions of a workflow, newest first | query `pk = P#w#W`, `sk` from `v#` |
//! | options, graph of a version | `pk = P#w#W`, `sk` from `o#N#`, `g#N#` (chunks) |
//! | schedules of a workflow | query `pk = P#w#W`, `sk` from `s#` |
//! | memories of an agent | query `pk = P#m#W`, `sk` from `CELL#INC#` |
//! | logs of an agent, newest first | query `pk = P#l#W`, `sk` from `CELL#INC#` |
//! | metrics of a workflow between two hours | query `pk = P#x#W`, `sk` between hours (`HOUR#CELL`) |
//! | a run: its events and what became of its deliveries | query `pk = P#r#W#RUN`; an item is `sk` = own part of its id |
//! | a delivery's outcome (its commit key), an event by id | the same, one item |
//! | events, failures of a workflow, items of a feed, newest first | index `recent`: `rp` = `P#W#e`, `P#W#f`, `P#W#d#CELL#INC`; `rs` = `TIME#ID` |
//! | what is due up to a time | index `due`: `dp` = `due#SHARD`, `da` = milliseconds |
//! | a request to an external agent; the caller of a run | items of the run |
//! | requests of a workflow, newest first | index `recent`: `rp` = `P#W#q` |
//! | how many requests of an agent are outstanding | `pk = P#q#W`, `sk = CELL#INC#` |
//! | requests by the id that their callee gave them | query `pk = q#HASH`, `sk` from `P#` (`P#W#REQUEST`): the one key that a project does not lead |
//! | of a project: calls under way, early results, breakers | `pk = P#q`, `sk` from `a#`, `h#`, `b#` |
//! | a served agent by its name | `pk = P`, `sk = n#HASH` |
//! | reserved: connections, sessions | `pk = P#c#...`, `P#i#...` |

use rookery_domain::{AgentRef, CellId, EventId, ProjectId, RunId, ScopeId, Time, WorkflowRef, hashed_uuid};

/// The index of what lists show, newest first. Sparse.
pub const RECENT: &str = "recent";
/// The index of what is due. Sparse.
pub const DUE: &str = "due";
/// The partition of all projects.
pub const PROJECTS: &str = "projects";
/// Partitions of the due index: more would spread writes, each is one more query a tick.
pub const DUE_SHARDS: u8 = 4;

/// A primary key: partition and sort key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition key `pk`.
    pub pk: String,
    /// Sort key `sk`.
    pub sk: String,
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// A cell id as a part of a key: `#` separates, so that it may not stand inside.
fn part(cell: &CellId) -> String {
    cell.as_str().replace('%', "%25").replace('#', "%23")
}

/// A project.
pub fn project(id: &ProjectId) -> Key {
    key(PROJECTS.into(), id.as_str())
}

/// What belongs to a project as such; `prefix` is `w#`, `k#` or `c#`.
pub fn of_project(id: &ProjectId, prefix: &str, name: &str) -> Key {
    key(id.to_string(), format!("{prefix}{name}"))
}

/// The head of a workflow.
pub fn head(of: &WorkflowRef) -> Key {
    of_project(&of.project, "w#", of.workflow.as_str())
}

/// The partition of a workflow's versions and schedules.
pub fn workflow(of: &WorkflowRef) -> String {
    format!("{}#w#{}", of.project, of.workflow)
}

/// A version of a workflow.
pub fn version(of: &WorkflowRef, version: u64) -> Key {
    key(workflow(of), format!("v#{version:010}"))
}

/// A chunk of a version's options (`o`) or built graph (`g`).
pub fn chunk(of: &WorkflowRef, what: char, version: u64, index: usize) -> Key {
    key(workflow(of), format!("{what}#{version:010}#{index:03}"))
}

/// The schedule of an agent.
pub fn schedule(of: &WorkflowRef, cell: &CellId) -> Key {
    key(workflow(of), format!("s#{}", part(cell)))
}

/// The prefix of what an agent has, in the partitions of memories and logs.
pub fn of_agent(agent: &AgentRef) -> String {
    format!("{}#{}#", part(&agent.cell), agent.incarnation)
}

/// The partition of the memories of a workflow's agents.
pub fn memories(of: &WorkflowRef) -> String {
    format!("{}#m#{}", of.project, of.workflow)
}

/// A memory of an agent: its one, or one of many scopes.
pub fn memory(agent: &AgentRef, scope: Option<ScopeId>) -> Key {
    let scope = scope.map(|scope| scope.to_string()).unwrap_or_default();
    key(memories(&agent.workflow), of_agent(agent) + &scope)
}

/// The partition of the logs of a workflow's agents.
pub fn logs(of: &WorkflowRef) -> String {
    format!("{}#l#{}", of.project, of.workflow)
}

/// The log lines of one commit.
pub fn log(agent: &AgentRef, at: Time, commit: EventId) -> Key {
    key(logs(&agent.workflow), format!("{}{:013}#{commit}", of_agent(agent), at.0))
}

/// The partition of a workflow's metrics.
pub fn metrics(of: &WorkflowRef) -> String {
    format!("{}#x#{}", of.project, of.workflow)
}

/// The metrics of an agent in an hour (of the epoch).
pub fn metric(of: &WorkflowRef, hour: i64, cell: &CellId) -> Key {
    key(metrics(of), format!("{hour:08}#{}", part(cell)))
}

/// The cell of a metric's sort key.
pub fn metric_cell(sk: &str) -> CellId {
    let part = sk.split_once('#').map_or("", |(_, part)| part);
    CellId(part.replace("%23", "#").replace("%25", "%"))
}

/// The partition of a run.
pub fn run(of: &WorkflowRef, run: RunId) -> String {
    format!("{}#r#{}#{run}", of.project, of.workflow)
}

/// An event, or another item of a run.
pub fn event(of: &WorkflowRef, id: EventId) -> Key {
    key(run(of, id.run), id.own.simple().to_string())
}

/// A partition of the `recent` index: events `e`, failures `f`.
pub fn recent(of: &WorkflowRef, what: char) -> String {
    format!("{}#{}#{what}", of.project, of.workflow)
}

/// The partition of the `recent` index that holds what an agent published.
pub fn published(agent: &AgentRef) -> String {
    format!("{}#{}#{}", recent(&agent.workflow, 'd'), part(&agent.cell), agent.incarnation)
}

/// The place of an item in a partition of the `recent` index.
pub fn recent_sort(at: Time, id: EventId) -> String {
    format!("{:013}#{id}", at.0)
}

/// The id of a place in the `recent` index.
pub fn recent_id(sort: &str) -> Option<EventId> {
    sort.split_once('#')?.1.parse().ok()
}

/// The partition of how many requests of a workflow's agents are outstanding.
pub fn outstandings(of: &WorkflowRef) -> String {
    format!("{}#{}", requests(&of.project), of.workflow)
}

/// How many requests of an agent are outstanding.
pub fn outstanding(agent: &AgentRef) -> Key {
    key(outstandings(&agent.workflow), of_agent(agent))
}

/// The partition of what belongs to a project's requests as such.
pub fn requests(project: &ProjectId) -> String {
    format!("{project}#q")
}

/// An item of that partition; `prefix` is `a#`, `h#` or `b#`.
pub fn of_requests(project: &ProjectId, prefix: &str, name: &str) -> Key {
    key(requests(project), format!("{prefix}{name}"))
}

/// A result that came before its acknowledgement.
pub fn held(project: &ProjectId, callee_id: &str) -> Key {
    of_requests(project, "h#", &hashed(callee_id))
}

/// The circuit breaker of an endpoint; or its counts of a minute (of the epoch).
pub fn breaker(project: &ProjectId, endpoint: &str, minute: Option<i64>) -> Key {
    let minute = minute.map(|minute| format!("#{minute}")).unwrap_or_default();
    of_requests(project, "b#", &(hashed(endpoint) + &minute))
}

/// The partition of the requests that a callee gave this id.
pub fn callee_ids(callee_id: &str) -> String {
    format!("q#{}", hashed(callee_id))
}

/// The way from a callee's id to a request.
pub fn callee_id(callee_id: &str, of: &WorkflowRef, request: EventId) -> Key {
    key(callee_ids(callee_id), format!("{}#{}#{}", of.project, of.workflow, request.parts()))
}

/// The request of such a key's sort part.
pub fn called(sort: &str) -> Option<(WorkflowRef, EventId)> {
    let mut parts = sort.split('#');
    let workflow = WorkflowRef { project: parts.next()?.parse().ok()?, workflow: parts.next()?.parse().ok()? };
    Some((workflow, EventId::of_parts(parts.next()?)?))
}

/// A served agent, by its name.
pub fn served(project: &ProjectId, name: &str) -> Key {
    of_project(project, "n#", &hashed(name))
}

/// A text of any length and characters as a part of a key.
fn hashed(text: &str) -> String {
    hashed_uuid(&[text.as_bytes()]).simple().to_string()
}

/// The shard of the due index for an item.
pub fn due_shard(key: &Key) -> String {
    let hash = hashed_uuid(&[key.pk.as_bytes(), key.sk.as_bytes()]).into_bytes();
    due_partition(hash[0] % DUE_SHARDS)
}

/// A partition of the due index.
pub fn due_partition(shard: u8) -> String {
    format!("due#{shard}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::WorkflowId;

    fn workflow_ref() -> WorkflowRef {
        WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() }
    }

    #[test]
    fn a_hash_in_a_cell_id_cannot_reach_another_agent() {
        let plain = AgentRef { workflow: workflow_ref(), cell: CellId("a".into()), incarnation: 1 };
        let tricky = AgentRef { cell: CellId("a#1".into()), ..plain.clone() };
        assert!(!of_agent(&tricky).starts_with(&of_agent(&plain)));
        let key = metric(&plain.workflow, 7, &CellId("50%#23".into()));
        assert_eq!(metric_cell(&key.sk).as_str(), "50%#23");
    }

    #[test]
    fn places_in_the_recent_index_sort_by_time_and_give_the_id_back() {
        let id = EventId::fresh();
        let (early, late) = (recent_sort(Time(999), id), recent_sort(Time(1_700_000_000_000), id));
        assert!(early < late);
        assert_eq!(recent_id(&late), Some(id));
    }
}
