//! Reads what a bucket lists: the answer of ListObjectsV2. A list that is not whole is an error, since whatever it lacks would seem to be removed.

use super::bucket::{Begin, MOST_NAME, bare};
use crate::AgentError;
use crate::service::cut;
use percent_encoding::percent_decode_str;
use rookery_markup::{Item, Tree};

/// An object of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) etag: String,
    pub(super) size: Option<u64>,
    pub(super) modified: String,
}

/// A page of objects.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) objects: Vec<Object>,
    /// Where the next page begins, if there is one.
    pub(super) next: Option<Begin>,
}

impl Page {
    /// Reads an answer.
    pub(super) fn read(text: &str) -> Result<Page, AgentError> {
        let tree = Tree::xml(text).map_err(|error| broken(&error.to_string()))?;
        let root = tree.root().filter(|root| tree.name(*root) == "ListBucketResult");
        let root = root.ok_or_else(|| broken("its first element is no `ListBucketResult`"))?;
        let text_of = |item: Item, name: &str| {
            let found = tree.elements(item).find(|(_, found)| *found == name);
            found.map(|(child, _)| tree.text(child))
        };
        let is_encoded = text_of(root, "EncodingType").is_some_and(|kind| kind.trim() == "url");
        let object = |item: Item| {
            let name = text_of(item, "Key").filter(|name| !name.is_empty()).ok_or_else(|| broken("an object has no `Key`"))?;
            let name = if is_encoded { decoded(&name)? } else { name };
            if name.len() > MOST_NAME {
                return Err(broken("the name of an object is longer than 1,024 bytes"));
            }
            Ok(Object {
                name,
                etag: bare(&text_of(item, "ETag").unwrap_or_default()),
                size: text_of(item, "Size").and_then(|size| size.trim().parse().ok()),
                modified: cut(text_of(item, "LastModified").unwrap_or_default().trim(), 64),
            })
        };
        let contents = tree.elements(root).filter(|(_, name)| *name == "Contents");
        let objects: Vec<Object> = contents.map(|(item, _)| object(item)).collect::<Result<_, _>>()?;
        let count = text_of(root, "KeyCount").and_then(|count| count.trim().parse::<usize>().ok());
        if count.is_some_and(|count| count != objects.len()) {
            return Err(broken("it does not have as many objects as it says"));
        }
        let goes_on =
            text_of(root, "IsTruncated").ok_or_else(|| broken("it does not say whether it is whole (`IsTruncated`)"))?;
        let token = text_of(root, "NextContinuationToken").filter(|token| !token.is_empty());
        let next = match (goes_on.trim() == "true", token) {
            (false, _) => None,
            (true, Some(token)) => Some(Begin::Token(token)),
            (true, None) => return Err(broken("it says that there is more, and not where (`NextContinuationToken`)")),
        };
        Ok(Page { objects, next })
    }
}

/// A name as it was before the store wrote it as in a form.
fn decoded(name: &str) -> Result<String, AgentError> {
    let name = name.replace('+', " ");
    let decoded = percent_decode_str(&name).decode_utf8().map_err(|_| broken("the name of an object is not UTF-8"))?;
    Ok(decoded.into_owned())
}

fn broken(what: &str) -> AgentError {
    let message =
        format!("What answers lists no bucket as S3 does: {what}. Look at `endpoint`, which is the address of the store's API.");
    AgentError::fail("no_listing", message)
}
