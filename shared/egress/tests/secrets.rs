//! Credentials: where they may be sent, how they are written, and that no answer shows their values.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use http::Method;
use rookery_egress::{Egress, EgressError, Policy, Request, Response, Secret};
use support::{OK, Script, Server, Trap, egress, policy};

const MARKER: &str = "⟦credential:6b1f9c7e:api_key⟧";

fn secret(value: &str, hosts: &[&str]) -> Secret {
    Secret {
        name: "api_key".into(),
        marker: MARKER.into(),
        value: value.into(),
        hosts: hosts.iter().map(|host| host.to_string()).collect(),
    }
}

fn call(url: String, secret: Secret) -> Request {
    Request { secrets: vec![secret], ..Request::new(Method::POST, url) }
}

fn refused(result: Result<Response, EgressError>, code: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.code(), code);
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    assert!(!error.is_unknown());
}

#[tokio::test]
async fn a_secret_is_written_so_that_it_stays_one_value() {
    let server = Server::start("127.0.0.2", OK).await;
    let value = "a/b&c=\"d\"#ü e";
    let escaped = "a%2Fb%26c%3D%22d%22%23%C3%BC%20e";
    for (content_type, body, expected) in [
        ("application/json", format!("{{\"k\":\"{MARKER}\"}}"), "{\"k\":\"a/b&c=\\\"d\\\"#ü e\"}".to_owned()),
        ("application/x-www-form-urlencoded", format!("k={MARKER}&x=1"), format!("k={escaped}&x=1")),
        (
            "application/x-www-form-urlencoded",
            "k=%E2%9F%A6credential%3A6b1f9c7e%3Aapi_key%E2%9F%A7".into(),
            format!("k={escaped}"),
        ),
        ("text/plain", format!("k {MARKER} {MARKER}"), format!("k {value} {value}")),
    ] {
        let request = Request {
            headers: vec![("Content-Type".into(), content_type.into()), ("Authorization".into(), format!("Bearer {MARKER}"))],
            body: Some(body.into()),
            ..call(server.url(&format!("/p/{MARKER}/?k={MARKER}#{MARKER}")), secret(value, &["127.0.0.2"]))
        };
        egress().send(request).await.unwrap();
        let sent = server.requests().pop().unwrap();
        assert!(sent.starts_with(&format!("POST /p/{escaped}/?k={escaped} HTTP/1.1\r\n")), "{sent}");
        assert!(sent.contains(&format!("authorization: Bearer {value}\r\n")), "{sent}");
        assert!(sent.ends_with(&format!("\r\n\r\n{expected}")), "{sent}");
    }
}

#[tokio::test]
async fn a_secret_goes_to_its_hosts_only() {
    let server = Server::start("127.0.0.2", OK).await;
    let port = server.address.port();
    let names: &[&[&str]] = &[&["127.0.0.2"]];
    let resolver = Script::new(&[("api.example.com", names), ("example.com", names), ("api.example.com.evil.org", names)]);
    let egress = Egress::with_resolver(policy(&["127.0.0.2"]), resolver);
    for (hosts, host, expected) in [
        (&["api.example.com"][..], "api.example.com", true),
        (&["*.example.com"], "api.example.com", true),
        (&["other.org", &format!("api.example.com:{port}")], "API.example.com", true),
        (&[&format!("api.example.com:{}", port - 1)], "api.example.com", false),
        (&["*.example.com"], "example.com", false),
        (&["*.example.com", "api.example.com"], "api.example.com.evil.org", false),
        (&["api.example.com"], "127.0.0.2", false),
        (&["*"], "api.example.com", false),
        (&[], "api.example.com", false),
    ] {
        let before = server.requests().len();
        let result = egress.send(call(format!("http://{host}:{port}/?k={MARKER}"), secret("s3cret", hosts))).await;
        match expected {
            true => assert_eq!(result.unwrap().status, 200, "{hosts:?} {host}"),
            false => refused(result, "credential_refused"),
        }
        assert_eq!(server.requests().len(), before + usize::from(expected), "{hosts:?} {host}");
    }
    // The secret is offered but not used, so it need not be bound to this host.
    assert!(egress.send(call(server.url("/"), secret("s3cret", &[]))).await.is_ok());
}

