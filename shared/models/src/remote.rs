//! A model that is asked over HTTP: from a request through egress and a wire to the events of an answer. What a wire says is not
//! known here.

use crate::assemble::redact;
use crate::error::request_id;
use crate::provider::Provider;
use crate::wires::Decoder;
use crate::{Answer, Completed, Keys, Model, ModelError, ModelRequest, Retry, StreamEvent, Told, retry};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt, unfold};
use http::Method;
use rookery_domain::{ModelName, Time};
use rookery_egress::{Egress, HoldBack, Redactor, Request, Secret, StreamLimits, Streamed};
use std::collections::VecDeque;
use std::time::Duration;

/// The most that is read of an error's body, in bytes.
const MAX_ERROR: usize = 64 * 1024;
/// How long the end of a body is waited for once the answer is whole: a connection whose body was read to its end is used again.
const TAIL: Duration = Duration::from_millis(100);

/// A provider's model.
pub(crate) struct Remote {
    pub(crate) egress: Egress,
    pub(crate) provider: Provider,
    pub(crate) limits: StreamLimits,
}

#[async_trait]
impl Model for Remote {
    async fn stream(&self, request: &ModelRequest, keys: &dyn Keys) -> Result<Answer, ModelError> {
        let provider = &self.provider.name;
        let key = keys.key(provider).await.map_err(|error| {
            let message = format!("The key of the provider `{provider}` could not be read: {}", error.message);
            ModelError { retry: Retry::Backoff, ..ModelError::new("key_unavailable", message) }
        })?;
        let call = self.call(request, key)?;
        let answer = retry::until_answered(self.limits.first_byte, |first_byte| {
            let limits = StreamLimits { first_byte, ..self.limits };
            self.attempt(call.clone(), request, limits)
        });
        Ok(unfold(answer.await?, Coming::step).boxed())
    }
}

impl Remote {
    /// The call, as it is made however often it is tried. Errors: nothing opens it.
    fn call(&self, request: &ModelRequest, key: Option<Secret>) -> Result<Request, ModelError> {
        let Provider { wire, base, key_header, signer, .. } = &self.provider;
        let (path, query) = wire.path(request);
        let mut url = base.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        if let Some((name, value)) = query {
            url.query_pairs_mut().append_pair(name, value);
        }
        let mut call = Request::new(Method::POST, url);
        let accept = wire.framing().media_type();
        let own = [("content-type", "application/json"), ("accept", accept), ("idempotency-key", &request.key)];
        call.headers = own.iter().chain(wire.headers()).map(|(name, value)| (name.to_string(), value.to_string())).collect();
        call.body = Some(wire.body(request).to_string().into());
        match (key, signer) {
            (Some(key), _) => {
                let (name, before) = key_header.as_deref().map_or(wire.key_header(), |name| (name, ""));
                call.headers.push((name.to_owned(), format!("{before}{}", key.marker)));
                call.secrets.push(key);
            }
            (None, Some(signer)) => signer.sign(&mut call, base),
            (None, None) if self.provider.needs_key => return Err(self.provider.key_missing()),
            (None, None) => {}
        }
        Ok(call)
    }

    /// Makes the call once, and waits for the first frame of its answer.
    async fn attempt(&self, call: Request, request: &ModelRequest, limits: StreamLimits) -> Result<Coming, ModelError> {
        let secrets = call.secrets.clone();
        let redactor = || Redactor::new(secrets.iter().map(|secret| (secret.name.as_str(), secret.value.as_str())));
        let wire = self.provider.wire;
        let Streamed { status, headers, mut body } =
            self.egress.stream(call, limits).await.map_err(|error| ModelError::of_egress(&error))?;
        if !(200..300).contains(&status) {
            let text = beginning(&mut body).await;
            return Err(ModelError::refused(status, &headers, &redactor().redact(&text), Time::now()));
        }
        let content_type = headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
        if !content_type.is_none_or(|value| wire.framing().is_of(value)) {
            // Some servers tell an error with a status that says all is well.
            let told = serde_json::from_slice(&redactor().redact(&beginning(&mut body).await)).ok();
            let error = told.and_then(|told| ModelError::in_frame(&told));
            return Err(error.unwrap_or_else(|| ModelError::unreadable("it is no stream of events")));
        }
        let mut coming = Coming {
            frames: wire.framing().frames(body),
            decoder: Some(wire.decoder()),
            ready: VecDeque::new(),
            asked: request.model.clone(),
            key: request.key.clone(),
            request_id: request_id(&headers),
            text: HoldBack::new(redactor()),
            thinking: HoldBack::new(redactor()),
            redactor: redactor(),
        };
        coming.read().await?;
        Ok(coming)
    }
}

