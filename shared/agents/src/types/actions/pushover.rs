//! `pushover`: sends notifications to telephones by Pushover. The options are those of Huginn's PushoverAgent.

use crate::agent::{AgentType, Kind, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::service::{Flag, Number, Reader, SENT, Service, cut, flag_in, form_message, text_in};
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The most characters that Pushover takes (pushover.net/api, 2026).
const MESSAGE: usize = 1_024;
const URL: usize = 512;
const URL_TITLE: usize = 100;

/// Sends a notification to the devices of a user or a group, by Pushover. What was sent goes on in the group `on_sent`, with the answer:
/// `{"status", "body"}`. A blank message is not sent. Calls that fail and may succeed later are made again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The application's API token: a credential, like `{% credential pushover_token %}`.
    token: TemplateText,
    /// The key of the user or the group: a credential, like `{% credential pushover_user %}`.
    user: TemplateText,
    /// The text: a template. It is cut after 1,024 characters.
    #[serde(default = "message")]
    message: TemplateText,
    /// What stands above the text.
    title: Option<TemplateText>,
    /// The name of the device, if not all of the user's are meant.
    device: Option<TemplateText>,
    /// An address that is shown with the text, of at most 512 characters.
    url: Option<TemplateText>,
    /// What is shown in place of the address, of at most 100 characters.
    url_title: Option<TemplateText>,
    /// -2 (only counted) to 2 (repeated until it is confirmed: then give `retry` and `expire`, too).
    priority: Option<Number>,
    /// The time that is shown, in seconds since 1970, like `{{ at }}`; otherwise, that of the notification.
    timestamp: Option<Number>,
    /// The name of a sound.
    sound: Option<TemplateText>,
    /// With the priority 2: after how many seconds the notification comes again, 30 or more.
    retry: Option<Number>,
    /// With the priority 2: after how many seconds it comes no more, 10,800 or less.
    expire: Option<Number>,
    /// After how many seconds the notification is deleted.
    ttl: Option<Number>,
    /// Whether the text is HTML.
    html: Option<Flag>,
    /// Whether the text is shown in a font of one width; not together with `html`.
    monospace: Option<Flag>,
    /// The address of Pushover, or of a server that stands for it.
    #[serde(default = "api_url")]
    api_url: String,
}

fn message() -> TemplateText {
    TemplateText("{{ message }}".to_owned())
}

fn api_url() -> String {
    "https://api.pushover.net".to_owned()
}

