//! A store outside that speaks the API of S3: one bucket, whose objects are listed in pages, put and read by whoever signs as AWS says. Signatures are checked by
//! what its documentation says ("Create a signed AWS API request"), with no code of what is tested.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write;
use std::net::SocketAddr;
use std::ops::Bound;
use std::sync::{Arc, Mutex};

const NAME: &str = "my-photos";
const REGION: &str = "eu-central-1";
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Default)]
struct Store {
    objects: BTreeMap<String, Vec<u8>>,
    page: usize,
    script: VecDeque<(u16, String)>,
    calls: Vec<String>,
}

/// The store, on a thread of its own, which ends when this is dropped.
pub struct Bucket {
    addr: SocketAddr,
    store: Arc<Mutex<Store>>,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Bucket {
    /// The name of the bucket.
    pub const NAME: &str = NAME;
    /// Its region.
    pub const REGION: &str = REGION;
    /// The id of the key that opens it.
    pub const KEY: &str = "AKIDOFTHEJOURNEYS";
    /// The secret of the key.
    pub const SECRET: &str = "wJalr/of+the journeys=";

    /// Starts a store on a free port of loopback. The bucket is empty, and lists so many objects on a page at most.
    pub fn start(page: usize) -> Bucket {
        let store = Arc::new(Mutex::new(Store { page, ..Store::default() }));
        let (addr, stop) = crate::server::start(Router::new().fallback(answer).with_state(store.clone()));
        Bucket { addr, store, _stop: stop }
    }

    /// The store's address, in the form of `--egress-allow`.
    pub fn cidr(&self) -> String {
        format!("{}/32:{}", self.addr.ip(), self.addr.port())
    }

    /// The address of the store's API.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Puts an object there.
    pub fn set(&self, name: &str, data: &str) {
        self.store.lock().unwrap().objects.insert(name.to_owned(), data.into());
    }

    /// Removes an object.
    pub fn remove(&self, name: &str) {
        self.store.lock().unwrap().objects.remove(name).unwrap();
    }

    /// What an object holds.
    pub fn get(&self, name: &str) -> Option<String> {
        self.store.lock().unwrap().objects.get(name).map(|data| String::from_utf8(data.clone()).unwrap())
    }

    /// Sets how the next calls are answered, one after the other, whoever signs them.
    pub fn script(&self, answers: impl IntoIterator<Item = (u16, String)>) {
        self.store.lock().unwrap().script.extend(answers);
    }

    /// The calls so far: the method, the path and the query of each.
    pub fn calls(&self) -> Vec<String> {
        self.store.lock().unwrap().calls.clone()
    }
}

async fn answer(State(store): State<Arc<Mutex<Store>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut store = store.lock().unwrap();
    store.calls.push(format!("{} {}", head.method, head.uri));
    let answered = match store.script.pop_front() {
        Some((status, text)) => Err((status, text)),
        None => signed(&head, &body).and_then(|()| store.answer(&head, body)),
    };
    let response = Response::builder();
    match answered {
        Ok((tag, body)) => response.header("etag", tag).body(Body::from(body)),
        Err((status, text)) => response.status(status).header("content-type", "application/xml").body(Body::from(text)),
    }
    .unwrap()
}

/// An error, as S3 writes it.
fn error(status: u16, code: &str) -> (u16, String) {
    (
        status,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>Said by the store.</Message></Error>"
        ),
    )
}

fn tag(data: &[u8]) -> String {
    format!("\"{}\"", &hex(&Sha256::digest(data))[..32])
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

/// The parameters of a query, with their values as they were meant.
fn parameters(head: &Parts) -> Vec<(String, String)> {
    let pairs = head.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decoded(name), decoded(value))).collect()
}

impl Store {
    fn answer(&mut self, head: &Parts, body: Bytes) -> Result<(String, Vec<u8>), (u16, String)> {
        let path = head.uri.path().strip_prefix('/').unwrap();
        let (bucket, name) = path.split_once('/').unwrap_or((path, ""));
        if bucket != NAME {
            return Err(error(404, "NoSuchBucket"));
        }
        let name = decoded(name);
        match (&head.method, name.is_empty()) {
            (&Method::GET, true) => Ok((String::new(), self.list(parameters(head).into_iter().collect()).into_bytes())),
            (&Method::GET, false) => {
                let data = self.objects.get(&name).ok_or_else(|| error(404, "NoSuchKey"))?;
                Ok((tag(data), data.clone()))
            }
            (&Method::PUT, false) => {
                self.objects.insert(name, body.to_vec());
                Ok((tag(&body), Vec::new()))
            }
            _ => Err(error(405, "MethodNotAllowed")),
        }
    }

