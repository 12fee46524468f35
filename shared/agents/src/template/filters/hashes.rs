//! Hashes of texts, in hexadecimal, and those that are signed with a key.

use super::encodings::hex;
use super::{Given, Own};
use liquid_core::Result;
use liquid_core::model::Value;
use md5::{Digest, Md5};
use ring::{digest, hmac};

pub(super) const FILTERS: &[Own] = &[
    Own::new("hmac_sha1", 1, 1, |given| sign(given, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY)),
    Own::new("hmac_sha256", 1, 1, |given| sign(given, hmac::HMAC_SHA256)),
    Own::new("md5", 0, 0, |given| Ok(Value::scalar(hex(&Md5::digest(given.text().as_bytes()))))),
    Own::new("sha1", 0, 0, |given| hash(given, &digest::SHA1_FOR_LEGACY_USE_ONLY)),
    Own::new("sha256", 0, 0, |given| hash(given, &digest::SHA256)),
];

fn hash(given: &Given<'_>, algorithm: &'static digest::Algorithm) -> Result<Value> {
    Ok(Value::scalar(hex(digest::digest(algorithm, given.text().as_bytes()).as_ref())))
}

fn sign(given: &Given<'_>, algorithm: hmac::Algorithm) -> Result<Value> {
    let key = hmac::Key::new(algorithm, given.argument_text(0, "").as_bytes());
    Ok(Value::scalar(hex(hmac::sign(&key, given.text().as_bytes()).as_ref())))
}
