//! Who provides models: from the environment to addresses, wires and the operator's keys. Nothing is called here.

use crate::sign::Signer;
use crate::wires::{Anthropic, Bedrock, Gemini, OpenAi, Wire};
use crate::{Keys, ModelError};
use async_trait::async_trait;
use rookery_domain::{Error, random_token};
use rookery_egress::Secret;
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// A provider whose address is known.
struct Known {
    name: &'static str,
    /// The address; `{region}` stands for `AWS_REGION`, without which there is no such provider.
    base: &'static str,
    /// The variable of the key.
    key: &'static str,
    wire: &'static dyn Wire,
}

const KNOWN: [Known; 4] = [
    Known { name: "openai", base: "https://api.openai.com/v1", key: "OPENAI_API_KEY", wire: &OpenAi },
    Known { name: "anthropic", base: "https://api.anthropic.com", key: "ANTHROPIC_API_KEY", wire: &Anthropic },
    Known { name: "gemini", base: "https://generativelanguage.googleapis.com/v1beta", key: "GEMINI_API_KEY", wire: &Gemini },
    Known {
        name: BEDROCK,
        base: "https://bedrock-runtime.{region}.amazonaws.com",
        key: "AWS_BEARER_TOKEN_BEDROCK",
        wire: &Bedrock,
    },
];
/// The provider whose calls AWS credentials may sign.
const BEDROCK: &str = "bedrock";

impl Known {
    fn address(&self, region: Option<&str>) -> Option<String> {
        match self.base.contains("{region}") {
            true => Some(self.base.replace("{region}", region?)),
            false => Some(self.base.to_owned()),
        }
    }
}

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
    /// Who signs calls without a key.
    pub(crate) signer: Option<Arc<Signer>>,
    /// The operator's key.
    key: Option<Secret>,
}

impl Provider {
    /// Nothing opens a call.
    pub(crate) fn key_missing(&self) -> ModelError {
        let name = &self.name;
        let known = KNOWN.iter().find(|known| known.name == name);
        let variable = known.map_or_else(|| format!("{}_API_KEY", name.to_uppercase()), |known| known.key.to_owned());
        let or = if name == BEDROCK { ", or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" } else { "" };
        let message = format!(
            "There is no key for `{name}`. Set the project's credential `{name}`, or have the operator set {variable}{or}."
        );
        ModelError::new("key_missing", message)
    }
}

/// Why a provider's settings are refused: the variable and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct InvalidProvider {
    variable: String,
    reason: String,
}

impl InvalidProvider {
    pub(crate) fn new(variable: &str, reason: &str) -> Self {
        InvalidProvider { variable: variable.to_owned(), reason: reason.to_owned() }
    }
}

/// The providers of this process, and the operator's keys for them.
///
/// `openai`, `anthropic` and `gemini` are always there; a variable `X_BASE_URL` moves one of them, or adds the provider `x`, which
/// speaks OpenAI's wire (Groq, Mistral, OpenRouter, Ollama, vLLM, Azure). `X_API_KEY` is its key, and `X_API_KEY_HEADER` the header
/// that the key alone stands in, for example `api-key` at Azure. In a model's name, `-` and `_` are the same in a provider.
///
/// `bedrock` is there with `AWS_REGION`, or `BEDROCK_BASE_URL`. Its key is `AWS_BEARER_TOKEN_BEDROCK`; without one, the AWS credentials of
/// the environment sign its calls.
pub struct Providers(BTreeMap<String, Provider>);

impl Providers {
    /// Reads the variables of the environment, or of a test.
    pub fn from_env(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, InvalidProvider> {
        let variables: BTreeMap<String, String> = variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        let variable = |name: &str| variables.get(name).map(|value| value.trim());
        let mut providers = BTreeMap::new();
        let added = variables.keys().filter_map(|key| Some(key.strip_suffix("_BASE_URL")?.to_lowercase()));
        for name in KNOWN.iter().map(|known| known.name.to_owned()).chain(added) {
            let known = KNOWN.iter().find(|known| known.name == name);
            let own = |what: &str| format!("{}_{what}", name.to_uppercase());
            let set = variable(&own("BASE_URL"));
            let Some(base) = set.map(str::to_owned).or_else(|| known?.address(variable("AWS_REGION"))) else { continue };
            let Some(base) =
                Url::parse(&base).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.host().is_some())
            else {
                // Other programs have variables of this form, too; what they hold is no fault.
                if known.is_none() {
                    continue;
                }
                let reason = "It is not an address. Write it as https://host/path, or leave it out.";
                return Err(InvalidProvider::new(&own("BASE_URL"), reason));
            };
            let key = known.map_or_else(|| own("API_KEY"), |known| known.key.to_owned());
            let key = variable(&key).map(|key| secret(&name, key, &base));
            let key_header = variable(&own("API_KEY_HEADER")).map(str::to_owned);
            let wire = known.map_or(&OpenAi as &'static dyn Wire, |known| known.wire);
            let signer = if name == BEDROCK { Signer::from_env(variable, &base)?.map(Arc::new) } else { None };
            let needs_key = set.is_none();
            providers.insert(name.clone(), Provider { name, base, wire, key_header, needs_key, signer, key });
        }
        Ok(Providers(providers))
    }

    pub(crate) fn find(&self, name: &str) -> Result<&Provider, ModelError> {
        let name = name.replace('-', "_");
        self.0.get(&name).ok_or_else(|| {
            let remedy = match name.as_str() {
                BEDROCK => "AWS_REGION".to_owned(),
                name => format!("{}_BASE_URL to an address that speaks OpenAI's wire", name.to_uppercase()),
            };
            ModelError::new("model_unknown", format!("There is no provider `{name}`. Have the operator set {remedy}."))
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
pub(crate) fn secret(name: &str, value: &str, base: &Url) -> Secret {
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
    fn bedrock_is_where_its_region_is_and_is_opened_by_a_key_or_by_credentials() {
        let region = ("AWS_REGION", "eu-west-1");
        let all = providers(&[region, ("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-1")]).unwrap();
        let bedrock = all.find("bedrock").ok().unwrap();
        assert!(bedrock.base.as_str() == "https://bedrock-runtime.eu-west-1.amazonaws.com/" && bedrock.signer.is_none());
        let key = block_on(all.key("bedrock")).unwrap().unwrap();
        assert_eq!(key.hosts, ["bedrock-runtime.eu-west-1.amazonaws.com:443"]);
        let credentials = [region, ("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        let all = providers(&credentials).unwrap();
        assert!(all.find("bedrock").is_ok_and(|bedrock| bedrock.signer.is_some()));
        assert!(all.find("openai").is_ok_and(|openai| openai.signer.is_none()));
        assert_eq!(block_on(all.key("bedrock")).unwrap(), None);
        let missing = providers(&[region]).unwrap().find("bedrock").ok().unwrap().key_missing();
        assert!(missing.message.contains("AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID"), "{missing}");
        let unknown = providers(&[]).unwrap().find("bedrock").err().unwrap();
        assert!(unknown.code == "model_unknown" && unknown.message.contains("AWS_REGION"), "{unknown}");
    }

    #[test]
    fn a_wrong_address_names_its_variable() {
        for wrong in ["api.openai.com", "ftp://api.openai.com", "https://"] {
            let error = providers(&[("OPENAI_BASE_URL", wrong)]).err().unwrap().to_string();
            assert!(error.starts_with("OPENAI_BASE_URL: "), "{error}");
        }
    }
}
