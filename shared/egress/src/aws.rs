//! Signatures of AWS (Signature Version 4): of calls, whose bytes [`crate::client`] makes, and of URLs that open what lies at them for a time. What is
//! called, and why, does not belong here.

use crate::EgressError;
use crate::secret::{self, Encoding, Secret};
use crate::target::Target;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningInstructions,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};
use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

/// The service whose paths are signed as they are written, and whose signatures name the hash of the body.
const S3: &str = "s3";

/// Who signs a call, and for what. The secret signs and is never sent.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsKey {
    /// The id of the access key, which is sent. It may have markers, as the secret and the token may.
    pub id: String,
    /// The secret of the access key.
    pub secret: String,
    /// The token of a session, which is sent, too.
    pub session_token: Option<String>,
    /// The region that is called.
    pub region: String,
    /// The service that is called, like `s3`.
    pub service: &'static str,
}

impl fmt::Debug for AwsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsKey").field("region", &self.region).field("service", &self.service).finish_non_exhaustive()
    }
}

impl AwsKey {
    /// Makes URLs by which whoever has them may GET what lies at these, without the key, for so long from now on. Nothing is called. Errors: a URL
    /// that no call may have, or to whose host a credential of the key is not bound.
    pub fn presign(&self, urls: &[String], lasts: Duration, secrets: &[Secret]) -> Result<Vec<String>, EgressError> {
        let mut used = Vec::new();
        let (key, now) = (self.filled(secrets, &mut used), SystemTime::now());
        let presign = |url: &String| {
            let target = Target::parse(url, secrets)?;
            used.iter().try_for_each(|secret| secret.check_host(&target))?;
            key.presigned(url, lasts, now)
        };
        urls.iter().map(presign).collect()
    }

    /// The same key with the values of credentials in the places of their markers. The credentials that are put in are added to `used`.
    pub(crate) fn filled<'s>(&self, secrets: &'s [Secret], used: &mut Vec<&'s Secret>) -> AwsKey {
        // A key that was copied has a line break at its end sometimes.
        let mut fill = |text: &str| {
            let filled = secret::fill(text.as_bytes(), secrets, Encoding::Plain, used);
            String::from_utf8_lossy(&filled).trim().to_owned()
        };
        AwsKey {
            id: fill(&self.id),
            secret: fill(&self.secret),
            session_token: self.session_token.as_deref().map(&mut fill),
            region: self.region.clone(),
            service: self.service,
        }
    }

    /// Adds the headers that open a call. Those that say what is sent are signed, and others are not, since proxies may change them.
    pub(crate) fn sign(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &mut HeaderMap,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(), EgressError> {
        let is_signed = |name: &HeaderName| *name == header::CONTENT_TYPE || name.as_str().starts_with("x-amz-");
        let signed = headers.iter().filter(|(name, _)| is_signed(name));
        let signed: Vec<(&str, &str)> = signed.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let instructions = self
            .instructions(method.as_str(), &uri.to_string(), signed, SignableBody::Bytes(body), self.settings(), now)
            .map_err(refused)?;
        for (name, value) in instructions.headers() {
            let name = HeaderName::try_from(name).map_err(refused)?;
            headers.insert(name, HeaderValue::try_from(value).map_err(refused)?);
        }
        Ok(())
    }

    fn presigned(&self, url: &str, lasts: Duration, now: SystemTime) -> Result<String, EgressError> {
        let mut settings = self.settings();
        (settings.signature_location, settings.expires_in) = (SignatureLocation::QueryParams, Some(lasts));
        let instructions =
            self.instructions("GET", url, Vec::new(), SignableBody::UnsignedPayload, settings, now).map_err(refused)?;
        let parameters = instructions.params().iter().map(|(name, value)| format!("{name}={}", Encoding::Percent.write(value)));
        let before = if url.contains('?') { '&' } else { '?' };
        Ok(format!("{url}{before}{}", parameters.collect::<Vec<_>>().join("&")))
    }

    fn settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        if self.service == S3 {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings
    }

    fn instructions(
        &self,
        method: &str,
        url: &str,
        headers: Vec<(&str, &str)>,
        body: SignableBody<'_>,
        settings: SigningSettings,
        now: SystemTime,
    ) -> Result<SigningInstructions, Box<dyn Error + Send + Sync>> {
        let identity = Credentials::new(&self.id, &self.secret, self.session_token.clone(), None, "call").into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(now)
            .settings(settings)
            .build()?
            .into();
        let request = SignableRequest::new(method, url, headers.into_iter(), body)?;
        Ok(sign(request, &parameters)?.into_parts().0)
    }
}

