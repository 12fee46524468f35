//! The ids in a request's path.

use crate::error::{ApiError, Result};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use rookery_domain::Error;
use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

/// The ids in a path.
pub(crate) struct Ids(HashMap<String, String>);

impl Ids {
    /// The id with this name in the path. A text that cannot be such an id gets 404.
    pub(crate) fn get<T: FromStr + Display>(&self, name: &str) -> Result<T> {
        let text = self.text(name);
        // Each id has one spelling.
        let parsed = text.parse::<T>().ok().filter(|id| id.to_string() == text);
        parsed.ok_or_else(|| Error::not_found(name).into())
    }

    /// Whether the path has an id of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The text of an id; empty when the path has none of this name.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Error::not_found("resource"))?;
        Ok(Ids(params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
}
