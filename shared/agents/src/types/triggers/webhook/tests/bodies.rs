//! How bodies and queries are read.

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(bytes, flate2::Compression::best());
    std::io::Read::read_to_end(&mut encoder, &mut packed).unwrap();
    packed
}

#[test]
fn bodies_come_packed_in_charsets_and_in_parts() {
    let packed = [JSON, ("content-encoding", "gzip")];
    assert_eq!(payload(json!({}), &packed, gzip(br#"{"n": 1.10}"#)), r#"{"n": 1.10}"#);
    let bomb = gzip(&vec![b' '; 10 * 1024 * 1024]);
    assert_eq!(post(json!({}), &packed, bomb).unwrap_err().kind, Kind::TooLarge);
    for (content_type, body, expected) in [
        ("application/json", &b"\xef\xbb\xbf{\"a\": 1}"[..], r#"{"a": 1}"#),
        ("text/plain; charset=ISO-8859-1", b"caf\xe9", r#"{"text":"café"}"#),
        ("text/plain", b"\xff\xfec\0a\0f\0\xe9\0", r#"{"text":"café"}"#),
        ("application/xml", b"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x80</a>", concat!(
            r#"{"text":"<?xml version=\"1.0\" encoding=\"windows-1252\"?>"#, "<a>€</a>\"}"
        )),
        ("application/x-www-form-urlencoded; charset=windows-1252", b"a=%80", r#"{"a":"€"}"#),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA\r\n--x\r\nContent-Disposition: form-data; name=\"f\"; \
              filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x00\xff\r\n--x--\r\n",
            r#"{"title":"A","f":{"name":"a.png","type":"image/png","size":2,"base64":"AP8="}}"#,
        ),
    ] {
        assert_eq!(payload(json!({}), &[("content-type", content_type)], body), expected);
    }
    let refused = post(json!({}), &[("content-type", "image/png")], "x").unwrap_err();
    assert!(refused.message.contains("`image/png`") && refused.details.contains("`multipart/form-data`"), "{refused:?}");
}

#[test]
fn json_in_a_text_is_read_where_the_sender_or_the_hook_says_so() {
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C%22n%22%3A1.10%7D";
    let inner = r#"{"ref":"refs/heads/main","n":1.10}"#;
    let github = json!({"verify": {"scheme": "github", "credential": "hook"}});
    let signature = "sha256=965fa3a953050eb77768ce224ef08b3e5a4d637f26d31cea7903805233c53552";
    assert_eq!(payload(github, &[form, ("x-hub-signature-256", signature)], body), inner);
    assert_eq!(payload(json!({"sender": "slack"}), &[form], body), inner);
    assert_eq!(payload(json!({"sender": "slack"}), &[form], "command=%2Fx&text=a"), r#"{"command":"/x","text":"a"}"#);
    assert_eq!(payload(json!({}), &[form], "payload=%7B%7D"), r#"{"payload":"{}"}"#, "not unless it is said");
    assert_eq!(payload(json!({"parse_json": ["payload"]}), &[form], body), format!(r#"{{"payload":{inner}}}"#));
    assert_eq!(payload(json!({"parse_json": ["payload"], "payload_path": "payload.ref"}), &[form], body), r#""refs/heads/main""#);

    let text = ("content-type", "text/plain; charset=UTF-8");
    assert_eq!(payload(json!({"parse_json": ["."]}), &[text], r#"{"n": 1.10}"#), r#"{"n": 1.10}"#);
    let sns = r#"{"Type":"Notification","MessageId":"m1","Message":"{\"n\":1.10}"}"#;
    let accepted = post(json!({"sender": "aws_sns", "parse_json": ["Message"]}), &[text], sns).unwrap();
    assert_eq!(only(&accepted).payload.as_str(), r#"{"Type":"Notification","MessageId":"m1","Message":{"n":1.10}}"#);
    assert_eq!(only(&accepted).key.as_deref(), Some("m1"));
    for (config, body) in [(json!({"parse_json": ["."]}), "x"), (json!({"parse_json": ["text"]}), "{")] {
        assert_eq!(post(config, &[text], body).unwrap_err().kind, Kind::Invalid);
    }
    assert_eq!(payload(json!({"parse_json": ["text", "none"]}), &[text], "[1]"), r#"{"text":[1]}"#);
}

#[test]
fn a_query_stands_where_the_hook_says() {
    let with = |config: Value, method: Method, headers: &[(&'static str, &str)], body: &str| {
        let query = vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())];
        let request = HookRequest { query, ..request(method, headers, body.as_bytes()) };
        only(&agent("webhook", config).hook(&request, None).unwrap()).payload.as_str().to_owned()
    };
    let keyed = || json!({"event_query_key": "query"});
    assert_eq!(with(keyed(), Method::POST, &[JSON], r#"{"n": 1.10}"#), r#"{"n":1.10,"query":{"a":["1","2"]}}"#);
    assert_eq!(with(keyed(), Method::POST, &[JSON], "[1]"), r#"{"payload":[1],"query":{"a":["1","2"]}}"#);
    assert_eq!(with(keyed(), Method::GET, &[], ""), r#"{"query":{"a":["1","2"]}}"#);
    assert_eq!(with(json!({}), Method::POST, &[JSON], r#"{"n": 1.10}"#), r#"{"n": 1.10}"#, "the very text");
}
