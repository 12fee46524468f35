//! Keys of runs that were asked for by a name: the list of a project, newest first, and who had runs, by name.

use super::{Key, Prefix, below_project, event, hashed, key, numbered};
use rookery_domain::{EventId, NamedRun, ProjectId, RunId, Time, hashed_uuid};

/// Ends a name in a sort key. Names of agents and workflows have no control characters.
const END: char = '\u{1f}';
/// The characters of the key of a session, or of the ULID of a run.
pub const OWN_CHARS: usize = 26;
/// The characters of the hash of a name, in the place of a run: enough to pass over most of the others.
const HASH_CHARS: usize = 8;

/// The partition of the index `recent` with the runs of a project that were asked for by a name.
pub fn named_runs(project: &ProjectId) -> String {
    below_project(project, Prefix::NamedRuns).0
}

/// The place of a run in this partition.
pub fn place_of_run(at: Time, agent: &str, instance: &str, run: &NamedRun) -> String {
    format!("{:013}#{}#{}#{run}", at.0, name_hash(agent), name_hash(instance))
}

/// What the place of a run says of its agent, its instance, and where it is.
pub fn run_of_place<'p>(project: &ProjectId, place: &'p str) -> Option<(&'p str, &'p str, NamedRun)> {
    let mut parts = place.splitn(4, '#').skip(1);
    Some((parts.next()?, parts.next()?, NamedRun::parse(project, parts.next()?)?))
}

/// What the place of a run says of a name.
pub fn name_hash(name: &str) -> String {
    hashed(name).chars().take(HASH_CHARS).collect()
}

/// The item that says what was asked: the one that is in the list.
pub fn asked_run(run: &NamedRun) -> Key {
    match run {
        NamedRun::Operation(at) => numbered(&at.session, Prefix::Inbox, at.n),
        NamedRun::Workflow(workflow, run) => {
            event(workflow, EventId { run: *run, own: hashed_uuid(&[b"called", run.0.as_bytes()]) })
        }
    }
}

/// The partition of those who had runs.
pub fn instances(project: &ProjectId) -> String {
    below_project(project, Prefix::Instances).0
}

/// The entry of an instance of an agent, for one of its sessions, or for one of its runs.
pub fn instance_entry(project: &ProjectId, agent: &str, instance: &str, own: &str) -> Key {
    key(instances(project), format!("{}{own}", entries_of_instance(agent, instance)))
}

/// What the entries of an agent begin with.
pub fn entries_of_agent(agent: &str) -> String {
    format!("{agent}{END}")
}

/// What is greater than all entries of an agent, and less than those of the next one.
pub fn after_agent(agent: &str) -> String {
    format!("{agent}{}", char::from(END as u8 + 1))
}

/// Whether a sort key is that of an entry, or what comes after all entries of an agent.
pub fn is_place_of_agent(sort: &str) -> bool {
    sort.contains(END) || sort.ends_with(char::from(END as u8 + 1))
}

/// What the entries of an instance begin with; those of another one may, too, since ids are any text.
pub fn entries_of_instance(agent: &str, instance: &str) -> String {
    // The id of a run that is its own instance has the name of its workflow in it, for which a key has no room twice.
    let instance = match RunId::of_called(instance) {
        Some((name, run)) if name == agent => format!("run_{}", run.ulid()),
        _ => instance.to_owned(),
    };
    format!("{agent}{END}{instance}{END}")
}

/// The agent of an entry, and its instance as it stands there.
pub fn of_instance_entry(sort: &str) -> Option<(&str, &str)> {
    let (agent, rest) = sort.split_once(END)?;
    let (instance, _) = rest.split_at_checked(rest.len().checked_sub(OWN_CHARS + END.len_utf8())?)?;
    Some((agent, instance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::{SessionAt, SessionKey};

    #[test]
    fn an_entry_gives_its_names_back_whatever_the_id_is() {
        let project = ProjectId::random();
        for instance in ["", "i", "a\u{1f}b", "\u{1f}", "日本", "a/b#c"] {
            let own = SessionKey::of("a", instance, "s").to_string();
            let entry = instance_entry(&project, "a", instance, &own);
            assert_eq!(of_instance_entry(&entry.sk), Some(("a", instance)));
            assert!(entry.sk.starts_with(&entries_of_agent("a")) && entry.sk < after_agent("a"));
        }
        assert!(after_agent("a") < entries_of_agent("a b"));
        assert_eq!(of_instance_entry("a\u{1f}short"), None);
    }

    #[test]
    fn a_place_sorts_by_time_and_says_where_the_run_is() {
        let project = ProjectId::random();
        let run = NamedRun::Operation(SessionAt { project: project.clone(), key: SessionKey::of("a", "i", "s") }.operation(1));
        let (early, late) = (place_of_run(Time(999), "a", "i", &run), place_of_run(Time(1_700_000_000_000), "a", "i", &run));
        assert!(early < late);
        assert_eq!(run_of_place(&project, &late), Some((&*name_hash("a"), &*name_hash("i"), run)));
        assert_eq!(run_of_place(&project, "x"), None);
    }
}
