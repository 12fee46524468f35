//! Calls to AWS that no key opens: egress signs them by AWS credentials (Signature Version 4). The secret key signs and is never sent.

use crate::InvalidProvider;
use crate::provider::secret;
use rookery_egress::{AwsKey, Request};
use url::Url;

/// The service whose calls are signed.
const SERVICE: &str = "bedrock";

/// Who signs calls, and for which region: by the credentials of the environment, which are a function's role, or those of who runs the program.
pub(crate) struct Signer {
    key: AwsKey,
}

impl Signer {
    /// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, if they are set. The region is that of the address,
    /// or else `AWS_REGION`. Errors: there is no region.
    pub(crate) fn from_env<'v>(variable: impl Fn(&str) -> Option<&'v str>, base: &Url) -> Result<Option<Self>, InvalidProvider> {
        let (Some(id), Some(secret)) = (variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY")) else {
            return Ok(None);
        };
        let Some(region) = region_of(base).or_else(|| variable("AWS_REGION")) else {
            return Err(InvalidProvider::new("AWS_REGION", "It says for which region calls are signed. Set it."));
        };
        let session_token = variable("AWS_SESSION_TOKEN").map(str::to_owned);
        let key =
            AwsKey { id: id.to_owned(), secret: secret.to_owned(), session_token, region: region.to_owned(), service: SERVICE };
        Ok(Some(Signer { key }))
    }

    /// Has a call signed when it is made. The secret signs for the host of the base alone, and neither it nor the session's token comes back in an answer.
    pub(crate) fn sign(&self, call: &mut Request, base: &Url) {
        let mut key = self.key.clone();
        for value in [&mut key.secret].into_iter().chain(&mut key.session_token) {
            let bound = secret(SERVICE, value, base);
            value.clone_from(&bound.marker);
            call.secrets.push(bound);
        }
        call.aws = Some(key);
    }
}

/// The region in an address of Amazon's: `bedrock-runtime.REGION.amazonaws.com`, with more before and after it.
fn region_of(base: &Url) -> Option<&str> {
    let mut labels = base.host_str()?.split('.');
    labels.find(|label| label.starts_with("bedrock-runtime"))?;
    labels.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Method;

    const BASE: &str = "https://bedrock-runtime.eu-west-1.amazonaws.com";

    fn signer(variables: &[(&str, &'static str)], base: &str) -> Result<Option<Signer>, InvalidProvider> {
        let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        Signer::from_env(variable, &base.parse().unwrap())
    }

    #[test]
    fn the_environment_says_who_signs_and_for_which_region() {
        let keys = [
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_SESSION_TOKEN", "t0ken"),
        ];
        for (base, region) in [
            (BASE, "eu-west-1"),
            ("https://vpce-1.bedrock-runtime.eu-west-2.vpce.amazonaws.com", "eu-west-2"),
            ("https://bedrock-runtime-fips.us-west-2.amazonaws.com", "us-west-2"),
            ("http://127.0.0.1:4566", "us-east-1"),
        ] {
            assert_eq!(signer(&keys, base).unwrap().unwrap().key.region, region);
        }
        assert!(signer(&keys[..1], BASE).unwrap().is_none());
        assert!(signer(&keys[..2], "http://127.0.0.1:1").err().unwrap().to_string().starts_with("AWS_REGION: "));
    }

    #[test]
    fn the_secret_and_the_token_are_bound_to_the_host() {
        let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_SESSION_TOKEN", "t0ken")];
        let mut call = Request::new(Method::POST, BASE);
        signer(&keys, BASE).unwrap().unwrap().sign(&mut call, &BASE.parse().unwrap());
        let key = call.aws.unwrap();
        let bound: Vec<_> = call.secrets.iter().map(|secret| (secret.value.as_str(), secret.hosts[0].as_str())).collect();
        let host = "bedrock-runtime.eu-west-1.amazonaws.com:443";
        assert_eq!(bound, [("b", host), ("t0ken", host)]);
        assert_eq!((&key.secret, key.session_token.as_ref()), (&call.secrets[0].marker, Some(&call.secrets[1].marker)));
    }
}
