//! `manual`: starts a flow with a payload that a person gives.

use crate::agent::{AgentType, Kind, Problems};
use crate::huginn::Mapping;
use crate::meaning::PlainJson;
use crate::{AgentError, Context, Effects, Example, Facts};
use rookery_domain::Payload;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Starts a flow with the events that you put in over the API (`POST .../agents/{cell}/events`), in the group `on_trigger`. When
/// the agent is checked, by hand ("run now") or on a schedule, it emits the `payload` of its config.
///
/// While the workflow runs, it is called by its name as well (`POST /workflows/NAME`): its first `manual` or `webhook` agent emits what
/// is sent, and the caller may wait for the payload that the cell with the id `result` emits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What a check emits: any JSON, taken as it is.
    #[serde(default = "empty")]
    payload: PlainJson,
}

fn empty() -> PlainJson {
    PlainJson(Value::Object(Map::new()))
}

/// The agent.
pub struct Manual {
    payload: Payload,
}

impl AgentType for Manual {
    const NAME: &'static str = "manual";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Manual";
    const GROUPS: &'static [&'static str] = &["on_trigger"];
    const CHECKS: bool = true;
    const HUGINN: Option<Mapping> = Some(Mapping::of("ManualEventAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let payload = Payload::of(options.payload.0).map_err(|error| format!("{} {}", error.message, error.details));
        Some(Manual { payload: problems.take("payload", payload)? })
    }

    fn facts(&self) -> Facts {
        Facts { takes_calls: true, ..Facts::of::<Self>() }
    }

    async fn check(&self, _cx: &Context<'_>) -> Result<Effects, AgentError> {
        Ok(Effects::emit("on_trigger", self.payload.clone()))
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new("Run now", json!({})).emits("on_trigger", json!({})),
            Example::new("Run now with an order", json!({"payload": {"order": 17}})).emits("on_trigger", json!({"order": 17})),
            Example::new("Every hour", json!({"schedule": "every_1h"})).emits("on_trigger", json!({})),
            Example::new("On weekdays at nine", json!({"schedule": "TZ=Europe/Berlin 0 9 * * 1-5"}))
                .emits("on_trigger", json!({})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::Context;
    use crate::testing::{World, agent, cell, emitted, problem};
    use rookery_domain::DeliveryId;
    use serde_json::json;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_check_emits_the_payload_as_it_is() {
        let config = serde_json::from_str(r#"{"payload": {"n": 1.10, "template": "{{ now }}"}}"#).unwrap();
        let (cell, world) = (cell(), World::default());
        let effects = agent("manual", config).check(&Context::new(&cell, DeliveryId(Uuid::nil()), &world)).await.unwrap();
        assert_eq!(emitted(&effects), [("on_trigger", r#"{"n":1.10,"template":"{{ now }}"}"#)]);
    }

    #[test]
    fn a_payload_must_fit_into_an_event() {
        assert_eq!(problem("manual", json!({"payload": "x".repeat(300_000)})), "config.payload");
        assert_eq!(problem("manual", json!({"paylod": 1})), "config.paylod");
    }
}
