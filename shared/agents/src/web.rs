//! What agents that read pages and feeds have in common: the options of Huginn's WebRequestConcern, and the calls that are made of them. What a
//! page holds is read in `markup` and in the types.

use crate::meaning::TemplateText;
use crate::outside::{Headers, refuse_captured, url_template};
use crate::template::Template;
use crate::{AgentError, Call, Context, CredentialUse, Emit, Problems, RequestLine, judge};
use http::Method;
use rookery_domain::Payload;
use rookery_egress::{Request, Response};
use schemars::JsonSchema;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The most bytes of a page or feed, unpacked.
const MOST_BYTES: usize = 10 * 1024 * 1024;
/// The most addresses of one agent.
pub(crate) const MOST_URLS: usize = 100;
/// How many calls are made at once.
pub(crate) const AT_ONCE: usize = 8;
/// How long all calls of a delivery may take together.
const ALL_CALLS: Duration = Duration::from_secs(30);
const MAX_REDIRECTS: u8 = 10;

/// An option: a template, or a list of templates.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Texts {
    /// One.
    One(TemplateText),
    /// A list.
    Many(Vec<TemplateText>),
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Texts;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a text or a list of texts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts::One(TemplateText(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = items.next_element()? {
                    texts.push(text);
                }
                Ok(Texts::Many(texts))
            }
        }

        from.deserialize_any(Either)
    }
}

impl Texts {
    /// The texts, each with the path of its field.
    pub(crate) fn fields(self, field: &str) -> Vec<(String, TemplateText)> {
        match self {
            Texts::One(text) => vec![(field.to_owned(), text)],
            Texts::Many(texts) => texts.into_iter().enumerate().map(|(at, text)| (format!("{field}[{at}]"), text)).collect(),
        }
    }
}

/// The options, as the types give them. They stand in the options of each type, because serde refuses no unknown field beside a part that it
/// flattens.
pub(crate) struct WebOptions {
    pub(crate) headers: BTreeMap<String, TemplateText>,
    pub(crate) basic_auth: Option<Texts>,
    pub(crate) user_agent: Option<TemplateText>,
    pub(crate) force_encoding: Option<String>,
    pub(crate) disable_redirect_follow: bool,
    pub(crate) unzip: Option<Unzip>,
}

/// An option: how a body is packed besides what its headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unzip {
    /// It is a file of gzip.
    Gzip,
}

/// How pages are called.
pub(crate) struct Web {
    headers: Headers,
    basic_auth: Option<Template>,
    user_agent: Option<Template>,
    charset: Option<String>,
    redirects: u8,
    unzip: Option<Unzip>,
    uses: Vec<CredentialUse>,
    names: Vec<String>,
}

/// What a server said of a page, so that it is sent again only when it has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified: Option<String>,
}

impl Validators {
    fn of(response: &Response) -> Self {
        let header = |name| response.header(name).filter(|value| value.len() < 1_000).map(str::to_owned);
        Validators { etag: header("etag"), last_modified: header("last-modified") }
    }
}

/// A page that was read.
pub(crate) struct Page {
    pub(crate) response: Response,
    /// The address that was called, without credentials.
    pub(crate) called: String,
    /// The address, after redirects, without credentials.
    pub(crate) url: String,
    pub(crate) validators: Validators,
}

impl Page {
    /// The page as a text.
    pub(crate) fn text(&self, is_html: bool) -> Cow<'_, str> {
        rookery_media::lossy(self.response.header("content-type").unwrap_or_default(), &self.response.body, is_html)
    }

    /// The request that gave the page, as errors name it.
    pub(crate) fn line(&self) -> RequestLine {
        RequestLine { method: Method::GET.to_string(), url: self.url.clone() }
    }
}

