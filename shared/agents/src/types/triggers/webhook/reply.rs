//! The answer that a hook's owner writes: a status and a template. For JSON, the template is made of JSON values, so that what is
//! put in is escaped.

use super::Options;
use crate::agent::Problems;
use crate::template::{JsonTemplate, Scope, Template, TemplateError};
use crate::{Answer, HookEvent};
use rookery_domain::{Error, Kind};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

/// The media types of `response`: none that a browser would run as a page of this host.
pub(super) const RESPONSE_TYPES: [&str; 4] = ["text/plain", JSON, "application/xml", "text/xml"];
const JSON: &str = "application/json";

/// The answer to each delivery.
pub(super) struct Reply {
    status: u16,
    content_type: String,
    body: Option<Body>,
}

enum Body {
    Text(Template),
    Json(JsonTemplate),
    /// JSON that tags make: only the written text shows whether it is JSON.
    Written(Template),
}

impl Reply {
    pub(super) fn new(options: &Options, problems: &mut Problems) -> Option<Reply> {
        let content_type = options.response_content_type.clone();
        let body = options.response.as_deref().and_then(|text| match content_type.as_str() {
            // Earlier versions took any template for JSON.
            JSON if is_template_or_wrong(text) => {
                problems.take_or_as_before("response", json(text), || Template::parse(text).ok().map(Body::Text))
            }
            _ => problems.take_template("response", Template::parse(text)).map(Body::Text),
        });
        if !RESPONSE_TYPES.contains(&content_type.as_str()) {
            problems.add("response_content_type", format!("Use one of {}.", RESPONSE_TYPES.join(", ")));
        }
        match options.code {
            Some(code) if !(200..=299).contains(&code) => {
                problems.add("code", "Give a status from 200 to 299; hooks do not redirect.")
            }
            Some(204 | 205) if options.response.is_some() => {
                problems.add("code", "This status has no body: leave `response` out, or use 200.")
            }
            _ => {}
        }
        (body.is_some() || options.code.is_some()).then(|| Reply { status: options.code.unwrap_or(200), content_type, body })
    }

    pub(super) fn answer(&self, events: &[HookEvent]) -> Result<Answer, Error> {
        // Only CloudEvents come in batches, and their hooks have no template. The scope has no time, so that the same delivery gets the same
        // answer.
        let payload = events.first().map(|event| ("payload".to_owned(), event.payload.value().clone()));
        let scope = Scope::new(Map::from_iter(payload));
        let body = match &self.body {
            None => Ok(String::new()),
            Some(Body::Text(template)) => template.render(&scope),
            Some(Body::Json(template)) => template.render(&scope).map(|value| value.to_string()),
            Some(Body::Written(template)) => {
                let text = template.render(&scope).map_err(|error| unwritten(&error.to_string()))?;
                serde_json::from_str::<IgnoredAny>(&text)
                    .map_err(|error| unwritten(&format!("what it makes is not JSON: {error}")))?;
                Ok(text)
            }
        };
        let body = body.map_err(|error| unwritten(&error.to_string()))?;
        let content_type = format!("{}; charset=utf-8", self.content_type);
        Ok(Answer { status: self.status, content_type, headers: Vec::new(), body })
    }
}

fn unwritten(reason: &str) -> Error {
    let message = format!("The hook's `response` cannot be written for this request: {reason}.");
    Error::new(Kind::Unprocessable, "template_error", message, "Correct the template, or send what it needs.")
}

/// JSON without templates is sent as it is written.
fn is_template_or_wrong(text: &str) -> bool {
    let is_fixed = !text.contains("{{") && !text.contains("{%");
    !(is_fixed && serde_json::from_str::<Value>(text).is_ok())
}

/// Reads JSON in which outputs stand in texts or in the place of values, or which tags make.
fn json(text: &str) -> Result<Body, String> {
    let wrong = |error: TemplateError| error.to_string();
    match serde_json::from_str::<Value>(&outputs_as_texts(text)) {
        Ok(value) => JsonTemplate::parse(&value).map(Body::Json).map_err(wrong),
        Err(_) if text.contains("{%") => Template::parse(text).map(Body::Written).map_err(wrong),
        Err(error) => Err(format!(
            "It is not JSON: {error}. Write JSON in which `{{{{ outputs }}}}` stand in texts or in the place of values, or use another \
             `response_content_type`."
        )),
    }
}

