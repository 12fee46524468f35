//! Definitions of persistent agents over the API: checked, saved with errors too, restored, deleted.

use crate::support::World;
use rookery_sessions::definition::Source;
use rookery_sessions::ports::Prompts;
use rookery_store::DefinitionSource;
use serde_json::{Value, json};

fn text(model: &str) -> String {
    format!("---\nmodel: {model}\ndescription: Helps\n---\nYou help.")
}

#[tokio::test]
async fn a_definition_is_saved_judged_read_restored_and_deleted() {
    let world = World::open().await;
    let agents = format!("{}/agents", world.project().await);
    let agent = format!("{agents}/helper");
    world.get(&agent).await.error(404, "agent_not_found");
    let saved = world.json("PUT", &agent, &json!({"text": text("demo/one")}).to_string()).await.ok(200);
    let meta = json!({"errors": [], "warnings": [], "version": 1});
    assert_eq!((&saved["meta"], &saved["data"]["text"]), (&meta, &json!(text("demo/one"))));
    assert_eq!((&saved["data"]["version"], &saved["data"]["running_version"]), (&json!(1), &json!(1)));
    assert_eq!(world.get(&agent).await.ok(200), saved);

    // One with errors is kept, and the one before goes on.
    let broken = world.json("PUT", &agent, &json!({"text": text("nonsense")}).to_string()).await.ok(200);
    assert_eq!((&broken["data"]["version"], &broken["data"]["running_version"]), (&json!(2), &json!(1)));
    let error = &broken["meta"]["errors"][0];
    assert_eq!((&error["file"], &error["line"], &error["field"]), (&json!("helper.md"), &json!(2), &json!("model")), "{error}");
    let checked = world.post(&format!("{agent}/check"), json!({"text": text("nonsense")})).await.ok(200);
    assert_eq!((&checked["data"]["errors"], &checked["data"]["version"]), (&broken["meta"]["errors"], &json!(0)));

    let stale = json!({"text": text("demo/two"), "version": 1}).to_string();
    world.json("PUT", &agent, &stale).await.error(409, "version_conflict");
    let restored = world.post(&format!("{agent}/versions/1/restore"), json!({})).await.ok(200);
    assert_eq!((&restored["data"]["version"], &restored["data"]["text"]), (&json!(3), &json!(text("demo/one"))));
    let versions = world.get(&format!("{agent}/versions?limit=2")).await.ok(200);
    let numbers: Vec<&Value> = versions["data"].as_array().unwrap().iter().map(|version| &version["version"]).collect();
    assert_eq!(numbers, [3, 2]);
    assert_eq!((&versions["data"][0]["restored_from"], &versions["data"][1]["error_count"]), (&json!(1), &json!(1)));
    let next = versions["meta"]["next_cursor"].as_str().unwrap();
    assert_eq!(world.get(&format!("{agent}/versions?cursor={next}")).await.ok(200)["data"][0]["version"], 1);
    assert_eq!(world.get(&format!("{agent}/versions/2")).await.ok(200)["data"]["text"], text("nonsense"));
    world.get(&format!("{agent}/versions/4")).await.error(404, "not_found");

    let list = world.get(&agents).await.ok(200);
    assert_eq!((&list["data"][0]["name"], &list["data"][0]["description"]), (&json!("helper"), &json!("Helps")));
    assert!(list["data"][0].get("text").is_none());
    assert_eq!(world.delete(&agent).await.status, 204);
    world.get(&agent).await.error(404, "agent_not_found");
    world.delete(&agent).await.error(404, "not_found");
    assert_eq!(world.get(&agents).await.ok(200)["data"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn profiles_travel_with_it_and_what_a_file_says_is_changed_by_the_file() {
    let world = World::open().await;
    let path = world.project().await;
    let project = path.rsplit('/').next().unwrap().parse().unwrap();
    let source = |model: &str| json!({"text": "---\nprofile: base\n---\nYou help.", "profiles": {"base": format!("---\nmodel: {model}\n---\n"), "unused": "---\n---\n"}});
    let saved = world.json("PUT", &format!("{path}/agents/a"), &source("demo/one").to_string()).await.ok(200);
    assert_eq!(saved["meta"]["errors"], json!([]));
    assert_eq!(saved["data"]["profiles"], json!({"base": "---\nmodel: demo/one\n---\n"}));
    world.json("PUT", &format!("{path}/agents/1st"), &source("demo/one").to_string()).await.error(400, "invalid_request");
    let long = json!({"text": format!("---\nmodel: demo/one\n---\n{}", "x".repeat(64 * 1024))}).to_string();
    world.json("PUT", &format!("{path}/agents/a"), &long).await.error(413, "definition_too_large");

    let file = Source { text: text("demo/one"), ..Source::default() };
    let definitions = world.fake.definitions();
    definitions.save(&project, &"filed".parse().unwrap(), &file, DefinitionSource::File, None).await.unwrap();
    let agent = format!("{path}/agents/filed");
    assert_eq!(world.get(&agent).await.ok(200)["data"]["source"], "file");
    world.json("PUT", &agent, &json!({"text": text("demo/two")}).to_string()).await.error(409, "managed_by_file");
    world.delete(&agent).await.error(409, "managed_by_file");
    world.post(&format!("{agent}/versions/1/restore"), json!({})).await.error(409, "managed_by_file");
    world.stop().await;
}
