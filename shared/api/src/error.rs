//! The error envelope, the same for every error: `{"error": {"type", "message", "details", "meta"?}}`.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use rookery_domain::{Error, Kind};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::panic::AssertUnwindSafe;

/// A result whose error is sent as an answer.
pub(crate) type Result<T, E = ApiError> = std::result::Result<T, E>;

/// An error that is sent as an answer.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    error: Error,
}

/// The body of every error.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct Envelope {
    /// What went wrong.
    error: Shown,
}

/// An error as it is shown: also that of one of many things that a request asks for.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Shown {
    /// The stable type, in snake case.
    r#type: &'static str,
    /// What is wrong.
    message: String,
    /// What to do about it.
    details: String,
    /// Details for programs. `retry_after_seconds` says when to come again, as the header `Retry-After` does.
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Value>,
}

impl From<Error> for Shown {
    fn from(error: Error) -> Self {
        Shown { r#type: error.code, message: error.message, details: error.details, meta: error.meta }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let status = match error.kind {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::Unauthenticated | Kind::NotVerified => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Method => StatusCode::METHOD_NOT_ALLOWED,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Gone => StatusCode::GONE,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Kind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        ApiError { status, error }
    }
}

impl ApiError {
    /// 408: the body came too slowly.
    pub(crate) fn too_slow() -> Self {
        let error = Error::new(
            Kind::Invalid,
            "request_timeout",
            "The body did not come within ten seconds.",
            "Send the request again, faster.",
        );
        ApiError { status: StatusCode::REQUEST_TIMEOUT, error }
    }
}

impl ApiError {
    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The status, and the rest.
    pub(crate) fn into_parts(self) -> (StatusCode, Error) {
        (self.status, self.error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let ApiError { status, error } = self;
        log(&error);
        let kind = error.kind;
        let retry_after = error.retry_after_seconds();
        let allow = error.meta.as_ref().and_then(|meta| allow_header(&meta["allow"]));
        let mut response = (status, Json(Envelope { error: error.into() })).into_response();
        if kind == Kind::Unauthenticated {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"rookery\""));
        }
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = allow.filter(|_| status == StatusCode::METHOD_NOT_ALLOWED) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }
}

/// Tells operators of an error that they should know of.
pub(crate) fn log(error: &Error) {
    match error.kind {
        Kind::Internal => tracing::error!(%error, "internal error"),
        Kind::Unavailable => tracing::warn!(%error, "unavailable"),
        _ => {}
    }
}

fn allow_header(methods: &Value) -> Option<HeaderValue> {
    let methods: Vec<&str> = methods.as_array()?.iter().filter_map(Value::as_str).collect();
    methods.join(", ").parse().ok()
}

/// 404 for a path that no route has.
pub(crate) async fn unknown_path(uri: Uri) -> ApiError {
    let message = format!("There is nothing at `{}`.", uri.path());
    Error::new(Kind::NotFound, "not_found", message, "/openapi.json lists all paths.").into()
}

/// 405 for a path that exists with other methods.
pub(crate) fn wrong_method(method: &Method, allow: &[Method]) -> ApiError {
    let allow: Vec<&str> = allow.iter().map(Method::as_str).collect();
    let message = format!("This path does not take {method}; it takes {}.", allow.join(", "));
    let error = Error::new(Kind::Method, "method_not_allowed", message, "Use one of these methods.");
    error.with_meta(json!({"allow": allow})).into()
}

/// Turns a panic into an internal error like any other, so that the connection stays open.
pub(crate) async fn catch_panics(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
            ApiError::from(Error::internal(format!("panic: {}", text.unwrap_or("?")))).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    async fn breaks() -> StatusCode {
        panic!("secret of the inside")
    }

    #[tokio::test]
    async fn a_panic_is_in_the_envelope_and_says_nothing_of_the_inside() {
        let router: Router = Router::new().route("/", get(breaks)).layer(from_fn(catch_panics));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"]["type"], "internal_error");
        assert!(!body.to_string().contains("secret"));
    }
}
