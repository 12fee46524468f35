//! Keys of records, of what they are collected in, and of what is told of them.

use super::{Key, Prefix, below_project, hashed, key, part};
use rookery_domain::{AgentRef, Collection, ListId, ProjectId, RecordAt, SegmentId, Told, hashed_uuid};

/// The number of gates. Each write of a record passes one, in its transaction, and two at one gate at the same moment would collide. A
/// change of a segment passes all of them in one transaction, which takes a hundred items.
pub const GATES: u8 = 32;

/// The partition of a project's records, and of what they are kept in order by.
pub fn records(project: &ProjectId) -> String {
    below_project(project, Prefix::Records).0
}

/// An item of that partition, by its name.
pub fn of_records(project: &ProjectId, prefix: Prefix, name: impl std::fmt::Display) -> Key {
    key(records(project), prefix.sort(name))
}

/// A record. A kind has no `#`.
pub fn record(project: &ProjectId, at: &RecordAt) -> Key {
    of_records(project, Prefix::Record, format_args!("{}#{}", at.kind, at.id))
}

/// What the sort keys of the records of a kind begin with; those of all records, without one.
pub fn records_of(kind: Option<&str>) -> String {
    kind.map_or_else(|| Prefix::Record.start(), |kind| Prefix::Record.sort(format_args!("{kind}#")))
}

/// The record that such a sort key names.
pub fn of_record(sort: &str) -> Option<RecordAt> {
    named(Prefix::Record.name(sort)?)
}

fn named(name: &str) -> Option<RecordAt> {
    let (kind, id) = name.split_once('#')?;
    Some(RecordAt { kind: kind.to_owned(), id: id.to_owned() })
}

/// The gate that the writes of a record pass.
pub fn gate_of(at: &RecordAt) -> u8 {
    hashed_uuid(&[at.kind.as_bytes(), at.id.as_bytes()]).into_bytes()[0] % GATES
}

/// A gate.
pub fn gate(project: &ProjectId, number: u8) -> Key {
    of_records(project, Prefix::Gate, format_args!("{number:02}"))
}

/// What the sort keys of all begin with that was written under an idempotency key. The key alone is what says what was asked for.
pub fn written_under(idempotency_key: &str) -> String {
    Prefix::Written.sort(format_args!("{}#", hashed(idempotency_key)))
}

/// The partition of who is in segments and lists.
pub fn members(project: &ProjectId) -> String {
    below_project(project, Prefix::Members).0
}

/// What the sort keys of the members of a segment or list begin with.
pub fn members_of(collection: &Collection) -> String {
    format!("{collection}#")
}

/// What the sort keys of those begin with who are at a stage of a list.
pub fn members_at(list: &ListId, stage: &str) -> String {
    format!("{list}#{}#", hashed(stage))
}

/// A record's place in a segment.
pub fn in_segment(project: &ProjectId, segment: &SegmentId, at: &RecordAt) -> Key {
    key(members(project), format!("{segment}#{}#{}", at.kind, at.id))
}

/// A record's place at a stage of a list.
pub fn in_list(project: &ProjectId, list: &ListId, stage: &str, at: &RecordAt) -> Key {
    key(members(project), format!("{}{}#{}", members_at(list, stage), at.kind, at.id))
}

/// The record at such a place.
pub fn member(collection: &Collection, sort: &str) -> Option<RecordAt> {
    let rest = sort.strip_prefix(&members_of(collection))?;
    match collection {
        Collection::Segment(_) => named(rest),
        Collection::List(_) => named(rest.split_once('#')?.1),
    }
}

/// What the sort keys of the triggers that are told of this begin with.
pub fn listeners_of(of: &Told) -> String {
    Prefix::Listener.sort(format_args!("{of}#"))
}

/// A trigger that is told of this.
pub fn listener(of: &Told, agent: &AgentRef) -> Key {
    let name = format!("{of}#{}#{}", agent.workflow.workflow, part(&agent.cell));
    of_records(&agent.workflow.project, Prefix::Listener, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_names_fit_a_key_and_come_back_whatever_the_id_is() {
        let project = ProjectId::random();
        let (segment, list) = (SegmentId::random(), ListId::random());
        for id in ["1", "a#b", "#", &"\u{1f980}".repeat(128)] {
            let at = RecordAt::new("k".repeat(32), id).unwrap();
            let place = in_list(&project, &list, &"s".repeat(64), &at);
            assert!(place.sk.len() <= 1024 && place.pk.len() <= 2048);
            assert_eq!(member(&Collection::List(list.clone()), &place.sk), Some(at.clone()));
            let place = in_segment(&project, &segment, &at).sk;
            assert_eq!(member(&Collection::Segment(segment.clone()), &place), Some(at.clone()));
            assert_eq!(of_record(&record(&project, &at).sk), Some(at.clone()));
            assert!(gate_of(&at) < GATES);
        }
    }
}
