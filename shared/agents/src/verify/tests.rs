//! The published examples of each scheme, and requests that must not pass.

use super::*;
use rookery_domain::Time;

const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const STRIPE_BODY: &str = r#"{"id":"evt_1","object":"event"}"#;
const SLACK_BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&\
    channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2F\
    hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&\
    trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

/// A scheme, its secret, and a request that must pass.
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
    let svix = request(
        1_614_265_330,
        r#"{"test": 2432232314}"#,
        &[
            ("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("svix-timestamp", "1614265330"),
            ("svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ],
    );
    let public = request(
        1_614_265_330,
        r#"{"a":1}"#,
        &[
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1614265330"),
            (
                "webhook-signature",
                "v1,eA== v1a,p4W8R+8LHKtthde+GHqQyYY8/T1OIcyHW9cpmSJsdvmx4s3nU2w6+GWW3ufdBG+f0JCFtndMIXFPxLTkXM8nCw==",
            ),
        ],
    );
    let meta = request(
        1_700_000_000,
        r#"{"object":"page"}"#,
        &[("X-Hub-Signature-256", "sha256=ae958d6f00b134dd32b95a9a76bedaaeb068c0949769358355023f7d1a0c580b")],
    );
    let zoom = request(
        1_700_000_000,
        r#"{"event":"meeting.started"}"#,
        &[
            ("x-zm-request-timestamp", "1700000000"),
            ("x-zm-signature", "v0=786c4446a640d95353b44534c52c31a8be0a5eadf45b4a1715cb39d62fa6acd1"),
        ],
    );
    let x = request(
        1_700_000_000,
        r#"{"for_user_id":"1"}"#,
        &[("x-twitter-webhooks-signature", "sha256=Hlco0COzwYOsSzVcCoqAGpNZdK3BYQku/gWz9SSGVjA=")],
    );
    let dropbox = request(
        1_700_000_000,
        r#"{"list_folder":{"accounts":["dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc"]}}"#,
        &[("X-Dropbox-Signature", "24ae1721acc7afaa9662c95e7f61cf98f5d80647a5f95493ab3d1fad5275ae2d")],
    );
    let discord = request(
        1_700_000_000,
        r#"{"type":2}"#,
        &[
            ("X-Signature-Timestamp", "1700000000"),
            (
                "X-Signature-Ed25519",
                "581b292c54015ea94e743e5d00e423d13ea25ae0c239186839de7b25312010046ee100ad33101d5a61062e81529253f4d73b686d7fb1b3643cd2fabef95b4901",
            ),
        ],
    );
    let gitlab = Verify { header: Some("X-Gitlab-Token".into()), ..verify(Scheme::Token) };
    vec![
        (verify(Scheme::StandardWebhooks), STANDARD_SECRET, standard),
        (verify(Scheme::Github), "It's a Secret to Everybody", github),
        (verify(Scheme::Stripe), "whsec_test_secret", stripe),
        (verify(Scheme::Slack), "8f742231b10e8888abcd99yyyzzz85a5", slack),
        (verify(Scheme::StandardWebhooks), STANDARD_SECRET.strip_prefix("whsec_").unwrap(), svix),
        (verify(Scheme::StandardWebhooks), "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", public),
        (verify(Scheme::Meta), "app-secret", meta),
        (verify(Scheme::Zoom), "zoom-secret-token", zoom),
        (verify(Scheme::X), "consumer-secret", x),
        (verify(Scheme::Dropbox), "dropbox-app-secret", dropbox),
        (verify(Scheme::Discord), "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8", discord),
        (verify(Scheme::Token), "s3cret", request(0, "", &[("Authorization", "Bearer s3cret")])),
        (gitlab, "s3cret", request(0, "", &[("X-Gitlab-Token", "s3cret")])),
    ]
}

fn verify(scheme: Scheme) -> Verify {
    Verify { scheme, credential: CredentialName("hook_secret".to_owned()), header: None }
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
            let is_bearer = scheme == Scheme::Token && verify.header.is_none();
            let kind = if is_bearer { Kind::Unauthenticated } else { Kind::NotVerified };
            assert_eq!((error.kind, error.code), (kind, "not_verified"));
            let is_named = verify.headers().iter().any(|header| error.message.contains(&format!("`{header}`")));
            assert!(is_named, "{}", error.message);
        };
        let header = *verify.headers().iter().find(|header| request.headers.contains_key(**header)).unwrap();
        let other = match scheme {
            Scheme::Discord => "0a".repeat(32),
            // The text is base64 as well, for Standard Webhooks.
            _ => "c2VjcmV0".to_owned(),
        };
        refused(&request, &other);
        let mut wrong = request.clone();
        set(&mut wrong, header, "");
        if scheme == Scheme::Stripe {
            set(&mut wrong, header, "t=1492774577,v0=654b43d3508ecadb3f8cefc4bc7d3d2bdc5ba9e03bf2c89b2d0657a8e24e4543");
        }
        refused(&wrong, secret);
        wrong.headers.remove(header);
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
        let timed =
            matches!(verify.scheme, Scheme::StandardWebhooks | Scheme::Stripe | Scheme::Slack | Scheme::Zoom | Scheme::Discord);
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
fn what_we_sign_is_the_published_example() {
    let signed =
        sign_standard_webhook(STANDARD_SECRET, r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#).unwrap();
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert!(sign_standard_webhook("whsec_not base64", "x").is_err());
    assert!(sign_standard_webhook("whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", "x").is_err());
}
