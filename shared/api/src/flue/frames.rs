//! An answer while it comes, as server-sent events. Each frame is one line of data, and `event` comes before it, since clients rely on both.

use super::error::FlueError;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream::{BoxStream, unfold};
use futures::{Stream, StreamExt};
use serde::Serialize;
use std::convert::Infallible;
use std::fmt::Write;
use std::time::Duration;

/// After how much silence a comment is sent: proxies and clients hang up on who is silent for long.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);

/// A frame: an event with its data, and its number if it has one.
pub(crate) fn frame(number: Option<u64>, event: &str, data: &impl Serialize) -> String {
    let mut frame = String::new();
    if let Some(number) = number {
        // Writing to a text never fails.
        let _ = writeln!(frame, "id: {number}");
    }
    let _ = write!(frame, "event: {event}\n{}", self::data(data));
    frame
}

/// A frame without a name: only its data.
pub(crate) fn data(data: &impl Serialize) -> String {
    let data = serde_json::to_string(data).unwrap_or_else(|error| {
        tracing::error!(%error, "the data of a frame is no JSON");
        "null".to_owned()
    });
    format!("data: {}\n\n", one_line(&data))
}

/// The event and the data of a frame; none for a comment.
pub(crate) fn read(frame: &str) -> Option<(&str, &str)> {
    let field = |name| frame.lines().find_map(|line| line.strip_prefix(name));
    Some((field("event: ")?, field("data: ")?))
}

/// Whether an answer is a stream of frames. Each part of its body is one.
pub(crate) fn is_stream(answer: &Response) -> bool {
    answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream")
}

/// The frame of an error, the last of its stream.
pub(crate) fn error_frame(error: &FlueError) -> String {
    frame(None, "error", &error.envelope())
}

/// Some clients also end a line at U+0085, U+2028 and U+2029. In JSON these can only be in texts, where they may be escaped.
fn one_line(json: &str) -> String {
    let mut line = String::with_capacity(json.len());
    for char in json.chars() {
        match char {
            '\u{85}' | '\u{2028}' | '\u{2029}' => drop(write!(line, "\\u{:04x}", u32::from(char))),
            char => line.push(char),
        }
    }
    line
}

/// The answer with these frames, and with comments where they are silent.
pub(crate) fn answer(frames: impl Stream<Item = String> + Send + 'static) -> Response {
    let body = Body::from_stream(beating(frames.boxed()).map(|text| Ok::<_, Infallible>(Bytes::from(text))));
    ([(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")], body).into_response()
}

fn beating(frames: BoxStream<'static, String>) -> impl Stream<Item = String> + Send {
    unfold(frames, async |mut frames| match tokio::time::timeout(HEARTBEAT, frames.next()).await {
        Ok(next) => next.map(|frame| (frame, frames)),
        Err(_) => Some((": heartbeat\n\n".to_owned(), frames)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_frame_is_one_line_of_data_whatever_is_in_it() {
        let text = "a\u{85}b\u{2028}c\u{2029}d\re\nf\u{0}\u{1f980}";
        let frame = frame(Some(7), "delta", &json!({"text": text}));
        let lines: Vec<&str> = frame.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}']).collect();
        assert_eq!((lines.len(), lines[0], lines[1], lines[3], lines[4]), (5, "id: 7", "event: delta", "", ""), "{frame:?}");
        let data: Value = serde_json::from_str(lines[2].strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data["text"], text);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_has_a_heartbeat_and_loses_nothing() {
        let frames = futures::stream::once(async {
            tokio::time::sleep(HEARTBEAT * 2 + Duration::from_secs(1)).await;
            "late".to_owned()
        });
        let seen: Vec<String> = beating(frames.boxed()).collect().await;
        assert_eq!(seen, [": heartbeat\n\n", ": heartbeat\n\n", "late"]);
    }
}
