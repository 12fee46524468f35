//! The world outside, as agents reach it: the one egress client, credentials that are filled in at the last moment, events of the store.

use crate::Engine;
use crate::delivery::work::Work;
use crate::external::outside_call::OutsideCall;
use crate::external::pending::Asked;
use async_trait::async_trait;
use rookery_agents::template::Scope;
use rookery_agents::{
    AgentError, AskFor, AskPerson, AskSession, AskTask, Call, Caller, ChangeEntry, ChangedEntry, Command, Effects, Host,
    LookForMail, LookedInto, Mail, Mailed, Mailing, Presign, Reply, SendReply, Watched, WriteRecord, WrittenRecord,
    sign_standard_webhook,
};
use rookery_domain::{AgentRef, Error, Event, EventAt, ProjectId, RunId, TaskId};
use rookery_egress::{Response, Secret};
use serde_json::Value;
use std::sync::Mutex;

/// The header with which the called service may continue the trace. Source: W3C Trace Context.
const TRACE: &str = "traceparent";

/// Why an agent is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The effects are to be committed.
    Commit,
    /// The effects are only shown. Outside calls are made if the caller asked for them; otherwise each one is refused and noted.
    DryRun {
        /// Whether the caller asked for outside calls.
        calls: bool,
    },
}

/// Why a call of the host stopped without an answer.
pub(crate) enum Stopped {
    /// The error that the agent is told.
    Agent(AgentError),
    /// A store or queue did not answer. Nothing is decided, and the attempt is made again (rule 8).
    Store(Error),
}

impl From<AgentError> for Stopped {
    fn from(error: AgentError) -> Self {
        Stopped::Agent(error)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Stopped::Store(error)
    }
}

/// The host of one attempt.
pub(crate) struct EngineHost<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) agent: &'a AgentRef,
    pub(crate) work: &'a Work,
    pub(crate) purpose: Purpose,
    noted: Mutex<Noted>,
}

/// What an attempt came to, as its host knows it.
pub(crate) struct Told {
    /// The agent's result, with the lines about refused calls.
    pub(crate) result: Result<Effects, AgentError>,
    /// How far the agent got with what it asked of others.
    pub(crate) asked: Asked,
    /// For a dry run: the outside calls that the agent made, or would make.
    pub(crate) calls: Vec<OutsideCall>,
}

/// What is noted while the agent runs.
#[derive(Default)]
struct Noted {
    /// The outside calls of a dry run.
    calls: Vec<OutsideCall>,
    /// Lines about calls that were refused.
    refused: Vec<String>,
    /// How far the agent got with what it asked of others.
    asked: Asked,
    /// The error of a store or queue that did not answer; the agent's result then does not count.
    broken: Option<Error>,
}

#[async_trait]
impl Host for EngineHost<'_> {
    async fn call(&self, call: Call<'_>) -> Result<Response, AgentError> {
        self.call_out(call).await
    }

    async fn ask(&self, call: Call<'_>, ask: AskFor<'_>) -> Result<Reply, AgentError> {
        self.note_asked(self.ask_agent(call, ask)).await
    }

    async fn ask_session(&self, ask: AskSession<'_>) -> Result<Reply, AgentError> {
        self.note_asked(self.ask_persistent_agent(ask)).await
    }

    async fn ask_person(&self, ask: AskPerson<'_>) -> Result<Reply, AgentError> {
        self.note_asked(self.ask_somebody(ask)).await
    }

    async fn ask_task(&self, ask: AskTask<'_>) -> Result<Reply, AgentError> {
        self.note_asked(self.ask_entry_point(ask)).await
    }

    async fn send_reply(&self, reply: SendReply<'_>) -> Result<Vec<TaskId>, AgentError> {
        self.reply(reply).await.map_err(|stopped| self.stopped(stopped))
    }

    async fn write_record(&self, write: WriteRecord<'_>) -> Result<WrittenRecord, AgentError> {
        self.write(write).await.map_err(|stopped| self.stopped(stopped))
    }

    async fn change_entry(&self, change: ChangeEntry<'_>) -> Result<ChangedEntry, AgentError> {
        self.change(change).await.map_err(|stopped| self.stopped(stopped))
    }

    async fn begin_mail(&self, about: Value) -> Result<Mailing, AgentError> {
        self.begin_mailing(about).await.map_err(|stopped| self.stopped(stopped))
    }

    async fn send_mail(&self, mail: &Mail, mailing: &Mailing) -> Result<Vec<Mailed>, AgentError> {
        self.mail(mail, mailing).await.map_err(|stopped| self.stopped(stopped))
    }

    async fn look_for_mail(&self, look: LookForMail<'_>) -> Result<Vec<LookedInto>, AgentError> {
        self.look(look).await.map_err(|stopped| self.stopped(stopped))
    }

    async fn control(&self, commands: &[Command<'_>]) -> Result<Vec<String>, AgentError> {
        self.command(commands).await.map_err(|stopped| self.stopped(stopped))
    }

    async fn watched(&self) -> Result<Vec<Watched>, AgentError> {
        self.watch().await.map_err(|stopped| self.stopped(stopped))
    }

    async fn caller(&self, run: RunId) -> Result<Option<Caller>, AgentError> {
        let caller = self.engine.store.caller(&self.agent.workflow, run).await?;
        Ok(caller.map(|caller| Caller { url: caller.url, token: caller.token }))
    }

    async fn sign(&self, credential: &str, text: &str) -> Result<String, AgentError> {
        Ok(sign_standard_webhook(&self.value_of(credential).await?, text)?)
    }

    async fn script(&self, credential: &str) -> Result<String, AgentError> {
        self.value_of(credential).await
    }

    async fn presign(&self, presign: Presign<'_>) -> Result<Vec<String>, AgentError> {
        let secrets = self.secrets(presign.credentials, presign.scope).await?;
        Ok(presign.key.presign(&presign.urls, presign.lasts, &secrets)?)
    }

    async fn events(&self, places: &[EventAt]) -> Result<Vec<Event>, AgentError> {
        Ok(self.engine.store.events(&self.agent.workflow, places).await?)
    }
}

