//! The host that a request was sent to. It is the beginning of the addresses in answers. Where no key is needed, it is also
//! checked to be this machine: a web page elsewhere can let its own name resolve to loopback (DNS rebinding), but then the `Host`
//! is that name.

use crate::error::{ApiError, Result};
use crate::{App, Auth, Config};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use rookery_domain::{Error, Kind, ProjectId};
use rookery_engine::PublicUrl;
use std::net::IpAddr;
use std::str::FromStr;

/// A host that is a project's own, without a port: what is at its root is that project's. It is written `HOST=PROJECT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectHost {
    host: String,
    project: ProjectId,
}

/// The text names no host of a project.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not HOST=PROJECT, like tools.example.com=0123456789ab (a host without a port, and a project's id)")]
pub struct NoProjectHost(String);

impl FromStr for ProjectHost {
    type Err = NoProjectHost;

    fn from_str(text: &str) -> std::result::Result<Self, NoProjectHost> {
        let wrong = || NoProjectHost(text.to_owned());
        let (host, project) = text.split_once('=').ok_or_else(wrong)?;
        let is_host = host.parse::<Authority>().is_ok_and(|authority| authority.host() == host);
        match project.parse() {
            Ok(project) if is_host => Ok(ProjectHost { host: host.to_owned(), project }),
            _ => Err(wrong()),
        }
    }
}

/// The project whose own host a request names.
pub(crate) fn own_project<'a>(config: &'a Config, uri: &Uri, headers: &HeaderMap) -> Option<&'a ProjectId> {
    let host = authority(uri, headers)?;
    let found = config.hosts.iter().find(|own| own.host.eq_ignore_ascii_case(host.host()))?;
    Some(&found.project)
}

/// Refuses requests from pages of other hosts, where no key protects the API.
pub(crate) async fn only_here(State(app): State<App>, request: Request, next: Next) -> Result<Response> {
    let is_open = matches!(app.config.auth, Auth::Open);
    // Hooks, feeds, pages, questions and results are for everybody who has their address or a token, and their requests may come by way of a tunnel. So may
    // those of other deployments, for which the deployment's keys are.
    let path = request.uri().path();
    let is_for_all = crate::is_hook(path)
        || path.starts_with("/feeds/")
        || path.starts_with("/pages/")
        || path.starts_with("/approvals/")
        || ["/health", crate::jwks::PATH].contains(&path)
        || crate::wire_tasks::is_wire(path);
    if is_open && !is_for_all {
        check(&app.config, request.uri(), request.headers())?;
    }
    Ok(next.run(request).await)
}

/// Whether a request names one of our hosts, and was sent by no page but our own.
pub fn is_local(config: &Config, headers: &HeaderMap) -> bool {
    check(config, &Uri::default(), headers).is_ok()
}

fn check(config: &Config, uri: &Uri, headers: &HeaderMap) -> Result<()> {
    let host = authority(uri, headers).filter(|host| is_ours(host.host(), &config.hosts)).ok_or_else(|| {
        let details = "Use localhost or 127.0.0.1. To call it by another name, start it with --auth required.";
        ApiError::from(Error::new(Kind::Forbidden, "host_not_allowed", "The request's `Host` is not this machine's.", details))
    })?;
    match headers.get(header::ORIGIN) {
        Some(origin) if !origin.to_str().is_ok_and(|origin| is_same(origin, &host)) => Err(foreign_origin()),
        _ => Ok(()),
    }
}

/// Refuses a page of another origin also where a key is needed: MCP demands it of its servers. Pages of ours have the host that the request
/// names, or that of the public address.
pub(crate) fn check_origin(headers: &HeaderMap, uri: &Uri, base: &Base) -> Result<()> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let public = base.0.parse::<Uri>().ok().and_then(|base| base.authority().cloned());
    let mut ours = authority(uri, headers).into_iter().chain(public);
    let is_ours = origin.to_str().is_ok_and(|origin| ours.any(|host| is_same(origin, &host)));
    if is_ours { Ok(()) } else { Err(foreign_origin()) }
}

