//! The attributes of items: what each name means, and in which items. Names are short, since DynamoDB bills for them. Expressions
//! contain the names in their texts, so there are no constants for them; a test compares this table with the code.
//! In the second column, "it" is the item that the third column names.
//!
//! | Attribute | Means | In |
//! |---|---|---|
//! | `pk`, `sk` | the primary key | all |
//! | `expires_at` | the time to live, in seconds; it is compared, since TTL is lazy | what is not kept for ever |
//! | `rp`, `rs` | partition and place in the index `recent` | failures, published items, requests, operations, called runs, entry points, events of earlier versions |
//! | `dp`, `da` | partition and time in the index `due` | schedules, waits, far timers, purges, operations, heads of sessions, events that agents emit, tasks that are to be sent, news of records, segments that are filled or swept |
//! | `msg` | a message as JSON: what wakes a wait or has an operation or a session looked at, replays a failure, routes an event, or sends a task | waits, far timers, operations, heads of sessions, failures, events that agents emit, tasks that are to be sent |
//! | `name` | what people call it | projects, workflows, versions, API keys, served agents, callable workflows, segments, lists of records |
//! | `created`, `updated` | when it was made, last changed | projects, workflows, API keys, credentials, definitions, records; `created` also in segments and lists of records |
//! | `deleted` | when it was deleted: a tombstone | projects, workflows; segments and lists of records, until they are swept |
//! | `state` | new, active or paused; active, stopped or deleted; how it stands with it | workflows; definitions; connections, tasks; segments: filling or ready |
//! | `ver` | the last saved version; the version that an event is pinned to, or whose agent failed | workflows, definitions; events, failures |
//! | `built` | the last built version; the version that runs | workflows; definitions |
//! | `about`, `tags` | what it is for; the tags that people gave it | workflows |
//! | `spread` | the list of its events is spread over several partitions | workflows |
//! | `at` | when it was made | versions, versions of definitions, events, logs, requests, served agents, callable workflows, sessions, operations, files of sessions, called runs, tasks, kept replies, mailings |
//! | `agents`, `errors` | how many agents, problems it has | versions; `errors` also in metrics and versions of definitions |
//! | `restored` | the version that it is a copy of | versions, versions of definitions |
//! | `text` | a chunk of packed text; all of it | options, graphs; versions of definitions, entry points, connections, conditions of segments |
//! | `source`, `title`, `webhook` | who wrote it; what its agent is for, and whether it is reached over HTTP | definitions |
//! | `role`, `hash` | what it may do; the hash of its secret, or of what was asked | API keys; `hash` also in idempotency keys of sessions and of records, and sendings |
//! | `value`, `hosts` | a credential's secret and where it may go; a memory's packed value | credentials; `value` also in memories |
//! | `project`, `workflow` | whose it is; which one it is | schedules, purges, served agents, callable workflows; the default project; `workflow` also in requests to entry points, and origins of runs: that of the other side, if it is of the same project |
//! | `cell`, `inc` | the agent, and its life | events, schedules, served agents, callable workflows, triggers that are told of records |
//! | `spec`, `generation` | when it is due, as text; changes when it is edited or started again | schedules; `generation` also in connections: the number of the token |
//! | `last_due`, `skipped` | the last due time that was committed; due times that were skipped | schedules |
//! | `caught_up` | missed checks before this due time are left out | schedules |
//! | `purge`, `next` | marks a purge; where the walk over a project's workflows goes on | purges; `next` also in segments that are filled, and triggers that are told of what is there already |
//! | `payload`, `groups` | the event's packed payload, its groups | events; `payload` also in tasks |
//! | `chain` | where in the unpacked `payload` the chain begins | events |
//! | `pack` | where in the unpacked `payload` the other events of the item begin, and of which delivery and arm they are, from which number on | events |
//! | `items` | the numbers of the events with which the commit's items begin, if several events share one | commits |
//! | `list` | the packed entries of a page | pages of the list of events |
//! | `hop`, `keep` | links from the root of the run; until when lists show it | events; `hop` also in tasks and sendings |
//! | `last` | it is over the run's limit: nothing follows | events |
//! | `from`, `dl` | the event and the delivery that it came of | events, commits, waits, requests |
//! | `only` | the one agent that the event goes to, a copy for it alone | events |
//! | `run_events`, `limit_hit` | events of the run, about; the delivery that was over the limit | the first item of a run |
//! | `to`, `to_inc` | the agent that handled the delivery, or asks; its life | commits, waits, requests |
//! | `out` | what became of the delivery | commits |
//! | `arm`, `att` | the number of the replay; of the attempt | commits; `arm` also in requests |
//! | `kids`, `kid0` | how many events it emitted; the ordinal of the first | commits |
//! | `timers` | the timers that it set | commits |
//! | `began`, `took` | when the attempt began; how long it took | commits; `took` also in metrics: all together |
//! | `err` | the packed failure | commits, waits, requests |
//! | `replaying`, `replayed` | when it was taken for a replay that is not sent yet; when it was replayed | failures |
//! | `anew` | the event as which it was replayed in another version | failures |
//! | `published` | the packed item of a feed | commits |
//! | `parked`, `failed` | the number of the attempt that is waited for; attempts that failed so far | waits; `failed` also in tasks |
//! | `until` | when it ends by itself | waits, calls under way, held results, leases, operations |
//! | `reply`, `why` | it waits for a reply; what it waits for, for people | waits; `why` also in tasks: why it was not delivered |
//! | `tag`, `scope` | which write it is of; the scope's text | memories; `tag` also in operations, logs and files of sessions, in records and their places in segments and lists |
//! | `event`, `lines` | the event that was being handled; what was said | logs |
//! | `received`, `emitted`, `checks`, `chained`, `accepted` | counts of an hour | metrics |
//! | `T:MS`, `G:GROUP`, `E:CODE` | the same by milliseconds, by group, by code | metrics |
//! | `last_received`, `last_emitted`, `last_check`, `last_error` | when it last did so in that hour | metrics |
//! | `rq` | what has become of it | requests |
//! | `issuers` | hashes of the addresses of deployments | the deployments whose proofs came in a minute |
//! | `seed` | the seed of the key that signs proofs | the deployment's secrets |
//! | `url`, `auth`, `token`, `secret` | where it was sent, and by what a result is believed | requests; `token` also in callers, and the key of tokens in the deployment's secrets; `url` in connections: where replies go |
//! | `question`, `details` | what a person is asked, packed | questions to persons, which are requests |
//! | `creds` | the names of the credentials that its call used | requests |
//! | `trace` | the trace that it belongs to | requests |
//! | `calls` | how often it was sent; calls of a minute | requests, counts of breakers |
//! | `deadline`, `lease` | until when a result is taken; who may call now | requests; `deadline` also in origins of runs |
//! | `conn`, `task` | the connection that it goes over; the sender's id of the task that it is, or answers | requests to entry points, origins of runs, tasks, sendings |
//! | `peer`, `client` | the project at the other end: the provider, the client | requests to entry points; origins of runs |
//! | `conns` | the ids of the connections, 16 bytes each | sendings |
//! | `run` | the run that it begins there | requests to entry points |
//! | `context` | the conversation that the sender names | origins of runs |
//! | `mail`, `mailed` | what the mails of a delivery tell of, packed; the addresses that have theirs | mailings |
//! | `replied` | the packed reply to a caller that is no stage | kept replies |
//! | `kind` | its type | tasks, sendings; segments: that of their records |
//! | `given`, `rotated` | the number of the token that the client was given last; when the token was changed | connections |
//! | `ids`, `acked` | the callee's ids; when it was first acknowledged | requests |
//! | `answer`, `ended`, `late` | the packed result; when it was over; when a result came too late | requests; `ended` also in operations; in origins of runs: when the sender gave up waiting |
//! | `n` | how many are outstanding; the operation that brought it; how often `told` was written | counts of outstanding requests, and of tasks; heads, list entries and idempotency keys of sessions; called runs |
//! | `asked`, `caller` | when it was asked for, or what is asked, packed; where its outcome is posted | callers; `asked` also in operations |
//! | `held` | the packed result | held results |
//! | `failures` | failures of a minute | counts of breakers |
//! | `op`, `emits` | the operation that is to answer; how many events its agent emitted meanwhile | requests to sessions |
//! | `agent`, `inst`, `sess` | names of the agent (or called workflow), its instance, the session | sessions, and requests to them; called runs, entries of who had runs |
//! | `told` | what is told of the run, packed | called runs |
//! | `files`, `bytes` | how many files its sandbox has, and their bytes; the bytes of its text | sessions; `bytes` also in files of sessions |
//! | `writes` | how often files of its sandbox were written; about how many write units were taken | sessions; metrics |
//! | `body` | its text, packed | files of sessions |
//! | `after` | the last entry of the log at that time | operations, files of sessions |
//! | `by` | who works on it | operations, leases |
//! | `aside`, `tries` | until when it is not tried again, and how often that was so | operations |
//! | `end`, `m0`, `m1`, `outcome` | what became of it; its first and last entry; the rest, packed | operations; `outcome` also in what was written under a key |
//! | `entry`, `parts` | what happened, packed; in how many further items it goes on | logs of sessions |
//! | `path`, `socket`, `ahead` | the path of its handshake; what may be said on it, packed; how many messages wait for their answers | sockets |
//! | `attrs` | what it says of itself, packed | records |
//! | `segs`, `stages` | the segments that it is in; the lists, each with its stage, or the stages that it has | records; `stages` also in lists of records |
//! | `gen` | which segments there are; which condition it has | gates; segments |
//! | `done`, `total` | how many records were looked through, of how many | segments |
//! | `K:KIND`, `S:SEGMENT` | how many records there are | gates |
//! | `news` | what triggers are to be told, packed | news |
//! | `since`, `probe` | when it opened; when the next call may try | breakers |

