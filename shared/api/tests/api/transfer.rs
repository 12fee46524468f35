//! Workflows as files: what one project exports, another imports.

use crate::support::{World, agent, link};
use rookery_domain::Time;
use rookery_store::{About, Credential, Workflow};
use serde_json::{Value, json};

fn resting(mut cell: Value) -> Value {
    cell["disabled"] = json!(true);
    cell
}

/// A workflow that names credentials and persistent agents; a part of it rests.
fn needy() -> Value {
    json!({"z": 1, "cells": [
        agent("hook", "webhook", json!({})),
        agent("call", "http_request", json!({
            "url": "https://shop.example.com/orders", "method": "post", "headers": {"Authorization": "Bearer {% credential shop_key %}"}
        })),
        agent("ask", "persistent_agent", json!({"agent": "support", "instance": "7"})),
        resting(agent("rests", "http_request", json!({"url": "https://a.example.com", "signing_credential": "later_key"}))),
        resting(agent("rests too", "persistent_agent", json!({"agent": "later", "instance": "7"}))),
        link("1", "hook", "call"),
        link("2", "hook", "ask"),
    ]})
}

#[tokio::test]
async fn a_file_makes_the_same_workflow_elsewhere() {
    let world = World::open().await;
    let (one, other) = (world.project().await, world.project().await);
    let made = world.post(&format!("{one}/workflows"), json!({"name": "Orders", "options": needy()})).await.ok(201);
    let id = made["data"]["id"].as_str().unwrap();
    world.post(&format!("{one}/workflows/{id}/build"), json!({})).await.ok(200);
    let hook = world.get(&format!("{one}/workflows/{id}/agents/hook")).await.ok(200)["data"]["hook_url"].to_string();
    let exported = world.get(&format!("{one}/workflows/{id}/export")).await;
    assert_eq!(exported.headers["content-disposition"], format!("attachment; filename=\"{id}.json\"").as_str());
    let text = exported.text();
    let token = hook.trim_matches('"').rsplit('/').next().unwrap();
    for secret in [token, one.rsplit('/').next().unwrap()] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let file = exported.ok(200);
    let needs = json!({"credentials": ["later_key", "shop_key"], "agents": ["later", "support"], "entry_points": []});
    assert_eq!(file, json!({"format": "rookery.workflow/1", "name": "Orders", "needs": needs, "options": needy()}));

    let imported = world.json("POST", &format!("{other}/workflows/import"), text).await.ok(201);
    assert_eq!((&imported["data"]["name"], &imported["data"]["options"]), (&json!("Orders"), &needy()));
    assert_ne!(imported["data"]["id"].as_str(), Some(id));
    let warned: Vec<&str> =
        imported["meta"]["warnings"].as_array().unwrap().iter().filter_map(|w| w["cell_id"].as_str()).collect();
    assert_eq!(warned, ["call", "ask"], "what the project lacks is said at once");
    world.stop().await;
}