pub(crate) fn foreign_origin() -> ApiError {
    let message = "The request comes from a web page of another origin.";
    Error::new(Kind::Forbidden, "origin_not_allowed", message, "Call the API from its own pages, or from a program.").into()
}

/// Whether a request names this machine by a name that no other can have.
pub(crate) fn is_loopback(uri: &Uri, headers: &HeaderMap) -> bool {
    authority(uri, headers).is_some_and(|host| is_ours(host.host(), &[]))
}

/// The host that the request names, with its port.
fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).and_then(|host| host.parse::<Authority>().ok());
    host.or_else(|| uri.authority().cloned()).filter(|host| !host.as_str().contains('@'))
}

fn is_ours(host: &str, allowed: &[ProjectHost]) -> bool {
    let host = host.to_ascii_lowercase();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.is_ok_and(|address| address.is_loopback())
        || host == "localhost"
        || host.ends_with(".localhost")
        || allowed.iter().any(|allowed| allowed.host.eq_ignore_ascii_case(&host))
}

fn is_same(origin: &str, host: &Authority) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let default = match origin.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return false,
    };
    origin.authority().is_some_and(|origin| {
        origin.host().eq_ignore_ascii_case(host.host())
            && origin.port_u16().unwrap_or(default) == host.port_u16().unwrap_or(default)
    })
}

/// The beginning of the addresses of hooks and feeds, without a slash at its end. The program that serves the request may have
/// set it, because a trusted proxy named it; otherwise it is the engine's, or else it is made of the host that the request names.
pub(crate) struct Base(pub(crate) String);

impl FromRequestParts<App> for Base {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> std::result::Result<Self, Self::Rejection> {
        Ok(Base::of(app, &parts.uri, &parts.headers, &parts.extensions))
    }
}

impl Base {
    /// The same, of the parts of a request.
    pub(crate) fn of(app: &App, uri: &Uri, headers: &HeaderMap, extensions: &Extensions) -> Self {
        let of_request = || {
            let host = authority(uri, headers);
            let host = host.as_ref().map_or("localhost", Authority::as_str);
            format!("{}://{host}", uri.scheme_str().unwrap_or("http"))
        };
        let known = extensions.get::<PublicUrl>().or(app.engine.public_url());
        Base(known.map_or_else(of_request, PublicUrl::to_string))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECT: &str = "0123456789ab";

    #[test]
    fn a_host_of_a_project_is_a_name_and_an_id() {
        for wrong in ["", "box.lan", "box.lan=", "box.lan=nobody", PROJECT] {
            assert!(wrong.parse::<ProjectHost>().is_err(), "{wrong}");
        }
        for host in ["box.lan:80", "https://box.lan", "a b", "u@box.lan", ""] {
            assert!(format!("{host}={PROJECT}").parse::<ProjectHost>().is_err(), "{host}");
        }
        for host in ["box.lan", "10.0.0.1", "[::1]"] {
            assert!(format!("{host}={PROJECT}").parse::<ProjectHost>().is_ok(), "{host}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_ours() {
        let own: ProjectHost = format!("box.lan={PROJECT}").parse().unwrap();
        for ours in ["localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.9.9.9", "[::1]", "box.lan"] {
            assert!(is_ours(ours, std::slice::from_ref(&own)), "{ours}");
        }
        for foreign in ["example.com", "localhost.example.com", "evillocalhost", "10.0.0.1", "[::2]", "0.0.0.0", ""] {
            assert!(!is_ours(foreign, &[]), "{foreign}");
        }
    }

    #[test]
    fn an_origin_is_the_same_with_its_port() {
        let host = |text: &str| text.parse::<Authority>().unwrap();
        assert!(is_same("http://localhost:8080", &host("localhost:8080")));
        assert!(is_same("http://localhost", &host("localhost:80")));
        assert!(is_same("https://localhost", &host("LOCALHOST")));
        for other in ["http://localhost:8081", "http://evil.example", "null", "", "file://localhost:8080", "http://localhost"] {
            assert!(!is_same(other, &host("localhost:8080")), "{other}");
        }
    }
}
