//! The headers that a definition adds to the calls of its tool `http`. Their values may name credentials, which no model is told.

use rookery_agents::template::Template;
use serde_json::{Map, Value};

/// Most headers.
const MOST: usize = 20;

/// Headers with their values, each a template.
#[derive(Debug, Default)]
pub struct Headers(Vec<(String, Template)>);

impl Headers {
    /// Reads the options of the tool. An error has the option, and what is wrong with it.
    pub(super) fn parse(options: &Map<String, Value>) -> Result<Self, (String, String)> {
        if let Some(other) = options.keys().find(|option| *option != "headers") {
            return Err((other.clone(), "The tool `http` has no such option; it has `headers`.".to_owned()));
        }
        let headers = match options.get("headers") {
            None => return Ok(Headers::default()),
            Some(Value::Object(headers)) if headers.len() <= MOST => headers,
            Some(_) => return Err(("headers".to_owned(), format!("Give an object with at most {MOST} names and values."))),
        };
        let read = |(name, value): (&String, &Value)| {
            let wrong = |message: String| (format!("headers.{name}"), message);
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            if name.is_empty() || !name.bytes().all(is_name) {
                return Err(wrong("It is no header's name: use letters, digits and `-`.".to_owned()));
            }
            let Value::String(text) = value else { return Err(wrong("Give a text.".to_owned())) };
            let template = Template::parse_with_credentials(text)
                .map_err(|error| wrong(format!("The template cannot be used: {}.", error.problem())))?;
            if template.captures_credential() {
                return Err(wrong("`{% credential %}` stands inside `{% capture %}`: write it outside.".to_owned()));
            }
            Ok((name.clone(), template))
        };
        headers.iter().map(read).collect::<Result<_, _>>().map(Headers)
    }

    /// The headers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn headers_are_names_and_templates() {
        let parse = |options: Value| {
            let Value::Object(options) = options else { panic!() };
            Headers::parse(&options)
        };
        let headers = parse(json!({"headers": {"Authorization": "Bearer {% credential crm %}", "X-A": "b"}})).unwrap();
        let named: Vec<_> = headers.iter().map(|(name, value)| (name, value.credentials().len())).collect();
        assert_eq!(named, [("Authorization", 1), ("X-A", 0)]);
        assert!(parse(json!({})).unwrap().iter().next().is_none());
        for (wrong, at) in [
            (json!({"header": {}}), "header"),
            (json!({"headers": ["a"]}), "headers"),
            (json!({"headers": {"a b": "c"}}), "headers.a b"),
            (json!({"headers": {"a": 1}}), "headers.a"),
            (json!({"headers": {"a": "{% credential"}}), "headers.a"),
            (json!({"headers": {"a": "{% capture b %}{% credential c %}{% endcapture %}{{ b }}"}}), "headers.a"),
        ] {
            assert_eq!(parse(wrong.clone()).unwrap_err().0, at, "{wrong}");
        }
    }
}
