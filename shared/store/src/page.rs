//! Pages of lists: every list is one query, and a cursor says where the next begins.

use crate::expression::{Expr, Query};
use crate::item::{Item, key_attributes, malformed};
use crate::keys::{self, Key};
use crate::sdk::Store;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rookery_domain::{Error, EventId, Result, RunId, Time};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where a page begins: the sort key of the item before it. Opaque to users (base64url).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub(crate) String);

impl Cursor {
    /// Reads a cursor that a user sent back.
    pub fn decode(text: &str) -> Result<Self> {
        URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok()).map(Cursor).ok_or_else(bad_cursor)
    }

    /// The cursor's text for a user.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// The cursor of all that is not newer than this, in a list whose items are [`Placed`].
    pub fn up_to(at: Time) -> Self {
        Cursor(keys::recent_sort(Time(at.0.saturating_add(1)), EventId::root(RunId(Uuid::nil()))))
    }

    /// The sort key, if it belongs to the list with this prefix.
    pub(crate) fn within(&self, prefix: &str) -> Result<String> {
        if self.0.starts_with(prefix) { Ok(self.0.clone()) } else { Err(bad_cursor()) }
    }
}

pub(crate) fn bad_cursor() -> Error {
    Error::invalid("`cursor` is not one of this list.", "Use `meta.next_cursor` of the page before, or leave it out.")
}

/// What has a place in a list, newest first. Places of the same kind are in one order for all workflows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The place: a time, then the id.
    pub place: String,
    /// The item in a run that stands there.
    pub id: EventId,
}

impl Placed {
    pub(crate) fn read(place: String) -> Result<Self> {
        let id = keys::recent_id(&place).ok_or_else(|| malformed("place"))?;
        Ok(Placed { place, id })
    }

    /// The time of the place.
    pub fn at(&self) -> Time {
        keys::time_of_place(&self.place).unwrap_or(Time(0))
    }

    /// Where the list goes on behind the place.
    pub fn cursor(&self) -> Cursor {
        Cursor(self.place.clone())
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins, if there may be more.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The same page, with other items made of these.
    pub fn try_map<U>(self, f: impl FnMut(T) -> Result<U>) -> Result<Page<U>> {
        Ok(Page { items: self.items.into_iter().map(f).collect::<Result<_>>()?, next: self.next })
    }

    /// A page of what is merged of several lists, newest first, made of a page of each. What stands in two of them is there once.
    pub fn merged(pages: impl IntoIterator<Item = Page<T>>, limit: usize, place: impl Fn(&T) -> String) -> Page<T> {
        let (mut all, mut edge): (BTreeMap<String, T>, Option<String>) = (BTreeMap::new(), None);
        for page in pages {
            edge = edge.max(page.next.map(|next| next.0));
            all.extend(page.items.into_iter().map(|item| (place(&item), item)));
        }
        // What is older than the end of any of the pages may have neighbours that are not known yet.
        all.retain(|place, _| edge.as_ref().is_none_or(|edge| place >= edge));
        if all.len() > limit {
            edge = all.keys().rev().nth(limit - 1).cloned();
        }
        Page { items: all.into_values().rev().take(limit).collect(), next: edge.map(Cursor) }
    }
}

impl Store {
    /// A page of the items of a partition whose sort keys have a prefix, in the order of the keys; the cursor is a sort key.
    pub(crate) async fn page(&self, partition: &str, prefix: &str, limit: usize, cursor: Option<&Cursor>) -> Result<Page<Item>> {
        self.page_of(Query::prefix(partition.to_owned(), prefix, limit), prefix, cursor).await
    }

    /// A page of the items of a partition from a sort key on, in the order of the keys.
    pub(crate) async fn page_from(&self, partition: &str, from: &str, limit: usize) -> Result<Page<Item>> {
        // DynamoDB refuses a key that is empty.
        let range = (!from.is_empty()).then(|| Expr::new("#sk >= :from").s(":from", from));
        self.page_of(Query { range, ..Query::prefix(partition.to_owned(), "", limit) }, "", None).await
    }

    /// A page of the items of a partition whose sort keys have a prefix, newest first; the cursor is a sort key.
    pub(crate) async fn newest_page(
        &self,
        partition: &str,
        prefix: &str,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Item>> {
        let query = Query { newest_first: true, ..Query::prefix(partition.to_owned(), prefix, limit) };
        self.page_of(query, prefix, cursor).await
    }

    /// A page of the items of a partition between two sort keys, newest first; the cursor is a sort key.
    pub(crate) async fn newest_page_between(
        &self,
        partition: &str,
        range: Expr,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<Item>> {
        let query = Query { newest_first: true, range: Some(range), ..Query::prefix(partition.to_owned(), "", limit) };
        self.page_of(query, "", cursor).await
    }

    async fn page_of(&self, mut query: Query, prefix: &str, cursor: Option<&Cursor>) -> Result<Page<Item>> {
        if let Some(cursor) = cursor {
            query.after = Some(key_attributes(&Key { pk: query.partition.clone(), sk: cursor.within(prefix)? }));
        }
        let (items, stopped) = self.query(query).await?;
        let next = stopped.map(|key| key.str("sk").map(|sk| Cursor(sk.to_owned()))).transpose()?;
        Ok(Page { items, next })
    }
}
