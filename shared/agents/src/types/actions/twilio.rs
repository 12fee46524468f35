//! `twilio`: sends text messages and calls by Twilio. The options are those of Huginn's TwilioAgent.

use crate::agent::{AgentType, Kind, Problems};
use crate::compose::text_of;
use crate::huginn::{Mapping, Taken};
use crate::meaning::TemplateText;
use crate::service::{Flag, Reader, SENT, Service, cut, flag_in, form_message};
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts};
use rookery_egress::Request;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The most characters of a text message, and of what a call says. Twilio takes 4,000 characters of TwiML, in which some are written as more.
const TEXT: usize = 160;
const SPOKEN: usize = 1_000;
/// The keys of an event that hold the message; the first that the event has counts.
const KEYS: [&str; 3] = ["message", "text", "sms"];

/// Sends the event's `message`, `text` or `sms` to a telephone by Twilio: as a text message, which is cut after 160 characters, or in a call,
/// in which a voice says it. A blank message is not sent.
///
/// What was sent goes on in the group `on_sent`, with the answer: `{"status", "body"}`. If the first of the two fails and may succeed later, the event is
/// tried again; if the other one fails, that is told in the group `on_error`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The account's SID, which begins with `AC`.
    account_sid: TemplateText,
    /// The account's token: a credential, like `{% credential twilio_token %}`.
    auth_token: TemplateText,
    /// The number of Twilio's from which the message comes, like `+15005550006`.
    sender_cell: TemplateText,
    /// The number that gets the message: a template, like `{{ phone }}`.
    receiver_cell: TemplateText,
    /// Whether a text message is sent.
    #[serde(default = "yes")]
    receive_text: Flag,
    /// Whether the number is called.
    receive_call: Option<Flag>,
    /// The address of Twilio, or of a server that stands for it.
    #[serde(default = "api_url")]
    api_url: String,
}

fn yes() -> Flag {
    Flag::Is(true)
}

fn api_url() -> String {
    "https://api.twilio.com".to_owned()
}

/// The agent.
pub struct Twilio {
    account_sid: Template,
    auth_token: Template,
    sender: Template,
    receiver: Template,
    texts: Option<Template>,
    calls: Option<Template>,
    api_url: String,
    service: Service,
}

impl AgentType for Twilio {
    const NAME: &'static str = "twilio";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Twilio";
    const GROUPS: &'static [&'static str] = SENT;
    const HUGINN: Option<Mapping> = Some(Mapping {
        emits: false,
        secrets: &["auth_token"],
        hosts: &["api.twilio.com"],
        map: from_huginn,
        ..Mapping::of("TwilioAgent")
    });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let mut reader = Reader::new(problems);
        let account_sid = reader.needed("account_sid", options.account_sid);
        let auth_token = reader.secret("auth_token", options.auth_token);
        let sender = reader.needed("sender_cell", options.sender_cell);
        let receiver = reader.needed("receiver_cell", options.receiver_cell);
        let texts = reader.option("receive_text", Some(options.receive_text));
        let calls = reader.option("receive_call", options.receive_call);
        let api_url = reader.api_url(&options.api_url);
        let service = reader.service();
        problems.errors.is_empty().then_some(Twilio {
            account_sid: account_sid?,
            auth_token: auth_token?,
            sender: sender?,
            receiver: receiver?,
            texts,
            calls,
            api_url: api_url?,
            service,
        })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.service.credentials(), ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let given = KEYS.iter().filter_map(|key| cx.payload().get(*key)).map(text_of);
        let message = given.map(|text| text.trim().to_owned()).find(|text| !text.is_empty()).unwrap_or_default();
        let mut messages = Vec::new();
        if !message.is_empty() && flag_in(cx, self.calls.as_ref())? == Some(true) {
            let spoken = format!(r#"<Response><Say voice="woman">{}</Say></Response>"#, escaped(&cut(&message, SPOKEN)));
            messages.push(self.message(cx, "Calls", ("Twiml", spoken))?);
        }
        if !message.is_empty() && flag_in(cx, self.texts.as_ref())? == Some(true) {
            messages.push(self.message(cx, "Messages", ("Body", cut(&message, TEXT)))?);
        }
        if messages.is_empty() {
            return Ok(Effects::none().log("The event has no message, or neither a text nor a call is wanted: nothing was sent."));
        }
        self.service.send(cx, messages).await
    }

    fn examples() -> Vec<Example> {
        let config = |more: bool| {
            json!({
                "account_sid": "AC0123", "auth_token": "{% credential twilio_token %}", "sender_cell": "+15005550006",
                "receiver_cell": "{{ phone }}", "receive_text": true, "receive_call": more
            })
        };
        let (answer, sent) = (r#"{"sid":"SM1"}"#, json!({"status": 201, "body": {"sid": "SM1"}}));
        let event = json!({"phone": "+15005550009", "message": "Tea is ready"});
        vec![
            Example::new("A text message", config(false)).on(event.clone()).answered(201, answer).emits("on_sent", sent.clone()),
            Example::new("A call and a text message", config(true))
                .on(event)
                .answered(201, answer)
                .emits("on_sent", sent.clone())
                .emits("on_sent", sent),
        ]
    }
}

