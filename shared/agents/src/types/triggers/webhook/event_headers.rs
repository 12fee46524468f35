//! The headers of a request that its event has, beside the body. Headers that hold a secret are refused.

use super::Options;
use super::body::under;
use crate::HookRequest;
use crate::agent::Problems;
use crate::verify::Verify;
use serde_json::Value;

/// The options `event_headers` and `event_headers_key`.
pub(super) struct EventHeaders {
    names: Vec<String>,
    key: String,
}

impl EventHeaders {
    /// Reads the options, and notes what is no header, or one that holds a secret.
    pub(super) fn take(options: &Options, problems: &mut Problems) -> Self {
        let names =
            options.event_headers.iter().flat_map(|names| names.split(',')).map(str::trim).filter(|name| !name.is_empty());
        let proofs = options.verify.as_ref().map(Verify::headers).unwrap_or_default();
        for name in names.clone() {
            if http::HeaderName::try_from(name).is_err() {
                let message = format!("`{name}` is not the name of a header. Write them like `User-Agent, X-Event`.");
                problems.add("event_headers", message);
            }
            // Secrets must not stand in events. Earlier versions knew fewer of the headers that hold one.
            if proofs.iter().copied().chain(["authorization", "cookie"]).any(|secret| secret.eq_ignore_ascii_case(name)) {
                let message = format!("`{name}` holds a secret, which must not stand in events: leave it out.");
                problems.add_at_save("event_headers", message);
            }
        }
        EventHeaders { names: names.map(str::to_owned).collect(), key: options.event_headers_key.clone() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The payload with those of the headers that the request has.
    pub(super) fn add(&self, payload: Value, request: &HookRequest) -> Value {
        if self.is_empty() {
            return payload;
        }
        let headers = self.names.iter().filter_map(|name| Some((name.clone(), request.header(name)?.into())));
        under(payload, &self.key, Value::Object(headers.collect()))
    }
}
