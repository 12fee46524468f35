//! How the frames of an answer are packed: from the bytes of a body to the text of each frame. Frames are bounded here, since the
//! libraries that read them bound none. What a frame says is up to the wires.

mod event_stream;
mod sse;

use crate::ModelError;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use rookery_egress::EgressError;

/// The most bytes of a frame.
const MAX_FRAME: usize = 1 << 20;

/// A packing of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Server-sent events.
    Sse,
    /// The binary frames of AWS.
    EventStream,
}

impl Framing {
    /// The content type that is asked for.
    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Framing::Sse => "text/event-stream",
            Framing::EventStream => "application/vnd.amazon.eventstream",
        }
    }

    /// Whether an answer of this content type may have such frames.
    pub(crate) fn is_of(self, content_type: &str) -> bool {
        let word = match self {
            Framing::Sse => "event-stream",
            Framing::EventStream => "eventstream",
        };
        content_type.contains(word)
    }

    /// The text of each frame that has some. An error is the last item; a frame without its end is none.
    pub(crate) fn frames(
        self,
        body: BoxStream<'static, Result<Bytes, EgressError>>,
    ) -> BoxStream<'static, Result<String, ModelError>> {
        match self {
            Framing::Sse => sse::frames(body).boxed(),
            Framing::EventStream => event_stream::frames(body).boxed(),
        }
    }
}