/// The agent.
pub struct Pushover {
    token: Template,
    user: Template,
    /// The parameters that are texts, with how many characters each may have.
    texts: Vec<(&'static str, Template, usize)>,
    html: Option<Template>,
    monospace: Option<Template>,
    message: Template,
    api_url: String,
    service: Service,
}

impl AgentType for Pushover {
    const NAME: &'static str = "pushover";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "Pushover";
    const GROUPS: &'static [&'static str] = SENT;
    const HUGINN: Option<Mapping> =
        Some(Mapping { emits: false, secrets: &["token", "user"], hosts: &["api.pushover.net"], ..Mapping::of("PushoverAgent") });
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let mut reader = Reader::new(problems);
        let token = reader.secret("token", options.token);
        let user = reader.secret("user", options.user);
        // What may be cut can hold no credential: a part of one would be left.
        let message = options.message.take("message", reader.problems);
        let mut texts = Vec::new();
        for (field, option, most) in [("url", options.url, URL), ("url_title", options.url_title, URL_TITLE)] {
            let template = option.and_then(|text| text.take(field, reader.problems));
            texts.extend(template.map(|template| (field, template, most)));
        }
        for (field, option) in [("title", options.title), ("device", options.device), ("sound", options.sound)] {
            texts.extend(reader.option(field, option).map(|template| (field, template, usize::MAX)));
        }
        let numbers = [
            ("priority", options.priority),
            ("timestamp", options.timestamp),
            ("retry", options.retry),
            ("expire", options.expire),
            ("ttl", options.ttl),
        ];
        for (field, option) in numbers {
            texts.extend(reader.option(field, option).map(|template| (field, template, usize::MAX)));
        }
        let html = reader.option("html", options.html);
        let monospace = reader.option("monospace", options.monospace);
        let api_url = reader.api_url(&options.api_url);
        let service = reader.service();
        problems.errors.is_empty().then_some(Pushover {
            token: token?,
            user: user?,
            texts,
            html,
            monospace,
            message: message?,
            api_url: api_url?,
            service,
        })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.service.credentials(), ..Facts::of::<Self>() }
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Some(message) = text_in(cx, Some(&self.message))? else {
            return Ok(Effects::none().log("The message is blank, so that nothing was sent."));
        };
        let mut fields = Vec::new();
        for (name, template) in [("token", &self.token), ("user", &self.user)] {
            fields.push((name, template.render(cx.scope())?.trim().to_owned()));
        }
        fields.push(("message", cut(&message, MESSAGE)));
        for (name, template, most) in &self.texts {
            let text = text_in(cx, Some(template))?;
            fields.extend(text.map(|text| (*name, cut(text.trim(), *most))));
        }
        for (name, option) in [("html", &self.html), ("monospace", &self.monospace)] {
            // Pushover refuses both together.
            if flag_in(cx, option.as_ref())? == Some(true) {
                fields.push((name, "1".to_owned()));
                break;
            }
        }
        let message = form_message(&format!("{}/1/messages.json", self.api_url), fields);
        self.service.send(cx, vec![message]).await
    }

    fn examples() -> Vec<Example> {
        let with = |more: serde_json::Value| {
            let mut config = json!({"token": "{% credential pushover_token %}", "user": "{% credential pushover_user %}"});
            if let (Some(config), Some(more)) = (config.as_object_mut(), more.as_object()) {
                config.extend(more.clone());
            }
            config
        };
        let sent = json!({"status": 200, "body": {"status": 1}});
        let alarm = json!({
            "message": "{{ host }} is down", "title": "{{ host }}", "priority": 2, "retry": 60, "expire": 3600, "timestamp": "{{ at }}",
            "url": "https://status.example.com/{{ host }}", "url_title": "Status", "sound": "siren", "html": false
        });
        vec![
            Example::new("The event's message", with(json!({})))
                .on(json!({"message": "Tea is ready"}))
                .answered(200, r#"{"status":1}"#)
                .emits("on_sent", sent.clone()),
            Example::new("An alarm that is repeated until somebody confirms it", with(alarm))
                .on(json!({"host": "db1", "at": 1767225600}))
                .answered(200, r#"{"status":1}"#)
                .emits("on_sent", sent),
            Example::new("Nothing to say", with(json!({}))).on(json!({"message": ""})),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::Retry;
    use crate::testing::{answered, emitted, form_of, problem, sent};
    use serde_json::{Value, json};

    /// What is sent for an event, if anything is: as `name=value`.
    async fn fields(more: Value, payload: &str) -> Vec<String> {
        let mut config = json!({"token": "s3cret-token", "user": "s3cret-user"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (result, calls) = sent("pushover", config, payload, answered(200, "application/json", r#"{"status":1}"#)).await;
        let effects = result.unwrap();
        let Some(call) = calls.first() else {
            assert!(effects.emit.is_empty() && !effects.logs.is_empty());
            return Vec::new();
        };
        assert_eq!(emitted(&effects), [("on_sent", r#"{"status":200,"body":{"status":1}}"#)]);
        assert_eq!((call.method.as_str(), call.url.as_str()), ("POST", "https://api.pushover.net/1/messages.json"));
        form_of(call).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[tokio::test]
    async fn what_is_said_is_sent_and_what_is_blank_is_not() {
        let alone = ["token=s3cret-token", "user=s3cret-user", "message=Tea & more"];
        assert_eq!(fields(json!({}), r#"{"message": "Tea & more"}"#).await, alone);
        let blank = json!({
            "title": "{{ title }}", "device": "", "url": "{{ url }}", "url_title": " ", "priority": "{{ priority }}", "timestamp": "",
            "sound": "{{ sound }}", "retry": "", "expire": "", "ttl": "", "html": "false", "monospace": ""
        });
        assert_eq!(fields(blank, r#"{"message": "Tea & more"}"#).await, alone);
        let all = json!({
            "message": "{{ text }}", "title": "T", "device": "phone", "url": "https://a.test/{{ long }}", "url_title": "{{ long }}",
            "priority": -1, "timestamp": "{{ at }}", "sound": "bike", "retry": "30", "expire": 60, "ttl": 90, "html": "true", "monospace": true
        });
        let long = "é".repeat(2_000);
        let sent = fields(all, &json!({"text": long, "long": long, "at": 1767225600}).to_string()).await;
        let expected = [
            "token=s3cret-token".to_owned(),
            "user=s3cret-user".to_owned(),
            format!("message={}", "é".repeat(1_024)),
            format!("url=https://a.test/{}", "é".repeat(512 - 15)),
            format!("url_title={}", "é".repeat(100)),
            "title=T".to_owned(),
            "device=phone".to_owned(),
            "sound=bike".to_owned(),
            "priority=-1".to_owned(),
            "timestamp=1767225600".to_owned(),
            "retry=30".to_owned(),
            "expire=60".to_owned(),
            "ttl=90".to_owned(),
            "html=1".to_owned(),
        ];
        assert_eq!(sent, expected);
        assert_eq!(fields(json!({"monospace": true}), r#"{"message": "a"}"#).await.last().unwrap(), "monospace=1");
        assert_eq!(fields(json!({}), r#"{"message": " "}"#).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_failure_says_why_and_shows_no_secret() {
        let refused =
            answered(400, "application/json", r#"{"user":"invalid","errors":["user s3cret-user is invalid"],"status":0}"#);
        let config = json!({"token": "s3cret-token", "user": "s3cret-user", "message": "a", "api_url": "http://127.0.0.1:8080/"});
        let (result, calls) = sent("pushover", config, "{}", refused).await;
        let error = result.unwrap_err();
        assert_eq!((error.retry, calls[0].url.as_str()), (Retry::Never, "http://127.0.0.1:8080/1/messages.json"));
        let shown = format!("{error:?}");
        assert!(shown.contains("is invalid") && !shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn errors_name_the_field() {
        for (more, field) in [
            (json!({"token": ""}), "token"),
            (json!({"user": "{{ a"}), "user"),
            (json!({"message": "{% credential c %}"}), "message"),
            (json!({"priority": 1.5}), "priority"),
            (json!({"html": 1}), "html"),
            (json!({"api_url": "api.pushover.net"}), "api_url"),
        ] {
            let mut config = json!({"token": "t", "user": "u"});
            config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            assert_eq!(problem("pushover", config), format!("config.{field}"), "{more}");
        }
        assert_eq!(problem("pushover", json!({"user": "u"})), "config.token");
    }
}
