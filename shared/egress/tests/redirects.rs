//! Redirects: which are followed; and that each hop is checked like a first call and gets no credential.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use http::Method;
use rookery_egress::{Egress, EgressError, Request, Response, Secret};
use support::{Script, Server, Trap, egress, policy};

const MARKER: &str = "⟦credential:6b1f9c7e:api_key⟧";

fn get(url: String) -> Request {
    Request { redirects: 3, ..Request::new(Method::GET, url) }
}

fn secret(hosts: &[&str]) -> Secret {
    let hosts = hosts.iter().map(|host| host.to_string()).collect();
    Secret { name: "api_key".into(), marker: MARKER.into(), value: "s3cret/value".into(), hosts }
}

fn paths(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.lines().next().unwrap().to_owned()).collect()
}

fn refused(result: Result<Response, EgressError>, code: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    assert!(!error.is_unknown() && !error.retryable());
}

#[tokio::test]
async fn get_and_head_follow_every_kind_and_keep_their_method() {
    let server = Server::redirecting(
        "127.0.0.2",
        &[
            ("/301", 301, "/302"),
            ("/302", 302, "303?a=%20b#c"),
            ("/303?a=%20b", 303, "/end"),
            ("/307", 307, "/308"),
            ("/308", 308, "./"),
        ],
    )
    .await;
    for method in [Method::GET, Method::HEAD] {
        let call = |path: &str| Request { method: method.clone(), ..get(server.url(path)) };
        assert_eq!(egress().send(call("/301")).await.unwrap().status, 200);
        assert_eq!(egress().send(call("/307")).await.unwrap().status, 200);
    }
    let expected = ["/301", "/302", "/303?a=%20b", "/end", "/307", "/308", "/"];
    let expected: Vec<_> =
        ["GET", "HEAD"].iter().flat_map(|method| expected.map(|path| format!("{method} {path} HTTP/1.1"))).collect();
    assert_eq!(paths(&server), expected);
}

#[tokio::test]
async fn what_may_change_something_is_not_made_again_elsewhere() {
    for status in [301, 302, 303, 307, 308] {
        let server = Server::redirecting("127.0.0.2", &[("/", status, "/next")]).await;
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            let call = Request { method, ..get(server.url("/")) };
            assert_eq!(egress().send(call).await.unwrap().status, status);
        }
        let with_body = Request { body: Some("query".into()), ..get(server.url("/")) };
        assert_eq!(egress().send(with_body).await.unwrap().status, status);
        assert_eq!(server.requests().len(), 5);
    }
}

#[tokio::test]
async fn a_circle_ends_at_the_count() {
    let server = Server::redirecting("127.0.0.2", &[("/a", 302, "/b"), ("/b", 302, "/a")]).await;
    refused(egress().send(get(server.url("/a"))).await, "too_many_redirects");
    assert_eq!(server.requests().len(), 4, "the first call and three redirects");
    let not_at_all = Request { redirects: 0, ..get(server.url("/a")) };
    assert_eq!(egress().send(not_at_all).await.unwrap().status, 302);
}

