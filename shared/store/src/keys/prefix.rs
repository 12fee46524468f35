//! Every prefix of a key: its letters, where they stand, and what removes the items that it leads to. No other code contains the
//! letters of a prefix, and a purge reads from this table what to remove.

/// Where the letters of a prefix stand. `#` separates the parts of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A partition of the table that does not begin with a project.
    Table,
    /// A partition of a project: `P#LETTERS`.
    Project,
    /// Partitions of a workflow: `P#LETTERS#W`.
    Workflow,
    /// Sort keys in the project's own partition, `P`: `LETTERS#NAME`.
    InProject,
    /// Sort keys in the partition [`Prefix::Requests`].
    InRequests,
    /// Sort keys in the partition [`Prefix::Workflow`].
    InWorkflow,
    /// Sort keys in the partition [`Prefix::Sessions`].
    InSessions,
    /// Sort keys in the partition of a session, `P#LETTERS#KEY` with the letters of [`Prefix::Sessions`].
    InSession,
    /// Sort keys in the partition [`Prefix::Connections`].
    InConnections,
    /// Sort keys in the partition [`Prefix::Tasks`].
    InTasks,
    /// Sort keys in the partition [`Prefix::Records`].
    InRecords,
    /// A partition of the index `recent`: `P#W#LETTERS`.
    Recent,
    /// A partition of the index `recent`: `P#LETTERS`.
    RecentOfProject,
    /// A partition of the index `recent` that does not begin with a project.
    RecentOfTable,
    /// Partitions of the index `due`: `LETTERS#SHARD`.
    Due,
}

/// What removes the items that a prefix leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The purge of the project.
    WithProject,
    /// The purge of the workflow.
    WithWorkflow,
    /// The purge of the workflow: it reads from these partitions which runs exist, and removes the runs' partitions, too.
    WithRuns,
    /// The purge of the project: it reads from this partition which sessions exist, and removes the sessions' partitions, too.
    WithSessions,
    /// Whatever removes the partition that they are in, or the item that the index entry points to.
    WithPartition,
    /// Their time to live, because nobody who removes things knows their keys.
    Ttl,
    /// The end of the purge that they ask for.
    Purge,
    /// Nothing. They stay as tombstones, since an id is never used again.
    Never,
    /// Nothing. There is one of them, which is changed and never removed.
    Stays,
}

