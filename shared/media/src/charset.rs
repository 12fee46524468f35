//! Charsets: bytes are read as text by their byte order mark, else by the declared charset, else as UTF-8. Bytes that are no text
//! in the charset are refused. Source: <https://encoding.spec.whatwg.org/>.

use crate::Unreadable;
use crate::table::{MediaType, Reader};
use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use std::borrow::Cow;

/// The byte order marks of UTF-32, which the standard does not read. The first begins with UTF-16's.
const UTF_32_MARKS: [&[u8]; 2] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
/// How much of a page is searched for its charset, in bytes.
const HEAD: usize = 4096;

/// The text of a body.
pub(crate) fn text<'b>(body: &'b [u8], declared: Option<&str>) -> Result<Cow<'b, str>, Unreadable> {
    let (encoding, body) = encoding(body, declared)?;
    decode(encoding, body)
}

/// The encoding of a body, and the body without its byte order mark.
pub(crate) fn encoding<'b>(body: &'b [u8], declared: Option<&str>) -> Result<(&'static Encoding, &'b [u8]), Unreadable> {
    if UTF_32_MARKS.iter().any(|mark| body.starts_with(mark)) {
        return Err(Unreadable::Charset("utf-32".to_owned()));
    }
    match (Encoding::for_bom(body), declared) {
        (Some((encoding, mark)), _) => Ok((encoding, &body[mark..])),
        (None, None) => Ok((UTF_8, body)),
        (None, Some(label)) => {
            let encoding = Encoding::for_label_no_replacement(label.as_bytes());
            encoding.map(|encoding| (encoding, body)).ok_or_else(|| Unreadable::Charset(label.to_owned()))
        }
    }
}

/// Bytes in an encoding as text.
pub(crate) fn decode<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Cow<'b, str>, Unreadable> {
    if encoding == UTF_8 {
        let text = std::str::from_utf8(bytes).map_err(|error| Unreadable::NotUtf8(error.valid_up_to()))?;
        return Ok(text.into());
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or(Unreadable::NotText(encoding.name()))
}

/// The charset that an XML document declares in its first line. Source: RFC 7303, 3.
pub(crate) fn of_xml(body: &[u8]) -> Option<&str> {
    let head = body.get(..body.len().min(200))?.strip_prefix(b"<?xml")?;
    let line = &head[..head.windows(2).position(|two| two == b"?>")?];
    let (_, after) = std::str::from_utf8(line).ok()?.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next()
}

/// Converts a text body in another charset to UTF-8, and gives the content type that is then right. `None` means that the body
/// can stay as it is: also a form, whose values have escapes that are in the charset, too.
pub fn to_utf8(content_type: &str, body: &[u8]) -> Option<(String, Bytes)> {
    let media_type = MediaType::parse(content_type);
    let reader = media_type.reader().filter(|reader| !matches!(reader, Reader::Multipart | Reader::Form))?;
    let declared = media_type.charset(reader, body);
    let (encoding, bare) = encoding(body, declared.as_deref()).ok().filter(|(encoding, _)| *encoding != UTF_8)?;
    let text = decode(encoding, bare).ok()?;
    Some((format!("{}; charset=utf-8", media_type.essence), Bytes::from(text.into_owned())))
}

/// Whether an encoding has this name.
pub fn is_charset(label: &str) -> bool {
    Encoding::for_label_no_replacement(label.as_bytes()).is_some()
}

/// A body as text, whatever it is: by its byte order mark, else the charset of its `Content-Type`, else that of its XML declaration or `meta`
/// element (which only HTML has), else as UTF-8. A charset that is not known is passed over, and bytes that do not fit are replaced.
pub fn lossy<'b>(content_type: &str, body: &'b [u8], is_html: bool) -> Cow<'b, str> {
    let media_type = MediaType::parse(content_type);
    let known = |label: &str| Encoding::for_label_no_replacement(label.trim().as_bytes());
    let declared = media_type.charset.as_deref().and_then(known);
    let in_body = || {
        of_xml(body)
            .or_else(|| of_meta(body).filter(|_| is_html))
            .and_then(known)
            .filter(|encoding| encoding.is_ascii_compatible())
    };
    let encoding = declared.or_else(in_body).unwrap_or(UTF_8);
    encoding.decode(body).0
}

/// The text of a body in a charset, whatever is declared; none if there is no such charset.
pub fn text_in<'b>(label: &str, body: &'b [u8]) -> Option<Cow<'b, str>> {
    Some(Encoding::for_label_no_replacement(label.as_bytes())?.decode(body).0)
}

