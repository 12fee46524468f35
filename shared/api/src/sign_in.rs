//! Signing in: a key becomes a cookie, which no script can read, so that no key is kept in a browser. The cookie is a text that the deployment
//! has signed: who the caller is, in a form that is no secret, and until when. A key that is revoked ends it at once.
//!
//! A browser sends cookies whoever wrote the page. So what changes something needs a header that a page of another origin cannot send, and what
//! says where it comes from must come from our own pages.

use crate::auth::{Access, Caller, KnownCaller, Presented, authenticate};
use crate::body::{Input, Json};
use crate::error::{ApiError, Result};
use crate::host::{Base, check_origin, foreign_origin, is_loopback};
use crate::list::{One, one};
use crate::route::Route;
use crate::{App, Auth};
use axum::extract::{Request, State};
use axum::http::header::{COOKIE, ORIGIN, SET_COOKIE, UPGRADE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use rookery_domain::{Error, Kind, ProjectId, Time};
use rookery_store::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The header that a request with a cookie needs if it changes something.
pub(crate) const CONSOLE: HeaderName = HeaderName::from_static("x-rookery-console");
/// How long a cookie is good.
const LIFE_MS: i64 = 12 * 60 * 60 * 1000;
/// What the deployment signs a cookie's text for.
const USAGE: &str = "console session";

pub(crate) fn routes() -> Vec<Route> {
    let path = "/api/v1/session";
    vec![
        Route::new(
            Method::POST,
            path,
            Access::Public,
            "Signs in: a key becomes a cookie, which is good for 12 hours at most.",
            create,
        )
        .takes::<SignIn>()
        .answers::<One<SignedIn>>(200),
        Route::new(Method::GET, path, Access::Public, "Shows whether a key is needed, and who is signed in.", show)
            .answers::<One<SignedIn>>(200),
        Route::new(Method::DELETE, path, Access::Public, "Signs out: removes the cookie.", delete)
            .header("X-Rookery-Console", "`1`, as on every request with a cookie that changes something."),
    ]
}

/// The body that signs in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// A key of a project, or the root key.
    key: String,
}

impl Input for SignIn {
    const BYTES: usize = 4 * 1024;
}

/// Who is signed in.
#[derive(Serialize, JsonSchema)]
struct SignedIn {
    /// Whether callers need a key.
    auth: Needed,
    /// Whether the request has a good cookie, or a key.
    signed_in: bool,
    /// The project of the key; null for the root key.
    project_id: Option<ProjectId>,
    /// What the caller may do; null for a caller who is not known. Where no key is needed, everybody may do what the root key may.
    role: Option<Granted>,
    /// What people call the key; null for the root key.
    key_name: Option<String>,
    /// Until when the cookie is good.
    expires_at: Option<Time>,
}

/// Whether callers need a key.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Needed {
    Open,
    Required,
}

/// What a caller may do.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Granted {
    /// Everything in every project, and projects themselves.
    Root,
    /// What the key's role permits in its project.
    #[serde(untagged)]
    Role(Role),
}

impl SignedIn {
    fn of(app: &App, caller: Option<Caller>, expires_at: Option<Time>) -> Self {
        let (auth, signed_in) = match app.config.auth {
            Auth::Open => (Needed::Open, false),
            Auth::Required { .. } => (Needed::Required, caller.is_some()),
        };
        let unknown = SignedIn { auth, signed_in, project_id: None, role: None, key_name: None, expires_at };
        match caller {
            None => unknown,
            Some(Caller::Root) => SignedIn { role: Some(Granted::Root), ..unknown },
            Some(Caller::Key(key)) => {
                let (project_id, key_name) = (Some(key.project_id), Some(key.name));
                SignedIn { project_id, key_name, role: Some(Granted::Role(key.role)), ..unknown }
            }
        }
    }
}

async fn create(
    State(app): State<App>,
    base: Base,
    uri: Uri,
    headers: HeaderMap,
    Json(input): Json<SignIn>,
) -> Result<impl IntoResponse> {
    check_origin(&headers, &uri, &base)?;
    let cookie = Cookie::of(&uri, &headers);
    Cookie::check_transport(&headers)?;
    let caller = authenticate(&app, &Presented::Key(input.key.trim().to_owned())).await?;
    let Some(known) = KnownCaller::of(&app, &caller) else { return Err(no_key_needed()) };
    let until = Time::now().plus(LIFE_MS);
    let text = serde_json::to_string(&Signed { caller: known, until: until.0 }).map_err(Error::internal)?;
    let set = cookie.set(&app.engine.sign_text(USAGE, &text).await?, LIFE_MS / 1000)?;
    Ok(([(SET_COOKIE, set)], one(SignedIn::of(&app, Some(caller), Some(until)))))
}

