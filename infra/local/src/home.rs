//! The page of a program without the console, for a person who just started it: it says how to get the console, and where to go next.
//! Plain HTML, no script.

use crate::demo::Demo;
use crate::gateway::refuse;
use axum::http::{Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use std::path::Path;

/// The page loads nothing from anywhere, and runs nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Where the page is.
pub(crate) const PATHS: [&str; 3] = ["/", "/console", "/console/"];

/// Writes the page.
pub(crate) fn page(data: &Path, demo: Option<&Demo>) -> String {
    let demo = demo.map_or_else(String::new, |demo| {
        include_str!("home-demo.html")
            .replace("{{hook}}", &demo.hook_url)
            .replace("{{feed}}", demo.feed_url.trim_end_matches(".xml"))
            .replace("{{workflow}}", &demo.workflow_path)
    });
    let data = data.display().to_string().replace('&', "&amp;").replace('<', "&lt;");
    include_str!("home.html").replace("{{demo}}", &demo).replace("{{data}}", &data)
}

/// Answers with the page.
pub(crate) fn answer(method: &Method, page: &str) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let message = format!("This path does not take {method}; it takes GET, HEAD.");
        let refused = refuse(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", &message, "Use one of these methods.");
        return ([(header::ALLOW, "GET, HEAD")], refused).into_response();
    }
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, Html(page.to_owned())).into_response()
}
