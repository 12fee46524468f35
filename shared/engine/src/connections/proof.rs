//! Proofs: by one, a project of another deployment shows a provider who it is, once, to be connected. Whoever signs it is the deployment,
//! whose keys are at its address. All proofs that are not good get one answer; the log has the reason.

use super::jws::{self, Jws};
use crate::{Engine, PublicUrl};
use rookery_domain::{ClientName, Error, Kind, ProjectId, Result, Time, random_token};
use serde::Deserialize;
use serde_json::json;

/// How long a proof of ours is good, in seconds: it is used at once.
const LIFE_S: i64 = 120;
/// The longest life of a proof, in seconds.
const MAX_LIFE_S: i64 = 300;
/// How far the clocks of two deployments may be apart, in seconds.
const SKEW_S: i64 = 30;
/// The longest address of a deployment and the longest id of a project or proof, in bytes.
const ISSUER_BYTES: usize = 500;
const ID_BYTES: usize = 200;

/// What a proof claims.
#[derive(Deserialize)]
struct Claims {
    /// The address of the client's deployment.
    iss: String,
    /// The client's project there.
    sub: String,
    /// The provider's project.
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
    /// Where the proof is sent. A provider elsewhere that passes the proof on as its own gets nothing for it. Only a Rookery says it.
    htu: Option<String>,
}

impl Engine {
    /// Proves to a provider elsewhere that a request comes from this project.
    pub async fn sign_proof(&self, client: &ProjectId, provider: &str, tasks_url: &str) -> Result<String> {
        let issuer = self.public_url().ok_or_else(no_public_url)?;
        let keys = self.deployment_keys().await?;
        let now = Time::now().0 / 1000;
        let claims = json!({
            "iss": issuer.to_string(), "sub": client, "aud": provider, "htu": tasks_url,
            "iat": now, "exp": now + LIFE_S, "jti": random_token(32),
        });
        Ok(jws::sign(&keys.signing, &keys.kid, &claims))
    }

    /// Says whose proof this is. It counts once. 429 if proofs of too many deployments come.
    pub async fn check_proof(&self, proof: &str, provider: &ProjectId) -> Result<ClientName> {
        match self.checked(proof, provider).await? {
            Ok(client) => Ok(client),
            Err(reason) => {
                tracing::info!(project = %provider, reason, "a proof is refused");
                Err(refused())
            }
        }
    }

    async fn checked(&self, proof: &str, provider: &ProjectId) -> Result<Result<ClientName, &'static str>> {
        let Some(jws) = Jws::read(proof) else { return Ok(Err("it is no JWS with EdDSA and a kid")) };
        // Nothing is fetched for a proof that is not good in any case.
        let Some(claims) = jws.unchecked::<Claims>() else { return Ok(Err("claims are missing")) };
        let at = self.public_url().map(|url| format!("{url}/p/{provider}/_tasks"));
        let issuer = match claims.judge(provider, Time::now(), at.as_deref()) {
            Ok(issuer) => issuer.to_string(),
            Err(reason) => return Ok(Err(reason)),
        };
        // Nor is anything fetched for a project that nobody has: the fetches are counted by project.
        match self.store.known_project(provider).await {
            Err(error) if error.kind == Kind::NotFound => return Ok(Err("there is no such project")),
            known => known?,
        };
        let Some(key) = self.issuer_key(provider, &issuer, &jws.kid).await? else {
            return Ok(Err("the issuer shows no such key"));
        };
        let Some(claims) = jws.claims::<Claims>(&key) else { return Ok(Err("the signature is not the issuer's")) };
        let until = Time((claims.exp + SKEW_S) * 1000);
        Ok(match self.store.use_proof(provider, &issuer, &claims.jti, until).await? {
            true => Ok(ClientName { deployment: Some(issuer), project: claims.sub }),
            false => Err("it was used before"),
        })
    }
}

