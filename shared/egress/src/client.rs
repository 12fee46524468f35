//! Writing a request as bytes and reading its answer, within the policy's limits. Addresses are checked in [`crate::connect`].

use crate::answer::{redacted, unpacked};
use crate::cause::{Phase, classify};
use crate::connect::{Connector, Reach, Resolver, SystemResolver};
use crate::pool::{Pool, Unused, plain, secure};
use crate::redirect;
use crate::secret::{self, Encoding, Secret};
use crate::target::Target;
use crate::{EgressError, Policy, Request, Response};
use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::response::Parts;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

/// The most that a response's head may take, in bytes.
pub(crate) const MAX_HEAD: usize = 64 * 1024;
/// For how long a call may reach an address that its name no longer has; and there are as many unused connections to a host as a fan-out uses at
/// once, so that the next one need not connect again.
const UNUSED: Unused = Unused { kept: Duration::from_secs(15), of_each_host: 128 };
const USER_AGENT: &str = concat!("Rookery/", env!("CARGO_PKG_VERSION"));

/// Headers that a call may not set: the message's framing, its connection or its reader depends on them. RFC 9110, section 7.6.1,
/// and what follows from it.
const REFUSED_HEADERS: [HeaderName; 14] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    HeaderName::from_static("http2-settings"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::EXPECT,
    header::ACCEPT_ENCODING,
];

/// The client. Clones share connections.
#[derive(Clone)]
pub struct Egress {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) connector: Connector,
    plain: Pool,
    /// The client for secrets over plain HTTP: it connects only to allow-listed addresses, and shares no connection with `plain`.
    guarded: Pool,
    /// The client for https, made at its first use: reading the system's certificates takes milliseconds, which a start cannot spare.
    secure: OnceLock<Pool>,
    /// TLS with mail servers, made at its first use for the same reason.
    pub(crate) mail_tls: OnceLock<TlsConnector>,
    /// How many calls are under way.
    under_way: watch::Sender<usize>,
}

/// Counts a call as under way until it is dropped.
pub(crate) struct UnderWay(Arc<Inner>);

impl UnderWay {
    pub(crate) fn new(egress: &Egress) -> Self {
        egress.inner.under_way.send_modify(|calls| *calls += 1);
        UnderWay(egress.inner.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|calls| *calls -= 1);
    }
}

/// A request ready to be sent.
pub(crate) struct Call {
    request: http::Request<Full<Bytes>>,
    target: Target,
    has_secrets: bool,
}

impl Egress {
    /// Makes a client that resolves names as the system does. This is cheap, and opens nothing.
    pub fn new(policy: Policy) -> Self {
        Self::with_resolver(policy, Arc::new(SystemResolver))
    }

    /// Makes a client with its own resolver.
    pub fn with_resolver(policy: Policy, resolver: Arc<dyn Resolver>) -> Self {
        let connector = Connector { policy: Arc::new(policy), resolver, reach: Reach::Permitted };
        let guarded = Connector { reach: Reach::AllowListed, ..connector.clone() };
        let (plain, guarded) = (plain(connector.clone(), UNUSED), plain(guarded, UNUSED));
        let inner = Inner {
            plain,
            guarded,
            secure: OnceLock::new(),
            mail_tls: OnceLock::new(),
            connector,
            under_way: watch::Sender::new(0),
        };
        Egress { inner: Arc::new(inner) }
    }

    /// How many calls are under way, now and whenever that changes.
    pub fn calls_under_way(&self) -> watch::Receiver<usize> {
        self.inner.under_way.subscribe()
    }

    /// The addresses that a call to this URL would try now, or why it would be refused. The name is resolved, and nothing is
    /// sent; a later call resolves and checks again.
    pub async fn check(&self, url: &str) -> Result<Vec<SocketAddr>, EgressError> {
        let target = Target::parse(url, &[])?;
        self.inner.connector.addresses(target.host(), target.port()).await
    }

    /// Makes one call, and follows its redirects as far as the request allows. Any other answer is `Ok`, whatever its status.
    pub async fn send(&self, request: Request) -> Result<Response, EgressError> {
        let policy = &self.inner.connector.policy;
        let limit = request.timeout.map_or(policy.timeout, |asked| asked.min(policy.timeout));
        let _under_way = UnderWay::new(self);
        let response = tokio::time::timeout(limit, self.follow(&request)).await.map_err(|_| EgressError::Timeout(limit))??;
        redacted(response, &request.secrets, request.max_body.unwrap_or(policy.max_body))
    }

    async fn follow(&self, request: &Request) -> Result<Response, EgressError> {
        let mut hop = Cow::Borrowed(request);
        for _ in 0..=request.redirects {
            let response = self.exchange(prepare(&hop, rookery_media::CODINGS)?, &hop).await?;
            match redirect::next(&hop, &response)? {
                Some(next) => hop = Cow::Owned(next),
                None => return Ok(Response { url: hop.url.clone(), ..response }),
            }
        }
        Err(EgressError::TooManyRedirects(request.redirects))
    }

    async fn exchange(&self, call: Call, request: &Request) -> Result<Response, EgressError> {
        let (target, head, body) = self.open(call).await?;
        let max_body = request.max_body.unwrap_or(self.inner.connector.policy.max_body);
        read(head, body, target.host(), max_body, request.charset.as_deref()).await
    }

