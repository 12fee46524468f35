//! Agents of Huginn that send and read mails.

use super::super::Status;
use super::{agents, one};
use serde_json::json;

#[test]
fn folders_of_mails_are_read_with_a_password_for_their_server() {
    let mut options = json!({
        "expected_update_period_in_days": "1", "host": "imap.gmail.com", "port": "", "ssl": "true", "username": "you@gmail.com", "password": "s3cret-of-you",
        "folders": ["INBOX"], "conditions": {"subject": "", "from": ["*@example.com"], "is_unread": true, "flagged": "x"}, "mark_as_read": "false",
        "event_headers_style": "downcased"
    });
    let file = agents(json!([{"type": "Agents::ImapFolderAgent", "name": "Mails", "options": options}]));
    assert_eq!(
        (file.credentials[0].value.as_str(), file.credentials[0].hosts.as_slice()),
        ("s3cret-of-you", &["imap.gmail.com".to_owned()][..])
    );
    options["password"] = json!("{% credential mailbox %}");
    let (config, status, notes) = one("ImapFolderAgent", options.clone());
    let expected = json!({
        "host": "imap.gmail.com", "ssl": "true", "username": "you@gmail.com", "password": "{% credential mailbox %}", "folders": ["INBOX"],
        "conditions": {"from": ["*@example.com"], "is_unread": true}, "mark_as_read": "false", "schedule": "every_30m",
        "expected_update_period_in_days": 1
    });
    assert_eq!((config, status), (expected, Status::Mapped), "{notes:?}");
    assert!(notes.contains(&"conditions.flagged".to_owned()), "{notes:?}");
    options["conditions"]["from"] = json!(["{{ a }}"]);
    options["event_headers"] = json!(["List-Id"]);
    let (config, status, notes) = one("ImapFolderAgent", options);
    assert_eq!((&config["event_headers"], &config["event_headers_style"]), (&json!(["List-Id"]), &json!("downcased")));
    assert!(status == Status::Different && notes.contains(&"conditions".to_owned()), "{notes:?}");
}

#[test]
fn mails_are_taken_and_blamed_where_nobody_gets_them() {
    let options = json!({
        "subject": "{{ title }}", "headline": "h", "body": "", "recipients": ["a@b.c"], "content_type": "text/plain",
        "expected_receive_period_in_days": "2"
    });
    let taken = json!({"subject": "{{ title }}", "headline": "h", "recipients": ["a@b.c"], "content_type": "text/plain",
        "expected_receive_period_in_days": 2});
    assert_eq!(one("EmailAgent", options), (taken, Status::Mapped, vec![]));
    let (config, status, notes) = one("EmailDigestAgent", json!({"subject": "s", "recipients": "", "content_type": "html"}));
    assert_eq!((&config["schedule"], status), (&json!("5am"), Status::Different));
    assert!(notes.contains(&"content_type".to_owned()), "{notes:?}");
    let (_, status, notes) = one("EmailDigestAgent", json!({"subject": "s"}));
    assert_eq!((status, notes), (Status::Different, vec!["recipients".to_owned()]));
}
