//! Where a call may go: the corpus of hostile URLs, good ones beside it, and resolvers that change their answer.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use http::Method;
use rookery_egress::{Egress, Policy, Request};
use std::sync::atomic::Ordering;
use support::{OK, Script, Server, Trap, policy};

#[tokio::test]
async fn every_hostile_url_is_refused() {
    let corpus = include_str!("hostile_urls.txt");
    let lines: Vec<_> = corpus.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
    assert!(lines.len() >= 60);
    for line in lines {
        let (code, rest) = line.split_once(' ').unwrap();
        let (url, addresses) = rest.split_once(" -> ").unwrap_or((rest, ""));
        let addresses: Vec<_> = addresses.split(", ").filter(|address| !address.is_empty()).collect();
        let host = url::Url::parse(url).ok().and_then(|url| Some(url.host_str()?.to_owned())).unwrap_or_default();
        let egress = Egress::with_resolver(Policy::default(), Script::new(&[(&host, &[&addresses])]));
        let checked = egress.check(url).await.expect_err(line);
        let sent = egress.send(Request::new(Method::GET, url)).await.expect_err(line);
        assert_eq!((checked.code(), sent.code()), (code, code), "{line}");
        assert!(!sent.retryable() && !sent.is_unknown(), "{line}");
    }
}

#[tokio::test]
async fn control_characters_are_refused() {
    for url in [
        "http://example.com/\r\nX: y",
        "http://exam\tple.com/",
        "http://example.com/\0",
        "\u{1}http://example.com/",
        "http://a\u{85}b/",
    ] {
        let error = Egress::new(Policy::default()).check(url).await.unwrap_err();
        assert_eq!(error.code(), "invalid_url", "{url:?}");
    }
    let long = format!("https://example.com/{}", "a".repeat(9000));
    assert_eq!(Egress::new(Policy::default()).check(&long).await.unwrap_err().code(), "invalid_url");
}

#[tokio::test]
async fn good_urls_lead_to_their_addresses() {
    let resolver = Script::new(&[
        ("example.com", &[&["93.184.216.34", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]]),
        ("xn--bcher-kva.example", &[&["1.1.1.1"]]),
    ]);
    let egress = Egress::with_resolver(policy(&["10.0.0.0/8:8080", "fd00::/8"]), resolver);
    for (url, expected) in [
        ("https://example.com/a b?c=d#e", "93.184.216.34:443"),
        ("HTTPS://EXAMPLE.COM:8443", "93.184.216.34:8443"),
        ("http://bücher.example/", "1.1.1.1:80"),
        ("http://8.8.8.8/?u=http://user@127.0.0.1/", "8.8.8.8:80"),
        ("http://134744072/", "8.8.8.8:80"),
        ("https://[2606:4700::1111]/@", "[2606:4700::1111]:443"),
        ("http://10.1.2.3:8080/", "10.1.2.3:8080"),
        ("http://[fd00::1]/", "[fd00::1]:80"),
    ] {
        assert_eq!(egress.check(url).await.unwrap()[0], expected.parse().unwrap(), "{url}");
    }
    assert_eq!(egress.check("http://10.1.2.3:8081/").await.unwrap_err().code(), "address_refused");
    let unknown = egress.check("http://nowhere.example/").await.unwrap_err();
    assert_eq!((unknown.code(), unknown.retryable()), ("dns_failed", true));
}

#[tokio::test]
async fn an_answer_that_turns_private_is_never_connected_to() {
    let server = Server::start("127.0.0.2", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok").await;
    let trap = Trap::set(([127, 0, 0, 1], server.address.port()).into());
    let resolver = Script::new(&[("turning.example", &[&["127.0.0.2"], &["127.0.0.2"], &["127.0.0.1"]])]);
    let egress = Egress::with_resolver(policy(&["127.0.0.2"]), resolver.clone());
    let url = format!("http://turning.example:{}/", server.address.port());
    egress.check(&url).await.unwrap();
    // There is one resolution for one connection: the checked address is the one that is used.
    assert_eq!(egress.send(Request::new(Method::GET, &url)).await.unwrap().status, 200);
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 2);
    // The name was good when it was checked a moment ago, and is private when it is used.
    assert_eq!(egress.send(Request::new(Method::GET, &url)).await.unwrap_err().code(), "address_refused");
    assert_eq!(server.connections(), 1);
    trap.assert_untouched();
}

#[tokio::test]
async fn a_kept_connection_serves_its_own_host_only() {
    let server = Server::start("127.0.0.2", OK).await;
    let resolver = Script::new(&[("good.example", &[&["127.0.0.2"]]), ("bad.example", &[&["127.0.0.2", "127.0.0.1"]])]);
    let egress = Egress::with_resolver(policy(&["127.0.0.2"]), resolver);
    let call =
        async |host: &str| egress.send(Request::new(Method::GET, format!("http://{host}:{}/", server.address.port()))).await;
    call("good.example").await.unwrap();
    call("good.example").await.unwrap();
    assert_eq!(server.connections(), 1);
    assert_eq!(call("bad.example").await.unwrap_err().code(), "address_refused");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_allowed_port_opens_no_other() {
    let server = Server::start("127.0.0.2", OK).await;
    let trap = Trap::set("127.0.0.2:0".parse().unwrap());
    let egress = Egress::new(policy(&[&server.address.to_string()]));
    assert_eq!(egress.send(Request::new(Method::GET, server.url("/"))).await.unwrap().body, "ok");
    let refused = egress.send(Request::new(Method::GET, format!("http://{}/", trap.address))).await.unwrap_err();
    assert_eq!(refused.code(), "address_refused");
    trap.assert_untouched();
}
