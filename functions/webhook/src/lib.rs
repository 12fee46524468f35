//! The `webhook` function's handler, behind the HTTP API: the hooks of agents, and the results of external agents. The work is
//! done by `rookery-api`.

use axum::Router;
use rookery_engine::Engine;
use std::sync::Arc;

/// The service that answers.
pub fn service(engine: Arc<Engine>, config: rookery_api::Config) -> Router {
    rookery_api::hooks_router(engine, config)
}
