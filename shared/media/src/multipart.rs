//! Web forms in parts (`multipart/form-data`): texts, JSON and files. Source: RFC 7578.

use crate::table::{MediaType, Reader};
use crate::{Unreadable, charset, form};
use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use futures::{FutureExt, stream};
use multer::Multipart;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::convert::Infallible;

/// The most parts that are read.
const PARTS: usize = 1000;

/// The fields of a form. A file is `{"name", "type", "size", "base64"}`; a part of a JSON type is its value, any other its text.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let boundary = multer::parse_boundary(content_type).map_err(malformed)?;
    let body = Bytes::copy_from_slice(body);
    let mut parts = Multipart::new(stream::once(async { Ok::<_, Infallible>(body) }), boundary);
    let all = async {
        let mut fields = Vec::new();
        while let Some(part) = parts.next_field().await.map_err(malformed)? {
            if fields.len() == PARTS {
                return Err(Unreadable::Malformed { form: FORM, reason: format!("it has more than {PARTS} parts") });
            }
            let name =
                part.name().ok_or_else(|| Unreadable::Malformed { form: FORM, reason: "a part has no name".to_owned() })?;
            let header =
                |name: &str| part.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            let extended = || extended_name(&header("content-disposition")?);
            let (name, file) = (name.to_owned(), part.file_name().map(str::to_owned).or_else(extended));
            let part_type = part.content_type().map(ToString::to_string).unwrap_or_default();
            let encoding = header("content-transfer-encoding").unwrap_or_default();
            let bytes = decoded(&encoding, part.bytes().await.map_err(malformed)?)?;
            fields.push((name, value(file, &part_type, &bytes)?));
        }
        Ok(form::fields(fields))
    };
    // The whole body is in memory, so the future is ready at once.
    all.now_or_never().unwrap_or_else(|| Err(Unreadable::Malformed { form: FORM, reason: "it is cut".to_owned() }))
}

const FORM: &str = "a `multipart/form-data` form";

fn malformed(error: multer::Error) -> Unreadable {
    Unreadable::Malformed { form: FORM, reason: error.to_string() }
}

/// The bytes of a part without its transfer encoding, which RFC 7578 (4.7) advises against, and old senders use.
fn decoded(encoding: &str, bytes: Bytes) -> Result<Bytes, Unreadable> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "7bit" | "8bit" | "binary" => Ok(bytes),
        "base64" => {
            let joined: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            let reason = |error| format!("a part is not in base64: {error}");
            let decoded = BASE64_STANDARD.decode(joined);
            decoded.map(Bytes::from).map_err(|error| Unreadable::Malformed { form: FORM, reason: reason(error) })
        }
        other => Err(Unreadable::TransferEncoding(other.to_owned())),
    }
}

/// The file's name in the form that only some senders use: `filename*=UTF-8''na%C3%AFve.txt`. Source: RFC 8187. A name that is not
/// of this form is given as it stands: the part is a file in any case.
fn extended_name(disposition: &str) -> Option<String> {
    let mut is_quoted = false;
    let mut parameters = disposition.split(|c| {
        is_quoted ^= c == '"';
        c == ';' && !is_quoted
    });
    let value = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("filename*").then(|| value.trim().trim_matches('"'))
    })?;
    let read = |(charset, rest): (&str, &str)| {
        let bytes: Vec<u8> = percent_decode_str(rest.split_once('\'')?.1).collect();
        charset::text(&bytes, Some(charset)).ok().map(|name| name.into_owned())
    };
    Some(value.split_once('\'').and_then(read).unwrap_or_else(|| value.to_owned()))
}

