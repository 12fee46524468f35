//! Answers and lists: `{data}`, `{data, meta: {next_cursor}}`, and the query that asks for a page.

use crate::error::Result;
use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rookery_domain::{Error, limits};
use rookery_store::{Cursor, Page};
use schemars::JsonSchema;
use serde::Serialize;

/// The longest sort key of the table, in base64.
pub(crate) const CURSOR_CHARS: usize = 1366;

/// One thing.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct One<T> {
    /// It.
    pub(crate) data: T,
}

/// A page of a list.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct Listed<T> {
    /// The page.
    pub(crate) data: Vec<T>,
    /// Where the list goes on.
    pub(crate) meta: ListMeta,
}

/// Where a list goes on.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct ListMeta {
    /// The `cursor` of the next page; null at the end.
    next_cursor: Option<String>,
}

/// As a JSON answer.
pub(crate) fn one<T>(data: T) -> axum::Json<One<T>> {
    axum::Json(One { data })
}

/// A page as a JSON answer, each item as `show` makes it.
pub(crate) fn listed<T, U>(page: Page<T>, show: impl FnMut(T) -> U) -> axum::Json<Listed<U>> {
    let next_cursor = page.next.map(|cursor| cursor.encode());
    axum::Json(Listed { data: page.items.into_iter().map(show).collect(), meta: ListMeta { next_cursor } })
}

/// The cursor of a place that is named by a text.
pub(crate) fn cursor_at(place: &str) -> Result<Cursor> {
    Ok(Cursor::decode(&URL_SAFE_NO_PAD.encode(place))?)
}

/// The text that names a cursor's place.
pub(crate) fn place_of(cursor: &Cursor) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor.encode()).ok()?).ok()
}

/// A request's query, of parameters that its route knows, each at most once.
#[derive(Clone, Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query. 400 names what the route does not know.
    pub(crate) fn read(uri: &Uri, known: &[&str]) -> Result<Self> {
        let pairs = pairs(uri)?;
        for (index, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let details = match known {
                    [] => "Leave it out: no parameters are known here.".to_owned(),
                    known => format!("Leave it out. Known here: {}.", known.join(", ")),
                };
                return Err(Error::invalid(format!("The query parameter `{name}` is not known here."), details).into());
            }
            if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
                let message = format!("The query parameter `{name}` is given twice.");
                return Err(Error::invalid(message, "Give it once.").into());
            }
        }
        Ok(Query(pairs))
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How many items are asked for.
    pub(crate) fn limit(&self) -> Result<usize> {
        let Some(text) = self.get("limit") else { return Ok(limits::PAGE) };
        let limit = text.parse().ok().filter(|limit| (1..=limits::PAGE_MAX).contains(limit));
        limit.ok_or_else(|| {
            let details = format!("Give a number from 1 to {}, or leave it out for {}.", limits::PAGE_MAX, limits::PAGE);
            Error::invalid("`limit` is not one that is taken.", details).into()
        })
    }

    /// Where the page is to begin.
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>> {
        let Some(text) = self.get("cursor") else { return Ok(None) };
        match (1..=CURSOR_CHARS).contains(&text.len()) {
            true => Ok(Some(Cursor::decode(text)?)),
            false => Err(bad_cursor().into()),
        }
    }
}

/// 400 of a cursor that is of no list, or of another.
pub(crate) fn bad_cursor() -> Error {
    Error::invalid("`cursor` is not one of this list.", "Use `meta.next_cursor` of the page before, or leave it out.")
}

/// A query's parameters, decoded, in order.
pub(crate) fn pairs(uri: &Uri) -> Result<Vec<(String, String)>> {
    let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
    let query = query.map_err(|_| Error::invalid("The query cannot be read.", "Write it like `?limit=10&agent=a`."))?;
    Ok(query.0)
}
