//! Items as attribute maps: typed writing and reading, and the packing of texts.

use crate::keys::Key;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use rookery_domain::{Error, Result, Time};
use std::cell::RefCell;
use std::collections::HashMap;
use std::str::FromStr;

/// The attributes of an item, as the SDK has them.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// An item that is written or read. A missing or malformed attribute is an internal error that names the attribute, never a panic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item(pub(crate) Attributes);

impl Item {
    pub(crate) fn new(key: &Key) -> Self {
        Item(key_attributes(key))
    }

    pub(crate) fn s(mut self, name: &str, value: impl ToString) -> Self {
        self.0.insert(name.to_owned(), AttributeValue::S(value.to_string()));
        self
    }

    pub(crate) fn n(mut self, name: &str, value: impl ToString) -> Self {
        self.0.insert(name.to_owned(), AttributeValue::N(value.to_string()));
        self
    }

    pub(crate) fn list(mut self, name: &str, values: &[String]) -> Self {
        let values = values.iter().map(|value| AttributeValue::S(value.clone())).collect();
        self.0.insert(name.to_owned(), AttributeValue::L(values));
        self
    }

    /// A text, compressed when that makes it smaller.
    pub(crate) fn packed(self, name: &str, text: &str) -> Self {
        let bytes = pack(text);
        self.bytes(name, bytes)
    }

    pub(crate) fn bytes(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.0.insert(name.to_owned(), AttributeValue::B(Blob::new(bytes)));
        self
    }

    /// Adds what `with` makes of the value, if there is a value.
    pub(crate) fn maybe<T>(self, value: Option<T>, with: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => with(self, value),
            None => self,
        }
    }

    pub(crate) fn opt_str(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    pub(crate) fn str(&self, name: &str) -> Result<&str> {
        self.opt_str(name).ok_or_else(|| malformed(name))
    }

    pub(crate) fn parse<T: FromStr>(&self, name: &str) -> Result<T> {
        self.str(name)?.parse().map_err(|_| malformed(name))
    }

    pub(crate) fn opt_num<T: FromStr>(&self, name: &str) -> Option<T> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    pub(crate) fn num<T: FromStr>(&self, name: &str) -> Result<T> {
        self.opt_num(name).ok_or_else(|| malformed(name))
    }

    pub(crate) fn time(&self, name: &str) -> Result<Time> {
        self.num(name).map(Time)
    }

    pub(crate) fn strings(&self, name: &str) -> Vec<String> {
        let list = self.0.get(name).and_then(|value| value.as_l().ok());
        list.into_iter().flatten().filter_map(|value| value.as_s().ok().cloned()).collect()
    }

    pub(crate) fn raw(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name)?.as_b().ok().map(|blob| blob.as_ref())
    }

    pub(crate) fn unpacked(&self, name: &str) -> Result<String> {
        unpack(self.raw(name).ok_or_else(|| malformed(name))?)
    }

    /// Whether TTL has passed, although the item may still be there (rule 11).
    pub(crate) fn is_expired(&self, now: Time) -> bool {
        self.opt_num::<i64>("expires_at").is_some_and(|at| at < now.0 / 1000)
    }
}

pub(crate) fn key_attributes(key: &Key) -> Attributes {
    HashMap::from([("pk".to_owned(), AttributeValue::S(key.pk.clone())), ("sk".to_owned(), AttributeValue::S(key.sk.clone()))])
}

pub(crate) fn malformed(name: &str) -> Error {
    Error::internal(format!("a stored item has no valid `{name}`"))
}

thread_local! {
    /// The compressor is kept, since making one costs more than using it: its tables are zeroed.
    static DEFLATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
    /// The decompressor is kept for the same reason.
    static INFLATE: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

/// Packs a text. The first byte says how: 0 plain, 1 deflated. DynamoDB bills by the kilobyte, and JSON shrinks to a half or less.
pub(crate) fn pack(text: &str) -> Vec<u8> {
    let plain = || [&[0], text.as_bytes()].concat();
    if text.len() < 200 {
        return plain();
    }
    // The compressed text is used only if it fits into the room of the plain one.
    let mut packed = Vec::with_capacity(text.len() + 1);
    packed.push(1);
    let deflated = DEFLATE.with_borrow_mut(|deflate| {
        deflate.reset();
        deflate.compress_vec(text.as_bytes(), &mut packed, FlushCompress::Finish)
    });
    if matches!(deflated, Ok(Status::StreamEnd)) { packed } else { plain() }
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<String> {
    match bytes.split_first() {
        Some((0, text)) => String::from_utf8(text.to_vec()).map_err(Error::internal),
        Some((1, packed)) => String::from_utf8(inflate(packed)?).map_err(Error::internal),
        _ => Err(malformed("packed text")),
    }
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>> {
    INFLATE.with_borrow_mut(|inflate| {
        inflate.reset(false);
        let mut text = Vec::with_capacity(packed.len() * 4);
        loop {
            let before = (inflate.total_in(), text.len());
            let rest = packed.get(before.0 as usize..).unwrap_or_default();
            let status = inflate.decompress_vec(rest, &mut text, FlushDecompress::None).map_err(Error::internal)?;
            if status == Status::StreamEnd {
                return Ok(text);
            }
            if text.len() == text.capacity() {
                text.reserve(text.capacity().max(64));
            } else if before == (inflate.total_in(), text.len()) {
                return Err(malformed("packed text"));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_texts_come_back_and_shrink() {
        let long = r#"{"repository":"rookery","ref":"main"}"#.repeat(100);
        let flat = "0".repeat(250_000);
        for text in ["", "{}", "🦀", &long, &flat] {
            assert_eq!(unpack(&pack(text)).unwrap(), text);
        }
        let packed = pack(&long);
        assert!(unpack(&packed[..packed.len() - 1]).is_err(), "a part is no text");
        assert!(pack(&long).len() < long.len() / 5);
        assert!(unpack(&[]).is_err() && unpack(&[9, 9]).is_err() && unpack(&[1, 0xff]).is_err());
    }
}
