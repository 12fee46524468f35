//! The secrets of hooks: the form of each scheme's secret. Secrets are judged when a credential is set, and when a workflow is saved.

use super::Scheme;
use super::signature::{BASE64, unhex};
use base64::Engine;
use rookery_domain::{Error, Kind};

/// The fewest characters of a secret that its owner chooses.
const FEWEST: usize = 8;
/// The number of bytes of a secret by Standard Webhooks. Source: standardwebhooks.com, "Signature scheme".
const STANDARD_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// The number of bytes of an Ed25519 public key.
const PUBLIC_KEY_BYTES: usize = 32;
/// The number of characters of Slack's signing secrets.
const SLACK_CHARS: usize = 32;

/// The credential that verifies requests to a hook, and how its secret is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookSecret {
    /// The name of the credential.
    pub credential: String,
    pub(crate) scheme: Scheme,
}

impl HookSecret {
    /// Checks that a value can be the secret. The error says why not, and the remedy.
    pub fn judge(&self, value: &str) -> Result<(), String> {
        let is_short = value.chars().count() < FEWEST;
        let wrong = match self.scheme {
            _ if value.trim() != value => "begins or ends with white space: set it without",
            Scheme::StandardWebhooks => match key(value) {
                Ok(Key::Shared(key)) if STANDARD_BYTES.contains(&key.len()) => return Ok(()),
                Ok(Key::Public(_)) => return Ok(()),
                Ok(Key::Shared(_)) => {
                    "is a secret of Standard Webhooks that has not 24 to 64 bytes: set it as the sender shows it"
                }
                Err(_) => "is not a secret of Standard Webhooks: set `whsec_` and base64, or a public key, `whpk_` and base64",
            },
            Scheme::Stripe if !value.starts_with("whsec_") => {
                "is not a signing secret of Stripe: set the endpoint's, which begins with `whsec_`, and not an API key"
            }
            Scheme::Slack if value.len() != SLACK_CHARS || !value.chars().all(|c| c.is_ascii_alphanumeric()) => {
                "is not a signing secret of Slack: set the app's, which has 32 letters and digits, and not a token"
            }
            Scheme::Discord if public_key(value).is_none() => {
                "is not a public key of Discord: set the application's, which has 64 hexadecimal digits"
            }
            _ if is_short => "is too short to be safe: set one of at least 8 characters",
            _ => return Ok(()),
        };
        Err(format!("The value of the credential `{}` {wrong}.", self.credential))
    }
}

/// A key by Standard Webhooks.
pub(crate) enum Key {
    Shared(Vec<u8>),
    /// A public key, for signatures `v1a`.
    Public(Vec<u8>),
}

/// Reads a secret by Standard Webhooks, with or without its prefix.
pub(crate) fn key(secret: &str) -> Result<Key, Error> {
    let bytes = |text: &str| BASE64.decode(text).ok();
    let key = match secret.strip_prefix("whpk_") {
        Some(public) => bytes(public).filter(|key| key.len() == PUBLIC_KEY_BYTES).map(Key::Public),
        None => bytes(secret.strip_prefix("whsec_").unwrap_or(secret)).map(Key::Shared),
    };
    key.ok_or_else(|| {
        let message = "The secret is not one of Standard Webhooks: `whsec_` and base64.";
        Error::new(Kind::Unprocessable, "credential_unusable", message, "Set the credential to such a secret.")
    })
}

/// An Ed25519 public key in hexadecimal digits.
pub(crate) fn public_key(text: &str) -> Option<Vec<u8>> {
    unhex(text).filter(|key| key.len() == PUBLIC_KEY_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_the_wrong_form_is_named() {
        let standard = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let public = format!("whpk_{}", BASE64.encode([7; 32]));
        for (scheme, value, says) in [
            (Scheme::StandardWebhooks, format!("whsec_{standard}"), ""),
            (Scheme::StandardWebhooks, standard.to_owned(), ""),
            (Scheme::StandardWebhooks, public, ""),
            (Scheme::StandardWebhooks, "whsec_not base64!".into(), "base64"),
            (Scheme::StandardWebhooks, "whsec_c2hvcnQ=".into(), "24 to 64"),
            (Scheme::StandardWebhooks, "whpk_c2hvcnQ=".into(), "whpk_"),
            (Scheme::StandardWebhooks, format!("whsec_{standard}\n"), "white space"),
            (Scheme::Stripe, "whsec_test_secret".into(), ""),
            (Scheme::Stripe, "sk_live_4eC39HqLyjWDarjtT1zdp7dc".into(), "whsec_"),
            (Scheme::Slack, "8f742231b10e8888abcd99yyyzzz85a5".into(), ""),
            (Scheme::Slack, "xoxb-not-a-token".into(), "32 letters"),
            (Scheme::Discord, "0a".repeat(32), ""),
            (Scheme::Discord, "0a".repeat(31), "64 hexadecimal"),
            (Scheme::Discord, "zz".repeat(32), "64 hexadecimal"),
            (Scheme::Github, "It's a Secret to Everybody".into(), ""),
            (Scheme::Github, "abc".into(), "8 characters"),
            (Scheme::Token, " s3cret-token".into(), "white space"),
            (Scheme::Token, "".into(), "8 characters"),
        ] {
            let judged = HookSecret { credential: "hook".into(), scheme }.judge(&value);
            match says {
                "" => assert_eq!(judged, Ok(()), "{scheme:?} {value}"),
                says => {
                    let problem = judged.expect_err(&value);
                    assert!(problem.contains(says) && problem.contains("`hook`"), "{scheme:?} {value}: {problem}");
                    assert!(value.is_empty() || !problem.contains(value.trim()), "secrets are not shown: {problem}");
                }
            }
        }
    }
}
