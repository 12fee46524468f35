//! Messages to services, which a server of this machine stands for: sent by credentials, out of a scenario of Huginn, with no secret in what is
//! shown; and how many of them pass.

use super::huginn::{agent as huginn_agent, import, status_of, workflow as imported};
use rookery_tests::{Reply, Sink, agent, cells, link, link_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The path of the webhook, and the other secrets.
const WEBHOOK: &str = "services/T0/B1/s3cret-webhook";
const SECRETS: [&str; 5] = [WEBHOOK, "s3cret-pushover", "s3cret-user", "12:s3cret-telegram", "s3cret-twilio"];

/// A scenario in which an event goes to all services.
fn scenario(sink: &Sink) -> Value {
    let api = sink.url();
    let agents = vec![
        huginn_agent("ManualEventAgent", "start", json!({"payload": {}})),
        huginn_agent(
            "SlackAgent",
            "slack",
            json!({
                "webhook_url": format!("{api}{WEBHOOK}"), "channel": "#general", "username": "Huginn", "icon": "", "message": "{{ text }}"
            }),
        ),
        huginn_agent(
            "PushoverAgent",
            "pushover",
            json!({
                "token": "s3cret-pushover", "user": "s3cret-user", "message": "{{ text }}", "title": "{{ title }}", "api_url": api,
                "expected_receive_period_in_days": "1"
            }),
        ),
        huginn_agent(
            "TelegramAgent",
            "telegram",
            json!({"auth_token": "12:s3cret-telegram", "chat_id": "7", "disable_notification": "true", "api_url": api}),
        ),
        huginn_agent(
            "TwilioAgent",
            "twilio",
            json!({
                "account_sid": "AC1", "auth_token": "s3cret-twilio", "sender_cell": "+1", "receiver_cell": "+2", "receive_text": "true",
                "receive_call": "false", "server_url": "http://somename.com:3000", "api_url": api
            }),
        ),
    ];
    let links: Vec<Value> = (1..agents.len()).map(|to| json!({"source": 0, "receiver": to})).collect();
    json!({"schema_version": 1, "name": "All", "guid": "0", "exported_at": "2026-08-01T10:00:00Z", "agents": agents, "links": links})
}

#[tokio::test]
async fn a_scenarios_messages_are_sent_and_its_secrets_are_shown_nowhere() {
    let sink = Sink::start();
    let mut rookery = super::rookery().calls(&sink).leaves_failures("http_error").env("RUST_LOG", "trace").start().await;
    let project = rookery.project().await;
    let made = import(&rookery, &project, "", &scenario(&sink)).await;
    assert_eq!(status_of(&made), ["mapped"; 5], "{made:#}");
    let workflow = imported(&rookery, &project, &made);
    workflow.start().await;
    let run = workflow.emit("guid-of-start", json!({"text": "Tea & more", "title": ""})).await;
    let tree = workflow.finished(&run).await;
    assert_eq!(tree["state"], "done", "{tree:#}");
    let requests = sink.requests();
    let sent: BTreeMap<&str, String> =
        requests.iter().map(|request| (request.path.as_str(), String::from_utf8(request.body.to_vec()).unwrap())).collect();
    assert_eq!(requests.len(), 4, "{sent:?}");
    let json_at = |path: &str| serde_json::from_str::<Value>(&sent[path]).unwrap();
    assert_eq!(json_at(&format!("/{WEBHOOK}")), json!({"text": "Tea & more", "channel": "#general", "username": "Huginn"}));
    assert_eq!(sent["/1/messages.json"], "token=s3cret-pushover&user=s3cret-user&message=Tea+%26+more");
    assert_eq!(
        json_at("/bot12:s3cret-telegram/sendMessage"),
        json!({"chat_id": "7", "text": "Tea & more", "disable_notification": true})
    );
    assert_eq!(sent["/2010-04-01/Accounts/AC1/Messages.json"], "From=%2B1&To=%2B2&Body=Tea+%26+more");
    let twilio = requests.iter().find(|request| request.path.contains("Accounts")).unwrap();
    assert_eq!(twilio.header("authorization"), "Basic QUMxOnMzY3JldC10d2lsaW8=");
    assert_eq!(workflow.payloads("guid-of-slack").await[0]["status"], 200);

    sink.otherwise(Reply::status(401));
    let run = workflow.emit("guid-of-start", json!({"text": "Tea"})).await;
    let failed = workflow.finished(&run).await;
    assert_eq!((&failed["state"], sink.requests().len()), (&json!("failed"), 8), "{failed:#}");
    let failures = workflow.failures(4).await;
    let events = workflow.list("/events").await;
    for secret in SECRETS {
        for (what, shown) in [
            ("the import's report", made.to_string()),
            ("the run", tree.to_string()),
            ("the run that failed", failed.to_string()),
            ("the failures", json!(failures).to_string()),
            ("the events", json!(events).to_string()),
            ("the workflow", workflow.get("").await.to_string()),
            ("the log", rookery.log()),
        ] {
            assert!(!shown.contains(secret), "{what} shows {secret}");
        }
    }
    let told = json!(events).to_string();
    assert!(told.contains("/bot***/sendMessage") && told.contains("\"***\""), "{told}");
}

#[tokio::test]
async fn a_secret_that_stands_plainly_is_not_shown_by_a_failure() {
    let sink = Sink::start();
    sink.otherwise(Reply::status(301).to("/bot12:s3cret-telegram/moved"));
    let mut rookery = super::rookery().calls(&sink).leaves_failures("redirect_refused").start().await;
    let config = json!({"auth_token": "12:s3cret-telegram", "chat_id": "7", "api_url": sink.url()});
    let options = cells([agent("start", "manual", json!({})), agent("tell", "telegram", config), link("start", "tell")]);
    let workflow = rookery.started(&options).await;
    let run = workflow.emit("start", json!({"text": "Tea"})).await;
    let tree = workflow.finished(&run).await;
    assert_eq!((&tree["state"], sink.requests().len()), (&json!("failed"), 1));
    for shown in [tree.to_string(), json!(workflow.list("/events").await).to_string(), rookery.log()] {
        assert!(!shown.contains("s3cret-telegram"), "{shown}");
    }
}

#[tokio::test]
async fn what_is_too_much_of_one_key_goes_another_way() {
    let mut rookery = super::rookery().start().await;
    let limit = json!({"limit": 2, "period_seconds": 86400, "key": "{{ user }}", "emit_on_limit": true});
    let told = |text: &str| json!({"instructions": {"text": format!("{text} {{{{ user }}}} {{{{ n }}}}")}});
    let options = cells([
        agent("start", "manual", json!({})),
        agent("limit", "rate_limit", limit),
        agent("first", "event_formatting", told("pass")),
        agent("rest", "event_formatting", told("rest")),
        link("start", "limit"),
        link_of("on_pass", "limit", "first"),
        link_of("on_limit", "limit", "rest"),
    ]);
    let workflow = rookery.started(&options).await;
    for (user, n) in [("a", 1), ("a", 2), ("b", 1), ("a", 3)] {
        let run = workflow.emit("start", json!({"user": user, "n": n})).await;
        assert_eq!(workflow.finished(&run).await["state"], "done");
    }
    let mut passed: Vec<String> = workflow.payloads("first").await.iter().map(|payload| payload["text"].to_string()).collect();
    passed.sort();
    assert_eq!(passed, ["\"pass a 1\"", "\"pass a 2\"", "\"pass b 1\""]);
    assert_eq!(workflow.payloads("rest").await, [json!({"text": "rest a 3"})]);
}
