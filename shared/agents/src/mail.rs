//! What agents that send mail have in common: the options that say what is sent to whom, the form of a mail that tells of events, and what comes of
//! its sending. How a mail is written is in `mail/message.rs`; how it is sent, the host knows.

pub(crate) mod mailbox;
pub(crate) mod message;

use crate::compose::text_of;
use crate::meaning::TemplateText;
use crate::template::{Scope, Template};
use crate::web::{Texts, failed};
use crate::{AgentError, Context, Effects, Emit, Mail, Mailbox, Mailed, Mailing, Problems, Retry};
use rookery_domain::{Payload, limits};
use rookery_markup::clean;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// The most recipients of one mail.
const RECIPIENTS: usize = 50;
/// The keys of an event that may hold its title; the first that it has counts.
const TITLES: [&str; 5] = ["title", "message", "text", "main", "value"];
/// The title of an event that has none of these.
const UNTITLED: &str = "Event";

/// An option: which of the two forms a mail has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub(crate) enum ContentType {
    /// Plain text alone.
    #[serde(rename = "text/plain")]
    Plain,
    /// HTML alone.
    #[serde(rename = "text/html")]
    Html,
}

/// The options, as the types give them. They stand in the options of each type, because serde refuses no unknown field beside a part that it
/// flattens.
pub(crate) struct LetterOptions {
    pub(crate) subject: TemplateText,
    pub(crate) headline: Option<TemplateText>,
    pub(crate) body: Option<TemplateText>,
    pub(crate) recipients: Option<Texts>,
    pub(crate) from: Option<TemplateText>,
    pub(crate) content_type: Option<ContentType>,
}

/// What is sent, before it is known to what event.
pub(crate) struct Letter {
    subject: Template,
    headline: Option<Template>,
    body: Option<Template>,
    /// Each with the path of its field.
    recipients: Vec<(String, Template)>,
    from: Option<Template>,
    content_type: Option<ContentType>,
}

impl Letter {
    /// Reads the options, and notes what is wrong with them. Addresses that stand there plainly are checked now.
    pub(crate) fn take(options: LetterOptions, problems: &mut Problems) -> Option<Letter> {
        if options.subject.trim().is_empty() {
            problems.add("subject", "It may not be empty.");
        }
        let subject = options.subject.take("subject", problems);
        let mut optional = |field: &str, option: Option<TemplateText>| {
            option.filter(|text| !text.trim().is_empty()).and_then(|text| text.take(field, problems))
        };
        let headline = optional("headline", options.headline);
        let (body, from) = (optional("body", options.body), optional("from", options.from));
        let fields = options.recipients.map(|recipients| recipients.fields("recipients")).unwrap_or_default();
        if fields.iter().all(|(_, text)| text.trim().is_empty()) {
            problems.add(
                "recipients",
                "Say who gets the mail: one address, or a list of them. A project has no address of its own here.",
            );
        }
        let recipients: Vec<_> = fields
            .into_iter()
            .filter_map(|(field, text)| text.take(&field, problems).map(|template| (field, template)))
            .collect();
        for (field, template) in recipients.iter().filter(|(_, template)| template.is_constant()) {
            problems.take(field, Mailbox::list(template.source()));
        }
        if let Some(from) = from.as_ref().filter(|from| from.is_constant()) {
            problems.take("from", from.source().parse::<Mailbox>());
        }
        Some(Letter { subject: subject?, headline, body, recipients, from, content_type: options.content_type })
    }

    /// The mail that tells of these payloads.
    pub(crate) fn mail(&self, scope: &Scope, payloads: &[&Value]) -> Result<Mail, AgentError> {
        let text = |template: &Option<Template>| template.as_ref().map(|template| template.render(scope)).transpose();
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let from =
            given(text(&self.from)?).map(|from| from.parse::<Mailbox>().map_err(|error| invalid("from", &error))).transpose()?;
        let (headline, body) = (given(text(&self.headline)?), given(text(&self.body)?));
        let (plain, html) = match &body {
            Some(body) => (in_plain(headline.as_deref(), body), in_html(headline.as_deref(), &clean(body))),
            None => {
                let events: Vec<Told> = payloads.iter().map(|payload| Told::of(payload)).collect();
                let plain: Vec<String> = events.iter().map(Told::plain).collect();
                let html: String = events.iter().map(Told::html).collect();
                (in_plain(headline.as_deref(), &plain.join("\n")), in_html(headline.as_deref(), &html))
            }
        };
        Ok(Mail {
            from,
            to: self.recipients(scope)?,
            subject: self.subject.render(scope)?,
            plain: (self.content_type != Some(ContentType::Html)).then_some(plain),
            html: (self.content_type != Some(ContentType::Plain)).then_some(html),
        })
    }

