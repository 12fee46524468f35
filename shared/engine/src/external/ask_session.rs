//! Asking a persistent agent: the record is stored, then the question gets its place in the session, once. Whoever notes the end of the
//! operation answers the record (`rookery_sessions::cell`). No model is called here.

use crate::delivery::backoff::jitter_ms;
use crate::external::ask::full;
use crate::external::host::{EngineHost, Purpose, Stopped};
use crate::external::pending::pending_id;
use rookery_agents::{AgentError, AskSession, Reply};
use rookery_domain::{Error, Time, limits};
use rookery_sessions::definition::agent_not_found;
use rookery_store::{AskedSession, Opened, Pending, SessionNames};

/// How long a delivery waits whose session takes no more questions, in milliseconds; up to as much again is added by chance.
const FULL_MS: i64 = 30_000;

impl EngineHost<'_> {
    pub(crate) async fn ask_persistent_agent(&self, ask: AskSession<'_>) -> Result<Reply, Stopped> {
        if self.purpose != Purpose::Commit {
            self.refuse(format!("would ask the agent {}: {}", ask.agent, ask.message));
            return Err(AgentError::fail("agent_asked", "A dry run does not wait for an answer: it asks no agent.").into());
        }
        let known = self.engine.store.pending(&self.agent.workflow, pending_id(self.work)).await?;
        let pending = match known {
            Some(pending) => pending,
            None => {
                self.judge(&ask).await?;
                match self.open_session_ask(&ask).await? {
                    Some(pending) => pending,
                    None => return Ok(full(self.work.attempt, ask.most)),
                }
            }
        };
        if let Some(ended) = self.ended(&pending).await? {
            return Ok(ended);
        }
        let has_its_place = pending.session.as_ref().is_some_and(|session| session.n.is_some());
        if !has_its_place {
            match self.engine.sessions.ask_for(&pending, ask.message, ask.payload).await {
                Err(error) if error.code == "session_full" => {
                    return Ok(Reply::NotNow(Time::now().plus(FULL_MS + jitter_ms(FULL_MS)), error.message));
                }
                // Another attempt would ask the same.
                Err(error) if error.code == "question_too_large" => return Err(AgentError::from(error).into()),
                asked => drop(asked?),
            }
        }
        Ok(Reply::WaitsUntil(pending.deadline))
    }

    /// Refuses what cannot be asked. Whether the agent has a model is for whoever begins the operation to say.
    async fn judge(&self, ask: &AskSession<'_>) -> Result<(), Stopped> {
        if ask.message.trim().is_empty() {
            return Err(AgentError::fail("empty_message", "There is nothing to ask: `input` gives an empty text here.").into());
        }
        if ask.message.len() > limits::MESSAGE_BYTES {
            let message = format!("The question has {} bytes; at most {} are taken.", ask.message.len(), limits::MESSAGE_BYTES);
            return Err(AgentError::fail("too_large", message).into());
        }
        match self.engine.store.running_definition(self.project(), ask.agent).await? {
            Some(_) => Ok(()),
            None => Err(AgentError::from(agent_not_found()).into()),
        }
    }

    /// Stores the record before the session is asked (rule 6); none when the agent has too many outstanding.
    async fn open_session_ask(&self, ask: &AskSession<'_>) -> Result<Option<Pending>, Error> {
        let text = str::to_owned;
        let names = SessionNames { agent: ask.agent.to_string(), instance: text(ask.instance), session: text(ask.session) };
        let pending = self.new_pending(ask.deadline_ms)?;
        Ok(match self.engine.store.open_session_ask(&pending, &names, ask.most).await? {
            Opened::New => Some(Pending { session: Some(AskedSession { names, n: None }), ..pending }),
            Opened::Full => None,
            // Another copy of this message has stored it meanwhile.
            Opened::There => self.engine.store.pending(&self.agent.workflow, pending.id).await?,
        })
    }
}
