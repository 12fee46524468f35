//! Requests that only ask about a hook: probes and handshakes.

use super::*;

#[test]
fn probes_are_answered_and_are_no_events() {
    let of = |config: Value, method: Method, headers: &[(&'static str, &str)]| {
        let accepted = agent("webhook", config).hook(&request(method, headers, b""), None).unwrap();
        assert!(accepted.events.is_empty());
        let answer = accepted.answer.unwrap();
        let headers = answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>();
        (answer.status, headers.join("\n"))
    };
    let verified = json!({"verify": {"scheme": "github", "credential": "hook"}, "verbs": "post"});
    assert_eq!(of(verified.clone(), Method::HEAD, &[]), (200, String::new()));
    assert_eq!(of(verified, Method::OPTIONS, &[]), (204, "allow: POST".to_owned()));
    let asks = [
        ("origin", "https://shop.example.com"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    assert_eq!(
        of(json!({}), Method::OPTIONS, &asks),
        (204, "allow: GET, POST, PUT, PATCH, DELETE".to_owned()),
        "none by default"
    );
    let (status, headers) =
        of(json!({"cors": "https://Shop.example.com, https://b.test:8443", "verbs": "post,head"}), Method::OPTIONS, &asks);
    assert_eq!(status, 204);
    assert_eq!(
        headers,
        "allow: POST\naccess-control-allow-origin: https://shop.example.com\nvary: Origin\n\
         access-control-allow-methods: POST\naccess-control-max-age: 600\naccess-control-allow-headers: content-type"
    );
    let other = [("origin", "https://evil.example"), asks[1]];
    assert_eq!(
        of(json!({"cors": "https://shop.example.com"}), Method::OPTIONS, &other).1,
        "allow: GET, POST, PUT, PATCH, DELETE"
    );
    let sent = post(json!({"cors": "*"}), &[JSON, ("origin", "https://any.example")], "{}").unwrap();
    assert_eq!((only(&sent).payload.as_str(), sent.headers[0].1.as_str()), ("{}", "*"));
    assert!(post(json!({"cors": "*"}), &[JSON], "{}").unwrap().headers.is_empty());
}

#[test]
fn handshakes_are_answered_and_are_no_events() {
    let query = [("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", "meatyhamhock")];
    let query = |_| query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
    let meta = json!({"verify": {"scheme": "meta", "credential": "hook"}, "verify_token": "meatyhamhock", "verbs": "post"});
    let asked = HookRequest { query: query(()), ..request(Method::GET, &[], b"") };
    let accepted = agent("webhook", meta.clone()).hook(&asked, Some("s3cret")).unwrap();
    assert_eq!((accepted.events.len(), accepted.answer), (0, Some(Answer::text("1158201444"))));
    let mut strange = meta;
    strange["verify_token"] = json!("another");
    assert_eq!(agent("webhook", strange).hook(&asked, Some("s3cret")).unwrap_err().kind, Kind::NotVerified);
    // Without a known sender, it is a request like any other.
    assert_eq!(agent("webhook", json!({})).hook(&asked, None).unwrap().events.len(), 1);

    let zoom = json!({"verify": {"scheme": "zoom", "credential": "hook"}});
    let body = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    let headers = [
        JSON,
        ("x-zm-request-timestamp", "1531420618"),
        ("x-zm-signature", "v0=d6b307ab644b991140bd487da343b93e7ceec11348c5540fd666c57f75824cfa"),
    ];
    let accepted = post(zoom.clone(), &headers, body).unwrap();
    let expected = json!({"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": "f54f2d5fee8f181aab8371bada7fed9bb675eae464f18ed4fb91715244b58ef4"});
    assert_eq!((accepted.events.len(), accepted.answer), (0, Some(Answer::json(&expected))));
    assert_eq!(post(zoom, &headers[..2], body).unwrap_err().kind, Kind::NotVerified);

    let url = "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription";
    let body = json!({"Type": "SubscriptionConfirmation", "SubscribeURL": url}).to_string();
    let accepted = post(json!({"sender": "aws_sns"}), &[("content-type", "text/plain; charset=UTF-8")], body).unwrap();
    assert_eq!((accepted.events.len(), accepted.confirm.as_deref()), (0, Some(url)));
}

#[test]
fn slacks_handshake_is_answered_and_is_no_event() {
    let config = json!({"verify": {"scheme": "slack", "credential": "hook"}});
    let body = r#"{"type":"url_verification","challenge":"3eZbrw"}"#;
    // HMAC-SHA256 of "v0:1531420618:" and the body, with "s3cret".
    let signature = "v0=c963f221b06c6e91abf36ce357034ce9f8e223a83fbc4b5adc115f0754bfb51f";
    let headers = [JSON, ("x-slack-request-timestamp", "1531420618"), ("x-slack-signature", signature)];
    let accepted = post(config.clone(), &headers, body).unwrap();
    assert!(accepted.events.is_empty());
    assert_eq!(accepted.answer.unwrap().body, "3eZbrw");
    assert_eq!(post(config, &headers[..2], body).unwrap_err().kind, Kind::NotVerified);
    // Without a known sender, it is a body like any other.
    assert_eq!(payload(json!({}), &[JSON], body), body);
}
