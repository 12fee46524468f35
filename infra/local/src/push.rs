//! `rookery push`: the agents of a folder become those of a server, which may be a deployment. All are checked first, so that none is saved
//! while something is wrong with another; what the server has already is not saved again.

use crate::agents_dir::{self, Files};
use anyhow::{Context, bail};
use rookery_domain::{ProjectId, limits};
use rookery_egress::{Allow, Egress, Policy, Request};
use rookery_sessions::definition::Source;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The project that is meant if none is named and the key opens several.
const DEFAULT: &str = "default";

/// What is pushed, and where to.
#[derive(Clone, Debug, clap::Args)]
pub struct Push {
    /// The folder: each file NAME.md defines the agent NAME, and profiles/NAME.md a profile.
    pub dir: PathBuf,
    /// The server, like `https://rookery.example.com`.
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// The project's id. Without it, the one project that the key opens, or the one named `default`.
    #[arg(long, value_name = "ID")]
    pub project: Option<ProjectId>,
    /// The key: one that may edit the project.
    #[arg(long, env = "ROOKERY_KEY", hide_env_values = true, value_name = "KEY")]
    pub key: Option<String>,
}

impl Push {
    /// Pushes the agents. Gives a line for each.
    ///
    /// # Errors
    /// A folder that cannot be read, a file with errors, a server that does not answer or refuses.
    pub async fn run(&self) -> anyhow::Result<Vec<String>> {
        let files = agents_dir::files(&self.dir).with_context(|| format!("reading the agents in {}", self.dir.display()))?;
        let sources = sources(files)?;
        let server = Server::new(self)?;
        let project = match &self.project {
            Some(project) => project.to_string(),
            None => server.project().await?,
        };
        let agents = format!("/api/v1/projects/{project}/agents");
        let mut wrong = Vec::new();
        for (name, source) in &sources {
            let judged = server.call(http::Method::POST, &format!("{agents}/{name}/check"), Some(&json!(source))).await?;
            wrong.extend(lines(&judged["data"]["errors"]));
            lines(&judged["data"]["warnings"]).for_each(|warning| eprintln!("{warning}"));
        }
        if !wrong.is_empty() {
            bail!("nothing was pushed:\n{}", wrong.join("\n"));
        }
        let mut told = Vec::new();
        for (name, source) in &sources {
            told.push(server.save(&agents, name, source).await?);
        }
        Ok(told)
    }
}

/// What the files define.
fn sources(files: Files) -> anyhow::Result<BTreeMap<String, Source>> {
    let read = |text: agents_dir::Text, file: &str| text.map_err(|why| anyhow::anyhow!("{file}: {why}"));
    let mut profiles = BTreeMap::new();
    for (name, text) in files.profiles {
        profiles.insert(name.clone(), read(text, &format!("profiles/{name}.md"))?);
    }
    let mut sources = BTreeMap::new();
    for (name, text) in files.agents {
        let text = read(text, &format!("{name}.md"))?;
        sources.insert(name, Source { text, profiles: profiles.clone() });
    }
    match sources.is_empty() {
        true => bail!("the folder has no agent: write one as NAME.md"),
        false => Ok(sources),
    }
}

/// The lines of what is wrong with a definition, or hardly meant.
fn lines(found: &Value) -> impl Iterator<Item = String> {
    let text = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
    found.as_array().into_iter().flatten().map(move |one| {
        let (file, field, message) = (text(one, "file"), text(one, "field"), text(one, "message"));
        let field = if field.is_empty() { field } else { format!("{field}: ") };
        format!("{file}:{}: {field}{message}", one["line"])
    })
}

/// A server's API.
struct Server {
    egress: Egress,
    url: String,
    key: Option<String>,
}

impl Server {
    /// Whoever pushes says where to, so that may be any address.
    fn new(push: &Push) -> anyhow::Result<Self> {
        let allow = ["0.0.0.0/0", "::/0"].map(|range| range.parse::<Allow>());
        let allow = allow.into_iter().collect::<Result<_, _>>().context("any address")?;
        let egress = Egress::new(Policy { allow, ..Policy::default() });
        Ok(Server { egress, url: push.to.trim_end_matches('/').to_owned(), key: push.key.clone() })
    }

    /// Makes a call; an answer that is an error is one.
    async fn call(&self, method: http::Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let (status, answer) = self.send(method, path, body).await?;
        let told = |field: &str| answer["error"][field].as_str().unwrap_or_default();
        match status {
            200..300 => Ok(answer),
            401 | 403 if self.key.is_none() => bail!("{} wants a key: give one as --key, or in ROOKERY_KEY", self.url),
            _ => bail!("{} answered with {status}: {} {}", self.url, told("message"), told("details")),
        }
    }

    async fn send(&self, method: http::Method, path: &str, body: Option<&Value>) -> anyhow::Result<(u16, Value)> {
        let mut request = Request::new(method, format!("{}{path}", self.url));
        request.headers.extend(self.key.as_ref().map(|key| ("Authorization".to_owned(), format!("Bearer {key}"))));
        if let Some(body) = body {
            request.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            request.body = Some(body.to_string().into());
        }
        let response = self.egress.send(request).await.with_context(|| format!("calling {}", self.url))?;
        Ok((response.status, serde_json::from_slice(&response.body).unwrap_or_default()))
    }

    /// The project that is meant.
    async fn project(&self) -> anyhow::Result<String> {
        let listed = self.call(http::Method::GET, &format!("/api/v1/projects?limit={}", limits::PAGE_MAX), None).await?;
        let projects = listed["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let meant = match projects {
            [one] => Some(one),
            several => several.iter().find(|project| project["name"] == DEFAULT),
        };
        let id = meant.and_then(|project| project["id"].as_str());
        id.map(str::to_owned).context("the key opens no project, or several: name one by --project")
    }

    /// Saves an agent, unless the server has it so. Gives the line that tells about it.
    async fn save(&self, agents: &str, name: &str, source: &Source) -> anyhow::Result<String> {
        let path = format!("{agents}/{name}");
        let (status, there) = self.send(http::Method::GET, &path, None).await?;
        let there = &there["data"];
        let has_profile = |(name, text): (&String, &Value)| source.profiles.get(name).is_some_and(|own| text == own);
        let is_same = status == 200
            && there["text"] == source.text
            && there["running_version"] == there["version"]
            && there["profiles"].as_object().is_none_or(|profiles| profiles.iter().all(has_profile));
        if is_same {
            return Ok(format!("{name}: version {} runs already", there["version"]));
        }
        let saved = self.call(http::Method::PUT, &path, Some(&json!(source))).await?;
        Ok(format!("{name}: version {} runs", saved["data"]["running_version"]))
    }
}

#[cfg(test)]
mod tests;
