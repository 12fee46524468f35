//! What the deployment as a whole has: the secrets by which it knows its own tokens, and proves to others who it is.

use crate::expression::absent;
use crate::item::{Item, malformed};
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{Result, Time};
use std::fmt;

/// The secrets of the deployment. They are made once, and never leave the process but to the table.
#[derive(Clone)]
pub struct DeploymentSecrets {
    /// The key of the tokens of connections.
    pub token_key: [u8; 32],
    /// The seed of the Ed25519 key that signs proofs.
    pub signing_seed: [u8; 32],
}

impl fmt::Debug for DeploymentSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeploymentSecrets")
    }
}

impl Store {
    /// The deployment's secrets. Where there are none, these new ones become them, unless another process is first.
    pub async fn deployment_secrets(&self, new: &DeploymentSecrets) -> Result<DeploymentSecrets> {
        let key = keys::deployment_secrets();
        if let Some(there) = self.get(key.clone()).await? {
            return read(&there);
        }
        let item = Item::new(&key).bytes("token", new.token_key.to_vec()).bytes("seed", new.signing_seed.to_vec());
        match self.put(item, Some(absent(Time::now()))).await? {
            true => Ok(new.clone()),
            false => read(&self.get(key).await?.ok_or_else(|| malformed("pk"))?),
        }
    }
}

fn read(item: &Item) -> Result<DeploymentSecrets> {
    let secret = |name| item.raw(name).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| malformed(name));
    Ok(DeploymentSecrets { token_key: secret("token")?, signing_seed: secret("seed")? })
}
