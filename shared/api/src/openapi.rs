//! The routes that are about the service itself, and what the documents say of a route's parameters.

use crate::auth::Access;
use crate::documents;
use crate::route::Route;
use axum::http::Method;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
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
    static DOCUMENT: LazyLock<Value> = LazyLock::new(documents::openapi);
    Json(&*DOCUMENT)
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
