//! The HTTP API: routes, keys and roles, bodies, lists, the error envelope, and the OpenAPI document of all this.
//!
//! The engine does the work of a route. Here, a request becomes arguments for the engine, and the engine's result becomes an
//! answer. One table of routes (`routes`) registers, guards and documents them all.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod a2a;
mod about;
mod across;
mod agent_protocol;
mod agent_switch;
mod agent_types;
mod agent_view;
mod agents;
mod api_keys;
mod approvals;
mod auth;
mod body;
mod bulk;
mod catalogue;
mod changes;
mod connections;
mod console;
mod credentials;
mod definitions;
mod emit;
mod environment;
mod error;
mod event_view;
mod events;
mod external;
mod failures;
mod feeds;
mod flue;
mod guard;
mod hooks;
mod host;
mod ids;
mod instances;
mod jwks;
#[cfg(any(test, not(feature = "schemas")))]
mod kept;
mod list;
#[cfg(feature = "schemas")]
mod made;
mod mcp;
mod metrics;
mod observe;
mod openapi;
mod overview;
mod previews;
mod projects;
mod ready_cells;
mod record_lists;
mod records;
mod requests;
mod route;
mod run_list;
mod run_tree;
mod runs;
mod scenario;
mod segments;
mod session_files;
mod session_fork;
mod session_log;
mod sessions;
mod shape;
mod sign_in;
mod tasks;
mod transfer;
mod try_cell;
mod versions;
mod wire_tasks;
mod workflow_view;
mod workflows;

pub use auth::KnownCaller;
pub use console::Asset;
pub use environment::{NoRootKey, RootKey};
pub use flue::Socket;
pub use host::{NoProjectHost, ProjectHost, is_local};
#[cfg(feature = "schemas")]
pub use made::openapi;
pub use openapi::HealthStatus;
pub use sessions::Follows;

use auth::Access;
use axum::Router;
#[cfg(not(feature = "schemas"))]
use kept as documents;
#[cfg(feature = "schemas")]
use made as documents;
use rookery_engine::Engine;
use rookery_sessions::Sessions;
use rookery_sessions::definition::{Definitions, Environment};
use rookery_sessions::ports::Prompts;
use route::Route;
use std::sync::Arc;
use std::time::Duration;

/// How the API is served.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who may call.
    pub auth: Auth,
    /// The hosts that are a project's own. Requests may name them with [`Auth::Open`] too, besides those of loopback.
    pub hosts: Vec<ProjectHost>,
}

/// How long a caller waits where agents cannot be asked: API Gateway ends an answer after 30 seconds.
const WAIT: Duration = Duration::from_secs(25);
/// How long a caller waits where agents are asked, and answers take as long as they do: a function ends after 15 minutes.
const LONG_WAIT: Duration = Duration::from_secs(14 * 60);

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

/// The persistent agents that the API is about. Cheap to clone.
#[derive(Clone)]
pub struct Agents {
    definitions: Definitions,
    sessions: Sessions,
    /// Who asks them; none in a process without models.
    prompts: Option<Arc<dyn Prompts>>,
}

impl Agents {
    /// Agents that are asked by this process.
    pub fn asked(prompts: Arc<dyn Prompts>) -> Self {
        Agents { definitions: prompts.definitions().clone(), sessions: prompts.sessions().clone(), prompts: Some(prompts) }
    }

    /// Agents that are only read and written here: they are asked at another address. Their instructions may use `environment`.
    pub fn kept(engine: &Engine, environment: Environment) -> Self {
        let definitions = Definitions::new(engine.store.clone(), environment);
        Agents { definitions, sessions: engine.sessions.clone(), prompts: None }
    }
}

/// The state that every handler has.
#[derive(Clone)]
struct App {
    engine: Arc<Engine>,
    config: Arc<Config>,
    agents: Agents,
}

impl App {
    fn new(engine: Arc<Engine>, config: Config, agents: Agents) -> Self {
        App { engine, config: Arc::new(config), agents }
    }

    /// Whether answers may take as long as they do, and come while they are made: where agents are asked.
    fn streams(&self) -> bool {
        self.agents.prompts.is_some()
    }

    /// How long a caller may wait for what a workflow gives.
    fn longest_wait(&self) -> Duration {
        if self.streams() { LONG_WAIT } else { WAIT }
    }
}

/// Whether a path belongs to [`hooks_router`].
pub fn is_hook(path: &str) -> bool {
    path.starts_with("/hooks/") || path.ends_with("/api/agentProxy/sendResult")
}

/// The whole API, with hooks and feeds.
pub fn router(engine: Arc<Engine>, config: Config, agents: Agents) -> Router {
    router_with_console(engine, config, agents, &[])
}

/// The same, with the console that was built into these files.
pub fn router_with_console(engine: Arc<Engine>, config: Config, agents: Agents, assets: &'static [Asset]) -> Router {
    let open = hooks::routes()
        .merge(agent_protocol::results())
        .merge(feeds::routes())
        .merge(approvals::routes())
        .merge(wire_tasks::routes());
    route::serve(routes(), open.merge(console::routes(assets)), App::new(engine, config, agents))
}

/// The routes on which agents are asked, which may take long, and those that stream; and those that are about the service itself.
pub fn prompts_router(engine: Arc<Engine>, config: Config, agents: Agents) -> Router {
    let is_wanted = |route: &Route| route.is_for_prompts() || route.access == Access::Public;
    let routes = routes().into_iter().filter(is_wanted).collect();
    route::serve(routes, Router::new(), App::new(engine, config, agents))
}

/// The routes that need no key: the hooks of agents (`/hooks/{token}`), and the results of external agents.
pub fn hooks_router(engine: Arc<Engine>, config: Config) -> Router {
    let agents = Agents::kept(&engine, Environment::default());
    let app = App::new(engine, config, agents);
    route::serve(Vec::new(), hooks::routes().merge(agent_protocol::results()), app)
}

/// All routes of the table: all but hooks, feeds, results and questions to persons.
fn routes() -> Vec<Route> {
    let nouns = [
        projects::routes(),
        api_keys::routes(),
        sign_in::routes(),
        credentials::routes(),
        agent_types::routes(),
        ready_cells::routes(),
        workflows::routes(),
        about::routes(),
        bulk::routes(),
        versions::routes(),
        transfer::routes(),
        agents::routes(),
        agent_switch::routes(),
        try_cell::routes(),
        previews::routes(),
        events::routes(),
        changes::routes(),
        run_list::routes(),
        emit::routes(),
        runs::routes(),
        overview::routes(),
        metrics::routes(),
        failures::routes(),
        requests::routes(),
        agent_protocol::routes(),
        catalogue::routes(),
        connections::routes(),
        tasks::routes(),
        records::routes(),
        segments::routes(),
        record_lists::routes(),
        definitions::routes(),
        instances::routes(),
        sessions::routes(),
        session_fork::routes(),
        session_files::routes(),
        flue::routes(),
        jwks::routes(),
        mcp::routes(),
        a2a::routes(),
        openapi::routes(),
    ];
    nouns.into_iter().flatten().collect()
}