#[tokio::test]
async fn all_workflows_of_a_project_come_in_pages_that_an_answer_holds() {
    let world = World::open().await;
    let project = world.project().await;
    // Three of them are more than a page.
    let text = "x".repeat(1_200_000);
    let mut ids = Vec::new();
    for n in 0..5 {
        let config = if n < 4 { json!({"note": text}) } else { json!({}) };
        let cells = json!([{"id": "start", "type": "agent", "agent_type": "manual", "config": {}}, {"id": "n", "type": "x", "of": config}]);
        let body = json!({"name": format!("w{n}"), "options": {"cells": cells}});
        let made = world.post(&format!("{project}/workflows"), body).await.ok(201);
        ids.push(made["data"]["id"].as_str().unwrap().to_owned());
    }
    world.delete(&format!("{project}/workflows/{}", ids.remove(3))).await;
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = world.get(&format!("{project}/workflows/export?limit=50{cursor}")).await.ok(200);
        found.extend(page["data"].as_array().unwrap().clone());
        pages += 1;
        match page["meta"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(pages > 1, "{pages}");
    ids.sort_unstable();
    assert_eq!(found.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    for one in found {
        let alone = world.get(&format!("{project}/workflows/{}/export", one["id"].as_str().unwrap())).await.ok(200);
        assert!(one["file"] == alone, "each is as it is exported alone");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_file_names_the_entry_points_that_its_stages_use() {
    let world = World::open().await;
    let project = world.project().await;
    let stage = json!({"project_id": "0123456789ab", "client_stage_id": "0".repeat(32)});
    let cells = json!([agent("ask", "agent", stage.clone()), agent("again", "agent", stage.clone())]);
    let made = world.post(&format!("{project}/workflows"), json!({"name": "w", "options": {"cells": cells}})).await.ok(201);
    let blamed = &made["meta"]["errors"][0];
    assert_eq!(blamed["field"], "config.client_stage_id");
    assert!(blamed["message"].as_str().unwrap().contains("`tasks_url`"), "{blamed}");
    let file = world.get(&format!("{project}/workflows/{}/export", made["data"]["id"].as_str().unwrap())).await.ok(200);
    let used = json!({"project_id": stage["project_id"], "client_stage_id": stage["client_stage_id"], "tasks_url": null});
    assert_eq!(file["needs"]["entry_points"], json!([used]));
    world.stop().await;
}

#[tokio::test]
async fn a_file_of_jointjs_is_read_as_it_is_and_what_it_lacks_is_named() {
    let world = World::open().await;
    let import = format!("{}/workflows/import", world.project().await);
    let text = r#"{"cells":[{"type":"agent","id":"a","agent_type":"manual","position":{"x":1.50,"y":-0},"attrs":{"label":{"text":"A"}}},
        {"type":"agent","id":"b","agent_type":"change_detector","config":{"property":"n"},"ports":{"items":[{"id":"on_change"}]}},
        {"type":"standard.Rectangle","id":"box","attrs":{}},
        {"type":"standard.Link","id":"l1","source":{"id":"a"},"target":{"id":"b"},"router":{"name":"manhattan"},"z":3},
        {"type":"standard.Link","id":"l2","source":{"id":"b","port":"on_change"},"target":{"id":"box"}}],"grid":{"size":10}}"#;
    let made = world.json("POST", &format!("{import}?name=Drawn%20elsewhere"), text).await;
    assert!(made.text().contains(text), "byte for byte");
    let made = made.ok(201);
    assert_eq!((&made["data"]["name"], &made["meta"]["errors"]), (&json!("Drawn elsewhere"), &json!([])));
    let warned = &made["meta"]["warnings"];
    assert_eq!(
        (&warned[0]["cell_id"], &warned[0]["field"], warned.as_array().unwrap().len()),
        (&json!("l2"), &json!("target"), 1)
    );
    let workflow = format!("{}/{}", import.trim_end_matches("/import"), made["data"]["id"].as_str().unwrap());
    world.post(&format!("{workflow}/start"), json!({})).await.ok(200);
    world.post(&format!("{workflow}/agents/a/events"), json!({"payload": {"n": 1}})).await.ok(202);
    world.drain().await;
    let b = world.get(&format!("{workflow}/agents/b")).await.ok(200);
    assert_eq!(b["data"]["counts"]["received"], 1, "the link of JointJS leads there");
    for (text, says) in [(r#"{"cells":7}"#, "`options.cells`"), (r#"{"cells":[1]}"#, "`options.cells[0]`")] {
        let message = world.json("POST", &import, text).await.error(400, "invalid_request");
        assert!(message.contains(says), "{message}");
    }
    for (text, says) in
        [("[]", "not an object"), ("[1]", "not an object"), ("{}", "`format`"), (r#"{"nodes":[],"connections":{}}"#, "n8n")]
    {
        let message = world.json("POST", &import, text).await.error(422, "invalid_scenario");
        assert!(message.contains(says), "{message}");
    }
    world.post(&format!("{import}?name="), json!({"cells": []})).await.error(400, "invalid_request");
    assert_eq!(world.post(&import, json!({"cells": []})).await.ok(201)["data"]["name"], "Imported");
    world.stop().await;
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_with_the_field() {
    let world = World::open().await;
    let import = format!("{}/workflows/import", world.project().await);
    let file = json!({"format": "rookery.workflow/1", "name": "w", "options": {"cells": []}});
    for (field, value) in [
        ("format", json!("rookery.workflow/2")),
        ("format", json!(1)),
        ("name", json!("")),
        ("options", json!([])),
        ("schedule", json!("daily")),
        ("needs", json!({"credentials": "all"})),
    ] {
        let mut wrong = file.clone();
        wrong[field] = value.clone();
        let refused = world.post(&import, wrong).await;
        assert!(refused.text().contains(field), "{field} = {value}: {}", refused.text());
        assert!([400, 422].contains(&refused.status.as_u16()), "{field}: {}", refused.status);
    }
    world.post(&import, file).await.ok(201);
    world.stop().await;
}

#[tokio::test]
async fn credentials_are_stored_with_their_workflow_or_not_at_all() {
    let world = World::open().await;
    let project = world.engine.store.create_project("p").await.unwrap().id;
    let credential =
        |name: &str| Credential { name: name.into(), value: name.to_uppercase(), hosts: vec![], updated_at: Time(0) };
    let import = async |into: Option<&Workflow>, names: &[&str]| {
        let credentials: Vec<Credential> = names.iter().map(|name| credential(name)).collect();
        world
            .engine
            .import(&project, into, "w", r#"{"cells": []}"#, &credentials, &About::default())
            .await
            .map(|(workflow, _)| workflow)
    };
    let made = import(None, &["a", "b"]).await.unwrap();
    assert_eq!(import(None, &["c", "b"]).await.unwrap_err().code, "conflict");
    assert_eq!(import(Some(&made), &["d", "a"]).await.unwrap_err().code, "conflict");
    let next = import(Some(&made), &["e"]).await.unwrap();
    assert_eq!((&next.id, next.version), (&made.id, 2));
    assert_eq!(import(Some(&made), &["f"]).await.unwrap_err().code, "version_conflict");
    let workflows = world.engine.store.list_workflows(&project, 10, None).await.unwrap().items;
    let credentials = world.engine.store.list_credentials(&project, 10, None).await.unwrap().items;
    let names: Vec<&str> = credentials.iter().map(|credential| credential.name.as_str()).collect();
    assert_eq!((workflows.len(), workflows[0].version, names), (1, 2, vec!["a", "b", "e"]));
    world.stop().await;
}
