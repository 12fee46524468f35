//! Each sender's handshake, as its documentation shows it, and the ids of deliveries.

use super::*;
use rookery_domain::{Kind, Time};

fn request(method: Method, query: &[(&str, &str)], headers: &[(&'static str, &str)]) -> HookRequest {
    HookRequest {
        method,
        headers: headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
        query: query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Vec::new(),
        now: Time(0),
    }
}

#[test]
fn handshakes_without_a_signature_are_answered() {
    let (get, post) = (Method::GET, Method::POST);
    let meta = [("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", "meatyhamhock")];
    let websub = [
        ("hub.mode", "subscribe"),
        ("hub.topic", "https://example.com/feed"),
        ("hub.challenge", "c9"),
        ("hub.lease_seconds", "60"),
    ];
    let graph =
        [("validationToken", "Validation: Testing client application reachability for subscription Request-Id: 522a8e7e")];
    for (sender, method, query, expected) in [
        (Sender::Meta, &get, &meta[..], Some(Answer::text("1158201444"))),
        (Sender::Meta, &post, &meta, None),
        (Sender::Meta, &get, &[("hub.mode", "else")], None),
        (Sender::Websub, &get, &websub, Some(Answer::text("c9"))),
        (Sender::Websub, &get, &[("hub.mode", "denied"), ("hub.reason", "gone")], Some(Answer::text(""))),
        (Sender::Websub, &get, &[("a", "b")], None),
        (Sender::Dropbox, &get, &[("challenge", "abc123")], Some(Answer::text("abc123"))),
        (Sender::Dropbox, &get, &[], None),
        (Sender::MicrosoftGraph, &post, &graph, Some(Answer::text(graph[0].1))),
        (Sender::MicrosoftGraph, &post, &[("validationtoken", "of SharePoint")], Some(Answer::text("of SharePoint"))),
        (Sender::MicrosoftGraph, &post, &[], None),
        (
            Sender::X,
            &get,
            &[("crc_token", "challenge_string"), ("nonce", "n")],
            Some(Answer::json(&json!({"response_token": "sha256=S/mG8E9n5SjoGuCqHguvP8K8uuu5ogCPF0dOpIdyZlk="}))),
        ),
        (Sender::X, &post, &[("crc_token", "challenge_string")], None),
        (Sender::Github, &get, &meta, None),
        (Sender::Slack, &get, &meta, None),
    ] {
        let answer = sender.handshake(&request(method.clone(), query, &[]), Some("consumer-secret"), Some("meatyhamhock"));
        assert_eq!(answer.unwrap(), expected, "{sender:?} {method} {query:?}");
    }
    for token in ["", "wrong", "meatyhamhock "] {
        let query = [("hub.mode", "subscribe"), ("hub.challenge", "1"), ("hub.verify_token", token)];
        let error = Sender::Meta.handshake(&request(Method::GET, &query, &[]), None, Some("meatyhamhock")).unwrap_err();
        assert_eq!(error.kind, Kind::NotVerified);
    }
    let without = request(Method::GET, &meta[..2], &[]);
    assert!(Sender::Meta.handshake(&without, None, Some("meatyhamhock")).is_err());
}

#[test]
fn handshakes_that_are_deliveries_are_answered() {
    let zoom = json!({"payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}, "event_ts": 1_654_503_849_680_i64, "event": "endpoint.url_validation"});
    for (sender, body, expected) in [
        (Sender::Slack, json!({"token": "J", "challenge": "3eZbrw", "type": "url_verification"}), Some(Answer::text("3eZbrw"))),
        (Sender::Slack, json!({"type": "event_callback", "challenge": "3eZbrw"}), None),
        (
            Sender::Zoom,
            zoom.clone(),
            Some(Answer::json(
                &json!({"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": "d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3"}),
            )),
        ),
        (Sender::Zoom, json!({"event": "meeting.started", "payload": {}}), None),
        (Sender::Discord, json!({"type": 1, "id": "1"}), Some(Answer::json(&json!({"type": 1})))),
        (Sender::Discord, json!({"version": 1, "application_id": "1", "type": 0}), Some(Answer::empty(204))),
        (Sender::Discord, json!({"type": 2}), None),
        (Sender::AwsSns, json!({"Type": "UnsubscribeConfirmation"}), Some(Answer::empty(200))),
        (Sender::AwsSns, json!({"Type": "Notification", "Message": "m"}), None),
        (Sender::Github, zoom, None),
        (Sender::Github, json!("text"), None),
    ] {
        let answer = sender.handshake_in(&body, Some("zoom-secret-token")).unwrap().map(|handshake| handshake.answer);
        assert_eq!(answer, expected, "{sender:?} {body}");
    }
}

#[test]
fn a_subscription_of_sns_is_confirmed_at_sns_alone() {
    let url = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:123456789012:MyTopic&Token=23";
    let of = |url: &str| Sender::AwsSns.handshake_in(&json!({"Type": "SubscriptionConfirmation", "SubscribeURL": url}), None);
    assert_eq!(of(url).unwrap().unwrap().confirm.as_deref(), Some(url));
    assert!(of("https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription").unwrap().is_some());
    for foreign in [
        "",
        "http://sns.us-west-2.amazonaws.com/",
        "https://sns.us-west-2.amazonaws.com.evil.example/",
        "https://evil.example/sns.us-west-2.amazonaws.com",
        "https://sns.evil.example.amazonaws.com/",
        "https://s3.us-west-2.amazonaws.com/",
        "https://sns.us-west-2.amazonaws.com:8443/",
        "https://user@sns.us-west-2.amazonaws.com/",
        "https://sns..amazonaws.com/",
    ] {
        assert_eq!(of(foreign).unwrap_err().kind, Kind::Invalid, "{foreign}");
    }
}

#[test]
fn the_senders_delivery_id_is_found() {
    let all = [("Idempotency-Key", "key"), ("webhook-id", "msg"), ("svix-id", "svix"), ("X-GitHub-Delivery", "guid")];
    let body = json!({"id": "evt_1", "event_id": "Ev1", "MessageId": "m1"});
    for (sender, headers, body, id) in [
        (Some(Sender::StandardWebhooks), &all[..], &body, Some("msg")),
        (Some(Sender::StandardWebhooks), &all[2..], &body, Some("svix")),
        (Some(Sender::Github), &all, &body, Some("guid")),
        (Some(Sender::Stripe), &all, &body, Some("evt_1")),
        (Some(Sender::Discord), &all, &body, Some("evt_1")),
        (Some(Sender::Slack), &all, &body, Some("Ev1")),
        (Some(Sender::Slack), &all, &json!({"a": "b"}), Some("key")),
        (Some(Sender::AwsSns), &all, &body, Some("m1")),
        (Some(Sender::AwsSns), &[("x-amz-sns-message-id", "raw")], &json!([]), Some("raw")),
        (Some(Sender::Zoom), &all, &body, Some("key")),
        (None, &all, &body, Some("key")),
        (None, &all[1..], &body, Some("msg")),
        (None, &all[2..], &body, Some("svix")),
        (None, &all[3..], &body, Some("guid")),
        (None, &[("Idempotency-Key", ""), ("webhook-id", "msg")], &body, Some("msg")),
        (None, &[("Idempotency-Key", "")], &body, None),
        (Some(Sender::Stripe), &[], &json!("text"), None),
    ] {
        assert_eq!(delivery_id(sender, &request(Method::POST, &[], headers), body).as_deref(), id, "{sender:?}");
    }
}