async fn show(State(app): State<App>, request: Request) -> Result<impl IntoResponse> {
    let presented = Presented::of_console(&request);
    let caller = match authenticate(&app, &presented).await {
        Ok(caller) => Some(caller),
        Err(error) if error.status() == StatusCode::UNAUTHORIZED => None,
        Err(error) => return Err(error),
    };
    let until = match &presented {
        Presented::Session(text) if caller.is_some() => opened(&app, text).await?.map(|signed| Time(signed.until)),
        _ => None,
    };
    Ok(one(SignedIn::of(&app, caller, until)))
}

async fn delete(State(app): State<App>, request: Request) -> Result<impl IntoResponse> {
    if let Presented::Session(_) = Presented::of_console(&request) {
        check(&app, &request)?;
    }
    let set = Cookie::of(request.uri(), request.headers()).set("", 0)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, set)]))
}

/// 401 for a cookie that stands for nobody any more.
pub(crate) fn is_over() -> ApiError {
    let message = "You are signed in no longer: the time of the cookie is over, or its key was revoked.";
    Error::new(Kind::Unauthenticated, "unauthenticated", message, "Sign in again: `POST /api/v1/session`.").into()
}

fn no_key_needed() -> ApiError {
    Error::new(Kind::Conflict, "no_key_needed", "Nobody needs a key here.", "Go on without signing in.").into()
}

/// What a cookie says.
#[derive(Serialize, Deserialize)]
struct Signed {
    caller: KnownCaller,
    /// Until when, in milliseconds since the Unix epoch.
    until: i64,
}

async fn opened(app: &App, text: &str) -> Result<Option<Signed>> {
    let text = app.engine.open_signed_text(USAGE, text).await?;
    let signed = text.and_then(|text| serde_json::from_str::<Signed>(&text).ok());
    Ok(signed.filter(|signed| Time::now().0 < signed.until))
}

/// The caller that a cookie's text stands for; none if the text is not ours, or its time is over.
pub(crate) async fn caller_of(app: &App, text: &str) -> Result<Option<KnownCaller>> {
    Ok(opened(app, text).await?.map(|signed| signed.caller))
}

/// The text of the request's cookie.
pub(crate) fn cookie(request: &Request) -> Option<String> {
    let name = Cookie::of(request.uri(), request.headers()).name;
    let lines = request.headers().get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(given, _)| *given == name).map(|(_, text)| text.to_owned())
}

/// Refuses what a page that is not ours could have a browser send with the cookie.
pub(crate) fn check(app: &App, request: &Request) -> Result<()> {
    if let Auth::Open = app.config.auth {
        // The cookie counts for nothing; and the router has looked at the origin.
        return Ok(());
    }
    let (uri, headers) = (request.uri(), request.headers());
    check_origin(headers, uri, &Base::of(app, uri, headers, request.extensions()))?;
    // A page can set no header on a handshake of a WebSocket, but each browser says where the page is from.
    if headers.contains_key(UPGRADE) && !headers.contains_key(ORIGIN) {
        return Err(foreign_origin());
    }
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if only_reads || headers.get(CONSOLE).is_some_and(|value| value == "1") {
        return Ok(());
    }
    let message = "The request has a cookie of the console, but not the header `X-Rookery-Console: 1`.";
    let details = "Send the header; or send no cookie, and the key in `Authorization: Bearer KEY`.";
    Err(Error::new(Kind::Forbidden, "csrf", message, details).into())
}

/// The origin that a browser names.
fn origin(headers: &HeaderMap) -> Option<Uri> {
    headers.get(ORIGIN)?.to_str().ok()?.parse().ok()
}

/// How the cookie is kept by a browser that calls us by this host.
struct Cookie {
    name: &'static str,
    is_secure: bool,
}

impl Cookie {
    /// On this machine, browsers may come by plain http. Elsewhere, the name's beginning has browsers take the cookie over https alone, and from
    /// nobody else below the same domain.
    fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        // A proxy may call us by a name of this machine, for a browser elsewhere: that one names its origin when it signs in.
        let is_https = uri.scheme_str() == Some("https") || origin(headers).is_some_and(|at| at.scheme_str() == Some("https"));
        match is_loopback(uri, headers) {
            true => Cookie { name: "rookery_session", is_secure: is_https },
            false => Cookie { name: "__Host-rookery_session", is_secure: true },
        }
    }

    /// Refuses a browser that would not keep the cookie, since it came by plain http. A program that names no origin is no browser.
    fn check_transport(headers: &HeaderMap) -> Result<()> {
        let is_plain = |at: &Uri| at.scheme_str() == Some("http") && !is_loopback(at, &HeaderMap::new());
        if !origin(headers).is_some_and(|at| is_plain(&at)) {
            return Ok(());
        }
        let message = "Nobody can sign in over plain http: others on the network could read the key.";
        let details = "Put a proxy with https before Rookery, or open the console on the machine itself, at 127.0.0.1.";
        Err(Error::new(Kind::Forbidden, "https_needed", message, details).into())
    }

    fn set(&self, text: &str, seconds: i64) -> Result<HeaderValue> {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let line = format!("{}={text}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}", self.name);
        Ok(line.parse().map_err(Error::internal)?)
    }
}
