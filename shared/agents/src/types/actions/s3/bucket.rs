//! A bucket, as one delivery calls it: its address, how its objects are named in URLs, and the calls that list and put them.

use super::listing::Page;
use super::refused::judged;
use crate::service::Service;
use crate::{AgentError, Context};
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rookery_egress::{AwsKey, Request};
use std::time::{Duration, Instant};

/// Everything but what RFC 3986 calls unreserved, which is what signatures are made of.
const PARAMETER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same in a path, where slashes stay.
const PATH: &AsciiSet = &PARAMETER.remove(b'/');
/// How long all calls of a delivery may take together.
const ALL_CALLS: Duration = Duration::from_secs(30);
/// The most bytes of an answer: a thousand names of 1,024 bytes, each of which is written as three, and what is said of them.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// The longest name of an object, in bytes.
pub(super) const MOST_NAME: usize = 1024;
/// How long a URL opens its object.
const LASTS: Duration = Duration::from_secs(3600);

/// A bucket.
pub(super) struct Bucket<'a> {
    pub(super) name: String,
    /// Its address, without a slash at its end.
    pub(super) base: String,
    key: AwsKey,
    service: &'a Service,
    begun: Instant,
}

/// The host of a bucket of Amazon's, and the path before the names of its objects. A name that no host may have, or that certificates do not
/// cover, stands in the path.
pub(super) fn address(region: &str, bucket: &str) -> (String, String) {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    let host = format!("s3.{region}.{domain}");
    let is_label = bucket.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_label { (format!("{bucket}.{host}"), String::new()) } else { (host, format!("/{bucket}")) }
}

impl<'a> Bucket<'a> {
    /// Errors: the name is none of a bucket.
    pub(super) fn open(service: &'a Service, key: AwsKey, endpoint: Option<&str>, name: &str) -> Result<Self, AgentError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if !(3..=255).contains(&name.len()) || !name.bytes().all(is_name) || name.contains("..") {
            let message = "`bucket`: its name has 3 to 63 letters, digits, dots and hyphens: give one like `my-photos`.";
            return Err(AgentError::fail("invalid_bucket", message));
        }
        let base = match endpoint {
            Some(endpoint) => format!("{endpoint}/{name}"),
            None => {
                let (host, path) = address(&key.region, name);
                format!("https://{host}{path}")
            }
        };
        Ok(Bucket { name: name.to_owned(), base, key, service, begun: Instant::now() })
    }

    /// Puts an object there, and gives its ETag.
    pub(super) async fn put(&self, cx: &Context<'_>, file: &str, data: String) -> Result<Option<String>, AgentError> {
        let url = self.url(file).filter(|_| (1..=MOST_NAME).contains(&file.len())).ok_or_else(|| {
            let message = format!(
                "`filename`: it gives no name of an object: it needs 1 to {MOST_NAME} bytes, and no part may be `.` or `..`."
            );
            AgentError::fail("invalid_filename", message)
        })?;
        let response = self.call(cx, Request { body: Some(data.into()), ..Request::new(Method::PUT, url) }).await?;
        Ok(response.header("etag").map(bare))
    }

    /// Lists a page of objects by their names: so many at most, those that begin with `prefix`, from where `from` says.
    pub(super) async fn list(&self, cx: &Context<'_>, prefix: &str, most: usize, from: &Begin) -> Result<Page, AgentError> {
        let most = most.to_string();
        let mut parameters = vec![("list-type", "2"), ("encoding-type", "url"), ("max-keys", most.as_str())];
        match from {
            Begin::Start => {}
            Begin::Behind(name) => parameters.push(("start-after", name)),
            Begin::Token(token) => parameters.push(("continuation-token", token)),
        }
        if !prefix.is_empty() {
            parameters.push(("prefix", prefix));
        }
        let parameters = parameters.iter().map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, PARAMETER)));
        let url = format!("{}/?{}", self.base, parameters.collect::<Vec<_>>().join("&"));
        let response = self.call(cx, Request::new(Method::GET, url)).await?;
        Page::read(&String::from_utf8_lossy(&response.body))
    }

    /// URLs that open these objects for a while; none where no URL can name one.
    pub(super) async fn urls(&self, cx: &Context<'_>, files: &[&str]) -> Result<Vec<Option<String>>, AgentError> {
        let urls: Vec<Option<String>> = files.iter().map(|file| self.url(file)).collect();
        let named = urls.iter().flatten().cloned().collect();
        let mut signed = self.service.presign(cx, &self.key, named, LASTS).await?.into_iter();
        Ok(urls.into_iter().map(|url| url.and_then(|_| signed.next())).collect())
    }

    /// The URL of an object. Readers of URLs resolve `.` and `..`, so that a name with such a part has none.
    fn url(&self, file: &str) -> Option<String> {
        let has_url = file.split('/').all(|part| part != "." && part != "..");
        has_url.then(|| format!("{}/{}", self.base, utf8_percent_encode(file, PATH)))
    }

    async fn call(&self, cx: &Context<'_>, request: Request) -> Result<rookery_egress::Response, AgentError> {
        let request = Request {
            aws: Some(self.key.clone()),
            timeout: Some(ALL_CALLS.saturating_sub(self.begun.elapsed())),
            max_body: Some(MOST_BYTES),
            ..request
        };
        self.service.ask_judged(cx, request, |response| judged(response, cx.now)).await
    }
}

/// Where a page begins.
#[derive(Debug)]
pub(super) enum Begin {
    Start,
    /// Behind the object with this name.
    Behind(String),
    /// Where the page ended that gave this token.
    Token(String),
}

/// An ETag without its quotes.
pub(super) fn bare(etag: &str) -> String {
    etag.trim().trim_matches('"').chars().take(128).collect()
}
