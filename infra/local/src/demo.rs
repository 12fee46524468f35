//! The demo: a project with a started workflow, made once in an empty store, the HTTP sink that the workflow calls, and an agent on a
//! scripted model.

use crate::cli::Args;
use anyhow::Context;
use axum::body::Bytes;
use axum::{Json, Router, routing::post};
use rookery_domain::{AgentName, CellId};
use rookery_engine::Engine;
use rookery_sessions::definition::{Definitions, Source};
use rookery_store::{DefinitionSource, State, Workflow};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The workflow, as the canvas saves it.
const WORKFLOW: &str = include_str!("../../../events/demo-workflow.json");
/// The placeholder for the sink's address in the workflow.
const SINK: &str = "SINK_ADDRESS";
const PROJECT: &str = "Demo";
const NAME: &str = "Demo: GitHub pushes";
/// The agent, as its file says.
const GUIDE: &str = include_str!("../../../examples/agents/guide.md");
const AGENT: &str = "guide";

/// The addresses of the demo.
pub(crate) struct Demo {
    pub(crate) hook_url: String,
    pub(crate) feed_url: String,
    /// The path of the workflow in the API.
    pub(crate) workflow_path: String,
}

impl Demo {
    /// Makes the demo if the store is empty. The demo's URLs are also written to files of the data folder.
    pub(crate) async fn start(
        engine: &Arc<Engine>,
        definitions: &Definitions,
        args: &Args,
        addr: SocketAddr,
        sink: SocketAddr,
    ) -> anyhow::Result<Option<Demo>> {
        let Some(workflow) = find_or_make(engine, sink).await? else { return Ok(None) };
        make_agent(engine, definitions).await?;
        let built = engine.built(&workflow.id, workflow.built).await?;
        let base = engine.public_url().context("the engine knows no address")?;
        let url = |kind: &str, cell: &str, suffix: &str| -> anyhow::Result<String> {
            let (cell, _) = built.agent(&CellId(cell.to_owned()))?;
            let token = cell.token.as_deref().unwrap_or_default();
            Ok(format!("{base}/{kind}/{}{}{token}{suffix}", workflow.id.project, workflow.id.workflow))
        };
        let workflow_path = format!("/api/v1/projects/{}/workflows/{}", workflow.id.project, workflow.id.workflow);
        let demo = Demo { hook_url: url("hooks", "github", "")?, feed_url: url("feeds", "feed", ".xml")?, workflow_path };
        let workflow_url = format!("http://{addr}{}", demo.workflow_path);
        for (file, url) in [("demo-hook", &demo.hook_url), ("demo-feed", &demo.feed_url), ("demo-workflow", &workflow_url)] {
            crate::data::write(&args.data.join(file), url)?;
        }
        Ok(Some(demo))
    }
}

/// Opens the address of the demo's sink.
pub(crate) async fn open_sink(args: &Args) -> anyhow::Result<TcpListener> {
    TcpListener::bind(args.demo_sink).await.with_context(|| {
        format!("the demo's sink cannot listen on {}: choose another --demo-sink, or start with --no-demo", args.demo_sink)
    })
}

/// The demo's workflow, made if the store is new; `None` when it was deleted or stopped.
async fn find_or_make(engine: &Engine, sink: SocketAddr) -> anyhow::Result<Option<Workflow>> {
    let project = match engine.store.is_new().await? {
        true => engine.store.create_project(PROJECT).await?,
        false => {
            let projects = engine.store.list_projects(200, None).await?.items;
            let Some(project) = projects.into_iter().find(|project| project.name == PROJECT) else { return Ok(None) };
            project
        }
    };
    let workflows = engine.store.list_workflows(&project.id, 200, None).await?.items;
    let workflow = match workflows.into_iter().find(|workflow| workflow.name == NAME) {
        Some(workflow) => workflow,
        None => engine.create_workflow(&project.id, NAME, &WORKFLOW.replace(SINK, &sink.to_string())).await?.0,
    };
    match workflow.state {
        // The workflow was made just now, or by an earlier start that was cut short.
        State::New => Ok(Some(engine.start(&workflow).await?.0)),
        State::Active => Ok(Some(workflow)),
        State::Paused => Ok(None),
    }
}

/// The demo's agent, made in the project `default` unless one of its name is or was there.
async fn make_agent(engine: &Engine, definitions: &Definitions) -> anyhow::Result<()> {
    let (project, name) = (engine.store.default_project().await?.id, AGENT.parse::<AgentName>()?);
    if engine.store.find_definition(&project, &name).await?.is_none() {
        let source = Source { text: GUIDE.to_owned(), ..Source::default() };
        definitions.save(&project, &name, &source, DefinitionSource::Api, None).await?;
    }
    Ok(())
}

/// Answers every POST with what it got, so that a workflow has something outside to call.
pub(crate) async fn serve_sink(listener: TcpListener, stopping: CancellationToken) {
    let app = Router::new().route("/", post(receipt));
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stopping.cancelled_owned()).await {
        tracing::error!(%error, "the demo's sink stopped");
    }
}

async fn receipt(body: Bytes) -> Json<Value> {
    Json(json!({"received": serde_json::from_slice::<Value>(&body).unwrap_or_default()}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_sessions::definition::{Environment, check};

    #[test]
    fn the_agent_of_the_demo_is_without_fault() {
        let source = Source { text: GUIDE.to_owned(), ..Source::default() };
        let checked = check(&AGENT.parse().unwrap(), &source, &Environment::default());
        assert_eq!((checked.errors, checked.warnings), (Vec::new(), Vec::new()));
    }
}
