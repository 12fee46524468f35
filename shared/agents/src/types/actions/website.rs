//! `website`: takes values out of pages, an event for each row. The options are those of Huginn's WebsiteAgent. `page` says what kind
//! of page it is, `extract` finds values in it, `rows` makes rows of them.

mod examples;
mod expression;
mod extract;
mod options;
mod page;
mod rows;
#[cfg(test)]
mod tests;

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::huginn::Mapping;
use crate::outside::url_template;
use crate::seen::{self, Seen};
use crate::template::{JsonTemplate, Template};
use crate::web::{AT_ONCE, Web, WebOptions, failed, take_urls};
use crate::{AgentError, Context, Effects, Emit, Example, Facts, judge};
use extract::Extractor;
use futures::future::join_all;
use indexmap::IndexMap;
use options::Mode;
pub use options::Options;
use page::{PageType, Source};
use rookery_domain::{Payload, limits};
use rows::{FoundRow, Row};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// The most bytes of the event that tells what is left out.
const TOLD_BYTES: usize = 1_000;

/// The memory of where to go on, besides what was seen.
const NEXT: &str = "next";

/// The agent.
pub struct Website {
    urls: Vec<Template>,
    url_from_event: Option<Template>,
    data_from_event: Option<Template>,
    page_type: Option<PageType>,
    mode: Mode,
    /// None for a JSON document that is the event.
    extract: Option<Vec<Extractor>>,
    template: Option<JsonTemplate>,
    look_back: Option<usize>,
    success: Option<Vec<u16>>,
    has_namespaces: bool,
    web: Web,
}

impl AgentType for Website {
    const NAME: &'static str = "website";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Website";
    const GROUPS: &'static [&'static str] = &["on_item"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("every_12h");
    const HUGINN: Option<Mapping> = Some(Mapping::of("WebsiteAgent"));
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let urls = take_urls(options.url, problems);
        if urls.is_empty() && options.url_from_event.is_none() && options.data_from_event.is_none() && problems.errors.is_empty()
        {
            problems.add("url", "Give the address of a page, or `url_from_event`, or `data_from_event`.");
        }
        let url_from_event = options.url_from_event.and_then(|text| url_template("url_from_event", &text, problems));
        let data_from_event = options.data_from_event.and_then(|text| text.take("data_from_event", problems));
        if options.extract.as_ref().is_some_and(IndexMap::is_empty)
            || (options.extract.is_none() && options.page_type.is_some_and(|kind| kind != PageType::Json))
        {
            problems.add("extract", "Name what is taken out, like `{\"title\": {\"css\": \"h1\", \"value\": \"string(.)\"}}`.");
        }
        let extract = options.extract.map(|extract| extract::take(extract, options.page_type, problems));
        if options.uniqueness_look_back.is_some_and(|count| count > seen::MOST) {
            problems.add("uniqueness_look_back", format!("Look back at most {} events.", seen::MOST));
        }
        let template = options.template.and_then(|template| template.take("template", problems));
        let web = WebOptions {
            headers: options.headers,
            basic_auth: options.basic_auth,
            user_agent: options.user_agent,
            force_encoding: options.force_encoding,
            disable_redirect_follow: options.disable_redirect_follow,
            unzip: options.unzip,
        };
        let from_event = url_from_event.iter().map(|template| ("url_from_event", template));
        let named: Vec<(&str, &Template)> = urls.iter().map(|url| ("url", url)).chain(from_event).collect();
        let web = Web::take(web, &named, problems);
        let has_xpath = extract.iter().flatten().any(Extractor::has_xpath);
        problems.errors.is_empty().then_some(Website {
            urls,
            url_from_event,
            data_from_event,
            page_type: options.page_type,
            mode: options.mode,
            extract,
            template,
            look_back: options.uniqueness_look_back,
            success: options.http_success_codes.filter(|codes| !codes.is_empty()),
            has_namespaces: options.use_namespaces.unwrap_or(!has_xpath),
            web,
        })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.web.credentials(), ..Facts::of::<Self>() }
    }

    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        let remembers = self.mode == Mode::OnChange || cx.event.is_none();
        Ok(if remembers { MemoryUse::Agent } else { MemoryUse::None })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        if let Some(data) = &self.data_from_event {
            let source = Source::of_event(data.render(cx.scope())?, self.page_type);
            let rows = self.rows(cx, &source)?;
            return self.emit(cx, vec![("", Ok(Some((source, rows))))]);
        }
        let urls = match &self.url_from_event {
            Some(url) => vec![url.render(cx.scope())?],
            None => self.rendered_urls(cx)?,
        };
        self.read_all(cx, &urls).await
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let urls = self.rendered_urls(cx)?;
        self.read_all(cx, &urls).await
    }

    fn examples() -> Vec<Example> {
        examples::examples()
    }
}

