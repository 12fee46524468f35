//! What is known of senders besides how they sign: how a sender checks that an address is right (its handshake), where it writes
//! JSON inside a text, and how it names a delivery. A sender is a variant here and a row in the tests. Pure.

use crate::verify::refused;
use crate::verify::signature::{BASE64, hex, one_is, sign};
use crate::{Answer, HookRequest};
use base64::Engine;
use http::{HeaderName, Method, header};
use rookery_domain::Error;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

/// A sender that is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sender {
    /// Amazon SNS: a subscription is confirmed, and the message is read as JSON though it comes as text. `parse_json: ["Message"]`
    /// reads the JSON in it.
    AwsSns,
    /// Any sender of CloudEvents 1.0, in binary mode, in structured mode, or in batches of at most 100. The payload is the event in its JSON form:
    /// `id`, `source`, `type`, the other attributes, and `data`, or `data_base64` for data that are neither JSON nor text. The request for
    /// consent of the CloudEvents webhook specification (OPTIONS with `WebHook-Request-Origin`) is granted at once, for any origin and rate.
    CloudEvents,
    /// Discord: a ping is answered.
    Discord,
    /// Dropbox: the challenge is answered.
    Dropbox,
    /// GitHub: with its content type `application/x-www-form-urlencoded`, the payload is the JSON in the field `payload`.
    Github,
    /// Meta (Facebook, Instagram, WhatsApp): the challenge is answered to who knows `verify_token`.
    Meta,
    /// Microsoft Graph and SharePoint: the validation token is answered.
    MicrosoftGraph,
    /// Slack: the address's verification is answered; for interactions, the payload is the JSON in the field `payload`.
    Slack,
    /// Standard Webhooks, and Svix.
    StandardWebhooks,
    /// Stripe.
    Stripe,
    /// A hub of WebSub (PubSubHubbub): its verification of intent is answered.
    Websub,
    /// X: the challenge-response check is answered, with the credential of `verify`.
    X,
    /// Zoom: the address's validation is answered, with the credential of `verify`.
    Zoom,
}

/// The answer to a handshake, which is no event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Handshake {
    pub(crate) answer: Answer,
    /// The URL that is called before the answer is sent.
    pub(crate) confirm: Option<String>,
}

impl From<Answer> for Handshake {
    fn from(answer: Answer) -> Self {
        Handshake { answer, confirm: None }
    }
}

impl Sender {
    /// Whether the sender's handshake is answered with the hook's secret.
    pub(crate) fn needs_secret(self) -> bool {
        matches!(self, Sender::X | Sender::Zoom)
    }

    /// The answer to a handshake that the sender does not sign, given before any proof is asked for. None: the request is not
    /// such a handshake.
    pub(crate) fn handshake(
        self,
        request: &HookRequest,
        secret: Option<&str>,
        verify_token: Option<&str>,
    ) -> Result<Option<Answer>, Error> {
        let query =
            |name: &str| request.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
        let is_get = request.method == Method::GET;
        Ok(match self {
            // Source: github.com/cloudevents/spec, "HTTP 1.1 Web Hooks for Event Delivery", 4. `WebHook-Request-Callback` is for who grants later:
            // an address that anybody could name is never called.
            Sender::CloudEvents if request.method == Method::OPTIONS => request.header("webhook-request-origin").map(consent),
            // Source: developers.facebook.com, "Getting Started" of the Graph API's webhooks.
            Sender::Meta if is_get && query("hub.mode") == Some("subscribe") => {
                if !one_is(verify_token.unwrap_or_default(), query("hub.verify_token").into_iter()) {
                    let message = "`hub.verify_token` is not the hook's `verify_token`.".to_owned();
                    return Err(refused(message, "Enter the hook's `verify_token` at Meta, under Verify token."));
                }
                query("hub.challenge").map(Answer::text)
            }
            // Source: w3.org/TR/websub, 5.3. A denial from the hub has no challenge.
            Sender::Websub if is_get && query("hub.mode").is_some() => {
                Some(Answer::text(query("hub.challenge").unwrap_or_default()))
            }
            // Source: dropbox.com/developers/reference/webhooks.
            Sender::Dropbox if is_get => query("challenge").map(Answer::text),
            // Source: docs.x.com, "Webhooks: challenge-response checks".
            Sender::X if is_get => match (query("crc_token"), secret) {
                (Some(token), Some(secret)) => {
                    let signature = BASE64.encode(sign(secret.as_bytes(), &[token.as_bytes()])?);
                    Some(Answer::json(&json!({"response_token": format!("sha256={signature}")})))
                }
                _ => None,
            },
            // Source: learn.microsoft.com/graph, "Receive change notifications through webhooks". SharePoint writes the parameter
            // in lower case.
            Sender::MicrosoftGraph => query("validationToken").map(Answer::text),
            _ => None,
        })
    }

