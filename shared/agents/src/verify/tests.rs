//! The published examples of each scheme, and what must not pass.

use super::*;
use rookery_domain::Time;

const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const STRIPE_BODY: &str = r#"{"id":"evt_1","object":"event"}"#;
const SLACK_BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&\
    channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2F\
    hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&\
    trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

/// A scheme, its secret, and a request that it passes.
fn published() -> Vec<(Verify, &'static str, HookRequest)> {
    let standard = request(
        1_614_265_330,
        r#"{"test": 2432232314}"#,
        &[
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
    );
    let github = request(
        1_700_000_000,
        "Hello, World!",
        &[("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")],
    );
    let stripe = request(
        1_492_774_577,
        STRIPE_BODY,
        &[("Stripe-Signature", "t=1492774577,v1=654b43d3508ecadb3f8cefc4bc7d3d2bdc5ba9e03bf2c89b2d0657a8e24e4543")],
    );
    let slack = request(
        1_531_420_618,
        SLACK_BODY,
        &[
            ("X-Slack-Request-Timestamp", "1531420618"),
            ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        ],
    );
    let gitlab = Verify { header: Some("X-Gitlab-Token".into()), ..verify(Scheme::Token) };
    vec![
        (verify(Scheme::StandardWebhooks), STANDARD_SECRET, standard),
        (verify(Scheme::Github), "It's a Secret to Everybody", github),
        (verify(Scheme::Stripe), "whsec_test_secret", stripe),
        (verify(Scheme::Slack), "8f742231b10e8888abcd99yyyzzz85a5", slack),
        (verify(Scheme::Token), "s3cret", request(0, "", &[("Authorization", "Bearer s3cret")])),
        (gitlab, "s3cret", request(0, "", &[("X-Gitlab-Token", "s3cret")])),
    ]
}

fn verify(scheme: Scheme) -> Verify {
    Verify { scheme, credential: "hook_secret".into(), header: None }
}

fn request(now_seconds: i64, body: &str, headers: &[(&'static str, &str)]) -> HookRequest {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    HookRequest { method: http::Method::POST, headers, query: Vec::new(), body: body.into(), now: Time(now_seconds * 1000) }
}

fn set(request: &mut HookRequest, name: &str, value: &str) {
    request.headers.insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
}

#[test]
fn the_published_examples_pass() {
    for (verify, secret, request) in published() {
        verify.check(&request, Some(secret)).unwrap();
    }
}

#[test]
fn a_changed_body_a_wrong_secret_and_a_missing_header_are_refused() {
    for (verify, secret, request) in published() {
        let scheme = verify.scheme;
        let refused = |request: &HookRequest, secret: &str| {
            let error = verify.check(request, Some(secret)).expect_err(&format!("{scheme:?}"));
            assert_eq!((error.kind, error.code), (Kind::Unauthenticated, "not_verified"));
            assert!(error.message.contains(&format!("`{}`", verify.header())), "{}", error.message);
        };
        // Base64 as well, for Standard Webhooks.
        refused(&request, "c2VjcmV0");
        let mut wrong = request.clone();
        set(&mut wrong, verify.header(), "");
        if scheme == Scheme::Stripe {
            set(&mut wrong, verify.header(), "t=1492774577,v0=654b43d3508ecadb3f8cefc4bc7d3d2bdc5ba9e03bf2c89b2d0657a8e24e4543");
        }
        refused(&wrong, secret);
        wrong.headers.remove(verify.header());
        refused(&wrong, secret);
        if scheme != Scheme::Token {
            refused(&HookRequest { body: b"{}".to_vec(), ..request.clone() }, secret);
        }
    }
}

#[test]
fn without_a_secret_nothing_passes() {
    for (verify, _, request) in published() {
        for secret in [None, Some("")] {
            let error = verify.check(&request, secret).unwrap_err();
            assert_eq!(error.kind, Kind::Unavailable);
            assert!(error.message.contains("`hook_secret`") && error.message.contains("is not set"), "{}", error.message);
        }
    }
    let (verify, _, request) = published().remove(0);
    assert!(verify.check(&request, Some("whsec_???")).unwrap_err().message.contains("base64"));
}

#[test]
fn timestamps_are_taken_for_five_minutes_either_way() {
    for (verify, secret, request) in published() {
        let timed = matches!(verify.scheme, Scheme::StandardWebhooks | Scheme::Stripe | Scheme::Slack);
        for (seconds, in_window) in [(300, true), (-300, true), (301, false), (-301, false)] {
            let request = HookRequest { now: request.now.plus(seconds * 1000), ..request.clone() };
            assert_eq!(verify.check(&request, Some(secret)).is_ok(), in_window || !timed, "{:?} {seconds}", verify.scheme);
        }
    }
    for (name, value) in [("webhook-timestamp", "soon"), ("webhook-timestamp", "9223372036854775807")] {
        let (verify, secret, mut request) = published().remove(0);
        set(&mut request, name, value);
        assert!(verify.check(&request, Some(secret)).unwrap_err().message.contains("five minutes"));
    }
}

#[test]
fn one_of_several_signatures_is_enough() {
    let (verify, secret, mut request) = published().remove(0);
    set(&mut request, "webhook-signature", "v1a,eA== v1,eA== v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v2,eA==");
    verify.check(&request, Some(secret)).unwrap();
    let (verify, secret, mut request) = published().remove(2);
    let several = "t=1492774577,v1=00,v1=654b43d3508ecadb3f8cefc4bc7d3d2bdc5ba9e03bf2c89b2d0657a8e24e4543,v0=00";
    set(&mut request, "Stripe-Signature", several);
    verify.check(&request, Some(secret)).unwrap();
}

#[test]
fn the_senders_delivery_id_is_found() {
    let all = [("Idempotency-Key", "key"), ("webhook-id", "msg"), ("X-GitHub-Delivery", "guid")];
    let body = r#"{"id":"evt_1","event_id":"Ev1"}"#;
    for (scheme, headers, body, id) in [
        (Some(Scheme::StandardWebhooks), &all[..], body, Some("msg")),
        (Some(Scheme::Github), &all, body, Some("guid")),
        (Some(Scheme::Stripe), &all, body, Some("evt_1")),
        (Some(Scheme::Slack), &all, body, Some("Ev1")),
        (Some(Scheme::Slack), &all, "a=b", Some("key")),
        (Some(Scheme::Token), &all, body, Some("key")),
        (None, &all, body, Some("key")),
        (None, &all[1..], body, Some("msg")),
        (None, &all[2..], body, Some("guid")),
        (None, &[("Idempotency-Key", "")], body, None),
        (Some(Scheme::Stripe), &[], "not json", None),
        (None, &[], body, None),
    ] {
        assert_eq!(delivery_id(scheme, &request(0, body, headers)).as_deref(), id, "{scheme:?}");
    }
}

#[test]
fn slacks_challenge_is_found() {
    let of = |body| slack_challenge(&request(0, body, &[]));
    assert_eq!(of(r#"{"type":"url_verification","challenge":"3eZbrw"}"#).as_deref(), Some("3eZbrw"));
    assert_eq!(of(r#"{"type":"event_callback","challenge":"3eZbrw"}"#), None);
    assert_eq!(of("payload=1"), None);
}

#[test]
fn what_we_sign_is_the_published_example() {
    let signed =
        sign_standard_webhook(STANDARD_SECRET, r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#).unwrap();
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert!(sign_standard_webhook("whsec_not base64", "x").is_err());
}
