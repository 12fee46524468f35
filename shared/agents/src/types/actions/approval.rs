//! `approval`: asks a person, and goes on as the person decides. The engine keeps the record, has the question told of, and waits for the answer;
//! what is shown at the link is the API's.

use crate::agent::{AgentType, Kind, Problems};
use crate::compose::{merged, object};
use crate::meaning::TemplateText;
use crate::template::Template;
use crate::{AgentError, AskPerson, Context, Decision, Effects, Example, Facts, Reply};
use rookery_domain::{Error, Payload, limits};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The longest time for an answer, in seconds: 30 days.
const MAX_EXPIRES: u64 = 30 * 24 * 3600;
const MAX_OUTSTANDING: u32 = 10_000;
/// How many bytes of a payload are left for what is decided.
const ROOM: usize = 16 * 1024;
/// The group of the event that tells of a question.
const ON_REQUEST: &str = "on_request";
/// What is decided when nobody has.
const NOBODY: &str = r#"{"approved":false,"by":null,"comment":null,"at":null}"#;

/// Asks a person, and waits for a yes or a no; nothing runs meanwhile.
///
/// For each event, the group `on_request` has an event that tells of the question: `{"question", "details", "url", "expires_at", "request_id",
/// "payload"}`, where `payload` is that of the event that is asked about. Let an `email` or a `slack` send the `url` to whoever is to decide:
/// it leads to a page with the question and two buttons. Whoever has the link may answer, and so may whoever sees the workflow's events. A key
/// of an editor answers, too: `POST .../requests/{request_id}/approve` or `/reject`.
///
/// A yes goes on in the group `on_approved`, a no in `on_rejected`: the event's payload, and in `approval` what was decided, `{"approved", "by",
/// "comment", "at"}`. A payload that is no object stands under `payload`. If nobody answers in time, `on_expired` has the same, where `approved` is
/// false and the rest is null. The first answer counts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The question: a template, like `May {{ customer }} have {{ amount }} back?`. It gives a text of 1 to 1,000 characters.
    #[serde(default = "default_question")]
    question: TemplateText,
    /// What the person should know to decide: a template, whose text is shown as it is; at most 10,000 characters.
    details: Option<TemplateText>,
    /// How long the person may take, in seconds: 1 second to 30 days.
    #[serde(default = "default_expires")]
    #[schemars(range(min = 1, max = 2_592_000), extend("x-rookery" = "seconds"))]
    expires_in: u64,
    /// How many questions of this agent may be outstanding; others wait, and are not told of before. 1 to 10,000.
    #[serde(default = "default_outstanding")]
    #[schemars(range(min = 1, max = 10_000))]
    max_outstanding: u32,
}

fn default_question() -> TemplateText {
    TemplateText("Shall the event {{ event.id }} of {{ event.cell_id }} go on?".to_owned())
}

fn default_expires() -> u64 {
    24 * 3600
}

fn default_outstanding() -> u32 {
    1000
}

/// The agent.
pub struct Approval {
    question: Template,
    details: Option<Template>,
    expires_in: u64,
    max_outstanding: u32,
}

impl AgentType for Approval {
    const NAME: &'static str = "approval";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Approval";
    const GROUPS: &'static [&'static str] = &[ON_REQUEST, "on_approved", "on_rejected", "on_expired"];
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        if options.question.trim().is_empty() {
            problems.add("question", "Give a text, or a template for one.");
        }
        if !(1..=MAX_EXPIRES).contains(&options.expires_in) {
            problems.add("expires_in", format!("Give 1 to {MAX_EXPIRES}."));
        }
        if !(1..=MAX_OUTSTANDING).contains(&options.max_outstanding) {
            problems.add("max_outstanding", format!("Give 1 to {MAX_OUTSTANDING}."));
        }
        let question = options.question.take("question", problems);
        let details = options.details.and_then(|details| details.take("details", problems));
        let (expires_in, max_outstanding) = (options.expires_in, options.max_outstanding);
        let question = question?;
        problems.errors.is_empty().then_some(Approval { question, details, expires_in, max_outstanding })
    }

    fn facts(&self) -> Facts {
        Facts { asks_person: true, ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(event) = cx.event else { return Ok(Effects::none()) };
        let question = bounded("question", &self.question.render(cx.scope())?, limits::QUESTION_CHARS)?;
        let question = question
            .ok_or_else(|| AgentError::fail("empty_question", "There is nothing to ask: `question` gives an empty text here."))?;
        let details = self.details.as_ref().map(|details| details.render(cx.scope())).transpose()?;
        let details = bounded("details", details.as_deref().unwrap_or_default(), limits::DETAILS_CHARS)?;
        // Nobody is asked whose answer could not go on.
        if event.payload.as_str().len() > limits::PAYLOAD_BYTES - ROOM {
            let message = format!("The event has more than {} bytes: no decision fits in.", limits::PAYLOAD_BYTES - ROOM);
            return Err(AgentError::fail("payload_too_large", message));
        }
        let ask = AskPerson {
            question: &question,
            details: details.as_deref(),
            payload: &event.payload,
            group: ON_REQUEST,
            deadline_ms: self.expires_in as i64 * 1000,
            most: self.max_outstanding,
        };
        match cx.host.ask_person(ask).await? {
            Reply::Result(decision) => {
                let Decision { approved, .. } = serde_json::from_str(&decision).map_err(Error::internal)?;
                let group = if approved { "on_approved" } else { "on_rejected" };
                Ok(Effects::emit(group, with(&event.payload, &decision)?))
            }
            Reply::WaitsUntil(deadline) => Ok(Effects::wait_for_reply(deadline, "The answer of a person.")),
            Reply::NotNow(at, why) => Ok(Effects::wait_for_reply(at, why)),
            Reply::Expired => Ok(Effects::emit("on_expired", with(&event.payload, NOBODY)?)),
            Reply::Cancelled => Ok(Effects::none().outcome("cancelled").log("The question was cancelled.")),
        }
    }

    fn examples() -> Vec<Example> {
        let refund = json!({
            "question": "May {{ customer }} have {{ amount }} back?",
            "details": "Order {{ order }}, bought on {{ bought }}.",
            "expires_in": 172_800
        });
        let order = json!({"customer": "Ann", "amount": "20 €", "order": 12, "bought": "2026-01-02"});
        let decided = |approved: bool, by: &str, comment: Option<&str>| json!({"approved": approved, "by": by, "comment": comment, "at": "2026-01-05T09:30:00.000Z"});
        let with = |decision: &serde_json::Value| {
            let mut order = order.clone();
            order["approval"] = decision.clone();
            order
        };
        let yes = decided(true, "link", None);
        let no = decided(false, "key Support", Some("It is too late for that."));
        vec![
            Example::new("A refund that somebody has to allow", refund.clone())
                .on(order.clone())
                .replied(yes.clone())
                .emits("on_approved", with(&yes)),
            Example::new("A no, and why", refund).on(order.clone()).replied(no.clone()).emits("on_rejected", with(&no)),
            Example::new("Whether an event goes on", json!({}))
                .on(json!("a text"))
                .replied(yes.clone())
                .emits("on_approved", json!({"payload": "a text", "approval": yes})),
        ]
    }
}