macro_rules! prefixes {
    ($($(#[$doc:meta])* $name:ident: $letters:literal, $place:ident, $removal:ident;)*) => {
        /// The prefixes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Prefix {
            $($(#[$doc])* $name,)*
        }

        impl Prefix {
            /// All prefixes.
            pub const ALL: &[Prefix] = &[$(Prefix::$name),*];

            /// The prefix's letters.
            pub fn letters(self) -> &'static str {
                match self {
                    $(Prefix::$name => $letters,)*
                }
            }

            /// Where the letters stand.
            pub fn place(self) -> Place {
                match self {
                    $(Prefix::$name => Place::$place,)*
                }
            }

            /// What removes the items.
            pub fn removal(self) -> Removal {
                match self {
                    $(Prefix::$name => Removal::$removal,)*
                }
            }
        }
    };
}

prefixes! {
    /// All projects.
    Projects: "projects", Table, Never;
    /// The requests to which a callee gave an id.
    CalleeIds: "q", Table, Ttl;
    /// What the deployment itself has.
    Deployment: "deployment", Table, Stays;
    /// WebSockets that are open.
    Sockets: "c", Table, Ttl;
    /// What belongs to the requests of a whole project.
    Requests: "q", Project, WithProject;
    /// Versions and schedules.
    Workflow: "w", Workflow, WithWorkflow;
    /// Memories of agents.
    Memories: "m", Workflow, WithWorkflow;
    /// Logs of agents.
    Logs: "l", Workflow, WithWorkflow;
    /// Metrics of agents.
    Metrics: "x", Workflow, WithWorkflow;
    /// How many requests of agents are outstanding.
    Outstanding: "q", Workflow, WithWorkflow;
    /// Runs: each has a partition of its own, `P#r#W#RUN`. Runs that no list has expire by their time to live.
    Run: "r", Workflow, WithPartition;
    /// Pages of the list of events: `P#LETTERS#W#SHARD`.
    EventPages: "e", Workflow, WithRuns;
    /// Sessions of persistent agents: a list of them. Each also has a partition of its own, `P#i#KEY`.
    Sessions: "i", Project, WithSessions;
    /// The entry of a session in this list.
    Session: "s", InSessions, WithPartition;
    /// The head of a session: its names.
    SessionHead: "h", InSession, WithPartition;
    /// The inbox of a session: the operations that were admitted, in their order.
    Inbox: "q", InSession, WithPartition;
    /// The log of a session: what happened, in its order.
    Log: "m", InSession, WithPartition;
    /// The further parts of entries of the log that do not fit an item: `n#NUMBER#PART`.
    LogPart: "n", InSession, WithPartition;
    /// Who works on a session.
    Lease: "l", InSession, WithPartition;
    /// What was asked with an idempotency key.
    Asked: "k", InSession, WithPartition;
    /// The files of a session's sandbox, by their paths.
    File: "f", InSession, WithPartition;
    /// Heads of workflows.
    Head: "w", InProject, Never;
    /// API keys.
    ApiKey: "k", InProject, WithProject;
    /// Credentials.
    Credential: "c", InProject, WithProject;
    /// Heads of persistent agents' definitions.
    Definition: "d", InProject, WithProject;
    /// Versions of these definitions, of the whole project: `NAME#VERSION`.
    DefinitionVersions: "d", Project, WithProject;
    /// Which project serves those who name none.
    DefaultProject: "default", Table, Stays;
    /// Served agents, by name.
    Served: "n", InProject, WithProject;
    /// Started workflows, by name.
    Called: "b", InProject, WithProject;
    /// Who had runs that were asked for by a name: agents, with their instances.
    Instances: "u", Project, WithProject;
    /// Connections: those of the project's entry points, and those that its stages use.
    Connections: "c", Project, WithProject;
    /// Proofs of other deployments that were used.
    UsedProof: "j", InConnections, WithPartition;
    /// The deployments whose proofs came in a minute.
    IssuersAsked: "i", InConnections, WithPartition;
    /// Entry points that the project publishes.
    EntryPoint: "e", InProject, WithProject;
    /// Connections of the project's entry points.
    Provided: "p", InConnections, WithPartition;
    /// The entry points that the project's stages use.
    Used: "s", InConnections, WithPartition;
    /// What stages used that are gone, while their providers elsewhere do not know it.
    LeftStage: "l", InConnections, WithPartition;
    /// Stages, by a hash of the token that a provider of another deployment gave them.
    TokenOfStage: "t", InConnections, WithPartition;
    /// Tasks that a provider of another deployment has: `STAGE#TIME#ID`.
    OutstandingTask: "o", InConnections, WithPartition;
    /// How many tasks a connection brought in a minute: `ID#MINUTE`.
    TaskCount: "n", InConnections, WithPartition;
    /// Tasks that the project has sent.
    Tasks: "t", Project, WithProject;
    /// A task that the project has sent.
    Task: "t", InTasks, WithPartition;
    /// A task that a project sends to many connections, or under a key: what becomes tasks, one for each.
    Sending: "b", InTasks, WithPartition;
    /// Records, and what they are kept in order by.
    Records: "o", Project, WithProject;
    /// Who is in segments and lists: `SEGMENT#KIND#ID`, `LIST#STAGE#KIND#ID`.
    Members: "j", Project, WithProject;
    /// A record: `KIND#ID`.
    Record: "r", InRecords, WithPartition;
    /// What each write of a record passes: which segments it is to know, and counts.
    Gate: "g", InRecords, WithPartition;
    /// What was written under an idempotency key: `HASH#INDEX`.
    Written: "b", InRecords, WithPartition;
    /// What triggers are to be told.
    News: "n", InRecords, WithPartition;
    /// Segments.
    Segment: "s", InRecords, WithPartition;
    /// Lists of records.
    RecordList: "l", InRecords, WithPartition;
    /// Triggers that are told of a segment or list: `SEGMENT#W#CELL`.
    Listener: "t", InRecords, WithPartition;
    /// Purges that are due.
    Purge: "z", InProject, Purge;
    /// Calls that are under way.
    Calling: "a", InRequests, WithPartition;
    /// Results that came before their acknowledgement.
    Held: "h", InRequests, WithPartition;
    /// Circuit breakers of endpoints, and their counts.
    Breaker: "b", InRequests, WithPartition;
    /// Versions.
    Version: "v", InWorkflow, WithPartition;
    /// Chunks of a version's options.
    Options: "o", InWorkflow, WithPartition;
    /// Chunks of a version's built graph.
    Graph: "g", InWorkflow, WithPartition;
    /// Schedules of agents.
    Schedule: "s", InWorkflow, WithPartition;
    /// Events that an earlier version stored, newest first.
    RecentEvents: "e", Recent, WithRuns;
    /// Failures that were not replayed, newest first.
    RecentFailures: "f", Recent, WithRuns;
    /// Failures that were replayed, newest first.
    RecentReplayed: "r", Recent, WithRuns;
    /// Requests to external agents, newest first.
    RecentRequests: "q", Recent, WithRuns;
    /// What an agent published: `P#W#LETTERS#CELL#INCARNATION`.
    Published: "d", Recent, Ttl;
    /// Runs that were asked for by a name, newest first: operations, and what was asked of workflows.
    NamedRuns: "u", RecentOfProject, WithPartition;
    /// The entry points of all projects.
    Catalogue: "catalogue", RecentOfTable, WithPartition;
    /// What is due.
    Due: "due", Due, WithPartition;
}

impl Prefix {
    /// The prefixes whose items are removed in this way.
    pub fn removed(removal: Removal) -> impl Iterator<Item = Prefix> {
        Prefix::ALL.iter().copied().filter(move |prefix| prefix.removal() == removal)
    }

    /// What a sort key with this prefix begins with.
    pub fn start(self) -> String {
        format!("{}#", self.letters())
    }

    /// The sort key of an item by its name.
    pub fn sort(self, name: impl std::fmt::Display) -> String {
        format!("{}#{name}", self.letters())
    }

    /// The name in such a sort key, if the key has this prefix.
    pub fn name(self, sort: &str) -> Option<&str> {
        sort.strip_prefix(self.letters())?.strip_prefix('#')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_prefixes_of_a_place_can_be_taken_for_each_other() {
        for (index, one) in Prefix::ALL.iter().enumerate() {
            for other in &Prefix::ALL[index + 1..] {
                let same = one.place() == other.place() && one.letters() == other.letters();
                assert!(!same, "{one:?} and {other:?}");
            }
            assert!(!one.letters().contains('#'), "{one:?}");
        }
    }

    /// The items of a partition are removed with it only if something removes the partition.
    #[test]
    fn every_item_is_removed_by_something() {
        for prefix in Prefix::ALL {
            let of_index = matches!(prefix.place(), Place::Recent | Place::RecentOfProject | Place::RecentOfTable | Place::Due);
            match (prefix.place(), prefix.removal()) {
                (Place::InRequests, Removal::WithPartition) => assert_eq!(Prefix::Requests.removal(), Removal::WithProject),
                (Place::InConnections, Removal::WithPartition) => assert_eq!(Prefix::Connections.removal(), Removal::WithProject),
                (Place::InTasks, Removal::WithPartition) => assert_eq!(Prefix::Tasks.removal(), Removal::WithProject),
                (Place::InRecords, Removal::WithPartition) => assert_eq!(Prefix::Records.removal(), Removal::WithProject),
                (Place::InWorkflow, Removal::WithPartition) => assert_eq!(Prefix::Workflow.removal(), Removal::WithWorkflow),
                (Place::Workflow, Removal::WithPartition) => assert_eq!(*prefix, Prefix::Run),
                (Place::InSessions | Place::InSession, Removal::WithPartition) => {
                    assert_eq!(Prefix::Sessions.removal(), Removal::WithSessions);
                }
                (Place::Project, Removal::WithSessions) => assert_eq!(*prefix, Prefix::Sessions),
                (Place::Project | Place::InProject, Removal::WithProject) => {}
                (Place::Workflow, Removal::WithWorkflow | Removal::WithRuns) => {}
                (Place::InProject, Removal::Never | Removal::Purge)
                | (Place::Table, Removal::Never | Removal::Ttl | Removal::Stays) => {}
                (_, removal) => {
                    assert!(of_index, "{prefix:?}: no purge does {removal:?} there");
                    assert!(removal != Removal::WithProject && removal != Removal::WithWorkflow, "{prefix:?}");
                }
            }
        }
    }

    /// A purge would not know of a prefix that is spelled in another file.
    #[test]
    fn no_other_file_of_the_store_spells_a_prefix() {
        for (path, code) in crate::source::files().iter().filter(|(path, _)| !path.ends_with("keys/prefix.rs")) {
            for letters in Prefix::ALL.iter().map(|prefix| prefix.letters()) {
                for spelled in [format!("\"{letters}#"), format!("}}#{letters}#"), format!("'{letters}'")] {
                    let line = code.lines().find(|line| line.contains(&spelled));
                    assert!(line.is_none(), "{}: {}", path.display(), line.unwrap_or_default());
                }
            }
        }
    }
}
