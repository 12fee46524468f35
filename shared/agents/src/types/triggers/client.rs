//! `client`: an entry point of the workflow, which others use as a stage of their own workflows.

use crate::agent::{AgentType, Kind, Problems};
use crate::json_schema::Schema;
use crate::meaning::SchemaJson;
use crate::{Example, Facts};
use rookery_domain::{Access, ClientName, Published, is_valid_name, limits};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The longest description, in characters.
const DESCRIPTION_CHARS: usize = 4000;
/// The most projects on a list.
const ALLOWED: usize = 1000;
const MAX_PER_MINUTE: u32 = 100_000;
/// The most tasks of a connection in a day.
const MAX_PER_DAY: u32 = 100_000_000;

/// Publishes an entry point of this workflow: other projects, here and on other deployments, use it as a stage of their workflows, by
/// cells of type `agent`. It is published when the workflow is started, and it is then in the catalogue, a tool for MCP clients and an
/// agent for A2A clients.
///
/// Emits each task that comes in, in the group `on_task`: the payload of the task, with one more field `connection_token`, which says
/// over which connection the task came. A cell of type `reply` answers: as often as it likes, or not at all. The type of the task is a
/// group of the event, too, so that links may choose by it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What people call the entry point. Without it, the cell's name.
    #[serde(default)]
    title: String,
    /// What it does and when to use it, for people and for models.
    #[serde(default)]
    description: String,
    /// The JSON Schema (2020-12) of the payloads of tasks: an object. Tasks that do not fit are refused before anything runs.
    input_schema: Option<SchemaJson>,
    /// The JSON Schema (2020-12) of the payloads of replies. Replies that do not fit are not sent.
    output_schema: Option<SchemaJson>,
    /// Who may use it: `open`, everybody; `approval`, whoever you accept, connection by connection; `allow_list`, the projects in `allow`.
    /// The project's own workflows always may.
    #[serde(default)]
    access: Access,
    /// With `allow_list`: the ids of the projects; for a project of another deployment, `ID@https://its.address`.
    #[serde(default)]
    allow: Vec<String>,
    /// How many tasks each connection may bring in a minute; more are told to come later. 1 to 100,000.
    #[serde(default = "default_rate")]
    #[schemars(range(min = 1, max = 100_000))]
    tasks_per_minute: u32,
    /// How many tasks each connection may bring in a day (UTC), beside that: 1 to 100,000,000. Without it, as many as the minutes allow.
    #[schemars(range(min = 1, max = 100_000_000))]
    tasks_per_day: Option<u32>,
}

fn default_rate() -> u32 {
    limits::TASKS_PER_MINUTE
}

/// The agent.
pub struct Client {
    published: Published,
}

impl AgentType for Client {
    const NAME: &'static str = "client";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Entry point";
    const GROUPS: &'static [&'static str] = &["on_task"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if !options.title.is_empty() && !is_valid_name(&options.title) {
            problems.add("title", "Give 1 to 200 characters.");
        }
        if options.description.chars().count() > DESCRIPTION_CHARS {
            problems.add("description", format!("Give at most {DESCRIPTION_CHARS} characters."));
        }
        let mut schema = |field: &str, schema: &Option<SchemaJson>| {
            if let Some(schema) = schema {
                problems.take(field, Schema::parse(schema));
            }
        };
        schema("input_schema", &options.input_schema);
        schema("output_schema", &options.output_schema);
        let mut allow = Vec::new();
        for (index, text) in options.allow.iter().enumerate() {
            let name = text.parse::<ClientName>().map_err(|error| format!("{} {}", error.message, error.details));
            allow.extend(problems.take(&format!("allow[{index}]"), name));
        }
        if options.allow.len() > ALLOWED {
            problems.add("allow", format!("Give at most {ALLOWED} projects."));
        }
        if !options.allow.is_empty() && options.access != Access::AllowList {
            problems.add("allow", "A list has no effect unless `access` is `allow_list`.");
        }
        if !(1..=MAX_PER_MINUTE).contains(&options.tasks_per_minute) {
            problems.add("tasks_per_minute", format!("Give 1 to {MAX_PER_MINUTE}."));
        }
        if options.tasks_per_day.is_some_and(|most| !(1..=MAX_PER_DAY).contains(&most)) {
            problems.add("tasks_per_day", format!("Give 1 to {MAX_PER_DAY}, or leave it out."));
        }
        let Options { title, description, input_schema, output_schema, access, tasks_per_minute, tasks_per_day, .. } = options;
        problems.errors.is_empty().then_some(Client {
            published: Published {
                title,
                description,
                input_schema: input_schema.map(|schema| schema.0),
                output_schema: output_schema.map(|schema| schema.0),
                access,
                allow,
                tasks_per_minute,
                tasks_per_day,
            },
        })
    }

    fn facts(&self) -> Facts {
        Facts { published: Some(self.published.clone()), has_task_types: true, ..Facts::of::<Self>() }
    }

    fn examples() -> Vec<Example> {
        let seconds =
            json!({"type": "object", "properties": {"seconds": {"type": "number", "minimum": 0}}, "required": ["seconds"]});
        vec![
            Example::new(
                "A delay that every project may use",
                json!({
                    "title": "Delay", "description": "Sends the task back after so many seconds.", "input_schema": seconds,
                    "access": "open"
                }),
            ),
            Example::new(
                "For two projects, one of them on another deployment",
                json!({
                    "title": "Invoices", "access": "allow_list",
                    "allow": ["0123456789ab", "7d1c2b9e@https://flows.example.com"]
                }),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::problem;
    use serde_json::json;

    #[test]
    fn what_is_wrong_with_the_options_is_named() {
        for (config, field) in [
            (json!({"title": "\u{7}"}), "config.title"),
            (json!({"description": "x".repeat(4001)}), "config.description"),
            (json!({"input_schema": {"type": "objekt"}}), "config.input_schema"),
            (json!({"output_schema": 7}), "config.output_schema"),
            (json!({"access": "all"}), "config.access"),
            (json!({"access": "allow_list", "allow": ["p", "q@elsewhere"]}), "config.allow[1]"),
            (json!({"allow": ["p"]}), "config.allow"),
            (json!({"tasks_per_minute": 0}), "config.tasks_per_minute"),
            (json!({"tasks_per_day": 0}), "config.tasks_per_day"),
        ] {
            assert_eq!(problem("client", config.clone()), field, "{config}");
        }
    }
}
