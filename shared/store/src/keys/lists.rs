//! Keys of lists, newest first: partitions, and places in them.

use super::{Prefix, hashed, of_workflow, part};
use rookery_domain::{AgentRef, Event, EventId, Time, WorkflowRef};

/// The number of partitions of the list of events, for a workflow whose list is spread. A partition takes 1,000 write units a second.
pub const LIST_SHARDS: u8 = 32;

/// A partition of the list of a workflow's events.
pub fn event_pages(of: &WorkflowRef, shard: u8) -> String {
    format!("{}#{shard}", of_workflow(of, Prefix::EventPages))
}

/// The place of a page in such a partition: that of its newest entry. Pages that begin with the same entry differ in their content.
pub fn event_page_sort(newest: &str, text: &str) -> String {
    format!("{newest}#{}", hashed(text))
}

/// What the sort keys of pages that were written late begin with, in the same partition: they stand behind all others.
const LATE: &str = "late#";
/// What is greater than any place, and less than the sort keys of late pages.
const END: &str = ":";

/// The sort key of entries that were written late, at the time of their writing.
pub fn late_page_sort(at: Time, newest: EventId, text: &str) -> String {
    format!("{LATE}{}", event_page_sort(&recent_sort(at, newest), text))
}

/// The place of a page, late or not.
pub fn page_place(sort: &str) -> &str {
    sort.strip_prefix(LATE).unwrap_or(sort)
}

/// The ranges of sort keys of the pages behind a place: of those that stand at their places, and of late ones.
pub fn pages_behind(place: &str) -> [(String, String); 2] {
    ["", LATE].map(|kind| (format!("{kind}{place}!"), format!("{kind}{END}")))
}

/// What the sort keys of all pages but late ones are less than.
pub fn before_late_pages() -> String {
    END.to_owned()
}

/// What the places of all that is later than this time begin with, or are greater than.
pub fn after_time(at: Time) -> String {
    digits(Time(at.0.saturating_add(1)))
}

/// A time as places have it: in thirteen digits, since one with more would stand before all others. They last until the year 2286.
fn digits(at: Time) -> String {
    format!("{:013}", at.0.min(9_999_999_999_999))
}

/// The time of a place in a list.
pub fn time_of_place(place: &str) -> Option<Time> {
    place.get(..13)?.parse().ok().map(Time)
}

/// A partition of the `recent` index: failures, requests, events of earlier versions.
pub fn recent(of: &WorkflowRef, prefix: Prefix) -> String {
    format!("{}#{}#{}", of.project, of.workflow, prefix.letters())
}

/// The partition of the `recent` index that holds what an agent published.
pub fn published(agent: &AgentRef) -> String {
    format!("{}#{}#{}", recent(&agent.workflow, Prefix::Published), part(&agent.cell), agent.incarnation)
}

/// The place of an item in a partition of the `recent` index.
pub fn recent_sort(at: Time, id: EventId) -> String {
    format!("{}#{id}", digits(at))
}

/// The place of an event in a list, by the place of the item that holds it.
pub fn place_of_event(item: &str, event: &Event) -> String {
    if event.id == event.item { item.to_owned() } else { place_in_item(item, event) }
}

/// The place of an event inside of the item at this place.
pub fn place_in_item(item: &str, event: &Event) -> String {
    format!("{item}~{}", event.id)
}

/// The place of the item that holds what is at a place, and whether the place is inside of that item's chain.
pub fn item_place(place: &str) -> (&str, bool) {
    place.split_once('~').map_or((place, false), |(item, _)| (item, true))
}

/// The event's id in a sort key of the `recent` index.
pub fn recent_id(sort: &str) -> Option<EventId> {
    sort.split_once('#')?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_the_recent_index_sort_by_time_and_give_the_id_back() {
        let id = EventId::fresh();
        let (early, late) = (recent_sort(Time(999), id), recent_sort(Time(1_700_000_000_000), id));
        assert!(early < late);
        for later in [Time(1_700_000_000_000), Time(9_999_999_999_999), Time(i64::MAX)] {
            assert!(after_time(later) > late, "{later:?}");
        }
        assert_eq!(recent_id(&late), Some(id));
    }
}
