//! Proofs of other deployments that were used: each counts once.

use crate::expression::absent;
use crate::item::Item;
use crate::keys::{self, Prefix};
use crate::sdk::Store;
use rookery_domain::{ProjectId, Result, Time, hashed_uuid};

impl Store {
    /// Uses a proof of this issuer, which is no good after `until`. `false` if it was used before.
    pub async fn use_proof(&self, project: &ProjectId, issuer: &str, id: &str, until: Time) -> Result<bool> {
        let hash = hashed_uuid(&[b"proof", issuer.as_bytes(), id.as_bytes()]).simple().to_string();
        let key = keys::of_connections(project, Prefix::UsedProof, &hash);
        // It is not taken for unused when its time is over: only whoever looks at that time may say whether it is still good.
        self.put(Item::new(&key).n("expires_at", until.ttl_seconds()), Some(absent(Time::now()))).await
    }
}