    /// Sends the call, and waits for the head of its answer.
    pub(crate) fn open(&self, call: Call) -> BoxFuture<'_, Result<(Target, Parts, Incoming), EgressError>> {
        Box::pin(async move {
            let Call { request, target, has_secrets } = call;
            let host = target.host();
            let (head, body) = match (target.is_secure(), has_secrets) {
                (true, _) => begin(self.secure(host)?, request, host).await?,
                (false, true) => begin(&self.inner.guarded, request, host).await?,
                (false, false) => begin(&self.inner.plain, request, host).await?,
            };
            Ok((target, head, body))
        })
    }

    fn secure(&self, host: &str) -> Result<&Pool, EgressError> {
        if let Some(pool) = self.inner.secure.get() {
            return Ok(pool);
        }
        let pool = secure(self.inner.connector.clone(), UNUSED)
            .map_err(|reason| EgressError::TlsFailed { host: host.to_owned(), reason: reason.to_owned() })?;
        Ok(self.inner.secure.get_or_init(|| pool))
    }
}

/// Makes the bytes of a call, whose answer may come in these content codings.
pub(crate) fn prepare(request: &Request, codings: &'static str) -> Result<Call, EgressError> {
    if [http::Method::CONNECT, http::Method::TRACE].contains(&request.method) {
        return Err(EgressError::MethodRefused(request.method.to_string()));
    }
    let secrets = &request.secrets;
    let mut used = Vec::new();
    let target = Target::of(&request.url, secrets, &mut used)?;
    let uri = target.uri(secrets, &mut used)?;
    let mut headers = headers(&request.headers, secrets, &mut used)?;
    if let Some(pair) = &request.basic_auth {
        let pair = secret::fill(pair.as_bytes(), secrets, Encoding::Plain, &mut used);
        let value = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair)));
        let refused = |_| EgressError::HeaderRefused { name: "Authorization".to_owned(), reason: "it is too long" };
        headers.insert(header::AUTHORIZATION, value.map_err(refused)?);
    }
    // No coding is asked for with a range: a part of a packed body could not be unpacked.
    if !headers.contains_key(header::RANGE) {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(codings));
    }
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let body = request.body.clone().unwrap_or_default();
    let body = match secret::fill(&body, secrets, Encoding::of_body(content_type), &mut used) {
        Cow::Borrowed(_) => body.clone(),
        Cow::Owned(filled) => Bytes::from(filled),
    };
    if let Some(key) = &request.aws {
        key.filled(secrets, &mut used).sign(&request.method, &uri, &mut headers, &body, SystemTime::now())?;
    }
    used.iter().try_for_each(|secret| secret.check_host(&target))?;
    let mut message = http::Request::new(Full::new(body));
    *message.method_mut() = request.method.clone();
    *message.uri_mut() = uri;
    *message.headers_mut() = headers;
    let has_secrets = !used.is_empty();
    Ok(Call { request: message, target, has_secrets })
}

fn headers<'s>(given: &[(String, String)], secrets: &'s [Secret], used: &mut Vec<&'s Secret>) -> Result<HeaderMap, EgressError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let refused = |reason| EgressError::HeaderRefused { name: name.chars().take(64).collect(), reason };
        let key = HeaderName::try_from(name).map_err(|_| refused("its name is not a token; use letters, digits and -"))?;
        if REFUSED_HEADERS.contains(&key) {
            return Err(refused("it is set by the client or would change how the message is read; leave it out"));
        }
        let value = secret::fill(value.as_bytes(), secrets, Encoding::Plain, used);
        let value = HeaderValue::from_bytes(&value)
            .map_err(|_| refused("its value, or a credential in it, holds a line break or another control character"))?;
        headers.try_append(key, value).map_err(|_| refused("there are too many headers; send fewer"))?;
    }
    headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
    Ok(headers)
}

async fn begin(pool: &Pool, request: http::Request<Full<Bytes>>, host: &str) -> Result<(Parts, Incoming), EgressError> {
    let response = pool
        .request(request)
        .await
        .map_err(|error| classify(&error, host, if error.is_connect() { Phase::Connecting } else { Phase::Connected }))?;
    let (head, body) = response.into_parts();
    // The library's own limit is on its buffer, and may be exceeded.
    if head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > MAX_HEAD {
        return Err(EgressError::HeadersTooLarge(MAX_HEAD));
    }
    Ok((head, body))
}

async fn read(head: Parts, body: Incoming, host: &str, max_body: usize, charset: Option<&str>) -> Result<Response, EgressError> {
    let body = Limited::new(body, max_body).collect().await.map_err(|error| {
        let too_large = error.is::<LengthLimitError>();
        if too_large { EgressError::BodyTooLarge(max_body) } else { classify(error.as_ref(), host, Phase::Connected) }
    })?;
    let headers = as_text(&head.headers);
    unpacked(
        Response { status: head.status.as_u16(), headers, body: body.to_bytes(), url: String::new() },
        host,
        max_body,
        charset,
    )
}

/// The headers as texts; bytes that are not UTF-8 are replaced.
pub(crate) fn as_text(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}
