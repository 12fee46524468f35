//! What the status of an outside call's answer means: an answer, a failure, or a reason to try again.

use crate::{AgentError, Retry};
use rookery_domain::Time;
use rookery_egress::Response;
use serde_json::json;

const DAY_MS: i64 = 24 * 3600 * 1000;
/// How much of the body of an error is shown, in bytes.
const SHOWN_BYTES: usize = 4096;

/// Gives the answer, unless its status says that the call failed.
pub fn judge(response: Response, now: Time) -> Result<Response, AgentError> {
    let status = response.status;
    // 304 answers a conditional request: it is no redirect.
    let (code, message, retry) = match status {
        300..=399 if status != 304 => {
            let location = response.header("location").unwrap_or("another place");
            let message =
                format!("The server answered {status} and redirects to {location}: if that is right, use that address.");
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
    // The cut may split a character.
    let body = String::from_utf8_lossy(shown).trim_end_matches('\u{fffd}').to_owned();
    Err(AgentError { retry, ..AgentError::fail(code, message) }.with_details(json!({"status": status, "body": body})))
}

/// The wait that the server asks for (RFC 9110, 10.2.3: seconds or a date), limited to between a second and a day.
fn retry_after(response: &Response, now: Time) -> Retry {
    let Some(text) = response.header("retry-after").map(str::trim) else { return Retry::Backoff };
    let seconds = text.parse::<i64>().ok().filter(|seconds| *seconds >= 0).map(|seconds| seconds.saturating_mul(1000));
    let until = || jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp().as_millisecond() - now.0);
    seconds.or_else(until).map_or(Retry::Backoff, |ms| Retry::After(ms.clamp(1000, DAY_MS)))
}
