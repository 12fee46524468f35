//! The `webhook` function's handler, behind the HTTP API: the hooks of agents. What it does is the API's.

use axum::Router;
use rookery_engine::Engine;
use std::sync::Arc;

/// The service that answers.
pub fn service(engine: Arc<Engine>, config: rookery_api::Config) -> Router {
    rookery_api::hooks_router(engine, config)
}
