//! A prompt and its answer, whole and in pieces; who has which history; who may be reached.

use super::start;
use reqwest::Method;
use rookery_tests::Agents;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

#[tokio::test]
async fn an_agent_of_a_file_answers_and_remembers() {
    let agents = start(&[("guide", "model: demo/guide"), ("helper", "")]).await;
    let first = agents.ask("/agents/guide/i", "Hello").await;
    assert!(first.contains("You said: \"Hello\"") && first.contains("message 1"), "{first}");
    assert!(agents.ask("/agents/guide/i", "Again").await.contains("message 2"));
    agents.ask("/agents/helper/i", "Hello").await;
    assert_eq!(agents.ask("/agents/helper/i", "Again").await, "Heard: Again");
    let context = agents.provider.last_context();
    assert_eq!(context.len(), 3, "the history goes to the model as messages: {context:?}");

    // What failed stays, marked, and the model is not told of it again.
    let failed = agents.rookery.api.post("/agents/helper/i", &json!({"message": "fail"})).await;
    failed.error(502, "model_error");
    agents.ask("/agents/helper/i", "Third").await;
    assert_eq!(agents.provider.last_context().len(), 5);
    let said = agents.said("helper", "i", "default").await;
    let all = [
        ("user", "Hello", "succeeded"),
        ("assistant", "Heard: Hello", "succeeded"),
        ("user", "Again", "succeeded"),
        ("assistant", "Heard: Again", "succeeded"),
        ("user", "fail", "failed"),
        ("user", "Third", "succeeded"),
        ("assistant", "Heard: Third", "succeeded"),
    ];
    assert_eq!(said, all.map(|(role, text, state)| (role.to_owned(), text.to_owned(), state.to_owned())));
}

#[tokio::test]
async fn a_history_is_of_one_agent_id_and_session_to_the_byte() {
    let agents = start(&[("one", ""), ("two", "")]).await;
    // The paths of instances, and the names of sessions in bodies and in paths.
    let identities = [
        ("one", "%E6%97%A5%E6%9C%AC", "s", "s"),
        ("one", "%E4%B8%AD%E5%9B%BD", "s", "s"),
        ("one", "a%20b", "s", "s"),
        ("one", "a_b", "s", "s"),
        ("one", "a:b", "c", "c"),
        ("one", "a", "b:c", "b:c"),
        ("two", "a", "b:c", "b:c"),
        ("one", "a%2Fb", "x/y", "x%2Fy"),
        ("one", "%F0%9F%A6%80", "🦀?#%", "%F0%9F%A6%80%3F%23%25"),
    ];
    for (number, (agent, instance, session, _)) in identities.iter().enumerate() {
        let body = json!({"message": format!("I am {number}"), "session": session});
        agents.rookery.api.post(&format!("/agents/{agent}/{instance}"), &body).await.expect(200);
        assert_eq!(agents.provider.last_context().len(), 1, "nobody else's history: {agent} {instance} {session}");
    }
    for (number, (agent, instance, _, session)) in identities.iter().enumerate() {
        let said = agents.said(agent, instance, session).await;
        assert_eq!((said.len(), said[0].1.as_str()), (2, format!("I am {number}").as_str()), "{agent} {instance} {session}");
    }
}

