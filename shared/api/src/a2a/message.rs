//! A message is a task for an entry point: its data part is the payload, or else its text is.

use super::errors;
use a2a::{Message, Part, PartContent, Role};
use rookery_domain::{EntryPointId, Error, Payload, Result, hashed_uuid};
use serde_json::{Map, Value, json};

/// The longest id of a message, a context and a skill, in characters.
const ID_CHARS: usize = 255;
/// The field for text where the schema names no other.
const TEXT: &str = "text";

/// Refuses a message that is not one of a client, and has no id by which it is known when it comes again.
pub(super) fn check(message: &Message) -> Result<()> {
    if message.role != Role::User {
        return Err(Error::invalid(
            "`message.role` is not `ROLE_USER`.",
            "Send what a client says: only such messages are taken.",
        ));
    }
    if !(1..=ID_CHARS).contains(&message.message_id.chars().count()) {
        let message = format!("`message.messageId` does not have 1 to {ID_CHARS} characters.");
        return Err(Error::invalid(message, "Send a fresh UUID, and the same one if you send the message again."));
    }
    Ok(())
}

/// The conversation that a message belongs to. If it names none, its own id does: when it comes again, it has the same.
pub(super) fn context(message: &Message, entry: EntryPointId) -> Result<String> {
    match given(message.context_id.as_ref()) {
        Some(context) if context.chars().count() > ID_CHARS => {
            let message = format!("`message.contextId` has more than {ID_CHARS} characters.");
            Err(Error::invalid(message, "Send the `contextId` of a task, or leave it out."))
        }
        Some(context) => Ok(context.to_owned()),
        None => Ok(hashed_uuid(&[b"context", entry.to_string().as_bytes(), message.message_id.as_bytes()]).to_string()),
    }
}

/// A text that is there. Some clients send an empty one for none.
pub(super) fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

/// The skill that a message names.
pub(super) fn skill(message: &Message) -> Result<Option<&str>> {
    match message.metadata.as_ref().and_then(|metadata| metadata.get("skill_id")) {
        None => Ok(None),
        Some(Value::String(skill)) => Ok(Some(skill)),
        Some(_) => Err(Error::invalid("`message.metadata.skill_id` is no text.", "Send the `id` of a skill of the card.")),
    }
}

/// What a message says to an entry point with this input schema.
pub(super) fn payload(message: &Message, input: Option<&Value>) -> Result<Payload> {
    let (mut data, mut texts) = (None, Vec::new());
    for (index, part) in message.parts.iter().enumerate() {
        check_media_type(index, part)?;
        match &part.content {
            PartContent::Text(text) => texts.push(text.as_str()),
            PartContent::Data(Value::Object(fields)) if data.is_none() => data = Some(fields),
            PartContent::Data(Value::Object(_)) => {
                return Err(Error::invalid(
                    format!("`message.parts[{index}]` is a second data part."),
                    "Send one object with all fields.",
                ));
            }
            PartContent::Data(_) => {
                return Err(Error::invalid(
                    format!("`message.parts[{index}].data` is no object."),
                    "Send an object: its fields are the task's.",
                ));
            }
            PartContent::Raw(_) | PartContent::Url(_) => {
                return Err(errors::content_type(format!("`message.parts[{index}]` is a file, and files are not taken.")));
            }
        }
    }
    match data {
        // Text beside data is for people.
        Some(fields) => Payload::of(Value::Object(fields.clone())),
        None if texts.is_empty() => Err(Error::invalid("`message.parts` is empty.", "Send a data part, or text.")),
        None => Payload::of(Value::Object(Map::from_iter([(text_field(input).to_owned(), json!(texts.join("\n")))]))),
    }
}

/// The field that text alone is for: the only text that the schema requires.
fn text_field(input: Option<&Value>) -> &str {
    let Some(schema) = input else { return TEXT };
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut texts = required.filter(|name| schema["properties"][*name]["type"] == "string");
    match (texts.next(), texts.next()) {
        (Some(only), None) => only,
        _ => TEXT,
    }
}

