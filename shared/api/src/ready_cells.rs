//! Ready cells, the project's own part of the stencil: each is made of something that the project may use, and can be put on a canvas as it
//! is. The types that all projects have are in `agent_types`.

use crate::App;
use crate::auth::Access;
use crate::catalogue::usable;
use crate::error::Result;
use crate::list::{Listed, Query, bad_cursor, cursor_at, listed, place_of};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{Access as May, AgentName, ClientName, EntryPointId, ProjectId, Words};
use rookery_store::{Cursor, DefinitionHead, EntryPoint, Page, Project, Role};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

pub(crate) fn routes() -> Vec<Route> {
    let (viewer, path) = (Access::Project(Role::Viewer), format!("{PROJECT}/workflows/ready_cells"));
    vec![
        Route::new(Method::GET, path, viewer, "Lists cells that are ready to use: persistent agents of the project, then entry points.", list)
            .tool("list_ready_cells", "Lists cells that are ready for a canvas of this project: one for each of its persistent agents, and one for each entry point of a workflow, of this project or of another, that it may use as a stage. Put `cell` into `options.cells` as it is, with an `id` of your own if you like, and link it.")
            .paged()
            .query("q", "Only those that have all of these words in their title, description or ids.")
            .answers::<Listed<ReadyCell>>(200),
    ]
}

/// A cell that is ready to be put on a canvas.
#[derive(Serialize, JsonSchema)]
struct ReadyCell {
    /// What people call it.
    title: String,
    /// What it does.
    description: String,
    /// What it is made of.
    from: From,
    /// The cell.
    cell: Cell,
}

/// What a ready cell is made of.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadyCellFrom")]
#[serde(tag = "type", rename_all = "snake_case")]
enum From {
    /// A persistent agent of the project.
    PersistentAgent {
        /// Its name.
        name: AgentName,
    },
    /// An entry point that a workflow publishes.
    EntryPoint {
        /// The project that provides it.
        project_id: ProjectId,
        /// Its id.
        client_stage_id: EntryPointId,
        /// Who may use it: with `approval`, its provider accepts the connection before tasks come in.
        access: May,
        /// The JSON Schema of what the cell sends; null if anything is taken.
        input_schema: Option<Value>,
        /// The JSON Schema of what the cell emits in `on_reply`; null if nothing is promised.
        output_schema: Option<Value>,
    },
}

/// An agent's cell, as a canvas has it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AgentCell")]
struct Cell {
    /// The cell's id. Give it another one if the canvas has it already.
    id: String,
    /// What kind of cell it is: `agent`.
    r#type: &'static str,
    /// The agent's type.
    agent_type: &'static str,
    /// What people call the agent.
    name: String,
    /// The options of its type.
    config: Map<String, Value>,
}

/// The two lists that are one here, as they begin the place of a cursor.
const AGENTS: char = 'a';
const ENTRY_POINTS: char = 'e';

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let (limit, words) = (query.limit()?, query.words());
    let (which, after) = read_place(query.cursor()?.as_ref())?;
    if which == AGENTS {
        let page = agents(&app, &project.id, &words, limit, after.as_ref()).await?;
        if !page.items.is_empty() || page.next.is_some() {
            // Behind the last agent, the entry points begin.
            let next = Some(place(if page.next.is_some() { AGENTS } else { ENTRY_POINTS }, page.next.as_ref())?);
            return Ok(listed(Page { items: page.items.into_iter().map(of_agent).collect(), next }, |cell| cell));
        }
    }
    let client = ClientName::here(&project.id);
    let after = after.filter(|_| which == ENTRY_POINTS);
    let page = usable(&app, Some(&client), &words, limit, after).await?;
    let next = page.next.map(|next| place(ENTRY_POINTS, Some(&next))).transpose()?;
    Ok(listed(Page { items: page.items.into_iter().map(of_entry_point).collect(), next }, |cell| cell))
}

/// A page of the persistent agents that run and have all of these words.
async fn agents(
    app: &App,
    project: &ProjectId,
    words: &Words,
    limit: usize,
    after: Option<&Cursor>,
) -> Result<Page<DefinitionHead>> {
    let mut page = app.agents.definitions.list(project, limit, after).await?;
    let text = |head: &DefinitionHead| format!("{} {}", head.name, head.description.as_deref().unwrap_or_default());
    page.items.retain(|head| head.is_running() && words.are_in(&text(head)));
    Ok(page)
}

/// A place in one of the two lists; none for its beginning.
fn place(which: char, at: Option<&Cursor>) -> Result<Cursor> {
    cursor_at(&format!("{which}{}", at.and_then(place_of).unwrap_or_default()))
}

