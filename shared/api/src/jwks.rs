//! The keys by which other deployments check the proofs of this one.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::route::Route;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, Method, header};
use axum::response::IntoResponse;
use serde_json::Value;

/// Where they are. Source: RFC 8615, and the contract of connections.
pub(crate) const PATH: &str = "/.well-known/jwks.json";
/// The keys change only with the deployment's secrets.
const CACHED: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "public, max-age=300")];

pub(crate) fn routes() -> Vec<Route> {
    let summary = "Shows the keys by which other deployments check the proofs of this one.";
    vec![Route::new(Method::GET, PATH, Access::Public, summary, show).answers::<Value>(200)]
}

async fn show(State(app): State<App>) -> Result<impl IntoResponse> {
    Ok((CACHED, Json(app.engine.jwks().await?)))
}