#[tokio::test]
async fn what_leads_nowhere_is_the_answer() {
    for answer in ["HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nlocation: /x\r\n\r\n"] {
        let server = Server::start("127.0.0.2", answer).await;
        assert!([302, 304].contains(&egress().send(get(server.url("/"))).await.unwrap().status));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_hop_is_checked_as_a_first_call_is() {
    let trap = Trap::set("127.0.0.1:0".parse().unwrap());
    let port = trap.address.port();
    let resolver = Script::new(&[
        ("inner.example", &[&["127.0.0.1"]]),
        ("turning.example", &[&["127.0.0.2", "127.0.0.1"]]),
        ("first.example", &[&["127.0.0.2"]]),
    ]);
    let egress = Egress::with_resolver(policy(&["127.0.0.2"]), resolver);
    for (to, code) in [
        (format!("http://127.0.0.1:{port}/"), "address_refused"),
        (format!("//127.0.0.1:{port}/"), "address_refused"),
        (format!("http://[::ffff:127.0.0.1]:{port}/"), "address_refused"),
        (format!("http://inner.example:{port}/"), "address_refused"),
        (format!("http://turning.example:{port}/"), "address_refused"),
        ("http://169.254.169.254/latest/meta-data/".into(), "address_refused"),
        ("https://10.0.0.1/".into(), "address_refused"),
        ("file:///etc/passwd".into(), "redirect_refused"),
        ("javascript:alert(1)".into(), "redirect_refused"),
        ("gopher://first.example/".into(), "redirect_refused"),
        (format!("http://user:pass@127.0.0.2:{port}/"), "redirect_refused"),
        ("\\\\127.0.0.1/".into(), "redirect_refused"),
        ("http://first.example:0/".into(), "redirect_refused"),
        (format!("/{}", "a".repeat(9000)), "redirect_refused"),
    ] {
        let server = Server::redirecting("127.0.0.2", &[("/", 302, &to)]).await;
        let url = format!("http://first.example:{}/", server.address.port());
        refused(egress.send(get(url)).await, code);
        assert_eq!(server.requests().len(), 1, "{to}");
    }
    trap.assert_untouched();
}

#[tokio::test]
async fn headers_that_identify_stay_with_their_site() {
    let other = Server::redirecting("127.0.0.2", &[]).await;
    let server = Server::redirecting("127.0.0.2", &[("/near", 302, "/far"), ("/far", 302, &other.url("/end"))]).await;
    let headers = [
        ("Authorization", "Bearer literal"),
        ("Cookie", "a=b"),
        ("X-Api-Key", "literal"),
        ("X-Secret", MARKER),
        ("User-Agent", MARKER),
        ("Accept", "text/html"),
        ("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ];
    let request = Request {
        headers: headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        secrets: vec![secret(&["127.0.0.2"])],
        ..get(server.url("/near"))
    };
    assert_eq!(egress().send(request).await.unwrap().status, 200);
    for near in server.requests() {
        for line in ["authorization: Bearer literal", "cookie: a=b", "x-api-key: literal", "x-secret: s3cret/value"] {
            assert!(near.lines().any(|sent| sent == line), "{line} in {near}");
        }
    }
    let mut far: Vec<_> = other.requests()[0].lines().skip(1).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    far.sort();
    let host = format!("host: {}", other.address);
    let ours = format!("user-agent: Rookery/{}", env!("CARGO_PKG_VERSION"));
    let trace = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert_eq!(far, ["accept-encoding: gzip, deflate", "accept: text/html", &host, trace, &ours]);
}

#[tokio::test]
async fn a_secret_that_the_server_writes_into_a_redirect_goes_to_its_hosts_only() {
    let other = Server::redirecting("127.0.0.2", &[]).await;
    let port = other.address.port();
    let names: &[&[&str]] = &[&["127.0.0.2"]];
    let resolver = Script::new(&[("api.example", names), ("evil.example", names), ("s3cret%2fvalue.evil.example", names)]);
    let egress = Egress::with_resolver(policy(&["127.0.0.2"]), resolver);
    for (to, code) in [
        (format!("http://evil.example:{port}/?k=s3cret/value"), Some("credential_refused")),
        (format!("http://evil.example:{port}/s3cret%2Fvalue"), Some("credential_refused")),
        (format!("http://api.example:{port}/?k=s3cret/value"), None),
    ] {
        let server = Server::redirecting("127.0.0.2", &[("/?k=s3cret%2Fvalue", 302, &to)]).await;
        let url = format!("http://api.example:{}/?k={MARKER}", server.address.port());
        let before = other.requests().len();
        let result = egress.send(Request { secrets: vec![secret(&["api.example"])], ..get(url) }).await;
        match code {
            Some(code) => refused(result, code),
            None => assert_eq!(result.unwrap().status, 200),
        }
        assert_eq!(other.requests().len(), before + usize::from(code.is_none()), "{to}");
    }
    // Over plain http to the public internet, the credential is not sent, although the host is right.
    let turned = Script::new(&[("api.example", &[&["127.0.0.2"], &["93.184.216.34"]])]);
    let egress = Egress::with_resolver(policy(&["127.0.0.2"]), turned);
    let server =
        Server::redirecting("127.0.0.2", &[("/?k=s3cret%2Fvalue", 302, &format!("http://api.example:{port}/?k=s3cret/value"))])
            .await;
    let url = format!("http://api.example:{}/?k={MARKER}", server.address.port());
    refused(egress.send(Request { secrets: vec![secret(&["api.example"])], ..get(url) }).await, "credential_insecure");
}

#[tokio::test]
async fn all_hops_share_one_timeout() {
    let slow = Server::drip("127.0.0.2", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", "x".repeat(100)).await;
    let server = Server::redirecting("127.0.0.2", &[("/", 302, &slow.url("/"))]).await;
    let limit = std::time::Duration::from_millis(300);
    let request = Request { timeout: Some(limit), ..get(server.url("/")) };
    assert_eq!(egress().send(request).await.unwrap_err(), EgressError::Timeout(limit));
    assert_eq!((server.requests().len(), slow.requests().len()), (1, 1));
}