impl Claims {
    /// Whether the claims are good at this time, for this provider at this address. Gives the issuer.
    fn judge(&self, provider: &ProjectId, now: Time, at: Option<&str>) -> Result<PublicUrl, &'static str> {
        let now = now.0 / 1000;
        let is_id =
            |text: &str| (1..=ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'@');
        if self.aud != provider.as_str() {
            return Err("it is for another project");
        }
        if self.htu.as_deref().zip(at).is_some_and(|(to, at)| to != at) {
            return Err("it is for another address");
        }
        // The first condition keeps the others from overflowing.
        let is_time = [self.iat, self.exp].iter().all(|at| (0..=i64::from(u32::MAX) * 4).contains(at));
        if !is_time || self.exp <= self.iat || self.exp - self.iat > MAX_LIFE_S {
            return Err("it is good for too long, or never");
        }
        if self.iat > now + SKEW_S || self.exp + SKEW_S <= now {
            return Err("it is not good now");
        }
        if !is_id(&self.sub) || !is_id(&self.jti) || self.iss.len() > ISSUER_BYTES {
            return Err("its names are malformed");
        }
        self.iss.parse().map_err(|_| "its issuer is no address")
    }
}

fn refused() -> Error {
    let message = "The request has no proof that is good here.";
    let details = "Send `Authorization: Bearer PROOF`: a compact JWS, `alg` EdDSA, with `kid`, `iss` (the base URL of your deployment, with \
                   its keys at /.well-known/jwks.json), `sub` (your project), `aud` (this project), `iat`, `exp` (at most 300 s later) \
                   and a `jti` that is used once.";
    Error::new(Kind::NotVerified, "proof_refused", message, details)
}

/// Nobody elsewhere can reach a deployment that does not know its address.
pub(super) fn no_public_url() -> Error {
    let message = "This deployment does not know its public address, so it cannot prove who it is.";
    Error::new(Kind::Unprocessable, "no_public_url", message, "Start it with a public address (`--public-url`).")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_good_for_one_project_at_one_address_and_for_a_short_time() {
        let provider = ProjectId::random();
        let now = Time(1_800_000_000_000);
        let at = 1_800_000_000;
        let good = || Claims {
            iss: "https://other.example".into(),
            sub: "p".into(),
            aud: provider.to_string(),
            iat: at,
            exp: at + 300,
            jti: "j".into(),
            htu: Some("https://us.example/p/x/_tasks".into()),
        };
        let judge =
            |claims: Claims| claims.judge(&provider, now, Some("https://us.example/p/x/_tasks")).map(|issuer| issuer.to_string());
        assert_eq!(judge(good()).unwrap(), "https://other.example");
        assert_eq!(judge(Claims { iss: "https://other.example/".into(), ..good() }).unwrap(), "https://other.example");
        for claims in [
            Claims { htu: None, ..good() },
            Claims { iat: at + SKEW_S, ..good() },
            Claims { iat: at - 300, exp: at - SKEW_S + 1, ..good() },
        ] {
            assert!(judge(claims).is_ok());
        }
        for claims in [
            Claims { aud: ProjectId::random().to_string(), ..good() },
            Claims { htu: Some("https://them.example/p/x/_tasks".into()), ..good() },
            Claims { exp: at + 301, ..good() },
            Claims { exp: at, ..good() },
            Claims { iat: at + SKEW_S + 1, ..good() },
            Claims { iat: at - 300, exp: at - SKEW_S, ..good() },
            Claims { iat: i64::MIN, exp: i64::MAX, ..good() },
            Claims { sub: String::new(), ..good() },
            Claims { sub: "p@https://good.example".into(), ..good() },
            Claims { jti: String::new(), ..good() },
            Claims { jti: "j".repeat(201), ..good() },
            Claims { iss: "other.example".into(), ..good() },
            Claims { iss: "ftp://other.example".into(), ..good() },
            Claims { iss: "https://other.example/?a".into(), ..good() },
            Claims { iss: "https://user@other.example".into(), ..good() },
        ] {
            assert!(judge(claims).is_err());
        }
    }
}
