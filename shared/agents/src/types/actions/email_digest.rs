//! `email_digest`: gathers events, and sends one mail about them. The options are those of Huginn's EmailDigestAgent.

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::gathered::{self, Gathered};
use crate::huginn::Mapping;
use crate::mail::{self, ContentType, Letter, LetterOptions};
use crate::meaning::TemplateText;
use crate::service::SENT;
use crate::web::Texts;
use crate::{AgentError, Context, Effects, Example, Mailing};
use rookery_domain::{Event, EventAt};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The most events that are gathered; the oldest are forgotten first.
const MOST: usize = 2_000;
/// The most bytes of the payloads of one mail; events beyond it are told of at the next check.
const BYTES: usize = 512 * 1024;
/// In what a delivery fixes of its mails: the last event that they tell of.
const THROUGH: &str = "through";

/// Gathers the events that come in. When it is checked, it sends one mail about all of them, in the order in which they came, and forgets them;
/// if there are none, it sends nothing. Each recipient gets a mail of his own. The mail server is the one in the project's credential `smtp_url`, or
/// else the operator's.
///
/// Of each event, the mail has its `title`, `message`, `text`, `main` or `value`, whichever is the first that it has, and all other keys by name. What was
/// sent goes on in the group `on_sent`: `{"recipients", "subject", "events"}`, with the number of events. What the mail tells of is fixed before it is
/// sent: events that come meanwhile are told of by the next one. If nobody gets it, the events are kept for the next check.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The subject: a template over `events`, the payloads in the order in which they came, like `{{ events.size }} events`.
    subject: TemplateText,
    /// A line above the events: a template over `events`.
    headline: Option<TemplateText>,
    /// Who gets the mail: an address, several with commas between them, or a list; templates. A project has no address of its own.
    #[schemars(required)]
    recipients: Option<Texts>,
    /// Who sends the mail: an address, which may have a name before it. Without it, whoever the operator has named.
    from: Option<TemplateText>,
    /// Whether the mail is plain text or HTML. Without it, it has both forms.
    content_type: Option<ContentType>,
}

/// The agent.
pub struct EmailDigest {
    letter: Letter,
}

impl AgentType for EmailDigest {
    const NAME: &'static str = "email_digest";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Email digest";
    const GROUPS: &'static [&'static str] = SENT;
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("5am");
    const HUGINN: Option<Mapping> = Some(Mapping { emits: false, ..Mapping::of("EmailDigestAgent") });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let Options { subject, headline, recipients, from, content_type } = options;
        let letter = Letter::take(LetterOptions { subject, headline, body: None, recipients, from, content_type }, problems);
        problems.errors.is_empty().then_some(EmailDigest { letter: letter? })
    }

    fn memory(&self, _cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        Ok(MemoryUse::Agent)
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        Ok(Gathered::gather(cx, MOST, true))
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Gathered { events: mut told } = Gathered::of(cx);
        if told.is_empty() {
            return Ok(Effects::none());
        }
        let mut found = gathered::read(cx, &told).await?;
        let fits = told[fitting(&told, &found) - 1];
        let mailing = cx.host.begin_mail(json!({THROUGH: fits})).await?;
        // Another attempt may find more events; or none of these, if another check has told of them meanwhile.
        let through = EventAt::deserialize(&mailing.about[THROUGH]).unwrap_or(fits);
        let Some(last) = told.iter().position(|place| *place == through) else {
            return Ok(Effects::none().log("The events were told of by another check."));
        };
        let rest = Gathered { events: told.split_off(last + 1) };
        found.retain(|event| told.contains(&event.at()));
        let gone = told.len() - found.len();
        let effects = if found.is_empty() { Effects::none() } else { self.send(cx, &mailing, &found).await? };
        let effects = effects.remember(json!(rest));
        Ok(if gone == 0 {
            effects
        } else {
            effects.log(format!("{gone} events were kept no longer: raise `keep_events_for` of their agents."))
        })
    }

    fn examples() -> Vec<Example> {
        let config = json!({
            "subject": "{{ events.size }} events", "headline": "This came in the last hour:", "recipients": ["ada@example.com"], "schedule": "every_1h"
        });
        vec![
            Example::new("An event is gathered", config).on(json!({"title": "Tea"})),
            Example::new(
                "Nothing was gathered, so nothing is sent",
                json!({"subject": "News", "recipients": "team@example.com", "from": "The shop <shop@example.com>", "content_type": "text/plain"}),
            ),
        ]
    }
}

impl EmailDigest {
    async fn send(&self, cx: &Context<'_>, mailing: &Mailing, events: &[Event]) -> Result<Effects, AgentError> {
        let payloads: Vec<&Value> = events.iter().map(|event| event.payload.value()).collect();
        let variables = Map::from_iter([("events".to_owned(), json!(payloads))]);
        let mail = self.letter.mail(&mail::scope(cx, mailing, variables), &payloads)?;
        let mailed = cx.host.send_mail(&mail, mailing).await?;
        mail::sent(cx.attempt, &mail, mailed, Map::from_iter([("events".to_owned(), payloads.len().into())]))
    }
}

/// How many of the first events fit one mail: at least one.
fn fitting(places: &[EventAt], found: &[Event]) -> usize {
    let mut bytes = 0;
    let fits = places.iter().take_while(|place| {
        let event = found.iter().find(|event| event.at() == **place);
        bytes += event.map_or(0, |event| event.payload.as_str().len());
        bytes <= BYTES
    });
    fits.count().max(1)
}

#[cfg(test)]
mod tests;
