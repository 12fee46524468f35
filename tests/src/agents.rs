//! A program with persistent agents: definitions from a folder, asked over the paths of PyFlue, with a model of a provider on this machine.

use crate::{Frames, Program, Provider, Rookery, wait_until};
use serde_json::{Value, json};

/// A program with agents.
pub struct Agents {
    /// The program.
    pub rookery: Rookery,
    /// The provider of the agents' models.
    pub provider: Provider,
    /// The project that the definitions belong to.
    pub project: String,
    _dir: tempfile::TempDir,
}

impl Agents {
    /// Starts it with agents of these names, and this front matter besides the model.
    pub async fn start(program: Program, agents: &[(&str, &str)]) -> Agents {
        let (dir, provider) = (tempfile::tempdir().unwrap(), Provider::new());
        for (name, front_matter) in agents {
            let model = if front_matter.contains("model:") { "" } else { "model: openai/test\n" };
            let text = format!("---\n{model}{front_matter}\n---\nYou are {name}.");
            std::fs::write(dir.path().join(format!("{name}.md")), text).unwrap();
        }
        let rookery = program.agents(dir.path(), &provider).start().await;
        let projects = rookery.api.list("/projects").await;
        let project = projects.iter().find(|project| project["name"] == "default").unwrap();
        let project = project["id"].as_str().unwrap().to_owned();
        Agents { rookery, provider, project, _dir: dir }
    }

    /// The path of a session, whose names are as they stand in a path.
    pub fn session(&self, agent: &str, instance: &str, session: &str) -> String {
        format!("/projects/{}/agents/{agent}/instances/{instance}/sessions/{session}", self.project)
    }

    /// What was said in a session: who, what, and how it stands with that.
    pub async fn said(&self, agent: &str, instance: &str, session: &str) -> Vec<(String, String, String)> {
        let messages = self.rookery.api.list(&format!("{}/messages", self.session(agent, instance, session))).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let said = |message: &Value| (text(&message["role"]), text(&message["parts"][0]["text"]), text(&message["state"]));
        messages.iter().map(said).collect()
    }

    /// Asks, and waits for the text of the answer.
    pub async fn ask(&self, path: &str, message: &str) -> String {
        let answer = self.rookery.api.post(path, &json!({"message": message})).await.expect(200);
        answer["result"]["text"].as_str().unwrap().to_owned()
    }

    /// Asks for what is held back, and gives the stream once it has begun.
    pub async fn held(&self, path: &str) -> Frames {
        let call = self.rookery.api.call(reqwest::Method::POST, path).json(&json!({"message": "hold"}));
        let mut frames = call.stream().await;
        let (start, delta) = (frames.next().await.unwrap(), frames.next().await.unwrap());
        assert_eq!((start.event.as_str(), delta.event.as_str(), &delta.data["text"]), ("start", "delta", &json!("one ")));
        frames
    }

    /// Waits until nothing runs or waits in a session.
    pub async fn is_done(&self, session: &str) {
        wait_until("a session at rest", async || {
            let answer = self.rookery.api.get(&format!("{session}/operations")).await;
            (answer.status == 200 && answer.expect(200)["data"] == json!([])).then_some(())
        })
        .await;
    }
}