    /// Who gets it, each once.
    fn recipients(&self, scope: &Scope) -> Result<Vec<Mailbox>, AgentError> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for (field, template) in &self.recipients {
            let listed = Mailbox::list(&template.render(scope)?).map_err(|error| invalid(field, &error))?;
            found.extend(listed.into_iter().filter(|mailbox| seen.insert(mailbox.address().to_ascii_lowercase())));
        }
        match found.len() {
            0 => Err(AgentError::fail(
                "no_recipients",
                "`recipients` comes out empty: name a field that the event has, or an address.",
            )),
            1..=RECIPIENTS => Ok(found),
            many => {
                let message = format!(
                    "`recipients` gives {many} addresses: at most {RECIPIENTS} are taken. Send to a mailing list, or use more agents."
                );
                Err(AgentError::fail("too_many_recipients", message))
            }
        }
    }
}

fn invalid(field: &str, error: &impl ToString) -> AgentError {
    AgentError::fail("invalid_address", format!("`{field}`: {}.", error.to_string()))
}

/// An event, as a mail tells of it.
struct Told {
    title: String,
    /// The other keys, by name.
    entries: Vec<(String, String)>,
}

impl Told {
    fn of(payload: &Value) -> Told {
        let Value::Object(fields) = payload else {
            let text = text_of(payload);
            return match payload {
                Value::String(_) => Told { title: text, entries: Vec::new() },
                _ => Told { title: UNTITLED.to_owned(), entries: vec![("value".to_owned(), text)] },
            };
        };
        let of_title = TITLES.into_iter().find(|key| fields.contains_key(*key));
        let title = of_title.map_or_else(|| UNTITLED.to_owned(), |key| text_of(&fields[key]));
        let others = fields.iter().filter(|(key, _)| Some(key.as_str()) != of_title);
        let mut entries: Vec<_> = others.map(|(key, value)| (key.clone(), text_of(value))).collect();
        entries.sort();
        Told { title, entries }
    }

    fn plain(&self) -> String {
        let entries = self.entries.iter().map(|(key, value)| format!("  {key}: {value}\n"));
        format!("{}\n{}", self.title, entries.collect::<String>())
    }

    /// Each text is cleaned for itself, so that what is not closed in one event closes nothing of others.
    fn html(&self) -> String {
        let entries = self.entries.iter().map(|(key, value)| format!("<li>{}: {}</li>\n", clean(key), clean(value)));
        let entries: String = entries.collect();
        let list = if entries.is_empty() { entries } else { format!("<ul>\n{entries}</ul>\n") };
        format!("<p><b>{}</b></p>\n{list}", clean(&self.title))
    }
}

fn in_plain(headline: Option<&str>, body: &str) -> String {
    headline.map_or_else(|| body.to_owned(), |headline| format!("{headline}\n\n{body}"))
}

fn in_html(headline: Option<&str>, body: &str) -> String {
    let headline = headline.map(|headline| format!("<h1>{}</h1>\n", clean(headline))).unwrap_or_default();
    format!("<!DOCTYPE html>\n<html><body>\n{headline}{body}\n</body></html>\n")
}

/// What the templates of a mail see: `now` is the same in each attempt, so that each makes the same mail.
pub(crate) fn scope(cx: &Context<'_>, mailing: &Mailing, more: Map<String, Value>) -> Scope {
    let mut variables = cx.scope().variables().clone();
    variables.insert("now".to_owned(), json!(mailing.at));
    variables.extend(more);
    cx.scope().with(variables)
}

/// What comes of a mail: one event in the group `on_sent` with these further fields, and one in `on_error` for each recipient for whom the server
/// would not take it. If some may get it later, that is the error, as long as there are attempts left; whoever has it does not get it again by them.
pub(crate) fn sent(attempt: u32, mail: &Mail, mailed: Vec<Mailed>, more: Map<String, Value>) -> Result<Effects, AgentError> {
    let (have, lack): (Vec<_>, Vec<_>) = mailed.into_iter().partition(|mailed| mailed.result.is_ok());
    let have: Vec<&str> = have.iter().map(|mailed| mailed.to.address()).collect();
    let mut errors: Vec<AgentError> = Vec::new();
    for Mailed { to, result } in &lack {
        let Err(error) = result.clone() else { continue };
        errors.push(error.with_details(json!({"recipient": to.address(), "sent": have})));
    }
    let is_last = attempt as usize >= limits::RETRY_MS.len();
    if have.is_empty() || !is_last {
        errors.sort_by_key(|error| error.retry == Retry::Never);
        // Whoever gets it never keeps nobody else from it.
        if let Some(error) = errors.first().filter(|error| have.is_empty() || error.retry != Retry::Never) {
            return Err(error.clone());
        }
    }
    let mut payload = json!({"recipients": have, "subject": message::one_line(&mail.subject)});
    if let Value::Object(fields) = &mut payload {
        fields.extend(more);
    }
    let mut emit = vec![Emit { groups: vec!["on_sent".to_owned()], payload: Payload::of(payload)? }];
    for error in errors {
        emit.push(failed(error)?);
    }
    Ok(Effects { emit, ..Effects::none() })
}

#[cfg(test)]
mod tests;