/// A text that is shown to a person, without space around it; none if nothing is left. What does not fit is not cut: nobody should decide on half
/// of it.
fn bounded(field: &str, text: &str, most: usize) -> Result<Option<String>, AgentError> {
    let text = text.trim();
    if text.chars().count() > most {
        let message = format!("`{field}` is longer than {most} characters here: let its template give a shorter text.");
        return Err(AgentError::fail("too_large", message));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// The event's payload with what was decided.
fn with(payload: &Payload, decision: &str) -> Result<Payload, AgentError> {
    match payload.value().is_object() {
        true => merged(payload, [("approval".to_owned(), decision)]),
        false => object([("payload", payload.as_str()), ("approval", decision)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Host;
    use crate::testing::{agent, cell, event, problem, receive};
    use rookery_domain::{DeliveryId, Time};
    use serde_json::Value;

    /// A world in which whoever asks is told this.
    struct Says(Reply);

    #[async_trait::async_trait]
    impl Host for Says {
        async fn ask_person(&self, _: AskPerson<'_>) -> Result<Reply, AgentError> {
            Ok(self.0.clone())
        }
    }

    async fn told(reply: Reply, payload: &str) -> Effects {
        let (cell, event, host) = (cell(), event("source", payload), Says(reply));
        let mut cx = Context::new(&cell, DeliveryId(uuid::Uuid::nil()), &host);
        cx.event = Some(&event);
        agent("approval", json!({})).receive(&cx).await.unwrap()
    }

    #[test]
    fn what_is_wrong_with_the_options_is_named() {
        for (config, field) in [
            (json!({"question": " "}), "config.question"),
            (json!({"question": "{{ x"}), "config.question"),
            (json!({"details": "{% credential key %}"}), "config.details"),
            (json!({"expires_in": 0}), "config.expires_in"),
            (json!({"expires_in": 2_592_001}), "config.expires_in"),
            (json!({"max_outstanding": 0}), "config.max_outstanding"),
        ] {
            assert_eq!(problem("approval", config), field);
        }
    }

    #[tokio::test]
    async fn each_end_of_a_question_has_a_way_of_its_own_and_numbers_keep_their_text() {
        let expired = told(Reply::Expired, r#"{"n":1.10}"#).await;
        assert_eq!(expired.emit[0].groups, ["on_expired"]);
        assert_eq!(expired.emit[0].payload.as_str(), format!(r#"{{"n":1.10,"approval":{NOBODY}}}"#));
        let cancelled = told(Reply::Cancelled, "{}").await;
        assert_eq!((cancelled.emit.len(), cancelled.outcome), (0, Some("cancelled")));
        for reply in [Reply::WaitsUntil(Time(7)), Reply::NotNow(Time(7), "Later.".to_owned())] {
            let wait = told(reply, "{}").await.wait.unwrap();
            assert_eq!((wait.until, wait.for_reply), (Time(7), true));
        }
    }

    #[tokio::test]
    async fn what_nobody_could_read_or_answer_is_not_asked() {
        let code =
            async |config: Value, payload: Value| receive("approval", config, &payload.to_string()).await.unwrap_err().code;
        assert_eq!(code(json!({"question": "{{ text }}"}), json!({"text": " "})).await, "empty_question");
        let long = json!({"text": "x".repeat(limits::DETAILS_CHARS + 1)});
        assert_eq!(code(json!({"question": "{{ text }}"}), long.clone()).await, "too_large");
        assert_eq!(code(json!({"details": "{{ text }}"}), long).await, "too_large");
        assert_eq!(code(json!({}), json!("x".repeat(limits::PAYLOAD_BYTES - ROOM))).await, "payload_too_large");
    }
}
