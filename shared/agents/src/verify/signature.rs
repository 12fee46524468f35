//! Signatures: made, written and compared in constant time.

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ED25519, UnparsedPublicKey};
use rookery_domain::Error;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// Base64 that can be read with and without padding.
pub(crate) const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// HMAC-SHA256 of the parts, one after another.
pub(crate) fn sign(key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, Error> {
    let mac = Hmac::<Sha256>::new_from_slice(key).map_err(Error::internal)?;
    Ok(parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().to_vec())
}

/// Whether one of these is the Ed25519 signature of the parts, one after another.
pub(crate) fn one_is_ed25519(key: &[u8], parts: &[&[u8]], mut signatures: impl Iterator<Item = Vec<u8>>) -> bool {
    let (key, message) = (UnparsedPublicKey::new(&ED25519, key), parts.concat());
    signatures.any(|signature| key.verify(&message, &signature).is_ok())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits, in either case.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Whether one of these is the expected text. The time is the same whichever it is, and wherever they differ.
pub(crate) fn one_is<'p>(expected: &str, given: impl Iterator<Item = &'p str>) -> bool {
    given.fold(Choice::from(0), |found, given| found | expected.as_bytes().ct_eq(given.as_bytes())).into()
}