#[tokio::test]
async fn a_marker_in_the_host_is_refused() {
    for url in [
        format!("http://{MARKER}/"),
        format!("http://{MARKER}.example.com/"),
        format!("http://example.com{MARKER}/"),
        format!("http://example.com:{MARKER}/"),
        format!("http://user:{MARKER}@example.com/"),
        format!("{MARKER}://example.com/"),
    ] {
        let error = egress().send(call(url.clone(), secret("s3cret", &["example.com"]))).await.unwrap_err();
        assert!(["credential_refused", "invalid_url"].contains(&error.code()), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_secret_that_is_a_whole_url_is_called_where_it_is_bound_to() {
    let reply = "HTTP/1.1 404 Not Found\r\nContent-Length: 26\r\n\r\nno /hooks/s3cret:T0/B1 here";
    let server = Server::start("127.0.0.2", reply).await;
    let url = server.url("/hooks/s3cret:T0/B1?a=b");
    let host = format!("127.0.0.2:{}", server.address.port());
    let answer = egress().send(call(MARKER.to_owned(), secret(&url, &[&host]))).await.unwrap();
    assert_eq!((answer.status, answer.url.as_str()), (404, MARKER), "nobody is told the address");
    assert!(server.requests()[0].starts_with("POST /hooks/s3cret:T0/B1?a=b HTTP/1.1\r\n"));
    for (value, hosts) in [
        (url.as_str(), &["127.0.0.1"][..]),
        (&url, &[]),
        ("s3cret", &["127.0.0.2"]),
        ("https://s3cret@127.0.0.2/", &["127.0.0.2"]),
    ] {
        refused(egress().send(call(MARKER.to_owned(), secret(value, hosts))).await, "credential_refused");
    }
    assert_eq!(server.requests().len(), 1);
    let token = secret("12:ab", &["127.0.0.2"]);
    egress().send(call(server.url(&format!("/bot{MARKER}/send")), token)).await.unwrap();
    assert!(server.requests()[1].starts_with("POST /bot12:ab/send HTTP/1.1\r\n"), "some servers want the colon as it is");
}

#[tokio::test]
async fn a_secret_crosses_plain_http_to_allowed_addresses_only() {
    let server = Server::start("127.0.0.2", OK).await;
    let url = |port: u16| format!("http://sink.example:{port}/?k={MARKER}");
    // A public address without TLS is refused, even if it appears only after an allowed one.
    let resolver = Script::new(&[("sink.example", &[&["127.0.0.2"], &["93.184.216.34"]])]);
    let egress = Egress::with_resolver(policy(&["127.0.0.2"]), resolver);
    let close = secret("s3cret", &["sink.example"]);
    assert!(egress.send(call(url(server.address.port()), close.clone())).await.is_ok());
    let trap = Trap::set("127.0.0.2:0".parse().unwrap());
    refused(egress.send(call(url(trap.address.port()), close.clone())).await, "credential_insecure");
    let mixed = Script::new(&[("sink.example", &[&["127.0.0.2", "93.184.216.34"]])]);
    let egress = Egress::with_resolver(policy(&["127.0.0.2"]), mixed);
    refused(egress.send(call(url(trap.address.port()), close.clone())).await, "credential_insecure");
    refused(
        Egress::new(Policy::default()).send(call("http://1.1.1.1/".to_owned() + MARKER, secret("s3cret", &["1.1.1.1"]))).await,
        "credential_insecure",
    );
    trap.assert_untouched();
}

#[tokio::test]
async fn answers_do_not_show_secrets() {
    let body = r#"s3cret "x" {"url":"?k=s3cret%20%22x%22","json":"s3cret \"x\""}"#;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nx-echo: k=s3cret \"x\"\r\nlocation: /?k=s3cret%20%22x%22\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let server = Server::start("127.0.0.2", answer).await;
    let response =
        egress().send(call(server.url(&format!("/?k={MARKER}")), secret("s3cret \"x\"", &["127.0.0.2"]))).await.unwrap();
    assert_eq!(response.header("x-echo"), Some("k=[credential api_key]"));
    assert_eq!(response.header("location"), Some("/?k=[credential api_key]"));
    let clean = r#"[credential api_key] {"url":"?k=[credential api_key]","json":"[credential api_key]"}"#;
    assert_eq!(response.body, clean);
}

#[tokio::test]
async fn a_secret_cannot_break_a_header() {
    let server = Server::start("127.0.0.2", OK).await;
    let request = Request {
        headers: vec![("Authorization".into(), format!("Bearer {MARKER}"))],
        ..call(server.url("/"), secret("s3cret\r\nX-Evil: 1", &["127.0.0.2"]))
    };
    refused(egress().send(request).await, "header_refused");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_secret_that_comes_back_packed_or_in_another_charset_is_taken_out() {
    use std::io::Read;
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(&b"you sent s3cret-value"[..], flate2::Compression::fast()).read_to_end(&mut packed).unwrap();
    let wide: Vec<u8> = "you sent s3cret-value".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (header, body) in [("content-encoding: gzip", packed), ("content-type: text/plain; charset=utf-16le", wide)] {
        let head = format!("HTTP/1.1 200 OK\r\n{header}\r\ncontent-length: {}\r\n\r\n", body.len());
        let server = Server::start("127.0.0.2", [head.as_bytes(), &body].concat()).await;
        let answer = egress().send(call(server.url("/"), secret("s3cret-value", &["127.0.0.2"]))).await.unwrap();
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(text.starts_with("you sent ") && !text.contains("s3cret"), "{text}");
    }
}

#[tokio::test]
async fn a_secret_in_a_part_of_a_form_or_in_a_headers_name_is_taken_out() {
    let value = "s3cret-Züri-value";
    let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let part = |head: &str, body: &[u8]| {
        [b"--B\r\ncontent-disposition: form-data; name=\"a\"", head.as_bytes(), b"\r\n\r\n", body, b"\r\n--B--\r\n"].concat()
    };
    for (content_type, body) in [
        ("multipart/form-data; boundary=B", part("\r\ncontent-type: text/plain; charset=utf-16be", &utf16)),
        ("multipart/form-data; boundary=B", part("\r\ncontent-type: text/plain; charset=iso-8859-1", b"s3cret-Z\xfcri-value")),
        ("multipart/form-data; boundary=B", part("; filename=\"f\"\r\ncontent-type: image/png", value.as_bytes())),
        ("application/x-www-form-urlencoded; charset=iso-8859-1", b"a=s3cret-Z%FCri-value".to_vec()),
        (
            "application/x-www-form-urlencoded; charset=utf-16le",
            utf16
                .chunks(2)
                .fold(b"a%00=".to_vec(), |all, unit| [all, format!("%{:02x}%{:02x}", unit[1], unit[0]).into()].concat()),
        ),
        ("text/plain; charset=iso-2022-jp", b"s3cre\x1b(Bt-Z".to_vec()),
    ] {
        let value = if content_type.contains("2022") { "s3cret-Z" } else { value };
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\nx-s3CRET-z: 1\r\ncontent-length: {length}\r\n\r\n");
        let server = Server::start("127.0.0.2", [head.as_bytes(), &body].concat()).await;
        let request = Request {
            headers: vec![("Authorization".into(), format!("Bearer {MARKER}"))],
            ..call(server.url("/"), secret(value, &["127.0.0.2"]))
        };
        let response = egress().send(request).await.unwrap();
        let read = rookery_media::read(response.header("content-type").unwrap(), &response.body).map(|body| format!("{body:?}"));
        assert!(read.as_ref().is_ok_and(|read| read.contains("[credential api_key]")), "{content_type}: {read:?}");
        assert!(!format!("{response:?}").contains("Züri"), "{response:?}");
        let is_named = response.headers.iter().any(|(name, _)| name == "x-[credential api_key]");
        assert_eq!(is_named, value == "s3cret-Z", "{:?}", response.headers);
    }
}
