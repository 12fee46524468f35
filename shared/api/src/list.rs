//! Answers and lists: `{data}`, `{data, meta: {next_cursor}}`, and the query that asks for a page.

use crate::error::Result;
use axum::http::Uri;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rookery_domain::{Error, Time, Words, limits};
use rookery_store::{Cursor, Page};
use schemars::JsonSchema;
use serde::Serialize;

/// The length of the longest sort key of the table, in base64.
pub(crate) const CURSOR_CHARS: usize = 1366;

/// An answer with one thing.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(crate) struct One<T> {
    /// The thing.
    pub(crate) data: T,
}

/// An answer with a page of a list.
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
    /// The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on.
    next_cursor: Option<String>,
}

/// Makes the JSON answer of one thing.
pub(crate) fn one<T>(data: T) -> axum::Json<One<T>> {
    axum::Json(One { data })
}

/// Makes the JSON answer of a page; `show` makes each item.
pub(crate) fn listed<T, U>(page: Page<T>, show: impl FnMut(T) -> U) -> axum::Json<Listed<U>> {
    let next_cursor = page.next.map(|cursor| cursor.encode());
    axum::Json(Listed { data: page.items.into_iter().map(show).collect(), meta: ListMeta { next_cursor } })
}

/// The cursor of a place that has a name.
pub(crate) fn cursor_at(place: &str) -> Result<Cursor> {
    Ok(Cursor::decode(&URL_SAFE_NO_PAD.encode(place))?)
}

/// The name of a cursor's place.
pub(crate) fn place_of(cursor: &Cursor) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(cursor.encode()).ok()?).ok()
}

/// The query of a request: parameters that its route knows, each at most once.
#[derive(Clone, Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query. 400 names a parameter that the route does not know.
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

    /// Reads a query whose other parameters are ignored. Of a parameter that is given twice, the first counts.
    pub(crate) fn of_any(uri: &Uri) -> Result<Self> {
        pairs(uri).map(Query)
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How many items the request asks for.
    pub(crate) fn limit(&self) -> Result<usize> {
        let Some(text) = self.get("limit") else { return Ok(limits::PAGE) };
        let limit = text.parse().ok().filter(|limit| (1..=limits::PAGE_MAX).contains(limit));
        limit.ok_or_else(|| {
            let details = format!("Give a number from 1 to {}, or leave it out for {}.", limits::PAGE_MAX, limits::PAGE);
            Error::invalid("`limit` is not one that is taken.", details).into()
        })
    }

    /// The words that are sought (`q`).
    pub(crate) fn words(&self) -> Words {
        Words::of(self.get("q").unwrap_or_default())
    }

    /// A time, if one is given. One before 1970 counts as 1970.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Time>> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let at: Option<jiff::Timestamp> = text.parse().ok();
        let at = at.ok_or_else(|| {
            let message = format!("`{name}` is not a time.");
            Error::invalid(message, "Write it as RFC 3339, like 2030-01-31T08:00:00Z; encode a `+` as %2B.")
        })?;
        Ok(Some(Time(at.as_millisecond().max(0))))
    }

    /// The version of a workflow that the query names.
    pub(crate) fn version(&self) -> Result<Option<u64>> {
        let wrong = |_| Error::invalid("`version` is not a number.", "Give the number of a version, like 3.");
        Ok(self.get("version").map(|version| version.parse().map_err(wrong)).transpose()?)
    }

    /// The times that `from` and `to` name.
    pub(crate) fn window(&self) -> Result<Window> {
        let window = Window { from: self.time("from")?, to: self.time("to")? };
        match (window.from, window.to) {
            (Some(from), Some(to)) if from > to => {
                Err(Error::invalid("`from` is later than `to`.", "Give the earlier time as `from`.").into())
            }
            _ => Ok(window),
        }
    }

    /// Where the page begins.
    pub(crate) fn cursor(&self) -> Result<Option<Cursor>> {
        Ok(self.get("cursor").map(read_cursor).transpose()?)
    }
}

/// A span of time, with both ends; open where an end is not given.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    pub(crate) from: Option<Time>,
    pub(crate) to: Option<Time>,
}

impl Window {
    /// Whether a time is in it.
    pub(crate) fn has(self, at: Time) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at <= to)
    }
}

/// Reads a cursor that was sent back.
pub(crate) fn read_cursor(text: &str) -> Result<Cursor, Error> {
    if (1..=CURSOR_CHARS).contains(&text.len()) { Cursor::decode(text) } else { Err(bad_cursor()) }
}

/// 400 for a cursor that belongs to no list, or to another one.
pub(crate) fn bad_cursor() -> Error {
    Error::invalid("`cursor` is not one of this list.", "Use `meta.next_cursor` of the page before, or leave it out.")
}

/// The parameters of a query, decoded, in order.
pub(crate) fn pairs(uri: &Uri) -> Result<Vec<(String, String)>> {
    let query = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
    let query = query.map_err(|_| Error::invalid("The query cannot be read.", "Write it like `?limit=10&agent=a`."))?;
    Ok(query.0)
}
