//! What agents that send messages to a service have in common: their options, which may name credentials, and the calls that are made of them. What
//! is sent is up to each type; what the status of an answer means is in `judge`.

use crate::meaning::{TemplateJson, TemplateText};
use crate::outside::{header_or, refuse_captured, secret_url, whole_url};
use crate::template::{JsonTemplate, Template};
use crate::types::actions::http_request::answer;
use crate::web::failed;
use crate::{AgentError, Call, Context, CredentialUse, Effects, Emit, Presign, Problems, compose, judge};
use http::Method;
use rookery_egress::{AwsKey, Redactor, Request, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use url::form_urlencoded::Serializer;

/// How long the calls of a delivery may take together, and for how many of them that time is divided.
const ALL_CALLS: Duration = Duration::from_secs(30);
const AT_MOST_DIVIDED: u32 = 6;
/// The group of what was sent.
pub(crate) const SENT: &[&str] = &["on_sent"];

/// An option: a whole number, or a template for one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "Give a whole number, or a template for one.")]
pub(crate) enum Number {
    /// This number.
    Whole(i64),
    /// Whatever the template gives.
    Template(TemplateText),
}

/// An option: yes or no, or a template that says it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "Give true or false, or a template that says it.")]
pub(crate) enum Flag {
    /// Yes or no.
    Is(bool),
    /// `true`, `yes` and `1` are yes.
    Template(TemplateText),
}

impl From<Number> for TemplateText {
    fn from(number: Number) -> Self {
        match number {
            Number::Whole(number) => TemplateText(number.to_string()),
            Number::Template(text) => text,
        }
    }
}

impl From<Flag> for TemplateText {
    fn from(flag: Flag) -> Self {
        match flag {
            Flag::Is(is) => TemplateText(is.to_string()),
            Flag::Template(text) => text,
        }
    }
}

/// Reads the options of a type that are sent, and notes which credentials they name.
pub(crate) struct Reader<'p> {
    pub(crate) problems: &'p mut Problems,
    uses: Vec<CredentialUse>,
    plain: Vec<(&'static str, String)>,
}

impl<'p> Reader<'p> {
    pub(crate) fn new(problems: &'p mut Problems) -> Self {
        Reader { problems, uses: Vec::new(), plain: Vec::new() }
    }

    /// Reads an option that may be left out; blank is left out.
    pub(crate) fn option(&mut self, field: &'static str, option: Option<impl Into<TemplateText>>) -> Option<Template> {
        let text: TemplateText = option?.into();
        let template = self.problems.take_template(field, Template::parse_with_credentials(&text))?;
        refuse_captured(field, template.captures_credential(), self.problems);
        self.uses.extend(CredentialUse::of(field, template.credentials()));
        Some(template).filter(|template| !template.source().trim().is_empty())
    }

    /// Reads an option that may not be blank.
    pub(crate) fn needed(&mut self, field: &'static str, text: TemplateText) -> Option<Template> {
        if text.trim().is_empty() {
            self.problems.add(field, "It may not be empty.");
        }
        self.option(field, Some(text))
    }

    /// Reads a secret, which may not be blank. It should name a credential; one that stands there plainly is not shown, either.
    pub(crate) fn secret(&mut self, field: &'static str, text: TemplateText) -> Option<Template> {
        let template = self.needed(field, text)?;
        self.hide(field, &template);
        Some(template)
    }

    /// Reads a URL that is a secret, alone or in its path.
    pub(crate) fn secret_url(&mut self, field: &'static str, text: &str) -> Option<Template> {
        let template = secret_url(field, text, self.problems)?;
        self.uses.extend(CredentialUse::of(field, template.credentials()));
        self.hide(field, &template);
        Some(template)
    }

    /// Sees to it that a secret is not shown.
    fn hide(&mut self, field: &'static str, template: &Template) {
        if template.is_constant() {
            self.plain.push((field, template.source().trim().to_owned()));
        }
    }

    /// Reads an option that is JSON.
    pub(crate) fn json(&mut self, field: &'static str, option: Option<TemplateJson>) -> Option<JsonTemplate> {
        let template = self.problems.take_template(field, JsonTemplate::parse_with_credentials(&option?.0))?;
        refuse_captured(field, template.captures_credential(), self.problems);
        self.uses.extend(CredentialUse::of(field, template.credentials()));
        Some(template)
    }

    /// Reads the address of the service, and gives it without a slash at its end.
    pub(crate) fn api_url(&mut self, text: &str) -> Option<String> {
        let url = self.problems.take("api_url", whole_url(text))?;
        Some(url.trim_end_matches('/').to_owned())
    }

    /// The service, when all options were read.
    pub(crate) fn service(self) -> Service {
        let hidden = Redactor::new(self.plain.iter().map(|(field, value)| (*field, value.as_str())));
        Service { names: CredentialUse::names(&self.uses), uses: self.uses, hidden }
    }
}

/// A service, as one agent calls it.
pub(crate) struct Service {
    uses: Vec<CredentialUse>,
    names: Vec<String>,
    /// Takes out what stands plainly in the options and is a secret.
    hidden: Redactor,
}

impl Service {
    /// The credentials that the options name.
    pub(crate) fn credentials(&self) -> Vec<CredentialUse> {
        self.uses.clone()
    }

    /// Sends the messages of a delivery, one after the other. If the first fails, the delivery fails, and is tried again where that helps; later
    /// failures are told beside what was sent, which another try would send twice.
    pub(crate) async fn send(&self, cx: &Context<'_>, messages: Vec<Request>) -> Result<Effects, AgentError> {
        let (mut effects, count) = (Effects::none(), u32::try_from(messages.len()).unwrap_or(u32::MAX));
        for (nth, mut message) in messages.into_iter().enumerate() {
            message.timeout = Some(ALL_CALLS / count.clamp(1, AT_MOST_DIVIDED));
            // All tries of one message have one key.
            let key = if nth == 0 { cx.delivery.to_string() } else { format!("{}-{nth}", cx.delivery) };
            header_or(&mut message, "Idempotency-Key", &key);
            match self.send_one(cx, message).await {
                Ok(sent) => effects.emit.push(sent),
                Err(error) if effects.emit.is_empty() => return Err(error),
                Err(error) => effects.emit.push(failed(error)?),
            }
        }
        Ok(effects)
    }

    /// Makes a call. Neither the answer nor an error shows what is a secret.
    pub(crate) async fn ask(&self, cx: &Context<'_>, request: Request) -> Result<Response, AgentError> {
        self.ask_judged(cx, request, |response| judge(response, cx.now)).await
    }

    /// The same, where the service has words of its own for what is wrong.
    pub(crate) async fn ask_judged(
        &self,
        cx: &Context<'_>,
        request: Request,
        judge: impl FnOnce(Response) -> Result<Response, AgentError> + Send,
    ) -> Result<Response, AgentError> {
        let call = Call { request, credentials: &self.names, scope: cx.scope() };
        let line = call.request_line();
        let answered = cx.host.call(call).await.and_then(judge);
        let mut response = answered.map_err(|error| self.without_secrets(error.of_request(&line)))?;
        response.body = self.hidden.redact(&response.body).into_owned().into();
        Ok(response)
    }

    /// Makes URLs by which whoever has them may read what lies at these, for so long.
    pub(crate) async fn presign(
        &self,
        cx: &Context<'_>,
        key: &AwsKey,
        urls: Vec<String>,
        lasts: Duration,
    ) -> Result<Vec<String>, AgentError> {
        let presign = Presign { key, urls, lasts, credentials: &self.names, scope: cx.scope() };
        cx.host.presign(presign).await.map_err(|error| self.without_secrets(error))
    }

    async fn send_one(&self, cx: &Context<'_>, request: Request) -> Result<Emit, AgentError> {
        let response = self.ask(cx, request).await?;
        let fields = [("status", response.status.to_string()), ("body", answer::body(&response).0)];
        Ok(Emit { groups: SENT.iter().map(|group| (*group).to_owned()).collect(), payload: compose::object(fields)? })
    }

    fn without_secrets(&self, error: AgentError) -> AgentError {
        let details = error.details.map(|details| self.hidden.redact_text(&details.to_string()));
        let details = details.and_then(|text| serde_json::from_str(&text).ok());
        AgentError { message: self.hidden.redact_text(&error.message), details, ..error }
    }
}

/// The text of an option, unless it is blank.
pub(crate) fn text_in(cx: &Context<'_>, option: Option<&Template>) -> Result<Option<String>, AgentError> {
    let text = option.map(|template| template.render(cx.scope())).transpose()?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

/// What an option says, unless it is blank.
pub(crate) fn flag_in(cx: &Context<'_>, option: Option<&Template>) -> Result<Option<bool>, AgentError> {
    let text = text_in(cx, option)?.map(|text| text.trim().to_ascii_lowercase());
    Ok(text.map(|text| ["true", "yes", "1"].contains(&text.as_str())))
}

/// A text that is cut after so many characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A message that is sent as JSON.
pub(crate) fn json_message(url: &str, body: &Value) -> Request {
    with_body(url, "application/json", body.to_string())
}

/// A message that is sent as a form.
pub(crate) fn form_message<'f>(url: &str, fields: impl IntoIterator<Item = (&'f str, String)>) -> Request {
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    with_body(url, "application/x-www-form-urlencoded", body)
}

fn with_body(url: &str, content_type: &str, body: String) -> Request {
    let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
    Request { headers, body: Some(body.into()), ..Request::new(Method::POST, url) }
}
