//! Tokens of connections: what a client of another deployment sends with its tasks, and what it knows a reply by. A token is derived, so
//! that the same connection has the same token whoever asks, and nothing secret is stored with it. It leads to its connection by itself.

use super::secrets::DeploymentKeys;
use ring::hmac;
use rookery_domain::ConnectionId;
use std::fmt::Write as _;

/// Digits of the connection's id, of the generation, and of the code that makes a token unguessable.
const ID: usize = 32;
const GENERATION: usize = 8;
const CODE: usize = 64;

impl DeploymentKeys {
    /// The token of a connection, in this generation.
    pub(super) fn token(&self, connection: ConnectionId, generation: u32) -> String {
        let code = hmac::sign(&self.tokens, &signed(connection, generation));
        let mut token = format!("{connection}{generation:08x}");
        for byte in code.as_ref() {
            // Writing to a text does not fail.
            let _ = write!(token, "{byte:02x}");
        }
        token
    }

    /// What a token was made for; none if this deployment did not make it.
    pub(super) fn open_token(&self, token: &str) -> Option<(ConnectionId, u32)> {
        if token.len() != ID + GENERATION + CODE || !token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let (id, rest) = token.split_at(ID);
        let (generation, code) = rest.split_at(GENERATION);
        let (connection, generation) = (id.parse().ok()?, u32::from_str_radix(generation, 16).ok()?);
        let code: Option<Vec<u8>> = (0..CODE / 2).map(|at| u8::from_str_radix(&code[2 * at..2 * at + 2], 16).ok()).collect();
        // The comparison takes the same time wherever the codes differ.
        hmac::verify(&self.tokens, &signed(connection, generation), &code?).ok()?;
        Some((connection, generation))
    }
}

/// What the code is of. The first part keeps the key's other uses, should there be any, apart.
fn signed(connection: ConnectionId, generation: u32) -> Vec<u8> {
    [b"connection token".as_slice(), connection.0.as_bytes(), &generation.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rookery_store::DeploymentSecrets;
    use uuid::Uuid;

    fn keys(byte: u8) -> DeploymentKeys {
        DeploymentKeys::new(&DeploymentSecrets { token_key: [byte; 32], signing_seed: [7; 32] }).unwrap()
    }

    #[test]
    fn a_token_is_of_its_deployment_connection_and_generation() {
        let id = ConnectionId(Uuid::now_v7());
        let token = keys(1).token(id, 3);
        assert_eq!(token, keys(1).token(id, 3), "a token is the same whoever asks");
        assert_eq!(keys(1).open_token(&token), Some((id, 3)));
        assert_eq!(keys(2).open_token(&token), None, "a token of another deployment");
        assert_eq!(keys(1).open_token(&id.to_string()), None, "a public name is no token");
        assert_eq!(keys(1).open_token(&token.to_uppercase()), None, "a token has one spelling");
    }

    proptest! {
        #[test]
        fn every_token_is_opened_and_no_other_text_is(
            id in any::<u128>(), generation: u32, at in 0..ID + GENERATION + CODE, digit in "[0-9a-fA-F é]"
        ) {
            let (keys, id) = (keys(1), ConnectionId(Uuid::from_u128(id)));
            let token = keys.token(id, generation);
            prop_assert_eq!(keys.open_token(&token), Some((id, generation)));
            let changed = format!("{}{digit}{}", &token[..at], &token[at + 1..]);
            prop_assert_eq!(keys.open_token(&changed).is_some(), changed == token);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,130}", hex in "[0-9a-f]{104}") {
            prop_assert!(keys(1).open_token(&text).is_none());
            prop_assert!(keys(1).open_token(&hex).is_none());
        }
    }
}