impl Web {
    /// Reads the options, and the templates of addresses with them, or notes what is wrong.
    pub(crate) fn take(options: WebOptions, urls: &[(&str, &Template)], problems: &mut Problems) -> Self {
        let with_credentials = |field: &str, text: &str, problems: &mut Problems| {
            let template = problems.take_template(field, Template::parse_with_credentials(text))?;
            refuse_captured(field, template.captures_credential(), problems);
            Some(template)
        };
        let basic_auth = match &options.basic_auth {
            None => None,
            Some(Texts::One(text)) if text.contains(':') || text.contains("{{") || text.contains("{%") => Some(text.0.clone()),
            Some(Texts::Many(texts)) if texts.len() == 2 => Some(format!("{}:{}", texts[0].0, texts[1].0)),
            _ => {
                problems.add("basic_auth", "Give `user:password`, or a list of the two.");
                None
            }
        };
        let basic_auth = basic_auth.and_then(|text| with_credentials("basic_auth", &text, problems));
        let user_agent = options.user_agent.and_then(|text| with_credentials("user_agent", &text, problems));
        if let Some(label) = options.force_encoding.as_deref().filter(|label| !rookery_media::is_charset(label)) {
            problems.add(
                "force_encoding",
                format!("There is no encoding `{label}`: give one like `utf-8`, `iso-8859-1` or `shift_jis`."),
            );
        }
        let headers = Headers::take(options.headers, problems);
        let mut uses: Vec<CredentialUse> = headers.credentials().collect();
        let others = [("basic_auth", &basic_auth), ("user_agent", &user_agent)];
        let others = others.iter().filter_map(|(field, template)| Some((*field, template.as_ref()?)));
        uses.extend(
            others.chain(urls.iter().copied()).flat_map(|(field, template)| CredentialUse::of(field, template.credentials())),
        );
        Web {
            headers,
            basic_auth,
            user_agent,
            charset: options.force_encoding,
            redirects: if options.disable_redirect_follow { 0 } else { MAX_REDIRECTS },
            unzip: options.unzip,
            names: CredentialUse::names(&uses),
            uses,
        }
    }

    /// The credentials that the options name.
    pub(crate) fn credentials(&self) -> Vec<CredentialUse> {
        self.uses.clone()
    }

    /// Calls an address, as one of so many in a delivery. `known` is sent along, so that the answer may be that nothing has changed.
    pub(crate) async fn get(
        &self,
        cx: &Context<'_>,
        url: &str,
        of: usize,
        known: Option<&Validators>,
    ) -> Result<Page, AgentError> {
        let mut request = self.headers.request(cx, Method::GET, url.trim())?;
        request.timeout = Some(ALL_CALLS / of.div_ceil(AT_ONCE).max(1) as u32);
        request.redirects = self.redirects;
        request.max_body = Some(MOST_BYTES);
        request.charset.clone_from(&self.charset);
        request.basic_auth = self.basic_auth.as_ref().map(|template| template.render(cx.scope())).transpose()?;
        let user_agent = self.user_agent.as_ref().map(|template| template.render(cx.scope())).transpose()?;
        let sent = |name: &str, request: &Request| request.headers.iter().any(|(sent, _)| sent.eq_ignore_ascii_case(name));
        let known = known.cloned().unwrap_or_default();
        for (name, value) in
            [("User-Agent", user_agent), ("If-None-Match", known.etag), ("If-Modified-Since", known.last_modified)]
        {
            if let Some(value) = value.filter(|value| !value.trim().is_empty() && !sent(name, &request)) {
                request.headers.push((name.to_owned(), value));
            }
        }
        let call = Call { request, credentials: &self.names, scope: cx.scope() };
        let line = call.request_line();
        let answered = cx.host.call(call).await.and_then(|mut response| {
            if self.unzip.is_some() {
                let unpacked = rookery_media::unpack("gzip", response.body.clone(), MOST_BYTES);
                response.body = unpacked.map_err(|error| AgentError::fail("not_gzip", error.to_string()))?;
            }
            Ok(response)
        });
        let response = answered.map_err(|error| error.of_request(&line))?;
        let reached =
            if response.url.is_empty() { line.url.clone() } else { cx.scope().without_marks(&response.url, &self.names) };
        Ok(Page { called: line.url, url: reached, validators: Validators::of(&response), response })
    }

    /// The same, where only success and "nothing has changed" are answers.
    pub(crate) async fn get_successfully(
        &self,
        cx: &Context<'_>,
        url: &str,
        of: usize,
        known: Option<&Validators>,
    ) -> Result<Page, AgentError> {
        let page = self.get(cx, url, of, known).await?;
        let line = page.line();
        let response = judge(page.response, cx.now).map_err(|error| error.of_request(&line))?;
        Ok(Page { response, ..page })
    }
}

/// The event that tells of one call of several that failed.
pub(crate) fn failed(error: AgentError) -> Result<Emit, AgentError> {
    let mut told = json!({"code": error.code, "message": error.message});
    if let Some(details) = error.details {
        told["details"] = details;
    }
    Ok(Emit { groups: vec!["on_error".to_owned()], payload: Payload::of(told)? })
}

/// Reads an option of addresses, which are templates.
pub(crate) fn take_urls(option: Option<Texts>, problems: &mut Problems) -> Vec<Template> {
    let fields = option.map(|option| option.fields("url")).unwrap_or_default();
    if fields.len() > MOST_URLS {
        problems.add("url", format!("Give at most {MOST_URLS} addresses; use more agents for more."));
    }
    fields.into_iter().filter_map(|(field, text)| url_template(&field, &text, problems)).collect()
}
