//! Tests of `email_received`: what mails become, and what is remembered. A real server is in `tests/mail`.

use super::mail::Mail;
use super::taking::hash;
use crate::testing::{World, agent, cell, emitted, problem};
use crate::{AgentError, Context, Effects, Memory};
use proptest::prelude::*;
use rookery_domain::DeliveryId;
use serde_json::{Value, json};
use uuid::Uuid;

fn config(more: Value) -> Value {
    let mut config = json!({"host": "imap.example.com", "ssl": true, "username": "ada", "password": "{% credential mailbox %}"});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

async fn check(config: Value, world: &World, memory: Value) -> Result<Effects, AgentError> {
    let cell = cell();
    let mut cx = Context::new(&cell, DeliveryId(Uuid::nil()), world);
    cx.memory = memory;
    agent("email_received", config).check(&cx).await
}

fn memory(effects: &Effects) -> Value {
    let Memory::Set(memory) = &effects.memory else { panic!("nothing is remembered: {effects:?}") };
    memory.clone()
}

fn mail(id: &str, subject: &str, more: &str) -> String {
    format!(
        "Message-ID: <{id}>\r\nFrom: Ada <ada@example.com>\r\nTo: bo@example.org\r\nSubject: {subject}\r\n{more}\r\nHello.\r\n"
    )
}

fn read_to(uid: u32) -> Value {
    json!({"folders": {"INBOX": {"validity": 1, "uid": uid}}})
}

fn subjects(effects: &Effects) -> Vec<String> {
    effects.emit.iter().map(|emit| emit.payload.value()["subject"].as_str().unwrap_or("-").to_owned()).collect()
}

#[tokio::test]
async fn each_mail_comes_once_by_its_uid_and_its_id() {
    let mut world = World { mailbox: vec![("INBOX", 6, mail("1", "old", ""))], ..World::default() };
    let first = check(config(json!({})), &world, Value::Null).await.unwrap();
    assert_eq!(
        (emitted(&first).len(), memory(&first)),
        (0, json!({"folders": {"INBOX": {"validity": 1, "uid": 6}}, "seen": []}))
    );
    // A copy with the same id is the same mail; mails without an id are known by their uids.
    let without_id = "Subject: none\r\n\r\n".to_owned();
    let more = [(7, mail("2", "new", "")), (8, mail("2", "copy", "")), (9, without_id.clone()), (11, without_id)];
    world.mailbox.extend(more.map(|(uid, text)| ("INBOX", uid, text)));
    let second = check(config(json!({})), &world, memory(&first)).await.unwrap();
    assert_eq!(subjects(&second), ["new", "none", "none"]);
    assert_eq!(memory(&second)["folders"]["INBOX"], json!({"validity": 1, "uid": 11}));
    let third = check(config(json!({})), &world, memory(&second)).await.unwrap();
    assert_eq!((subjects(&third).len(), memory(&third)), (0, memory(&second)));
    // An attempt that comes again, since nothing was committed, emits the same.
    assert_eq!(check(config(json!({})), &world, memory(&first)).await.unwrap(), second);
}

#[tokio::test]
async fn the_last_hundred_ids_are_remembered() {
    let mails = (1..=150).map(|n| ("INBOX", n, mail(&n.to_string(), "a", "")));
    let world = World { mailbox: mails.collect(), ..World::default() };
    let effects = check(config(json!({})), &world, read_to(0)).await.unwrap();
    let seen = memory(&effects)["seen"].clone();
    assert_eq!((effects.emit.len(), seen.as_array().unwrap().len()), (150, 100));
    assert_eq!((&seen[0], &seen[99]), (&json!(hash("150")), &json!(hash("51"))));
}

#[tokio::test]
async fn what_was_emitted_is_marked_at_the_next_check_and_not_before() {
    let world =
        World { mailbox: vec![("INBOX", 5, mail("1", "wanted", "")), ("INBOX", 6, mail("2", "other", ""))], ..World::default() };
    let wants = config(json!({"delete": true, "conditions": {"subject": "^wanted"}}));
    let first = check(wants.clone(), &world, read_to(4)).await.unwrap();
    assert_eq!((subjects(&first), world.done.lock().unwrap().len()), (vec!["wanted".to_owned()], 0));
    let second = check(wants, &world, memory(&first)).await.unwrap();
    assert_eq!(*world.done.lock().unwrap(), [("INBOX".to_owned(), vec![5])]);
    assert_eq!(memory(&second)["folders"]["INBOX"], json!({"validity": 1, "uid": 6}));
}

#[tokio::test]
async fn a_folder_in_which_nothing_can_be_changed_is_read_all_the_same() {
    let world = World {
        mailbox: vec![("INBOX", 5, mail("1", "before", "")), ("INBOX", 6, mail("2", "new", ""))],
        unchangeable: Some(AgentError::fail("command_refused", "Only to be read.")),
        ..World::default()
    };
    let before = json!({"folders": {"INBOX": {"validity": 1, "uid": 5, "done": [5]}}});
    let effects = check(config(json!({"mark_as_read": true})), &world, before).await.unwrap();
    assert_eq!((subjects(&effects), effects.emit[0].groups[0].as_str()), (vec!["-".to_owned(), "new".to_owned()], "on_error"));
    assert_eq!(effects.emit[0].payload.value()["details"]["folder"], "INBOX");
    assert_eq!(memory(&effects)["folders"]["INBOX"], json!({"validity": 1, "uid": 6, "done": [6]}), "it is told of once");
}

#[tokio::test]
async fn a_folder_that_fails_keeps_its_place_and_one_that_is_numbered_anew_begins_anew() {
    let world = World {
        mailbox: vec![("INBOX", 5, mail("1", "a", "")), ("New", 9, mail("2", "b", ""))],
        unreachable: vec![("Gone", AgentError::fail("folder_refused", "No such folder."))],
        ..World::default()
    };
    let before = json!({"folders": {
        "INBOX": {"validity": 1, "uid": 4}, "Gone": {"validity": 1, "uid": 3, "done": [3]}, "New": {"validity": 7, "uid": 99}, "Left": {"validity": 1, "uid": 1}
    }});
    let effects = check(config(json!({"folders": ["INBOX", "Gone", "New"]})), &world, before.clone()).await.unwrap();
    let groups: Vec<&str> = effects.emit.iter().map(|emit| emit.groups[0].as_str()).collect();
    assert_eq!(groups, ["on_receive", "on_error"]);
    assert_eq!(effects.emit[1].payload.value()["details"]["folder"], "Gone");
    let expected =
        json!({"INBOX": {"validity": 1, "uid": 5}, "Gone": before["folders"]["Gone"], "New": {"validity": 1, "uid": 9}});
    assert_eq!(memory(&effects)["folders"], expected);
    let error = check(config(json!({"folders": "Gone"})), &world, Value::Null).await.unwrap_err();
    assert_eq!(error.code, "folder_refused");
}

#[tokio::test]
async fn more_than_one_delivery_may_emit_comes_in_the_next_checks() {
    let long = "x".repeat(200_000);
    let mails = (1..=40).map(|n| ("INBOX", n, mail(&n.to_string(), &n.to_string(), &format!("\r\n{long}"))));
    let world = World { mailbox: mails.collect(), ..World::default() };
    let (mut at, mut found) = (read_to(0), Vec::new());
    for _ in 0..4 {
        let effects = check(config(json!({})), &world, at).await.unwrap();
        assert!(effects.bytes() <= rookery_domain::limits::CHILDREN_BYTES);
        found.extend(subjects(&effects));
        at = memory(&effects);
    }
    assert_eq!(found, (1..=40).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn conditions_say_which_mails_come() {
    let with_file = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n--b\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n--b--\r\n";
    let world = World {
        mailbox: vec![
            ("INBOX", 1, mail("1", "=?utf-8?Q?Gr=C3=B6=C3=9Fe_12?=", "Cc: Cy <cy@example.net>\r\n")),
            ("INBOX", 2, mail("2", "file", with_file)),
        ],
        ..World::default()
    };
    for (conditions, expected) in [
        (json!({}), &["1", "2"][..]),
        (json!({"subject": "größe"}), &[]),
        (json!({"subject": "(?i)größe (?<size>\\d+)"}), &["1"]),
        (json!({"body": "^Text"}), &["2"]),
        (json!({"body": "Hello|Text", "from": "*@EXAMPLE.com"}), &["1", "2"]),
        (json!({"from": ["x@*", "ada@*"], "to": "bo@*", "cc": "{ann,cy}@*"}), &["1"]),
        (json!({"cc": "", "from": null, "subject": " "}), &["1", "2"]),
        (json!({"to": "ada@*"}), &[]),
        (json!({"has_attachment": "true"}), &["2"]),
        (json!({"has_attachment": false}), &["1"]),
    ] {
        let effects = check(config(json!({"conditions": conditions})), &world, read_to(0)).await.unwrap();
        let ids: Vec<&str> = effects.emit.iter().map(|emit| emit.payload.value()["message_id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{conditions}");
    }
    let size = config(json!({"conditions": {"subject": "(?<word>\\w+) (?<size>\\d+)"}}));
    let effects = check(size, &world, read_to(0)).await.unwrap();
    assert_eq!(effects.emit[0].payload.value()["matches"], json!({"word": "Größe", "size": "12"}));
}

#[tokio::test]
async fn a_mail_says_all_that_it_holds() {
    let text = "Message-ID: <a@b>\r\nFrom: =?iso-8859-1?Q?J=F6rg?= <jo@example.com>\r\nTo: a@x.y, \"B, C\" <b@x.y>\r\nCc: Team: c@x.y, d@x.y;\r\n\
                Subject: =?utf-8?B?8J+rliBUZWU=?=\r\nDate: Tue, 05 Mar 2024 10:00:00 -0800\r\nX-Tag: one\r\nX-Tag: =?utf-8?Q?zw=C3=B6lf?=\r\n\
                Content-Type: multipart/alternative; boundary=b\r\n\r\n\
                --b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<b>=FC</b>\r\n\
                --b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nw7xiZXI=\r\n--b--\r\n";
    let world = World { mailbox: vec![("INBOX", 1, text.to_owned())], ..World::default() };
    let all = json!({"event_headers": ["X-Tag", "x-none"], "event_headers_style": "snakecased", "event_headers_key": "h", "include_raw_mail": true});
    let effects = check(config(all), &world, read_to(0)).await.unwrap();
    let mut told = effects.emit[0].payload.value().clone();
    let raw = told.as_object_mut().unwrap().remove("raw_mail").unwrap();
    assert!(raw.as_str().unwrap().starts_with("TWVzc2FnZS1JRD"), "{raw}");
    let expected = json!({
        "message_id": "a@b", "folder": "INBOX", "subject": "🫖 Tee", "from": "jo@example.com", "to": ["a@x.y", "b@x.y"],
        "cc": ["c@x.y", "d@x.y"], "date": "2024-03-05T10:00:00-08:00", "mime_type": "text/plain", "body": "über", "matches": {},
        "has_attachment": false, "h": {"x_tag": ["one", "zwölf"]}
    });
    assert_eq!(told, expected);
    let html = check(config(json!({"mime_types": ["text/html", "text/plain"]})), &world, read_to(0)).await.unwrap();
    let told = html.emit[0].payload.value();
    assert_eq!((&told["mime_type"], &told["body"]), (&json!("text/html"), &json!("<b>ü</b>")));
    let none = check(config(json!({"mime_types": ["text/calendar"]})), &world, read_to(0)).await.unwrap();
    assert_eq!(none.emit[0].payload.value()["body"], "");
}

#[tokio::test]
async fn a_mail_that_is_too_large_for_an_event_is_cut() {
    let body = "\u{1}".repeat(300_000);
    let to: Vec<String> = (0..5_000).map(|n| format!("a{n}@example.com")).collect();
    let text = mail("1", "long", &format!("Cc: {}\r\n\r\n{body}", to.join(",\r\n ")));
    let world = World { mailbox: vec![("INBOX", 1, text)], ..World::default() };
    let effects = check(config(json!({"include_raw_mail": true})), &world, read_to(0)).await.unwrap();
    let told = effects.emit[0].payload.value();
    assert_eq!(told["body"].as_str().unwrap().len(), 20_000);
    assert_eq!((told["cc"].as_array().unwrap().len(), told.get("raw_mail")), (50, None));
    assert_eq!(effects.logs.len(), 2, "{:?}", effects.logs);
}

#[test]
fn problems_name_the_field() {
    for (more, field) in [
        (json!({"host": ""}), "host"),
        (json!({"host": "imap.example.com:993"}), "host"),
        (json!({"host": "a@b"}), "host"),
        (json!({"host": "*.example.com"}), "host"),
        (json!({"port": 0}), "port"),
        (json!({"username": " "}), "username"),
        (json!({"password": ""}), "password"),
        (json!({"folders": []}), "folders"),
        (json!({"conditions": {"subject": "("}}), "conditions.subject"),
        (json!({"conditions": {"body": "(?=a)"}}), "conditions.body"),
        (json!({"conditions": {"sender": "a"}}), "conditions.sender"),
        (json!({"event_headers": "a b"}), "event_headers"),
    ] {
        assert_eq!(problem("email_received", config(more.clone())), format!("config.{field}"), "{more}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read(text in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mail = Mail::read(&text, &["text/plain".to_owned()]);
        drop((mail.id(), mail.subject(), mail.texts().count(), mail.has_attachment()));
    }

    #[test]
    fn whatever_parts_a_mail_has_it_is_read(
        text in "(Content-Type: multipart/mixed; boundary=b\r\n|Content-Type: text/html; charset=x\r\n|--b(--)?\r\n|From: <|>|@|,|;|:|=\\?utf-8\\?B\\?|\\?=|Subject: |\r\n|a){0,30}"
    ) {
        let mail = Mail::read(text.as_bytes(), &["text/plain".to_owned()]);
        drop((mail.id(), mail.subject(), mail.texts().count(), mail.has_attachment()));
    }
}
