//! The API's configuration from what a function or a program is given.

use crate::{Auth, Config};
use sha2::{Digest, Sha256};

impl Auth {
    /// Keys are required; this one is the root key.
    pub fn required(root_key: &str) -> Self {
        Auth::Required { root_key_sha256: Some(Sha256::digest(root_key.as_bytes()).into()) }
    }
}

impl Config {
    /// What a Lambda function serves: keys are always required. `ROOKERY_ROOT_KEY` is the root key (without one, nobody makes
    /// projects), `ROOKERY_BASE_URL` where the API is reached from outside.
    pub fn from_environment() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let auth = variable("ROOKERY_ROOT_KEY").map_or(Auth::Required { root_key_sha256: None }, |key| Auth::required(&key));
        Config { auth, base_url: variable("ROOKERY_BASE_URL"), hosts: Vec::new() }
    }
}
