//! The binary frames of AWS (`application/vnd.amazon.eventstream`), as JSON: an event is `{TYPE: PAYLOAD}`, as the union of the API
//! that it is a member of, and an exception is `{"error": {"code", "message"}}`, as other providers write theirs.
//!
//! Egress takes credentials out of the bytes, and a frame that had one fits its checksum no more: such an answer ends in an error,
//! rather than in a text without the credential.

use super::MAX_FRAME;
use crate::ModelError;
use aws_smithy_eventstream::frame::read_message_from;
use aws_smithy_types::event_stream::Message;
use bytes::{Bytes, BytesMut};
use futures::Stream;
use futures::stream::{StreamExt, unfold};
use rookery_egress::EgressError;
use serde_json::{Value, json};

/// The text of each message. An error is the last item.
pub(super) fn frames<S>(bytes: S) -> impl Stream<Item = Result<String, ModelError>> + Send
where
    S: Stream<Item = Result<Bytes, EgressError>> + Send + Unpin,
{
    let reader = Reader { bytes, unread: BytesMut::new() };
    unfold(Some(reader), async |reader| {
        let mut reader = reader?;
        match reader.message().await.transpose()? {
            Ok(message) => Some((text(&message), Some(reader))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

struct Reader<S> {
    bytes: S,
    unread: BytesMut,
}

impl<S: Stream<Item = Result<Bytes, EgressError>> + Unpin> Reader<S> {
    /// The next message; `None` at the end.
    async fn message(&mut self) -> Result<Option<Message>, ModelError> {
        loop {
            if let Some(length) = self.length()?.filter(|length| *length <= self.unread.len()) {
                let message = read_message_from(self.unread.split_to(length));
                return message.map(Some).map_err(|error| ModelError::unreadable(&error.to_string()));
            }
            match self.bytes.next().await {
                Some(piece) => self.unread.extend_from_slice(&piece.map_err(|error| ModelError::of_egress(&error))?),
                None => return Ok(None),
            }
        }
    }

    /// The length of the next frame, which is its first four bytes, if they are there.
    fn length(&self) -> Result<Option<usize>, ModelError> {
        let Some(length) = self.unread.first_chunk().map(|bytes| u32::from_be_bytes(*bytes) as usize) else { return Ok(None) };
        if length > MAX_FRAME {
            return Err(ModelError::unreadable(&format!("a frame is over {MAX_FRAME} bytes")));
        }
        Ok(Some(length))
    }
}

fn text(message: &Message) -> Result<String, ModelError> {
    let header = |name: &str| {
        let header = message.headers().iter().find(|header| header.name().as_str() == name)?;
        header.value().as_string().ok().map(|value| value.as_str())
    };
    let payload = String::from_utf8_lossy(message.payload());
    let error = |code: Option<&str>, message: &str| json!({ "error": { "code": code, "message": message } }).to_string();
    match header(":message-type") {
        Some("event") => {
            let payload = if payload.is_empty() { "{}" } else { &payload };
            Ok(format!("{{{}:{payload}}}", Value::from(header(":event-type").unwrap_or_default())))
        }
        Some("exception") => {
            let told: Value = serde_json::from_str(&payload).unwrap_or_default();
            Ok(error(header(":exception-type"), told["message"].as_str().unwrap_or(&payload)))
        }
        Some("error") => Ok(error(header(":error-code"), header(":error-message").unwrap_or_default())),
        kind => Err(ModelError::unreadable(&format!("a frame is of the unknown kind {kind:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_eventstream::frame::write_message_to;
    use aws_smithy_types::event_stream::{Header, HeaderValue};
    use futures::executor::block_on;
    use futures::stream::iter;

    fn packed(headers: &[(&'static str, &'static str)], payload: &str) -> Vec<u8> {
        let message = Message::new(Bytes::copy_from_slice(payload.as_bytes()));
        let message = headers
            .iter()
            .fold(message, |message, (name, value)| message.add_header(Header::new(*name, HeaderValue::String((*value).into()))));
        let mut bytes = Vec::new();
        write_message_to(&message, &mut bytes).unwrap();
        bytes
    }

    fn event(kind: &'static str, payload: &str) -> Vec<u8> {
        packed(&[(":message-type", "event"), (":event-type", kind)], payload)
    }

    fn read(bytes: &[u8], size: usize) -> Vec<Result<String, ModelError>> {
        block_on(frames(iter(bytes.chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))))).collect())
    }

    #[test]
    fn messages_are_read_wherever_they_are_cut() {
        let whole = [event("messageStart", r#"{"role":"ü"}"#), event("new\"", ""), event("messageStop", "{}")].concat();
        let told = [r#"{"messageStart":{"role":"ü"}}"#, r#"{"new\"":{}}"#, r#"{"messageStop":{}}"#];
        for size in 1..=whole.len() {
            assert_eq!(read(&whole, size), told.map(|text| Ok(text.to_owned())), "{size}");
        }
        for end in 0..whole.len() {
            let read = read(&whole[..end], 1000);
            assert!(read.len() < 3 && read.iter().all(Result::is_ok), "what has no end is no message: {end}");
        }
    }

    #[test]
    fn a_byte_that_is_not_as_it_was_is_seen() {
        let whole = event("contentBlockDelta", r#"{"delta":{"text":"I"}}"#);
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut wrong = whole.clone();
                wrong[at] ^= 1 << bit;
                let read = read(&wrong, 1000);
                // A length that was changed is not known before so many bytes have come.
                assert!(read.is_empty() && at < 4 || read[0].as_ref().is_err_and(|error| error.code == "invalid_stream"), "{at}");
            }
        }
    }

    #[test]
    fn what_goes_wrong_is_an_error_of_one_form() {
        let exception =
            packed(&[(":message-type", "exception"), (":exception-type", "throttlingException")], r#"{"message":"Too many"}"#);
        let error = packed(&[(":message-type", "error"), (":error-code", "Internal"), (":error-message", "Oh")], "");
        let bare = packed(&[(":message-type", "exception")], "<html>");
        assert_eq!(
            read(&[exception, error, bare].concat(), 7),
            [
                Ok(r#"{"error":{"code":"throttlingException","message":"Too many"}}"#.to_owned()),
                Ok(r#"{"error":{"code":"Internal","message":"Oh"}}"#.to_owned()),
                Ok(r#"{"error":{"code":null,"message":"<html>"}}"#.to_owned()),
            ]
        );
        assert_eq!(read(&packed(&[], "{}"), 7)[0].as_ref().unwrap_err().code, "invalid_stream");
        assert_eq!(read(b"data: {}\n\n, which is no frame at all", 7)[0].as_ref().unwrap_err().code, "invalid_stream");
    }

    #[test]
    fn a_frame_is_bounded_and_a_stream_of_frames_is_not() {
        let fits = event("x", &format!("\"{}\"", "x".repeat(MAX_FRAME / 2))).repeat(6);
        assert_eq!(read(&fits, 100_000).iter().filter(|frame| frame.is_ok()).count(), 6);
        let long = event("x", &format!("\"{}\"", "x".repeat(2 * MAX_FRAME)));
        let read = read(&long, 100_000);
        assert_eq!((read.len(), read[0].as_ref().unwrap_err().code), (1, "invalid_stream"));
    }
}