impl Twilio {
    fn message(&self, cx: &Context<'_>, kind: &str, content: (&'static str, String)) -> Result<Request, AgentError> {
        let text = |template: &Template| Ok::<_, AgentError>(template.render(cx.scope())?.trim().to_owned());
        let (sid, token) = (text(&self.account_sid)?, text(&self.auth_token)?);
        let fields = [("From", text(&self.sender)?), ("To", text(&self.receiver)?), content];
        let url = format!("{}/2010-04-01/Accounts/{sid}/{kind}.json", self.api_url);
        Ok(Request { basic_auth: Some(format!("{sid}:{token}")), ..form_message(&url, fields) })
    }
}

fn from_huginn(taken: &mut Taken<'_>) {
    taken.as_texts(&["sender_cell", "receiver_cell"]);
    taken.leave_out("server_url", "A call brings its text along, so that Twilio need not ask for it.");
}

/// A text within XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use crate::Retry;
    use crate::testing::{answered, emitted, form_of, problem, sent};
    use serde_json::{Value, json};

    const ANSWER: &str = r#"{"sid":"SM1"}"#;

    fn config(more: Value) -> Value {
        let mut config =
            json!({"account_sid": "AC1", "auth_token": "s3cret-token", "sender_cell": "+1", "receiver_cell": "{{ to }}"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    }

    /// What is called for an event, with the last field of what is sent.
    async fn calls(more: Value, payload: &str) -> Vec<(String, String, String)> {
        let (result, calls) = sent("twilio", config(more), payload, answered(201, "application/json", ANSWER)).await;
        assert_eq!(emitted(&result.unwrap()), vec![("on_sent", r#"{"status":201,"body":{"sid":"SM1"}}"#); calls.len()]);
        let mut told = Vec::new();
        for call in &calls {
            assert_eq!(call.basic_auth.as_deref(), Some("AC1:s3cret-token"));
            let mut fields = form_of(call);
            let (name, value) = fields.pop().unwrap();
            assert_eq!(fields, [("From".to_owned(), "+1".to_owned()), ("To".to_owned(), "+2".to_owned())]);
            let path = call.url.strip_prefix("https://api.twilio.com/2010-04-01/Accounts/AC1/").unwrap();
            told.push((path.to_owned(), name, value));
        }
        told
    }

    fn text(body: &str) -> (String, String, String) {
        ("Messages.json".to_owned(), "Body".to_owned(), body.to_owned())
    }

    #[tokio::test]
    async fn texts_are_sent_and_calls_say_them() {
        assert_eq!(calls(json!({}), r#"{"to": "+2", "text": "b", "sms": "c"}"#).await, [text("b")]);
        assert_eq!(calls(json!({"receive_call": "false"}), r#"{"to": "+2", "message": " ", "sms": 7}"#).await, [text("7")]);
        let long = json!({"to": "+2", "message": "é".repeat(200)}).to_string();
        assert_eq!(calls(json!({}), &long).await, [text(&"é".repeat(160))]);
        let spoken = |text: &str| format!(r#"<Response><Say voice="woman">{text}</Say></Response>"#);
        let call = |text: &str| ("Calls.json".to_owned(), "Twiml".to_owned(), spoken(text));
        let both = calls(json!({"receive_call": true, "receive_text": "true"}), r#"{"to": "+2", "message": "a <b> & c"}"#).await;
        assert_eq!(both, [call("a &lt;b&gt; &amp; c"), text("a <b> & c")]);
        let wanted = json!({"receive_text": "{{ texts }}", "receive_call": "true"});
        assert_eq!(calls(wanted, r#"{"to": "+2", "message": "a", "texts": false}"#).await, [call("a")]);
        assert!(calls(json!({}), r#"{"to": "+2"}"#).await.is_empty());
        assert!(calls(json!({"receive_text": false}), r#"{"to": "+2", "message": "a"}"#).await.is_empty());
    }

    #[tokio::test]
    async fn a_failure_says_why_and_shows_no_secret() {
        let refused = answered(401, "application/json", r#"{"code":20003,"message":"no AC1:s3cret-token"}"#);
        let more = json!({"api_url": "http://127.0.0.1:8080/"});
        let (result, calls) = sent("twilio", config(more), r#"{"message": "a"}"#, refused).await;
        let error = result.unwrap_err();
        assert_eq!(calls[0].url, "http://127.0.0.1:8080/2010-04-01/Accounts/AC1/Messages.json");
        assert_eq!((error.retry, &error.details.as_ref().unwrap()["url"]), (Retry::Never, &json!(calls[0].url)));
        let shown = format!("{error:?}");
        assert!(shown.contains("20003") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn errors_name_the_field() {
        for (more, field) in [
            (json!({"account_sid": ""}), "account_sid"),
            (json!({"auth_token": ""}), "auth_token"),
            (json!({"sender_cell": "{{ a"}), "sender_cell"),
            (json!({"receiver_cell": 7}), "receiver_cell"),
            (json!({"receive_text": 7}), "receive_text"),
            (json!({"server_url": "https://a.test"}), "server_url"),
            (json!({"api_url": "ftp://a.test"}), "api_url"),
        ] {
            assert_eq!(problem("twilio", config(more.clone())), format!("config.{field}"), "{more}");
        }
    }
}
