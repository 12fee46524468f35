//! Which model is asked, and how hard it thinks: the two words of a definition that name no message. What a provider calls them is
//! said in `shared/models`.

use crate::Error;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The longest name of a model, with its provider, in bytes.
const MAX_NAME: usize = 200;

/// A model by its provider and the provider's own name for it: `openai/gpt-5`, `openrouter/meta/llama-4`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ModelName {
    text: Arc<str>,
    /// Where the first slash is.
    slash: usize,
}

impl ModelName {
    /// The provider: small letters, digits, `-` and `_`.
    pub fn provider(&self) -> &str {
        &self.text[..self.slash]
    }

    /// The provider's name for the model: letters, digits, and `-_.:/@+`.
    pub fn model(&self) -> &str {
        &self.text[self.slash + 1..]
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for ModelName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
        };
        // The name becomes a part of a path at some providers, and must not lead elsewhere.
        let is_segment = |segment: &str| !["", ".", ".."].contains(&segment);
        let is_model = |model: &str| {
            model.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/@+".contains(&byte))
                && model.split('/').all(is_segment)
        };
        match text.split_once('/') {
            Some((provider, model)) if is_word(provider) && is_model(model) && text.len() <= MAX_NAME => {
                Ok(ModelName { text: text.into(), slash: provider.len() })
            }
            _ => Err(Error::invalid(
                "The model's name is not of the form `provider/name`.",
                format!("Write for example `openai/gpt-5` or `anthropic/claude-sonnet-4-5`, in at most {MAX_NAME} bytes."),
            )),
        }
    }
}

impl TryFrom<String> for ModelName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|error: Error| format!("{} {}", error.message, error.details))
    }
}

impl From<ModelName> for String {
    fn from(name: ModelName) -> String {
        name.text.to_string()
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How hard a model thinks before it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThinkingLevel {
    /// Nothing is asked of the model: it thinks as its provider has it think by default.
    #[default]
    Off,
    /// As little as the model can.
    Minimal,
    /// A little.
    Low,
    /// As most tasks need.
    Medium,
    /// Much.
    High,
    /// As much as the model can.
    Xhigh,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_a_provider_and_the_providers_own_name() {
        for (text, provider, model) in [
            ("openai/gpt-5", "openai", "gpt-5"),
            ("openrouter/meta/llama-4:free", "openrouter", "meta/llama-4:free"),
            ("my-vllm_2/Qwen/Qwen3", "my-vllm_2", "Qwen/Qwen3"),
        ] {
            let name: ModelName = text.parse().unwrap();
            assert_eq!((name.provider(), name.model(), name.to_string().as_str()), (provider, model, text));
            assert_eq!(serde_json::from_str::<ModelName>(&serde_json::to_string(&name).unwrap()).unwrap(), name);
        }
        let long = format!("openai/{}", "x".repeat(200));
        for text in [
            "",
            "gpt-5",
            "/gpt-5",
            "openai/",
            "OpenAI/x",
            "4/x",
            "open ai/x",
            "openai/a b",
            "openai/a\n",
            "x/../y",
            "x/%2e%2e/y",
            "x//y",
            "x/?y",
            &long,
        ] {
            assert_eq!(text.parse::<ModelName>().unwrap_err().code, "invalid_request", "{text}");
        }
        assert!(serde_json::from_str::<ModelName>("\"gpt-5\"").unwrap_err().to_string().contains("provider/name"));
    }

    #[test]
    fn levels_are_written_as_the_definitions_write_them() {
        let all = r#"["off","minimal","low","medium","high","xhigh"]"#;
        let levels: Vec<ThinkingLevel> = serde_json::from_str(all).unwrap();
        assert_eq!(serde_json::to_string(&levels).unwrap(), all);
        assert!(levels.is_sorted());
    }
}
