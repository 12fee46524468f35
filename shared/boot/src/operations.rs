//! From an engine's parts and the environment to the work on sessions of persistent agents.

use crate::Booted;
use rookery_domain::{Error, Result};
use rookery_models::{Models, Providers, Scripted};
use rookery_operations::Operations;
use rookery_sessions::definition::{Definitions, Environment};
use std::sync::Arc;

/// Makes the work on sessions over the table, the queues and the client for outside calls of a process. Agents may see `environment`.
/// `variables` are those of the process: providers of models and their keys. Errors name the variable.
pub fn operations(
    booted: &Booted,
    environment: Environment,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Operations> {
    let providers = Arc::new(Providers::from_env(variables).map_err(Error::internal)?);
    let models = Models::new(booted.egress.clone(), providers.clone(), Scripted::default());
    let definitions = Definitions::new(booted.engine.store.clone(), environment);
    let operations = Operations::new(booted.engine.sessions.clone(), definitions, models, providers);
    Ok(operations.with_workflows(booted.engine.clone()))
}
