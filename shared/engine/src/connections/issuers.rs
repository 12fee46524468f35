//! The keys of other deployments: fetched where the deployment says it is, kept for some minutes, and fetched again for a key that is not
//! known, but not at once again. How many deployments are asked is bounded.

use super::jws::decode;
use crate::Engine;
use http::Method;
use quick_cache::sync::Cache;
use rookery_domain::{Error, Kind, ProjectId, Result, Time};
use rookery_egress::Request;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long the keys of a deployment are believed.
const KEPT: Duration = Duration::from_secs(300);
/// How long nobody fetches them again because a key is not among them: anybody can name one.
const CALM: Duration = Duration::from_secs(10);
/// How many deployments are remembered.
const ISSUERS: usize = 256;
/// How many deployments are asked in a minute for proofs that are for one project: anybody can name one, and needs no key for it.
const ISSUERS_A_MINUTE: usize = 20;
/// How long a fetch may take: whoever sent the proof waits.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest set, in bytes, and how many keys of it are looked at.
const SET_BYTES: usize = 64 * 1024;
const SET_KEYS: usize = 32;

/// The keys of a deployment, when they were fetched, and when that was tried last.
#[derive(Default)]
struct Fetched {
    keys: Vec<PublicKey>,
    at: Option<Instant>,
    tried: Option<Instant>,
}

#[derive(Clone)]
struct PublicKey {
    kid: String,
    bytes: Vec<u8>,
}

/// The keys of those deployments that sent proofs lately. Of many that need the keys of one, one fetches them, and the others wait.
pub(crate) struct Issuers(Cache<String, Arc<Mutex<Fetched>>>);

impl Default for Issuers {
    fn default() -> Self {
        Issuers(Cache::new(ISSUERS))
    }
}

impl Fetched {
    /// What is answered without a fetch: the key, or that there is none. None if the keys are to be fetched.
    fn answer(&self, kid: &str) -> Option<Option<Vec<u8>>> {
        let is_within = |at: Option<Instant>, time: Duration| at.is_some_and(|at| at.elapsed() < time);
        let key = self.keys.iter().find(|key| key.kid == kid).filter(|_| is_within(self.at, KEPT));
        match key {
            Some(key) => Some(Some(key.bytes.clone())),
            None => is_within(self.tried, CALM).then_some(None),
        }
    }
}

impl Engine {
    /// The public key that a deployment calls by this name, for a proof that is for this project. 429 if proofs of too many deployments came
    /// for the project in this minute.
    pub(super) async fn issuer_key(&self, provider: &ProjectId, issuer: &str, kid: &str) -> Result<Option<Vec<u8>>> {
        if let Some(known) = self.issuers.0.get(issuer)
            && let Some(answer) = known.lock().await.answer(kid)
        {
            return Ok(answer);
        }
        let now = Time::now();
        if !self.store.count_issuer(provider, issuer, now, ISSUERS_A_MINUTE).await? {
            return Err(too_many(now));
        }
        let known = self.issuers.0.get_or_insert_with(issuer, || Ok::<_, Error>(Arc::default()))?;
        let mut known = known.lock().await;
        if let Some(answer) = known.answer(kid) {
            return Ok(answer);
        }
        // This is noted first: whoever asked may be gone before there is an answer. What failed takes no good key away.
        let tried = Instant::now();
        known.tried = Some(tried);
        if let Some(keys) = self.fetch_keys(issuer).await {
            *known = Fetched { keys, at: Some(tried), tried: Some(tried) };
        }
        Ok(known.answer(kid).flatten())
    }

    async fn fetch_keys(&self, issuer: &str) -> Option<Vec<PublicKey>> {
        // No redirect is followed: what another host says proves nothing about this one.
        let request = Request { timeout: Some(TIMEOUT), ..Request::new(Method::GET, format!("{issuer}/.well-known/jwks.json")) };
        let answer = self.egress.send(request).await.ok()?;
        (answer.status == 200 && answer.body.len() <= SET_BYTES).then(|| keys_of(&answer.body)).flatten()
    }
}

fn too_many(now: Time) -> Error {
    let message = format!("Proofs of more than {ISSUERS_A_MINUTE} deployments came in this minute, and no others are looked at.");
    let error = Error::new(Kind::TooMany, "too_many_proofs", message, "Connect again in the next minute.");
    error.come_again_after(now.seconds_to_next(60_000))
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    kid: String,
    x: String,
    r#use: Option<String>,
    alg: Option<String>,
}

/// The Ed25519 keys of a set that sign. Keys of other kinds are for others.
fn keys_of(set: &[u8]) -> Option<Vec<PublicKey>> {
    let set: Set = serde_json::from_slice(set).ok()?;
    let key = |key: Value| {
        let Jwk { kty, crv, kid, x, r#use, alg } = serde_json::from_value(key).ok()?;
        let is_ours = kty == "OKP"
            && crv == "Ed25519"
            && r#use.is_none_or(|r#use| r#use == "sig")
            && alg.is_none_or(|alg| alg == "EdDSA" || alg == "Ed25519");
        let bytes = decode(&x).filter(|bytes| is_ours && bytes.len() == 32)?;
        Some(PublicKey { kid, bytes })
    };
    Some(set.keys.into_iter().take(SET_KEYS).filter_map(key).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_keys_that_sign_with_ed25519_are_taken_and_others_disturb_nothing() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let set = json!({"keys": [
            {"kty": "RSA", "kid": "rsa", "n": "AQAB", "e": "AQAB"},
            {"kty": "OKP", "crv": "X25519", "kid": "x", "x": x},
            {"kty": "OKP", "crv": "Ed25519", "kid": "enc", "x": x, "use": "enc"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "short", "x": "AAAA"},
            {"kty": "OKP", "crv": "Ed25519", "kid": "padded", "x": format!("{x}=")},
            {"kty": "OKP", "crv": "Ed25519", "x": x},
            7,
            {"kty": "OKP", "crv": "Ed25519", "kid": "good", "x": x},
        ]});
        let kids: Vec<String> = keys_of(set.to_string().as_bytes()).unwrap().into_iter().map(|key| key.kid).collect();
        assert_eq!(kids, ["good"]);
        for set in ["", "[]", "{}", r#"{"keys": {}}"#] {
            assert!(keys_of(set.as_bytes()).is_none(), "{set}");
        }
    }
}
