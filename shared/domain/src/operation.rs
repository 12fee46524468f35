//! The ids of sessions and of the operations in them. An operation is one prompt or one dispatch; it is a run of a persistent agent, and the
//! run's id says where the operation is, so that nothing need be looked up.

use crate::{Error, ProjectId, Result, hashed_uuid};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The upper-case alphabet of Crockford's base32, as in ULIDs.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The characters of a session's key, and of an operation's number, in the id of a run.
const CHARS: [usize; 2] = [26, 7];
/// The first operation that has no run id.
const NUMBERS: u64 = 1 << 35;

/// The key of a session: the hash of the agent's name, the instance's id and the session's name, each to the byte. The texts themselves are
/// stored with the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey(pub Uuid);

impl SessionKey {
    /// The key of the session with these names.
    pub fn of(agent: &str, instance: &str, session: &str) -> Self {
        SessionKey(hashed_uuid(&[b"session", agent.as_bytes(), instance.as_bytes(), session.as_bytes()]))
    }

    /// The id of the run of the session's operation number `n`: `run_`, then 33 characters of Crockford's base32.
    pub fn run_id(self, n: u64) -> String {
        format!("run_{}{}", self, base32(n.into(), CHARS[1]))
    }
}

impl fmt::Display for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32(self.0.as_u128(), CHARS[0]))
    }
}

impl FromStr for SessionKey {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        read_base32(text, CHARS[0]).map(|bits| SessionKey(Uuid::from_u128(bits))).ok_or_else(|| Error::not_found("session"))
    }
}

impl Serialize for SessionKey {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionKey {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where a session is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionAt {
    /// The project.
    pub project: ProjectId,
    /// The session's key in it.
    #[serde(rename = "session")]
    pub key: SessionKey,
}

impl SessionAt {
    /// An operation of the session.
    pub fn operation(&self, n: u64) -> OperationAt {
        OperationAt { session: self.clone(), n }
    }

    /// The session itself, before its first operation: a message about this has somebody look whether the session has expired.
    pub fn whole(&self) -> OperationAt {
        self.operation(0)
    }
}

/// Where an operation is: its session, and its place in the session's order, which begins with 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OperationAt {
    /// The session.
    pub session: SessionAt,
    /// The place.
    pub n: u64,
}

impl OperationAt {
    /// The id of the operation's run.
    pub fn run_id(&self) -> String {
        self.session.key.run_id(self.n)
    }

    /// A name of something that is done in the operation, which nothing else has. Another project's operation with the same names has the same
    /// run id, but another such name: it serves as an idempotency key towards others.
    pub fn name_of(&self, what: &[&[u8]]) -> String {
        let operation: [&[u8]; 2] = [self.session.project.as_str().as_bytes(), &self.run_id().into_bytes()];
        hashed_uuid(&[&operation, what].concat()).simple().to_string()
    }

    /// Whether this is the session itself.
    pub fn is_whole(&self) -> bool {
        self.n == 0
    }

    /// The operation of a project with this run id.
    pub fn of_run_id(project: &ProjectId, id: &str) -> Option<Self> {
        let (key, n) = id.strip_prefix("run_")?.split_at_checked(CHARS[0])?;
        let n = u64::try_from(read_base32(n, CHARS[1])?).ok().filter(|n| (1..NUMBERS).contains(n))?;
        Some(SessionAt { project: project.clone(), key: key.parse().ok()? }.operation(n))
    }
}

/// A number in this many digits, the most significant first.
pub(crate) fn base32(number: u128, chars: usize) -> String {
    let digit = |place: usize| char::from(ALPHABET[(number >> (5 * place) & 31) as usize]);
    (0..chars).rev().map(digit).collect()
}

/// Reads what [`base32`] wrote; only that spelling is accepted.
pub(crate) fn read_base32(text: &str, chars: usize) -> Option<u128> {
    let mut number = 0u128;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        // The first of 26 digits has room for three bits only.
        number = number.checked_mul(32)?.checked_add(digit as u128)?;
    }
    (text.len() == chars).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_says_where_the_operation_is() {
        let project = ProjectId::random();
        let session = SessionAt { project: project.clone(), key: SessionKey::of("support", "a/b", "日本") };
        for n in [1, 2, 31, 32, NUMBERS - 1] {
            let id = session.operation(n).run_id();
            assert_eq!(id.len(), 37);
            assert_eq!(OperationAt::of_run_id(&project, &id), Some(session.operation(n)));
        }
        let good = session.operation(1).run_id();
        let no_number = session.operation(0).run_id();
        let too_large = format!("run_{}{}", "Z".repeat(26), "0000001");
        for bad in [
            "",
            "run_",
            &good[4..],
            &good.to_lowercase(),
            &format!("{good}0"),
            &no_number,
            &too_large,
            &good.replace("run_", "run_é"),
        ] {
            assert_eq!(OperationAt::of_run_id(&project, bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_done_has_a_name_that_no_other_project_gives() {
        let names = || SessionKey::of("support", "a/b", "default");
        let at = SessionAt { project: ProjectId::random(), key: names() }.operation(1);
        let other = SessionAt { project: ProjectId::random(), key: names() }.operation(1);
        assert_eq!(at.run_id(), other.run_id());
        assert_ne!(at.name_of(&[b"tool", b"1"]), other.name_of(&[b"tool", b"1"]));
        assert_ne!(at.name_of(&[b"tool", b"1"]), at.session.operation(2).name_of(&[b"tool", b"1"]));
        assert_ne!(at.name_of(&[b"tool", b"1"]), at.name_of(&[b"model", b"1"]));
        assert_eq!(at.name_of(&[b"tool", b"1"]), at.clone().name_of(&[b"tool", b"1"]));
    }

    #[test]
    fn sessions_differ_in_every_name_to_the_byte() {
        let key = SessionKey::of("a", "b", "c");
        assert_eq!(key, key.to_string().parse().unwrap());
        for (agent, instance, session) in
            [("ab", "", "c"), ("a", "bc", ""), ("A", "b", "c"), ("a", "b ", "c"), ("a", "b", "c\u{301}")]
        {
            assert_ne!(key, SessionKey::of(agent, instance, session));
        }
    }
}
