//! The stored form of messages, which old histories have, and sums.

use super::*;

fn every_part() -> Message {
    let seal = |text: &str| Some(Seal { wire: "anthropic".into(), text: text.into() });
    let args = Payload::parse(br#"{"n": 1.10}"#).unwrap();
    let call = |id: &str, args| ToolCall { id: id.into(), name: "read".into(), args, seal: None };
    Message {
        role: Role::Assistant,
        parts: vec![
            Part::Text("Hello 🦀".into()),
            Part::Image(ImageRef { media_type: "image/png".into(), at: ImageAt::File("a.png".into()) }),
            Part::Image(ImageRef { media_type: "image/png".into(), at: ImageAt::Url("https://example.com/a.png".into()) }),
            Part::Thinking(Thinking { text: "hm".into(), seal: seal("c2ln") }),
            Part::ToolCall(call("call_1", Args::Json(args))),
            Part::ToolCall(call("call_2", Args::Malformed("{\"n\": ".into()))),
            Part::ToolResult(ToolResult { call: "call_1".into(), is_error: false, text: "1".into() }),
        ],
    }
}

/// The text is the stored form: if it changes, old histories must still be read.
const STORED: &str = concat!(
    r#"{"role":"assistant","parts":[{"text":"Hello 🦀"},{"image":{"media_type":"image/png","at":{"file":"a.png"}}},"#,
    r#"{"image":{"media_type":"image/png","at":{"url":"https://example.com/a.png"}}},"#,
    r#"{"thinking":{"text":"hm","seal":{"wire":"anthropic","text":"c2ln"}}},"#,
    r#"{"tool_call":{"id":"call_1","name":"read","args":{"json":{"n": 1.10}}}},"#,
    r#"{"tool_call":{"id":"call_2","name":"read","args":{"malformed":"{\"n\": "}}},"#,
    r#"{"tool_result":{"call":"call_1","is_error":false,"text":"1"}}]}"#
);

#[test]
fn a_message_is_stored_in_this_form_and_read_again() {
    assert_eq!(serde_json::to_string(&every_part()).unwrap(), STORED);
    assert_eq!(serde_json::from_str::<Message>(STORED).unwrap(), every_part());
    assert_eq!(
        serde_json::to_string(&[Stop::End, Stop::Tools, Stop::Length, Stop::Refused]).unwrap(),
        r#"["end","tools","length","refused"]"#
    );
}

#[test]
fn a_field_of_a_later_version_is_passed_over() {
    let later = STORED.replace(r#""is_error":false"#, r#""is_error":false,"took_ms":5"#);
    assert_eq!(serde_json::from_str::<Message>(&later).unwrap(), every_part());
}

#[test]
fn texts_are_joined_and_calls_are_found() {
    let mut message = every_part();
    message.parts.push(Part::Text(" and bye".into()));
    assert_eq!(message.text(), "Hello 🦀 and bye");
    assert_eq!(message.tool_calls().map(|call| call.id.as_str()).collect::<Vec<_>>(), ["call_1", "call_2"]);
}

#[test]
fn usages_and_costs_add_up_and_never_overflow() {
    let one = Usage { input: 1, output: 2, cache_read: 3, cache_write: 4, total_tokens: 10 };
    let sum: Usage = [one, one].into_iter().sum();
    assert_eq!(sum, Usage { input: 2, output: 4, cache_read: 6, cache_write: 8, total_tokens: 20 });
    assert_eq!((Usage { input: u64::MAX, ..one } + one).input, u64::MAX);
    let cost = Cost { input: 0.5, total: 0.5, ..Cost::default() };
    assert_eq!([cost, cost].into_iter().sum::<Cost>(), Cost { input: 1.0, total: 1.0, ..Cost::default() });
}
