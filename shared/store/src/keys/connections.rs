//! Keys of connections, tasks, and the catalogue of entry points.

use super::{Key, Prefix, below_project, key};
use rookery_domain::{EntryPointId, ProjectId, TaskId};

/// Characters of a title that the place in the catalogue has.
const TITLE_CHARS: usize = 60;

/// The partition of a project's connections, and of what belongs to them.
pub fn connections(project: &ProjectId) -> String {
    below_project(project, Prefix::Connections).0
}

/// An item of that partition, by its name.
pub fn of_connections(project: &ProjectId, prefix: Prefix, name: &str) -> Key {
    key(connections(project), prefix.sort(name))
}

/// The partition of the tasks that a project has sent.
pub fn tasks(project: &ProjectId) -> String {
    below_project(project, Prefix::Tasks).0
}

/// A task that a project has sent.
pub fn task(project: &ProjectId, id: TaskId) -> Key {
    key(tasks(project), Prefix::Task.sort(id))
}

/// A task that a project sends to many.
pub fn sending(project: &ProjectId, id: TaskId) -> Key {
    key(tasks(project), Prefix::Sending.sort(id))
}

/// The partition of the `recent` index with the entry points of all projects.
pub fn catalogue() -> String {
    Prefix::Catalogue.letters().to_owned()
}

/// The place of an entry point in it: by title, whatever the case.
pub fn place_in_catalogue(title: &str, project: &ProjectId, id: EntryPointId) -> String {
    let title: String = title.chars().take(TITLE_CHARS).flat_map(char::to_lowercase).collect();
    format!("{title}#{project}#{id}")
}

/// The entry point at such a place.
pub fn of_place_in_catalogue(place: &str) -> Option<(ProjectId, EntryPointId)> {
    let mut parts = place.rsplitn(3, '#');
    let (id, project) = (parts.next()?, parts.next()?);
    Some((project.parse().ok()?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_place_in_the_catalogue_leads_to_its_entry_point_whatever_the_title() {
        let (project, id) = (ProjectId::random(), EntryPointId(Uuid::now_v7()));
        for title in ["Delay", "a#b", "", &"\u{0130}".repeat(200)] {
            let place = place_in_catalogue(title, &project, id);
            assert!(place.len() <= 1024);
            assert_eq!(of_place_in_catalogue(&place), Some((project.clone(), id)));
        }
        assert!(place_in_catalogue("alpha", &project, id) < place_in_catalogue("Beta", &project, id));
    }
}
