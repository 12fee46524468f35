//! The documents as the program makes them of the table of routes and of the types: the OpenAPI 3.1 document, the catalogue of agent types, and what
//! tools take.

use crate::agent_types::{AgentTypeView, show};
use crate::auth::Access;
use crate::error::Envelope;
use crate::feeds::Feed;
use crate::hooks::AcceptedEvents;
use crate::list::One;
use crate::mcp::arguments;
use crate::openapi::parameters;
use crate::route::Route;
use crate::routes as all_routes;
use crate::shape::Shape;
use rmcp::model::JsonObject;
use rookery_store::Role;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// The agent types, triggers first.
pub(crate) fn agent_types() -> Vec<AgentTypeView> {
    rookery_agents::all().iter().map(show).collect()
}

/// The agent type of this name.
pub(crate) fn agent_type(name: &str) -> Option<AgentTypeView> {
    rookery_agents::find(name).map(show)
}

/// The JSON Schema of the arguments of the tool that a route is.
pub(crate) fn arguments(route: &Route) -> JsonObject {
    let (mut properties, mut needed) = (Map::new(), Vec::new());
    for parameter in arguments::of(route) {
        if parameter.is_needed {
            needed.push(Value::String(parameter.argument.clone()));
        }
        properties.insert(parameter.argument, parameter.schema);
    }
    let mut body = body(route);
    needed.extend(body["required"].as_array().cloned().unwrap_or_default());
    if let Some(Value::Object(fields)) = body.get_mut("properties").map(Value::take) {
        properties.extend(fields);
    }
    let schema = json!({"type": "object", "properties": properties, "required": needed, "additionalProperties": false});
    let Value::Object(schema) = schema else { return JsonObject::new() };
    schema
}

/// What a route takes in its body, without references to other schemas; null where it takes none.
pub(crate) fn body(route: &Route) -> Value {
    let Some((shape, _)) = route.input else { return Value::Null };
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut body = Value::from(shape.make(&mut settings.for_deserialize().into_generator()));
    refuse_null(&mut body);
    body
}

/// The OpenAPI 3.1 document of the API.
pub fn openapi() -> Value {
    let settings = || SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut inputs = settings().for_deserialize().into_generator();
    let mut outputs = settings().for_serialize().into_generator();
    let error = json!({"description": "An error.", "content": json_of(Shape::of::<Envelope>(), &mut outputs)});
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
fn refuse_null(schema: &mut Value) {
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

fn json_of(shape: Shape, generator: &mut SchemaGenerator) -> Value {
    json!({"application/json": {"schema": shape.make(generator)}})
}

/// Adds hooks, feeds, pages and questions to persons, which are not in the table.
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
    let accepted = json_of(Shape::of::<One<AcceptedEvents>>(), outputs);
    let summary = "Takes a request of any method as an event; the agent's options say which, and what is answered.";
    paths.insert("/hooks/{token}".to_owned(), json!({"post": address("hooks_receive", summary, "202", accepted)}));
    let json = json_of(Shape::of::<Feed>(), outputs);
    let feed = |name: &str, summary: &str, content: Value| {
        let mut feed = address(name, summary, "200", content);
        feed["responses"]["304"] = json!({"description": "The version that `If-None-Match` names is still the latest."});
        json!({"get": feed})
    };
    paths.insert("/feeds/{token}.json".to_owned(), feed("feeds_show_json", "Shows what an agent published.", json));
    let rss = json!({"application/rss+xml": {"schema": {"type": "string"}}});
    let summary = "Shows what an agent published, as RSS 2.0.";
    paths.insert("/feeds/{token}.xml".to_owned(), feed("feeds_show_xml", summary, rss));
    let page = json!({"text/html": {"schema": {"type": "string"}}});
    let summary = "Shows the page of an agent, with the media type that its options say.";
    paths.insert("/pages/{token}".to_owned(), feed("pages_show", summary, page.clone()));
    let form = json!({
        "type": "object", "required": ["decision"],
        "properties": {"decision": {"enum": ["approve", "reject"]}, "comment": {"type": "string"}},
    });
    let form = json!({"required": true, "content": {"application/x-www-form-urlencoded": {"schema": form}}});
    let mut question = json!({
        "get": address("approvals_show", "Shows a question to a person, as a page. Decides nothing.", "200", page.clone()),
        "post": address("approvals_answer", "Answers a question to a person, by the page's form.", "200", page.clone()),
    });
    question["post"]["requestBody"] = form;
    for method in ["get", "post"] {
        question[method]["responses"]["default"] = json!({"description": "404 if there is no such question, 409 if it is answered, 410 if it is over.", "content": page});
    }
    paths.insert("/approvals/{token}".to_owned(), question);
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
