//! What is sent for an event, in each attempt.

use crate::testing::{World, agent, cell, context, emitted, event, problem, problems};
use crate::{AgentError, Mail};
use serde_json::{Value, json};

fn config(more: Value) -> Value {
    let mut config = json!({"subject": "{{ title }} {{ now }}", "recipients": ["a@b.c", "{{ to }}"]});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

#[tokio::test]
async fn an_attempt_that_comes_again_sends_the_same_mail_to_those_who_lack_it() {
    let (cell, event) = (cell(), event("source", r#"{"title": "Tea", "to": "d@e.f"}"#));
    let email = agent("email", config(json!({})));
    let mut world = World { unreachable: vec![("d@e.f", AgentError::retry("mail_put_off", "later"))], ..World::default() };
    let error = email.receive(&context(&cell, &event, &world)).await.unwrap_err();
    assert_eq!(error.details.unwrap(), json!({"recipient": "d@e.f", "sent": ["a@b.c"]}));
    world.unreachable.clear();
    let mut cx = context(&cell, &event, &world);
    (cx.attempt, cx.now) = (1, rookery_domain::Time(9_000_000));
    let effects = email.receive(&cx).await.unwrap();
    assert_eq!(emitted(&effects), [("on_sent", r#"{"recipients":["a@b.c","d@e.f"],"subject":"Tea 1970-01-01T00:16:40.000Z"}"#)]);
    drop(cx);
    let mails: Vec<(String, Mail)> = world.mails.into_inner().unwrap();
    assert_eq!(mails.iter().map(|(to, _)| to.as_str()).collect::<Vec<_>>(), ["a@b.c", "d@e.f"], "each once");
    assert_eq!(mails[0].1, mails[1].1, "also what is made of `now`");
}

#[tokio::test]
async fn a_recipient_who_is_refused_does_not_keep_the_mail_from_others() {
    let (cell, event) = (cell(), event("source", r#"{"title": "Tea", "to": "d@e.f"}"#));
    let refused = AgentError::fail("recipient_refused", "no such user");
    let world = World { unreachable: vec![("a@b.c", refused)], ..World::default() };
    let effects = agent("email", config(json!({}))).receive(&context(&cell, &event, &world)).await.unwrap();
    let groups: Vec<&str> = emitted(&effects).into_iter().map(|(group, _)| group).collect();
    assert_eq!((groups, world.mails.lock().unwrap().len()), (vec!["on_sent", "on_error"], 1));
}

#[test]
fn errors_name_the_field() {
    for (more, field) in [
        (json!({"subject": " "}), "subject"),
        (json!({"subject": "{{ a"}), "subject"),
        (json!({"subject": "{% credential key %}"}), "subject"),
        (json!({"headline": "{{ a"}), "headline"),
        (json!({"body": "{{ a"}), "body"),
        (json!({"recipients": []}), "recipients"),
        (json!({"recipients": " "}), "recipients"),
        (json!({"recipients": null}), "recipients"),
        (json!({"recipients": ["a@b.c", "nobody"]}), "recipients[1]"),
        (json!({"recipients": "a@b.c, {{ d"}), "recipients"),
        (json!({"from": "nobody"}), "from"),
        (json!({"content_type": "text/html; charset=utf-8"}), "content_type"),
    ] {
        assert_eq!(problem("email", config(more.clone())), format!("config.{field}"), "{more}");
    }
    let lacking = problems("email", json!({"subject": "a"}));
    assert!(lacking[0].0 == "config.recipients" && lacking[0].1.contains("Say who gets the mail"), "{lacking:?}");
}
