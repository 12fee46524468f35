//! The guard of every route: who calls, what of the path they may see, and whether the query is one of the route's.

use crate::auth::{Access, Caller, KnownCaller, Presented, Visitor, authenticate, with_key};
use crate::error::Result;
use crate::flue::frames::{self, HEARTBEAT};
use crate::ids::Ids;
use crate::list::Query;
use crate::{App, Auth, sign_in};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::unfold;
use futures::{FutureExt, Stream, StreamExt};
use rookery_domain::{Error, Kind, ProjectId, WorkflowRef};
use rookery_store::{Project, Role, Workflow};
use std::time::{Duration, Instant};

/// What the guard of a route looks at.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) access: Access,
    /// Whether the console's cookie stands for a key.
    pub(crate) takes_cookie: bool,
    /// The parameters of the query that the route knows.
    pub(crate) query: Vec<&'static str>,
}

/// The guard of every route of the table. It checks the key, the role, the project, the workflow and the query, in this order,
/// and hands what it found on with the request.
pub(crate) async fn guard(State(gate): State<Gate>, ids: Result<Ids>, mut request: Request, next: Next) -> Result<Response> {
    let app = &gate.app;
    let presented = if gate.takes_cookie { Presented::of_console(&request) } else { Presented::of(&request) };
    if let Presented::Session(_) = presented {
        sign_in::check(app, &request)?;
    }
    match gate.access {
        Access::Public => {}
        Access::Anyone => {
            let caller = match (&app.config.auth, &presented) {
                (Auth::Required { .. }, Presented::Nothing) => None,
                _ if ids.as_ref().is_ok_and(|ids| ids.has("project")) => Some(authenticate(app, &presented).await?),
                _ => Some(with_key(app, &presented).await?),
            };
            request.extensions_mut().insert(Visitor(caller));
        }
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
        Access::Project(_) | Access::Flue(_) | Access::Member => {
            let needed = gate.access.role();
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
            match needed {
                Some(role) => caller.allow(&id, role)?,
                None => caller.belong(&id)?,
            }
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
    let known = match presented {
        // A cookie ends earlier than its key.
        Presented::Session(_) => Some(presented),
        _ => request.extensions().get::<Caller>().and_then(|caller| KnownCaller::of(app, caller)).map(Presented::Known),
    };
    let answer = next.run(request).await;
    Ok(match known {
        Some(known) if frames::is_stream(&answer) => {
            let app = app.clone();
            let refused = move || refused(app.clone(), known.clone()).boxed();
            answer.map(|body| Body::from_stream(until_refused(body.into_data_stream(), HEARTBEAT, refused)))
        }
        _ => answer,
    })
}

/// The last frame for a caller whose key is no longer good. What cannot be known now is known later.
async fn refused(app: App, known: Presented) -> Option<String> {
    let (_, error) = with_key(&app, &known).await.err()?.into_parts();
    (error.kind == Kind::Unauthenticated).then(|| frames::error_frame(&error.into()))
}

/// The parts of a stream. Whether its reader may go on is asked again with the first part after each pause of this length: a stream is never
/// silent for longer. If not, a last frame says why.
fn until_refused<E: Send>(
    parts: impl Stream<Item = std::result::Result<Bytes, E>> + Send + Unpin,
    pause: Duration,
    refused: impl Fn() -> BoxFuture<'static, Option<String>> + Send,
) -> impl Stream<Item = std::result::Result<Bytes, E>> + Send {
    unfold(Some((parts, refused, Instant::now())), move |state| async move {
        let (mut parts, refused, mut asked) = state?;
        let part = parts.next().await?;
        if asked.elapsed() >= pause {
            if let Some(frame) = refused().await {
                return Some((Ok(frame.into()), None));
            }
            asked = Instant::now();
        }
        Some((part, Some((parts, refused, asked))))
    })
}

/// Whoever puts events in comes often: then it is enough to know the project and the workflow as they were a moment ago.
async fn find_project(app: &App, id: &ProjectId, needed: Option<Role>) -> Result<Project> {
    let store = &app.engine.store;
    Ok(if needed == Some(Role::Ingest) { store.known_project(id).await? } else { store.project(id).await? })
}

async fn find_workflow(app: &App, project: &ProjectId, ids: &Ids, needed: Option<Role>) -> Result<Option<Workflow>> {
    if !ids.has("workflow") {
        return Ok(None);
    }
    let id = WorkflowRef { project: project.clone(), workflow: ids.get("workflow")? };
    let store = &app.engine.store;
    let known = if needed == Some(Role::Ingest) { store.known_workflow(&id).await? } else { store.find_workflow(&id).await? };
    not_deleted(known).map(Some)
}

/// 404 for a workflow that is not there.
pub(crate) fn not_deleted(workflow: Option<Workflow>) -> Result<Workflow> {
    let found = workflow.filter(|workflow| !workflow.deleted);
    Ok(found.ok_or_else(|| Error::not_found("workflow"))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    async fn read(pause: Duration) -> (Vec<Bytes>, usize) {
        let asked = Arc::new(AtomicUsize::new(0));
        let refused = || {
            let is_second = asked.fetch_add(1, Ordering::Relaxed) == 1;
            futures::future::ready(is_second.then(|| "refused".to_owned())).boxed()
        };
        let parts = futures::stream::iter(["a", "b", "c"].map(|part| Ok::<_, Infallible>(Bytes::from(part))));
        let read = until_refused(parts, pause, refused).map(|part| part.unwrap()).collect().await;
        (read, asked.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_stream_ends_when_its_reader_is_refused() {
        assert_eq!(read(Duration::ZERO).await, (vec!["a".into(), "refused".into()], 2));
        assert_eq!(read(Duration::MAX).await, (vec!["a".into(), "b".into(), "c".into()], 0));
    }
}
