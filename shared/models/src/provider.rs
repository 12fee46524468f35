//! Who provides models: from the environment to addresses, wires and the operator's keys. Nothing is called here.

use crate::wires::{Anthropic, Gemini, OpenAi, Wire};
use crate::{Keys, ModelError};
use async_trait::async_trait;
use rookery_domain::{Error, random_token};
use rookery_egress::Secret;
use std::collections::BTreeMap;
use url::Url;

/// The providers whose address is known.
const KNOWN: [(&str, &str, &'static dyn Wire); 3] = [
    ("openai", "https://api.openai.com/v1", &OpenAi),
    ("anthropic", "https://api.anthropic.com", &Anthropic),
    ("gemini", "https://generativelanguage.googleapis.com/v1beta", &Gemini),
];

/// Where a provider's models are asked, and how.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) base: Url,
    pub(crate) wire: &'static dyn Wire,
    /// The header that the key alone stands in, if it is not the wire's own.
    pub(crate) key_header: Option<String>,
    /// Whether a call without a key is refused before it is made.
    pub(crate) needs_key: bool,
    /// The operator's key.
    key: Option<Secret>,
}

/// Why a provider's settings are refused: the variable and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct InvalidProvider {
    variable: String,
    reason: String,
}

/// The providers of this process, and the operator's keys for them.
///
/// `openai`, `anthropic` and `gemini` are always there; a variable `X_BASE_URL` moves one of them, or adds the provider `x`, which
/// speaks OpenAI's wire (Groq, Mistral, OpenRouter, Ollama, vLLM, Azure). `X_API_KEY` is its key, and `X_API_KEY_HEADER` the header
/// that the key alone stands in, for example `api-key` at Azure. In a model's name, `-` and `_` are the same in a provider.
pub struct Providers(BTreeMap<String, Provider>);

impl Providers {
    /// Reads the variables of the environment, or of a test.
    pub fn from_env(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, InvalidProvider> {
        let variables: BTreeMap<String, String> = variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        let variable =
            |name: &str, what: &str| variables.get(&format!("{}_{what}", name.to_uppercase())).map(|value| value.trim());
        let mut providers = BTreeMap::new();
        let added = variables.keys().filter_map(|key| Some(key.strip_suffix("_BASE_URL")?.to_lowercase()));
        for name in KNOWN.iter().map(|(name, ..)| name.to_string()).chain(added) {
            let known = KNOWN.iter().find(|(known, ..)| *known == name);
            let set = variable(&name, "BASE_URL");
            let Some(base) = set.or(known.map(|(_, base, _)| *base)) else { continue };
            let Some(base) =
                Url::parse(base).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.host().is_some())
            else {
                // Other programs have variables of this form, too; what they hold is no fault.
                if known.is_none() {
                    continue;
                }
                let reason = "It is not an address. Write it as https://host/path, or leave it out.".to_owned();
                return Err(InvalidProvider { variable: format!("{}_BASE_URL", name.to_uppercase()), reason });
            };
            let key = variable(&name, "API_KEY").map(|key| secret(&name, key, &base));
            let key_header = variable(&name, "API_KEY_HEADER").map(str::to_owned);
            let wire = known.map_or(&OpenAi as &'static dyn Wire, |(_, _, wire)| *wire);
            let needs_key = set.is_none();
            providers.insert(name.clone(), Provider { name, base, wire, key_header, needs_key, key });
        }
        Ok(Providers(providers))
    }

    pub(crate) fn find(&self, name: &str) -> Result<&Provider, ModelError> {
        let name = name.replace('-', "_");
        self.0.get(&name).ok_or_else(|| {
            let variable = format!("{}_BASE_URL", name.to_uppercase());
            let message = format!(
                "There is no provider `{name}`. Have the operator set {variable} to an address that speaks OpenAI's wire."
            );
            ModelError::new("model_unknown", message)
        })
    }
}

/// The operator's keys.
#[async_trait]
impl Keys for Providers {
    async fn key(&self, provider: &str) -> Result<Option<Secret>, Error> {
        Ok(self.find(provider).ok().and_then(|provider| provider.key.clone()))
    }
}

/// A key that goes to the provider's host only.
fn secret(name: &str, value: &str, base: &Url) -> Secret {
    let host = base.host_str().unwrap_or_default();
    let hosts = vec![base.port_or_known_default().map_or(host.to_owned(), |port| format!("{host}:{port}"))];
    Secret { name: name.to_owned(), marker: format!("⟦key:{}⟧", random_token(20)), value: value.to_owned(), hosts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;

    fn providers(variables: &[(&str, &str)]) -> Result<Providers, InvalidProvider> {
        Providers::from_env(variables.iter().map(|(name, value)| (name.to_string(), value.to_string())))
    }

    #[test]
    fn three_are_known_and_others_are_added() {
        let all = providers(&[
            ("OPENAI_API_KEY", "sk-1"),
            ("GROQ_BASE_URL", "https://api.groq.com/openai/v1/"),
            ("MY_VLLM_BASE_URL", "http://127.0.0.1:8000/v1"),
            ("GITLAB_BASE_URL", "/not/an/address"),
            ("EMPTY_BASE_URL", ""),
        ]);
        let all = all.unwrap();
        assert_eq!(all.0.keys().collect::<Vec<_>>(), ["anthropic", "gemini", "groq", "my_vllm", "openai"]);
        assert!(all.find("my-vllm").is_ok_and(|provider| !provider.needs_key));
        assert!(all.find("openai").is_ok_and(|provider| provider.needs_key));
        let unknown = all.find("mistral").err().unwrap();
        assert!(unknown.code == "model_unknown" && unknown.message.contains("MISTRAL_BASE_URL"), "{unknown}");
        let key = block_on(all.key("openai")).unwrap().unwrap();
        assert_eq!((key.value.as_str(), &key.hosts[..]), ("sk-1", &["api.openai.com:443".to_owned()][..]));
        assert_eq!(block_on(all.key("groq")).unwrap(), None);
    }

    #[test]
    fn a_wrong_address_names_its_variable() {
        for wrong in ["api.openai.com", "ftp://api.openai.com", "https://"] {
            let error = providers(&[("OPENAI_BASE_URL", wrong)]).err().unwrap().to_string();
            assert!(error.starts_with("OPENAI_BASE_URL: "), "{error}");
        }
    }
}
