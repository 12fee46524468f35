//! Signing in: a key becomes a cookie, which does what the key does where the console asks, and nothing for a page of another origin.

use crate::isolation::{Tenants, body, fill, routes, tenants};
use crate::support::{Answer, ROOT_KEY, World, request};
use axum::body::Body;
use axum::http::Request;
use axum::http::request::Builder;
use rookery_domain::Time;
use rookery_engine::PublicUrl;
use serde_json::{Value, json};

const SESSION: &str = "/api/v1/session";
const OURS: &str = "http://127.0.0.1:8080";

async fn sign_in(world: &World, key: &str) -> Answer {
    world.post(SESSION, json!({"key": key})).await
}

/// The cookie that a good key becomes, as a browser sends it.
async fn cookie(world: &World, key: &str) -> String {
    let answer = sign_in(world, key).await;
    answer.ok(200);
    let set = answer.headers["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// A request of the console's own pages.
fn by_cookie(cookie: &str, method: &str, path: &str) -> Builder {
    request(method, path).header("cookie", cookie).header("x-rookery-console", "1").header("origin", OURS)
}

async fn sent(world: &World, request: Builder, body: Option<Value>) -> Answer {
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    world.send(request.header("content-type", "application/json").body(body).unwrap()).await
}

async fn session(world: &World, cookie: &str) -> Value {
    sent(world, request("GET", SESSION).header("cookie", cookie), None).await.ok(200)["data"].clone()
}

#[tokio::test]
async fn a_key_becomes_a_cookie_that_no_script_reads_and_that_is_no_key() {
    let Tenants { world, mine, .. } = &tenants().await;
    let unknown =
        json!({"auth": "required", "signed_in": false, "project_id": null, "role": null, "key_name": null, "expires_at": null});
    assert_eq!(world.get(SESSION).await.ok(200)["data"], unknown);
    for (key, project, role, name) in [
        (ROOT_KEY.to_owned(), Value::Null, "root", Value::Null),
        (format!(" {}\n", tenants_key(world, mine, "viewer").await), json!(mine), "viewer", json!("viewer")),
    ] {
        let answer = sign_in(world, &key).await;
        let shown = answer.ok(200)["data"].clone();
        let set = answer.headers["set-cookie"].to_str().unwrap().to_owned();
        let (pair, rest) = set.split_once("; ").unwrap();
        assert_eq!(rest, "Path=/; HttpOnly; SameSite=Strict; Max-Age=43200");
        assert!(!pair.contains(key.trim().rsplit('_').next().unwrap()) && !answer.text().contains(key.trim()), "{set}");
        assert_eq!(session(world, pair).await, shown);
        let expires = shown["expires_at"].as_str().unwrap();
        assert_eq!(
            shown,
            json!({"auth": "required", "signed_in": true, "project_id": project, "role": role, "key_name": name, "expires_at": expires})
        );
        let most = Time::now().plus(12 * 60 * 60 * 1000).to_string();
        assert!(expires <= most.as_str() && expires > Time::now().to_string().as_str(), "{expires}");
    }
    world.keyed(ROOT_KEY, "GET", SESSION, None).await.ok(200);
}

async fn tenants_key(world: &World, project: &str, role: &str) -> String {
    let path = format!("/api/v1/projects/{project}/api_keys");
    let made = world.keyed(ROOT_KEY, "POST", &path, Some(json!({"name": role, "role": role}))).await;
    made.ok(201)["data"]["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_no_good_key_becomes_nothing() {
    let world = World::locked().await;
    for wrong in ["", " ", "rk_x_y_z", &ROOT_KEY[1..], &ROOT_KEY.to_uppercase()] {
        let answer = sign_in(&world, wrong).await;
        answer.error(401, "unauthenticated");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    sign_in(&world, &"x".repeat(5000)).await.error(413, "body_too_large");
    world.post(SESSION, json!({"key": ROOT_KEY, "more": 1})).await.error(400, "invalid_request");
    world.get(&format!("{SESSION}?key={ROOT_KEY}")).await.error(400, "invalid_request");
    // A page elsewhere may sign nobody in.
    let foreign = request("POST", SESSION).header("origin", "https://evil.example");
    sent(&world, foreign, Some(json!({"key": ROOT_KEY}))).await.error(403, "origin_not_allowed");
    world.stop().await;
}

#[tokio::test]
async fn elsewhere_than_on_this_machine_the_cookie_is_for_https_alone() {
    let world = World::locked().await;
    let at = |method: &str, origin: &str| {
        Request::builder().method(method).uri(SESSION).header("host", "a.example").header("origin", origin)
    };
    let key = || Some(json!({"key": ROOT_KEY}));
    sent(&world, at("POST", "http://a.example"), key()).await.error(403, "https_needed");
    let answer = sent(&world, at("POST", "https://a.example"), key()).await;
    answer.ok(200);
    let set = answer.headers["set-cookie"].to_str().unwrap();
    let (pair, rest) = set.split_once("; ").unwrap();
    assert!(pair.starts_with("__Host-rookery_session=") && rest.ends_with("; Secure"), "{set}");
    let known = sent(&world, at("GET", "https://a.example").header("cookie", format!("a=b; {pair}; c=d")), None).await.ok(200);
    assert_eq!(known["data"]["signed_in"], true);
    // A proxy may call us by a name of this machine.
    let by_proxy = async |origin: &str| {
        let sent_on = request("POST", SESSION).header("origin", origin).extension(origin.parse::<PublicUrl>().unwrap());
        sent(&world, sent_on, key()).await
    };
    by_proxy("http://a.example").await.error(403, "https_needed");
    let answer = by_proxy("https://a.example").await;
    answer.ok(200);
    assert!(answer.headers["set-cookie"].to_str().unwrap().ends_with("; Secure"));
    // Somebody else below the same domain cannot set a cookie of that name.
    let planted = pair.replace("__Host-", "");
    let unknown = sent(&world, at("GET", "https://a.example").header("cookie", planted), None).await.ok(200);
    assert_eq!(unknown["data"]["signed_in"], false);
    world.stop().await;
}

#[tokio::test]
async fn the_cookie_does_what_its_key_does_where_the_console_asks_and_nothing_elsewhere() {
    let tenants = tenants().await;
    let nothing = "0".repeat(12);
    for role in ["owner", "editor", "viewer", "ingest"] {
        let key = tenants.key(&tenants.mine, role).await;
        let cookie = cookie(&tenants.world, &key).await;
        for (method, path) in routes() {
            if (method.as_str(), path.as_str()) == ("DELETE", "/api/v1/projects/{project}") {
                continue; // It would end the test.
            }
            let filled = fill(&path, &tenants.mine, &nothing);
            let by_key = tenants.world.keyed(&key, &method, &filled, body(&method)).await;
            let by_cookie = sent(&tenants.world, by_cookie(&cookie, &method, &filled), body(&method)).await;
            let is_for_programs =
                !path.starts_with("/api/v1/") && ["/mcp", "/a2a", "/api/"].iter().any(|part| path.contains(part));
            if is_for_programs {
                by_cookie.error(401, "unauthenticated");
            } else {
                assert_eq!(by_cookie.status, by_key.status, "{role}: {method} {path}: {}", by_cookie.text());
            }
        }
        // The key, where both come.
        let both = by_cookie(&cookie, "GET", "/api/v1/projects").header("authorization", "Bearer rk_wrong");
        sent(&tenants.world, both, None).await.error(401, "unauthenticated");
    }
    tenants.world.stop().await;
}

#[tokio::test]
async fn a_page_elsewhere_changes_nothing_by_the_cookie() {
    let Tenants { world, mine, .. } = &tenants().await;
    let cookie = cookie(world, ROOT_KEY).await;
    let path = format!("/api/v1/projects/{mine}/workflows");
    let post = |headers: &[(&str, &str)]| {
        let request = request("POST", &path).header("cookie", &cookie);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let named = || Some(json!({"name": "w"}));
    for (headers, code) in [
        (&[][..], "csrf"),
        (&[("origin", OURS)], "csrf"),
        (&[("x-rookery-console", "0"), ("origin", OURS)], "csrf"),
        (&[("x-rookery-console", "1"), ("origin", "https://evil.example")], "origin_not_allowed"),
        (&[("x-rookery-console", "1"), ("origin", "http://127.0.0.1:8081")], "origin_not_allowed"),
        (&[("x-rookery-console", "1"), ("origin", "null")], "origin_not_allowed"),
    ] {
        sent(world, post(headers), named()).await.error(403, code);
    }
    for method in ["PUT", "PATCH", "DELETE"] {
        for path in [format!("/api/v1/projects/{mine}"), SESSION.to_owned()] {
            let answer = sent(world, request(method, &path).header("cookie", &cookie), Some(json!({}))).await;
            assert!([403, 405].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.text());
        }
    }
    let listed = sent(world, request("GET", &path).header("cookie", &cookie), None).await.ok(200);
    assert_eq!(listed["data"], json!([]), "nothing was made");
    let foreign = request("GET", &path).header("cookie", &cookie).header("origin", "https://evil.example");
    sent(world, foreign, None).await.error(403, "origin_not_allowed");
    for headers in [&[("x-rookery-console", "1")][..], &[("x-rookery-console", "1"), ("origin", OURS)]] {
        sent(world, post(headers), named()).await.ok(201);
    }
}

#[tokio::test]
async fn a_socket_is_opened_by_the_cookie_from_our_own_pages_alone() {
    let world = World::locked().await;
    let project = world.persistent("helper", "model: demo/test").await;
    let cookie = cookie(&world, ROOT_KEY).await;
    for (origin, status) in [(None, 403), (Some("https://evil.example"), 403), (Some(OURS), 101)] {
        let handshake =
            request("GET", &format!("/p/{project}/agents/helper/i")).header("upgrade", "websocket").header("cookie", &cookie);
        let handshake = origin.into_iter().fold(handshake, |handshake, origin| handshake.header("origin", origin));
        let handshake = handshake.body(Body::empty()).unwrap();
        let (parts, ()) = Request::from_parts(handshake.into_parts().0, ()).into_parts();
        let response =
            tower::ServiceExt::oneshot(world.router.clone(), Request::from_parts(parts.clone(), Body::empty())).await.unwrap();
        assert_eq!(response.status(), status, "{origin:?}");
        let Some(socket) = response.extensions().get::<rookery_api::Socket>() else { continue };
        // Each message is asked by the cookie again.
        let asked = Request::from_parts(socket.request(&parts), Body::from("{"));
        world.send(asked).await.error(400, "invalid_json");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_cookie_ends_with_its_key_its_time_and_its_deployment() {
    let Tenants { world, mine, .. } = &tenants().await;
    let (key, path) = (tenants_key(world, mine, "viewer").await, format!("/api/v1/projects/{mine}"));
    let good = cookie(world, &key).await;
    let is_good = async |cookie: &str| {
        let answer = sent(world, request("GET", &path).header("cookie", cookie), None).await;
        assert_eq!(session(world, cookie).await["signed_in"], answer.status == 200);
        assert!(answer.status == 200 || !answer.error(401, "unauthenticated").is_empty());
        answer.status == 200
    };
    assert!(is_good(&good).await);
    // Whatever is changed, it is good no more.
    let (name, text) = good.split_once('=').unwrap();
    for at in (0..text.len()).step_by(7) {
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        assert!(!is_good(&format!("{name}={}{other}{}", &text[..at], &text[at + 1..])).await, "{at}");
    }
    for nonsense in ["", ".", "a.b", "é", text.split('.').next().unwrap()] {
        assert!(!is_good(&format!("{name}={nonsense}")).await, "{nonsense}");
    }
    let id = key.split('_').nth(2).unwrap();
    let signed = async |usage: &str, until: i64, caller: Value| {
        let text = json!({"caller": caller, "until": until}).to_string();
        format!("{name}={}", world.engine.sign_text(usage, &text).await.unwrap())
    };
    let (soon, over, caller) = (Time::now().plus(60_000).0, Time::now().0, json!({"key": [mine, id]}));
    assert!(is_good(&signed("console session", soon, caller.clone()).await).await);
    assert!(!is_good(&signed("console session", over, caller.clone()).await).await, "its time is over");
    assert!(!is_good(&signed("something else", soon, caller).await).await, "it was signed for something else");
    assert!(!is_good(&signed("console session", soon, json!({"root": "another root key"})).await).await);

    let keys = format!("{path}/api_keys/{id}");
    world.keyed(ROOT_KEY, "DELETE", &keys, None).await.ok(204);
    assert!(!is_good(&good).await, "its key was revoked");
}

#[tokio::test]
async fn who_signs_out_has_no_cookie_any_more() {
    let world = World::locked().await;
    let cookie = cookie(&world, ROOT_KEY).await;
    sent(&world, request("DELETE", SESSION).header("cookie", &cookie), None).await.error(403, "csrf");
    for request in [by_cookie(&cookie, "DELETE", SESSION), request("DELETE", SESSION)] {
        let answer = sent(&world, request, None).await;
        answer.ok(204);
        assert_eq!(answer.headers["set-cookie"], "rookery_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    }
    world.stop().await;
}

#[tokio::test]
async fn where_no_key_is_needed_nobody_signs_in() {
    let world = World::open().await;
    let shown = world.get(SESSION).await.ok(200)["data"].clone();
    assert_eq!((&shown["auth"], &shown["signed_in"], &shown["role"]), (&json!("open"), &json!(false), &json!("root")));
    sign_in(&world, ROOT_KEY).await.error(409, "no_key_needed");
    // A cookie of another program on this machine counts for nothing.
    let left = request("POST", "/api/v1/projects").header("cookie", "rookery_session=a.b");
    sent(&world, left, Some(json!({"name": "p"}))).await.ok(201);
    world.stop().await;
}
