//! What agents with outside calls have in common: the options that say how a call is made, read once, and the request that is
//! made of them. What is sent to whom is up to each type; what the status of an answer means is in `judge`.

use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, Context, CredentialUse, Problems};
use http::{HeaderName, Method};
use regex::Regex;
use rookery_egress::Request;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

const MAX_RETRIES: u32 = 5;
const MAX_SECONDS: u64 = 30;

/// An option: how often a failed call is made again.
#[derive(Clone, Copy, Debug, Deserialize, serde::Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Retries(#[schemars(range(min = 0, max = 5))] u32);

impl Default for Retries {
    fn default() -> Self {
        Retries(MAX_RETRIES)
    }
}

impl Retries {
    /// Gives the number, and notes a problem when it is too large.
    pub(crate) fn take(self, problems: &mut Problems) -> u32 {
        if self.0 > MAX_RETRIES {
            problems.add("retries", format!("Give 0 to {MAX_RETRIES}."));
        }
        self.0
    }
}

/// An option: how long a call may take, in seconds.
#[derive(Clone, Copy, Debug, Deserialize, serde::Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Timeout(#[schemars(range(min = 1, max = 30), extend("x-rookery" = "seconds"))] u64);

impl Default for Timeout {
    fn default() -> Self {
        Timeout(MAX_SECONDS)
    }
}

impl Timeout {
    /// Gives the time, and notes a problem when it is zero or too long.
    pub(crate) fn take(self, problems: &mut Problems) -> Duration {
        if !(1..=MAX_SECONDS).contains(&self.0) {
            problems.add("timeout_seconds", format!("Give 1 to {MAX_SECONDS}."));
        }
        Duration::from_secs(self.0)
    }
}

/// The headers of a call: names, and templates for their values.
pub(crate) struct Headers(Vec<(String, Template)>);

impl Headers {
    /// Reads the option, and notes names that are not valid and templates that cannot be read.
    pub(crate) fn take(option: BTreeMap<String, TemplateText>, problems: &mut Problems) -> Self {
        let mut headers = Vec::new();
        for (name, value) in option {
            let field = format!("headers.{name}");
            if HeaderName::from_bytes(name.as_bytes()).is_err() {
                problems.add(field.clone(), "It is not a header's name: use letters, digits and `-`.");
            }
            if let Some(value) = problems.take_template(&field, Template::parse_with_credentials(&value)) {
                refuse_captured(&field, value.captures_credential(), problems);
                headers.push((name, value));
            }
        }
        Headers(headers)
    }

    /// The credentials that the values name.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = CredentialUse> {
        self.0.iter().flat_map(|(name, value)| CredentialUse::of(&format!("headers.{name}"), value.credentials()))
    }

    /// Makes a request with these headers; marks stand in place of credentials.
    pub(crate) fn request(&self, cx: &Context<'_>, method: Method, url: &str) -> Result<Request, AgentError> {
        let mut request = Request::new(method, url);
        for (name, value) in &self.0 {
            request.headers.push((name.clone(), value.render(cx.scope())?));
        }
        Ok(request)
    }
}

/// Adds a header, unless the request already has one with that name.
pub(crate) fn header_or(request: &mut Request, name: &str, value: &str) {
    if !request.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// Gives a request the headers of Standard Webhooks, and signs its body with the secret of a credential, if one is named. The delivery's id is
/// the message's id, so that all tries send the same message. Source: standardwebhooks.com, the specification.
pub(crate) async fn as_webhook(cx: &Context<'_>, request: &mut Request, signing: Option<&str>) -> Result<(), AgentError> {
    let (id, at) = (cx.delivery.to_string(), (cx.now.0 / 1000).to_string());
    request.headers.extend([("webhook-id".to_owned(), id.clone()), ("webhook-timestamp".to_owned(), at.clone())]);
    if let Some(credential) = signing {
        let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default()).into_owned();
        let signature = cx.host.sign(credential, &format!("{id}.{at}.{body}")).await?;
        request.headers.push(("webhook-signature".to_owned(), signature));
    }
    Ok(())
}

