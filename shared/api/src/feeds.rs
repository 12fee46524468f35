//! Feeds: what agents published, for everybody who has the address.

use crate::App;
use crate::auth::Access;
use crate::error::Result;
use crate::hooks::own;
use crate::host::Base;
use crate::route::{Ids, Route};
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_agents::FeedFormat;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

pub(crate) fn routes() -> Vec<Route> {
    let summary = "Shows a feed: as JSON, or with `.xml` at the end of the path as RSS 2.0.";
    vec![Route::new(Method::GET, "/feeds/{token}", Access::Public, summary, show).answers::<Feed>(200)]
}

/// A feed.
#[derive(Serialize, JsonSchema)]
struct Feed {
    /// Its title.
    title: String,
    /// What it is about.
    description: String,
    /// The web page that it belongs to.
    link: String,
    /// Its own address.
    feed_url: String,
    /// The items, newest first.
    items: Vec<Map<String, Value>>,
}

async fn show(State(app): State<App>, ids: Ids, base: Base) -> Result<impl IntoResponse> {
    let file = ids.text("token");
    let (token, format) = match file.strip_suffix(".xml") {
        Some(token) => (token, FeedFormat::Rss),
        None => (file.strip_suffix(".json").unwrap_or(file), FeedFormat::Json),
    };
    let url = format!("{}/feeds/{file}", base.0);
    own(app.engine.feed(token, format, &url).await?)
}
