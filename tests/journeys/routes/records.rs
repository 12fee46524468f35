//! The routes of records, segments and lists.

use super::Tour;
use reqwest::Method;
use serde_json::json;

pub(super) async fn all(tour: &mut Tour) {
    let condition = json!({"path": "city", "operator": "eq", "value": "Paris"});
    let segment = json!({"name": "In Paris", "kind": "person", "condition": condition});
    let made = tour.post("/projects/{p}/segments", segment.clone()).await.expect(201);
    tour.learn("segment", &made["data"]["id"]);
    assert_eq!(made["data"]["condition"], condition);
    let list = json!({"name": "Sales", "stages": ["new", "won"]});
    let made = tour.post("/projects/{p}/lists", list.clone()).await.expect(201);
    tour.learn("list", &made["data"]["id"]);
    tour.ids.insert("kind", "person".to_owned());
    tour.ids.insert("record", "ada".to_owned());

    let records = json!({"records": [{"kind": "person", "id": "ada", "attributes": {"name": "Ada", "city": "Paris"}}]});
    let written = tour.post("/projects/{p}/records", records).await.expect(200);
    assert_eq!(written["data"], json!([{"kind": "person", "id": "ada", "outcome": "created"}]));
    let each = "/projects/{p}/records/{kind}/{record}";
    assert_eq!(tour.get(each).await["data"]["segments"], json!([tour.ids["segment"]]));
    let patched = tour.call(Method::PATCH, each, Some(json!({"attributes": {"name": null}}))).await.expect(200);
    assert_eq!(patched["data"]["attributes"], json!({"city": "Paris"}));
    let put = tour.call(Method::PUT, each, Some(json!({"attributes": {"city": "Paris"}}))).await.expect(200);
    assert_eq!(put["data"], patched["data"], "nothing is changed");

    let entries = json!({"entries": [{"kind": "person", "id": "ada"}]});
    let added = tour.post("/projects/{p}/lists/{list}/entries", entries).await.expect(200);
    assert_eq!(added["data"][0]["stage"], "new");
    let entry = "/projects/{p}/lists/{list}/entries/{kind}/{record}";
    let moved = tour.call(Method::PATCH, entry, Some(json!({"stage": "won"}))).await.expect(200);
    assert_eq!((&moved["data"]["from"], &moved["data"]["stage"]), (&json!("new"), &json!("won")));
    let listed = tour.get("/projects/{p}/records?segment={segment}&list={list}&stage=won").await;
    assert_eq!(listed["data"][0]["lists"], json!([{"list_id": tour.ids["list"], "stage": "won"}]));
    assert_eq!(tour.get("/projects/{p}/segments").await["data"][0]["size"], 1);
    assert_eq!(tour.get("/projects/{p}/segments/{segment}").await["data"]["name"], "In Paris");
    let renamed = json!({"name": "Parisians", "kind": "person", "condition": condition});
    let renamed = tour.call(Method::PUT, "/projects/{p}/segments/{segment}", Some(renamed)).await.expect(200);
    assert_eq!(renamed["data"]["name"], "Parisians");
    assert_eq!(tour.get("/projects/{p}/lists").await["data"][0]["name"], "Sales");
    let changed = json!({"name": "Sales", "stages": ["new", "won", "lost"]});
    tour.call(Method::PUT, "/projects/{p}/lists/{list}", Some(changed)).await.expect(200);
    assert_eq!(tour.get("/projects/{p}/lists/{list}").await["data"]["stages"], json!(["new", "won", "lost"]));
    for path in [entry, each, "/projects/{p}/lists/{list}", "/projects/{p}/segments/{segment}"] {
        assert_eq!(tour.call(Method::DELETE, path, None).await.status, 204, "{path}");
    }
    tour.call(Method::GET, each, None).await.error(404, "not_found");
}