/// The error of an event that leads to more rows than one delivery emits.
fn too_many(left_out: usize, total: usize) -> AgentError {
    let message = format!(
        "{left_out} of {total} rows are left out: one event leads to at most {} events, of {} MB together. Take out fewer rows, or read the \
         page by `url`, whose checks go on where the last one ended.",
        limits::CHILDREN,
        limits::CHILDREN_BYTES >> 20
    );
    AgentError::fail("too_many_rows", message)
}

/// What came of an address: none if nothing has changed.
type Read = Result<Option<(Source, Vec<Row>)>, AgentError>;

impl Website {
    fn rendered_urls(&self, cx: &Context<'_>) -> Result<Vec<String>, AgentError> {
        Ok(self.urls.iter().map(|url| url.render(cx.scope())).collect::<Result<_, _>>()?)
    }

    async fn read_all(&self, cx: &Context<'_>, urls: &[String]) -> Result<Effects, AgentError> {
        let seen = Seen::read(&cx.memory);
        let mut read: Vec<(&str, Read)> = Vec::new();
        for some in urls.chunks(AT_ONCE) {
            let answers = join_all(some.iter().map(|url| self.read(cx, url, urls.len(), &seen))).await;
            read.extend(some.iter().map(String::as_str).zip(answers));
        }
        match read.as_slice() {
            [(_, Err(error))] => Err(error.clone()),
            _ => self.emit(cx, read),
        }
    }

    async fn read(&self, cx: &Context<'_>, url: &str, of: usize, seen: &Seen) -> Read {
        // What an event asks for may be another thing each time.
        let known = if self.mode == Mode::OnChange && cx.event.is_none() { seen.validators(url) } else { None };
        let page = self.web.get(cx, url, of, known).await?;
        let status = page.response.status;
        if status == 304 && known.is_some() {
            return Ok(None);
        }
        let line = page.line();
        let is_success = self.success.as_ref().map_or((200..300).contains(&status), |codes| codes.contains(&status));
        if !is_success {
            let message = format!("The server answered {status}, which is none of the statuses that are taken for success.");
            let unexpected = AgentError::fail("http_error", message).with_details(json!({"status": status}));
            return Err(judge(page.response, cx.now).err().unwrap_or(unexpected).of_request(&line));
        }
        let source = Source::of_page(&page, self.page_type);
        let rows = self.rows(cx, &source).map_err(|error| error.of_request(&line))?;
        Ok(Some((source, rows)))
    }

