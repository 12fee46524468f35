//! Content codings: packed bodies are unpacked within bounds. Source: RFC 9110, 8.4.1.

use crate::Unreadable;
use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, GzDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::{Read, copy, sink};

/// The codings that are undone, as `Accept-Encoding` lists them. `br` is left out: it would add a dictionary of 120 KB to each function.
pub const CODINGS: &str = "gzip, deflate";
/// The most codings that one body may have.
const MOST_CODINGS: usize = 2;

/// Unpacks a body whose codings are listed as in `Content-Encoding`. No step may give more than `most` bytes.
pub fn unpack(codings: &str, body: Bytes, most: usize) -> Result<Bytes, Unreadable> {
    let codings = codings.split(',').map(|coding| coding.trim().to_ascii_lowercase());
    let codings: Vec<String> = codings.filter(|coding| !matches!(coding.as_str(), "" | "identity")).collect();
    if codings.len() > MOST_CODINGS {
        return Err(Unreadable::Coding(codings.join(", ")));
    }
    // The codings were applied in the order of the list. An empty body has none: it is the answer to HEAD, or a 304.
    codings.iter().rev().try_fold(body, |body, coding| if body.is_empty() { Ok(body) } else { undo(coding, &body, most) })
}

fn undo(coding: &str, body: &[u8], most: usize) -> Result<Bytes, Unreadable> {
    match coding {
        "gzip" | "x-gzip" => read_all(MultiGzDecoder::new(body), "gzip", most).map_err(|error| match error {
            Unreadable::Malformed { form, .. } if is_followed(body, most) => {
                Unreadable::Malformed { form, reason: "other bytes follow after its end".to_owned() }
            }
            other => other,
        }),
        "deflate" if is_zlib(body) => read_all(ZlibDecoder::new(body), "deflate", most),
        // Some senders leave out the zlib frame that the RFC asks for.
        "deflate" => read_all(DeflateDecoder::new(body), "deflate", most),
        other => Err(Unreadable::Coding(other.to_owned())),
    }
}

/// Whether a whole gzip stands before bytes that are not another one. Source: RFC 1952, 2.2.
fn is_followed(body: &[u8], most: usize) -> bool {
    let mut first = GzDecoder::new(body);
    let is_whole = copy(&mut (&mut first).take(most as u64 + 1), &mut sink()).is_ok_and(|bytes| bytes <= most as u64);
    let rest = first.into_inner();
    is_whole && !rest.is_empty() && !rest.starts_with(b"\x1f\x8b")
}

/// Whether the body begins with a zlib frame. Source: RFC 1950, 2.2.
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [method, flags, ..] if method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]) % 31 == 0)
}

fn read_all(packed: impl Read, form: &'static str, most: usize) -> Result<Bytes, Unreadable> {
    let mut unpacked = Vec::new();
    let read = packed.take(most as u64 + 1).read_to_end(&mut unpacked);
    if unpacked.len() > most {
        return Err(Unreadable::TooLarge(most));
    }
    read.map_err(|error| Unreadable::Malformed { form, reason: error.to_string() })?;
    Ok(unpacked.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};

    fn packed(mut by: impl Read) -> Bytes {
        let mut bytes = Vec::new();
        by.read_to_end(&mut bytes).unwrap();
        bytes.into()
    }

    fn gzip(bytes: &[u8]) -> Bytes {
        packed(GzEncoder::new(bytes, Compression::best()))
    }

    #[test]
    fn what_was_packed_comes_back() {
        let text = b"{\"n\":1.10}".repeat(100);
        let two_members = Bytes::from([gzip(b"one "), gzip(b"two")].concat());
        for (codings, body, unpacked) in [
            ("gzip", gzip(&text), &text[..]),
            ("X-GZip", gzip(&text), &text),
            ("gzip", two_members, b"one two"),
            ("deflate", packed(ZlibEncoder::new(&text[..], Compression::fast())), &text),
            ("deflate", packed(DeflateEncoder::new(&text[..], Compression::fast())), &text),
            ("deflate, gzip", gzip(&packed(ZlibEncoder::new(&text[..], Compression::fast()))), &text),
            ("", text.clone().into(), &text),
            ("identity", text.clone().into(), &text),
            ("gzip", Bytes::new(), b""),
        ] {
            assert_eq!(unpack(codings, body, 10_000).unwrap(), unpacked, "{codings}");
        }
    }

    #[test]
    fn bombs_and_what_is_broken_or_unknown_are_refused() {
        let bomb = gzip(&vec![0; 50_000_000]);
        assert_eq!(unpack("gzip", bomb.clone(), 1_000_000), Err(Unreadable::TooLarge(1_000_000)));
        assert_eq!(unpack("gzip, gzip", gzip(&bomb), 1_000_000), Err(Unreadable::TooLarge(1_000_000)));
        assert_eq!(unpack("gzip", gzip(&[0; 10]), 10).unwrap().len(), 10);
        assert_eq!(unpack("br", Bytes::from("x"), 10), Err(Unreadable::Coding("br".into())));
        assert!(matches!(unpack("gzip,gzip,gzip", Bytes::from("x"), 10), Err(Unreadable::Coding(_))));
        let cut = gzip(b"a longer text, which is cut");
        for (coding, body) in [("gzip", cut.slice(..cut.len() - 9)), ("gzip", "no gzip".into()), ("deflate", "\u{ff}".into())] {
            assert!(matches!(unpack(coding, body, 100), Err(Unreadable::Malformed { .. })), "{coding}");
        }
        for after in [&b"x"[..], b"some more bytes than a header has", b"\0"] {
            let refused = unpack("gzip", [&gzip(b"whole"), after].concat().into(), 100).unwrap_err().to_string();
            assert!(refused.contains("other bytes follow after its end"), "{refused}");
        }
    }
}
