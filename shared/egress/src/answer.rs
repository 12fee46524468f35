//! The form in which an answer is handed on: without content codings, text in UTF-8, and without credentials, however the answer was
//! packed. The headers are changed to match.

use crate::secret::Secret;
use crate::{EgressError, Redactor, Response};
use bytes::Bytes;
use rookery_media::{Body, Unreadable};
use std::borrow::Cow;

/// Unpacks the answer. An answer in a coding that was not asked for stays as it came.
pub(crate) fn unpacked(
    mut response: Response,
    host: &str,
    max_body: usize,
    charset: Option<&str>,
) -> Result<Response, EgressError> {
    let codings = response.headers.iter().filter(|(name, _)| name == "content-encoding").map(|(_, value)| value.as_str());
    let codings = codings.collect::<Vec<_>>().join(",");
    match rookery_media::unpack(&codings, response.body.clone(), max_body) {
        Ok(body) if !codings.is_empty() => {
            response.body = body;
            response.headers.retain(|(name, _)| name != "content-encoding" && name != "content-length");
        }
        Ok(_) => {}
        Err(Unreadable::TooLarge(most)) => return Err(EgressError::BodyTooLarge(most)),
        Err(Unreadable::Coding(_)) => return Ok(response),
        Err(_) => return Err(EgressError::InvalidResponse { host: host.to_owned() }),
    }
    if let Some(text) = charset.and_then(|charset| rookery_media::text_in(charset, &response.body)) {
        let essence =
            response.header("content-type").and_then(|content_type| content_type.split(';').next()).unwrap_or("text/plain");
        let content_type = format!("{essence}; charset=utf-8");
        response.body = Bytes::from(text.into_owned());
        response.headers.retain(|(name, _)| name != "content-type" && name != "content-length");
        response.headers.push(("content-type".to_owned(), content_type));
        return Ok(response);
    }
    let content_type = response.headers.iter_mut().find(|(name, _)| name == "content-type");
    if let Some((_, content_type)) = content_type
        && let Some((utf8, body)) = rookery_media::to_utf8(content_type, &response.body)
    {
        (*content_type, response.body) = (utf8, body);
        response.headers.retain(|(name, _)| name != "content-length");
    }
    Ok(response)
}

/// Takes the credentials out of the answer.
pub(crate) fn redacted(mut response: Response, secrets: &[Secret], max_body: usize) -> Result<Response, EgressError> {
    if secrets.is_empty() {
        return Ok(response);
    }
    let redactor = Redactor::of(secrets);
    // The fields of a form may each be in a charset and an encoding of their own, so they are searched as they are read.
    let fields = fields(&response).unwrap_or_default();
    if let Cow::Owned(clean) = redactor.redact(fields.as_bytes()) {
        response.body = Bytes::from(clean);
        response.headers.retain(|(name, _)| name != "content-type" && name != "content-length");
        response.headers.push(("content-type".to_owned(), "application/json".to_owned()));
    } else if let Cow::Owned(clean) = redactor.redact(&response.body) {
        response.body = Bytes::from(clean);
    }
    for text in response.headers.iter_mut().flat_map(|(name, value)| [name, value]) {
        *text = redactor.redact_text(text);
    }
    response.url = redactor.redact_text(&response.url);
    // The labels of credentials may be longer than their values, so the size is checked again.
    if response.body.len() > max_body { Err(EgressError::BodyTooLarge(max_body)) } else { Ok(response) }
}

/// The fields of an answer that is a form, as JSON.
fn fields(response: &Response) -> Option<String> {
    match rookery_media::read(response.header("content-type")?, &response.body) {
        Ok(Body::Form(fields)) => Some(serde_json::Value::Object(fields).to_string()),
        _ => None,
    }
}
