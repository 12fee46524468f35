//! The body of a hook's request as a payload, by its media type.

use crate::HookRequest;
use percent_encoding::percent_decode_str;
use rookery_domain::{Error, Kind, Payload};
use serde_json::{Map, Value, json};

/// Errors: 415 for other media types; 400 for what is not JSON, or not UTF-8; 413.
pub(super) fn read(request: &HookRequest) -> Result<Payload, Error> {
    let media_type = request.media_type();
    match media_type.as_str() {
        _ if request.body.is_empty() => Payload::of(&fields(request.query.iter().cloned())),
        "application/json" => Payload::parse(&request.body),
        json if json.ends_with("+json") => Payload::parse(&request.body),
        "application/x-www-form-urlencoded" => Payload::of(&fields(form(text(&request.body)?)?)),
        plain if plain.starts_with("text/") => Payload::of(&json!({"text": text(&request.body)?})),
        other => Err(Error::new(
            Kind::MediaType,
            "unsupported_media_type",
            match other {
                "" => "The request has a body, but no `Content-Type`.".to_owned(),
                other => format!("The hook does not read `{other}`."),
            },
            "Send `Content-Type: application/json`, `application/x-www-form-urlencoded` or `text/plain`, and the body in it.",
        )),
    }
}

fn text(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|error| not_utf8(&format!("The body is not UTF-8 from byte {}.", error.valid_up_to())))
}

fn not_utf8(message: &str) -> Error {
    Error::invalid(message, "Send the body as UTF-8.")
}

/// The fields of a form, decoded strictly: the usual decoder would replace what is not UTF-8 in silence.
/// Source: <https://url.spec.whatwg.org/#application/x-www-form-urlencoded>.
fn form(text: &str) -> Result<Vec<(String, String)>, Error> {
    let decode = |part: &str| match percent_decode_str(&part.replace('+', " ")).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(not_utf8("A field of the form is not UTF-8.")),
    };
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| Ok((decode(name)?, decode(value)?)))
        .collect()
}

/// An object of fields; a name that comes more than once gets the list of its values.
fn fields(pairs: impl IntoIterator<Item = (String, String)>) -> Value {
    let mut object = Map::new();
    for (name, value) in pairs {
        match object.get_mut(&name) {
            None => _ = object.insert(name, value.into()),
            Some(Value::Array(values)) => values.push(value.into()),
            Some(first) => *first = json!([first.take(), value]),
        }
    }
    Value::Object(object)
}
