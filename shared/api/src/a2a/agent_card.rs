//! Cards: what an entry point, or a project with all that it publishes, says of itself as an agent. A card shows what its reader may use:
//! everybody sees entry points whose access is open, and a key sees all of its project.

use crate::auth::{Visitor, no_key};
use crate::error::{ApiError, Result};
use crate::feeds;
use crate::host::{self, Base};
use crate::ids::Ids;
use crate::{App, Auth};
use a2a::{
    AgentCapabilities, AgentCard, AgentExtension, AgentInterface, AgentSkill, HttpAuthSecurityScheme, SecurityScheme,
    TRANSPORT_PROTOCOL_JSONRPC,
};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rookery_domain::{Access, EntryPointId, Error, ProjectId};
use rookery_store::{EntryPoint, Project};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// What is read and written, best first.
const MODES: [&str; 2] = ["application/json", "text/plain"];
/// The name of the scheme by which keys are shown.
const SCHEME: &str = "key";
/// The extension that has the JSON Schemas of a skill, for which A2A has no place.
const SCHEMAS: &str = "urn:rookery:a2a:schemas:1";

/// `GET /p/{project}/a2a/{entry_point}/.well-known/agent-card.json`
pub(super) async fn entry_point(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    ids: Ids,
    base: Base,
    headers: HeaderMap,
) -> Result<Response> {
    let (Ok(project), Ok(id)) = (ids.get::<ProjectId>("project"), ids.get::<EntryPointId>("entry_point")) else {
        return Err(missing(&visitor));
    };
    let found = app.engine.entry_point(project.as_str(), &id.to_string()).await?;
    let entry = found.filter(|entry| may_use(&visitor, entry)).ok_or_else(|| missing(&visitor))?;
    shown(&of_entry_point(&app, &base, &entry), &headers)
}

/// `GET /p/{project}/a2a/.well-known/agent-card.json`
pub(super) async fn project(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    ids: Ids,
    base: Base,
    headers: HeaderMap,
) -> Result<Response> {
    let Ok(id) = ids.get::<ProjectId>("project") else { return Err(missing(&visitor)) };
    let project = visited(&app, &id, &visitor).await?;
    of_visited(&app, &base, &project, &visitor, &headers).await
}

/// A project, of which a visitor may not be told whether there is such a one.
async fn visited(app: &App, id: &ProjectId, visitor: &Visitor) -> Result<Project> {
    let found = app.engine.store.known_project(id).await;
    found.map_err(|error| if error.code == "not_found" { missing(visitor) } else { error.into() })
}

/// `GET /.well-known/agent-card.json`: the card of the project whose host the request names; on other hosts, of the key's project, or
/// without a key, where none is needed, of the default one.
pub(super) async fn own(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    base: Base,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response> {
    let project = match host::own_project(&app.config, &uri, &headers) {
        Some(id) => visited(&app, id, &visitor).await?,
        None => visitor.own_project(&app).await?,
    };
    of_visited(&app, &base, &project, &visitor, &headers).await
}

async fn of_visited(app: &App, base: &Base, project: &Project, visitor: &Visitor, headers: &HeaderMap) -> Result<Response> {
    let mut entries = app.engine.offered(&project.id).await?;
    entries.retain(|entry| may_use(visitor, entry));
    let mut card = of_project(app, base, project, &entries);
    if !visitor.is_of(&project.id) {
        if entries.is_empty() {
            return Err(missing(visitor));
        }
        // Others are told ids.
        card.name = project.id.to_string();
        card.description.clear();
    }
    shown(&card, headers)
}

fn may_use(visitor: &Visitor, entry: &EntryPoint) -> bool {
    entry.published.access == Access::Open || visitor.is_of(&entry.agent.workflow.project)
}

/// The same for a card that is not there, and for one that this visitor may not see.
fn missing(visitor: &Visitor) -> ApiError {
    match visitor.0 {
        None => no_key(),
        Some(_) => Error::not_found("agent").into(),
    }
}

fn shown(card: &AgentCard, headers: &HeaderMap) -> Result<Response> {
    let text = serde_json::to_string(card).map_err(Error::internal)?;
    let tag = feeds::tag(text.as_bytes());
    let is_known = feeds::has(headers, &tag);
    // What a card shows depends on the key.
    let about = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "private, max-age=60"), (header::VARY, "authorization")];
    Ok(match is_known {
        true => (StatusCode::NOT_MODIFIED, about).into_response(),
        false => (about, [(header::CONTENT_TYPE, "application/json")], text).into_response(),
    })
}

