//! Conversations with mail servers: who is connected to, with TLS or without, and by when all must be said. The connection is
//! opened in [`crate::dial`]; the words are in [`crate::smtp`].

use crate::client::UnderWay;
use crate::smtp::Conversation;
use crate::{Egress, EgressError, MailError, MailServer, Redactor};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a server may take to hear that it is over.
const LEAVE: Duration = Duration::from_secs(1);

/// A conversation with a mail server that takes mails. All of it has one time limit, that of a call.
pub struct MailSession {
    conversation: Conversation,
    redactor: Redactor,
    deadline: Instant,
    limit: Duration,
    /// A mail was begun that the server has not taken.
    has_begun: bool,
    _under_way: UnderWay,
}

impl Egress {
    /// Opens a conversation with a mail server: with TLS where the server has it, else only if the address is one that the policy allows by name;
    /// and logs in. Nothing of a mail is said before.
    pub async fn mail(&self, server: &MailServer) -> Result<MailSession, MailError> {
        let (under_way, limit) = (UnderWay::new(self), self.inner.connector.policy.timeout);
        let (deadline, redactor) = (Instant::now() + limit, server.redactor());
        let nothing_sent = |reason: String| EgressError::ConnectFailed { host: server.host.clone(), reason }.into();
        let too_long = |_| nothing_sent(format!("it asked for no mail within {limit:?}"));
        let opened = timeout_at(deadline, self.open_mail(server)).await.map_err(too_long).flatten();
        let conversation = opened.map_err(|error| match error {
            MailError::Lost { reason, .. } => nothing_sent(reason),
            error => without_password(error, &redactor),
        })?;
        Ok(MailSession { conversation, redactor, deadline, limit, has_begun: false, _under_way: under_way })
    }

    async fn open_mail(&self, server: &MailServer) -> Result<Conversation, MailError> {
        let host = server.host.as_str();
        let policy = &self.inner.connector.policy;
        let stream = self.dial(host, server.port).await?;
        let failed =
            |error: std::io::Error| EgressError::ConnectFailed { host: host.to_owned(), reason: error.kind().to_string() };
        let (peer, own) = (stream.peer_addr().map_err(failed)?, name_of(stream.local_addr().map_err(failed)?));
        let mut conversation = match server.has_tls {
            true => Conversation::over(self.with_tls(Box::new(stream), host).await?, host),
            false => Conversation::over(Box::new(stream), host),
        };
        conversation.greeting().await?;
        let mut offers = conversation.hello(&own).await?;
        if !server.has_tls && offers.starttls {
            conversation.starttls().await?;
            conversation = Conversation::over(self.with_tls(conversation.into_stream()?, host).await?, host);
            offers = conversation.hello(&own).await?;
        } else if !server.has_tls && !policy.allows(peer) {
            // It is the address that is connected to which counts: another look at the name could find another one.
            return Err(MailError::Insecure { host: host.to_owned() });
        }
        if let Some((user, password)) = &server.login {
            conversation.log_in(&offers, user, password).await?;
        }
        Ok(conversation)
    }
}

impl MailSession {
    /// Sends a mail to one recipient. `text` is the whole mail with its headers, in ASCII.
    pub async fn send(&mut self, from: &str, to: &str, text: &str) -> Result<(), MailError> {
        let MailSession { conversation, has_begun, .. } = self;
        let sending = async {
            if *has_begun {
                conversation.reset().await?;
            }
            *has_begun = true;
            conversation.mail(from, to, text).await?;
            *has_begun = false;
            Ok::<(), MailError>(())
        };
        let sent = timeout_at(self.deadline, sending).await.unwrap_or(Err(MailError::Timeout(self.limit)));
        sent.map_err(|error| without_password(error, &self.redactor))
    }

    /// Takes leave of the server. What it says to that does not matter.
    pub async fn end(mut self) {
        drop(timeout(LEAVE, self.conversation.quit()).await);
    }
}

/// How a client calls itself that has no name in the DNS (RFC 5321, 4.1.3).
fn name_of(own: SocketAddr) -> String {
    match own {
        SocketAddr::V4(own) => format!("[{}]", own.ip()),
        SocketAddr::V6(own) => format!("[IPv6:{}]", own.ip()),
    }
}

fn without_password(error: MailError, redactor: &Redactor) -> MailError {
    match error {
        MailError::Refused { host, step, code, text } => {
            MailError::Refused { host, step, code, text: redactor.redact_text(&text) }
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::connect::Reach;
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// The connector reaches loopback here as it reaches the internet elsewhere: an address that nobody has allowed by name.
    #[tokio::test]
    async fn without_tls_nothing_is_said_to_a_server_on_the_internet() {
        let mut egress = Egress::new(Policy::default());
        Arc::get_mut(&mut egress.inner).unwrap().connector.reach = Reach::Anywhere;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = format!("smtp://ada:s3cret@{}", listener.local_addr().unwrap()).parse().unwrap();
        let hears = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"220 h ready\r\n250-h\r\n250 AUTH PLAIN LOGIN\r\n").await.unwrap();
            let mut heard = String::new();
            stream.read_to_string(&mut heard).await.unwrap();
            heard
        });
        let error = egress.mail(&server).await.err().unwrap();
        assert_eq!((error.code(), error.retryable()), ("mail_insecure", false));
        assert_eq!(hears.await.unwrap(), "EHLO [127.0.0.1]\r\n");
    }
}
