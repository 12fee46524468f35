//! Conversations with servers that keep mails: who is connected to, with TLS or without, what stands in place of the password, and by when all must be
//! said. The connection is opened in [`crate::dial`]; the words are in [`crate::imap`].

use crate::client::UnderWay;
use crate::imap::Conversation;
use crate::secret::{Encoding, fill};
use crate::target::Target;
use crate::{Egress, EgressError, ImapError, Redactor, Secret};
use std::borrow::Cow;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// The ports of IMAP: with TLS from the start, and with STARTTLS.
const WITH_TLS: u16 = 993;
const WITHOUT_TLS: u16 = 143;
/// How long a server may take to hear that it is over.
const LEAVE: Duration = Duration::from_secs(1);

/// A server that keeps mails, and the login there. The user and the password may have markers of secrets.
#[derive(Debug)]
pub struct ImapServer {
    /// The host: a name in lower case, or an address.
    pub host: String,
    /// The port; without one, the usual.
    pub port: Option<u16>,
    /// Whether TLS is spoken from the start.
    pub has_tls: bool,
    /// The user.
    pub user: String,
    /// The password, as a rule the marker of a secret.
    pub password: String,
    /// What the markers stand for.
    pub secrets: Vec<Secret>,
}

impl ImapServer {
    /// The port that is connected to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.has_tls { WITH_TLS } else { WITHOUT_TLS })
    }

    /// The user and the password, if all secrets in them may be sent to this host.
    fn login(&self) -> Result<(String, String), ImapError> {
        let target = Target::parse(&format!("https://{}:{}/", self.host, self.port()), &self.secrets);
        let target = target.ok().filter(|target| target.host() == self.host);
        let target = target.ok_or_else(|| ImapError::InvalidHost(self.host.chars().take(100).collect()))?;
        let mut used = Vec::new();
        let user = fill(self.user.as_bytes(), &self.secrets, Encoding::Plain, &mut used);
        let password = fill(self.password.as_bytes(), &self.secrets, Encoding::Plain, &mut used);
        used.iter().try_for_each(|secret| secret.check_host(&target))?;
        let text = |bytes: Cow<'_, [u8]>| String::from_utf8_lossy(&bytes).into_owned();
        Ok((text(user), text(password)))
    }
}

/// A folder, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImapFolder {
    /// The number that its uids are valid with: with another one, they say nothing.
    pub validity: u32,
    /// The highest uid that a mail in it has, or had; 0 if it never had one.
    pub last: u32,
}

/// A conversation. All of it has one time limit, that of a call.
pub struct ImapSession {
    conversation: Conversation,
    redactor: Redactor,
    deadline: Instant,
    limit: Duration,
    _under_way: UnderWay,
}

impl Egress {
    /// Opens a conversation with a server that keeps mails, and logs in: with TLS where the server has it, else only if the address is one that the
    /// policy allows by name. A secret is sent only to its hosts.
    pub async fn imap(&self, server: &ImapServer) -> Result<ImapSession, ImapError> {
        let (under_way, limit) = (UnderWay::new(self), self.inner.connector.policy.timeout);
        let (deadline, (user, password)) = (Instant::now() + limit, server.login()?);
        let plain = (server.secrets.is_empty()).then_some(("password", password.as_str()));
        let hidden = server.secrets.iter().map(|secret| (secret.name.as_str(), secret.value.as_str())).chain(plain);
        let redactor = Redactor::new(hidden);
        let opened = timeout_at(deadline, self.open_imap(server, &user, &password)).await;
        let opened = opened.unwrap_or(Err(ImapError::Timeout(limit)));
        let conversation = opened.map_err(|error| without_secrets(error, &redactor))?;
        Ok(ImapSession { conversation, redactor, deadline, limit, _under_way: under_way })
    }

    async fn open_imap(&self, server: &ImapServer, user: &str, password: &str) -> Result<Conversation, ImapError> {
        let host = server.host.as_str();
        let stream = self.dial(host, server.port()).await?;
        let peer = stream
            .peer_addr()
            .map_err(|error| EgressError::ConnectFailed { host: host.to_owned(), reason: error.kind().to_string() })?;
        let mut conversation = match server.has_tls {
            true => Conversation::over(self.with_tls(Box::new(stream), host).await?, host),
            false => Conversation::over(Box::new(stream), host),
        };
        conversation.greeting().await?;
        let mut offers = conversation.offers().await?;
        if !server.has_tls && offers.has("STARTTLS") {
            conversation.starttls().await?;
            conversation = Conversation::over(self.with_tls(conversation.into_stream()?, host).await?, host);
            offers = conversation.offers().await?;
        } else if !server.has_tls && !self.inner.connector.policy.allows(peer) {
            // It is the address that is connected to which counts: another look at the name could find another one.
            return Err(ImapError::Insecure { host: host.to_owned() });
        }
        conversation.log_in(&offers, user, password).await?;
        Ok(conversation)
    }
}

