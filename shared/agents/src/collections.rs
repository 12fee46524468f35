//! What agents have to do with the records of their project: which segment or list they name, and what they are told of.

use rookery_domain::{Collection, Told};
use serde_json::Value;

use crate::agent::Problems;
use crate::lenient::Lenient;
use crate::pattern::Searches;
use crate::types::filters::condition::{Node, Test, build_conditions};
use rookery_domain::{Strict, in_plain_words};

/// The kinds of records that segments of a trigger's type may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// This kind.
    Only(&'static str),
    /// Any kind but those that have a type of their own.
    Other,
}

/// The kinds that have a type of trigger of their own.
const OWN: [&str; 3] = ["person", "mention", "company"];

impl SegmentKind {
    /// The kinds that a type of trigger takes, if it is one of segments.
    pub fn of_type(agent_type: &str) -> Option<Self> {
        match agent_type.strip_suffix("_segment")? {
            "record" => Some(SegmentKind::Other),
            named => OWN.into_iter().find(|own| *own == named).map(SegmentKind::Only),
        }
    }

    /// Whether a segment of this kind is taken.
    pub fn takes(self, kind: &str) -> bool {
        match self {
            SegmentKind::Only(only) => kind == only,
            SegmentKind::Other => !OWN.contains(&kind),
        }
    }

    /// What to do with a segment of another kind.
    pub fn remedy(self) -> String {
        match self {
            SegmentKind::Only(only) => format!("choose one of the kind `{only}`, or use an agent of another type"),
            SegmentKind::Other => "use an agent of the type `person_segment`, `mention_segment` or `company_segment`".to_owned(),
        }
    }
}

/// A list that an agent names, and perhaps a stage of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedList {
    /// The list's id, as it was written.
    pub id: String,
    /// The stage.
    pub stage: Option<String>,
}

/// What a trigger is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listens {
    /// Records that enter a segment.
    Segment {
        /// The segment's id, as it was written.
        id: String,
        /// The kinds that the segment may have.
        kind: SegmentKind,
        /// Whether the trigger is told of what is in the segment already.
        existing: bool,
    },
    /// Records that come to a list, or to a stage of one.
    List(NamedList),
    /// Errors that no link takes, of all other workflows of the project or of the one that is named.
    Errors {
        /// The workflow's id, as it was written.
        workflow: Option<String>,
    },
}

impl Listens {
    /// What it is told of; none if an id cannot be one.
    pub fn told(&self) -> Option<Told> {
        match self {
            Listens::Segment { id, .. } => Some(Collection::Segment(id.parse().ok()?).into()),
            Listens::List(list) => Some(Collection::List(list.id.parse().ok()?).into()),
            Listens::Errors { .. } => Some(Told::Errors),
        }
    }

    /// Whether it is told of this: of a record that came to a segment, or to this stage of a list; of an error of this workflow.
    pub fn takes(&self, of: &Told, part: Option<&str>) -> bool {
        let wanted = match self {
            Listens::Segment { .. } => None,
            Listens::List(list) => list.stage.as_deref(),
            Listens::Errors { workflow } => workflow.as_deref(),
        };
        self.told().as_ref() == Some(of) && wanted.is_none_or(|wanted| part == Some(wanted))
    }
}

/// A condition of a segment: the same tree of comparisons as that of an agent of type `condition`.
pub struct Matcher(Test);

impl Matcher {
    /// Reads a condition, or gives all that is wrong with it, each under its field.
    pub fn parse(condition: &str) -> Result<Self, Vec<(String, String)>> {
        let value: Value = serde_json::from_str(condition).map_err(|error| vec![("condition".to_owned(), error.to_string())])?;
        let node: Node = serde_path_to_error::deserialize(Strict::new(Lenient(&value))).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { "condition".to_owned() } else { format!("condition.{path}") };
            vec![(field, format!("{}.", in_plain_words(&error.inner().to_string())))]
        })?;
        let mut problems = Problems::default();
        match build_conditions(node, "condition", &mut problems) {
            Some(test) if problems.errors.is_empty() => Ok(Matcher(test)),
            _ => Err(problems.errors),
        }
    }

    /// Whether attributes match. A search that would take too long does not, always the same ones.
    pub fn matches(&self, attributes: &Value) -> bool {
        self.0.matches(attributes, &mut Searches::default()).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_condition_is_that_of_the_agent() {
        let condition =
            json!({"all": [{"path": "city", "operator": "eq", "value": "Paris"}, {"not": {"path": "gone", "op": "exists"}}]});
        let matcher = Matcher::parse(&condition.to_string()).ok().unwrap();
        assert!(matcher.matches(&json!({"city": "Paris"})));
        assert!(!matcher.matches(&json!({"city": "Paris", "gone": 1})));
        assert!(!matcher.matches(&json!({})));
    }

    #[test]
    fn what_is_wrong_with_a_condition_is_named_at_its_place() {
        for (condition, field) in [
            (json!({}), "condition.path"),
            (json!({"path": "a", "operator": "eq"}), "condition.value"),
            (json!({"all": [{"path": "a", "operator": "is", "value": 1}]}), "condition.all[0].operator"),
            (json!({"all": []}), "condition.all"),
            (json!([]), "condition"),
            (json!({"paht": "a"}), "condition.paht"),
        ] {
            let problems = Matcher::parse(&condition.to_string()).err().unwrap();
            assert!(problems.iter().any(|(at, message)| at == field && message.len() > 5), "{condition}: {problems:?}");
        }
    }
}
