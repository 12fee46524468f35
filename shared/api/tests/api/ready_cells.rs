//! The stencil's ready cells: what a project may use, and nothing else.

use crate::support::{World, agent};
use serde_json::{Value, json};

/// All ready cells of a project, by pages of `limit`.
async fn ready(world: &World, project: &str, limit: usize, q: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("{project}/workflows/ready_cells?limit={limit}&q={q}{cursor}")).await.ok(200);
        found.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["meta"]["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

fn titles(cells: &[Value]) -> Vec<&str> {
    cells.iter().map(|cell| cell["title"].as_str().unwrap()).collect()
}

fn id(project: &str) -> &str {
    project.rsplit('/').next().unwrap()
}

/// A project whose started workflow publishes entry points of all kinds of access; the list has the other project.
async fn provider(world: &World, allowed: &str) -> String {
    let schema = json!({"required": ["n", "text"], "properties": {"text": {"type": "string"}, "n": {"type": "number"}}});
    let workflow = world
        .started(json!([
            agent(
                "1",
                "client",
                json!({"title": "Any", "description": "For all of you.", "access": "open", "input_schema": schema})
            ),
            agent("2", "client", json!({"title": "Asking first"})),
            agent("3", "client", json!({"title": "Chosen", "access": "allow_list", "allow": [id(allowed)]})),
        ]))
        .await;
    workflow.split("/workflows").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_project_is_offered_what_it_may_use_and_each_cell_is_good_as_it_is() {
    let world = World::open().await;
    let (client, chosen) = (world.project().await, world.project().await);
    let provider = provider(&world, &chosen).await;
    world.define(id(&client), "support", "description: Helps customers.\nmodel: demo/guide").await;
    world.define(id(&chosen), "other", "model: demo/guide").await;

    let cells = ready(&world, &client, 50, "").await;
    assert_eq!(titles(&cells), ["support", "Any", "Asking first"]);
    assert_eq!(titles(&ready(&world, &chosen, 50, "").await), ["other", "Any", "Asking first", "Chosen"]);
    assert_eq!(titles(&ready(&world, &provider, 50, "").await), ["Any", "Asking first", "Chosen"]);
    assert_eq!(
        cells[0],
        json!({
            "title": "support", "description": "Helps customers.", "from": {"type": "persistent_agent", "name": "support"},
            "cell": {
                "id": "support", "type": "agent", "agent_type": "persistent_agent", "name": "support",
                "config": {"agent": "support", "instance": "default"},
            },
        })
    );
    let entry = &cells[1]["from"]["client_stage_id"];
    assert_eq!(
        cells[1]["cell"],
        json!({
            "id": entry, "type": "agent", "agent_type": "agent", "name": "Any",
            "config": {
                "project_id": id(&provider), "client_stage_id": entry,
                "payload": {"n": "{{ n | as_object }}", "text": "{{ text }}"},
            },
        })
    );
    assert_eq!((&cells[1]["description"], &cells[1]["from"]["access"]), (&json!("For all of you."), &json!("open")));
    assert_eq!(cells[1]["from"]["input_schema"]["required"], json!(["n", "text"]));
    assert_eq!((&cells[2]["from"]["access"], &cells[2]["cell"]["config"]["payload"]), (&json!("approval"), &Value::Null));
    let canvas: Vec<&Value> = cells.iter().map(|ready| &ready["cell"]).collect();
    let judged = world.post(&format!("{client}/workflows/check"), json!({"options": {"cells": canvas}})).await.ok(200);
    assert_eq!((&judged["meta"]["errors"], &judged["meta"]["warnings"]), (&json!([]), &json!([])));
    assert_eq!(judged["meta"]["agent_count"], 3);
    world.stop().await;
}

#[tokio::test]
async fn ready_cells_are_found_by_words_and_come_in_pages() {
    let world = World::open().await;
    let client = world.project().await;
    let provider = provider(&world, &client).await;
    for name in ["support", "billing", "broken"] {
        let model = if name == "broken" { "webhook: 7" } else { "model: demo/guide" };
        let text = json!({"text": format!("---\ndescription: The {name} desk.\n{model}\n---\nYou help.")});
        world.json("PUT", &format!("{client}/agents/{name}"), &text.to_string()).await.ok(200);
    }
    let all = ["billing", "support", "Any", "Asking first", "Chosen"];
    for limit in [1, 2, 3, 200] {
        assert_eq!(titles(&ready(&world, &client, limit, "").await), all, "by {limit}");
    }
    for (q, found) in [
        ("DESK", &["billing", "support"][..]),
        ("all%20any", &["Any"]),
        ("desk%20any", &[]),
        (id(&provider), &["Any", "Asking first", "Chosen"]),
    ] {
        assert_eq!(titles(&ready(&world, &client, 2, q).await), found, "{q}");
    }
    for cursor in ["eA", "", "%21"] {
        world.get(&format!("{client}/workflows/ready_cells?cursor={cursor}")).await.error(400, "invalid_request");
    }
    world.stop().await;
}