impl ImapSession {
    /// Opens a folder. Its mails can be changed only if that is said here.
    pub async fn open(&mut self, folder: &str, changes: bool) -> Result<ImapFolder, ImapError> {
        let ImapSession { conversation, deadline, limit, redactor, .. } = self;
        let opening = async {
            let opened = conversation.open(folder, changes).await?;
            let last = match opened.next {
                Some(next) => next.saturating_sub(1),
                None if opened.exists == 0 => 0,
                None => conversation.list("*", 1).await?.keys().next().copied().unwrap_or_default(),
            };
            // Servers without such a number keep no uids (RFC 3501, 2.3.1.1), and are not met any more.
            Ok(ImapFolder { validity: opened.validity.unwrap_or_default(), last })
        };
        within(*deadline, *limit, redactor, opening).await
    }

    /// The uids of the mails behind this one, the lowest of so many, each with whether it is read.
    pub async fn behind(&mut self, uid: u32, most: usize) -> Result<Vec<(u32, bool)>, ImapError> {
        let ImapSession { conversation, deadline, limit, redactor, .. } = self;
        let Some(first) = uid.checked_add(1) else { return Ok(Vec::new()) };
        // The last mail is in this range, whatever its uid.
        let listed = within(*deadline, *limit, redactor, conversation.list(&format!("{first}:*"), most)).await?;
        Ok(listed.into_iter().filter(|(uid, _)| *uid >= first).collect())
    }

    /// The first bytes of a mail, which stays unread; none if it is gone.
    pub async fn fetch(&mut self, uid: u32, most: usize) -> Result<Option<Vec<u8>>, ImapError> {
        let ImapSession { conversation, deadline, limit, redactor, .. } = self;
        within(*deadline, *limit, redactor, conversation.fetch(uid, most)).await
    }

    /// Marks mails of the open folder as read, or deletes them, or both. To do it again does nothing more.
    pub async fn change(&mut self, uids: &[u32], read: bool, delete: bool) -> Result<(), ImapError> {
        let ImapSession { conversation, deadline, limit, redactor, .. } = self;
        let uids = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let changing = async {
            if read {
                conversation.flag(&uids, "\\Seen").await?;
            }
            if delete {
                conversation.flag(&uids, "\\Deleted").await?;
                // What a server can do may be more after the login.
                let offers = conversation.offers().await?;
                conversation.expunge(&uids, &offers).await?;
            }
            Ok(())
        };
        within(*deadline, *limit, redactor, changing).await
    }

    /// Takes leave of the server. What it says to that does not matter.
    pub async fn end(mut self) {
        drop(timeout(LEAVE, self.conversation.logout()).await);
    }
}

async fn within<T>(
    deadline: Instant,
    limit: Duration,
    redactor: &Redactor,
    said: impl Future<Output = Result<T, ImapError>>,
) -> Result<T, ImapError> {
    let said = timeout_at(deadline, said).await.unwrap_or(Err(ImapError::Timeout(limit)));
    said.map_err(|error| without_secrets(error, redactor))
}

fn without_secrets(error: ImapError, redactor: &Redactor) -> ImapError {
    match error {
        ImapError::Refused { host, step, text } => ImapError::Refused { host, step, text: redactor.redact_text(&text) },
        ImapError::Lost { host, reason } => ImapError::Lost { host, reason: redactor.redact_text(&reason) },
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
    async fn without_tls_no_login_is_said_to_a_server_on_the_internet() {
        let mut egress = Egress::new(Policy::default());
        Arc::get_mut(&mut egress.inner).unwrap().connector.reach = Reach::Anywhere;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = Some(listener.local_addr().unwrap().port());
        let (user, password) = ("ada".to_owned(), "s3cret".to_owned());
        let server = ImapServer { host: "127.0.0.1".to_owned(), port, has_tls: false, user, password, secrets: Vec::new() };
        let hears = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"* OK ready\r\n* CAPABILITY AUTH=PLAIN SASL-IR\r\nr1 OK done\r\n").await.unwrap();
            let mut heard = String::new();
            stream.read_to_string(&mut heard).await.unwrap();
            heard
        });
        let error = egress.imap(&server).await.err().unwrap();
        assert_eq!((error.code(), error.retryable()), ("mail_insecure", false));
        assert_eq!(hears.await.unwrap(), "r1 CAPABILITY\r\n");
    }
}