/// Turns JSON with templates into JSON whose texts are templates: an output in the place of a value becomes a text that stands
/// for the whole value, and quotes inside outputs and tags are escaped.
fn outputs_as_texts(text: &str) -> String {
    let (mut json, mut rest, mut in_text) = (String::with_capacity(text.len()), text, false);
    while let Some(next) = rest.chars().next() {
        let end =
            [("{{", "}}"), ("{%", "%}")].iter().find_map(|(start, end)| rest.strip_prefix(start)?.find(end).map(|at| at + 4));
        match end {
            Some(end) => {
                let (output, after) = rest.split_at(end);
                if in_text || output.starts_with("{%") {
                    let quoted = Value::from(output).to_string();
                    json.push_str(&quoted[1..quoted.len() - 1]);
                } else {
                    let inner = output[2..end - 2].trim_matches('-').trim();
                    json.push_str(&Value::from(format!("{{{{ {inner} | as_object }}}}")).to_string());
                }
                rest = after;
            }
            None => {
                let escaped = if in_text && next == '\\' { rest.chars().nth(1).map_or(0, char::len_utf8) } else { 0 };
                in_text ^= next == '"';
                let (part, after) = rest.split_at(next.len_utf8() + escaped);
                json.push_str(part);
                rest = after;
            }
        }
    }
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::Payload;

    fn rendered(text: &str, payload: &str) -> String {
        let payload = serde_json::from_str::<Value>(payload).unwrap();
        let scope = Scope::new(Map::from_iter([("payload".to_owned(), payload)]));
        let Body::Json(template) = json(text).unwrap() else { panic!("{text}") };
        template.render(&scope).unwrap().to_string()
    }

    #[test]
    fn what_is_put_into_json_is_escaped() {
        let payload = r#"{"name": "Ada \"Countess\"\n\\", "n": 1.10, "list": [1, "a"]}"#;
        for (text, expected) in [
            (r#"{"hello": "{{ name }}"}"#, r#"{"hello":"Ada \"Countess\"\n\\"}"#),
            (r#"{"n": {{ n }}, "list": {{list}}, "none": {{ nothing }}}"#, r#"{"n":1.10,"list":[1,"a"],"none":null}"#),
            (r#"{"a": "{{ nobody | default: "x" }} é\"{{ n }}\u00e9"}"#, r#"{"a":"x é\"1.10é"}"#),
            (r#"{"a": "{% if n %}{{ n }}{% endif %}", "b": {{- payload.n -}} }"#, r#"{"a":"1.10","b":1.10}"#),
            (r#"{{ payload }}"#, r#"{"name":"Ada \"Countess\"\n\\","n":1.10,"list":[1,"a"]}"#),
            (r#"["\\", "{{ n }}"]"#, r#"["\\","1.10"]"#),
            (r#"{"n": "{{ n | as_object }}"}"#, r#"{"n":1.10}"#),
        ] {
            assert_eq!(rendered(text, payload), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_said_with_the_remedy() {
        for text in ["thanks", r#"{"a": {{ n }}"#, "[{% for n in list %}", r#"{"a": "{{ n"}"#] {
            assert!(json(text).is_err(), "{text}");
        }
        assert!(json("thanks").err().unwrap().contains("response_content_type"));
        assert!(!is_template_or_wrong(r#"{ "a": 1 }"#) && is_template_or_wrong("thanks"));
    }

    #[test]
    fn json_that_tags_make_is_checked_when_it_is_written() {
        let body = Some(json(r#"[{% for n in payload %}{{ n }}{% unless forloop.last %},{% endunless %}{% endfor %}]"#).unwrap());
        let reply = Reply { status: 200, content_type: JSON.to_owned(), body };
        let event = |text: &str| HookEvent { payload: Payload::parse(text.as_bytes()).unwrap(), key: None, key_suffices: false };
        let answer = |payload: &str| reply.answer(&[event(payload)]);
        assert_eq!(answer("[1,2]").unwrap().body, "[1,2]");
        let error = answer(r#"["a"]"#).unwrap_err();
        assert!(error.message.contains("not JSON"), "{}", error.message);
    }
}
