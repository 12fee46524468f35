//! The console as browsers see it: its pages, and who signed in.

use reqwest::Method;
use rookery_tests::{Answer, Socket};
use serde_json::json;

#[tokio::test]
async fn the_root_is_the_console_or_says_how_to_get_it() {
    let rookery = super::rookery().here().start().await;
    let get = async |path: &str| rookery.api.get(&format!("{}{path}", rookery.api.base())).await;
    for path in ["/", "/console", "/console/"] {
        let page = get(path).await;
        assert_eq!((page.status, &page.headers["x-content-type-options"]), (200, &"nosniff".parse().unwrap()), "{path}");
        assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'; "));
        let script = page.text.split_once("src=\"").map(|(_, rest)| rest.split('"').next().unwrap());
        match script {
            Some(script) => assert_eq!(get(script).await.headers["content-type"], "text/javascript; charset=utf-8"),
            None => assert!(page.text.contains("<code>make run</code> builds the console"), "{}", page.text),
        }
    }
}

#[tokio::test]
async fn who_signs_in_acts_by_the_cookie_until_the_key_is_revoked() {
    let mut rookery = super::rookery().arg("--auth").arg("required").start().await;
    let (root, project) = (rookery.api.clone(), rookery.project().await);
    let keys = format!("/projects/{project}/api_keys");
    let key = root.post(&keys, &json!({"name": "Ada", "role": "editor"})).await.expect(201)["data"].clone();
    let browser = root.without_key();
    let signed_in = browser.post("/session", &json!({"key": key["key"]})).await;
    let shown = signed_in.expect(200);
    assert_eq!((&shown["data"]["project_id"], &shown["data"]["role"]), (&json!(project), &json!("editor")));
    let cookie = cookie(&signed_in);

    let call = |method: Method, path: &str| browser.call(method, path).header("cookie", &cookie);
    let workflows = format!("/projects/{project}/workflows");
    let post = || call(Method::POST, &workflows).json(&json!({"name": "w"}));
    post().send().await.error(403, "csrf");
    post().header("x-rookery-console", "1").send().await.expect(201);
    assert_eq!(call(Method::GET, &workflows).send().await.expect(200)["data"].as_array().unwrap().len(), 1);
    assert_eq!(call(Method::GET, "/session").send().await.expect(200), shown);

    assert_eq!(root.delete(&format!("{keys}/{}", key["id"].as_str().unwrap())).await.status, 204);
    call(Method::GET, &workflows).send().await.error(401, "unauthenticated");
    assert_eq!(call(Method::GET, "/session").send().await.expect(200)["data"]["signed_in"], false);
}

#[tokio::test]
async fn a_page_of_ours_speaks_with_an_agent_over_a_socket_by_the_cookie() {
    let mut rookery = super::rookery().arg("--auth").arg("required").start().await;
    let (root, project) = (rookery.api.clone(), rookery.project().await);
    let agent = json!({"text": "---\nmodel: demo/guide\n---\nYou help."});
    root.put(&format!("/projects/{project}/agents/guide"), &agent).await.expect(200);
    let key = root.post(&format!("/projects/{project}/api_keys"), &json!({"name": "Ada", "role": "ingest"})).await.expect(201);
    let cookie = cookie(&root.without_key().post("/session", &json!({"key": key["data"]["key"]})).await);
    let open = async |headers: &[(&'static str, &str)]| {
        let headers = [&[("cookie", cookie.as_str())], headers].concat();
        Socket::open_with(&root.without_key(), &format!("/p/{project}/agents/guide/i"), &headers).await
    };
    for elsewhere in [&[][..], &[("origin", "https://evil.example")]] {
        assert_eq!(open(elsewhere).await.err(), Some(403));
    }
    let mut socket = open(&[("origin", root.base())]).await.unwrap();
    for said in ["First", "Second"] {
        socket.say(&json!({"message": said}).to_string()).await;
        let frame = socket.frame().await;
        assert!(frame["result"]["text"].as_str().is_some_and(|text| text.contains(said)), "{frame}");
    }
}

/// The cookie that was set, as a browser sends it.
fn cookie(answer: &Answer) -> String {
    answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}