/// The charset that a `meta` element of HTML names.
fn of_meta(body: &[u8]) -> Option<&str> {
    let head = &body[..body.len().min(HEAD)];
    let is = |window: &[u8], name: &[u8]| window.eq_ignore_ascii_case(name);
    let meta = head.windows(5).position(|window| is(window, b"<meta"))?;
    let at = meta + head[meta..].windows(7).position(|window| is(window, b"charset"))? + 7;
    let value = head[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
    let end = value.iter().position(|byte| b"\"'; \t\r\n/>".contains(byte))?;
    std::str::from_utf8(&value[..end]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_before_what_is_declared_and_else_it_is_utf8() {
        for (body, declared, expected) in [
            (&b"caf\xc3\xa9"[..], None, "café"),
            (b"caf\xe9", Some("ISO-8859-1"), "café"),
            (b"\x93caf\xe9\x94 \x80", Some("windows-1252"), "\u{201c}café\u{201d} €"),
            (b"\xef\xbb\xbfcaf\xc3\xa9", None, "café"),
            (b"\xef\xbb\xbfcaf\xc3\xa9", Some("iso-8859-1"), "café"),
            (b"\xff\xfec\0a\0f\0\xe9\0", None, "café"),
            (b"\xfe\xff\0c\0a\0f\0\xe9", Some("utf-16"), "café"),
            (b"\0c\0a\0f\0\xe9", Some("UTF-16BE"), "café"),
            (b"\x83e\x83X\x83g", Some("Shift_JIS"), "テスト"),
            (b"caf\xe9", Some(" latin1 "), "café"),
        ] {
            assert_eq!(text(body, declared).unwrap(), expected, "{declared:?}");
        }
        assert_eq!(text(b"ab\xff", None), Err(Unreadable::NotUtf8(2)));
        assert_eq!(text(b"\x81\xff", Some("shift_jis")), Err(Unreadable::NotText("Shift_JIS")));
        for marked in [&b"\xff\xfe\0\0a\0\0\0"[..], b"\0\0\xfe\xff\0\0\0a"] {
            for declared in [None, Some("utf-32"), Some("utf-8")] {
                assert_eq!(text(marked, declared), Err(Unreadable::Charset("utf-32".into())), "{declared:?}");
            }
        }
        for unknown in ["utf-7", "x-klingon", "", "iso-2022-kr"] {
            assert_eq!(text(b"a", Some(unknown)), Err(Unreadable::Charset(unknown.to_owned())));
        }
    }

    #[test]
    fn whatever_it_is_it_becomes_a_text() {
        for (content_type, body, is_html, expected) in [
            ("text/html; charset=iso-8859-1", &b"caf\xe9"[..], true, "caf\u{e9}"),
            ("text/html", b"<META charset='Shift_JIS'>\x83e", true, "<META charset='Shift_JIS'>\u{30c6}"),
            (
                "text/html",
                b"<meta content=\"text/html; charset = latin1\">\xe9",
                true,
                "<meta content=\"text/html; charset = latin1\">\u{e9}",
            ),
            ("application/json", b"\"<meta charset=latin1>\xc3\xa9\"", false, "\"<meta charset=latin1>\u{e9}\""),
            (
                "text/xml",
                b"<?xml version='1.0' encoding='windows-1252'?>\x80",
                false,
                "<?xml version='1.0' encoding='windows-1252'?>\u{20ac}",
            ),
            ("text/xml; charset=x-klingon", b"\xff\xfea\0", false, "a"),
            ("", b"a\xffb", false, "a\u{fffd}b"),
            ("text/html", b"<meta charset=utf-16>\xc3\xa9", true, "<meta charset=utf-16>\u{e9}"),
        ] {
            assert_eq!(lossy(content_type, body, is_html), expected, "{content_type}");
        }
        assert_eq!(
            (text_in("latin1", b"\xe9").as_deref(), text_in("x-klingon", b""), is_charset("utf-8")),
            (Some("\u{e9}"), None, true)
        );
    }

    #[test]
    fn what_is_handed_on_as_utf8_says_so() {
        let latin = to_utf8("text/html; charset=ISO-8859-1; x=y", b"caf\xe9").unwrap();
        assert_eq!(latin, ("text/html; charset=utf-8".to_owned(), Bytes::from("café")));
        assert_eq!(to_utf8("application/json", b"\xff\xfe1\0").unwrap().1, "1");
        assert_eq!(to_utf8("text/xml", b"<?xml version='1.0' encoding='iso-8859-1'?>\xe9").unwrap().1.last(), Some(&0xa9));
        for (content_type, body) in [
            ("text/plain", &b"caf\xc3\xa9"[..]),
            ("text/plain; charset=utf-8", b"\xff"),
            ("text/plain; charset=x-klingon", b"a"),
            ("text/plain; charset=shift_jis", b"\x81\xff"),
            ("image/png; charset=iso-8859-1", b"\xe9"),
            ("", b"\xff\xfea\0"),
        ] {
            assert_eq!(to_utf8(content_type, body), None, "{content_type}");
        }
    }
}
