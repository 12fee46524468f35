//! Ids, and the rules by which they are derived (rule 2: deterministic where a retry could repeat them).

mod event_id;

pub use event_id::EventId;

use crate::{Error, Result, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// The lower-case alphabet of Crockford's base32: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An unguessable text of `chars` letters and digits, five bits each, from the system's random source.
pub fn random_token(chars: usize) -> String {
    let mut text = String::with_capacity(chars);
    while text.len() < chars {
        // The last seven bytes of a v4 UUID have no fixed bits.
        let random = Uuid::new_v4().into_bytes();
        text.extend(random[9..].iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])));
    }
    text.truncate(chars);
    text
}

/// A UUIDv8 (RFC 9562) of the SHA-256 of the parts, each led by its length: no two lists of parts collide.
pub fn hashed_uuid(parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::new_v8(bytes)
}

/// Whether a text can be the name of a project, workflow, key: 1 to 200 characters, none of them control characters.
pub fn is_valid_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= limits::NAME_CHARS && !name.chars().any(char::is_control)
}

macro_rules! short_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
        #[schemars(inline, from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// How many letters and digits an id has.
            pub const LENGTH: usize = 12;

            /// Makes a new id, never used before.
            pub fn random() -> Self {
                $name(random_token(Self::LENGTH).into())
            }

            /// The id's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                match text.len() == Self::LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte)) {
                    true => Ok($name(text.into())),
                    false => Err(Error::not_found($what)),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(|_| serde::de::Error::custom(concat!("not the id of a ", $what)))
            }
        }
    };
}

short_id!(
    /// A tenant: 12 letters and digits. The keys of all that a project has begin with it.
    ProjectId, "project"
);
short_id!(
    /// A workflow of a project: 12 letters and digits, never used again.
    WorkflowId, "workflow"
);
short_id!(
    /// A segment of a project's records: 12 letters and digits, never used again.
    SegmentId, "segment"
);
short_id!(
    /// A list of a project's records: 12 letters and digits, never used again.
    ListId, "list"
);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        #[serde(into = "String")]
        #[schemars(inline, from = "String")]
        pub struct $name(pub Uuid);

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                // Only the one form that we write is accepted: 32 lower-case hexadecimal digits.
                match text.len() == 32 && !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    true => Uuid::try_parse(text).map($name).map_err(|_| Error::not_found($what)),
                    false => Err(Error::not_found($what)),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(|_| serde::de::Error::custom(concat!("not the id of a ", $what)))
            }
        }
    };
}

uuid_id!(
    /// A run: the id of its root event.
    RunId, "run"
);
uuid_id!(
    /// The delivery of one event to one agent: the hash of both.
    DeliveryId, "delivery"
);
uuid_id!(
    /// One scope of an agent's memory: the hash of the scope's text.
    ScopeId, "scope"
);

uuid_id!(
    /// An entry point that a project publishes: a cell of type `client` of one of its workflows.
    EntryPointId, "entry point"
);
uuid_id!(
    /// A stage of a workflow that uses an entry point: one incarnation of a cell of type `agent`.
    StageId, "stage"
);
uuid_id!(
    /// A connection: the public name of what joins a stage and an entry point. It is no secret, and opens nothing.
    ConnectionId, "connection"
);
uuid_id!(
    /// A task that was sent over a connection, as a reply. Ids are ordered by time.
    TaskId, "task"
);

impl ScopeId {
    /// The id of the scope with this text.
    pub fn of(text: &str) -> Self {
        ScopeId(hashed_uuid(&[b"scope", text.as_bytes()]))
    }
}

/// The id of an agent's cell or a link's, as the canvas chose it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct CellId(pub String);

impl CellId {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl DeliveryId {
    /// The timer number `ordinal` that an arm of this delivery set. A timer is handled like a delivery of its own.
    pub fn timer(self, arm: u32, ordinal: u32) -> DeliveryId {
        DeliveryId(hashed_uuid(&[b"timer", self.0.as_bytes(), &arm.to_be_bytes(), &ordinal.to_be_bytes()]))
    }
}

#[cfg(test)]
mod tests;
