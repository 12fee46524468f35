//! The data of server-sent events.

use super::MAX_FRAME;
use crate::ModelError;
use bytes::Bytes;
use futures::Stream;
use futures::stream::StreamExt;
use rookery_egress::EgressError;
use sse_stream::SseByteStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Why the bytes ended.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Egress(#[from] EgressError),
    #[error("a frame is over {MAX_FRAME} bytes")]
    TooLong,
}

/// The data of each event that has some. Comments are passed over. An error is the last item.
pub(super) fn frames<S>(bytes: S) -> impl Stream<Item = Result<String, ModelError>> + Send
where
    S: Stream<Item = Result<Bytes, EgressError>> + Send + Unpin,
{
    // The bytes since the last frame, but for those that came in one piece with its end.
    let pending = Arc::new(AtomicUsize::new(0));
    let counted = pending.clone();
    let bounded = bytes.map(move |piece| {
        let piece = piece?;
        let sum = counted.fetch_add(piece.len(), Ordering::Relaxed) + piece.len();
        if sum > MAX_FRAME { Err(Broken::TooLong) } else { Ok(piece) }
    });
    SseByteStream::new(bounded).filter_map(move |event| {
        pending.store(0, Ordering::Relaxed);
        let data = match event {
            Ok(event) => event.data.filter(|data| !data.trim().is_empty()).map(Ok),
            Err(error) => Some(Err(reason(error))),
        };
        std::future::ready(data)
    })
}

fn reason(error: sse_stream::Error) -> ModelError {
    let sse_stream::Error::Body(cause) = &error else { return ModelError::unreadable(&error.to_string()) };
    match cause.downcast_ref::<Broken>() {
        Some(Broken::Egress(error)) => ModelError::of_egress(error),
        Some(long @ Broken::TooLong) => ModelError::unreadable(&long.to_string()),
        None => ModelError::unreadable(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use futures::stream::iter;

    fn read(pieces: Vec<Result<Bytes, EgressError>>) -> Vec<Result<String, ModelError>> {
        block_on(frames(iter(pieces)).collect())
    }

    fn pieces(text: &str, size: usize) -> Vec<Result<Bytes, EgressError>> {
        text.as_bytes().chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect()
    }

    #[test]
    fn comments_and_events_without_data_are_passed_over() {
        let text =
            ": still here\n\nevent: ping\n\ndata:\n\ndata: one\r\ndata: two\r\n\r\n:\n\nevent: x\ndata: ü\n\ndata: no end\n";
        for size in 1..text.len() {
            assert_eq!(read(pieces(text, size)), [Ok("one\ntwo".to_owned()), Ok("ü".to_owned())], "{size}");
        }
    }

    #[test]
    fn a_frame_is_bounded_and_a_stream_of_frames_is_not() {
        let fits = format!("data: {}\n\n", "x".repeat(MAX_FRAME / 2)).repeat(6);
        assert_eq!(read(pieces(&fits, 100_000)).iter().filter(|frame| frame.is_ok()).count(), 6);
        let long = format!("data: {}\n\n", "x".repeat(MAX_FRAME));
        let read = read(pieces(&long, 100_000));
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].as_ref().unwrap_err().code, "invalid_stream");
    }

    #[test]
    fn an_error_of_the_call_is_told() {
        let mut broken = pieces("data: one\n\n", 100);
        broken.push(Err(EgressError::BodyTooLarge(5)));
        let read = read(broken);
        assert_eq!((&read[0], read[1].as_ref().unwrap_err().code), (&Ok("one".to_owned()), "body_too_large"));
        assert_eq!(self::read(vec![Ok(Bytes::from_static(b"data: \xff\n\n"))])[0].as_ref().unwrap_err().code, "invalid_stream");
    }
}
