//! For the tests of agent types: a world outside that only records what happens, and contexts in it.

use crate::{
    Action, Agent, AgentError, AskFor, AskPerson, AskSession, AskTask, Call, Caller, ChangeEntry, ChangedEntry, Command, Context,
    Effects, Example, FoundMail, Host, LookForMail, Looked, LookedInto, Mail, Mailbox, Mailed, Mailing, Presign, ReadTo, Reply,
    ReplyTo, SendReply, ToStage, Watched, WriteRecord, WrittenRecord, build, in_config,
};
use async_trait::async_trait;
use rookery_domain::{Cell, CellId, DeliveryId, Event, EventAt, EventId, Payload, RunId, TaskId, Time};
use rookery_egress::{Request, Response};
use serde_json::{Map, Value};
use std::sync::Mutex;
use uuid::Uuid;

/// How calls are answered, which calls were made, and which events can be read.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) answer: Option<Response>,
    pub(crate) calls: Mutex<Vec<Request>>,
    pub(crate) events: Vec<Event>,
    pub(crate) reply: Option<Value>,
    pub(crate) caller: Option<Caller>,
    /// What was sent over connections: the connection, the type, the payload; and what was written: the record, the mode, the attributes.
    pub(crate) replies: Mutex<Vec<(String, String, String)>>,
    /// The delivery's mails, once they were begun; those that were sent, each with its recipient; and for whom none can be sent.
    pub(crate) mailing: Mutex<Option<Mailing>>,
    pub(crate) mails: Mutex<Vec<(String, Mail)>>,
    pub(crate) unreachable: Vec<(&'static str, AgentError)>,
    /// Why mails in folders cannot be marked.
    pub(crate) unchangeable: Option<AgentError>,
    pub(crate) watched: Vec<Watched>,
    /// What stands in folders on a mail server: the folder, the uid, the mail; and what was done there.
    pub(crate) mailbox: Vec<(&'static str, u32, String)>,
    pub(crate) done: Mutex<Vec<(String, Vec<u32>)>>,
}

impl World {
    /// A world in which external agents post this result.
    pub(crate) fn replying(result: Value) -> World {
        World { reply: Some(result), ..World::default() }
    }

    /// A world in which every run was asked for by a caller, and calls are answered.
    pub(crate) fn called_from(url: &str) -> World {
        let caller = Some(Caller { url: Some(url.to_owned()), token: Some("token".to_owned()) });
        World {
            caller,
            answer: Some(Response { status: 200, headers: Vec::new(), body: Default::default(), url: String::new() }),
            ..World::default()
        }
    }

    /// The world of an example: calls are answered with JSON, and results are posted, as the example says.
    pub(crate) fn of(example: &Example) -> World {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let answer = example.answer.as_ref().map(|answer| Response {
            status: answer["status"].as_u64().unwrap() as u16,
            headers,
            body: answer["body"].as_str().unwrap().to_owned().into(),
            url: String::new(),
        });
        World { answer, reply: example.reply.clone(), ..World::called_from("https://caller.example.com/") }
    }
}

#[async_trait]
impl Host for World {
    async fn call(&self, call: Call<'_>) -> Result<Response, AgentError> {
        self.calls.lock().unwrap().push(call.request);
        self.answer.clone().ok_or_else(|| AgentError::retry("connect_failed", "Nobody answers."))
    }

    async fn ask(&self, call: Call<'_>, _: AskFor<'_>) -> Result<Reply, AgentError> {
        let reply = self.reply.as_ref().map(|result| Reply::Result(result.to_string()));
        self.call(call).await.map(|_| Reply::Expired).or_else(|error| reply.ok_or(error))
    }

    async fn ask_session(&self, _: AskSession<'_>) -> Result<Reply, AgentError> {
        let reply = self.reply.as_ref().map(|result| Reply::Result(result.to_string()));
        reply.ok_or_else(|| AgentError::fail("agent_not_found", "There is no such agent."))
    }

    async fn ask_person(&self, _: AskPerson<'_>) -> Result<Reply, AgentError> {
        let reply = self.reply.as_ref().map(|decision| Reply::Result(decision.to_string()));
        reply.ok_or_else(|| AgentError::fail("no_base_url", "There is no address for answers."))
    }

    async fn ask_task(&self, _: AskTask<'_>) -> Result<Reply, AgentError> {
        let reply = self.reply.as_ref().map(|reply| Reply::Result(reply.to_string()));
        reply.ok_or_else(|| AgentError::fail("not_connected", "There is no such entry point."))
    }

    async fn send_reply(&self, reply: SendReply<'_>) -> Result<Vec<TaskId>, AgentError> {
        let to = match reply.to {
            ReplyTo::Connection(name) => name.to_owned(),
            ReplyTo::Client(client) => format!("all of {client}"),
        };
        let sent = (to, reply.task_type.to_owned(), reply.payload.as_str().to_owned());
        self.replies.lock().unwrap().push(sent);
        Ok(vec![TaskId(Uuid::nil())])
    }

    async fn write_record(&self, write: WriteRecord<'_>) -> Result<WrittenRecord, AgentError> {
        self.replies.lock().unwrap().push((
            format!("{}/{}", write.kind, write.id),
            if write.replaces { "replace" } else { "merge" }.to_owned(),
            Value::Object(write.attributes.clone()).to_string(),
        ));
        Ok(WrittenRecord { attributes: Value::Object(write.attributes.clone()), outcome: "created" })
    }

    async fn change_entry(&self, change: ChangeEntry<'_>) -> Result<ChangedEntry, AgentError> {
        let stage = change.stage.filter(|_| change.to != ToStage::Remove).map(str::to_owned);
        let from = (change.to != ToStage::Add).then(|| "new".to_owned());
        Ok(ChangedEntry { is_changed: true, from, stage })
    }

    async fn begin_mail(&self, about: Value) -> Result<Mailing, AgentError> {
        let begin = || Mailing { about, at: Time(1_000_000), sent: Vec::new() };
        Ok(self.mailing.lock().unwrap().get_or_insert_with(begin).clone())
    }

    async fn send_mail(&self, mail: &Mail, mailing: &Mailing) -> Result<Vec<Mailed>, AgentError> {
        let send = |to: &Mailbox| {
            if let Some((_, error)) = self.unreachable.iter().find(|(address, _)| *address == to.address()) {
                return Mailed { to: to.clone(), result: Err(error.clone()) };
            }
            if !mailing.sent.iter().any(|address| address == to.address()) {
                self.mails.lock().unwrap().push((to.address().to_owned(), mail.clone()));
                self.mailing.lock().unwrap().as_mut().unwrap().sent.push(to.address().to_owned());
            }
            Mailed { to: to.clone(), result: Ok(()) }
        };
        Ok(mail.to.iter().map(send).collect())
    }

    /// What an example is answered with is the next mail in the first folder.
    async fn look_for_mail(&self, look: LookForMail<'_>) -> Result<Vec<LookedInto>, AgentError> {
        let looked = look.folders.iter().enumerate().map(|(nth, folder)| {
            if let Some((_, error)) = self.unreachable.iter().find(|(name, _)| *name == folder.name) {
                return Err(error.clone());
            }
            let mut mails: Vec<FoundMail> = Vec::new();
            let mut add = |uid: u32, text: &str| mails.push(FoundMail { uid, text: text.to_owned().into(), is_cut: false });
            let within = self.mailbox.iter().filter(|(name, ..)| *name == folder.name);
            let last = within.clone().map(|(_, uid, _)| *uid).max().unwrap_or(4);
            let Some(known) = folder.read_to.filter(|known| known.validity == 1) else {
                return Ok(Looked { read_to: ReadTo { validity: 1, uid: last }, mails, has_more: false, not_changed: None });
            };
            if !folder.done.is_empty() {
                self.done.lock().unwrap().push((folder.name.clone(), folder.done.clone()));
            }
            within.filter(|(_, uid, _)| *uid > known.uid).for_each(|(_, uid, text)| add(*uid, text));
            if let Some(answer) = self.answer.as_ref().filter(|answer| nth == 0 && !answer.body.is_empty()) {
                add(known.uid + 1, &String::from_utf8_lossy(&answer.body));
            }
            let uid = mails.last().map_or(known.uid, |mail| mail.uid);
            let not_changed = self.unchangeable.clone().filter(|_| !folder.done.is_empty());
            Ok(Looked { read_to: ReadTo { uid, ..known }, mails, has_more: false, not_changed })
        });
        Ok(looked.collect())
    }

    async fn control(&self, commands: &[Command<'_>]) -> Result<Vec<String>, AgentError> {
        let lines = commands.iter().map(|command| match &command.action {
            Action::Configure(options) => format!("configure {} {}", command.target.id, Value::Object(options.clone())),
            action => format!("{action:?} {}", command.target.id).to_lowercase(),
        });
        Ok(lines.collect())
    }

    async fn watched(&self) -> Result<Vec<Watched>, AgentError> {
        Ok(self.watched.clone())
    }

    async fn caller(&self, _: RunId) -> Result<Option<Caller>, AgentError> {
        Ok(self.caller.clone())
    }

    async fn sign(&self, _: &str, text: &str) -> Result<String, AgentError> {
        Ok(crate::sign_standard_webhook("whsec_dGVzdA==", text)?)
    }

    async fn script(&self, credential: &str) -> Result<String, AgentError> {
        let texts = [
            ("script", "Agent.check = function() { this.log('ran it'); };"),
            ("secret", "sk_live_7c2a"),
            ("broken", "top secret!"),
        ];
        let found = texts.iter().find(|(name, _)| *name == credential).map(|(_, text)| (*text).to_owned());
        found.ok_or_else(|| AgentError::fail("credential_missing", format!("There is no credential `{credential}`.")))
    }

    /// Signatures depend on the time: here they are none.
    async fn presign(&self, presign: Presign<'_>) -> Result<Vec<String>, AgentError> {
        let seconds = presign.lasts.as_secs();
        Ok(presign.urls.iter().map(|url| format!("{url}?X-Amz-Expires={seconds}&X-Amz-Signature=0")).collect())
    }

    async fn events(&self, places: &[EventAt]) -> Result<Vec<Event>, AgentError> {
        Ok(self.events.iter().filter(|event| places.contains(&event.at())).cloned().collect())
    }
}

/// Builds an agent of this type; panics if the config has problems.
pub(crate) fn agent(agent_type: &str, config: Value) -> Box<dyn Agent> {
    build(agent_type, config.as_object().unwrap()).unwrap_or_else(|problems| panic!("{:?}", problems.errors))
}

/// The problems of a config: its fields and messages. Panics if there are none.
pub(crate) fn problems(agent_type: &str, config: Value) -> Vec<(String, String)> {
    let (mut wrong, at_save) = match build(agent_type, config.as_object().unwrap()) {
        Ok(agent) => (Vec::new(), agent.facts().at_save.clone()),
        Err(problems) => (problems.errors, problems.at_save),
    };
    wrong.extend(at_save.into_iter().map(|(field, message)| (in_config(&field), message)));
    assert!(!wrong.is_empty(), "nothing is wrong with {config}");
    wrong
}

/// The field with the only problem of a config.
pub(crate) fn problem(agent_type: &str, config: Value) -> String {
    let problems = problems(agent_type, config);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].1.len() > 10, "it names the remedy: {problems:?}");
    problems[0].0.clone()
}