    /// A page of what is there (ListObjectsV2). Its token says which object was the last.
    fn list(&self, asked: HashMap<String, String>) -> String {
        assert_eq!((asked["list-type"].as_str(), asked["encoding-type"].as_str()), ("2", "url"));
        let most = asked["max-keys"].parse::<usize>().unwrap().min(self.page);
        let token = asked.get("continuation-token").map(|token| token.strip_prefix("token of/").unwrap().to_owned());
        let behind = token.or_else(|| asked.get("start-after").cloned()).map_or(Bound::Unbounded, Bound::Excluded);
        let prefix = asked.get("prefix").map(String::as_str).unwrap_or_default();
        let found = self.objects.range((behind, Bound::Unbounded)).filter(|(name, _)| name.starts_with(prefix));
        let mut found: Vec<_> = found.take(most + 1).collect();
        let goes_on = found.len() > most;
        found.truncate(most);
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{NAME}</Name>\
             <EncodingType>url</EncodingType><KeyCount>{}</KeyCount><IsTruncated>{goes_on}</IsTruncated>",
            found.len()
        );
        if goes_on {
            write!(text, "<NextContinuationToken>token of/{}</NextContinuationToken>", xml(found[most - 1].0)).unwrap();
        }
        for (name, data) in found {
            let (name, tag) = (utf8_percent_encode(name, ENCODED).to_string().replace("%20", "+"), xml(&tag(data)));
            let size = data.len();
            let modified = "2026-01-01T08:00:00.000Z";
            write!(text, "<Contents><Key>{name}</Key><LastModified>{modified}</LastModified><ETag>{tag}</ETag><Size>{size}</Size></Contents>")
                .unwrap();
        }
        text + "</ListBucketResult>"
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Whether a call is signed, in its headers or its query.
fn signed(head: &Parts, body: &[u8]) -> Result<(), (u16, String)> {
    let header = |headers: &HeaderMap, name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let mut parameters = parameters(head);
    let in_query = |name: &str| parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    let (credential, names, signature, time, hash, lasts) = match header(&head.headers, "authorization") {
        Some(authorization) => {
            let rest = authorization.strip_prefix("AWS4-HMAC-SHA256 ").unwrap();
            let parts: HashMap<&str, &str> = rest.split(',').map(|part| part.trim().split_once('=').unwrap()).collect();
            let part = |name: &str| parts[name].to_owned();
            let hash = header(&head.headers, "x-amz-content-sha256").unwrap();
            if hash != hex(&Sha256::digest(body)) {
                return Err(error(400, "XAmzContentSHA256Mismatch"));
            }
            let time = header(&head.headers, "x-amz-date").unwrap();
            (part("Credential"), part("SignedHeaders"), part("Signature"), time, hash, 900)
        }
        None => {
            let value = |name: &str| in_query(name).ok_or_else(|| error(403, "AccessDenied"));
            let lasts = value("X-Amz-Expires")?.parse().unwrap();
            let hash = "UNSIGNED-PAYLOAD".to_owned();
            (
                value("X-Amz-Credential")?,
                value("X-Amz-SignedHeaders")?,
                value("X-Amz-Signature")?,
                value("X-Amz-Date")?,
                hash,
                lasts,
            )
        }
    };
    let at = DateTime::strptime("%Y%m%dT%H%M%SZ", &time).unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp();
    if !(SignedDuration::from_mins(-15)..=SignedDuration::from_secs(lasts)).contains(&Timestamp::now().duration_since(at)) {
        return Err(error(403, "RequestTimeTooSkewed"));
    }
    let scope: Vec<&str> = credential.split('/').collect();
    let [id, day, region, service, end] = scope[..] else { panic!("{credential}") };
    assert_eq!((day, service, end), (&time[..8], "s3", "aws4_request"), "{credential}");
    if region != REGION {
        let (status, text) = error(400, "AuthorizationHeaderMalformed");
        return Err((status, text.replace("</Error>", &format!("<Region>{REGION}</Region></Error>"))));
    }
    if id != Bucket::KEY {
        return Err(error(403, "InvalidAccessKeyId"));
    }
    let path: Vec<String> =
        head.uri.path().split('/').map(|part| utf8_percent_encode(&decoded(part), ENCODED).to_string()).collect();
    parameters.retain(|(name, _)| name != "X-Amz-Signature");
    let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let mut query: Vec<String> = parameters.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    query.sort_unstable();
    assert!(names.split(';').any(|name| name == "host"), "{names}");
    let headers: String =
        names.split(';').map(|name| format!("{name}:{}\n", header(&head.headers, name).unwrap().trim())).collect();
    let canonical = format!("{}\n{}\n{}\n{headers}\n{names}\n{hash}", head.method, path.join("/"), query.join("&"));
    let digest = hex(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{day}/{region}/{service}/{end}\n{digest}");
    let first = format!("AWS4{}", Bucket::SECRET).into_bytes();
    let key = [day, region, service, end].iter().fold(first, |key, part| keyed(&key, part));
    if signature == hex(&keyed(&key, &to_sign)) { Ok(()) } else { Err(error(403, "SignatureDoesNotMatch")) }
}