#[cfg(test)]
mod tests {
    use regex::Regex;
    use std::collections::BTreeSet;

    /// The names that the code writes and reads: in items, and in the texts of expressions.
    fn used() -> BTreeSet<String> {
        let of_items = r#"\.(?:s|n|list|packed|bytes|opt_str|str|parse|opt_num|num|time|strings|raw|unpacked)\(\s*"([a-z]\w*)""#;
        let code: String = crate::source::files().into_iter().map(|(_, code)| code).collect();
        let mut used = BTreeSet::new();
        for pattern in [of_items, r##"\.name\("#\w+", "(\w+)"\)"##, r#"\("(\w+)", self\.\w+, "#, r#"Some\("(last_\w+)""#] {
            used.extend(Regex::new(pattern).unwrap().captures_iter(&code).map(|found| found[1].to_owned()));
        }
        let (placeholder, word) = (Regex::new(r"[:#]\w+").unwrap(), Regex::new(r"\b[a-z]\w*\b(?:\()?").unwrap());
        for text in Regex::new(r#"(?:Expr::new\(|\.text \+= )"([^"]*)""#).unwrap().captures_iter(&code) {
            let text = placeholder.replace_all(&text[1], "");
            used.extend(word.find_iter(&text).map(|word| word.as_str().to_owned()).filter(|word| !word.ends_with('(')));
        }
        used
    }

    #[test]
    fn every_attribute_is_in_the_table_once() {
        let rows = include_str!("attributes.rs").lines().filter_map(|line| line.strip_prefix("//! | `")?.split('|').next());
        let names: Vec<String> = rows
            .flat_map(|row| row.split('`'))
            .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
            .map(str::to_owned)
            .collect();
        let table: BTreeSet<String> = names.iter().cloned().collect();
        assert_eq!(names.len(), table.len(), "a name is in the table twice");
        let used = used();
        assert!(used.len() > 80, "the code is not understood: {used:?}");
        let missing: Vec<_> = used.difference(&table).collect();
        assert!(missing.is_empty(), "say in the table what they mean: {missing:?}");
        let gone: Vec<_> = table.difference(&used).collect();
        assert!(gone.is_empty(), "nothing uses them any more: {gone:?}");
    }
}