/// Checks an option that is a URL without templates.
pub(crate) fn whole_url(text: &str) -> Result<&str, &'static str> {
    let text = text.trim();
    match starts_as_url(text) && url::Url::parse(text).is_ok() {
        true => Ok(text),
        false => Err(NOT_WHOLE),
    }
}

/// Reads an option that is a template for a URL.
pub(crate) fn url_template(field: &str, text: &str, problems: &mut Problems) -> Option<Template> {
    let text = text.trim();
    if !starts_as_url(text) && !["{{", "{%"].iter().any(|start| text.starts_with(start)) {
        problems.add(field, NOT_WHOLE);
    }
    let template = problems.take_template(field, Template::parse_with_credentials(text))?;
    refuse_captured(field, template.captures_credential(), problems);
    if !template.credentials().is_empty() && !template.captures_credential() && has_credential_before_path(text) {
        let message = "A credential may not be part of the scheme, host or port. Give these as text, and put the credential after the \
                       `/` or `?`, or into `headers` or `payload`.";
        problems.add_at_save(field, message);
    }
    Some(template)
}

/// Reads an option that is a template for a URL which may be a secret as a whole: it is then one credential, and nothing else.
pub(crate) fn secret_url(field: &str, text: &str, problems: &mut Problems) -> Option<Template> {
    let text = text.trim();
    let tag = TAGS.as_ref().and_then(|tags| tags.find(text)).filter(|tag| tag.as_str() == text && is_credential(text));
    match tag {
        Some(_) => problems.take_template(field, Template::parse_with_credentials(text)),
        None => url_template(field, text, problems),
    }
}

fn is_credential(tag: &str) -> bool {
    tag.trim_start_matches(['{', '%', '-']).trim_start().starts_with("credential")
}

/// Notes a problem with an option in which a credential's mark becomes a variable. A variable that is put out as it is works, so
/// earlier versions took it.
pub(crate) fn refuse_captured(field: &str, is_captured: bool, problems: &mut Problems) {
    if is_captured {
        let message = "`{% credential %}` stands inside `{% capture %}`, where a filter could break it. Write it in the place where it \
                       is sent, outside of `capture`.";
        problems.add_at_save(field, message);
    }
}

/// Whether the first credential stands before a URL's path and query. Where a value comes before it, nobody can tell.
fn has_credential_before_path(text: &str) -> bool {
    let Some(tags) = TAGS.as_ref() else { return false };
    let Some(first) = tags.find_iter(text).find(|tag| is_credential(tag.as_str())) else { return false };
    let before = &text[..first.start()];
    let fixed = tags.replace_all(before, "");
    let has_path = fixed.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
    !before.contains("{{") && !has_path
}

const NOT_WHOLE: &str = "Give a whole URL that starts with https:// or http://.";

fn starts_as_url(text: &str) -> bool {
    ["https://", "http://"].iter().any(|start| text.starts_with(start))
}

static TAGS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?s)\{\{.*?\}\}|\{%.*?%\}").ok());

/// Notes a problem with an option that is sent as JSON, when it is a single text that holds JSON. It would be sent as a text, in
/// quotes, and values in it would not be escaped.
pub(crate) fn refuse_json_in_text(field: &str, value: Option<&Value>, problems: &mut Problems) {
    let (Some(Value::String(text)), Some(tags)) = (value, TAGS.as_ref()) else { return };
    let fixed = tags.replace_all(text, |tag: &regex::Captures<'_>| if tag[0].starts_with("{{") { "0" } else { "" });
    let is_within = |open: char, close: char| fixed.trim().starts_with(open) && fixed.trim().ends_with(close);
    if is_within('{', '}') || is_within('[', ']') {
        let message = "It is a text that holds JSON, and would be sent as a text, in quotes. Give the JSON itself, with templates \
                       in its texts, like `{\"text\": \"{{ message }}\"}`; `{{ value | as_object }}` alone stands for any JSON.";
        problems.add_at_save(field, message);
    }
}