fn refused(_: impl Into<Box<dyn Error + Send + Sync>>) -> EgressError {
    let reason = "no signature can be made of the access key; look at its id, its secret, its token and the region";
    EgressError::HeaderRefused { name: "Authorization".to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: &str = "https://examplebucket.s3.amazonaws.com";
    /// 2013-05-24, the day of the examples of AWS.
    const DAY: u64 = 1_369_353_600;

    fn key() -> AwsKey {
        AwsKey {
            id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
            region: "us-east-1".to_owned(),
            service: S3,
        }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn signed(
        key: &AwsKey,
        method: Method,
        url: &str,
        headers: &[(&'static str, &'static str)],
        body: &str,
        now: u64,
    ) -> HeaderMap {
        let given = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut headers: HeaderMap = given.collect();
        key.sign(&method, &url.parse().unwrap(), &mut headers, body.as_bytes(), at(now)).unwrap();
        headers
    }

    /// The signatures that AWS publishes ("Signature Calculations for the Authorization Header" of the S3 API).
    #[test]
    fn signatures_are_those_that_aws_publishes() {
        for (path, signature) in [
            ("/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
            ("/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        ] {
            let headers = signed(&key(), Method::GET, &format!("{BUCKET}{path}"), &[("user-agent", "any")], "", DAY);
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
                 SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}"
            );
            assert_eq!(headers["authorization"], expected, "{path}");
            assert_eq!(headers["x-amz-date"], "20130524T000000Z");
        }
    }

    /// The URL that AWS publishes ("Authenticating Requests: Using Query Parameters").
    #[test]
    fn a_url_is_signed_as_aws_publishes_it() {
        let url = key().presigned(&format!("{BUCKET}/test.txt"), Duration::from_secs(86_400), at(DAY)).unwrap();
        let (path, query) = url.split_once('?').unwrap();
        let mut parameters: Vec<&str> = query.split('&').collect();
        parameters.sort_unstable();
        let expected = [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
            "X-Amz-Date=20130524T000000Z",
            "X-Amz-Expires=86400",
            "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            "X-Amz-SignedHeaders=host",
        ];
        assert_eq!((path, parameters), ("https://examplebucket.s3.amazonaws.com/test.txt", expected.to_vec()));
    }

    #[test]
    fn other_services_sign_paths_as_they_are_encoded_and_bodies_by_their_hash_alone() {
        let key = AwsKey {
            id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            region: "eu-west-1".to_owned(),
            service: "bedrock",
            ..key()
        };
        let call = |key: &AwsKey, path: &str, body: &str| {
            let url = format!("https://bedrock-runtime.eu-west-1.amazonaws.com{path}");
            signed(key, Method::POST, &url, &[("content-type", "application/json"), ("accept", "any")], body, 1_440_938_160)
        };
        let one = call(&key, "/model/a%3A0/converse-stream", "{}");
        let start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/bedrock/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date, Signature=";
        // By another implementation: botocore's `SigV4Auth`.
        assert_eq!(one["authorization"], format!("{start}772199e3fdf363591af43ca66cfccf97ceafe799b131181c678dd658c23be56f"));
        for (path, body) in [("/model/a%3A0/converse-stream", "{ }"), ("/model/a%3A1/converse-stream", "{}")] {
            assert_ne!(call(&key, path, body)["authorization"], one["authorization"]);
        }
        let with_token = AwsKey { session_token: Some("t0ken".to_owned()), ..key };
        assert_eq!(call(&with_token, "/", "")["x-amz-security-token"], "t0ken");
    }

    #[test]
    fn a_credential_signs_only_for_its_hosts_and_no_key_is_shown() {
        let secret = Secret {
            name: "aws".into(),
            marker: "[aws]".into(),
            value: format!("{}\n", key().secret),
            hosts: vec!["examplebucket.s3.amazonaws.com".into()],
        };
        let named = AwsKey { secret: "[aws]".into(), ..key() };
        assert_eq!(named.filled(std::slice::from_ref(&secret), &mut Vec::new()), key());
        let urls = |host: &str| [format!("https://{host}/a%20b")];
        let presign = |host: &str| named.presign(&urls(host), Duration::from_secs(60), std::slice::from_ref(&secret));
        let url = presign("examplebucket.s3.amazonaws.com").unwrap().remove(0);
        assert!(url.starts_with("https://examplebucket.s3.amazonaws.com/a%20b?X-Amz-") && !url.contains("wJalr"), "{url}");
        assert_eq!(presign("other.s3.amazonaws.com").unwrap_err().code(), "credential_refused");
        assert!(!format!("{:?}", key()).contains("wJalr"));
        let broken = AwsKey { id: "a\nb".into(), ..key() };
        assert_eq!(
            broken.sign(&Method::GET, &BUCKET.parse().unwrap(), &mut HeaderMap::new(), b"", at(DAY)).unwrap_err().code(),
            "header_refused"
        );
    }
}
