//! Signed texts in the compact form of JWS, with EdDSA over Ed25519 and nothing else (RFC 7515, RFC 8037). What a text claims is none of
//! this file's business.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use rookery_domain::Strict;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The longest text that is read, in bytes.
const MAX: usize = 4096;
/// The one algorithm.
const ALG: &str = "EdDSA";

/// A signed text whose signature is not checked yet.
pub(super) struct Jws<'t> {
    /// What its signer calls the key.
    pub(super) kid: String,
    signed: &'t str,
    claims: Vec<u8>,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// What a reader must understand to read the text right: nothing of it is known here.
    crit: Option<Value>,
}

impl<'t> Jws<'t> {
    /// Reads a text; none if it is no text of this kind.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        if text.len() > MAX {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let (header, claims, signature) = (decode(header)?, decode(claims)?, decode(signature)?);
        let Header { alg, kid, crit: None } = json_of(&header)? else { return None };
        (alg == ALG).then_some(Jws { kid, signed, claims, signature })
    }

    /// What it claims, if this key has signed it.
    pub(super) fn claims<T: DeserializeOwned>(&self, public_key: &[u8]) -> Option<T> {
        UnparsedPublicKey::new(&ED25519, public_key).verify(self.signed.as_bytes(), &self.signature).ok()?;
        self.unchecked()
    }

    /// What it claims, whoever wrote it: enough to know whose key to ask for.
    pub(super) fn unchecked<T: DeserializeOwned>(&self) -> Option<T> {
        json_of(&self.claims)
    }
}

/// Signs claims.
pub(super) fn sign(key: &Ed25519KeyPair, kid: &str, claims: &Value) -> String {
    let header = json!({"alg": ALG, "typ": "JWT", "kid": kid});
    let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let signature = encode(key.sign(signed.as_bytes()).as_ref());
    format!("{signed}.{signature}")
}

/// The thumbprint of a public key (RFC 7638): a name that follows from the key.
pub(super) fn thumbprint(public_key: &[u8]) -> String {
    // The members stand in the order of their names, without spaces.
    let key = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(public_key));
    encode(digest(&SHA256, key.as_bytes()).as_ref())
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url, of which each text has one spelling: without padding and without bits that stand for nothing.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn json_of<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = T::deserialize(Strict::new(&mut json)).ok()?;
    json.end().ok()?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // Source: RFC 8037, appendix A.
    const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const SIGNED: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    const SIGNATURE: &str = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

    fn key() -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_and_public_key(&decode(SEED).unwrap(), &decode(PUBLIC).unwrap()).unwrap()
    }

    #[test]
    fn the_vectors_of_rfc_8037_hold() {
        assert_eq!(thumbprint(&decode(PUBLIC).unwrap()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(encode(key().sign(SIGNED.as_bytes()).as_ref()), SIGNATURE);
        let public_key = UnparsedPublicKey::new(&ED25519, decode(PUBLIC).unwrap());
        public_key.verify(SIGNED.as_bytes(), &decode(SIGNATURE).unwrap()).unwrap();
        assert!(Jws::read(&format!("{SIGNED}.{SIGNATURE}")).is_none(), "it has no kid");
    }

    fn with_header(header: &Value) -> String {
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(br#"{"a":1}"#));
        format!("{signed}.{}", encode(key().sign(signed.as_bytes()).as_ref()))
    }

    #[test]
    fn only_the_one_algorithm_is_read_and_nothing_that_is_not_understood() {
        let public_key = decode(PUBLIC).unwrap();
        let claims = |text: &str| Jws::read(text)?.claims::<Value>(&public_key);
        assert_eq!(claims(&with_header(&json!({"alg": "EdDSA", "kid": "k"}))), Some(json!({"a": 1})));
        for header in [
            json!({"alg": "none", "kid": "k"}),
            json!({"alg": "HS256", "kid": "k"}),
            json!({"alg": "eddsa", "kid": "k"}),
            json!({"alg": "EdDSA"}),
            json!({"alg": "EdDSA", "kid": 1}),
            json!({"alg": "EdDSA", "kid": "k", "crit": ["b64"], "b64": false}),
            json!(["EdDSA", "k", null]),
        ] {
            assert!(claims(&with_header(&header)).is_none(), "{header}");
        }
        let good = with_header(&json!({"alg": "EdDSA", "kid": "k"}));
        for text in [format!("{good}="), format!("{good}."), format!(".{good}"), format!("{good} "), good.replace('.', "")] {
            assert!(claims(&text).is_none(), "{text}");
        }
        assert!(Jws::read(&good).unwrap().claims::<Value>(&[0; 32]).is_none(), "another key");
        assert!(Jws::read(&format!("{}.{good}", "a".repeat(MAX))).is_none());
    }

    proptest! {
        #[test]
        fn what_is_signed_is_read_and_no_other_spelling_is(text in ".{0,40}", at: prop::sample::Index, other in "[A-Za-z0-9_.=+/-]") {
            let signed = sign(&key(), "k", &json!({"text": text}));
            let public_key = decode(PUBLIC).unwrap();
            let read = Jws::read(&signed).and_then(|jws| jws.claims::<Value>(&public_key));
            prop_assert_eq!(read, Some(json!({"text": text})));
            let at = at.index(signed.len());
            let changed = format!("{}{other}{}", &signed[..at], &signed[at + 1..]);
            let read = Jws::read(&changed).and_then(|jws| jws.claims::<Value>(&public_key));
            prop_assert_eq!(read.is_some(), changed == signed);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,60}", parts in "[A-Za-z0-9_-]{0,30}\\.[A-Za-z0-9_-]{0,30}\\.[A-Za-z0-9_-]{0,30}") {
            prop_assert!(Jws::read(&text).is_none());
            prop_assert!(Jws::read(&parts).is_none());
        }
    }
}
