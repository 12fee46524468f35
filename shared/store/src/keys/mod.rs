//! Every key and index of the table, and nothing else. Keys begin with the project. The letters of each [`Prefix`] are in
//! `prefix.rs` only.
//!
//! | Access pattern | Key |
//! |---|---|
//! | all projects | query `pk = projects` |
//! | a project; its workflows, API keys, credentials | `pk = P`, `sk` = `w#W`, `k#ID`, `c#NAME`, `z#W` (a purge that is due); each list is one query by prefix |
//! | a project's definitions of persistent agents | query `pk = P`, `sk` from `d#` (`d#NAME`) |
//! | versions of a definition, newest first; their texts | query `pk = P#d`, `sk` from `NAME#` (`NAME#VERSION`) |
//! | which project serves those who name none | `pk = default`, `sk = project` |
//! | versions of a workflow, newest first | query `pk = P#w#W`, `sk` from `v#` |
//! | options, graph of a version | `pk = P#w#W`, `sk` from `o#N#`, `g#N#` (chunks) |
//! | schedules of a workflow | query `pk = P#w#W`, `sk` from `s#` |
//! | memories of an agent | query `pk = P#m#W`, `sk` from `CELL#INC#` |
//! | logs of an agent, newest first | query `pk = P#l#W`, `sk` from `CELL#INC#` |
//! | metrics of a workflow between two hours | query `pk = P#x#W`, `sk` between hours (`HOUR#CELL#VERSION`) |
//! | a run: its events and what became of its deliveries | query `pk = P#r#W#RUN`; an item is `sk` = own part of its id |
//! | a delivery's outcome (its commit key), an event by id | the same, one item |
//! | events of a workflow, newest first | query `pk = P#e#W#SHARD`: pages of entries, `sk` = `TIME#ID#HASH` of the newest entry (pages that were written late stand again at `late#TIME#ID#HASH`, for those who follow the list); those of earlier versions: index `recent`, `rp` = `P#W#e` |
//! | failures (those that were replayed apart) of a workflow, items of a feed, newest first | index `recent`: `rp` = `P#W#f`, `P#W#r`, `P#W#d#CELL#INC`; `rs` = `TIME#ID` |
//! | what is due up to a time | index `due`: `dp` = `due#SHARD` (4 for schedules and purges, 64 more for waits), `da` = milliseconds |
//! | a request to an external agent; the caller of a run | items of the run |
//! | requests of a workflow, newest first | index `recent`: `rp` = `P#W#q` |
//! | how many requests of an agent are outstanding | `pk = P#q#W`, `sk = CELL#INC#` |
//! | requests by the id that their callee gave them | query `pk = q#HASH`, `sk` from `P#` (`P#W#REQUEST`): a key that a project does not lead |
//! | of a project: calls under way, early results, breakers | `pk = P#q`, `sk` from `a#`, `h#`, `b#` |
//! | the served agents of a name | query `pk = P`, `sk` from `n#HASH` (`n#HASH#W`) |
//! | sessions of a project | query `pk = P#i`, `sk` from `s#` (`s#KEY`) |
//! | a session: its head, its lease | `pk = P#i#KEY`, `sk` = `h#`, `l#` |
//! | its inbox: operations in their order, the last one | query `pk = P#i#KEY`, `sk` from `q#` (`q#N`) |
//! | its log: what happened, from a number on | query `pk = P#i#KEY`, `sk` from `m#` (`m#N`); what does not fit an item goes on in `n#N#PART` |
//! | what was asked with an idempotency key | `pk = P#i#KEY`, `sk = k#HASH` |
//! | the files of its sandbox, by path | query `pk = P#i#KEY`, `sk` from `f#` (`f#PATH`) |
//! | runs of a project that were asked for by a name, newest first | index `recent`: `rp` = `P#u`, `rs` = `TIME#HASH#HASH#RUN`; the item is the operation's, or one of the workflow's run |
//! | who had such runs: agents, and their instances, by name | query `pk = P#u`, `sk` from the names (`AGENT INSTANCE KEY`) |
//! | the started workflows of a name; all such names | query `pk = P`, `sk` from `b#HASH`, `b#` (`b#HASH#W`) |
//! | whether a proof of another deployment was used | `pk = P#c`, `sk = j#HASH` |
//! | the deployments whose proofs came in a minute | `pk = P#c`, `sk = i#MINUTE` |
//! | the secrets of the deployment | `pk = deployment`, `sk = secrets` |
//! | entry points of a project; those of all projects, by title | query `pk = P`, `sk` from `e#` (`e#ID`); index `recent`: `rp` = `catalogue`, `rs` = `TITLE#P#ID` |
//! | connections of a project's entry points; what its stages use | query `pk = P#c`, `sk` from `p#` (`p#ID`); from `s#` (`s#STAGE`) |
//! | the stage that a provider elsewhere gave a token; its tasks there, oldest first | `pk = P#c`, `sk = t#HASH`; query `sk` from `o#STAGE#` (`o#STAGE#TIME#ID`) |
//! | what a stage used that is gone, while its provider elsewhere does not know it | `pk = P#c`, `sk = l#ID` |
//! | how many tasks a connection brought in a minute | `pk = P#c`, `sk = n#ID#MINUTE` |
//! | tasks that a project has sent, newest first | query `pk = P#t`, `sk` from `t#` (`t#ID`; ids are ordered by time) |
//! | a task that a project sends to many, or under a key | `pk = P#t`, `sk = b#ID` |
//! | the task that began a run; what a delivery's mails tell of, and who has them | an item of the run |
//! | records of a project; those of a kind | query `pk = P#o`, `sk` from `r#`, `r#KIND#` (`r#KIND#ID`) |
//! | who is in a segment; in a list; at a stage of it | query `pk = P#j`, `sk` from `SEGMENT#` (`SEGMENT#KIND#ID`); from `LIST#`, `LIST#HASH#` (`LIST#HASH#KIND#ID`) |
//! | segments, lists of a project | query `pk = P#o`, `sk` from `s#`, `l#` (`s#ID`, `l#ID`) |
//! | which segments a write is to know; how many records segments and kinds have | `pk = P#o`, `sk` = `g#N`, one of 32 by the record |
//! | what was written under a key | query `pk = P#o`, `sk` from `b#HASH#` (`b#HASH#INDEX`) |
//! | what triggers are still to be told | `pk = P#o`, `sk` = `n#TAG` |
//! | the triggers of a segment or list | query `pk = P#o`, `sk` from `t#SEGMENT#` (`t#SEGMENT#W#CELL`) |
//! | a WebSocket, by its id: another key that a project does not lead | `pk = c#ID`, `sk = socket` |

