//! `email`: sends a mail for each event. The options are those of Huginn's EmailAgent.

use crate::agent::{AgentType, Kind, Problems};
use crate::huginn::Mapping;
use crate::mail::{self, ContentType, Letter, LetterOptions};
use crate::meaning::TemplateText;
use crate::service::SENT;
use crate::web::Texts;
use crate::{AgentError, Context, Effects, Example};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Sends a mail for each event, and when it is checked. Each recipient gets a mail of his own. The mail server is the one in the project's credential
/// `smtp_url`, or else the operator's.
///
/// Without a `body`, the mail tells of the event: its `title`, `message`, `text`, `main` or `value`, whichever is the first that it has, and all other
/// keys by name. What was sent goes on in the group `on_sent`: `{"recipients", "subject"}`. A server that is away or puts a mail off is asked again;
/// whoever has the mail does not get it again by that. If the server refuses a recipient for good, the others get theirs, and that is told in the
/// group `on_error`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The subject: a template.
    subject: TemplateText,
    /// A line above all else: a template.
    headline: Option<TemplateText>,
    /// The text, in place of what the event says: a template. It may be HTML, which is cleaned of all that does more than show something.
    body: Option<TemplateText>,
    /// Who gets the mail: an address, several with commas between them, or a list; templates. A project has no address of its own.
    #[schemars(required)]
    recipients: Option<Texts>,
    /// Who sends the mail: an address, which may have a name before it. Without it, whoever the operator has named.
    from: Option<TemplateText>,
    /// Whether the mail is plain text or HTML. Without it, it has both forms.
    content_type: Option<ContentType>,
}

/// The agent.
pub struct Email {
    letter: Letter,
}

impl AgentType for Email {
    const NAME: &'static str = "email";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Email";
    const GROUPS: &'static [&'static str] = SENT;
    const CHECKS: bool = true;
    const HUGINN: Option<Mapping> = Some(Mapping { schedule: Some("never"), emits: false, ..Mapping::of("EmailAgent") });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let Options { subject, headline, body, recipients, from, content_type } = options;
        let letter = Letter::take(LetterOptions { subject, headline, body, recipients, from, content_type }, problems);
        problems.errors.is_empty().then_some(Email { letter: letter? })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let mailing = cx.host.begin_mail(Value::Null).await?;
        let mail = self.letter.mail(&mail::scope(cx, &mailing, Map::new()), &[cx.payload()])?;
        let mailed = cx.host.send_mail(&mail, &mailing).await?;
        mail::sent(cx.attempt, &mail, mailed, Map::new())
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        self.receive(cx).await
    }

    fn examples() -> Vec<Example> {
        vec![
            Example::new(
                "A mail that tells of an order",
                json!({"subject": "Order {{ id }}", "headline": "There is a new order:", "recipients": "shop@example.com, {{ customer }}"}),
            )
            .on(json!({"id": 7, "title": "Tea", "customer": "Ada <ada@example.com>"}))
            .emits("on_sent", json!({"recipients": ["shop@example.com", "ada@example.com"], "subject": "Order 7"})),
            Example::new(
                "A text of its own, as HTML",
                json!({
                    "subject": "Your order", "body": "<p>Dear {{ name | escape }}, your order is on its way.</p>", "content_type": "text/html",
                    "recipients": ["{{ email }}"], "from": "The shop <shop@example.com>"
                }),
            )
            .on(json!({"name": "Ada", "email": "ada@example.com"}))
            .emits("on_sent", json!({"recipients": ["ada@example.com"], "subject": "Your order"})),
            Example::new(
                "A reminder, each hour",
                json!({
                    "subject": "An hour has passed", "body": "Look up, and stretch your back.", "recipients": "team@example.com",
                    "schedule": "every_1h"
                }),
            )
            .emits("on_sent", json!({"recipients": ["team@example.com"], "subject": "An hour has passed"})),
        ]
    }
}

#[cfg(test)]
mod tests;