    /// The answer to a handshake that is sent like any other delivery, and signed if deliveries are. None: the request is an event.
    pub(crate) fn handshake_in(self, body: &Value, secret: Option<&str>) -> Result<Option<Handshake>, Error> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        Ok(match self {
            // Source: docs.slack.dev/reference/events/url_verification.
            Sender::Slack if text("type") == Some("url_verification") => {
                text("challenge").map(|challenge| Answer::text(challenge).into())
            }
            // Source: developers.zoom.us/docs/api/webhooks, "Validate your webhook endpoint".
            Sender::Zoom if text("event") == Some("endpoint.url_validation") => {
                let token = body["payload"]["plainToken"].as_str().unwrap_or_default();
                let signature = hex(&sign(secret.unwrap_or_default().as_bytes(), &[token.as_bytes()])?);
                Some(Answer::json(&json!({"plainToken": token, "encryptedToken": signature})).into())
            }
            // Source: docs.discord.com/developers, "Interactions: setting up an endpoint" (1) and "Webhook events" (0).
            Sender::Discord if body["type"] == json!(1) => Some(Answer::json(&json!({"type": 1})).into()),
            Sender::Discord if body["type"] == json!(0) => Some(Answer::empty(204).into()),
            // Source: docs.aws.amazon.com/sns, "HTTP/HTTPS subscription confirmation JSON format".
            Sender::AwsSns if text("Type") == Some("SubscriptionConfirmation") => {
                let url = text("SubscribeURL").filter(|url| is_of_sns(url)).ok_or_else(|| {
                    Error::invalid("`SubscribeURL` is not an address of Amazon SNS.", "Let Amazon SNS send the confirmation.")
                })?;
                Some(Handshake { answer: Answer::empty(200), confirm: Some(url.to_owned()) })
            }
            Sender::AwsSns if text("Type") == Some("UnsubscribeConfirmation") => Some(Answer::empty(200).into()),
            _ => None,
        })
    }

    /// The field of a form that holds the payload as JSON.
    pub(crate) fn json_field(self) -> Option<&'static str> {
        matches!(self, Sender::Github | Sender::Slack).then_some("payload")
    }

    /// Whether the sender's text bodies hold JSON.
    pub(crate) fn has_json_texts(self) -> bool {
        self == Sender::AwsSns
    }
}

/// Lets an origin send CloudEvents.
fn consent(origin: &str) -> Answer {
    let header = |name: &'static str, value: &str| (HeaderName::from_static(name), value.to_owned());
    let allowed = header("webhook-allowed-origin", origin);
    let headers = vec![(header::ALLOW, "POST".to_owned()), allowed, header("webhook-allowed-rate", "*")];
    Answer { headers, ..Answer::empty(200) }
}

/// Whether a URL belongs to Amazon SNS: no other host is called for a confirmation.
fn is_of_sns(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let service = [".amazonaws.com", ".amazonaws.com.cn"].iter().find_map(|suffix| host.strip_suffix(suffix));
    let region = service.and_then(|service| service.strip_prefix("sns."));
    let is_region =
        region.is_some_and(|region| !region.is_empty() && region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    is_region && url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none()
}

/// The sender's id of this delivery; a delivery that is sent again has the same. `None`: each request is a new event.
pub(crate) fn delivery_id(sender: Option<Sender>, request: &HookRequest, body: &Value) -> Option<String> {
    let header = |name| request.header(name).filter(|id| !id.is_empty()).map(str::to_owned);
    let in_body = |key: &str| body.get(key)?.as_str().filter(|id| !id.is_empty()).map(str::to_owned);
    let first = |names: &[&'static str]| names.iter().copied().find_map(header);
    let own = match sender {
        Some(Sender::StandardWebhooks) => first(&["webhook-id", "svix-id"]),
        Some(Sender::Github) => header("X-GitHub-Delivery"),
        Some(Sender::Stripe | Sender::Discord) => in_body("id"),
        Some(Sender::Slack) => in_body("event_id"),
        Some(Sender::AwsSns) => in_body("MessageId").or_else(|| header("x-amz-sns-message-id")),
        Some(_) => None,
        None => return first(&["Idempotency-Key", "webhook-id", "svix-id", "X-GitHub-Delivery"]),
    };
    own.or_else(|| header("Idempotency-Key"))
}

#[cfg(test)]
mod tests;
