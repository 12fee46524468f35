//! The pages of the console: the files that it was built into. They are the same for everybody, and need no key; what they show is asked of
//! the API, with the caller's rights.

use crate::App;
use crate::error::{Result, unknown_path, wrong_method};
use crate::feeds;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, LOCATION,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rookery_domain::Error;
use rookery_media::unpack;

/// A file of the console's build.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path below `/console/`. Below `assets/`, files have names that change with their bytes.
    pub path: &'static str,
    /// The tag of its bytes, in quotes.
    pub etag: &'static str,
    /// Its bytes, compressed by gzip.
    pub gzip: &'static [u8],
}

/// The page that all paths of the console begin with, unless they are files.
const PAGE: &str = "index.html";
/// Where the files are whose bytes never change.
const HASHED: &str = "assets/";
/// The most bytes of a file.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// What pages may do: nothing but load this build's own files, and ask this origin.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The headers of every file.
const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (VARY, "accept-encoding"),
];

/// The routes of the console, if it was built. They are not in the table of routes, which documents the API.
pub(crate) fn routes(assets: &'static [Asset]) -> Router<App> {
    let Some(page) = named(assets, PAGE) else { return Router::new() };
    let not_allowed = async |method: Method| wrong_method(&method, &[Method::GET, Method::HEAD]);
    let first = async move |headers: HeaderMap| answer(page, &headers);
    let any = async move |Path(path): Path<String>, uri: Uri, headers: HeaderMap| match named(assets, &path) {
        Some(asset) => answer(asset, &headers),
        // A build that is gone had this file. Whoever asks for a script can do nothing with a page.
        None if path.starts_with(HASHED) => Err(unknown_path(uri).await),
        None => answer(page, &headers),
    };
    Router::new()
        .route("/", get(async || (StatusCode::FOUND, [(LOCATION, "/console/")])).fallback(not_allowed))
        .route("/console", get(first).fallback(not_allowed))
        .route("/console/{*path}", get(any).fallback(not_allowed))
}

fn named(assets: &'static [Asset], path: &str) -> Option<&'static Asset> {
    assets.iter().find(|asset| asset.path == path)
}

fn answer(asset: &Asset, headers: &HeaderMap) -> Result<Response> {
    let mut response = match feeds::has(headers, asset.etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => whole(asset, headers)?,
    };
    let kept = if asset.path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let own = response.headers_mut();
    own.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    own.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    // The tag is a weak one, because the bytes that are sent depend on what the browser takes.
    own.insert(ETAG, format!("W/{}", asset.etag).parse().map_err(Error::internal)?);
    Ok(response)
}

/// The file, compressed if the browser takes that.
fn whole(asset: &Asset, headers: &HeaderMap) -> Result<Response> {
    let (gzip, content_type) = (Bytes::from_static(asset.gzip), [(CONTENT_TYPE, content_type(asset.path))]);
    Ok(match takes_gzip(headers) {
        true => (content_type, [(CONTENT_ENCODING, "gzip")], gzip).into_response(),
        false => (content_type, unpack("gzip", gzip, MOST_BYTES).map_err(Error::internal)?).into_response(),
    })
}

/// Whether `Accept-Encoding` has gzip, with a weight above zero (RFC 9110, 12.5.3).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut codings = lines.flat_map(|line| line.split(',')).map(|coding| coding.split_once(';').unwrap_or((coding, "")));
    codings.any(|(name, weight)| {
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse);
        name.trim().eq_ignore_ascii_case("gzip") && weight.is_ok_and(|weight: f32| weight > 0.0)
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let takes = |value: &'static str| takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(value))]));
        assert!(["gzip", "br, GZIP;q=0.5", "deflate,gzip ; q=1"].into_iter().all(takes));
        assert!(!["", "br", "gzip;q=0", "gzip; q=0.000", "gzip;q=high", "xgzip"].into_iter().any(takes));
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