fn check_media_type(index: usize, part: &Part) -> Result<()> {
    let Some(given) = given(part.media_type.as_ref()) else { return Ok(()) };
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_taken = match part.content {
        PartContent::Text(_) => essence.starts_with("text/"),
        PartContent::Data(_) => essence == "application/json" || essence.ends_with("+json"),
        PartContent::Raw(_) | PartContent::Url(_) => false,
    };
    match is_taken {
        true => Ok(()),
        false => Err(errors::content_type(format!("`message.parts[{index}].mediaType` is not one that is taken."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(parts: Value) -> Message {
        serde_json::from_value(json!({"messageId": "m", "role": "ROLE_USER", "parts": parts})).unwrap()
    }

    fn says(parts: Value, input: Option<Value>) -> Value {
        payload(&message(parts), input.as_ref()).unwrap().value().clone()
    }

    #[test]
    fn data_is_the_payload_as_it_is() {
        let text = r#"[{"data": {"n": 1.10, "big": 12345678901234567890123, "z": [null, "\u00e9"], "a": {}}, "mediaType": "application/json"}, {"text": "for people"}]"#;
        let told = payload(&message(serde_json::from_str(text).unwrap()), None).unwrap();
        assert_eq!(told.as_str(), r#"{"n":1.10,"big":12345678901234567890123,"z":[null,"é"],"a":{}}"#);
    }

    #[test]
    fn text_alone_is_the_text_that_the_schema_requires() {
        let schema = |required: Value| {
            let properties = json!({"question": {"type": "string"}, "name": {"type": "string"}, "n": {"type": "number"}});
            Some(json!({"type": "object", "properties": properties, "required": required}))
        };
        let parts = json!([{"text": "a"}, {"text": "b", "mediaType": "text/markdown"}]);
        for (input, field) in [
            (None, "text"),
            (Some(json!({})), "text"),
            (Some(json!(true)), "text"),
            (schema(json!([])), "text"),
            (schema(json!(["n"])), "text"),
            (schema(json!(["question"])), "question"),
            (schema(json!(["n", "question"])), "question"),
            (schema(json!(["name", "question"])), "text"),
        ] {
            assert_eq!(says(parts.clone(), input), json!({field: "a\nb"}));
        }
    }

    #[test]
    fn what_is_not_taken_is_refused_and_named() {
        for (parts, code, says) in [
            (json!([]), "invalid_request", "`message.parts` is empty"),
            (json!([{"data": [1]}]), "invalid_request", "`message.parts[0].data` is no object"),
            (json!([{"data": {}}, {"data": {}}]), "invalid_request", "`message.parts[1]` is a second"),
            (
                json!([{"text": "a"}, {"url": "https://a.example/x"}]),
                "content_type_not_supported",
                "`message.parts[1]` is a file",
            ),
            (json!([{"raw": "AAAA"}]), "content_type_not_supported", "`message.parts[0]` is a file"),
            (json!([{"raw": "AAAA", "mediaType": "text/plain"}]), "content_type_not_supported", "mediaType"),
            (json!([{"text": "a", "mediaType": "image/png"}]), "content_type_not_supported", "mediaType"),
            (json!([{"data": {}, "mediaType": "application/xml"}]), "content_type_not_supported", "mediaType"),
        ] {
            let error = payload(&message(parts.clone()), None).unwrap_err();
            assert!(error.code == code && error.message.contains(says), "{parts}: {}: {}", error.code, error.message);
        }
    }

    #[test]
    fn a_message_that_comes_again_is_of_the_same_conversation() {
        let entry: EntryPointId = "0".repeat(32).parse().unwrap();
        let context = |fields: Value| {
            let mut message = serde_json::to_value(message(json!([]))).unwrap();
            message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            context(&serde_json::from_value(message).unwrap(), entry)
        };
        let made = context(json!({})).unwrap();
        assert_eq!(context(json!({"contextId": ""})).unwrap(), made);
        assert_ne!(context(json!({"messageId": "n"})).unwrap(), made);
        assert_eq!(context(json!({"contextId": "talk"})).unwrap(), "talk");
        assert!(context(json!({"contextId": "x".repeat(256)})).is_err());
        for wrong in
            [json!({"role": "ROLE_AGENT"}), json!({"role": ""}), json!({"messageId": ""}), json!({"messageId": "x".repeat(256)})]
        {
            let mut message = serde_json::to_value(message(json!([]))).unwrap();
            message.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
            assert!(check(&serde_json::from_value(message).unwrap()).is_err(), "{wrong}");
        }
    }
}
