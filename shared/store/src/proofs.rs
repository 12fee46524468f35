//! Proofs of other deployments: each counts once, and those of so many deployments are looked at in a minute.

use crate::expression::{Expr, absent};
use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::sdk::Store;
use rookery_domain::{ProjectId, Result, Time, hashed_uuid};

/// How long the issuers of a minute are kept, in milliseconds.
const COUNTED_MS: i64 = 10 * 60 * 1000;

impl Store {
    /// Counts an issuer whose proof came in this minute, once. `false` if so many others came before it.
    pub async fn count_issuer(&self, project: &ProjectId, issuer: &str, now: Time, most: usize) -> Result<bool> {
        let key = keys::of_connections(project, Prefix::IssuersAsked, &(now.0 / 60_000).to_string());
        let hash = hashed_uuid(&[b"issuer", issuer.as_bytes()]).simple().to_string();
        let update = Expr::new("SET expires_at = :until ADD issuers :these")
            .n(":until", now.plus(COUNTED_MS).ttl_seconds())
            .set(":these", &hash);
        let room = Expr::new("attribute_not_exists(issuers) OR contains(issuers, :this) OR size(issuers) < :most")
            .s(":this", &hash)
            .n(":most", most);
        Ok(self.update(&key, update, Some(room)).await?.is_some())
    }

    /// Uses a proof of this issuer, which is no good after `until`. `false` if it was used before.
    pub async fn use_proof(&self, project: &ProjectId, issuer: &str, id: &str, until: Time) -> Result<bool> {
        let hash = hashed_uuid(&[b"proof", issuer.as_bytes(), id.as_bytes()]).simple().to_string();
        let key = keys::of_connections(project, Prefix::UsedProof, &hash);
        // It is not taken for unused when its time is over: only whoever looks at that time may say whether it is still good.
        self.put(Item::new(&key).n("expires_at", until.ttl_seconds()), Some(absent(Time::now()))).await
    }
}
