//! Calls to AWS that no key opens: they are signed by AWS credentials (Signature Version 4). The secret key signs and is never sent.

use crate::provider::secret;
use crate::{InvalidProvider, ModelError};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use rookery_egress::Request;
use std::error::Error;
use std::time::SystemTime;
use url::Url;

/// The service whose calls are signed.
const SERVICE: &str = "bedrock";

/// Signs calls for a region, by the credentials of the environment: a function's role, or those of who runs the program.
pub(crate) struct Signer {
    credentials: Credentials,
    region: String,
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
        let token = variable("AWS_SESSION_TOKEN").map(str::to_owned);
        let credentials = Credentials::new(id, secret, token, None, "environment");
        Ok(Some(Signer { credentials, region: region.to_owned() }))
    }

    /// Adds what opens a call. Nothing else of the call may change afterwards. The signature and the session's token go to the host of
    /// the base alone, as keys do. Errors: `signing_failed`.
    pub(crate) fn sign(&self, call: &mut Request, base: &Url, now: SystemTime) -> Result<(), ModelError> {
        let headers = self.headers(call, now).map_err(|error| {
            ModelError::new("signing_failed", format!("The call could not be signed: {error}. Check the AWS credentials."))
        })?;
        for (name, value) in headers {
            if name == "x-amz-date" {
                call.headers.push((name, value));
            } else {
                let value = secret(SERVICE, &value, base);
                call.headers.push((name, value.marker.clone()));
                call.secrets.push(value);
            }
        }
        Ok(())
    }

    fn headers(&self, call: &Request, now: SystemTime) -> Result<Vec<(String, String)>, Box<dyn Error + Send + Sync>> {
        let identity = self.credentials.clone().into();
        let settings = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(now)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = call.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(call.body.as_deref().unwrap_or_default());
        let (instructions, _) =
            sign(SignableRequest::new(call.method.as_str(), &call.url, headers, body)?, &settings)?.into_parts();
        Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
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
    use std::time::Duration;

    const BASE: &str = "https://bedrock-runtime.eu-west-1.amazonaws.com";

    fn signer(variables: &[(&str, &'static str)], base: &str) -> Result<Option<Signer>, InvalidProvider> {
        let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        Signer::from_env(variable, &base.parse().unwrap())
    }

    /// The headers that are added to a call, with their values.
    fn signed(signer: &Signer, path: &str, body: &str) -> Vec<(String, String)> {
        let mut call = Request::new(Method::POST, format!("{BASE}{path}"));
        call.headers.push(("content-type".into(), "application/json".into()));
        call.body = Some(body.to_owned().into());
        signer.sign(&mut call, &BASE.parse().unwrap(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)).unwrap();
        let value = |text: &str| call.secrets.iter().find(|secret| secret.marker == text).map(|secret| secret.value.clone());
        call.headers.iter().skip(1).map(|(name, text)| (name.clone(), value(text).unwrap_or_else(|| text.clone()))).collect()
    }

    #[test]
    fn a_signature_is_over_the_path_and_the_body_and_is_bound_to_the_host() {
        let keys = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")];
        let signer = signer(&keys, BASE).unwrap().unwrap();
        let one = signed(&signer, "/model/a%3A0/converse-stream", "{}");
        assert_eq!(one.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["x-amz-date", "authorization"]);
        assert_eq!(one[0].1, "20150830T123600Z");
        let start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/bedrock/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date, Signature=";
        // By another implementation: botocore's `SigV4Auth`.
        assert_eq!(one[1].1, format!("{start}772199e3fdf363591af43ca66cfccf97ceafe799b131181c678dd658c23be56f"));
        for (path, body) in [("/model/a%3A0/converse-stream", "{ }"), ("/model/a%3A1/converse-stream", "{}")] {
            let other = signed(&signer, path, body);
            assert!(other[1].1.starts_with(start) && other[1].1 != one[1].1);
        }
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
            assert_eq!(signer(&keys, base).unwrap().unwrap().region, region);
        }
        let headers = signed(&signer(&keys, BASE).unwrap().unwrap(), "/", "");
        assert!(headers.contains(&("x-amz-security-token".into(), "t0ken".into())), "{headers:?}");
        assert!(signer(&keys[..1], BASE).unwrap().is_none());
        assert!(signer(&keys[..2], "http://127.0.0.1:1").err().unwrap().to_string().starts_with("AWS_REGION: "));
    }
}
