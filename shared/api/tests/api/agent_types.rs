//! The catalogue of agent types. It is kept as a snapshot, of which functions are built.

use crate::support::World;

#[tokio::test]
async fn the_types_are_those_that_were_agreed() {
    let world = World::open().await;
    let types = world.get(&format!("{}/workflows/agent_types", world.project().await)).await.ok(200);
    insta::assert_snapshot!(serde_json::to_string_pretty(&types["data"]).unwrap());
    let types = types["data"].as_array().unwrap();
    assert_eq!(types.len(), rookery_agents::all().len());
    for shown in types {
        assert!(["trigger", "filter", "action"].contains(&shown["kind"].as_str().unwrap()));
        assert!(!shown["title"].as_str().unwrap().is_empty() && !shown["description"].as_str().unwrap().is_empty());
        assert_eq!(shown["groups"].as_array().unwrap().last().unwrap(), "on_error");
        assert_eq!(shown["config_schema"]["additionalProperties"], false);
        assert!(shown["defaults"].is_object() && !shown["examples"].as_array().unwrap().is_empty());
    }
    world.stop().await;
}
