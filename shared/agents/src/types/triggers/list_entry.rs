//! `list_entry`: starts a flow with each record that comes to a stage of a list.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::{ListText, StageText};
use crate::{Example, Facts, Listens, NamedList};
use rookery_domain::{ListId, is_valid_stage};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Starts a flow with each record that comes to a stage of a list, because it was added or moved there.
///
/// Emits, in the group `on_entry`, `{"kind", "id", "attributes", "list_id", "stage", "from"}`, where `from` is the stage before, and null for a
/// record that was added. A record that is set to the stage where it is comes nowhere. While the workflow is stopped, nothing is told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The list.
    list_id: ListText,
    /// The stage; without one, any.
    stage: Option<StageText>,
}

/// The agent.
pub struct ListEntry {
    list: NamedList,
}

impl AgentType for ListEntry {
    const NAME: &'static str = "list_entry";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Entry of a list";
    const GROUPS: &'static [&'static str] = &["on_entry"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        named_list(options.list_id, options.stage, problems).map(|list| ListEntry { list })
    }

    fn facts(&self) -> Facts {
        Facts { listens: Some(Listens::List(self.list.clone())), list: Some(self.list.clone()), ..Facts::of::<Self>() }
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("Whoever is won", json!({"list_id": "0123456789ab", "stage": "won"})),
            Example::new("Each step of everybody", json!({"list_id": "0123456789ab"})),
        ]
    }
}

/// The list that options name, or what is wrong with them.
pub(crate) fn named_list(list: ListText, stage: Option<StageText>, problems: &mut Problems) -> Option<NamedList> {
    let stage = stage.map(|stage| stage.0);
    if list.parse::<ListId>().is_err() {
        problems.add("list_id", "Choose a list of the project: an id of 12 letters and digits.");
    }
    if stage.as_ref().is_some_and(|stage| !is_valid_stage(stage)) {
        problems.add("stage", "Choose a stage of the list: 1 to 64 characters.");
    }
    problems.errors.is_empty().then_some(NamedList { id: list.0, stage })
}

#[cfg(test)]
mod tests {
    use crate::testing::{agent, problem};
    use rookery_domain::{Collection, ListId};
    use serde_json::json;

    #[test]
    fn a_list_and_a_stage_are_named_as_they_can_be() {
        assert_eq!(problem("list_entry", json!({})), "config.list_id");
        assert_eq!(problem("list_entry", json!({"list_id": "sales"})), "config.list_id");
        assert_eq!(problem("list_entry", json!({"list_id": "0123456789ab", "stage": ""})), "config.stage");
    }

    #[test]
    fn without_a_stage_it_listens_to_any() {
        let id = ListId::random();
        let takes = |config, stage| {
            let listens = agent("list_entry", config).facts().listens.clone().unwrap();
            listens.takes(&Collection::List(id.clone()).into(), Some(stage))
        };
        assert!(takes(json!({"list_id": id}), "new") && takes(json!({"list_id": id, "stage": "new"}), "new"));
        assert!(!takes(json!({"list_id": id, "stage": "won"}), "new"));
    }
}