/// The card of one entry point.
pub(super) fn of_entry_point(app: &App, base: &Base, entry: &EntryPoint) -> AgentCard {
    let said = Said {
        name: entry.published.title.clone(),
        description: entry.published.description.clone(),
        version: entry.version.to_string(),
    };
    card(app, base, &path_of(&entry.agent.workflow.project, Some(entry)), said, std::slice::from_ref(entry))
}

/// The card of a project: each entry point is a skill.
pub(super) fn of_project(app: &App, base: &Base, project: &Project, entries: &[EntryPoint]) -> AgentCard {
    let last = entries.iter().map(|entry| entry.published_at).max();
    let said = Said {
        name: project.name.clone(),
        description: format!("What the project {} publishes.", project.name),
        version: last.map_or_else(|| "0".to_owned(), |at| at.to_string()),
    };
    card(app, base, &path_of(&project.id, None), said, entries)
}

/// The path of an agent.
fn path_of(project: &ProjectId, entry: Option<&EntryPoint>) -> String {
    match entry {
        Some(entry) => format!("/p/{project}/a2a/{}", entry.id),
        None => format!("/p/{project}/a2a"),
    }
}

struct Said {
    name: String,
    description: String,
    version: String,
}

fn card(app: &App, base: &Base, path: &str, said: Said, entries: &[EntryPoint]) -> AgentCard {
    let needs_key = matches!(app.config.auth, Auth::Required { .. });
    AgentCard {
        name: said.name,
        description: said.description,
        version: said.version,
        supported_interfaces: vec![AgentInterface::new(format!("{}{path}", base.0), TRANSPORT_PROTOCOL_JSONRPC)],
        capabilities: AgentCapabilities {
            streaming: Some(app.streams()),
            push_notifications: Some(false),
            extensions: schemas(entries).map(|extension| vec![extension]),
            extended_agent_card: Some(needs_key),
        },
        default_input_modes: MODES.map(str::to_owned).into(),
        default_output_modes: MODES.map(str::to_owned).into(),
        skills: entries.iter().map(skill).collect(),
        provider: None,
        documentation_url: None,
        icon_url: None,
        security_schemes: needs_key.then(|| HashMap::from([(SCHEME.to_owned(), SecurityScheme::HttpAuth(bearer()))])),
        security_requirements: needs_key.then(|| vec![HashMap::from([(SCHEME.to_owned(), Vec::new())])]),
        signatures: None,
    }
}

fn bearer() -> HttpAuthSecurityScheme {
    HttpAuthSecurityScheme {
        scheme: "Bearer".to_owned(),
        description: Some("A key of the project, with the role ingest, editor or owner.".to_owned()),
        bearer_format: None,
    }
}

fn skill(entry: &EntryPoint) -> AgentSkill {
    AgentSkill {
        id: entry.id.to_string(),
        name: entry.published.title.clone(),
        description: entry.published.description.clone(),
        tags: vec!["workflow".to_owned()],
        examples: None,
        input_modes: None,
        output_modes: None,
        security_requirements: None,
    }
}

/// The schemas of the skills that have some.
fn schemas(entries: &[EntryPoint]) -> Option<AgentExtension> {
    let of = |EntryPoint { id, published, .. }: &EntryPoint| {
        let schemas = [("input_schema", &published.input_schema), ("output_schema", &published.output_schema)];
        let known: Map<String, Value> =
            schemas.into_iter().filter_map(|(name, schema)| Some((name.to_owned(), schema.clone()?))).collect();
        (!known.is_empty()).then(|| (id.to_string(), Value::from(known)))
    };
    let skills: Map<String, Value> = entries.iter().filter_map(of).collect();
    (!skills.is_empty()).then(|| AgentExtension {
        uri: SCHEMAS.to_owned(),
        description: Some("The JSON Schemas of what each skill takes and gives, in data parts.".to_owned()),
        required: Some(false),
        params: Some(HashMap::from([("skills".to_owned(), json!(skills))])),
    })
}
