//! Requests that only ask about a hook: HEAD, OPTIONS, and the preflights of browsers (CORS). They are answered and make no event.

use crate::{Answer, HookRequest};
use http::{HeaderName, Method, header};
use rookery_domain::{Error, Kind};
use serde_json::json;

/// The methods of deliveries.
pub(super) const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
/// How long a browser remembers the answer to a preflight, in seconds.
const REMEMBERED: &str = "600";

/// The origins whose pages may send to a hook.
pub(super) struct Cors(Vec<String>);

impl Cors {
    /// Reads `*`, or origins like `https://shop.example.com, https://example.com:8443`.
    pub(super) fn parse(text: &str) -> Result<Cors, String> {
        let origins: Vec<String> = text.split(',').map(|origin| origin.trim().to_ascii_lowercase()).collect();
        match origins.iter().find(|origin| *origin != "*" && !is_origin(origin)) {
            Some(wrong) => {
                Err(format!("`{wrong}` is not an origin. Write them like `https://shop.example.com`, or `*` for all."))
            }
            None => Ok(Cors(origins)),
        }
    }

    /// The headers that let the page that sent a request read its answer.
    pub(super) fn headers(&self, request: &HookRequest) -> Vec<(HeaderName, String)> {
        let Some(origin) = request.header("origin") else { return Vec::new() };
        let allowed = match self.0.iter().any(|allowed| allowed == "*") {
            true => "*",
            false if self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) => origin,
            false => return Vec::new(),
        };
        vec![(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed.to_owned()), (header::VARY, "Origin".to_owned())]
    }
}

/// Whether a text is scheme, host and port, as browsers send it.
fn is_origin(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

/// The answer to HEAD and OPTIONS; none for other methods.
pub(super) fn answer(request: &HookRequest, verbs: Option<&[Method]>, cors: Option<&Cors>) -> Option<Answer> {
    let mut answer = match request.method {
        Method::HEAD => Answer::empty(200),
        Method::OPTIONS => Answer::empty(204),
        _ => return None,
    };
    if request.method == Method::HEAD {
        return Some(answer);
    }
    let methods = METHODS.iter().filter(|method| verbs.is_none_or(|verbs| verbs.contains(method)));
    let methods = methods.map(Method::as_str).collect::<Vec<_>>().join(", ");
    let allowed = cors.map(|cors| cors.headers(request)).unwrap_or_default();
    answer.headers.push((header::ALLOW, methods.clone()));
    if !allowed.is_empty() {
        answer.headers.extend(allowed);
        answer.headers.push((header::ACCESS_CONTROL_ALLOW_METHODS, methods));
        answer.headers.push((header::ACCESS_CONTROL_MAX_AGE, REMEMBERED.to_owned()));
        if let Some(asked) = request.header("access-control-request-headers") {
            answer.headers.push((header::ACCESS_CONTROL_ALLOW_HEADERS, asked.to_owned()));
        }
    }
    Some(answer)
}

/// Reads the option `verbs`: methods, with commas between them.
pub(super) fn methods(verbs: &str) -> Result<Vec<Method>, String> {
    // Earlier versions accepted HEAD and OPTIONS in this option; they are answered in any case.
    let known = || METHODS.into_iter().chain([Method::HEAD, Method::OPTIONS]);
    let one = |verb: &str| known().find(|method| method.as_str().eq_ignore_ascii_case(verb.trim()));
    verbs
        .split(',')
        .map(|verb| one(verb).ok_or_else(|| format!("`{verb}` is not a method. Write them like `get,post`.")))
        .filter(|verb| !matches!(verb, Ok(Method::HEAD | Method::OPTIONS)))
        .collect()
}

/// Refuses a method that is none of those that are accepted.
pub(super) fn allow(verbs: Option<&[Method]>, method: &Method) -> Result<(), Error> {
    match verbs {
        Some(verbs) if !verbs.contains(method) => {
            let allowed = verbs.iter().map(Method::as_str).collect::<Vec<_>>();
            let message = format!("This hook does not take {method}; it takes {}.", allowed.join(", "));
            let error = Error::new(Kind::Method, "method_not_allowed", message, "Send it with one of these methods.");
            Err(error.with_meta(json!({"allow": allowed})))
        }
        _ => Ok(()),
    }
}