/// Most clients of HTTP take such segments out of a path, so these requests are written by hand.
#[tokio::test]
async fn an_id_may_be_two_dots() {
    let agents = start(&[("one", "")]).await;
    let address = agents.rookery.api.base().strip_prefix("http://").unwrap().to_owned();
    let post = |path: &str| {
        let (body, mut stream) = (r#"{"message": "Hi"}"#, TcpStream::connect(&address).unwrap());
        let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nconnection: close\r\n");
        write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    for path in ["/agents/one/%2E%2E", "/agents/one/..", "/agents/one/%2e", "/agents/one/../dispatch", "/prompt/%2E%2E"] {
        let answer = post(path);
        assert!(answer.starts_with("HTTP/1.1 20"), "{path}: {answer}");
    }
    agents.rookery.queues_are_empty().await;
}

#[tokio::test]
async fn a_stream_comes_while_the_model_works_and_goes_on_without_its_reader() {
    let agents = start(&[("helper", "")]).await;
    let frames = agents.held("/agents/helper/i").await;
    agents.provider.release();
    let rest = frames.rest().await;
    let events: Vec<&str> = rest.iter().map(|frame| frame.event.as_str()).collect();
    assert_eq!(events, ["delta", "end"]);
    assert_eq!((&rest[0].data["text"], &rest[1].data["text"]), (&json!("two"), &json!("one two")));
    agents.provider.hold();
    let frames = agents.held("/agents/helper/i").await;
    drop(frames);
    agents.provider.release();
    agents.is_done(&agents.session("helper", "i", "default")).await;
    let said = agents.said("helper", "i", "default").await;
    assert_eq!((said.len(), said[3].1.as_str()), (4, "one two"));
}

#[tokio::test]
async fn the_default_agent_is_asked_where_none_is_named() {
    let agents = start(&[("helper", "")]).await;
    let api = &agents.rookery.api;
    let answer = api.post("/prompt/s", &json!({"payload": {"prompt": "Hi"}})).await;
    assert_eq!(answer.expect(200)["text"], "Heard: Hi");
    assert!(answer.header("x-flue-run-id").unwrap().starts_with("run_"));
    let frames = api.call(Method::POST, "/prompt/s/events").json(&json!({"prompt": "Hi"})).stream().await.rest().await;
    assert_eq!((frames[0].event.as_str(), &frames[0].data), ("start", &json!({"session_id": "s"})));
    assert_eq!(frames.last().unwrap().data["text"], "Heard: Hi");
    assert_eq!(agents.said("helper", "default", "s").await.len(), 4);
}

#[tokio::test]
async fn an_agent_without_webhook_is_closed_on_every_path() {
    let agents = start(&[("default", "triggers: {webhook: false}")]).await;
    let api = &agents.rookery.api;
    let hi = json!({"message": "Hi", "prompt": "Hi", "input": "Hi"});
    for root in ["".to_owned(), format!("/p/{}", agents.project)] {
        for path in ["/agents/default/i", "/agents/default/i/dispatch", "/prompt/s", "/prompt/s/events"] {
            for (header, value) in [("x-a", "b"), ("accept", "text/event-stream"), ("x-webhook", "true")] {
                let call = api.call(Method::POST, &format!("{root}{path}")).header(header, value);
                call.json(&hi).send().await.error(404, "agent_not_webhook");
            }
        }
    }
    assert_eq!(api.get("/agents").await.expect(200)["agents"][0]["triggers"], json!({"webhook": false}));
    assert!(agents.provider.heard().is_empty());
}

#[tokio::test]
async fn a_key_opens_the_agents_of_its_project() {
    let agents = Agents::start(crate::rookery().arg("--auth").arg("required"), &[("helper", "")]).await;
    let api = &agents.rookery.api;
    let key = async |project: &str, role: &str| {
        let made = api.post(&format!("/projects/{project}/api_keys"), &json!({"name": role, "role": role})).await.expect(201);
        made["data"]["key"].as_str().unwrap().to_owned()
    };
    let other = api.post("/projects", &json!({"name": "other"})).await.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    let (mine, others, hi) = (key(&agents.project, "editor").await, key(&other, "editor").await, json!({"message": "Hi"}));
    let nobody = api.without_key();
    nobody.post("/agents/helper/i", &hi).await.error(401, "unauthenticated");
    for call in
        [api.with_key(&mine).call(Method::POST, "/agents/helper/i"), nobody.call(Method::POST, "/agents/helper/i").basic(&mine)]
    {
        assert_eq!(call.json(&hi).send().await.expect(200)["result"]["text"], "Heard: Hi");
    }
    api.with_key(&others).post("/agents/helper/i", &hi).await.error(404, "agent_not_found");
    let path = format!("/p/{}/agents/helper/i", agents.project);
    api.with_key(&others).post(&path, &hi).await.error(404, "not_found");
    api.with_key(&mine).post(&path, &hi).await.expect(200);
    api.with_key(&others).get(&agents.session("helper", "i", "default")).await.error(404, "not_found");
}
