//! The words of persistent agents: what an agent is called.

use crate::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Longest name of a persistent agent, a profile, a tool or a skill, in characters.
const AGENT_NAME_CHARS: usize = 64;

/// The name of a persistent agent in its project: a letter, then up to 63 letters, digits, `_` and `-`. Names are compared to the byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(inline, from = "String", into = "String")]
pub struct AgentName(Arc<str>);

impl AgentName {
    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AgentName {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let rest = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let is_name = text.len() <= AGENT_NAME_CHARS
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(rest);
        match is_name {
            true => Ok(AgentName(text.into())),
            false => Err(Error::invalid(
                "This is not a name.",
                "A name begins with a letter, and has at most 64 letters, digits, `_` and `-`.",
            )),
        }
    }
}

impl fmt::Display for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for AgentName {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AgentName {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(|error: Error| serde::de::Error::custom(error.details))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_letter_and_what_follows() {
        for good in ["a", "Guide", "support_assistant-2", &"n".repeat(64)] {
            assert_eq!(good.parse::<AgentName>().unwrap().as_str(), good);
        }
        for bad in ["", "1a", "-a", "_a", "a b", "a.md", "a/b", "a#b", "ä", "aä", "a\n", &"n".repeat(65)] {
            assert!(bad.parse::<AgentName>().is_err(), "{bad:?}");
        }
    }
}
