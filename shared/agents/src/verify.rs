//! The signature schemes of inbound hooks: whether a request comes from the right sender. Pure; the caller gives the secret.
//! Everything else about senders is in [`crate::senders`].

mod secret;
pub(crate) mod signature;

use base64::Engine;
use rookery_domain::{Error, Kind};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::meaning::CredentialName;
use crate::senders::Sender;
use crate::{HookRequest, Problems};
pub use secret::HookSecret;
use secret::{Key, key, public_key};
use signature::{BASE64, hex, one_is, one_is_ed25519, sign, unhex};

/// How far a signed timestamp may be from now, in either direction: what Standard Webhooks, Stripe and Slack advise.
const WINDOW_MS: i64 = 5 * 60 * 1000;
/// The parameter of the query that may hold a bearer token (RFC 6750, section 2.3; HTTP 1.1 Web Hooks for Event Delivery, section 3.2).
pub const ACCESS_TOKEN: &str = "access_token";
/// The headers of Standard Webhooks that are read beside the body, in both spellings.
pub const STANDARD_WEBHOOKS: [[&str; 3]; 2] =
    [["webhook-id", "webhook-timestamp", "webhook-signature"], ["svix-id", "svix-timestamp", "svix-signature"]];

/// How a sender proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scheme {
    /// Standard Webhooks (standardwebhooks.com): `webhook-id`, `webhook-timestamp` and `webhook-signature`, or the same as Svix
    /// spells them, `svix-id` and so on. The credential is the secret that begins with `whsec_`, or, for senders that sign with a
    /// private key (`v1a`), their public key that begins with `whpk_`.
    StandardWebhooks,
    /// GitHub: `X-Hub-Signature-256`. The credential is the secret of the webhook.
    Github,
    /// Meta (Facebook, Instagram, WhatsApp): `X-Hub-Signature-256`. The credential is the app secret. Needs `verify_token`.
    Meta,
    /// Stripe: `Stripe-Signature`. The credential is the endpoint's signing secret, with its `whsec_`.
    Stripe,
    /// Slack: `X-Slack-Signature`. The credential is the app's signing secret.
    Slack,
    /// Zoom: `x-zm-signature`. The credential is the app's secret token.
    Zoom,
    /// X: `x-twitter-webhooks-signature`. The credential is the app's consumer secret.
    X,
    /// Dropbox: `X-Dropbox-Signature`. The credential is the app secret.
    Dropbox,
    /// Discord: `X-Signature-Ed25519`. The credential is the application's public key.
    Discord,
    /// A token that the sender knows: `Authorization: Bearer TOKEN`, or `access_token=TOKEN` in the query, as senders of CloudEvents may have
    /// it, or the bare token in the header that `header` names. Senders and proxies log addresses: prefer a header.
    Token,
}

impl Scheme {
    /// The sender that signs with this scheme, if the scheme belongs to one sender.
    pub(crate) fn sender(self) -> Option<Sender> {
        match self {
            Scheme::Github => Some(Sender::Github),
            Scheme::Meta => Some(Sender::Meta),
            Scheme::Stripe => Some(Sender::Stripe),
            Scheme::Slack => Some(Sender::Slack),
            Scheme::Zoom => Some(Sender::Zoom),
            Scheme::X => Some(Sender::X),
            Scheme::Dropbox => Some(Sender::Dropbox),
            Scheme::Discord => Some(Sender::Discord),
            Scheme::StandardWebhooks => Some(Sender::StandardWebhooks),
            Scheme::Token => None,
        }
    }
}

/// Takes only requests that prove to be from a sender who knows a secret. All others get 401 and leave no event. Where a request
/// repeats the secret, its event has `[credential NAME]` in that place.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verify {
    /// How the sender signs.
    pub(crate) scheme: Scheme,
    /// The name of the project's credential that holds the secret. The secret's form is judged when it is set, and when the
    /// workflow is saved. The workflow does not start before the credential is set.
    pub(crate) credential: CredentialName,
    /// For `token`: the header that holds the bare token, like `X-Gitlab-Token`.
    #[serde(default)]
    pub(crate) header: Option<String>,
}

