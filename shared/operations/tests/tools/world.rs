//! A session on a real table, with a scripted model: a question is a list of steps, each a list of calls. The model asks for the calls of a
//! step at once, and says what it was told when no step is left.

use futures::StreamExt;
use rookery_boot::{Booted, Clients, Options, TABLE};
use rookery_domain::{
    Args, Message as Said, OperationAt, Part, Payload, ProjectId, Role, SessionAt, Stop, Time, ToolCall, ToolResult,
};
use rookery_egress::Policy;
use rookery_models::{Answer, Completed, ModelRequest, Models, Providers, Scripted, StreamEvent};
use rookery_operations::{Operations, Operator, ToolFailure, Tools, define_tool};
use rookery_queue::{Handler, Message, QueueUrls};
use rookery_sessions::admit::{Admit, Admitted};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::definition::{self, Definitions, Environment};
use rookery_sessions::entry::{Entry, What};
use rookery_standins::Standins;
use rookery_store::{DefinitionSource, SessionNames, Store};
use serde_json::Value;
use std::sync::{Arc, Mutex};

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) project: ProjectId,
    pub(crate) names: SessionNames,
    tools: Tools,
    offered: Arc<Mutex<Vec<String>>>,
    urls: QueueUrls,
    standins: Arc<Standins>,
    _folder: Arc<tempfile::TempDir>,
}

impl World {
    /// A session of an agent with these tools and hosts, as its definition lists them.
    pub(crate) async fn start(tools: &str, hosts: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let clients = Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build());
        let urls = rookery_boot::create(&clients).await.unwrap();
        let store = Store::new(clients.dynamodb, TABLE);
        let project = store.create_project("default").await.unwrap().id;
        let names = SessionNames { agent: "guide".into(), instance: "7".into(), session: "default".into() };
        let world = World {
            store,
            project,
            names,
            tools: Tools::default(),
            offered: Default::default(),
            urls,
            standins: Arc::new(standins),
            _folder: Arc::new(folder),
        };
        world.define(tools, hosts).await;
        world
    }

    async fn define(&self, tools: &str, hosts: &str) {
        let text = format!("---\nmodel: demo/script\ntools: {tools}\nhosts: [{hosts}]\n---\nHelp.");
        let source = definition::Source { text, ..Default::default() };
        let definitions = Definitions::new(self.store.clone(), Environment::default());
        let name = self.names.agent.parse().unwrap();
        let (_, judged) = definitions.save(&self.project, &name, &source, DefinitionSource::Api, None).await.unwrap();
        assert_eq!(judged.errors, []);
    }

    pub(crate) fn with_tools(self, tools: Tools) -> World {
        World { tools, ..self }
    }

    /// The same place, with another project, whose agent has these tools.
    pub(crate) async fn other_project(&self, tools: &str) -> World {
        let project = self.store.create_project("other").await.unwrap().id;
        let world = World { project, ..self.session(&self.names.session) };
        world.define(tools, "").await;
        world
    }

    /// Another session of the same agent and instance.
    pub(crate) fn session(&self, name: &str) -> World {
        World {
            store: self.store.clone(),
            project: self.project.clone(),
            names: SessionNames { session: name.into(), ..self.names.clone() },
            tools: self.tools.clone(),
            offered: Default::default(),
            urls: self.urls.clone(),
            standins: self.standins.clone(),
            _folder: self._folder.clone(),
        }
    }

    pub(crate) fn at(&self) -> SessionAt {
        SessionAt { project: self.project.clone(), key: self.names.key() }
    }

    /// The work on sessions of another process. Agents may call this machine.
    pub(crate) fn operations(&self) -> Operations {
        let clients = Clients::new(self.standins.dynamodb_config().build(), self.standins.sqs_config().build());
        let egress = Policy { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Policy::default() };
        let options = Options { egress, ..Options::default() };
        let Booted { engine, egress, .. } = rookery_boot::assemble(clients, TABLE, self.urls.clone(), options);
        let offered = self.offered.clone();
        let scripted = Scripted::default().with("script", move |request| {
            *offered.lock().unwrap() = request.tools.iter().map(|tool| tool.name.clone()).collect();
            play(request)
        });
        let providers = Arc::new(Providers::from_env([]).unwrap());
        let models = Models::new(egress, providers.clone(), scripted);
        let definitions = Definitions::new(engine.store.clone(), Environment::default());
        let operations = Operations::new(engine.sessions.clone(), definitions, models, providers);
        operations.with_tools(self.tools.clone())
    }

    /// Asks for these steps, without having them done.
    pub(crate) async fn ask(&self, steps: &Value) -> OperationAt {
        let ask = Ask {
            message: steps.to_string(),
            payload: None,
            source: Source::Dispatch,
            run_ms: 600_000,
            wait_until: Time::now().plus(600_000),
        };
        let at = self.at();
        let admit = Admit { at: &at, names: &self.names, ask: &ask, key: None, here: None, only_if_free: false };
        match self.operations().sessions().admit(&admit).await.unwrap() {
            Admitted::New { operation, .. } => operation,
            same => panic!("{same:?}"),
        }
    }

    /// Has the steps done, and gives what the calls' results are.
    pub(crate) async fn results(&self, steps: &Value) -> Vec<ToolResult> {
        let operation = self.ask(steps).await;
        Operator::new(self.operations()).handle(Message::wake(&operation)).await.unwrap();
        self.log().await.into_iter().filter(|what| what.n() == operation.n).filter_map(result_of).collect()
    }

    /// Has the steps done, and gives what the model was told.
    pub(crate) async fn told(&self, steps: &Value) -> Vec<String> {
        self.results(steps).await.into_iter().map(|result| result.text).collect()
    }

    /// What happened in the session.
    pub(crate) async fn log(&self) -> Vec<What> {
        let (at, mut whats, mut after) = (self.at(), Vec::new(), 0);
        loop {
            let page = self.store.entries(&at, after).await.unwrap();
            for (number, text) in page.entries {
                whats.push(serde_json::from_str::<Entry>(&text).unwrap().what);
                after = number;
            }
            if !page.more {
                return whats;
            }
        }
    }

    /// What became of the last operation.
    pub(crate) async fn state(&self) -> String {
        self.store.last_operation(&self.at()).await.unwrap().unwrap().ended.unwrap().state
    }

    /// The names of the tools that the model was told of, in order.
    pub(crate) fn offered(&self) -> Vec<String> {
        self.offered.lock().unwrap().clone()
    }
}

