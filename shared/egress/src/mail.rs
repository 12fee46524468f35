//! Conversations with mail servers: who is connected to, with TLS or without, and by when all must be said. Addresses are checked in
//! [`crate::connect`], as for calls; the words are in [`crate::smtp`].

use crate::client::UnderWay;
use crate::smtp::{Conversation, Stream};
use crate::{Egress, EgressError, MailError, MailServer, Redactor};
use hyper_rustls::ConfigBuilderExt;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

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
        let opened = timeout_at(deadline, self.open_mail(server)).await.map_err(|_| MailError::NotReady(limit));
        let conversation = opened.flatten().map_err(|error| without_password(error, &redactor))?;
        Ok(MailSession { conversation, redactor, deadline, limit, has_begun: false, _under_way: under_way })
    }

    async fn open_mail(&self, server: &MailServer) -> Result<Conversation, MailError> {
        let host = server.host.as_str();
        let policy = &self.inner.connector.policy;
        let connecting = timeout(policy.connect_timeout, self.inner.connector.open(host, server.port));
        let too_long = |_| EgressError::ConnectFailed {
            host: host.to_owned(),
            reason: format!("no answer within {:?}", policy.connect_timeout),
        };
        let stream = connecting.await.map_err(too_long)??;
        let failed =
            |error: std::io::Error| EgressError::ConnectFailed { host: host.to_owned(), reason: error.kind().to_string() };
        let (peer, own) = (stream.peer_addr().map_err(failed)?, name_of(stream.local_addr().map_err(failed)?));
        let mut conversation = match server.has_tls {
            true => Conversation::over(self.with_tls(Box::new(stream), host).await?, host),
            false => Conversation::over(stream, host),
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

    async fn with_tls(&self, stream: Box<dyn Stream>, host: &str) -> Result<Box<dyn Stream>, EgressError> {
        let failed = |reason: String| EgressError::TlsFailed { host: host.to_owned(), reason };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|error| failed(error.to_string()))?;
        let connector = match self.inner.mail_tls.get() {
            Some(connector) => connector,
            None => {
                let made = tls().map_err(|reason| failed(reason.to_owned()))?;
                self.inner.mail_tls.get_or_init(|| made)
            }
        };
        Ok(Box::new(connector.connect(name, stream).await.map_err(|error| failed(error.to_string()))?))
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

/// The provider and the certificates are those of calls.
fn tls() -> Result<TlsConnector, &'static str> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|_| "no version of TLS is there")?.with_native_roots();
    let config = config.map_err(|_| "this machine has no root certificates: install ca-certificates")?;
    Ok(Arc::new(config.with_no_client_auth()).into())
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
