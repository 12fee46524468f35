//! The numbers that bound the system, each stated once.

/// Largest payload of an event, in bytes of JSON text.
pub const PAYLOAD_BYTES: usize = 256 * 1024;
/// The most agents that an agent controls.
pub const CONTROL_TARGETS: usize = 100;
/// Most events in one request to a hook.
pub const BATCH: usize = 100;
/// Largest body of a request to a hook that holds a batch of events.
pub const BATCH_BYTES: usize = 1024 * 1024;
/// Deepest nesting of JSON that is taken in.
pub const JSON_DEPTH: usize = 64;
/// Largest workflow body, in bytes of JSON text.
pub const WORKFLOW_BYTES: usize = 2 * 1024 * 1024;
/// Longest name of a project, workflow, key or credential, in characters.
pub const NAME_CHARS: usize = 200;
/// Longest description of a workflow, in characters.
pub const DESCRIPTION_CHARS: usize = 2000;
/// Most tags of a workflow.
pub const TAGS: usize = 20;
/// Longest tag, in characters.
pub const TAG_CHARS: usize = 50;
/// Longest id of a cell, in characters.
pub const CELL_ID_CHARS: usize = 128;
/// Longest name of a group, in characters.
pub const GROUP_CHARS: usize = 64;
/// Most groups on one event.
pub const EVENT_GROUPS: usize = 16;
/// Longest chain of deliveries from the root event of a run.
pub const HOPS: u16 = 64;
/// Most events of one run, about. They are counted by samples, so a run may have some more.
pub const RUN_EVENTS: u64 = 10_000;
/// Most events that one delivery may emit. They are committed in one DynamoDB transaction, which takes a hundred items: small ones share an item.
pub const CHILDREN: usize = 500;
/// Most bytes of their payloads together; a transaction takes 4 MB.
pub const CHILDREN_BYTES: usize = 3 * 1024 * 1024;
/// How long a commit is kept, in milliseconds: longer than any message can come back.
pub const COMMIT_MS: i64 = 15 * 24 * 3600 * 1000;
/// How long events are kept when their agent does not say, in seconds.
pub const KEEP_EVENTS_SECONDS: i64 = 30 * 24 * 3600;
/// The longest wait that is a delayed message, in milliseconds (SQS allows 900 s); longer waits are due items.
pub const DELAYED_MESSAGE_MS: i64 = 900 * 1000;
/// Waits between the attempts of a delivery, in milliseconds: the upper bounds of full jitter.
pub const RETRY_MS: [i64; 5] = [5_000, 30_000, 300_000, 1_800_000, 7_200_000];
/// Largest answer of an outside call that becomes an event, in bytes.
pub const ANSWER_BYTES: usize = 128 * 1024;
/// Items on one page of a list, unless the request says otherwise.
pub const PAGE: usize = 50;
/// Most items on one page of a list.
pub const PAGE_MAX: usize = 200;
/// Largest definition of a persistent agent, in bytes: its text, and the texts of the profiles that it uses.
pub const DEFINITION_BYTES: usize = 64 * 1024;
/// Most persistent agents of a project.
pub const DEFINITIONS: usize = 200;
/// Most operations that wait in a session of a persistent agent.
pub const WAITING_OPERATIONS: u64 = 1000;
/// Largest message to a persistent agent, in bytes.
pub const MESSAGE_BYTES: usize = 256 * 1024;
/// Longest id of an instance of a persistent agent, and longest name of a session, in bytes.
pub const SESSION_NAME_BYTES: usize = 512;
/// Most events that a persistent agent may put on the workflow that asked it, for each time that it is asked.
pub const EMITTED: u32 = 50;
/// Longest question to a person, in characters.
pub const QUESTION_CHARS: usize = 1000;
/// Longest details of a question to a person, in characters.
pub const DETAILS_CHARS: usize = 10_000;
/// Longest comment of a person on what he decides, in characters.
pub const COMMENT_CHARS: usize = 2000;
/// Largest file in the sandbox of a session of a persistent agent, in bytes.
pub const FILE_BYTES: usize = 256 * 1024;
/// Most files in the sandbox of a session.
pub const FILES: u64 = 1000;
/// Most bytes of all files in the sandbox of a session.
pub const FILES_BYTES: u64 = 10 * 1024 * 1024;
/// Largest result of a tool that a model is told, in bytes.
pub const TOOL_RESULT_BYTES: usize = 128 * 1024;
/// Tasks that a connection may bring in a minute, unless its entry point says otherwise.
pub const TASKS_PER_MINUTE: u32 = 1000;
/// Most connections that one request sends a task over.
pub const TASK_CONNECTIONS: usize = 5000;
/// How long a task that was sent is listed, in milliseconds.
pub const TASK_MS: i64 = 30 * 24 * 3600 * 1000;
/// How long a token stays valid after its connection got another one, in milliseconds.
pub const TOKEN_OVERLAP_MS: i64 = 3600 * 1000;
/// Most records, or entries of a list, in one request.
pub const RECORDS: usize = 500;
/// Longest kind of a record, in characters.
pub const KIND_CHARS: usize = 32;
/// Most kinds of records, about: as many are counted at each gate.
pub const KINDS: usize = 50;
/// Longest id of a record, in characters.
pub const RECORD_ID_CHARS: usize = 128;
/// Most attributes of a record.
pub const ATTRIBUTES: usize = 200;
/// Longest name of an attribute, in characters.
pub const ATTRIBUTE_CHARS: usize = 128;
/// Most bytes of all attributes of a record, as JSON text: a hundred changes of records fit one transaction of 4 MB.
pub const ATTRIBUTES_BYTES: usize = 32 * 1024;
/// Most segments of a project.
pub const SEGMENTS: usize = 200;
/// Most segments of one kind: a record may enter or leave all of them in one transaction, which takes a hundred items.
pub const SEGMENTS_OF_KIND: usize = 90;
/// Largest condition of a segment, in bytes.
pub const CONDITION_BYTES: usize = 16 * 1024;
/// Most lists of a project.
pub const LISTS: usize = 100;
/// Most stages of a list.
pub const STAGES: usize = 50;
/// Longest name of a stage, in characters.
pub const STAGE_CHARS: usize = 64;
/// Most lists that one record is in.
pub const LISTS_OF_RECORD: usize = 50;
