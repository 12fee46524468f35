//! Feeds and pages: what agents published, for everybody who has the address.

use crate::App;
use crate::error::{Result, wrong_method};
use crate::hooks::own;
use crate::host::Base;
use crate::ids::Ids;
use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rookery_agents::{Answer, FeedFormat};
use rookery_domain::{Error, hashed_uuid};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// The routes of feeds and pages. They are not in the table of routes: they need no key, and readers of feeds add parameters of any name to
/// the query.
pub(crate) fn routes() -> Router<App> {
    let not_allowed = async |method: Method| wrong_method(&method, &[Method::GET, Method::HEAD]);
    Router::new()
        .route("/feeds/{file}", get(show).fallback(not_allowed))
        .route("/pages/{token}", get(show_page).fallback(not_allowed))
}

/// The feed in the document.
#[cfg_attr(not(feature = "schemas"), expect(dead_code, reason = "it is for the document"))]
#[derive(Serialize, JsonSchema)]
pub(crate) struct Feed {
    /// The feed's title.
    title: String,
    /// What the feed is about.
    description: String,
    /// The web page that the feed belongs to.
    link: String,
    /// The feed's own address.
    feed_url: String,
    /// The items, newest first.
    items: Vec<Map<String, Value>>,
}

async fn show(State(app): State<App>, ids: Ids, base: Base, headers: HeaderMap) -> Result<Response> {
    let file = ids.text("file");
    let (token, format) = match file.strip_suffix(".xml") {
        Some(token) => (token, FeedFormat::Rss),
        None => (file.strip_suffix(".json").unwrap_or(file), FeedFormat::Json),
    };
    let url = format!("{}/feeds/{file}", base.0);
    with_tag(app.engine.feed(token, format, &url).await?, &headers)
}

async fn show_page(State(app): State<App>, ids: Ids, base: Base, headers: HeaderMap) -> Result<Response> {
    let token = ids.text("token");
    let url = format!("{}/pages/{token}", base.0);
    let mut response = with_tag(app.engine.feed(token, FeedFormat::Page, &url).await?, &headers)?;
    // The page's scripts run, but as those of an origin of its own: they have no cookie and no storage of the console.
    let sandbox = HeaderValue::from_static("sandbox allow-scripts allow-forms allow-popups");
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, sandbox);
    Ok(response)
}

/// The answer, with a tag that readers send back; 304 for one who has it already.
fn with_tag(answer: Answer, headers: &HeaderMap) -> Result<Response> {
    let tag = tag(answer.body.as_bytes());
    let mut response = if has(headers, &tag) { StatusCode::NOT_MODIFIED.into_response() } else { own(answer)? };
    response.headers_mut().insert(ETAG, tag.parse().map_err(Error::internal)?);
    Ok(response)
}

/// The tag of a version with this text.
pub(crate) fn tag(text: &[u8]) -> String {
    format!("\"{}\"", hashed_uuid(&[text]).simple())
}

/// Whether a reader already has the version with this tag (RFC 9110, 13.1.2: tags are compared weakly).
pub(crate) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let texts = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = texts.flat_map(|text| text.split(',')).map(str::trim);
    tags.any(|given| given == "*" || given.trim_start_matches("W/") == tag)
}