/// Which of the two lists a page is of, and where it begins there.
fn read_place(cursor: Option<&Cursor>) -> Result<(char, Option<Cursor>)> {
    let Some(cursor) = cursor else { return Ok((AGENTS, None)) };
    let place = place_of(cursor).ok_or_else(bad_cursor)?;
    let which = place.chars().next().filter(|which| [AGENTS, ENTRY_POINTS].contains(which)).ok_or_else(bad_cursor)?;
    let at = &place[which.len_utf8()..];
    Ok((which, (!at.is_empty()).then(|| cursor_at(at)).transpose()?))
}

fn of_agent(head: DefinitionHead) -> ReadyCell {
    let name = head.name.to_string();
    let config = Map::from_iter([("agent".to_owned(), json!(name)), ("instance".to_owned(), json!("default"))]);
    ReadyCell {
        title: name.clone(),
        description: head.description.unwrap_or_default(),
        from: From::PersistentAgent { name: head.name },
        cell: Cell { id: name.clone(), r#type: "agent", agent_type: "persistent_agent", name, config },
    }
}

fn of_entry_point(entry: EntryPoint) -> ReadyCell {
    let (project_id, published) = (entry.agent.workflow.project, entry.published);
    let mut config =
        Map::from_iter([("project_id".to_owned(), json!(project_id)), ("client_stage_id".to_owned(), json!(entry.id))]);
    if let Some(payload) = published.input_schema.as_ref().and_then(payload_for) {
        config.insert("payload".to_owned(), payload);
    }
    ReadyCell {
        title: published.title.clone(),
        description: published.description,
        from: From::EntryPoint {
            project_id,
            client_stage_id: entry.id,
            access: published.access,
            input_schema: published.input_schema,
            output_schema: published.output_schema,
        },
        cell: Cell { id: entry.id.to_string(), r#type: "agent", agent_type: "agent", name: published.title, config },
    }
}

/// A payload with all that a schema requires, each from the event's field of that name. None if it requires nothing, or something that has no
/// plain name: then the event's payload is sent as it is.
fn payload_for(schema: &Value) -> Option<Value> {
    let required: Vec<&str> = schema["required"].as_array()?.iter().filter_map(Value::as_str).collect();
    let field = |name: &str| {
        let variable = variable(name)?;
        let filter = if schema["properties"][name]["type"] == "string" { "" } else { " | as_object" };
        Some((name.to_owned(), json!(format!("{{{{ {variable}{filter} }}}}"))))
    };
    let fields: Map<String, Value> = required.into_iter().map(field).collect::<Option<_>>()?;
    (!fields.is_empty()).then_some(Value::Object(fields))
}

/// How a template names a field of the payload.
fn variable(name: &str) -> Option<String> {
    /// What these names mean in a template is something else.
    const TAKEN: [&str; 11] = ["payload", "event", "agent", "now", "due", "true", "false", "nil", "null", "empty", "blank"];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match name.chars().next()? {
        first if !first.is_ascii_digit() && name.chars().all(is_plain) && !TAKEN.contains(&name) => Some(name.to_owned()),
        _ if name.chars().all(|c| is_plain(c) || " -.:/@$".contains(c)) => Some(format!("payload[\"{name}\"]")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::payload_for;
    use rookery_agents::build;
    use serde_json::{Map, json};

    #[test]
    fn what_a_schema_requires_is_taken_from_the_event_by_templates_that_are_understood() {
        for (required, payload) in [
            (json!(["n", "text"]), json!({"n": "{{ n | as_object }}", "text": "{{ text }}"})),
            (
                json!(["a-b c", "now"]),
                json!({"a-b c": "{{ payload[\"a-b c\"] | as_object }}", "now": "{{ payload[\"now\"] | as_object }}"}),
            ),
            (json!(["n", "}} {{ payload | json"]), json!(null)),
            (json!(["a\"b"]), json!(null)),
            (json!([""]), json!(null)),
            (json!([]), json!(null)),
            (json!(7), json!(null)),
        ] {
            let schema = json!({"required": required, "properties": {"text": {"type": "string"}, "n": {"type": "number"}}});
            let found = payload_for(&schema).unwrap_or_default();
            assert_eq!(found, payload, "{required}");
            let config = json!({"project_id": "p", "client_stage_id": "s", "payload": found});
            assert!(build("agent", &Map::from_iter(config.as_object().unwrap().clone())).is_ok(), "{required}");
        }
        assert_eq!(payload_for(&json!(true)), None);
    }
}
