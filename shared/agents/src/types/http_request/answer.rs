//! What `http_request` makes of an answer: an event, a failure, or a reason to try again.

use crate::{AgentError, Retry, compose};
use base64::prelude::{BASE64_STANDARD, Engine};
use rookery_domain::{Payload, Time, limits};
use rookery_egress::Response;
use serde_json::{Map, Value, json};

const DAY_MS: i64 = 24 * 3600 * 1000;
/// How much of the body of an error is shown, in bytes.
const SHOWN_BYTES: usize = 4096;

/// The answer, unless its status says that the call failed.
pub(super) fn judge(response: Response, now: Time) -> Result<Response, AgentError> {
    let status = response.status;
    // 304 answers a conditional request: it leads nowhere else.
    let (code, message, retry) = match status {
        300..=399 if status != 304 => {
            let location = response.header("location").unwrap_or("another place");
            let message =
                format!("The server answered {status} and redirects to {location}: if that is right, put it into `url`.");
            ("redirect_refused", message, Retry::Never)
        }
        429 | 503 => ("http_error", format!("The server answered {status}: it is overloaded."), retry_after(&response, now)),
        408 | 425 | 500..=599 => ("http_error", format!("The server answered {status}: it failed."), Retry::Backoff),
        400.. => {
            let message = format!("The server answered {status}: it refused the request. Its reason may be in `details.body`.");
            ("http_error", message, Retry::Never)
        }
        _ => return Ok(response),
    };
    let shown = &response.body[..response.body.len().min(SHOWN_BYTES)];
    // The cut may go through a character.
    let body = String::from_utf8_lossy(shown).trim_end_matches('\u{fffd}').to_owned();
    Err(AgentError { retry, ..AgentError::fail(code, message) }.with_details(json!({"status": status, "body": body})))
}

/// The wait that the server asks for (RFC 9110, 10.2.3: seconds or a date), between a second and a day.
fn retry_after(response: &Response, now: Time) -> Retry {
    let Some(text) = response.header("retry-after").map(str::trim) else { return Retry::Backoff };
    let seconds = text.parse::<i64>().ok().filter(|seconds| *seconds >= 0).map(|seconds| seconds.saturating_mul(1000));
    let until = || jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp().as_millisecond() - now.0);
    seconds.or_else(until).map_or(Retry::Backoff, |ms| Retry::After(ms.clamp(1000, DAY_MS)))
}

/// The payload of `on_response`, over `base` if there is one. A JSON body keeps its very text.
pub(super) fn payload(response: &Response, base: Option<&Payload>) -> Result<Payload, AgentError> {
    let details = json!({"status": response.status});
    if response.body.len() > limits::ANSWER_BYTES {
        let message = format!("The answer is over {} bytes: ask for less, for example by paging.", limits::ANSWER_BYTES);
        return Err(AgentError::fail("answer_too_large", message).with_details(details));
    }
    let (body, encoding) = body(response);
    let mut fields = vec![("status", response.status.to_string()), ("headers", headers(response).to_string()), ("body", body)];
    fields.extend(encoding.map(|encoding| ("body_encoding", json!(encoding).to_string())));
    let payload = match base {
        Some(base) => compose::merged(base, fields.iter().map(|(key, text)| ((*key).to_owned(), text.as_str()))),
        None => compose::object(fields),
    };
    payload.map_err(|error| {
        let message = format!("The answer does not fit into an event: {} Ask for less.", error.message);
        AgentError::fail("answer_too_large", message).with_details(details)
    })
}

/// Each name once, several values joined by commas as in RFC 9110, 5.2.
fn headers(response: &Response) -> Value {
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in &response.headers {
        let joined = match headers.get(name).and_then(Value::as_str) {
            Some(before) => format!("{before}, {value}"),
            None => value.clone(),
        };
        headers.insert(name.clone(), Value::String(joined));
    }
    Value::Object(headers)
}

/// The body as JSON text, and its encoding if it is no text.
fn body(response: &Response) -> (String, Option<&'static str>) {
    let media_type = response.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let media_type = media_type.to_ascii_lowercase();
    let is_json = media_type == "application/json" || media_type == "text/json" || media_type.ends_with("+json");
    match (std::str::from_utf8(&response.body), is_json.then(|| Payload::parse(&response.body))) {
        (_, Some(Ok(json))) => (json.as_str().to_owned(), None),
        (Ok(text), _) => (json!(text).to_string(), None),
        (Err(_), _) => (json!(BASE64_STANDARD.encode(&response.body)).to_string(), Some("base64")),
    }
}
