//! Why a model gave no answer, and whether to ask again. What a provider says of its error is read here, for all wires: their forms
//! differ so little that one reader knows them all.

use rookery_domain::Time;
use rookery_egress::EgressError;
use serde_json::Value;
use std::time::Duration;

/// The most that is kept of a provider's text, in characters.
const MAX_TEXT: usize = 2000;

/// Why a model gave no answer, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// A stable code, in snake case.
    pub code: &'static str,
    /// What is wrong and what helps, in words of ours: nothing of the provider's text is in it.
    pub message: String,
    /// What the provider said. Its text is for those who may see the agent's definition.
    pub provider: Option<Told>,
    /// Whether the same call may succeed later. All tries that could be made at once have been made.
    pub retry: Retry,
    /// Whether a part of the answer had come.
    pub began: bool,
}

/// What a provider said of its error. No keys are in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The HTTP status. An error within a stream has the status that it would have had before.
    pub status: Option<u16>,
    /// The provider's code.
    pub code: Option<String>,
    /// The provider's id of the request.
    pub request_id: Option<String>,
    /// The provider's text, at most 2,000 characters of it.
    pub text: String,
}

/// Whether and when to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same call would fail again.
    Never,
    /// Later, nobody said when.
    Backoff,
    /// After this time, as the provider said.
    After(Duration),
}

impl ModelError {
    /// An error that asking again does not mend.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        ModelError { code, message: message.into(), provider: None, retry: Retry::Never, began: false }
    }

    /// The stream ended before the answer did.
    pub(crate) fn cut() -> Self {
        let message = "The provider's answer broke off before its end. Ask again.";
        ModelError { retry: Retry::Backoff, ..Self::new("stream_cut", message) }
    }

    /// The stream is not what the wire says.
    pub(crate) fn unreadable(what: &str) -> Self {
        Self::new(
            "invalid_stream",
            format!("The provider's answer cannot be read: {what}. Check that the base URL speaks this wire."),
        )
    }

    /// The call did not come through.
    pub(crate) fn of_egress(error: &EgressError) -> Self {
        let retry = if error.retryable() { Retry::Backoff } else { Retry::Never };
        ModelError { retry, ..Self::new(error.code(), format!("The provider was not reached, or did not answer: {error}.")) }
    }

    /// The provider refused the call by its status.
    pub(crate) fn refused(status: u16, headers: &[(String, String)], body: &[u8], now: Time) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body)));
        let (code, text) = told(&body);
        let code = header(headers, "x-amzn-errortype").and_then(|kind| kind.split(':').next()).map(str::to_owned).or(code);
        let retry = retry(status, code.as_deref(), || asked_wait(headers, &body, now));
        let request_id = request_id(headers);
        Self::of_provider(Told { status: Some(status), code, request_id, text }, retry)
    }

    /// The error in a frame of a stream, if the frame is one.
    pub(crate) fn in_frame(frame: &Value) -> Option<Self> {
        // Google puts an error into a list.
        let frame = frame.get(0).unwrap_or(frame);
        frame.get("error").filter(|error| !error.is_null())?;
        let (code, text) = told(frame);
        let numeric = frame["error"]["code"].as_u64().and_then(|code| u16::try_from(code).ok());
        let status = numeric.or_else(|| code.as_deref().and_then(status_of_code));
        let retry = status.map_or(Retry::Backoff, |status| retry(status, code.as_deref(), || asked_wait(&[], frame, Time(0))));
        Some(Self::of_provider(Told { status, code, request_id: None, text }, retry))
    }

    fn of_provider(told: Told, retry: Retry) -> Self {
        let status = told.status.map(|status| format!(" with {status}")).unwrap_or_default();
        let remedy = match (told.status, retry) {
            (Some(401 | 403), _) => "Check the key of the provider, and whether it may ask this model.",
            (Some(404), _) => "Check the model's name and the provider's base URL.",
            (_, Retry::Never) => "Check the model's name, the request, and the account at the provider.",
            _ => "It is overloaded or failing: ask again later.",
        };
        let code = if retry == Retry::Never { "provider_refused" } else { "provider_unavailable" };
        ModelError { provider: Some(told), retry, ..Self::new(code, format!("The model's provider answered{status}. {remedy}")) }
    }
}

/// The request's id, by the headers that the providers use.
pub(crate) fn request_id(headers: &[(String, String)]) -> Option<String> {
    ["x-request-id", "request-id", "x-amzn-requestid"].iter().find_map(|name| header(headers, name)).map(str::to_owned)
}

/// The beginning of a header's value.
fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    let (_, value) = headers.iter().find(|(key, _)| key == name)?;
    Some(value.char_indices().nth(200).map_or(value.as_str(), |(end, _)| &value[..end]).trim())
}

/// The code and the text of an error: `{"error": {"code" | "status" | "type" | "__type", "message"}}`, alone or in a list, or less than that.
fn told(body: &Value) -> (Option<String>, String) {
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error").unwrap_or(body);
    let code = ["code", "status", "type", "__type"]
        .iter()
        .find_map(|key| error[key].as_str())
        .map(|code| code.chars().take(200).collect());
    let text = error["message"].as_str().or(error.as_str()).map_or_else(|| error.to_string(), str::to_owned);
    (code, text.chars().take(MAX_TEXT).collect())
}

/// Whether a status passes. An account without money has the status of one that is too fast, and stays so.
fn retry(status: u16, code: Option<&str>, asked: impl FnOnce() -> Option<Duration>) -> Retry {
    match status {
        429 if code == Some("insufficient_quota") => Retry::Never,
        429 | 503 | 529 => asked().map_or(Retry::Backoff, Retry::After),
        // At Amazon, a model failed (424) or took too long (408).
        408 | 424 | 500.. => Retry::Backoff,
        _ => Retry::Never,
    }
}

/// The wait that the provider asks for: in `retry-after-ms`, in `retry-after` as seconds or a date (RFC 9110, 10.2.3), or in the
/// details of Google's errors.
fn asked_wait(headers: &[(String, String)], body: &Value, now: Time) -> Option<Duration> {
    let header = |name: &str| header(headers, name);
    let seconds = |text: &str| text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let until = |text: &str| {
        let date = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(Duration::from_millis(u64::try_from(date.timestamp().as_millisecond() - now.0).unwrap_or(0)))
    };
    let details = body.get(0).unwrap_or(body)["error"]["details"].as_array();
    let detail = || details?.iter().find_map(|detail| seconds(detail["retryDelay"].as_str()?.strip_suffix('s')?));
    header("retry-after-ms")
        .and_then(seconds)
        .map(|thousandfold| thousandfold / 1000)
        .or_else(|| header("retry-after").and_then(|text| seconds(text).or_else(|| until(text))))
        .or_else(detail)
}

/// The status that an error within a stream would have had before it.
fn status_of_code(code: &str) -> Option<u16> {
    match code {
        "overloaded_error" => Some(529),
        "serviceUnavailableException" => Some(503),
        "rate_limit_error" | "rate_limit_exceeded" | "insufficient_quota" | "throttlingException" => Some(429),
        "api_error" | "server_error" | "internal_server_error" | "internalServerException" => Some(500),
        "timeout_error" => Some(504),
        "modelStreamErrorException" => Some(424),
        "modelTimeoutException" => Some(408),
        "invalid_request_error" | "invalid_prompt" | "context_length_exceeded" | "validationException" => Some(400),
        "authentication_error" | "invalid_api_key" => Some(401),
        "permission_error" => Some(403),
        "not_found_error" | "model_not_found" => Some(404),
        _ => None,
    }
}
