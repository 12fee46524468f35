//! CloudEvents 1.0 over HTTP: how an event is written that goes out, in either mode, and (in `read`) how those that come in are read. Sources:
//! the specification, its JSON format and its HTTP protocol binding (github.com/cloudevents/spec, v1.0.2).

mod read;

use crate::meaning::TemplateText;
use crate::outside::header_or;
use crate::template::Template;
use crate::{AgentError, Context, Problems};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
pub(crate) use read::{in_batch, is_batch, read};
use rookery_egress::Request;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The version of the specification, in each event.
const VERSION: &str = "1.0";
/// The media type of an event in structured mode.
const STRUCTURED: &str = "application/cloudevents+json";
/// What a header's value has encoded in binary mode, besides what is not ASCII.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// An option of agents that send: what is sent is the data of a CloudEvent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloudEventOption {
    /// What kind of thing happened: a template, like `com.example.order.shipped`.
    r#type: TemplateText,
    /// Where it happened: a template for a URI, like `https://shop.example.com/orders`.
    source: TemplateText,
    /// What it is about, within the source: a template, like `{{ order.id }}`.
    subject: Option<TemplateText>,
    /// How it is sent.
    #[serde(default)]
    mode: Mode,
}

/// How a CloudEvent is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// The data are the body, and the attributes are headers (`ce-id`, `ce-type` and so on).
    #[default]
    Binary,
    /// The body is one JSON object with the attributes and the data (`application/cloudevents+json`).
    Structured,
}

/// How the events of an agent are written.
pub(crate) struct CloudEvents {
    kind: Template,
    source: Template,
    subject: Option<Template>,
    mode: Mode,
}

impl CloudEvents {
    /// Reads the option, and notes what is wrong with it.
    pub(crate) fn take(option: CloudEventOption, problems: &mut Problems) -> Option<Self> {
        let mut template = |field: &str, text: &TemplateText| {
            if text.trim().is_empty() {
                problems.add(format!("cloud_event.{field}"), "Give a text, or a template for one.");
            }
            text.take(&format!("cloud_event.{field}"), problems)
        };
        let (kind, source) = (template("type", &option.r#type), template("source", &option.source));
        let subject = option.subject.as_ref().and_then(|subject| template("subject", subject));
        Some(CloudEvents { kind: kind?, source: source?, subject, mode: option.mode })
    }

    /// Makes a request, whose body and `Content-Type` are given, the sending of an event. The delivery's id is the event's id, so that all tries
    /// send the same event.
    pub(crate) fn write(
        &self,
        cx: &Context<'_>,
        request: &mut Request,
        body: Option<String>,
        media_type: &str,
    ) -> Result<(), AgentError> {
        let attributes = self.attributes(cx)?;
        match self.mode {
            Mode::Binary => {
                for (name, value) in attributes {
                    header_or(request, &format!("ce-{name}"), &utf8_percent_encode(&value, ENCODED).to_string());
                }
                if let Some(body) = body {
                    header_or(request, "Content-Type", media_type);
                    request.body = Some(body.into());
                }
            }
            Mode::Structured => {
                let mut event: Map<String, Value> =
                    attributes.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
                let data = body.map(|body| {
                    event.insert("datacontenttype".to_owned(), media_type.into());
                    let is_json = media_type == "application/json";
                    ("data", if is_json { body } else { Value::String(body).to_string() })
                });
                header_or(request, "Content-Type", STRUCTURED);
                request.body = Some(with_data(event, data).into());
            }
        }
        Ok(())
    }

    fn attributes(&self, cx: &Context<'_>) -> Result<Vec<(&'static str, String)>, AgentError> {
        let required = |name: &'static str, template: &Template| match template.render(cx.scope())? {
            empty if empty.trim().is_empty() => {
                let message = format!("`cloud_event.{name}` gives an empty text here, which no CloudEvent may have.");
                Err(AgentError::fail("cloud_event_invalid", message))
            }
            value => Ok((name, value)),
        };
        let at = cx.event.map_or(cx.now, |event| event.created_at);
        let mut attributes = vec![
            ("specversion", VERSION.to_owned()),
            ("id", cx.delivery.to_string()),
            required("source", &self.source)?,
            required("type", &self.kind)?,
            ("time", at.to_string()),
        ];
        if let Some(subject) = &self.subject {
            attributes.push(required("subject", subject)?);
        }
        Ok(attributes)
    }
}

/// The JSON form of an event: its attributes, and the member that holds its data. The data keep the text that they have, like that of their
/// numbers.
fn with_data(attributes: Map<String, Value>, data: Option<(&str, String)>) -> String {
    let mut event = Value::Object(attributes).to_string();
    if let Some((member, data)) = data {
        event.truncate(event.len() - 1);
        event += &format!(r#","{member}":{data}}}"#);
    }
    event
}

#[cfg(test)]
mod tests;
