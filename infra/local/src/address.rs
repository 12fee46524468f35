//! Whether a request names a place: a path, and a host in the form of RFC 9110 (7.2). API Gateway refuses others before a function
//! sees them, and the library that reads its events panics on them.

use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Uri, header};
use url::Url;

/// The message and the remedy, when a request names no place.
type Refused = (&'static str, &'static str);

/// Checks the target and the `Host` of a request; the latter is what a trusted proxy named, if one did.
pub(crate) fn check(parts: &Parts) -> Result<(), Refused> {
    if !parts.uri.path().starts_with('/') {
        return Err(("The request's target is not a path.", "Send the request to a path, like `/health`."));
    }
    let bad_host = (
        "The request's `Host` is not one host, with or without a port.",
        "Send one like `localhost:8080`; behind a proxy, check what it sends as `Forwarded` or `X-Forwarded-Host`.",
    );
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) => "localhost",
        (Some(host), None) => host.to_str().ok().filter(|host| is_host(host)).ok_or(bad_host)?,
        (Some(_), Some(_)) => return Err(bad_host),
    };
    // The address is put together as the library does.
    let url = Url::parse(&format!("http://{host}{}", parts.uri.path())).map_err(|_| bad_host)?;
    let address = format!("{url}?{}", parts.uri.query().unwrap_or_default());
    let is_short_enough = Uri::try_from(address).is_ok();
    is_short_enough.then_some(()).ok_or(("The request's target is too long.", "Send long data in the body."))
}

fn is_host(text: &str) -> bool {
    text.parse::<Authority>().is_ok_and(|host| host.as_str() == text && !text.contains('@'))
}
