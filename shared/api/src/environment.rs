//! The API's configuration, made of what a function or a program is given.

use crate::{Auth, Config, NoProjectHost};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::str::FromStr;
use subtle::ConstantTimeEq;

/// The key that may do everything, also create projects and their first keys. Only its hash is kept.
#[derive(Clone, Debug)]
pub struct RootKey {
    sha256: [u8; 32],
}

/// The text cannot be a root key: it could be guessed, or could not be sent.
#[derive(Debug, thiserror::Error)]
#[error(
    "the root key is {wrong}: give one of at least {} characters (letters, digits, signs; no spaces), as `openssl rand -hex 32` makes",
    RootKey::LEAST_CHARS
)]
pub struct NoRootKey {
    wrong: &'static str,
}

impl RootKey {
    /// The fewest characters of a root key: 32 hexadecimal digits are 128 bits.
    pub const LEAST_CHARS: usize = 32;

    /// Whether a key is the root key, in constant time.
    pub(crate) fn is(&self, key: &str) -> bool {
        self.sha256.ct_eq(&Sha256::digest(key.as_bytes())).into()
    }

    /// What tells this key from others and is no secret: the hash of its hash.
    pub(crate) fn fingerprint(&self) -> String {
        STANDARD.encode(Sha256::digest(self.sha256))
    }
}

impl FromStr for RootKey {
    type Err = NoRootKey;

    fn from_str(key: &str) -> Result<Self, NoRootKey> {
        let wrong = match key {
            _ if key.is_empty() => "empty",
            _ if key.trim().is_empty() => "blank",
            // A header cannot carry such a key as it is.
            _ if !key.bytes().all(|byte| byte.is_ascii_graphic()) => "not of visible ASCII characters alone",
            _ if key.len() < Self::LEAST_CHARS => "too short",
            _ => return Ok(RootKey { sha256: Sha256::digest(key.as_bytes()).into() }),
        };
        Err(NoRootKey { wrong })
    }
}

impl Config {
    /// The configuration of a Lambda function: keys are always required. `ROOKERY_ROOT_KEY` is the root key; without one, nobody
    /// can create projects. `ROOKERY_PROJECT_HOSTS` are the hosts of projects, as `HOST=PROJECT`, separated by commas.
    ///
    /// # Errors
    /// A root key that could be guessed, also an empty one; a host that is none.
    pub fn from_environment() -> rookery_domain::Result<Self> {
        let root_key = std::env::var_os("ROOKERY_ROOT_KEY").map(|key| key.to_string_lossy().parse()).transpose();
        let root_key =
            root_key.map_err(|wrong: NoRootKey| rookery_domain::Error::internal(format!("ROOKERY_ROOT_KEY: {wrong}")))?;
        let hosts = std::env::var("ROOKERY_PROJECT_HOSTS").unwrap_or_default();
        let hosts = hosts.split(',').filter(|host| !host.is_empty()).map(str::parse).collect::<Result<_, NoProjectHost>>();
        let hosts = hosts.map_err(|wrong| rookery_domain::Error::internal(format!("ROOKERY_PROJECT_HOSTS: {wrong}")))?;
        Ok(Config { auth: Auth::Required { root_key }, hosts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_could_be_guessed_is_none() {
        for (key, says) in [
            ("", "is empty"),
            (" \t\n", "is blank"),
            (" ".repeat(40).as_str(), "is blank"),
            ("x".repeat(31).as_str(), "too short"),
            ("0123456789abcdef 0123456789abcdef", "visible"),
            ("0123456789abcdef0123456789abcdef\n", "visible"),
            ("äääääääääääääääääääääääääääääääää", "visible"),
        ] {
            let wrong = key.parse::<RootKey>().unwrap_err().to_string();
            assert!(wrong.contains(says) && wrong.contains("openssl rand -hex 32"), "{key:?}: {wrong}");
        }
        let key: RootKey = "0123456789abcdef0123456789abcdef".parse().unwrap();
        assert!(key.is("0123456789abcdef0123456789abcdef") && !key.is(""));
    }
}
