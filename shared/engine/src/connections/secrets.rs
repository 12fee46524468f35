//! The keys of this deployment, made of its stored secrets once in a process.

use super::jws::{self, thumbprint};
use crate::Engine;
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair};
use rookery_domain::{ConnectionId, Error, Result};
use rookery_store::DeploymentSecrets;
use serde_json::{Value, json};
use std::fmt;

/// The keys of the deployment.
pub(crate) struct DeploymentKeys {
    /// The key of tokens.
    pub(super) tokens: hmac::Key,
    /// The key that signs proofs.
    pub(super) signing: Ed25519KeyPair,
    /// What others call that key.
    pub(super) kid: String,
}

impl fmt::Debug for DeploymentKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeploymentKeys")
    }
}

impl DeploymentKeys {
    pub(super) fn new(secrets: &DeploymentSecrets) -> Result<Self> {
        // The library's error says nothing; the seed must not be said.
        let signing = Ed25519KeyPair::from_seed_unchecked(&secrets.signing_seed)
            .map_err(|_| Error::internal("the deployment's signing key cannot be made"))?;
        let kid = thumbprint(signing.public_key().as_ref());
        Ok(DeploymentKeys { tokens: hmac::Key::new(hmac::HMAC_SHA256, &secrets.token_key), signing, kid })
    }

    /// The public key, as others read it.
    pub(super) fn public(&self) -> Value {
        let x = jws::encode(self.signing.public_key().as_ref());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": x}]})
    }
}

impl Engine {
    /// The keys of the deployment.
    pub(crate) async fn deployment_keys(&self) -> Result<&DeploymentKeys> {
        let keys = async {
            let new = DeploymentSecrets { token_key: random()?, signing_seed: random()? };
            DeploymentKeys::new(&self.store.deployment_secrets(&new).await?)
        };
        self.deployment_keys.get_or_try_init(|| keys).await
    }

    /// The token of a connection, in this generation.
    pub async fn connection_token(&self, connection: ConnectionId, generation: u32) -> Result<String> {
        Ok(self.deployment_keys().await?.token(connection, generation))
    }

    /// The connection and the generation that a token was made for; none if this deployment did not make it. Whether the generation is
    /// still good is for the connection to say.
    pub async fn open_connection_token(&self, token: &str) -> Result<Option<(ConnectionId, u32)>> {
        Ok(self.deployment_keys().await?.open_token(token))
    }

    /// A text that only this deployment can have made, for one use: the text that is given, and a code of it.
    pub async fn sign_text(&self, usage: &str, text: &str) -> Result<String> {
        let code = hmac::sign(&self.deployment_keys().await?.tokens, &of_usage(usage, text));
        Ok(format!("{}.{}", jws::encode(text.as_bytes()), jws::encode(code.as_ref())))
    }

    /// The text that was signed for this use; none if this deployment did not sign it.
    pub async fn open_signed_text(&self, usage: &str, signed: &str) -> Result<Option<String>> {
        let keys = self.deployment_keys().await?;
        let opened = || {
            let (text, code) = signed.split_once('.')?;
            let text = String::from_utf8(jws::decode(text)?).ok()?;
            // The comparison takes the same time wherever the codes differ.
            hmac::verify(&keys.tokens, &of_usage(usage, &text), &jws::decode(code)?).ok()?;
            Some(text)
        };
        Ok(opened())
    }

    /// The keys by which others check the proofs of this deployment, as a JWK set (RFC 7517, RFC 8037).
    pub async fn jwks(&self) -> Result<Value> {
        Ok(self.deployment_keys().await?.public())
    }
}

/// What the code of a text is of. A use has no zero byte, so no two uses and texts are alike; nor does a token of a connection begin so.
fn of_usage(usage: &str, text: &str) -> Vec<u8> {
    [b"text\0", usage.as_bytes(), b"\0", text.as_bytes()].concat()
}

fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::internal("the system gives no random bytes"))?;
    Ok(bytes)
}
