//! The form in which an answer is handed on: without content codings, and text in UTF-8. So a credential in it is found and taken
//! out, however the answer was packed. The headers are changed to match.

use crate::{EgressError, Response};
use rookery_media::{Body, Unreadable};

/// Unpacks the answer. An answer in a coding that was not asked for stays as it came.
pub(crate) fn unpacked(mut response: Response, host: &str, max_body: usize) -> Result<Response, EgressError> {
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
    let content_type = response.headers.iter_mut().find(|(name, _)| name == "content-type");
    if let Some((_, content_type)) = content_type
        && let Some((utf8, body)) = rookery_media::to_utf8(content_type, &response.body)
    {
        (*content_type, response.body) = (utf8, body);
        response.headers.retain(|(name, _)| name != "content-length");
    }
    Ok(response)
}

/// The fields of an answer that is a form, as JSON.
pub(crate) fn fields(response: &Response) -> Option<String> {
    match rookery_media::read(response.header("content-type")?, &response.body) {
        Ok(Body::Form(fields)) => Some(serde_json::Value::Object(fields).to_string()),
        _ => None,
    }
}
