//! What the answer to a call of an external agent tells: the callee's id, and the health of its endpoint. Pure.

use crate::external::breaker::Called;
use rookery_agents::agent_protocol::read_acknowledgement;
use rookery_agents::{AgentError, Retry};
use rookery_egress::{Redactor, Response};
use serde_json::{Value, json};

/// The name that stands where a callback token was taken out.
pub(crate) const CALLBACK_TOKEN: &str = "callback token";

/// The callee's id in the answer to a call.
pub(crate) fn acknowledged(response: Response) -> Result<String, AgentError> {
    read_acknowledgement(&response.body).ok_or_else(|| {
        let shown = String::from_utf8_lossy(&response.body[..response.body.len().min(1000)]).into_owned();
        let error = AgentError::fail("not_acknowledged", "The agent's answer is no acknowledgement: it has no `requestId`.");
        error.with_details(json!({"status": response.status, "body": shown}))
    })
}

/// What the outcome of a call tells about its endpoint.
pub(crate) fn outcome(answered: &Result<String, AgentError>) -> Called {
    const NOT_SENT: [&str; 8] = [
        "address_refused",
        "credential_insecure",
        "credential_missing",
        "credential_refused",
        "header_refused",
        "invalid_url",
        "outside_call",
        "unavailable",
    ];
    match answered {
        Ok(_) => Called::Answered,
        Err(error) if NOT_SENT.contains(&error.code.as_str()) => Called::NotSent,
        // The endpoint refused this one request, so it is in good health.
        Err(error) if error.code == "http_error" && error.retry == Retry::Never => Called::Answered,
        Err(_) => Called::Failed,
    }
}

/// The same error without the callback token, which the answer may have repeated.
pub(crate) fn without(mut error: AgentError, token: &str) -> AgentError {
    let redactor = Redactor::new([(CALLBACK_TOKEN, token)]);
    let clean = |text: &str| redactor.redact_text(text);
    error.message = clean(&error.message);
    if let Some(details) = &error.details {
        error.details = serde_json::from_str::<Value>(&clean(&details.to_string())).ok();
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_ours_says_nothing_of_the_endpoint_and_a_refusal_that_it_is_well() {
        let failed = |error: AgentError| outcome(&Err(error));
        assert_eq!(outcome(&Ok("id".to_owned())), Called::Answered);
        for code in ["credential_missing", "address_refused", "unavailable"] {
            assert_eq!(failed(AgentError::retry(code, "")), Called::NotSent, "{code}");
        }
        assert_eq!(failed(AgentError::fail("http_error", "422")), Called::Answered);
        assert_eq!(failed(AgentError::retry("http_error", "503")), Called::Failed);
        for code in ["connect_failed", "timeout", "not_acknowledged", "body_too_large", "redirect_refused", "tls_failed"] {
            assert_eq!(failed(AgentError::fail(code, "")), Called::Failed, "{code}");
        }
    }

    #[test]
    fn a_token_that_an_answer_repeats_is_not_shown() {
        let error = AgentError::fail("http_error", "it said s3cret").with_details(json!({"body": "x-callback-token: s3cret"}));
        let clean = without(error, "s3cret");
        let label = "[credential callback token]";
        assert_eq!(clean.message, format!("it said {label}"));
        assert_eq!(clean.details, Some(json!({"body": format!("x-callback-token: {label}")})));
    }
}
