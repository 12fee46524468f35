//! The HTTP API: routes, keys and roles, bodies, lists, the error envelope, and the OpenAPI document of all this.
//!
//! The engine does the work of a route. Here, a request becomes arguments for the engine, and the engine's result becomes an
//! answer. One table of routes (`routes`) registers, guards and documents them all.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod activity;
mod agent_protocol;
mod agent_types;
mod agents;
mod api_keys;
mod auth;
mod body;
mod credentials;
mod environment;
mod error;
mod events;
mod external;
mod failures;
mod feeds;
mod hooks;
mod host;
mod ids;
mod list;
mod metrics;
mod observe;
mod openapi;
mod projects;
mod requests;
mod route;
mod run_tree;
mod runs;
mod versions;
mod workflows;

pub use environment::{NoRootKey, RootKey};
pub use host::is_local;
pub use openapi::{HealthStatus, openapi};

use axum::Router;
use rookery_engine::Engine;
use route::Route;
use std::sync::Arc;

/// How the API is served.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who may call.
    pub auth: Auth,
    /// Hosts that requests may name with [`Auth::Open`], besides those of loopback: like `rookery.local`, without a port.
    pub hosts: Vec<String>,
}

/// Who may call.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Everybody who reaches the API by a host name that a web page elsewhere cannot have (DNS rebinding). Only for loopback.
    Open,
    /// Callers with a key.
    Required {
        /// The root key; without one, nobody can create projects.
        root_key: Option<RootKey>,
    },
}

/// The state that every handler has.
#[derive(Clone)]
struct App {
    engine: Arc<Engine>,
    config: Arc<Config>,
}

impl App {
    fn new(engine: Arc<Engine>, config: Config) -> Self {
        App { engine, config: Arc::new(config) }
    }
}

/// Whether a path belongs to [`hooks_router`].
pub fn is_hook(path: &str) -> bool {
    path.starts_with("/hooks/") || path.ends_with("/api/agentProxy/sendResult")
}

/// The whole API, with hooks and feeds.
pub fn router(engine: Arc<Engine>, config: Config) -> Router {
    let app = App::new(engine, config);
    route::serve(routes(), hooks::routes().merge(agent_protocol::results()).merge(feeds::routes()), app)
}

/// The routes that need no key: the hooks of agents (`/hooks/{token}`), and the results of external agents.
pub fn hooks_router(engine: Arc<Engine>, config: Config) -> Router {
    let app = App::new(engine, config);
    route::serve(Vec::new(), hooks::routes().merge(agent_protocol::results()), app)
}

/// All routes of the table: all but hooks, feeds and results.
fn routes() -> Vec<Route> {
    let nouns = [
        projects::routes(),
        api_keys::routes(),
        credentials::routes(),
        agent_types::routes(),
        workflows::routes(),
        versions::routes(),
        agents::routes(),
        events::routes(),
        runs::routes(),
        metrics::routes(),
        failures::routes(),
        requests::routes(),
        agent_protocol::routes(),
        openapi::routes(),
    ];
    nouns.into_iter().flatten().collect()
}
