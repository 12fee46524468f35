//! The segments that a write knows: their conditions, ready to be asked. They are cached by their generation, which each change of a segment
//! changes.

use crate::Engine;
use quick_cache::sync::Cache;
use rookery_agents::Matcher;
use rookery_domain::{Error, ProjectId, Result, SegmentId};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// How many projects' segments a process keeps.
const KEPT: usize = 200;

pub(crate) type KnownSegments = Cache<(ProjectId, String), Arc<Known>>;

pub(crate) fn cache() -> KnownSegments {
    Cache::new(KEPT)
}

/// The segments of a project in one generation.
#[derive(Default)]
pub(crate) struct Known {
    /// The segments that there are.
    pub(super) ids: HashSet<SegmentId>,
    /// Of each: its id, the kind of its records, the generation of its condition, and the condition.
    conditions: Vec<(SegmentId, String, String, Matcher)>,
}

impl Known {
    /// The segments that a record with these attributes is in.
    pub(super) fn matching(&self, kind: &str, attributes: &Value) -> BTreeSet<SegmentId> {
        let of_kind = self.conditions.iter().filter(|(_, of, ..)| of == kind);
        of_kind.filter(|(.., condition)| condition.matches(attributes)).map(|(id, ..)| id.clone()).collect()
    }

    /// Whether a segment's condition is still that of a generation, and whether attributes match it.
    pub(super) fn matches(&self, segment: &SegmentId, generation: &str, attributes: &Value) -> Option<bool> {
        let found = self.conditions.iter().find(|(id, _, known, _)| id == segment && known == generation);
        found.map(|(.., condition)| condition.matches(attributes))
    }
}

impl Engine {
    /// The segments of a project in this generation. If they are changed while they are read, the gate refuses whoever goes by them.
    pub(super) async fn known(&self, project: &ProjectId, generation: &str) -> Result<Arc<Known>> {
        if generation.is_empty() {
            return Ok(Arc::default());
        }
        let key = (project.clone(), generation.to_owned());
        let read = async {
            let mut known = Known::default();
            for segment in self.store.segments(project).await? {
                known.ids.insert(segment.id.clone());
                match Matcher::parse(&segment.condition) {
                    Ok(condition) => known.conditions.push((segment.id, segment.kind, segment.generation, condition)),
                    Err(problems) => tracing::error!(segment = %segment.id, ?problems, "a condition is not understood any more"),
                }
            }
            Ok::<_, Error>(Arc::new(known))
        };
        self.known_segments.get_or_insert_async(&key, read).await
    }
}
