//! Keys of sessions: the partition that lists a project's sessions, and the partition of each session.

use super::{Key, Prefix, below_project, key};
use rookery_domain::{FilePath, ProjectId, SessionAt, SessionKey};

/// The largest number that keeps the order of the keys.
pub const LAST_NUMBER: u64 = 9_999_999_999;

/// The partition that lists the sessions of a project.
pub fn sessions(project: &ProjectId) -> String {
    below_project(project, Prefix::Sessions).0
}

/// The entry of a session in this list.
pub fn session_entry(at: &SessionAt) -> Key {
    key(sessions(&at.project), Prefix::Session.sort(at.key))
}

/// The session that the sort key of such an entry names.
pub fn listed_session(sort: &str) -> Option<SessionKey> {
    Prefix::Session.name(sort)?.parse().ok()
}

/// The partition of a session.
pub fn session(at: &SessionAt) -> String {
    format!("{}#{}", sessions(&at.project), at.key)
}

/// An item of a session of which there is only one: its head, its lease.
pub fn of_session(at: &SessionAt, prefix: Prefix) -> Key {
    key(session(at), prefix.start())
}

/// A numbered item of a session: an operation, an entry of its log.
pub fn numbered(at: &SessionAt, prefix: Prefix, number: u64) -> Key {
    key(session(at), prefix.sort(format_args!("{number:010}")))
}

/// A further part of an entry of the log.
pub fn log_part(at: &SessionAt, number: u64, part: usize) -> Key {
    key(session(at), Prefix::LogPart.sort(format_args!("{number:010}#{part:03}")))
}

/// The number in the sort key of a numbered item, or of a part of one.
pub fn number_of(prefix: Prefix, sort: &str) -> Option<u64> {
    prefix.name(sort)?.split('#').next()?.parse().ok()
}

/// Between which sort keys the items with smaller numbers are, and their parts.
pub fn numbered_below(prefix: Prefix, number: u64) -> (String, String) {
    // In the order of keys, `~` comes after the `#` of a part.
    (prefix.start(), prefix.sort(format_args!("{:010}~", number.saturating_sub(1))))
}

/// What was asked with this idempotency key.
pub fn asked_with(at: &SessionAt, idempotency_key: &str) -> Key {
    key(session(at), Prefix::Asked.sort(super::hashed(idempotency_key)))
}

/// A file of the session's sandbox.
pub fn file(at: &SessionAt, path: &FilePath) -> Key {
    key(session(at), Prefix::File.sort(path))
}