mod connections;
mod lists;
mod prefix;
mod records;
mod requests;
mod runs;
mod sessions;

pub use connections::*;
pub use lists::*;
pub use prefix::{Place, Prefix, Removal};
pub use records::*;
pub use requests::*;
pub use runs::*;
pub use sessions::*;

use rookery_domain::{AgentName, AgentRef, CellId, EventId, ProjectId, RunId, ScopeId, Time, WorkflowRef, hashed_uuid};

/// The index of what lists show, newest first. Only items with its attributes are in it.
pub const RECENT: &str = "recent";
/// The index of what is due. Only items with its attributes are in it.
pub const DUE: &str = "due";
/// The number of partitions of the due index for schedules and purges, which are few: every tick looks at all of these.
pub const DUE_SHARDS: u8 = 4;
/// The number of further partitions, for waits: there may be 10,000 new ones a second, each written here and taken off again. A wait is
/// stored at least two minutes ahead, so these need a look only within each minute.
pub const WAIT_SHARDS: u8 = 64;

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

/// A cell's id as a part of a key. `#` separates the parts, so it is escaped.
fn part(cell: &CellId) -> String {
    cell.as_str().replace('%', "%25").replace('#', "%23")
}

/// The partition of all projects.
pub fn projects() -> String {
    Prefix::Projects.letters().to_owned()
}

/// A project.
pub fn project(id: &ProjectId) -> Key {
    key(projects(), id.as_str())
}

/// The item that says which project serves those who name none.
pub fn default_project() -> Key {
    key(Prefix::DefaultProject.letters().to_owned(), "project")
}

/// The secrets of the deployment.
pub fn deployment_secrets() -> Key {
    key(Prefix::Deployment.letters().to_owned(), "secrets")
}

/// A WebSocket. A message on it names nothing but its id.
pub fn socket(id: &str) -> Key {
    key(Prefix::Sockets.sort(id), "socket")
}

/// The key of something that belongs to a project itself, by its name.
pub fn of_project(id: &ProjectId, prefix: Prefix, name: &str) -> Key {
    key(id.to_string(), prefix.sort(name))
}

/// Where the items are that are removed with a project: a partition, and the beginning of their sort keys (empty for a whole partition).
pub fn below_project(id: &ProjectId, prefix: Prefix) -> (String, String) {
    match prefix.place() {
        Place::InProject => (id.to_string(), prefix.start()),
        _ => (format!("{id}#{}", prefix.letters()), String::new()),
    }
}

/// The head of a definition of a persistent agent.
pub fn definition(project: &ProjectId, name: &AgentName) -> Key {
    of_project(project, Prefix::Definition, name.as_str())
}

/// The partition of the versions of all definitions of a project.
pub fn definition_versions(project: &ProjectId) -> String {
    below_project(project, Prefix::DefinitionVersions).0
}

/// What the sort keys of a definition's versions begin with. A name has no `#`.
pub fn versions_of(name: &AgentName) -> String {
    format!("{name}#")
}

/// A version of a definition, with its text.
pub fn definition_version(project: &ProjectId, name: &AgentName, version: u64) -> Key {
    key(definition_versions(project), format!("{}{version:010}", versions_of(name)))
}

/// The head of a workflow.
pub fn head(of: &WorkflowRef) -> Key {
    of_project(&of.project, Prefix::Head, of.workflow.as_str())
}

