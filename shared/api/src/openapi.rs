//! The OpenAPI 3.1 document, made of the table of routes; and the routes that are about the service itself.

use crate::auth::Access;
use crate::error::Envelope;
use crate::feeds::Feed;
use crate::hooks::AcceptedEvents;
use crate::list::One;
use crate::route::{Route, Shape};
use crate::routes as all_routes;
use axum::http::Method;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use rookery_store::Role;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/health", Access::Public, "Says that the service answers.", health).answers::<Health>(200),
        Route::new(Method::GET, "/openapi.json", Access::Public, "Shows this document.", document).answers::<Value>(200),
    ]
}

/// Whether the service answers.
#[derive(Serialize, JsonSchema)]
struct Health {
    status: HealthStatus,
    /// Always true: whether it answers is what PyFlue's clients look at.
    ok: bool,
    /// `rookery`.
    framework: &'static str,
}

// The local program puts another than `Ok` into a request's extensions.
/// How it stands with a service that answers.
#[derive(Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// All is well.
    Ok,
    /// It serves; whether all that it has stored is whole is still being checked, after a start on one machine.
    Checking,
}

async fn health(health: Option<Extension<HealthStatus>>) -> impl IntoResponse {
    let status = health.map_or(HealthStatus::Ok, |Extension(health)| health);
    Json(Health { status, ok: true, framework: "rookery" })
}

async fn document() -> impl IntoResponse {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi);
    Json(&*DOCUMENT)
}

/// The OpenAPI 3.1 document of the API.
pub fn openapi() -> Value {
    let settings = || SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut inputs = settings().for_deserialize().into_generator();
    let mut outputs = settings().for_serialize().into_generator();
    let error = json!({"description": "An error.", "content": json_of(SchemaGenerator::subschema_for::<Envelope>, &mut outputs)});
    let mut paths = Map::new();
    for route in all_routes() {
        let (path, method) = (route.path.clone(), route.method.as_str().to_ascii_lowercase());
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation(&route, &mut inputs, &mut outputs);
    }
    add_open_addresses(&mut paths, &mut outputs);
    paths.sort_keys();
    let mut schemas = inputs.take_definitions(true);
    schemas.values_mut().for_each(refuse_null);
    schemas.extend(outputs.take_definitions(true));
    schemas.sort_keys();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Rookery",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Agents and workflows. Events enter at triggers, are routed along the links of a workflow, and wake agents.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {"Error": error},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic", "description": "The key is the user name."},
            },
        },
    })
}

/// A field of a body may be left out, but may not be null: see [`crate::body::present`].
pub(crate) fn refuse_null(schema: &mut Value) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for field in properties.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        if field.get("default") == Some(&Value::Null) {
            field.remove("default");
        }
        let is_null = |kind: &Value| *kind == "null" || kind["type"] == "null";
        for choice in ["type", "anyOf"] {
            let Some(Value::Array(kinds)) = field.get_mut(choice) else { continue };
            kinds.retain(|kind| !is_null(kind));
            if let ("type", [only]) = (choice, kinds.as_slice()) {
                field["type"] = only.clone();
            }
        }
    }
}

fn operation(route: &Route, inputs: &mut SchemaGenerator, outputs: &mut SchemaGenerator) -> Value {
    let (tag, name) = names(route.handler_name);
    let mut success = json!({"description": if route.output.is_some() { "Done." } else { "Done; there is nothing to say." }});
    if let Some(shape) = route.output {
        success["content"] = json_of(shape, outputs);
    }
    if route.is_socket() {
        success["description"] = "The socket is open.".into();
    }
    if route.streams {
        success["content"]["text/event-stream"] = json!({"schema": {"type": "string"}});
    }
    let mut operation = json!({
        "operationId": format!("{tag}_{name}{}", if route.is_twin() { "_in" } else { "" }),
        "tags": [tag],
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": {route.status.to_string(): success, "default": {"$ref": "#/components/responses/Error"}},
    });
    if let Some(says) = needs(route.access) {
        operation["description"] = says.into();
        operation["security"] = match route.access {
            Access::Anyone => json!([{}, {"bearer": []}, {"basic": []}]),
            _ => json!([{"bearer": []}, {"basic": []}]),
        };
    }
    if let Some((shape, required)) = route.input {
        operation["requestBody"] = json!({"required": required, "content": json_of(shape, inputs)});
    }
    operation
}

/// The noun and the verb in `rookery_api::projects::create`.
fn names(handler: &str) -> (&str, &str) {
    let mut parts = handler.rsplit("::");
    let name = parts.next().unwrap_or_default();
    (parts.next().unwrap_or_default(), name)
}

