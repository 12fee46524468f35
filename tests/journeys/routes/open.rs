//! The addresses that are open to whoever has them, and the tools.

use super::Tour;
use reqwest::Method;
use serde_json::json;

pub(super) async fn tools(tour: &mut Tour) {
    let call = json!({"name": "read_workflow", "arguments": {"workflow": tour.ids["w"]}});
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call});
    let answered = tour.post("/p/{p}/mcp", message).await.expect(200);
    assert_eq!(answered["result"]["structuredContent"], tour.get("/projects/{p}/workflows/{w}").await);
}

pub(super) async fn addresses(tour: &mut Tour) {
    tour.get("/health").await;
    tour.get("/openapi.json").await;
    assert_eq!(tour.get("/.well-known/jwks.json").await["keys"][0]["kty"], "OKP");
    let token = tour.ids["feed_url"].rsplit('/').next().unwrap().split('.').next().unwrap().to_owned();
    tour.ids.insert("token", token);
    assert_eq!(tour.get("/feeds/{token}.json").await["title"], "Tour");
    let rss = tour.call(Method::GET, "/feeds/{token}.xml", None).await;
    assert!(rss.status == 200 && rss.text.contains("<title>Tour</title>"), "{}", rss.text);
    let token = tour.ids["page_url"].rsplit('/').next().unwrap().to_owned();
    tour.ids.insert("token", token);
    let page = tour.call(Method::GET, "/pages/{token}", None).await;
    assert!(page.status == 200 && page.text.starts_with("<h1>"), "{}", page.text);
    // A page's token is that of no question.
    for method in [Method::GET, Method::POST] {
        assert_eq!(tour.call(method, "/approvals/{token}", None).await.status, 404);
    }
    let hook = tour.ids["hook_url"].clone();
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let accepted = tour.api.call(method, &hook).json(&json!({"n": 2})).send().await.expect(202);
        assert!(accepted["data"]["event_id"].is_string() && accepted["data"]["run_id"].is_string(), "{accepted}");
    }
    tour.api.get(&format!("{hook}?n=3")).await.expect(202);
}
