//! Mails that agents send: by the server of the project or of the operator, one for each recipient. That somebody has a mail is noted as soon as the
//! server has taken it, so no further attempt sends it to him again. If the process ends between the two, the same mail is sent twice, under the same
//! `Message-ID`: no server can be asked whether it has taken a mail.

use crate::external::host::{EngineHost, Purpose, Stopped};
use crate::external::outside_call::OutsideCall;
use rookery_agents::{AgentError, Mail, Mailbox, Mailed, Mailing, message};
use rookery_domain::{Error, Time, hashed_uuid};
use rookery_egress::{Egress, InvalidMailServer, MailError, MailServer, MailSession, leads_to};
use serde_json::Value;

/// The credential of a project that holds the address of its mail server.
const SMTP_URL: &str = "smtp_url";

/// What mails are sent with, where neither the project nor the agent says it.
#[derive(Clone, Debug, Default)]
pub struct MailSettings {
    /// The mail server.
    pub server: Option<MailServer>,
    /// Who sends.
    pub from: Option<Mailbox>,
}

impl EngineHost<'_> {
    pub(crate) async fn begin_mailing(&self, about: Value) -> Result<Mailing, Stopped> {
        let work = self.work;
        if self.purpose != Purpose::Commit {
            return Ok(Mailing { about, at: Time::now(), sent: Vec::new() });
        }
        let begun = self.engine.store.begin_mailing(&work.workflow, work.run(), work.delivery, &about.to_string()).await?;
        let about = serde_json::from_str(&begun.about).map_err(Error::internal)?;
        Ok(Mailing { about, at: begun.at, sent: begun.sent })
    }

    pub(crate) async fn mail(&self, mail: &Mail, mailing: &Mailing) -> Result<Vec<Mailed>, Stopped> {
        let work = self.work;
        let from = mail.from.as_ref().or(self.engine.settings.mail.from.as_ref());
        if self.purpose != Purpose::Commit {
            mail.to.iter().for_each(|to| self.refuse_mail(OutsideCall::of_mail(mail, from, to)));
        }
        let nobody = || {
            let message = "Nobody is named who sends the mail: give `from`, or have the operator set ROOKERY_MAIL_FROM.";
            AgentError::fail("no_sender", message)
        };
        let (from, server) = (from.ok_or_else(nobody)?, self.mail_server().await?);
        if self.purpose != Purpose::Commit {
            return Err(AgentError::fail("outside_call", "A dry run sends no mail.").into());
        }
        let mut line = Line { egress: &self.engine.egress, server, session: None, broken: None };
        let mut mailed = Vec::new();
        for to in &mail.to {
            let mut result = Ok(());
            if !mailing.sent.iter().any(|address| address == to.address()) {
                let id = hashed_uuid(&[b"mail", work.delivery.0.as_bytes(), to.address().as_bytes()]).simple();
                let text = message(mail, from, to, &format!("{id}@{}", from.domain()), mailing.at);
                result = line.send(from.address(), to.address(), &text).await.map_err(AgentError::from);
                if result.is_ok() {
                    self.engine.store.note_mailed(&work.workflow, work.run(), work.delivery, to.address()).await?;
                }
            }
            mailed.push(Mailed { to: to.clone(), result });
        }
        line.end().await;
        Ok(mailed)
    }

    /// The server by which the project sends its mails.
    async fn mail_server(&self) -> Result<MailServer, Stopped> {
        let found = self.engine.store.credentials(self.project(), &[SMTP_URL.to_owned()]).await?.pop().flatten();
        let Some(credential) = found else {
            let message = "There is no mail server: set the credential `smtp_url` in the project, as in smtp://user:password@mail.example.com:587, \
                           or have the operator set ROOKERY_SMTP_URL.";
            let ours = self.engine.settings.mail.server.clone();
            return ours.ok_or_else(|| AgentError::fail("no_mail_server", message).into());
        };
        let invalid =
            |error: InvalidMailServer| AgentError::fail("invalid_smtp_url", format!("The credential `{SMTP_URL}`: {error}."));
        let server = credential.value.parse::<MailServer>().map_err(invalid)?;
        if !leads_to(&format!("https://{}/", server.origin()), &credential.hosts).unwrap_or_default() {
            let message = format!(
                "The credential `{SMTP_URL}` is not bound to the host of the server that it names: add {} to its hosts.",
                server.origin()
            );
            return Err(AgentError::fail("credential_refused", message).into());
        }
        Ok(server)
    }
}

/// The line to a mail server: one conversation for all mails of an attempt, which is not begun anew once it is broken.
struct Line<'e> {
    egress: &'e Egress,
    server: MailServer,
    session: Option<MailSession>,
    broken: Option<MailError>,
}

impl Line<'_> {
    async fn send(&mut self, from: &str, to: &str, text: &str) -> Result<(), MailError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let sent = self.try_send(from, to, text).await;
        if let Err(error) = &sent
            && error.ends_session()
        {
            (self.session, self.broken) = (None, Some(error.clone()));
        }
        sent
    }

    async fn try_send(&mut self, from: &str, to: &str, text: &str) -> Result<(), MailError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.egress.mail(&self.server).await?,
        };
        let sent = session.send(from, to, text).await;
        self.session = Some(session);
        sent
    }

    async fn end(self) {
        if let Some(session) = self.session {
            session.end().await;
        }
    }
}