fn needs(access: Access) -> Option<&'static str> {
    match access {
        Access::Public => None,
        Access::Anyone => Some("Needs no key for what is open to everybody; a key of the project shows the rest."),
        Access::Root => Some("Needs the root key."),
        Access::Reader | Access::Project(Role::Viewer) => Some("Needs a key with the role viewer, editor or owner."),
        Access::Flue(role) => needs(Access::Project(role)),
        Access::Member => Some("Needs a key of the project, whatever its role."),
        Access::OwnProject(_) => Some("Needs a project's key with the role ingest, editor or owner: the project is the key's."),
        Access::Project(Role::Owner) => Some("Needs a key with the role owner."),
        Access::Project(Role::Editor) => Some("Needs a key with the role editor or owner."),
        Access::Project(Role::Ingest) => Some("Needs a key with the role ingest, editor or owner."),
    }
}

/// What a route takes in its path, query and headers.
pub(crate) fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = in_path.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let in_query = route.query.iter().map(|(name, says)| {
        let schema = match *name {
            "limit" => json!({"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
            // The characters of the table's sort keys in base64: a page begins after a cursor that a list gave, and no other text
            // is a place in a list.
            "cursor" => json!({"type": "string", "pattern": "^[A-Za-z0-9_-]{2,}$", "maxLength": crate::list::CURSOR_CHARS}),
            "from" | "to" | "break_consumers_at" => json!({"type": "string", "format": "date-time"}),
            _ => json!({"type": "string"}),
        };
        json!({"name": name, "in": "query", "description": says, "schema": schema})
    });
    let in_header = route.headers.iter();
    let in_header =
        in_header.map(|(name, says)| json!({"name": name, "in": "header", "description": says, "schema": {"type": "string"}}));
    in_path.chain(in_query).chain(in_header).collect()
}

fn json_of(shape: Shape, generator: &mut SchemaGenerator) -> Value {
    json!({"application/json": {"schema": shape(generator)}})
}

/// Adds hooks and feeds, which are not in the table.
fn add_open_addresses(paths: &mut Map<String, Value>, outputs: &mut SchemaGenerator) {
    let address = |name: &str, summary: &str, status: &str, content: Value| {
        json!({
            "operationId": name,
            "tags": [name.split('_').next()],
            "summary": summary,
            "parameters": [{"name": "token", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {
                status: {"description": "Done.", "content": content},
                "default": {"$ref": "#/components/responses/Error"},
            },
        })
    };
    let accepted = json_of(SchemaGenerator::subschema_for::<One<AcceptedEvents>>, outputs);
    let summary = "Takes a request of any method as an event; the agent's options say which, and what is answered.";
    paths.insert("/hooks/{token}".to_owned(), json!({"post": address("hooks_receive", summary, "202", accepted)}));
    let json = json_of(SchemaGenerator::subschema_for::<Feed>, outputs);
    let feed = |name: &str, summary: &str, content: Value| {
        let mut feed = address(name, summary, "200", content);
        feed["responses"]["304"] = json!({"description": "The version that `If-None-Match` names is still the latest."});
        json!({"get": feed})
    };
    paths.insert("/feeds/{token}.json".to_owned(), feed("feeds_show_json", "Shows what an agent published.", json));
    let rss = json!({"application/rss+xml": {"schema": {"type": "string"}}});
    let summary = "Shows what an agent published, as RSS 2.0.";
    paths.insert("/feeds/{token}.xml".to_owned(), feed("feeds_show_xml", summary, rss));
    let text =
        |place: &str, name: &str| json!({"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}});
    for (path, name, parameters) in [
        ("/api/agentProxy/sendResult", "agent_protocol_collect", vec![text("header", "X-Callback-Token")]),
        (
            "/p/{project}/api/agentProxy/sendResult",
            "agent_protocol_collect_in",
            vec![text("path", "project"), text("header", "X-Callback-Token")],
        ),
    ] {
        let schema = json!({"type": "object", "required": ["requestId", "result"]});
        let post = json!({
            "operationId": name,
            "tags": ["agent_protocol"],
            "summary": "Takes in the result of an external agent. 202 if it came before its acknowledgement.",
            "parameters": parameters,
            "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            "responses": {
                "200": {"description": "Taken, now or before."},
                "202": {"description": "Held until its request is acknowledged."},
                "default": {"$ref": "#/components/responses/Error"},
            },
        });
        paths.insert(path.to_owned(), json!({"post": post}));
    }
}
