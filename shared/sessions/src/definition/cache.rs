//! Definitions in memory, ready to run. A version never changes, so it is read once, and cached by its number.

use super::Definition;
use crate::bounded::bounded;
use quick_cache::Weighter;
use quick_cache::sync::Cache as Bounded;
use rookery_domain::{AgentName, ProjectId};
use std::sync::Arc;

/// The most bytes that the definitions in memory may take.
const CACHED_BYTES: u64 = 16 * 1024 * 1024;
/// What a definition takes besides its text, in bytes.
const OWN_BYTES: u64 = 4 * 1024;
/// How many times the size of its text a parsed template takes, about.
const FOR_EACH_BYTE: u64 = 8;

type Key = (ProjectId, AgentName, u64);

/// The definitions in memory, bounded by size.
pub(super) type Cache = Bounded<Key, Arc<Definition>, ByBytes>;

#[derive(Clone)]
pub(super) struct ByBytes;

impl Weighter<Key, Arc<Definition>> for ByBytes {
    fn weight(&self, _: &Key, definition: &Arc<Definition>) -> u64 {
        OWN_BYTES + FOR_EACH_BYTE * definition.bytes as u64
    }
}

/// Makes an empty cache.
pub(super) fn cache() -> Cache {
    bounded(CACHED_BYTES, OWN_BYTES, ByBytes)
}
