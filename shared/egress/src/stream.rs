//! An answer that is handed on while it comes. Its caps are its caller's, since answers of models take minutes; the rules for
//! addresses and credentials are those of every call. What the bytes mean is not known here.

use crate::cause::{Phase, classify};
use crate::client::{UnderWay, as_text, prepare};
use crate::{Egress, EgressError, HoldBack, Redactor, Request};
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt, unfold};
use http::header;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The caps on an answer that is streamed. The policy's timeout and largest body do not count for it.
#[derive(Debug, Clone, Copy)]
pub struct StreamLimits {
    /// From the call to the first byte of the answer's body.
    pub first_byte: Duration,
    /// From one piece of the body to the next, while the caller waits for it.
    pub idle: Duration,
    /// From the call to the last byte.
    pub total: Duration,
    /// The bytes of the body.
    pub bytes: usize,
}

impl Default for StreamLimits {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        StreamLimits { first_byte: minute, idle: minute, total: 10 * minute, bytes: 8 << 20 }
    }
}

/// An answer whose body is still coming, whatever its status.
pub struct Streamed {
    /// The status: 100 to 999.
    pub status: u16,
    /// The headers: names in lower case, in the order in which they came; bytes that are not UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// The body, without credentials as far as [`HoldBack`] finds them. An error is its last item. Dropping it ends the call: the
    /// connection is closed.
    pub body: BoxStream<'static, Result<Bytes, EgressError>>,
}

impl Egress {
    /// Makes one call, and hands on its answer while it comes. No content coding is asked for, and no redirect is followed; the
    /// request's own timeout has no effect.
    pub async fn stream(&self, request: Request, limits: StreamLimits) -> Result<Streamed, EgressError> {
        let began = Instant::now();
        let (total, first) = (began + limits.total, began + limits.first_byte);
        let under_way = UnderWay::new(self);
        let call = prepare(&request, "identity")?;
        let cut = || if first <= total { EgressError::Idle(limits.first_byte) } else { EgressError::Timeout(limits.total) };
        let (target, head, incoming) = timeout_at(first.min(total), self.open(call)).await.map_err(|_| cut())??;
        let host = target.host().to_owned();
        // Credentials in a packed body could not be found.
        if head.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(EgressError::InvalidResponse { host });
        }
        let redactor = Redactor::of(&request.secrets);
        let mut headers = as_text(&head.headers);
        for text in headers.iter_mut().flat_map(|(name, value)| [name, value]) {
            *text = redactor.redact_text(text);
        }
        let hold = HoldBack::new(redactor);
        let body = Body { incoming, host, limits, total, first: Some(first), left: limits.bytes, hold, _under_way: under_way };
        Ok(Streamed { status: head.status.as_u16(), headers, body: unfold(Some(body), step).boxed() })
    }
}

/// A body that is still coming.
struct Body {
    incoming: Incoming,
    host: String,
    limits: StreamLimits,
    /// When the whole answer must have come.
    total: Instant,
    /// When the first byte must have come, as long as none has.
    first: Option<Instant>,
    /// How many bytes may still come.
    left: usize,
    hold: HoldBack,
    _under_way: UnderWay,
}

/// The next item of the stream, and what is left of the body: nothing after its end or an error, so that the connection is closed
/// at once.
async fn step(body: Option<Body>) -> Option<(Result<Bytes, EgressError>, Option<Body>)> {
    let mut body = body?;
    loop {
        match body.frame().await {
            Ok(Some(bytes)) if bytes.is_empty() => {}
            Ok(Some(bytes)) => return Some((Ok(bytes), Some(body))),
            Ok(None) => {
                let rest = body.hold.finish();
                return (!rest.is_empty()).then_some((Ok(rest), None));
            }
            Err(error) => return Some((Err(error), None)),
        }
    }
}

impl Body {
    /// The next bytes that can be handed on, which may be none; `None` at the end.
    async fn frame(&mut self) -> Result<Option<Bytes>, EgressError> {
        let (quiet, cap) = match self.first {
            Some(first) => (first, self.limits.first_byte),
            None => (Instant::now() + self.limits.idle, self.limits.idle),
        };
        let cut = || if quiet <= self.total { EgressError::Idle(cap) } else { EgressError::Timeout(self.limits.total) };
        let frame = timeout_at(quiet.min(self.total), self.incoming.frame()).await.map_err(|_| cut())?;
        let Some(frame) = frame else { return Ok(None) };
        let frame = frame.map_err(|error| classify(&error, &self.host, Phase::Connected))?;
        // Trailers say nothing here.
        let Ok(bytes) = frame.into_data() else { return Ok(Some(Bytes::new())) };
        self.first = None;
        self.left = self.left.checked_sub(bytes.len()).ok_or(EgressError::BodyTooLarge(self.limits.bytes))?;
        Ok(Some(self.hold.push(bytes)))
    }
}