impl Verify {
    /// Notes the problems of these options.
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

    /// The secret that the scheme needs.
    pub(crate) fn secret(&self) -> HookSecret {
        HookSecret { credential: self.credential.0.clone(), scheme: self.scheme }
    }

    /// The headers that may hold the proof, the usual one first.
    pub(crate) fn headers(&self) -> Vec<&str> {
        match self.scheme {
            Scheme::StandardWebhooks => STANDARD_WEBHOOKS.map(|[_, _, signature]| signature).to_vec(),
            Scheme::Github | Scheme::Meta => vec!["X-Hub-Signature-256"],
            Scheme::Stripe => vec!["Stripe-Signature"],
            Scheme::Slack => vec!["X-Slack-Signature"],
            Scheme::Zoom => vec!["x-zm-signature"],
            Scheme::X => vec!["x-twitter-webhooks-signature"],
            Scheme::Dropbox => vec!["X-Dropbox-Signature"],
            Scheme::Discord => vec!["X-Signature-Ed25519"],
            Scheme::Token => vec![self.header.as_deref().unwrap_or("Authorization")],
        }
    }

    /// Whether the proof is a bearer token (RFC 6750).
    fn is_bearer(&self) -> bool {
        self.scheme == Scheme::Token && self.header.is_none()
    }

    /// The parameter of the query that may hold the proof.
    pub(crate) fn parameter(&self) -> Option<&'static str> {
        self.is_bearer().then_some(ACCESS_TOKEN)
    }

    /// Checks the proof; see [`Verify::prove`]. Where the proof is a bearer token, the error says that one is missing.
    pub(crate) fn check(&self, request: &HookRequest, secret: Option<&str>) -> Result<(), Error> {
        self.prove(request, secret).map_err(|mut error| {
            if self.is_bearer() && error.kind == Kind::NotVerified {
                error.kind = Kind::Unauthenticated;
            }
            error
        })
    }

    /// Checks the proof. Errors: 401 when the proof is missing, stale or wrong; 503 when there is no secret to check it with, so
    /// that senders try again.
    fn prove(&self, request: &HookRequest, secret: Option<&str>) -> Result<(), Error> {
        // An empty key would let anyone sign.
        let secret = secret.filter(|secret| !secret.is_empty()).ok_or_else(|| {
            Error::new(
                Kind::Unavailable,
                "credential_missing",
                format!("The credential `{}` that verifies this hook is not set.", *self.credential),
                "Set it in the project, then let the sender deliver again.",
            )
        })?;
        if let Some(name) = self.parameter().filter(|_| !request.headers.contains_key(http::header::AUTHORIZATION))
            && let Some((_, token)) = request.query.iter().find(|(known, _)| known == name)
        {
            let wrong = || {
                let message = format!("The query parameter `{name}` is not the token of this hook.");
                refused(message, "Send the token that the hook's credential holds, best in `Authorization: Bearer TOKEN`.")
            };
            return one_is(secret, [token.as_str()].into_iter()).then_some(()).ok_or_else(wrong);
        }
        let headers = self.headers();
        let header = headers.iter().copied().find(|header| request.headers.contains_key(*header)).unwrap_or(headers[0]);
        let proof = required(request, header)?;
        let body = request.body.as_slice();
        let listed = || proof.split(',').map(str::trim);
        let matches = match self.scheme {
            Scheme::StandardWebhooks => self.matches_standard(request, secret, proof)?,
            Scheme::Github | Scheme::Meta => {
                let signature = hex(&sign(secret.as_bytes(), &[body])?);
                one_is(&signature, listed().filter_map(|proof| proof.strip_prefix("sha256=")))
            }
            Scheme::Stripe => {
                let of = |name: &'static str| listed().filter_map(move |part| part.strip_prefix(name));
                let at = of("t=").next().unwrap_or_default();
                is_recent(request, header, at)?;
                one_is(&hex(&sign(secret.as_bytes(), &[at.as_bytes(), b".", body])?), of("v1="))
            }
            Scheme::Slack | Scheme::Zoom => {
                let at = if self.scheme == Scheme::Slack { "X-Slack-Request-Timestamp" } else { "x-zm-request-timestamp" };
                let at = recent(request, at)?;
                let signature = hex(&sign(secret.as_bytes(), &[b"v0:", at.as_bytes(), b":", body])?);
                one_is(&signature, listed().filter_map(|proof| proof.strip_prefix("v0=")))
            }
            Scheme::X => {
                let signature = BASE64.encode(sign(secret.as_bytes(), &[body])?);
                one_is(&signature, listed().filter_map(|proof| proof.strip_prefix("sha256=")))
            }
            Scheme::Dropbox => one_is(&hex(&sign(secret.as_bytes(), &[body])?), [proof].into_iter()),
            Scheme::Discord => {
                let key = public_key(secret).ok_or_else(|| self.unusable("is not a public key (64 hexadecimal digits)"))?;
                let at = recent(request, "X-Signature-Timestamp")?;
                one_is_ed25519(&key, &[at.as_bytes(), body], unhex(proof).into_iter())
            }
            Scheme::Token if self.header.is_some() => one_is(secret, [proof].into_iter()),
            Scheme::Token => {
                let bearer = proof.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
                one_is(secret, bearer.map(|(_, token)| token.trim()).into_iter())
            }
        };
        if matches {
            return Ok(());
        }
        Err(refused(
            format!("The header `{header}` does not match this request."),
            "Check that the sender signs the body as it is sent, with the secret that the hook's credential holds.",
        ))
    }

    /// Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
    fn matches_standard(&self, request: &HookRequest, secret: &str, proof: &str) -> Result<bool, Error> {
        let key = key(secret);
        let key = key.map_err(|_| self.unusable("is not a secret of Standard Webhooks (`whsec_` and base64)"))?;
        let [standard, svix] = STANDARD_WEBHOOKS;
        let [id, at, _] = if request.headers.contains_key(standard[2]) { standard } else { svix };
        let (id, at) = (required(request, id)?, recent(request, at)?);
        let parts = [id.as_bytes(), b".", at.as_bytes(), b".", request.body.as_slice()];
        let signatures = |version: &'static str| proof.split(' ').filter_map(move |proof| proof.strip_prefix(version));
        Ok(match key {
            Key::Shared(key) => one_is(&BASE64.encode(sign(&key, &parts)?), signatures("v1,")),
            Key::Public(key) => one_is_ed25519(&key, &parts, signatures("v1a,").filter_map(|proof| BASE64.decode(proof).ok())),
        })
    }

    fn unusable(&self, why: &str) -> Error {
        Error::new(
            Kind::Unavailable,
            "credential_unusable",
            format!("The credential `{}`, which verifies this hook, {why}.", *self.credential),
            "Set the credential in the project, then send the request again.",
        )
    }
}