pub(crate) fn result_of(what: What) -> Option<ToolResult> {
    if let What::ToolDone { result, .. } = what { Some(result) } else { None }
}

/// Tools that call `run` with their argument `say`: `read` and `list` may be repeated, `http` is made once.
pub(crate) fn tools_of(run: impl Fn(&str) -> Result<String, ToolFailure> + Clone + Send + Sync + 'static) -> Tools {
    let mut tools = Tools::default();
    for name in ["read", "list", "http"] {
        let run = run.clone();
        let tool = define_tool(name, "Of a test.", move |args: Say, _| {
            let run = run.clone();
            async move { args.say.map_or(Ok("fine".to_owned()), |say| run(&say)) }
        });
        tools = tools.with(if name == "http" { tool } else { tool.repeatable() }).unwrap();
    }
    tools
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub(crate) struct Say {
    pub(crate) say: Option<String>,
}

/// The step of the question that is next: as many as there are answers since.
fn play(request: &ModelRequest) -> Answer {
    let is_question = |said: &Said| said.role == Role::User && said.parts.iter().any(|part| matches!(part, Part::Text(_)));
    let asked = request.messages.iter().rposition(is_question).unwrap();
    let done = request.messages[asked..].iter().filter(|said| said.role == Role::Assistant).count();
    let steps: Vec<Vec<(String, Value)>> = serde_json::from_str(&request.messages[asked].text()).unwrap();
    let calls = steps.get(done).cloned().unwrap_or_default();
    let mut parts: Vec<Part> = Vec::new();
    for (index, (name, args)) in calls.into_iter().enumerate() {
        let args = match args {
            Value::String(text) => Args::Malformed(text),
            args => Payload::of(args).map_or_else(|error| Args::Malformed(error.message), Args::Json),
        };
        // Some providers give the same ids in each answer.
        parts.push(Part::ToolCall(ToolCall { id: format!("call_{index}"), name, args, seal: None }));
    }
    let stop = if parts.is_empty() { Stop::End } else { Stop::Tools };
    let mut events = Vec::new();
    if parts.is_empty() {
        events.push(StreamEvent::Text("done".into()));
        parts.push(Part::Text("done".into()));
    }
    let completed = Completed {
        message: Said { role: Role::Assistant, parts },
        stop,
        usage: Default::default(),
        model: request.model.to_string(),
        request_id: None,
    };
    events.push(StreamEvent::Done(completed));
    futures::stream::iter(events).map(Ok).boxed()
}
