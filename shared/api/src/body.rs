//! Bodies: JSON in UTF-8, bounded in size and time, read strictly: unknown and doubled fields are refused.

use crate::error::{ApiError, Result};
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use rookery_domain::{Error, Kind, Strict, in_plain_words, is_valid_name, limits, not_json};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// The time in which a body must come, or the request is cut.
const SLOWEST: Duration = Duration::from_secs(10);
/// How many bytes are read of a body that is too large, so that its sender goes on to read the answer.
const DRAINED: usize = 8 * 1024 * 1024;

/// What a route takes in its body. The type must refuse unknown fields (`deny_unknown_fields`).
pub(crate) trait Input: DeserializeOwned + JsonSchema {
    /// The largest body, in bytes.
    const BYTES: usize = 64 * 1024;
    /// Whether the body may be left out, which is the same as `{}`.
    const OPTIONAL: bool = false;
}

/// The body of a route that takes none: no body, or `{}`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl Input for Nothing {
    const OPTIONAL: bool = true;
}

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Input, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let bytes = read(body, T::BYTES).await?;
        if T::OPTIONAL && bytes.is_empty() {
            return parse(b"{}").map(Json);
        }
        check_media_type(&parts.headers)?;
        parse(&bytes).map(Json)
    }
}

/// Reads a body. 413 when it has more than `most` bytes, 408 when it comes too slowly.
pub(crate) async fn read(body: Body, most: usize) -> Result<Bytes> {
    read_within(SLOWEST, body, most).await
}

async fn read_within(time: Duration, mut body: Body, most: usize) -> Result<Bytes> {
    let all = async {
        let (mut bytes, mut length) = (BytesMut::new(), 0);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Error::invalid(format!("The body broke off: {error}."), "Send it again."))?;
            let Ok(data) = frame.into_data() else { continue };
            length += data.len();
            match length {
                _ if length <= most => bytes.extend_from_slice(&data),
                _ if length <= DRAINED => bytes.clear(),
                _ => break,
            }
        }
        if length > most { Err(too_large(most).into()) } else { Ok(bytes.freeze()) }
    };
    tokio::time::timeout(time, all).await.unwrap_or_else(|_| Err(ApiError::too_slow()))
}

fn too_large(most: usize) -> Error {
    let message = format!("The body has more than the {most} bytes that are taken here.");
    Error::new(Kind::TooLarge, "body_too_large", message, "Send less, or store the large part elsewhere and send a link to it.")
}

/// 415 for what is not said to be JSON.
pub(crate) fn check_media_type(headers: &HeaderMap) -> Result<()> {
    let given = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
    let essence = given.map(|given| given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    if essence.as_deref() == Some("application/json") {
        return Ok(());
    }
    let message = match given {
        None => "The request has no `Content-Type`.".to_owned(),
        Some(given) => format!("`{given}` is not read here."),
    };
    let details = "Send JSON, and `Content-Type: application/json`.";
    Err(Error::new(Kind::MediaType, "unsupported_media_type", message, details).into())
}

/// Reads JSON. An error names the field that is wrong.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::invalid(format!("The body is not UTF-8 from byte {}.", error.valid_up_to()), "Send JSON as UTF-8.")
    })?;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(Strict::new(&mut json)).map_err(wrong)?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

/// Names the field that is wrong.
fn wrong(error: serde_path_to_error::Error<serde_json::Error>) -> Error {
    let path = error.path().to_string();
    let inner = error.into_inner();
    if !inner.is_data() {
        return not_json(&inner);
    }
    let place = if path == "." { String::new() } else { format!("`{path}`: ") };
    Error::invalid(
        format!("{place}{}.", in_plain_words(&inner.to_string())),
        "Correct this field; /openapi.json shows what is taken here.",
    )
}

/// For a field that may be left out, but not be null; used with `#[serde(default)]`.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Refuses a text that is no valid name.
pub(crate) fn check_name(name: &str) -> Result<()> {
    match is_valid_name(name) {
        true => Ok(()),
        false => Err(Error::invalid(
            "`name` is empty, too long, or has control characters.",
            format!("Send a name of 1 to {} characters.", limits::NAME_CHARS),
        )
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use axum::response::IntoResponse;

    #[tokio::test]
    async fn a_body_that_does_not_come_is_cut() {
        let silent = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        let cut = read_within(Duration::from_millis(1), silent, 10).await.unwrap_err();
        assert_eq!(cut.into_response().status(), StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn a_body_is_as_long_as_it_may_be() {
        let read = async |bytes: usize| super::read(Body::from(vec![b' '; bytes]), 10).await;
        assert_eq!(read(10).await.unwrap().len(), 10);
        assert_eq!(read(11).await.unwrap_err().into_response().status(), StatusCode::PAYLOAD_TOO_LARGE);
        let broken = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
        let broken = super::read(Body::from_stream(broken), 10).await.unwrap_err();
        assert_eq!(broken.into_response().status(), StatusCode::BAD_REQUEST);
    }
}