impl<'a> EngineHost<'a> {
    /// Makes the host for one attempt of an agent.
    pub(crate) fn new(engine: &'a Engine, agent: &'a AgentRef, work: &'a Work, purpose: Purpose) -> Self {
        EngineHost { engine, agent, work, purpose, noted: Mutex::default() }
    }

    pub(crate) fn project(&self) -> &ProjectId {
        &self.agent.workflow.project
    }

    fn note(&self, note: impl FnOnce(&mut Noted)) {
        note(&mut self.noted.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
    }

    /// Notes how far the agent gets with what it asks.
    async fn note_asked(&self, asking: impl Future<Output = Result<Reply, Stopped>> + Send) -> Result<Reply, AgentError> {
        self.note(|noted| noted.asked = Asked::Waiting);
        match asking.await {
            Ok(reply) => {
                if let Reply::Result(_) | Reply::Expired | Reply::Cancelled = reply {
                    self.note(|noted| noted.asked = Asked::Told);
                }
                Ok(reply)
            }
            Err(stopped) => Err(self.stopped(stopped)),
        }
    }

    /// What the agent is told. After a store or queue that did not answer, the agent's result does not count.
    fn stopped(&self, stopped: Stopped) -> AgentError {
        match stopped {
            Stopped::Agent(error) => error,
            Stopped::Store(error) => {
                let told = AgentError::retry(error.code, error.message.clone());
                self.note(|noted| noted.broken = Some(error));
                told
            }
        }
    }

    /// Notes a call that was not made.
    pub(crate) fn refuse(&self, line: String) {
        self.note(|noted| noted.refused.push(line));
    }

    /// Notes an outside call that a dry run does not make.
    pub(crate) fn refuse_call(&self, call: &Call<'_>) {
        let call = OutsideCall::of(call);
        self.refuse(format!("would call {} {}", call.method, call.url));
        self.note(|noted| noted.calls.push(call));
    }

    /// Notes a mail that a dry run does not send.
    pub(crate) fn refuse_mail(&self, mail: OutsideCall) {
        self.refuse(format!("would send a mail to {}", mail.url.trim_start_matches("mailto:")));
        self.note(|noted| noted.calls.push(mail));
    }

    /// Notes a look into a folder of a dry run.
    pub(crate) fn note_look(&self, look: OutsideCall) {
        if !look.made {
            self.refuse(format!("would look for mail at {}", look.url));
        }
        self.note(|noted| noted.calls.push(look));
    }

    /// What the attempt came to. An error when a store or queue did not answer.
    pub(crate) fn told(self, mut result: Result<Effects, AgentError>) -> rookery_domain::Result<Told> {
        let noted = self.noted.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(error) = noted.broken {
            return Err(error);
        }
        match &mut result {
            Ok(effects) => effects.logs.extend(noted.refused),
            Err(error) if !noted.refused.is_empty() => {
                error.message = format!("{} It {}.", error.message, noted.refused.join("; "));
            }
            Err(_) => {}
        }
        Ok(Told { result, asked: noted.asked, calls: noted.calls })
    }

    async fn value_of(&self, credential: &str) -> Result<String, AgentError> {
        let found = self.engine.store.credentials(self.project(), &[credential.to_owned()]).await?.pop().flatten();
        Ok(found.ok_or_else(|| credential_missing(credential))?.value)
    }

    pub(crate) async fn call_out(&self, call: Call<'_>) -> Result<Response, AgentError> {
        if self.purpose == (Purpose::DryRun { calls: false }) {
            self.refuse_call(&call);
            return Err(AgentError::fail("outside_call", "A dry run makes no outside calls unless `outside_calls` is true."));
        }
        if self.purpose == (Purpose::DryRun { calls: true }) {
            self.note(|noted| noted.calls.push(OutsideCall { made: true, ..OutsideCall::of(&call) }));
        }
        let mut request = call.request;
        request.secrets.extend(self.secrets(call.credentials, call.scope).await?);
        if let Some(trace) = rookery_trace::current()
            && !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(TRACE))
        {
            request.headers.push((TRACE.to_owned(), trace.to_string()));
        }
        Ok(self.engine.egress.send(request).await?)
    }

    /// The credentials of these names, as their marks of this scope name them.
    pub(crate) async fn secrets(&self, names: &[String], scope: &Scope) -> Result<Vec<Secret>, AgentError> {
        let found = self.engine.store.credentials(self.project(), names).await?;
        let named = names.iter().zip(found).map(|(name, credential)| {
            let credential = credential.ok_or_else(|| credential_missing(name))?;
            let (marker, hosts) = (scope.marker(name), credential.hosts);
            Ok(Secret { marker, name: credential.name, value: credential.value, hosts })
        });
        named.collect()
    }
}

fn credential_missing(name: &str) -> AgentError {
    AgentError::fail("credential_missing", format!("There is no credential `{name}`: set it in the project."))
}
