//! The console's pages: files of a build are served as they are, and all other paths below `/console` begin with the page.

use crate::support::{Answer, World, request};
use axum::body::Body;
use flate2::read::GzDecoder;
use rookery_api::{Agents, Asset, Auth, Config};
use std::io::Read;

/// `<!doctype html>` and `let a;`, as `gzip -9n` makes them.
const ASSETS: &[Asset] = &[
    Asset { path: "assets/a-1.js", etag: "\"js\"", gzip: include_bytes!("console/a-1.js.gz") },
    Asset { path: "index.html", etag: "\"page\"", gzip: include_bytes!("console/index.html.gz") },
];
const PAGE: &str = "<!doctype html>";
const SCRIPT: &str = "let a;";

async fn world(auth: Auth) -> World {
    let mut world = World::locked().await;
    let agents = Agents::asked(world.fake.clone());
    world.router = rookery_api::router_with_console(world.engine.clone(), Config { auth, hosts: Vec::new() }, agents, ASSETS);
    world
}

async fn asked(world: &World, path: &str, header: (&str, &str)) -> Answer {
    world.send(request("GET", path).header(header.0, header.1).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_page_begins_with_the_same_file_and_needs_no_key() {
    let world = world(Auth::Required { root_key: None }).await;
    let root = world.get("/").await;
    assert_eq!((root.status.as_u16(), &root.headers["location"]), (302, &"/console/".parse().unwrap()));
    for path in ["/console", "/console/", "/console/projects/p/workflows/w?cell=a", "/console/runs/a%2Fb", "/console/index.html"]
    {
        let page = world.get(path).await;
        assert_eq!((page.status.as_u16(), page.text()), (200, PAGE), "{path}");
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(page.headers["cache-control"], "no-cache");
    }
    for (method, path) in [("POST", "/"), ("POST", "/console"), ("DELETE", "/console/x")] {
        world.json(method, path, "{}").await.error(405, "method_not_allowed");
    }
    world.get("/consoles").await.error(404, "not_found");
    world.stop().await;
}

#[tokio::test]
async fn a_file_is_kept_by_browsers_and_one_of_another_build_is_not_there() {
    let world = world(Auth::Required { root_key: None }).await;
    let script = world.get("/console/assets/a-1.js").await;
    assert_eq!((script.text(), &script.headers["content-type"]), (SCRIPT, &"text/javascript; charset=utf-8".parse().unwrap()));
    assert_eq!(script.headers["cache-control"], "public, max-age=31536000, immutable");
    world.get("/console/assets/a-0.js").await.error(404, "not_found");

    let known = asked(&world, "/console/", ("if-none-match", "W/\"page\"")).await;
    assert_eq!((known.status.as_u16(), known.bytes.len(), &known.headers["etag"]), (304, 0, &"W/\"page\"".parse().unwrap()));
    assert_eq!(asked(&world, "/console/", ("if-none-match", "W/\"js\"")).await.text(), PAGE);
    world.stop().await;
}

#[tokio::test]
async fn a_file_is_sent_compressed_to_those_who_take_it() {
    let world = world(Auth::Required { root_key: None }).await;
    let packed = asked(&world, "/console/", ("accept-encoding", "br, gzip")).await;
    let mut text = String::new();
    GzDecoder::new(packed.bytes.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!((text.as_str(), &packed.headers["content-encoding"]), (PAGE, &"gzip".parse().unwrap()));
    let plain = asked(&world, "/console/", ("accept-encoding", "br")).await;
    assert!(!plain.headers.contains_key("content-encoding"));
    for answer in [packed, plain] {
        assert_eq!(answer.headers["vary"], "accept-encoding");
    }
    let head = world.send(request("HEAD", "/console/").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
    world.stop().await;
}

#[tokio::test]
async fn a_page_may_load_and_ask_this_origin_alone() {
    let world = world(Auth::Open).await;
    for path in ["/console/", "/console/assets/a-1.js"] {
        let headers = world.get(path).await.headers;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("connect-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    }
    // Where no key is needed, a page of another name is none of ours (DNS rebinding).
    let foreign = axum::http::Request::get("/console/").header("host", "evil.example").body(Body::empty()).unwrap();
    world.send(foreign).await.error(403, "host_not_allowed");
    world.stop().await;
}

#[tokio::test]
async fn without_a_build_there_is_no_page() {
    let world = World::locked().await;
    for path in ["/", "/console", "/console/assets/a-1.js"] {
        world.get(path).await.error(404, "not_found");
    }
    world.stop().await;
}
