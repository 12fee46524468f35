//! Keys of connections.

use super::{Key, Prefix, below_project, key};
use rookery_domain::ProjectId;

/// The partition of a project's connections, and of what belongs to them.
pub fn connections(project: &ProjectId) -> String {
    below_project(project, Prefix::Connections).0
}

/// An item of that partition, by its name.
pub fn of_connections(project: &ProjectId, prefix: Prefix, name: &str) -> Key {
    key(connections(project), prefix.sort(name))
}