fn value(file: Option<String>, content_type: &str, bytes: &[u8]) -> Result<Value, Unreadable> {
    let media_type = MediaType::parse(content_type);
    let as_file =
        |name: String| json!({"name": name, "type": content_type, "size": bytes.len(), "base64": BASE64_STANDARD.encode(bytes)});
    let text = |reader| charset::text(bytes, media_type.charset(reader, bytes).as_deref());
    match (file, media_type.reader()) {
        (Some(name), _) => Ok(as_file(name)),
        (None, Some(Reader::Json)) => {
            let text = text(Reader::Json)?;
            Ok(serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned())))
        }
        (None, Some(reader)) => Ok(text(reader)?.into()),
        (None, None) if content_type.is_empty() => Ok(text(Reader::Text)?.into()),
        (None, None) => Ok(as_file(String::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TYPE: &str = "multipart/form-data; boundary=\"AaB03x\"";

    fn of(parts: &[&[u8]]) -> Result<String, Unreadable> {
        let mut body = Vec::new();
        for part in parts {
            body.extend([b"--AaB03x\r\ncontent-disposition: form-data; ", *part, b"\r\n"].concat());
        }
        body.extend(b"--AaB03x--\r\n");
        read(TYPE, &body).map(|fields| Value::Object(fields).to_string())
    }

    #[test]
    fn texts_files_and_json_are_fields() {
        let fields = of(&[
            b"name=\"submitter\"\r\n\r\nL\xc3\xa9a",
            b"name=\"latin\"\r\ncontent-type: text/plain; charset=iso-8859-1\r\n\r\nL\xe9a",
            b"name=\"data\"\r\ncontent-type: application/json\r\n\r\n{\"n\": 1.10}",
            b"name=\"file\"; filename=\"f\xc3\xaf.bin\"\r\ncontent-type: image/png\r\n\r\n\x00\xff",
            b"name=\"file\"; filename=\"\"\r\ncontent-type: application/octet-stream\r\n\r\n",
            b"name=\"raw\"\r\ncontent-type: application/octet-stream\r\n\r\n\xff",
        ]);
        assert_eq!(
            fields.unwrap(),
            concat!(
                r#"{"submitter":"Léa","latin":"Léa","data":{"n":1.10},"#,
                r#""file":[{"name":"fï.bin","type":"image/png","size":2,"base64":"AP8="},"#,
                r#"{"name":"","type":"application/octet-stream","size":0,"base64":""}],"#,
                r#""raw":{"name":"","type":"application/octet-stream","size":1,"base64":"/w=="}}"#
            )
        );
        assert_eq!(of(&[]).unwrap(), "{}");
    }

    #[test]
    fn parts_may_be_in_base64_and_have_extended_names() {
        let fields = of(&[
            b"name=\"a\"\r\ncontent-transfer-encoding: BASE64\r\n\r\naGVs\r\nbG8=",
            b"name=\"b\"\r\ncontent-transfer-encoding: 8bit\r\n\r\naGVsbG8=",
            b"name=\"c\"; filename*=UTF-8''%e2%82%ac%20x.txt\r\n\r\nv",
            b"name=\"d\"; filename*=iso-8859-1'en'%a3\r\n\r\nv",
            b"name=\"e;filename*=no\"\r\n\r\nv",
        ]);
        assert_eq!(
            fields.unwrap(),
            concat!(
                r#"{"a":"hello","b":"aGVsbG8=","c":{"name":"€ x.txt","type":"","size":1,"base64":"dg=="},"#,
                r#""d":{"name":"£","type":"","size":1,"base64":"dg=="},"e;filename*=no":"v"}"#
            )
        );
        let refused = of(&[b"name=\"a\"\r\ncontent-transfer-encoding: x-uuencode\r\n\r\nv"]).unwrap_err();
        assert!(refused.to_string().contains("x-uuencode`") && refused.is_unsupported(), "{refused}");
        let broken = of(&[b"name=\"a\"\r\ncontent-transfer-encoding: base64\r\n\r\n!"]).unwrap_err();
        assert!(broken.to_string().contains("base64"), "{broken}");
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert_eq!(of(&[b"name=\"a\"\r\n\r\n\xff"]), Err(Unreadable::NotUtf8(0)));
        let many: Vec<&[u8]> = vec![b"name=\"a\"\r\n\r\nx"; PARTS + 1];
        for body in [of(&[b"x=\"a\"\r\n\r\nx"]), of(&many), read("multipart/form-data", b"x").map(|_| String::new())] {
            assert!(matches!(body, Err(Unreadable::Malformed { .. })), "{body:?}");
        }
        for cut in ["", "x", "--AaB03x", "--AaB03x\r\n", "--AaB03x\r\ncontent-disposition: form-data; name=a\r\n\r\nx"] {
            assert!(matches!(read(TYPE, cut.as_bytes()), Err(Unreadable::Malformed { .. })), "{cut:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let framed = [b"--AaB03x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n", &body[..], b"\r\n--AaB03x--\r\n"].concat();
            let _ = read(TYPE, &body);
            let _ = read(TYPE, &framed);
        }
    }
}