/// The beginning of an error's body; what breaks off is as long as it is.
async fn beginning(body: &mut BoxStream<'static, Result<Bytes, rookery_egress::EgressError>>) -> Vec<u8> {
    let mut text = Vec::new();
    while let Some(Ok(piece)) = body.next().await {
        text.extend_from_slice(&piece);
        if text.len() > MAX_ERROR {
            text.truncate(MAX_ERROR);
            break;
        }
    }
    text
}

/// An answer that is coming.
struct Coming {
    frames: BoxStream<'static, Result<String, ModelError>>,
    /// Gone after the end.
    decoder: Option<Box<dyn Decoder>>,
    /// Events that were read and not yet handed on.
    ready: VecDeque<StreamEvent>,
    asked: ModelName,
    key: String,
    request_id: Option<String>,
    text: HoldBack,
    thinking: HoldBack,
    redactor: Redactor,
}

impl Coming {
    /// The next event of the stream; an error is the last one.
    async fn step(mut self) -> Option<(Result<StreamEvent, ModelError>, Self)> {
        while self.ready.is_empty() && self.decoder.is_some() {
            if let Err(error) = self.read().await {
                self.decoder = None;
                return Some((Err(ModelError { began: true, ..error }), self));
            }
        }
        self.ready.pop_front().map(|event| (Ok(event), self))
    }

    /// Reads one frame, or the end.
    async fn read(&mut self) -> Result<(), ModelError> {
        self.decode().await.map_err(|error| {
            let provider = error.provider.map(|told| Told {
                text: self.redactor.redact_text(&told.text),
                request_id: self.request_id.clone(),
                ..told
            });
            ModelError { provider, ..error }
        })
    }

    async fn decode(&mut self) -> Result<(), ModelError> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let frame = self.frames.next().await.transpose()?;
        let events = match &frame {
            Some(frame) => decoder.frame(frame)?,
            None => Vec::new(),
        };
        for event in events {
            self.show(event);
        }
        if frame.is_none() {
            return self.finish();
        }
        if self.decoder.as_ref().is_some_and(|decoder| decoder.is_done()) {
            // What follows the end says nothing; an error there changes nothing, either.
            let _ = tokio::time::timeout(TAIL, self.frames.next()).await;
            return self.finish();
        }
        Ok(())
    }

    /// Hands an event on, without what may be a key.
    fn show(&mut self, event: StreamEvent) {
        match event {
            StreamEvent::Text(text) => {
                let text = self.text.push(text.into());
                self.say(text, StreamEvent::Text);
            }
            StreamEvent::Thinking(text) => {
                let text = self.thinking.push(text.into());
                self.say(text, StreamEvent::Thinking);
            }
            other => self.ready.push_back(other),
        }
    }

    fn say(&mut self, text: Bytes, event: fn(String) -> StreamEvent) {
        if !text.is_empty() {
            self.ready.push_back(event(String::from_utf8_lossy(&text).into_owned()));
        }
    }

    fn finish(&mut self) -> Result<(), ModelError> {
        let Some(decoder) = self.decoder.take() else { return Ok(()) };
        let mut end = decoder.end(&self.key)?;
        redact(&mut end.message, &self.redactor);
        for (rest, event) in [
            (self.thinking.finish(), StreamEvent::Thinking as fn(String) -> StreamEvent),
            (self.text.finish(), StreamEvent::Text),
        ] {
            self.say(rest, event);
        }
        self.ready.extend(end.message.tool_calls().cloned().map(StreamEvent::ToolCall));
        let model = match end.model.as_str() {
            "" => self.asked.to_string(),
            name => format!("{}/{name}", self.asked.provider()),
        };
        self.ready.push_back(StreamEvent::Done(Completed {
            message: end.message,
            stop: end.stop,
            usage: end.usage,
            model,
            request_id: self.request_id.clone(),
        }));
        Ok(())
    }
}