    /// Emits the rows of pages, as far as they are wanted and may be emitted at once.
    fn emit(&self, cx: &Context<'_>, read: Vec<(&str, Read)>) -> Result<Effects, AgentError> {
        let mut seen = Seen::read(&cx.memory);
        let mut effects = Effects::none();
        let all: usize = read.iter().filter_map(|(_, read)| Some(read.as_ref().ok()?.as_ref()?.1.len())).sum();
        // What stands on the pages of events is only looked for among the latest: there may be any number of pages.
        let is_check = cx.event.is_none();
        if is_check {
            seen.keep_only(read.iter().map(|(url, _)| *url));
        }
        let (mut rows, mut earlier): (Vec<Row>, HashSet<String>) = Default::default();
        for (url, read) in read {
            match read {
                Ok(None) => {}
                Ok(Some((source, mut found))) if self.mode == Mode::OnChange => {
                    if is_check {
                        seen.answered(url, &source.validators, found.iter().map(|row| row.key.as_str()));
                    }
                    // Equal rows of one page are each an event; those of an earlier page are known.
                    found.retain(|row| !seen.knows(&row.key) && !earlier.contains(&row.key));
                    earlier.extend(found.iter().map(|row| row.key.clone()));
                    rows.append(&mut found);
                }
                Ok(Some((_, mut found))) => rows.append(&mut found),
                Err(error) => effects.emit.push(failed(error)?),
            }
        }
        let total = rows.len();
        // Where the last check ended, if it could not emit all.
        let begin = cx.memory.get(NEXT).and_then(Value::as_u64).map_or(0, |next| next as usize);
        let begin = if self.mode == Mode::OnChange || !is_check || begin >= total { 0 } else { begin };
        // What an event leads to has no next check: then one place is for telling what is left out.
        let fits = effects.emit.len() + total <= limits::CHILDREN;
        let most = if is_check || fits { limits::CHILDREN } else { limits::CHILDREN - 1 };
        let (mut bytes, mut emitted) = (effects.bytes(), begin);
        for row in rows.iter().skip(begin) {
            bytes += row.payload.as_str().len();
            if effects.emit.len() >= most || bytes + TOLD_BYTES > limits::CHILDREN_BYTES {
                break;
            }
            effects.emit.push(Emit { groups: vec!["on_item".to_owned()], payload: row.payload.clone() });
            emitted += 1;
        }
        for row in &rows[begin..emitted] {
            seen.add(&row.key);
        }
        for row in &rows[emitted..] {
            seen.left_over(&row.key);
        }
        match total - emitted {
            0 => {}
            left_over if is_check => effects.logs.push(format!("{left_over} rows come in the next checks.")),
            left_out => effects.emit.push(failed(too_many(left_out, total))?),
        }
        match (self.mode, cx.event) {
            (Mode::OnChange, _) => {
                let look_back = self.look_back.unwrap_or((all * 3).clamp(200, seen::MOST));
                Ok(effects.remember(seen.write(look_back)?))
            }
            (_, None) if emitted < total => Ok(effects.remember(json!({NEXT: emitted}))),
            (_, None) if cx.memory.get(NEXT).is_some() => Ok(effects.remember(json!({}))),
            _ => Ok(effects),
        }
    }

    /// The rows of a page.
    fn rows(&self, cx: &Context<'_>, source: &Source) -> Result<Vec<Row>, AgentError> {
        let base = cx.event.filter(|_| self.mode == Mode::Merge).map(|_| cx.payload());
        let base = match base {
            None => Map::new(),
            Some(Value::Object(base)) => base.clone(),
            Some(_) => {
                let message = "The event's payload is not a JSON object, so that nothing can be merged into it; use `all`.";
                return Err(AgentError::fail("payload_not_object", message));
            }
        };
        let found = match &self.extract {
            Some(extract) => rows::rows(extract, cx, source, self.has_namespaces)?,
            None => vec![rows::whole(source)?],
        };
        let row = |found: FoundRow| -> Result<Row, AgentError> {
            let mut payload = found.shown();
            if let Some(template) = &self.template {
                let scope = cx.scope().with(source.variables(cx, found.all));
                if let Value::Object(made) = template.render(&scope)? {
                    payload.extend(made);
                }
            }
            let mut merged = base.clone();
            merged.extend(payload);
            let payload = Value::Object(merged);
            let key = if self.mode == Mode::OnChange { crate::compare::canonical(&payload) } else { String::new() };
            Ok(Row { key, payload: Payload::of(payload)? })
        };
        found.into_iter().map(row).collect()
    }
}