pub(crate) fn cell() -> Cell {
    let id = CellId("cell".into());
    Cell { name: "Agent".into(), id, agent_type: String::new(), config: Map::new(), incarnation: 1, token: None, disabled: false }
}

/// The root event of a new run, emitted by `source`.
pub(crate) fn event(source: &str, payload: &str) -> Event {
    let id = EventId::fresh();
    Event {
        id,
        item: id,
        version: 1,
        cell: CellId(source.into()),
        incarnation: 1,
        groups: vec![],
        payload: Payload::parse(payload.as_bytes()).unwrap(),
        created_at: Time(0),
        hop: 0,
        cause: None,
        keep_until: Time(0),
        last: false,
    }
}

/// The delivery of an event at the time 1,000,000, with no memory.
pub(crate) fn context<'a>(cell: &'a Cell, event: &'a Event, host: &'a World) -> Context<'a> {
    let mut cx = Context::new(cell, DeliveryId(Uuid::nil()), host);
    cx.event = Some(event);
    cx.now = Time(1_000_000);
    cx
}

/// The effects of an agent of this type and config for an event with this payload.
pub(crate) async fn receive(agent_type: &str, config: Value, payload: &str) -> Result<Effects, AgentError> {
    let (cell, event, world) = (cell(), event("source", payload), World::default());
    agent(agent_type, config).receive(&context(&cell, &event, &world)).await
}

/// An answer of this type.
pub(crate) fn answered(status: u16, content_type: &str, body: &str) -> Response {
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    Response { status, headers, body: body.to_owned().into(), url: String::new() }
}

/// What an agent of this type and config does with an event, while all its calls get one answer; and these calls.
pub(crate) async fn sent(
    agent_type: &str,
    config: Value,
    payload: &str,
    answer: Response,
) -> (Result<Effects, AgentError>, Vec<Request>) {
    let (cell, event, world) = (cell(), event("source", payload), World { answer: Some(answer), ..World::default() });
    let result = agent(agent_type, config).receive(&context(&cell, &event, &world)).await;
    (result, world.calls.into_inner().unwrap())
}

/// The fields of a form that is sent.
pub(crate) fn form_of(request: &Request) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.body.as_deref().unwrap()).into_owned().collect()
}

/// The groups and payload texts of the events that were emitted.
pub(crate) fn emitted(effects: &Effects) -> Vec<(&str, &str)> {
    effects.emit.iter().map(|emit| (emit.groups[0].as_str(), emit.payload.as_str())).collect()
}
