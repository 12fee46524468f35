//! The guard of every route: who calls, what of the path they may see, and whether the query is one of the route's.

use crate::App;
use crate::auth::{Access, Caller, Presented, authenticate, with_key};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::Query;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use rookery_domain::{Error, ProjectId, WorkflowRef};
use rookery_store::{Project, Role, Workflow};

/// What the guard of a route looks at.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) access: Access,
    /// The parameters of the query that the route knows.
    pub(crate) query: Vec<&'static str>,
}

/// The guard of every route of the table. It checks the key, the role, the project, the workflow and the query, in this order,
/// and hands what it found on with the request.
pub(crate) async fn guard(State(gate): State<Gate>, ids: Result<Ids>, mut request: Request, next: Next) -> Result<Response> {
    let (app, presented) = (&gate.app, Presented::of(&request));
    match gate.access {
        Access::Public => {}
        Access::Root | Access::Reader => {
            let caller = authenticate(app, &presented).await?;
            caller.allow_outside(gate.access)?;
            request.extensions_mut().insert(caller);
        }
        Access::OwnProject(needed) => {
            let caller = with_key(app, &presented).await?;
            let project = app.engine.store.known_project(caller.own_project(needed)?).await?;
            request.extensions_mut().insert(project);
        }
        Access::Flue(needed) if !ids.as_ref().is_ok_and(|ids| ids.has("project")) => {
            let caller = with_key(app, &presented).await?;
            let project = match &caller {
                Caller::Root => app.engine.store.default_project().await?,
                Caller::Key(_) => app.engine.store.known_project(caller.own_project(needed)?).await?,
            };
            // Only now is it known that the caller may be told what is wrong with the path.
            ids?;
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(project);
        }
        Access::Project(needed) | Access::Flue(needed) => {
            let parsed = ids.and_then(|ids| Ok((ids.get::<ProjectId>("project")?, ids)));
            let (id, ids) = match parsed {
                Ok(parsed) => parsed,
                Err(error) => {
                    authenticate(app, &presented).await?;
                    return Err(error);
                }
            };
            // The three reads are joined into one.
            let (caller, project, workflow) = tokio::join!(
                authenticate(app, &presented),
                find_project(app, &id, needed),
                find_workflow(app, &id, &ids, needed)
            );
            let caller = caller?;
            caller.allow(&id, needed)?;
            let (project, workflow) = (project?, workflow?);
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(project);
            workflow.map(|workflow| request.extensions_mut().insert(workflow));
        }
    }
    let query = match gate.access {
        Access::Flue(_) => Query::of_any(request.uri())?,
        _ => Query::read(request.uri(), &gate.query)?,
    };
    request.extensions_mut().insert(query);
    Ok(next.run(request).await)
}

/// Whoever puts events in comes often: then it is enough to know the project and the workflow as they were a moment ago.
async fn find_project(app: &App, id: &ProjectId, needed: Role) -> Result<Project> {
    let store = &app.engine.store;
    Ok(if needed == Role::Ingest { store.known_project(id).await? } else { store.project(id).await? })
}

async fn find_workflow(app: &App, project: &ProjectId, ids: &Ids, needed: Role) -> Result<Option<Workflow>> {
    if !ids.has("workflow") {
        return Ok(None);
    }
    let id = WorkflowRef { project: project.clone(), workflow: ids.get("workflow")? };
    let store = &app.engine.store;
    let known = if needed == Role::Ingest { store.known_workflow(&id).await? } else { store.find_workflow(&id).await? };
    let found = known.filter(|workflow| !workflow.deleted);
    Ok(Some(found.ok_or_else(|| Error::not_found("workflow"))?))
}
