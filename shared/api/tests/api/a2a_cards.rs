//! Cards of A2A: what they say, and to whom.

use crate::a2a_client::{agent_of, echo};
use crate::support::{Answer, OWN_HOST, ROOT_KEY, World, request};
use axum::body::Body;
use axum::http::Request;
use rookery_api::{Agents, Auth, Config};
use serde_json::{Value, json};

const CARD: &str = "/.well-known/agent-card.json";

#[tokio::test]
async fn a_card_says_what_an_agent_does_and_where_it_is() {
    let world = World::open().await;
    let schema = json!({"type": "object", "properties": {"n": {"type": "number"}}});
    let mut cells = echo("a", json!({"title": "Add", "description": "Adds.", "input_schema": schema, "output_schema": schema}));
    cells.extend(echo("b", json!({"title": "Beep"})));
    let workflow = world.started(Value::from(cells)).await;
    let path = agent_of(&workflow);
    let card = world.get(&format!("{path}{CARD}")).await.ok(200);
    let skills = card["skills"].as_array().unwrap();
    assert_eq!((&card["name"], skills.len(), &skills[0]["name"]), (&json!("p"), 2, &json!("Add")));
    let capabilities = &card["capabilities"];
    assert_eq!(
        (&capabilities["streaming"], &capabilities["pushNotifications"], &capabilities["extendedAgentCard"]),
        (&json!(true), &json!(false), &json!(false))
    );
    assert!(card["securitySchemes"].is_null() && card["securityRequirements"].is_null(), "no key is needed: {card}");
    let id = skills[0]["id"].as_str().unwrap();
    let schemas = &capabilities["extensions"][0]["params"]["skills"];
    assert_eq!((&schemas[id]["input_schema"], &schemas[id]["output_schema"]), (&schema, &schema));
    assert_eq!(schemas.as_object().unwrap().len(), 1, "{schemas}");
    let interface = |card: &Value| card["supportedInterfaces"][0].clone();
    let url = format!("http://127.0.0.1:8080{path}");
    assert_eq!(interface(&card), json!({"url": url, "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}));
    let one = world.get(&format!("{path}/{id}{CARD}")).await.ok(200);
    assert_eq!((&one["name"], &one["description"], &one["version"]), (&json!("Add"), &json!("Adds."), &json!("1")));
    assert_eq!((interface(&one)["url"].clone(), &one["skills"]), (json!(format!("{url}/{id}")), &json!([skills[0]])));
    // Whoever has a card asks whether it is still the same.
    let tag = world.get(&format!("{path}{CARD}")).await.headers["etag"].clone();
    let again = request("GET", &format!("{path}{CARD}")).header("if-none-match", tag).body(Body::empty()).unwrap();
    let again = world.send(again).await;
    assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
    // A stopped workflow offers nothing, and its entry point is still there.
    world.post(&format!("{workflow}/stop"), json!({})).await.ok(200);
    assert_eq!(world.get(&format!("{path}{CARD}")).await.ok(200)["skills"], json!([]));
    world.get(&format!("{path}/{id}{CARD}")).await.ok(200);
    // The program's own card is that of its default project.
    let own = world.get(CARD).await.ok(200);
    let default = world.engine.store.default_project().await.unwrap();
    assert_eq!(own["supportedInterfaces"][0]["url"], json!(format!("http://127.0.0.1:8080/p/{}/a2a", default.id)));
    world.stop().await;
}

#[tokio::test]
async fn a_project_with_a_host_of_its_own_has_its_card_there() {
    let mut world = World::open().await;
    let path = agent_of(&world.started(Value::from(echo("a", json!({"title": "Add", "access": "open"})))).await);
    let project = path.split('/').nth(2).unwrap();
    let hosts = vec![format!("tools.example={project}").parse().unwrap(), OWN_HOST.parse().unwrap()];
    let config = Config { auth: Auth::Required { root_key: None }, hosts };
    world.router = rookery_api::router(world.engine.clone(), config, Agents::asked(world.fake.clone()));
    let card_of = async |host: &str| {
        let sent = Request::get(CARD).header("host", host).body(Body::empty()).unwrap();
        world.send(sent).await
    };
    let card = card_of("Tools.example:8443").await.ok(200);
    assert_eq!(card["supportedInterfaces"][0]["url"], json!(format!("http://Tools.example:8443{path}")));
    assert_eq!(card["skills"][0]["name"], "Add");
    // Another host is nobody's, and the project of this one is not there.
    for host in ["example", "rookery.lan"] {
        card_of(host).await.error(401, "unauthenticated");
    }
    world.stop().await;
}

#[tokio::test]
async fn others_see_only_what_is_open_to_everybody() {
    let world = World::locked().await;
    let mut keys = Vec::new();
    let mut projects = Vec::new();
    for name in ["mine", "others"] {
        let made = world.keyed(ROOT_KEY, "POST", "/api/v1/projects", Some(json!({"name": name}))).await.ok(201);
        let project = format!("/api/v1/projects/{}", made["data"]["id"].as_str().unwrap());
        let body = json!({"name": "k", "role": "ingest"});
        let made = world.keyed(ROOT_KEY, "POST", &format!("{project}/api_keys"), Some(body)).await.ok(201);
        keys.push(made["data"]["key"].as_str().unwrap().to_owned());
        projects.push(project);
    }
    let mut cells = echo("open", json!({"title": "Open", "access": "open"}));
    cells.extend(echo("closed", json!({"title": "Closed"})));
    cells.extend(echo("listed", json!({"title": "Listed", "access": "allow_list"})));
    let options = json!({"name": "w", "options": {"cells": cells}});
    let made = world.keyed(ROOT_KEY, "POST", &format!("{}/workflows", projects[0]), Some(options)).await.ok(201);
    let workflow = format!("{}/workflows/{}", projects[0], made["data"]["id"].as_str().unwrap());
    world.keyed(ROOT_KEY, "POST", &format!("{workflow}/start"), Some(json!({}))).await.ok(200);
    let get = async |path: &str, key: Option<&str>| -> Answer {
        let mut sent = request("GET", path);
        if let Some(key) = key {
            sent = sent.header("authorization", format!("Bearer {key}"));
        }
        world.send(sent.body(Body::empty()).unwrap()).await
    };
    let (mine, others) = (Some(keys[0].as_str()), Some(keys[1].as_str()));
    let path = agent_of(&workflow);
    let titles = |card: &Value| -> Vec<String> {
        card["skills"].as_array().unwrap().iter().map(|skill| skill["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = get(&format!("{path}{CARD}"), mine).await.ok(200);
    assert_eq!((titles(&all), &all["name"]), (vec!["Closed".to_owned(), "Listed".to_owned(), "Open".to_owned()], &json!("mine")));
    assert_eq!(all["securitySchemes"]["key"]["httpAuthSecurityScheme"]["scheme"], "Bearer");
    assert_eq!(all["securityRequirements"], json!([{"schemes": {"key": {"list": []}}}]));
    assert_eq!(get(CARD, mine).await.ok(200), all);
    for visitor in [None, others] {
        let seen = get(&format!("{path}{CARD}"), visitor).await.ok(200);
        assert_eq!(titles(&seen), ["Open"]);
        assert!(!seen.to_string().contains("mine") && !seen.to_string().contains("Closed"), "{seen}");
    }
    // A project that shows them nothing is as one that is not there.
    let silent = format!("/p/{}/a2a{CARD}", projects[1].rsplit('/').next().unwrap());
    get(&silent, None).await.error(401, "unauthenticated");
    get(&silent, mine).await.error(404, "not_found");
    let nothing = "0".repeat(32);
    for skill in all["skills"].as_array().unwrap() {
        let card = format!("{path}/{}{CARD}", skill["id"].as_str().unwrap());
        get(&card, mine).await.ok(200);
        if skill["name"] == "Open" {
            assert_eq!(get(&card, None).await.ok(200)["name"], "Open");
            assert_eq!(get(&card, others).await.ok(200)["name"], "Open");
            continue;
        }
        // It is as if it were not there.
        let unknown = [format!("{path}/{nothing}{CARD}"), format!("{path}/none{CARD}"), format!("/p/{nothing}/a2a{CARD}")];
        for unknown in unknown {
            for (visitor, status) in [(None, 401), (others, 404)] {
                let (there, nowhere) = (get(&card, visitor).await, get(&unknown, visitor).await);
                assert_eq!((there.status.as_u16(), nowhere.status.as_u16()), (status, status), "{unknown}");
                assert_eq!((there.bytes, there.headers), (nowhere.bytes, nowhere.headers), "{unknown}");
            }
        }
    }
    get(CARD, None).await.error(401, "unauthenticated");
    get(&format!("{path}{CARD}"), Some("rk_wrong")).await.error(401, "unauthenticated");
    // The key of another project calls nobody here, whatever is open.
    let open = all["skills"][2]["id"].as_str().unwrap();
    for path in [path.clone(), format!("{path}/{open}")] {
        world.keyed(&keys[1], "POST", &path, Some(json!({}))).await.error(404, "not_found");
        world.json("POST", &path, "{}").await.error(401, "unauthenticated");
    }
    world.stop().await;
}