/// A partition of a workflow, for one kind of its items: versions and schedules, memories, logs, metrics, counts of outstanding requests.
pub fn of_workflow(of: &WorkflowRef, prefix: Prefix) -> String {
    format!("{}#{}#{}", of.project, prefix.letters(), of.workflow)
}

/// A version of a workflow.
pub fn version(of: &WorkflowRef, version: u64) -> Key {
    key(of_workflow(of, Prefix::Workflow), Prefix::Version.sort(format_args!("{version:010}")))
}

/// The beginning of the sort keys of a version's chunks: those of its options, or of its built graph.
pub fn chunks(prefix: Prefix, version: u64) -> String {
    prefix.sort(format_args!("{version:010}#"))
}

/// A chunk of a version's options or built graph.
pub fn chunk(of: &WorkflowRef, prefix: Prefix, version: u64, index: usize) -> Key {
    key(of_workflow(of, Prefix::Workflow), format!("{}{index:03}", chunks(prefix, version)))
}

/// The schedule of an agent.
pub fn schedule(of: &WorkflowRef, cell: &CellId) -> Key {
    key(of_workflow(of, Prefix::Workflow), Prefix::Schedule.sort(part(cell)))
}

/// The beginning of the sort keys of one agent's items, in the partitions of memories and logs.
pub fn of_agent(agent: &AgentRef) -> String {
    format!("{}#{}#", part(&agent.cell), agent.incarnation)
}

/// A memory of an agent: its only one, or that of a scope.
pub fn memory(agent: &AgentRef, scope: Option<ScopeId>) -> Key {
    let scope = scope.map(|scope| scope.to_string()).unwrap_or_default();
    key(of_workflow(&agent.workflow, Prefix::Memories), of_agent(agent) + &scope)
}

/// The log lines of one commit.
pub fn log(agent: &AgentRef, at: Time, commit: EventId) -> Key {
    key(of_workflow(&agent.workflow, Prefix::Logs), format!("{}{:013}#{commit}", of_agent(agent), at.0))
}

/// The metrics of an agent of a version in an hour (of the epoch).
pub fn metric(of: &WorkflowRef, hour: i64, (cell, version): (&CellId, u64)) -> Key {
    key(of_workflow(of, Prefix::Metrics), format!("{hour:08}#{}#{version}", part(cell)))
}

/// The cell in the sort key of a metric, and the version. Earlier ones have none.
pub fn metric_agent(sk: &str) -> (CellId, Option<u64>) {
    let mut parts = sk.split('#').skip(1);
    let cell = parts.next().unwrap_or_default().replace("%23", "#").replace("%25", "%");
    (CellId(cell), parts.next().and_then(|version| version.parse().ok()))
}

/// The partition of a run.
pub fn run(of: &WorkflowRef, run: RunId) -> String {
    format!("{}#{run}", of_workflow(of, Prefix::Run))
}

/// An event, or another item of a run.
pub fn event(of: &WorkflowRef, id: EventId) -> Key {
    key(run(of, id.run), id.own.simple().to_string())
}

/// The workflow and the run of a partition of a run.
pub fn of_run(partition: &str) -> Option<(WorkflowRef, RunId)> {
    let mut parts = partition.split('#');
    let (project, letters, workflow, run) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let workflow = WorkflowRef { project: project.parse().ok()?, workflow: workflow.parse().ok()? };
    (letters == Prefix::Run.letters()).then_some((workflow, run.parse().ok()?))
}

/// What a workflow is found for by a name: a served agent, or the workflow itself.
pub fn named(prefix: Prefix, of: &WorkflowRef, name: &str) -> Key {
    key(of.project.to_string(), format!("{}#{}", all_named(prefix, name), of.workflow))
}

/// What the sort keys of all that is found by a name begin with.
pub fn all_named(prefix: Prefix, name: &str) -> String {
    prefix.sort(hashed(name))
}

/// The hash of a text, which makes any text fit to be a part of a key.
fn hashed(text: &str) -> String {
    hashed_uuid(&[text.as_bytes()]).simple().to_string()
}

/// The shard of the due index that a schedule or a purge is in. Waits of before [`WAIT_SHARDS`] are here, too.
pub fn due_shard(key: &Key) -> String {
    due_partition(first_byte(key) % DUE_SHARDS)
}

/// The shard of the due index that a wait is in.
pub fn wait_shard(key: &Key) -> String {
    due_partition(DUE_SHARDS + first_byte(key) % WAIT_SHARDS)
}

fn first_byte(key: &Key) -> u8 {
    hashed_uuid(&[key.pk.as_bytes(), key.sk.as_bytes()]).into_bytes()[0]
}

/// A partition of the due index.
pub fn due_partition(shard: u8) -> String {
    Prefix::Due.sort(shard)
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
        let cell = CellId("50%#23".into());
        let key = metric(&plain.workflow, 7, (&cell, 12));
        assert_eq!(metric_agent(&key.sk), (cell.clone(), Some(12)));
        assert_eq!(metric_agent("00000007#50%25%2323"), (cell, None), "one of before");
    }
}