/// Checks a signature by Standard Webhooks, with the secret of the credential of this name. Errors: 401 when the signature is
/// missing, stale or wrong; 503 when the secret is not set.
pub fn verify_standard_webhook(request: &HookRequest, credential: &str, secret: Option<&str>) -> Result<(), Error> {
    Verify { scheme: Scheme::StandardWebhooks, credential: CredentialName(credential.to_owned()), header: None }
        .check(request, secret)
}

/// Signs a text `{id}.{timestamp}.{body}` by Standard Webhooks: the result is the value of `webhook-signature`.
pub fn sign_standard_webhook(secret: &str, text: &str) -> Result<String, Error> {
    match key(secret)? {
        Key::Shared(key) => Ok(format!("v1,{}", BASE64.encode(sign(&key, &[text.as_bytes()])?))),
        Key::Public(_) => {
            let message = "The credential holds a public key, with which nothing can be signed.";
            Err(Error::new(Kind::Unprocessable, "credential_unusable", message, "Set it to a secret: `whsec_` and base64."))
        }
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

/// The timestamp in a header, if it is in the window.
fn recent<'r>(request: &'r HookRequest, header: &str) -> Result<&'r str, Error> {
    let at = required(request, header)?;
    is_recent(request, header, at)?;
    Ok(at)
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

pub(crate) fn refused(message: String, details: &str) -> Error {
    Error::new(Kind::NotVerified, "not_verified", message, details)
}

#[cfg(test)]
mod tests;
