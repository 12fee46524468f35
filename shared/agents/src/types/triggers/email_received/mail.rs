//! What a mail holds (MIME, by `mail-parser`), and the event that is made of it.

use super::conditions::{Field, Matched};
use crate::AgentError;
use crate::types::actions::http_request::answer::HeaderStyle;
use base64::prelude::{BASE64_STANDARD, Engine};
use mail_parser::{Address, HeaderForm, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use rookery_domain::Payload;
use serde_json::{Map, Value, json};

/// How much is left of the texts and lists of a mail that is too large for an event.
const CUT_BODY: usize = 20_000;
const CUT_CHARS: usize = 200;
const CUT_ITEMS: usize = 50;

/// A mail.
pub(super) struct Mail<'x> {
    message: Option<Message<'x>>,
    /// Its texts of the types that are asked for, by the order of these: the type, and the text.
    texts: Vec<(String, String)>,
    has_attachment: bool,
}

impl<'x> Mail<'x> {
    /// Reads a mail. What is no mail is one in which nothing stands.
    pub(super) fn read(text: &'x [u8], mime_types: &[String]) -> Mail<'x> {
        let message = MessageParser::default().parse(text);
        let parts = message.iter().flat_map(|message| &message.parts);
        let has_attachment = parts.clone().any(is_attachment);
        let mut texts = Vec::new();
        for part in parts.filter(|part| !is_attachment(part)) {
            if let PartType::Text(text) | PartType::Html(text) = &part.body {
                let place = mime_types.iter().position(|wanted| *wanted == mime_type(part));
                texts.extend(place.map(|place| (place, mime_type(part), text.clone().into_owned())));
            }
        }
        texts.sort_by_key(|(place, ..)| *place);
        Mail { texts: texts.into_iter().map(|(_, kind, text)| (kind, text)).collect(), message, has_attachment }
    }

    pub(super) fn id(&self) -> Option<String> {
        let id = self.message.as_ref()?.message_id()?;
        Some(id.to_owned()).filter(|id| !id.is_empty())
    }

    pub(super) fn subject(&self) -> String {
        self.message.as_ref().and_then(Message::subject).unwrap_or_default().to_owned()
    }

    pub(super) fn has_attachment(&self) -> bool {
        self.has_attachment
    }

    /// The texts that may be the body.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|(_, text)| text.as_str())
    }

    pub(super) fn addresses(&self, field: Field) -> Vec<String> {
        let Some(message) = &self.message else { return Vec::new() };
        let found: Option<&Address<'_>> = match field {
            Field::From => message.from(),
            Field::To => message.to(),
            Field::Cc => message.cc(),
        };
        found.into_iter().flat_map(Address::iter).filter_map(|one| one.address().map(str::to_owned)).collect()
    }

    fn date(&self) -> Option<String> {
        let date = self.message.as_ref()?.date()?;
        date.is_valid().then(|| date.to_rfc3339())
    }

    /// A header as a text, with what is encoded in it decoded; a list where the mail has it more than once.
    fn header(&self, name: &str) -> Option<Value> {
        let found = self.message.as_ref()?.header_as(name.to_owned(), HeaderForm::Text);
        let mut values: Vec<Value> = found.iter().map(|value| json!(value.as_text().unwrap_or_default())).collect();
        if values.len() > 1 { Some(values.into()) } else { values.pop() }
    }
}

fn mime_type(part: &MessagePart<'_>) -> String {
    let kind = part.content_type();
    let kind =
        kind.map_or_else(|| "text/plain".to_owned(), |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain")));
    kind.to_ascii_lowercase()
}

/// A part that is said to be one, has the name of a file, or is another mail.
fn is_attachment(part: &MessagePart<'_>) -> bool {
    part.content_disposition().is_some_and(|disposition| disposition.is_attachment())
        || part.attachment_name().is_some()
        || part.is_message()
}

/// What an event has of a mail, as the options say.
pub(super) struct Form {
    pub(super) mime_types: Vec<String>,
    pub(super) headers: Vec<String>,
    pub(super) style: HeaderStyle,
    pub(super) key: String,
    pub(super) has_raw: bool,
}

impl Form {
    /// The payload of a mail. Of a mail that is too large for an event, the beginnings are there.
    pub(super) fn payload(
        &self,
        mail: &Mail<'_>,
        folder: &str,
        matched: Matched,
        raw: &[u8],
        logs: &mut Vec<String>,
    ) -> Result<Payload, AgentError> {
        let (kind, body) = mail.texts.get(matched.part).map_or(("text/plain", ""), |(kind, body)| (kind, body));
        let mut told = json!({
            "message_id": mail.id(), "folder": folder, "subject": mail.subject(), "from": mail.addresses(Field::From).first(),
            "to": mail.addresses(Field::To), "cc": mail.addresses(Field::Cc), "date": mail.date(), "mime_type": kind, "body": body,
            "matches": matched.matches, "has_attachment": mail.has_attachment,
        });
        if !self.headers.is_empty() {
            let headers = self.headers.iter().filter_map(|name| Some((self.style.write(name), mail.header(name)?)));
            told[&self.key] = Value::Object(headers.collect::<Map<_, _>>());
        }
        if self.has_raw {
            let mut whole = told.clone();
            whole["raw_mail"] = BASE64_STANDARD.encode(raw).into();
            match Payload::of(whole) {
                Ok(payload) => return Ok(payload),
                Err(_) => logs.push("A mail is too large for an event: `raw_mail` is left out.".to_owned()),
            }
        }
        if let Ok(payload) = Payload::of(told.clone()) {
            return Ok(payload);
        }
        logs.push("A mail is too large for an event: long texts of it are cut.".to_owned());
        cut(&mut told, CUT_CHARS);
        Ok(Payload::of(told)?)
    }
}

/// Cuts the texts and lists in a payload: the body least.
fn cut(value: &mut Value, chars: usize) {
    match value {
        Value::String(text) => {
            let end = text.char_indices().nth(chars).map(|(end, _)| end);
            text.truncate(end.unwrap_or(text.len()));
        }
        Value::Array(items) => {
            items.truncate(CUT_ITEMS);
            items.iter_mut().for_each(|item| cut(item, chars));
        }
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(key, value)| cut(value, if key == "body" { CUT_BODY } else { chars }));
        }
        _ => {}
    }
}
