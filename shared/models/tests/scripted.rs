//! The demonstration's model, and scripts for tests.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use futures::StreamExt;
use rookery_domain::{Message, Part, Role, Stop, ThinkingLevel, ToolResult};
use rookery_egress::{Egress, Policy};
use rookery_models::{Completed, ModelRequest, Models, Providers, Said, Scripted, StreamEvent, ToolSpec, cost};
use serde_json::json;
use std::sync::Arc;

/// Says this to a scripted model, after what was said before, and gives its answer.
async fn say(model: &str, history: &mut Vec<Message>, message: Message) -> (String, Completed) {
    let providers = Arc::new(Providers::from_env([]).unwrap());
    let scripted = Scripted::default().saying("list", vec![Said::Text("One two".into()), Said::Call("list".into(), json!({}))]);
    let models = Models::new(Egress::new(Policy::default()), providers.clone(), scripted);
    history.push(message);
    let tool = |name: &str| ToolSpec { name: name.into(), description: String::new(), parameters: json!({}) };
    let request = ModelRequest {
        model: model.parse().unwrap(),
        system: String::new(),
        messages: history.clone(),
        files: Default::default(),
        tools: vec![tool("write"), tool("list")],
        thinking: ThinkingLevel::Off,
        max_output: None,
        key: format!("key-{}", history.len()),
    };
    let answer = models.find(&request.model).unwrap().stream(&request, &*providers).await.unwrap();
    let mut events: Vec<_> = answer.map(Result::unwrap).collect().await;
    let Some(StreamEvent::Done(end)) = events.pop() else { panic!("an answer has an end") };
    let texts = events.iter().filter_map(|event| if let StreamEvent::Text(text) = event { Some(text.as_str()) } else { None });
    let text = texts.collect();
    history.push(end.message.clone());
    (text, end)
}

fn result(of: &Completed, text: &str) -> Message {
    let call = of.message.tool_calls().next().unwrap().id.clone();
    Message { role: Role::User, parts: vec![Part::ToolResult(ToolResult { call, is_error: false, text: text.into() })] }
}

#[tokio::test]
async fn the_guide_says_what_it_is_and_keeps_notes() {
    let history = &mut Vec::new();
    let (text, end) = say("demo/guide", history, Message::user("Hello there")).await;
    assert!(text.contains("demonstration") && text.contains("\"Hello there\"") && text.contains("message 1 "), "{text}");
    assert_eq!((end.message.text(), end.stop, end.model.as_str(), end.usage.input), (text, Stop::End, "demo/guide", 2));
    assert_eq!(cost(&end.model, &end.usage).unwrap().total, 0.0);
    let (_, asked) = say("demo/guide", history, Message::user("Note: buy milk")).await;
    let call = asked.message.tool_calls().next().unwrap();
    assert_eq!((asked.stop, call.name.as_str()), (Stop::Tools, "write"));
    assert!(format!("{:?}", call.args).contains(r#"{"path":"notes/1.md","text":"buy milk"}"#), "{call:?}");
    let (text, end) = say("demo/guide", history, result(&asked, "18 bytes written")).await;
    assert!(end.stop == Stop::End && text.contains("18 bytes written"), "{text}");
    let (_, second) = say("demo/guide", history, Message::user("remember the eggs")).await;
    assert!(
        format!("{second:?}").contains("notes/2.md") && second.message.tool_calls().next() != asked.message.tool_calls().next()
    );
    let (_, called) = say("demo/guide", history, Message::user("call: grep {\"pattern\": \"milk\"}")).await;
    assert!(format!("{called:?}").contains(r#"name: "grep", args: Json({"pattern":"milk"})"#), "{called:?}");
    assert_eq!(say("demo/guide", history, Message::user("notes?")).await.1.message.tool_calls().next().unwrap().name, "list");
}

#[tokio::test]
async fn a_script_of_a_test_is_a_model() {
    let (text, end) = say("demo/list", &mut Vec::new(), Message::user("x")).await;
    assert_eq!((text.as_str(), end.stop, end.usage.output), ("One two", Stop::Tools, 2));
    let models = Models::new(Egress::new(Policy::default()), Arc::new(Providers::from_env([]).unwrap()), Scripted::default());
    assert!(models.find(&"demo/other".parse().unwrap()).err().unwrap().message.contains("`demo/guide`"));
}
