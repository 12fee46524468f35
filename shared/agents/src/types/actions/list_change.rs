//! `list_add`, `list_move`, `list_remove`: change the place of a record in a list. They differ in what becomes of it.

use crate::agent::{AgentType, Kind, Problems};
use crate::meaning::{ListText, StageText, TemplateText};
use crate::template::Template;
use crate::types::triggers::list_entry::named_list;
use crate::{AgentError, ChangeEntry, Context, Effects, Example, Facts, NamedList, ToStage};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Adds a record to a list, at a stage; one that is in the list moves there.
///
/// Emits, in the group `on_change`, `{"kind", "id", "list_id", "stage", "from"}`, where `from` is the stage before, and null for a record that was
/// not in the list. A record that is at the stage already changes nothing, and nothing is emitted. A record that the project does not have fails.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddOptions {
    /// The list.
    list_id: ListText,
    /// The stage; without one, the list's first.
    stage: Option<StageText>,
    /// The record's kind: a template.
    #[serde(default = "own_kind")]
    kind: TemplateText,
    /// The record's id: a template.
    #[serde(default = "own_id")]
    id: TemplateText,
}

/// Moves a record to another stage of a list that it is in; a record that is not in the list fails.
///
/// Emits, in the group `on_change`, `{"kind", "id", "list_id", "stage", "from"}`, where `from` is the stage before. A record that is at the stage
/// already changes nothing, and nothing is emitted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveOptions {
    /// The list.
    list_id: ListText,
    /// The stage.
    stage: StageText,
    /// The record's kind: a template.
    #[serde(default = "own_kind")]
    kind: TemplateText,
    /// The record's id: a template.
    #[serde(default = "own_id")]
    id: TemplateText,
}

/// Takes a record out of a list. The record itself stays.
///
/// Emits, in the group `on_change`, `{"kind", "id", "list_id", "stage", "from"}`, where `stage` is null, and `from` the stage before. A record that is
/// not in the list changes nothing, and nothing is emitted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveOptions {
    /// The list.
    list_id: ListText,
    /// The record's kind: a template.
    #[serde(default = "own_kind")]
    kind: TemplateText,
    /// The record's id: a template.
    #[serde(default = "own_id")]
    id: TemplateText,
}

fn own_kind() -> TemplateText {
    TemplateText("{{ kind }}".to_owned())
}

fn own_id() -> TemplateText {
    TemplateText("{{ id }}".to_owned())
}

/// What the three types have in common.
struct Changes {
    list: NamedList,
    kind: Template,
    id: Template,
}

impl Changes {
    fn new(list: ListText, stage: Option<StageText>, [kind, id]: [TemplateText; 2], problems: &mut Problems) -> Option<Self> {
        let kind = kind.take("kind", problems);
        let id = id.take("id", problems);
        Some(Changes { list: named_list(list, stage, problems)?, kind: kind?, id: id? })
    }

    async fn change(&self, cx: &Context<'_>, to: ToStage) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let (kind, id) = (self.kind.render(cx.scope())?, self.id.render(cx.scope())?);
        let (kind, id, list) = (kind.trim(), id.trim(), self.list.id.as_str());
        let change = ChangeEntry { list, kind, id, to, stage: self.list.stage.as_deref(), hop: event.hop + 1 };
        let changed = cx.host.change_entry(change).await?;
        if !changed.is_changed {
            return Ok(Effects::none().log(format!("`{kind}/{id}` is there already: nothing is changed.")));
        }
        let told = json!({"kind": kind, "id": id, "list_id": list, "stage": changed.stage, "from": changed.from});
        Ok(Effects::emit("on_change", Payload::of(told)?))
    }
}

macro_rules! list_changes {
    ($($(#[$doc:meta])* $agent:ident, $options:ident, $name:literal, $title:literal, $to:expr, $new:expr, $example:literal;)*) => {$(
        $(#[$doc])*
        pub struct $agent(Changes);

        impl AgentType for $agent {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Action;
            const TITLE: &'static str = $title;
            const GROUPS: &'static [&'static str] = &["on_change"];
            type Options = $options;

            fn new(options: $options, problems: &mut Problems) -> Option<Self> {
                let new: fn($options, &mut Problems) -> Option<Changes> = $new;
                new(options, problems).map($agent)
            }

            fn facts(&self) -> Facts {
                Facts { list: Some(self.0.list.clone()), ..Facts::of::<Self>() }
            }

            async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
                self.0.change(cx, $to).await
            }

            fn examples() -> Vec<Example> {
                example($example, $to)
            }
        }
    )*};
}

list_changes! {
    /// The agent that adds.
    ListAdd, AddOptions, "list_add", "Add to a list", ToStage::Add,
        |options, problems| Changes::new(options.list_id, options.stage, [options.kind, options.id], problems),
        "Whoever the event tells of is a lead";
    /// The agent that moves.
    ListMove, MoveOptions, "list_move", "Move in a list", ToStage::Move,
        |options, problems| Changes::new(options.list_id, Some(options.stage), [options.kind, options.id], problems),
        "Whoever the event tells of is won";
    /// The agent that removes.
    ListRemove, RemoveOptions, "list_remove", "Remove from a list", ToStage::Remove,
        |options, problems| Changes::new(options.list_id, None, [options.kind, options.id], problems),
        "Whoever the event tells of is a lead no more";
}

/// The example of a type.
fn example(title: &'static str, to: ToStage) -> Vec<Example> {
    let (stage, from) = match to {
        ToStage::Add => (Some("lead"), None),
        ToStage::Move => (Some("won"), Some("new")),
        ToStage::Remove => (None, Some("new")),
    };
    let mut config = json!({"list_id": "0123456789ab"});
    if let Some(stage) = stage {
        config["stage"] = stage.into();
    }
    let told = json!({"kind": "person", "id": "ada", "list_id": "0123456789ab", "stage": stage, "from": from});
    vec![Example::new(title, config).on(json!({"kind": "person", "id": "ada"})).emits("on_change", told)]
}

#[cfg(test)]
mod tests {
    use crate::testing::problem;
    use serde_json::json;

    #[test]
    fn what_is_wrong_with_the_options_is_named() {
        for name in ["list_add", "list_move", "list_remove"] {
            let wrong = |field: &str, value: &str| {
                let mut config = json!({"list_id": "0123456789ab"});
                if name != "list_remove" {
                    config["stage"] = "new".into();
                }
                config[field] = value.into();
                problem(name, config)
            };
            assert_eq!(wrong("list_id", "sales"), "config.list_id");
            assert_eq!(wrong("kind", "{{ a"), "config.kind");
            assert_eq!(wrong("id", "{{ a"), "config.id");
        }
        assert_eq!(problem("list_move", json!({"list_id": "0123456789ab"})), "config.stage");
        assert_eq!(problem("list_add", json!({"list_id": "0123456789ab", "stage": ""})), "config.stage");
    }
}
