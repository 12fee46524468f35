//! Pages of lists: every list is one query, and a cursor says where the next begins.

use crate::expression::{Expr, Query};
use crate::item::{Item, key_attributes};
use crate::keys::Key;
use crate::sdk::Store;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rookery_domain::{Error, Result};

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

    /// The sort key, if it belongs to the list with this prefix.
    pub(crate) fn within(&self, prefix: &str) -> Result<String> {
        if self.0.starts_with(prefix) { Ok(self.0.clone()) } else { Err(bad_cursor()) }
    }
}

pub(crate) fn bad_cursor() -> Error {
    Error::invalid("`cursor` is not one of this list.", "Use `meta.next_cursor` of the page before, or leave it out.")
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
