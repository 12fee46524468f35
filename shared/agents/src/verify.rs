//! Who sent a request: the signature schemes of inbound hooks, and the delivery ids of senders. Pure; the secret is given.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use rookery_domain::{Error, Kind};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::{HookRequest, Problems};

/// How far a signed timestamp may be from now, in either direction: what Standard Webhooks, Stripe and Slack advise.
const WINDOW_MS: i64 = 5 * 60 * 1000;
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// How a sender proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scheme {
    /// Standard Webhooks (standardwebhooks.com), which Svix and many others use: `webhook-id`, `webhook-timestamp` and
    /// `webhook-signature`. The credential is the secret that begins with `whsec_`.
    StandardWebhooks,
    /// GitHub: `X-Hub-Signature-256`. The credential is the secret of the webhook.
    Github,
    /// Stripe: `Stripe-Signature`. The credential is the endpoint's signing secret, with its `whsec_`.
    Stripe,
    /// Slack: `X-Slack-Signature`. The credential is the app's signing secret. Slack's URL verification is answered.
    Slack,
    /// A token that the sender knows: `Authorization: Bearer TOKEN`, or the bare token in the header that `header` names.
    Token,
}

/// Takes only requests that prove to be from a sender who knows a secret. All others get 401 and leave no event.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verify {
    /// How the sender signs.
    pub(crate) scheme: Scheme,
    /// The name of the project's credential that holds the secret.
    pub(crate) credential: String,
    /// For `token`: the header that holds the bare token, like `X-Gitlab-Token`.
    #[serde(default)]
    pub(crate) header: Option<String>,
}

impl Verify {
    /// Notes what is wrong with these options.
    pub(crate) fn validate(&self, problems: &mut Problems) {
        if !rookery_domain::is_valid_name(&self.credential) {
            problems.add("verify.credential", "Give the name of a credential of this project.");
        }
        match &self.header {
            Some(_) if self.scheme != Scheme::Token => {
                problems.add("verify.header", "Leave it out: only `token` takes a header.")
            }
            Some(name) if http::HeaderName::try_from(name).is_err() => {
                problems.add("verify.header", format!("`{name}` is not the name of a header. Write it like `X-Gitlab-Token`."));
            }
            _ => {}
        }
    }

    /// The header that holds the proof.
    pub(crate) fn header(&self) -> &str {
        match self.scheme {
            Scheme::StandardWebhooks => "webhook-signature",
            Scheme::Github => "X-Hub-Signature-256",
            Scheme::Stripe => "Stripe-Signature",
            Scheme::Slack => "X-Slack-Signature",
            Scheme::Token => self.header.as_deref().unwrap_or("Authorization"),
        }
    }

    /// Checks the proof. Errors: 401 when it is missing, stale or wrong; 503 when the secret is not there to check it, so
    /// that senders try again.
    pub(crate) fn check(&self, request: &HookRequest, secret: Option<&str>) -> Result<(), Error> {
        // An empty key would let anyone sign.
        let secret = secret.filter(|secret| !secret.is_empty()).ok_or_else(|| self.unusable("is not set"))?;
        let proof = required(request, self.header())?;
        let body = request.body.as_slice();
        let matches = match self.scheme {
            Scheme::StandardWebhooks => {
                let key = standard_key(secret);
                let key = key.map_err(|_| self.unusable("is not a secret of Standard Webhooks (`whsec_` and base64)"))?;
                let (id, at) = (required(request, "webhook-id")?, required(request, "webhook-timestamp")?);
                is_recent(request, "webhook-timestamp", at)?;
                let signature = BASE64.encode(sign(&key, &[id.as_bytes(), b".", at.as_bytes(), b".", body])?);
                one_is(&signature, proof.split(' ').filter_map(|proof| proof.strip_prefix("v1,")))
            }
            Scheme::Github => {
                let signature = hex(&sign(secret.as_bytes(), &[body])?);
                one_is(&signature, proof.split(',').filter_map(|proof| proof.trim().strip_prefix("sha256=")))
            }
            Scheme::Stripe => {
                let of = |name: &'static str| proof.split(',').filter_map(move |part| part.trim().strip_prefix(name));
                let at = of("t=").next().unwrap_or_default();
                is_recent(request, "Stripe-Signature", at)?;
                one_is(&hex(&sign(secret.as_bytes(), &[at.as_bytes(), b".", body])?), of("v1="))
            }
            Scheme::Slack => {
                let at = required(request, "X-Slack-Request-Timestamp")?;
                is_recent(request, "X-Slack-Request-Timestamp", at)?;
                let signature = hex(&sign(secret.as_bytes(), &[b"v0:", at.as_bytes(), b":", body])?);
                one_is(&signature, proof.split(',').filter_map(|proof| proof.trim().strip_prefix("v0=")))
            }
            Scheme::Token if self.header.is_some() => one_is(secret, [proof].into_iter()),
            Scheme::Token => {
                let bearer = proof.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
                one_is(secret, bearer.map(|(_, token)| token.trim()).into_iter())
            }
        };
        match matches {
            true => Ok(()),
            false => Err(refused(
                format!("The header `{}` does not match this request.", self.header()),
                "Check that the sender signs the body as it is sent, with the secret that the hook's credential holds.",
            )),
        }
    }

