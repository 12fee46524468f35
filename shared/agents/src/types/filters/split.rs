//! `split`: sends each event to one of several groups.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts};
use rookery_domain::{hashed_uuid, is_valid_group};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::HashSet;

const MIN_GROUPS: usize = 2;
const MAX_GROUPS: usize = 16;

/// Passes each event on, unchanged, in one of several groups, chosen at random by their weights.
///
/// With a `key` the choice is sticky: events with the same key, like all events of one customer, always go the same way. The
/// choice is computed and not stored, so it never expires. When weights or groups change, only as many keys move as necessary.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The groups: 2 to 16, with different names.
    #[schemars(length(min = 2, max = 16), extend("x-rookery" = "shares"))]
    groups: Vec<Group>,
    /// A template for the key, like `{{ customer.id }}`. Without it, or when its text is empty, the choice is made anew for each event.
    key: Option<TemplateText>,
}

/// A group to send events to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Group {
    /// The group's name, for the links.
    name: String,
    /// The group's share: any number above 0, in proportion to the others.
    #[serde(default = "one")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    weight: f64,
}

fn one() -> f64 {
    1.0
}

/// The agent.
pub struct Split {
    groups: Vec<Group>,
    key: Option<Template>,
}

impl AgentType for Split {
    const NAME: &'static str = "split";
    const KIND: Kind = Kind::Filter;
    const TITLE: &'static str = "Split";
    const GROUPS: &'static [&'static str] = &[];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if !(MIN_GROUPS..=MAX_GROUPS).contains(&options.groups.len()) {
            problems.add("groups", format!("Give {MIN_GROUPS} to {MAX_GROUPS} groups."));
        }
        let mut names = HashSet::new();
        for (index, group) in options.groups.iter().enumerate() {
            if !is_valid_group(&group.name) || group.name == "on_error" {
                problems.add(
                    format!("groups[{index}].name"),
                    "Use 1 to 64 characters, none of them a control character; `on_error` is taken.",
                );
            } else if !names.insert(&group.name) {
                problems.add(format!("groups[{index}].name"), "Another group has this name: give each its own.");
            }
            if !(group.weight.is_finite() && group.weight > 0.0) {
                problems.add(format!("groups[{index}].weight"), "Give a number above 0.");
            }
        }
        let key = options.key.and_then(|key| key.take("key", problems));
        problems.errors.is_empty().then_some(Split { groups: options.groups, key })
    }

    fn facts(&self) -> Facts {
        Facts { groups: self.groups.iter().map(|group| group.name.clone()).collect(), only_computes: true, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let key = match &self.key {
            Some(key) => key.render(cx.scope())?,
            None => String::new(),
        };
        let key = if key.is_empty() { event.id.to_string() } else { key };
        let score = |group: &Group| score(cx.cell.id.as_str(), &key, group);
        let best = self.groups.iter().max_by(|a, b| score(a).total_cmp(&score(b)));
        Ok(best.map_or_else(Effects::none, |group| Effects::emit(&group.name, event.payload.clone())))
    }

    fn examples() -> Vec<Example> {
        let config = json!({"groups": [{"name": "a", "weight": 9}, {"name": "b", "weight": 1}], "key": "{{ customer.id }}"});
        let order = |customer: &str, total: u32| json!({"customer": {"id": customer}, "total": total});
        vec![
            Example::new("Nine of ten customers go one way", config.clone()).on(order("ada", 5)).emits("a", order("ada", 5)),
            Example::new("A customer always goes the same way", config).on(order("ada", 7)).emits("a", order("ada", 7)),
        ]
    }
}

/// The group's score for a key in weighted rendezvous hashing: the group with the highest score wins, with a chance in proportion
/// to its weight. A group's score does not depend on the other groups.
fn score(agent: &str, key: &str, group: &Group) -> f64 {
    let hash = hashed_uuid(&[b"split", agent.as_bytes(), key.as_bytes(), group.name.as_bytes()]).into_bytes();
    // The number between 0 and 1 is made of 48 bits, which lie before the UUID's fixed ones.
    let bits = hash[..6].iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    let uniform = (bits as f64 + 0.5) / (1u64 << 48) as f64;
    uniform.ln() / group.weight
}

#[cfg(test)]
mod tests {
    use crate::Agent;
    use crate::testing::{World, agent, cell, context, event, problem};
    use serde_json::{Value, json};
    use std::collections::HashMap;

    async fn split(split: &dyn Agent, customer: usize) -> String {
        let (cell, world) = (cell(), World::default());
        let event = event("source", &json!({"customer": customer}).to_string());
        let effects = split.receive(&context(&cell, &event, &world)).await.unwrap();
        assert_eq!(effects.emit.len(), 1);
        assert_eq!(effects.emit[0].groups.len(), 1);
        assert_eq!(effects.emit[0].payload, event.payload);
        effects.emit[0].groups[0].clone()
    }

    fn config(weights: &[(&str, f64)], key: Option<&str>) -> Value {
        let groups: Vec<Value> = weights.iter().map(|(name, weight)| json!({"name": name, "weight": weight})).collect();
        json!({"groups": groups, "key": key})
    }

    #[tokio::test]
    async fn the_shares_are_the_weights_with_and_without_a_key() {
        for key in [Some("{{ customer }}"), None] {
            let agent = agent("split", config(&[("a", 1.0), ("b", 2.0), ("c", 0.5)], key));
            let mut counts: HashMap<String, usize> = HashMap::new();
            for customer in 0..1400 {
                *counts.entry(split(&*agent, customer).await).or_default() += 1;
            }
            for (name, expected) in [("a", 400), ("b", 800), ("c", 200)] {
                assert!(counts[name].abs_diff(expected) < 100, "{counts:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_key_stays_and_a_new_group_takes_only_its_share() {
        let two = agent("split", config(&[("a", 1.0), ("b", 1.0)], Some("{{ customer }}")));
        let three = agent("split", config(&[("c", 1.0), ("b", 1.0), ("a", 1.0)], Some("{{ customer }}")));
        for customer in 0..200 {
            let before = split(&*two, customer).await;
            assert_eq!(before, split(&*two, customer).await);
            let after = split(&*three, customer).await;
            assert!(after == before || after == "c", "{customer} moved from {before} to {after}");
        }
    }

    #[test]
    fn groups_are_the_names_and_errors_name_their_place() {
        assert_eq!(agent("split", config(&[("a", 1.0), ("b", 1.0)], None)).facts().groups, ["a", "b"]);
        for (groups, field) in [
            (json!([{"name": "a"}]), "groups"),
            (json!([{"name": "a"}, {"name": "a"}]), "groups[1].name"),
            (json!([{"name": "a"}, {"name": ""}]), "groups[1].name"),
            (json!([{"name": "a"}, {"name": "on_error"}]), "groups[1].name"),
            (json!([{"name": "a", "weight": 0}, {"name": "b"}]), "groups[0].weight"),
            (json!([{"name": "a", "weight": -1.5}, {"name": "b"}]), "groups[0].weight"),
            (json!([{"name": "a", "weight": "one"}, {"name": "b"}]), "groups[0].weight"),
            (json!((0..17).map(|n| json!({"name": format!("g{n}")})).collect::<Vec<_>>()), "groups"),
        ] {
            assert_eq!(problem("split", json!({"groups": groups})), format!("config.{field}"), "{groups}");
        }
        assert_eq!(problem("split", json!({"groups": [{"name": "a"}, {"name": "b"}], "key": "{{ a"})), "config.key");
    }
}
