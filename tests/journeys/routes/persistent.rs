//! The routes of persistent agents and their sessions. In a deployment, agents may be asked at another address.

use super::Tour;
use reqwest::Method;
use rookery_tests::{Answer, agent, cells, link};
use serde_json::{Value, json};

pub(super) async fn agents(tour: &mut Tour) {
    let text = "---\nmodel: demo/guide\n---\nYou help.";
    for (project, root) in [("{p}", "/p/{p}"), ("{default}", "")] {
        tour.get(&format!("{root}/agents")).await;
        if project == "{default}" {
            // Now it is there.
            let projects = tour.api.list("/projects").await;
            let default = projects.iter().find(|project| project["name"] == "default").unwrap();
            tour.learn("default", &default["id"]);
        }
        let agent = format!("/projects/{project}/agents/{{helper}}");
        tour.ids.insert("helper", "tour".to_owned());
        // Some emulators of AWS decode a slash in a path; `here` has such ids.
        tour.ids.insert("i", "ticket-7".to_owned());
        let checked = tour.post(&format!("{agent}/check"), json!({"text": text})).await.expect(200);
        assert_eq!(checked["data"]["errors"], json!([]));
        let saved = tour.call(Method::PUT, &agent, Some(json!({"text": text}))).await.expect(200);
        assert_eq!(tour.get(&agent).await, saved);
        let version = saved["data"]["version"].to_string();
        tour.ids.insert("v", version);
        assert_eq!(tour.get(&format!("{agent}/versions/{{v}}")).await["data"]["text"], text);
        tour.post(&format!("{agent}/versions/{{v}}/restore"), json!({})).await.expect(200);
        assert!(tour.get(&format!("{agent}/versions")).await["data"].as_array().unwrap().len() >= 2);
        assert_eq!(tour.get(&format!("/projects/{project}/agents")).await["data"][0]["name"], "tour");
        // Workflows that are called by their names are there, too.
        let listed = tour.get(&format!("{root}/agents")).await;
        let path = json!("/agents/tour/{agent_id}");
        assert!(listed["agents"].as_array().unwrap().iter().any(|agent| agent["path"] == path), "{listed}");
        for (path, body, expected) in [
            ("/agents/{helper}/{i}", json!({"message": "Hi", "session": "s"}), "/result/text"),
            ("/agents/{helper}/{i}/dispatch", json!({"input": "Hi", "session": "t"}), "/dispatch_id"),
            ("/prompt/{i}", json!({"prompt": "Hi"}), "/text"),
            ("/prompt/{i}/events", json!({"prompt": ""}), "/error/details"),
            ("/sessions/{i}/abort", json!({}), "/session_id"),
        ] {
            let answer = tour.post(&format!("{root}{path}"), body).await;
            let body: Value = serde_json::from_str(&answer.text).unwrap();
            assert!(is_elsewhere(&answer) || body.pointer(expected).is_some(), "{path}: {body}");
        }
        // It opens a socket, if it is asked for one.
        let answer = tour.call(Method::GET, &format!("{root}/agents/{{helper}}/{{i}}"), None).await;
        answer.error(405, "method_not_allowed");
    }
}

/// Whether agents are asked at another address of the deployment.
fn is_elsewhere(answer: &Answer) -> bool {
    answer.status == 404 && answer.text.contains("address for prompts")
}

pub(super) async fn sessions(tour: &mut Tour) {
    let session = "/projects/{p}/agents/{helper}/instances/{i}/sessions/{s}";
    tour.ids.insert("s", "s".to_owned());
    let is_there = tour.call(Method::GET, session, None).await.status == 200;
    let listed = tour.get("/projects/{p}/agents/{helper}/instances").await;
    assert!(!is_there || listed["data"] != json!([]), "{listed}");
    let listed = tour.get("/projects/{p}/agents/{helper}/instances/{i}/sessions").await;
    assert!(!is_there || listed["data"] != json!([]), "{listed}");
    for (below, expected) in [("/messages", "Hi"), ("/events", "op_start"), ("/operations", "data"), ("/usage", "total_tokens")] {
        let answer = tour.call(Method::GET, &format!("{session}{below}"), None).await;
        assert!(!is_there || answer.text.contains(expected), "{below}: {}", answer.text);
    }
    let files = tour.call(Method::GET, &format!("{session}/files"), None).await;
    assert_eq!(files.status, if is_there { 200 } else { 404 }, "{}", files.text);
    tour.ids.insert("file", "notes.md".to_owned());
    tour.call(Method::GET, &format!("{session}/files/{{file}}"), None).await.error(404, "not_found");
    tour.ids.insert("operation", "none".to_owned());
    tour.post(&format!("{session}/operations/{{operation}}/cancel"), json!({})).await.error(404, "not_found");
    let forked = tour.post(&format!("{session}/fork"), json!({"session": "copy"})).await;
    assert_eq!(forked.status, if is_there { 201 } else { 404 }, "{}", forked.text);
    let deleted = tour.call(Method::DELETE, session, None).await;
    assert_eq!(deleted.status, if is_there { 204 } else { 404 }, "{}", deleted.text);
    for project in ["{p}", "{default}"] {
        assert_eq!(tour.call(Method::DELETE, &format!("/projects/{project}/agents/{{helper}}"), None).await.status, 204);
    }
}

/// Workflows by name, and runs: of the tour's own workflow in one project, of nothing in the other.
pub(super) async fn called(tour: &mut Tour) {
    for (root, is_there) in [("/p/{p}", true), ("", false)] {
        tour.ids.insert("called", "Called".to_owned());
        if is_there {
            let options = cells([
                agent("in", "manual", json!({})),
                agent("result", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
                link("in", "result"),
            ]);
            let made = tour.post("/projects/{p}/workflows", json!({"name": "Called", "options": options})).await.expect(201);
            tour.learn("flow", &made["data"]["id"]);
            tour.post("/projects/{p}/workflows/{flow}/start", json!({})).await.expect(200);
        }
        let answer = tour.post(&format!("{root}/workflows/{{called}}?wait=result"), json!({"n": 1})).await;
        tour.ids.insert("run_id", "none".to_owned());
        if is_there {
            let done = answer.expect(200);
            assert_eq!(done["status"], "completed");
            tour.learn("run_id", &done["run_id"]);
        } else {
            answer.error(404, "not_found");
        }
        // It opens a socket, if it is asked for one.
        let socket = tour.call(Method::GET, &format!("{root}/workflows/{{called}}"), None).await;
        socket.error(405, "method_not_allowed");
        tour.ids.insert("instance", tour.ids["run_id"].clone());
        for (path, shows) in [
            ("/runs/{run_id}", "succeeded"),
            ("/runs/{run_id}/events", "run_start"),
            ("/runs/{run_id}/stream", "event: run_end"),
            ("/admin/runs/{run_id}", "succeeded"),
            ("/admin/runs", "runs"),
            ("/admin/agents", "agents"),
            ("/admin/agents/{called}/instances", "Called"),
            ("/admin/agents/{called}/instances/{instance}/runs", "Called"),
        ] {
            let answer = tour.call(Method::GET, &format!("{root}{path}"), None).await;
            let is_there = is_there || ["/admin/runs", "/admin/agents"].contains(&path);
            assert_eq!(answer.status, if is_there { 200 } else { 404 }, "{path}: {}", answer.text);
            assert!(!is_there || answer.text.contains(shows), "{path}: {}", answer.text);
        }
    }
}
