//! Hooks: requests of any method, from anywhere, that become events.

use crate::App;
use crate::error::{ApiError, Result, wrong_method};
use crate::events::AcceptedEvent;
use crate::ids::Ids;
use crate::list::{one, pairs};
use crate::observe::IsLogged;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use rookery_agents::{ACCESS_TOKEN, Answer, HookRequest};
use rookery_domain::{Error, EventId, Time};
use rookery_engine::HookAnswer;
use schemars::JsonSchema;
use serde::Serialize;

/// The methods that a hook may be sent with; each hook's options say which it accepts.
const METHODS: [Method; 7] =
    [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT];

/// The routes of hooks. They are not in the table of routes: they have many methods, no key, and a query with any names.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/hooks/{token}", any(receive))
}

async fn receive(State(app): State<App>, ids: Ids, request: Request) -> Result<Response> {
    if !METHODS.contains(request.method()) {
        return Err(wrong_method(request.method(), &METHODS));
    }
    let query = pairs(request.uri())?;
    let has_token = query.iter().any(|(name, _)| name == ACCESS_TOKEN);
    let (parts, body) = request.into_parts();
    let body = crate::body::read(body, HookRequest::most_bytes(&parts.headers)).await?.to_vec();
    let request = HookRequest { method: parts.method, headers: parts.headers, query, body, now: Time::now() };
    let mut response = answered(&app, &ids, &request).await?;
    if has_token {
        // RFC 6750, section 2.3.
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private"));
    }
    Ok(response)
}

async fn answered(app: &App, ids: &Ids, request: &HookRequest) -> Result<Response> {
    match app.engine.hook(ids.text("token"), request).await? {
        HookAnswer::Accepted { events, is_batch, headers } => {
            let mut ids = events.iter().copied().map(AcceptedEvent::from);
            let accepted = match ids.next() {
                Some(only) if !is_batch => AcceptedEvents::One(only),
                first => AcceptedEvents::Batch(first.into_iter().chain(ids).collect()),
            };
            with(headers, (StatusCode::ACCEPTED, is_logged(&events), one(accepted)).into_response())
        }
        HookAnswer::Own(answer, events) => Ok((is_logged(&events), own(answer)?).into_response()),
    }
}

/// The answer to accepted events: one, or a list for a batch.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum AcceptedEvents {
    /// The event.
    One(AcceptedEvent),
    /// The events of a batch, in its order.
    Batch(Vec<AcceptedEvent>),
}

/// Accepted events have lines of their own in the log.
fn is_logged(events: &[EventId]) -> Option<Extension<IsLogged>> {
    (!events.is_empty()).then_some(Extension(IsLogged))
}

/// An answer that an agent's owner wrote. Browsers must not run it as a page of this origin.
pub(crate) fn own(answer: Answer) -> Result<Response> {
    let internal = |error: axum::http::Error| ApiError::from(Error::internal(error));
    let mut response = Response::builder().status(answer.status).body(Body::from(answer.body)).map_err(internal)?;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    if !answer.content_type.is_empty() {
        headers.insert(CONTENT_TYPE, answer.content_type.parse().map_err(Error::internal)?);
    }
    with(answer.headers, response)
}

fn with(headers: Vec<(HeaderName, String)>, mut response: Response) -> Result<Response> {
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().map_err(Error::internal)?);
    }
    Ok(response)
}
