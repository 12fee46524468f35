//! Triggers of segments: `person_segment`, `mention_segment`, `company_segment`, and `record_segment` for all other kinds. They differ in the
//! kinds of records alone.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::SegmentText;
use crate::{Example, Facts, Listens, SegmentKind};
use rookery_domain::SegmentId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

macro_rules! segment_triggers {
    ($($agent:ident, $options:ident, $name:literal, $title:literal, $kind:expr, $doc:literal;)*) => {$(
        #[doc = $doc]
        ///
        /// Emits, in the group `on_enter`, `{"kind", "id", "attributes", "segment_id"}`: once when a write makes the record match, and again
        /// only after it left the segment, or was deleted, and came again. What was in the segment before the workflow started is not told
        /// unless `existing` is set, nor is what a new or changed segment is filled with. While the workflow is stopped, nothing is told.
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $options {
            /// The segment.
            segment_id: SegmentText,
            /// Whether what is in the segment when the workflow starts is told, too, each record once.
            #[serde(default)]
            existing: bool,
        }

        /// The agent.
        pub struct $agent {
            listens: Listens,
        }

        impl AgentType for $agent {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Trigger;
            const TITLE: &'static str = $title;
            const GROUPS: &'static [&'static str] = &["on_enter"];
            type Options = $options;

            fn new(options: $options, problems: &mut Problems) -> Option<Self> {
                let listens = listens(options.segment_id, $kind, options.existing, problems)?;
                Some($agent { listens })
            }

            fn facts(&self) -> Facts {
                Facts { listens: Some(self.listens.clone()), ..Facts::of::<Self>() }
            }

            fn examples() -> Vec<Example> {
                let config = |existing| match existing {
                    false => json!({"segment_id": "0123456789ab"}),
                    true => json!({"segment_id": "0123456789ab", "existing": true}),
                };
                vec![
                    Example::new("Whoever enters the segment", config(false)),
                    Example::new("Also who is in it already", config(true)),
                ]
            }
        }
    )*};
}

segment_triggers! {
    PersonSegment, PersonOptions, "person_segment", "Person enters a segment", SegmentKind::Only("person"),
        "Starts a flow with each person that enters a segment.";
    MentionSegment, MentionOptions, "mention_segment", "Mention enters a segment", SegmentKind::Only("mention"),
        "Starts a flow with each mention that enters a segment.";
    CompanySegment, CompanyOptions, "company_segment", "Company enters a segment", SegmentKind::Only("company"),
        "Starts a flow with each company that enters a segment.";
    RecordSegment, RecordOptions, "record_segment", "Record enters a segment", SegmentKind::Other,
        "Starts a flow with each record of one of the project's own kinds that enters a segment.";
}

/// What a trigger of a segment is told of, if its options name one.
fn listens(segment: SegmentText, kind: SegmentKind, existing: bool, problems: &mut Problems) -> Option<Listens> {
    if segment.parse::<SegmentId>().is_err() {
        problems.add("segment_id", "Choose a segment of the project: an id of 12 letters and digits.");
        return None;
    }
    Some(Listens::Segment { id: segment.0, kind, existing })
}

#[cfg(test)]
mod tests {
    use crate::Listens;
    use crate::testing::{agent, problem};
    use rookery_domain::{Collection, SegmentId};
    use serde_json::json;

    #[test]
    fn a_segment_is_named_by_its_id() {
        for kind in ["person_segment", "mention_segment", "company_segment", "record_segment"] {
            assert_eq!(problem(kind, json!({"segment_id": "leads"})), "config.segment_id");
            assert_eq!(problem(kind, json!({})), "config.segment_id");
        }
    }

    #[test]
    fn each_type_listens_to_segments_of_its_kinds() {
        let id = SegmentId::random();
        for (name, takes, refuses) in [
            ("person_segment", "person", "company"),
            ("mention_segment", "mention", "person"),
            ("record_segment", "deal", "person"),
        ] {
            let agent = agent(name, json!({"segment_id": id, "existing": true}));
            let listens = agent.facts().listens.clone().unwrap();
            assert!(listens.takes(&Collection::Segment(id.clone()).into(), None));
            assert!(!listens.takes(&Collection::Segment(SegmentId::random()).into(), None));
            let Listens::Segment { kind, existing, .. } = listens else { panic!("{name} listens to no segment") };
            assert!(existing && kind.takes(takes) && !kind.takes(refuses), "{name}");
        }
    }
}
