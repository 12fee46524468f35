//! The tool that calls the hosts which a definition lists, by the one client for outside calls.

use super::tool::{Tool, ToolContext, ToolFailure, define_tool};
use http::Method;
use rookery_agents::template::Scope;
use rookery_domain::limits;
use rookery_egress::{Request, Response, Secret, leads_to};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The headers of an answer that the model is told.
const SHOWN: [&str; 4] = ["content-type", "location", "retry-after", "etag"];
/// Names a call to its receiver, the same for each try.
const KEY: &str = "Idempotency-Key";

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Verb {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    /// Whether a call with this method changes nothing, so that it may be made again.
    fn only_reads(self) -> bool {
        matches!(self, Verb::Get | Verb::Head)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Http {
    /// The method.
    method: Verb,
    /// The URL, with `https://` or `http://`.
    url: String,
    /// Headers, by name.
    headers: Option<BTreeMap<String, String>>,
    /// The body: a text is sent as it is, and anything else as JSON.
    body: Option<Value>,
}

/// `http`.
pub(super) fn tool() -> Tool {
    let description = "Calls a URL of the hosts that are allowed, and gives the answer. Redirects are not followed.";
    define_tool("http", description, call).repeatable_if(|args: &Http| args.method.only_reads())
}

async fn call(args: Http, of: ToolContext) -> Result<String, ToolFailure> {
    match leads_to(&args.url, &of.hosts) {
        Ok(true) => {}
        Ok(false) if of.hosts.is_empty() => {
            return Err("No host is allowed: the agent's definition lists none.".to_owned().into());
        }
        Ok(false) => return Err(format!("The URL's host is not allowed. These are: {}.", of.hosts.join(", ")).into()),
        Err(error) => return Err(format!("The call failed: {error}.").into()),
    }
    let method = match args.method {
        Verb::Get => Method::GET,
        Verb::Head => Method::HEAD,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Patch => Method::PATCH,
        Verb::Delete => Method::DELETE,
    };
    let mut request = Request::new(method, args.url);
    add_headers(&of, &mut request).await?;
    let is_taken = |name: &str| request.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
    let headers = args.headers.unwrap_or_default().into_iter();
    let own: Vec<_> = headers.filter(|(name, _)| !name.eq_ignore_ascii_case(KEY) && !is_taken(name)).collect();
    request.headers.extend(own);
    if !args.method.only_reads() {
        request.headers.push((KEY.to_owned(), of.key));
    }
    request.body = args.body.map(|body| match body {
        Value::String(text) => text.into(),
        json => {
            if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                request.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            }
            json.to_string().into()
        }
    });
    let response = of.egress.send(request).await.map_err(|error| format!("The call failed: {error}."))?;
    match response.status {
        ..400 => Ok(told(&response)),
        _ => Err(told(&response).into()),
    }
}

/// Adds the headers of the definition. One that names a credential goes only to the hosts that the credential is bound to.
async fn add_headers(of: &ToolContext, request: &mut Request) -> Result<(), ToolFailure> {
    let scope = Scope::new(Map::new());
    for (name, template) in of.headers.iter() {
        let names = template.credentials();
        let found = of.store.credentials(&of.session.project, names).await?;
        if let Some((missing, _)) = names.iter().zip(&found).find(|(_, found)| found.is_none()) {
            return Err(format!("The call is not made: the project has no credential `{missing}`.").into());
        }
        let secrets: Vec<Secret> = found
            .into_iter()
            .flatten()
            .map(|own| Secret { marker: scope.marker(&own.name), name: own.name, value: own.value, hosts: own.hosts })
            .collect();
        if secrets.iter().all(|secret| leads_to(&request.url, &secret.hosts).unwrap_or(false)) {
            let value = template.render(&scope).map_err(|error| format!("The call is not made: {}.", error.problem()))?;
            request.headers.push((name.to_owned(), value));
            request.secrets.extend(secrets);
        }
    }
    Ok(())
}

/// An answer as the model is told it.
fn told(response: &Response) -> String {
    let mut text = format!("HTTP {}\n", response.status);
    for name in SHOWN {
        if let Some(value) = response.header(name) {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name}: {value:.1000}");
        }
    }
    text.push('\n');
    match std::str::from_utf8(&response.body) {
        Ok(body) if body.len() <= limits::ANSWER_BYTES - text.len() => text.push_str(body),
        Ok(body) => {
            let cut = format!("\n[The body is cut. It has {} bytes.]", body.len());
            text.push_str(&body[..body.floor_char_boundary(limits::ANSWER_BYTES.saturating_sub(text.len() + cut.len()))]);
            text.push_str(&cut);
        }
        Err(_) => {
            let _ = write!(text, "[The body is no text. It has {} bytes.]", response.body.len());
        }
    }
    text
}