    fn unusable(&self, why: &str) -> Error {
        Error::new(
            Kind::Unavailable,
            "credential_unusable",
            format!("The credential `{}`, which verifies this hook, {why}.", self.credential),
            "Set the credential in the project, then send the request again.",
        )
    }
}

/// Checks a signature by Standard Webhooks, with the secret of the credential of this name. Errors: 401 when it is missing, stale or
/// wrong; 503 when the secret is not there.
pub fn verify_standard_webhook(request: &HookRequest, credential: &str, secret: Option<&str>) -> Result<(), Error> {
    Verify { scheme: Scheme::StandardWebhooks, credential: credential.to_owned(), header: None }.check(request, secret)
}

/// The signature by Standard Webhooks of a text `{id}.{timestamp}.{body}`: the value of `webhook-signature`.
pub fn sign_standard_webhook(secret: &str, text: &str) -> Result<String, Error> {
    Ok(format!("v1,{}", BASE64.encode(sign(&standard_key(secret)?, &[text.as_bytes()])?)))
}

fn standard_key(secret: &str) -> Result<Vec<u8>, Error> {
    BASE64.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| {
        let message = "The secret is not one of Standard Webhooks: `whsec_` and base64.";
        Error::new(Kind::Unprocessable, "credential_unusable", message, "Set the credential to such a secret.")
    })
}

/// The sender's id of this delivery, the same when it sends it again. `None`: each request is a new event.
pub(crate) fn delivery_id(scheme: Option<Scheme>, request: &HookRequest) -> Option<String> {
    let header = |name| request.header(name).map(str::to_owned);
    let in_body = |key: &str| serde_json::from_slice::<Value>(&request.body).ok()?.get(key)?.as_str().map(str::to_owned);
    let own = match scheme {
        Some(Scheme::StandardWebhooks) => header("webhook-id"),
        Some(Scheme::Github) => header("X-GitHub-Delivery"),
        Some(Scheme::Stripe) => in_body("id"),
        Some(Scheme::Slack) => in_body("event_id"),
        Some(Scheme::Token) | None => {
            return ["Idempotency-Key", "webhook-id", "X-GitHub-Delivery"]
                .into_iter()
                .find_map(|name| header(name).filter(|id| !id.is_empty()));
        }
    };
    own.or_else(|| header("Idempotency-Key")).filter(|id| !id.is_empty())
}

/// What Slack wants to have back when an address is entered there.
/// Source: <https://docs.slack.dev/reference/events/url_verification>.
pub(crate) fn slack_challenge(request: &HookRequest) -> Option<String> {
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    match body.get("type")?.as_str()? {
        "url_verification" => body.get("challenge")?.as_str().map(str::to_owned),
        _ => None,
    }
}

fn required<'r>(request: &'r HookRequest, name: &str) -> Result<&'r str, Error> {
    request.header(name).ok_or_else(|| {
        refused(
            format!("The request has no header `{name}`, by which this hook is verified."),
            "Set the hook's secret at the sender.",
        )
    })
}

/// Whether a timestamp, in seconds since the epoch, is in the window.
fn is_recent(request: &HookRequest, header: &str, at: &str) -> Result<(), Error> {
    let at = at.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1000));
    match at.filter(|at| at.abs_diff(request.now.0) <= WINDOW_MS.unsigned_abs()) {
        Some(_) => Ok(()),
        None => Err(refused(
            format!("The timestamp in the header `{header}` is missing, or more than five minutes from now."),
            "Send the request when it is signed, and check the sender's clock.",
        )),
    }
}

fn refused(message: String, details: &str) -> Error {
    Error::new(Kind::Unauthenticated, "not_verified", message, details)
}

/// HMAC-SHA256 of the parts, one after another.
fn sign(key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, Error> {
    let mac = Hmac::<Sha256>::new_from_slice(key).map_err(Error::internal)?;
    Ok(parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether one of these is the expected text. Takes the same time whichever it is, and wherever they differ.
fn one_is<'p>(expected: &str, given: impl Iterator<Item = &'p str>) -> bool {
    given.fold(Choice::from(0), |found, given| found | expected.as_bytes().ct_eq(given.as_bytes())).into()
}

#[cfg(test)]
mod tests;
