//! The table of media types that are read.

use crate::{Unreadable, charset, form, multipart};
use mime::Mime;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// How a body of a media type is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Json,
    Form,
    Multipart,
    Text,
    Xml,
}

/// The media types that are read, and how: whole types, `text/*`, and endings. The first row that fits counts.
const TABLE: [(&str, Reader); 12] = [
    ("application/json", Reader::Json),
    ("text/json", Reader::Json),
    ("+json", Reader::Json),
    ("application/x-www-form-urlencoded", Reader::Form),
    ("multipart/form-data", Reader::Multipart),
    ("application/xml", Reader::Xml),
    ("text/xml", Reader::Xml),
    ("+xml", Reader::Xml),
    ("text/*", Reader::Text),
    ("application/x-ndjson", Reader::Text),
    ("application/yaml", Reader::Text),
    ("application/javascript", Reader::Text),
];

/// A body that was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Body<'b> {
    /// The text of a JSON type, not yet parsed.
    Json(Cow<'b, str>),
    /// The fields of a form; see [`crate::fields`]. A file is `{"name", "type", "size", "base64"}`.
    Form(Map<String, Value>),
    /// Other text.
    Text(Cow<'b, str>),
}

/// Reads an unpacked body by its `Content-Type`.
pub fn read<'b>(content_type: &str, body: &'b [u8]) -> Result<Body<'b>, Unreadable> {
    let media_type = MediaType::parse(content_type);
    let Some(reader) = media_type.reader() else {
        return Err(match media_type.essence {
            none if none.is_empty() => Unreadable::NoMediaType,
            other => Unreadable::MediaType(other),
        });
    };
    let charset = media_type.charset(reader, body);
    match reader {
        Reader::Json => charset::text(body, charset.as_deref()).map(Body::Json),
        Reader::Form => form::read(body, charset.as_deref()).map(Body::Form),
        Reader::Multipart => multipart::read(content_type, body).map(Body::Form),
        Reader::Text | Reader::Xml => charset::text(body, charset.as_deref()).map(Body::Text),
    }
}

/// The types that are read, for people.
pub(crate) fn read_types() -> String {
    let types =
        TABLE.map(|(pattern, _)| if pattern.starts_with('+') { format!("`*/*{pattern}`") } else { format!("`{pattern}`") });
    types.join(", ")
}

/// A `Content-Type`, parsed as far as possible.
pub(crate) struct MediaType {
    /// The type without parameters, in lower case; empty when there is none.
    pub(crate) essence: String,
    pub(crate) charset: Option<String>,
}

impl MediaType {
    pub(crate) fn parse(content_type: &str) -> MediaType {
        let parsed = content_type.trim().parse::<Mime>().ok();
        let charset = parsed.as_ref().and_then(|parsed| parsed.get_param(mime::CHARSET));
        // A header with broken parameters still names its type.
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // Some senders put it into single quotes, which do not belong to any charset's name.
        MediaType { essence, charset: charset.map(|charset| charset.as_str().trim_matches('\'').to_owned()) }
    }

    pub(crate) fn reader(&self) -> Option<Reader> {
        let essence = self.essence.as_str();
        let fits = |pattern: &str| match pattern.strip_suffix('*') {
            Some(prefix) => essence.starts_with(prefix),
            None if pattern.starts_with('+') => essence.ends_with(pattern),
            None => essence == pattern,
        };
        TABLE.iter().find(|(pattern, _)| fits(pattern)).map(|(_, reader)| *reader)
    }

    /// The declared charset: the header's, or else the one in an XML document itself.
    pub(crate) fn charset<'a>(&'a self, reader: Reader, body: &'a [u8]) -> Option<Cow<'a, str>> {
        let in_body = || (reader == Reader::Xml).then(|| charset::of_xml(body)).flatten();
        self.charset.as_deref().or_else(in_body).map(Cow::Borrowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bodies_are_read_by_their_type() {
        for (content_type, body, expected) in [
            ("application/json", &b"{\"a\": 1.10}"[..], Body::Json("{\"a\": 1.10}".into())),
            ("Application/Problem+JSON; charset=utf-8", b"\xef\xbb\xbf[1]", Body::Json("[1]".into())),
            ("application/json; charset=utf-16le", b"1\0", Body::Json("1".into())),
            ("text/plain; charset=\"iso-8859-1\"", b"\xe9", Body::Text("é".into())),
            ("text/plain;charset='iso-8859-1'", b"\xe9", Body::Text("é".into())),
            ("text/plain; charset", b"x", Body::Text("x".into())),
            ("text/plain;", b"x", Body::Text("x".into())),
            (
                "application/xml",
                b"<?xml version=\"1.0\" encoding=\"windows-1252\"?>\x80",
                Body::Text("<?xml version=\"1.0\" encoding=\"windows-1252\"?>€".into()),
            ),
            (
                "application/rss+xml; charset=utf-8",
                b"<?xml encoding='latin1'?>\xc3\xa9",
                Body::Text("<?xml encoding='latin1'?>é".into()),
            ),
            ("text/x-anything", b"x", Body::Text("x".into())),
        ] {
            assert_eq!(read(content_type, body).unwrap(), expected, "{content_type}");
        }
        let form = read("application/x-www-form-urlencoded", b"a=1").unwrap();
        assert_eq!(form, Body::Form(json!({"a": "1"}).as_object().unwrap().clone()));
    }

    #[test]
    fn what_is_not_read_is_named_with_what_is() {
        let refused = read("image/PNG; x=y", b"x").unwrap_err();
        assert_eq!(refused, Unreadable::MediaType("image/png".into()));
        for known in ["`application/json`", "`multipart/form-data`", "`text/*`", "`*/*+json`"] {
            assert!(refused.remedy().contains(known), "{}", refused.remedy());
        }
        assert_eq!(read("", b"x").unwrap_err(), Unreadable::NoMediaType);
        assert!(Unreadable::Coding("br".into()).remedy().contains("gzip, deflate"));
    }
}
