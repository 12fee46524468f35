//! A mail server outside, by which workflows send: it notes what it is told, and answers by a script.

use base64::prelude::{BASE64_STANDARD, Engine};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_rustls::TlsAcceptor;

const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.pem");
const KEY: &[u8] = include_bytes!("tls/key.pem");

/// What the server offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offers {
    /// TLS from the start.
    pub tls: bool,
    /// TLS when it is asked for.
    pub starttls: bool,
    /// The ways to log in, like `PLAIN LOGIN`.
    pub auth: &'static str,
}

/// A mail that the server was told whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The sender that the server was told.
    pub from: String,
    /// The recipient that the server was told.
    pub to: String,
    /// The mail, with its headers.
    pub text: String,
    /// Whether it came over TLS.
    pub is_secure: bool,
    /// The user and password with which the sender had logged in.
    pub login: Option<String>,
}

#[derive(Default)]
struct Ledger {
    arrived: Vec<Arrived>,
    said: Vec<String>,
    script: HashMap<String, VecDeque<String>>,
}

/// The server, on a thread of its own, which ends when this is dropped.
pub struct Mails {
    addr: SocketAddr,
    ledger: Arc<Mutex<Ledger>>,
    holds: watch::Sender<bool>,
    _stop: oneshot::Sender<()>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Arrived {
    /// A header, on one line.
    pub fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let found = head.split("\r\n").find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
        found.unwrap_or_else(|| panic!("no header {name}: {}", self.text))
    }

    /// The bodies, each with its media type.
    pub fn bodies(&self) -> Vec<(String, String)> {
        let parts = self.text.split("Content-Type: text/").skip(1).map(|part| {
            let (head, rest) = part.split_once("\r\n\r\n").unwrap();
            let body = rest.split("\r\n\r\n").next().unwrap().replace("\r\n", "");
            let body = String::from_utf8(BASE64_STANDARD.decode(body).unwrap()).unwrap();
            (format!("text/{}", head.split(';').next().unwrap()), body)
        });
        parts.collect()
    }
}

impl Mails {
    /// The file with the certificate by which the server's own is signed.
    pub const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tls/authority.pem");

    /// Starts a server on a free port of loopback. It takes every mail.
    pub fn start(offers: Offers) -> Mails {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = listener.local_addr().unwrap();
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let ((stop, stopped), (holds, held)) = (oneshot::channel::<()>(), watch::channel(false));
        let talk = Talk { offers, ledger: ledger.clone(), held, is_secure: false, login: None };
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                let serve = async {
                    while let Ok((stream, _)) = listener.accept().await {
                        // A client that goes is none of the server's cares.
                        tokio::spawn(talk.clone().with(stream));
                    }
                };
                tokio::select! {
                    () = serve => {}
                    _ = stopped => {}
                }
            });
        });
        Mails { addr, ledger, holds, _stop: stop }
    }

    /// The server's host and port.
    pub fn origin(&self) -> String {
        self.addr.to_string()
    }

    /// The server's address, in the form of `--egress-allow`.
    pub fn cidr(&self) -> String {
        format!("{}/32:{}", self.addr.ip(), self.addr.port())
    }

    /// Sets how the next lines that begin like this are answered, one after the other; `.` is the end of a mail.
    pub fn script(&self, line: &str, answers: &[&str]) {
        let answers = answers.iter().map(|answer| (*answer).to_owned());
        self.ledger.lock().unwrap().script.entry(line.to_owned()).or_default().extend(answers);
    }

    /// Takes no mail until [`Mails::release`]: those that come are noted, and not answered.
    pub fn hold(&self) {
        self.holds.send_replace(true);
    }

    /// Answers what was held.
    pub fn release(&self) {
        self.holds.send_replace(false);
    }

    /// What the server was told, but for the mails themselves.
    pub fn said(&self) -> Vec<String> {
        self.ledger.lock().unwrap().said.clone()
    }

    /// The mails so far.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.ledger.lock().unwrap().arrived.clone()
    }

    /// Waits until this many mails have come, and gives them.
    pub async fn wait_for(&self, count: usize) -> Vec<Arrived> {
        crate::wait_until(&format!("{count} mails"), async || Some(self.arrived()).filter(|mails| mails.len() >= count)).await
    }
}

/// A talk with one client.
#[derive(Clone)]
struct Talk {
    offers: Offers,
    ledger: Arc<Mutex<Ledger>>,
    held: watch::Receiver<bool>,
    is_secure: bool,
    login: Option<String>,
}

impl Talk {
    async fn with(mut self, stream: impl Stream + 'static) -> Option<()> {
        let mut stream: Box<dyn Stream> = Box::new(stream);
        if self.offers.tls {
            stream = self.secured(stream).await?;
        }
        let mut client = BufReader::new(stream);
        say(&mut client, "220 mail.test ready").await?;
        let (mut from, mut to) = (String::new(), String::new());
        loop {
            let line = self.hear(&mut client).await?;
            let scripted = self.scripted(&line);
            let is_as_usual = scripted.is_none();
            let answer = scripted.unwrap_or_else(|| self.usual(&line));
            say(&mut client, &answer).await?;
            match line.split([' ', ':']).next().unwrap_or_default() {
                "MAIL" => from = in_brackets(&line),
                "RCPT" => to = in_brackets(&line),
                "STARTTLS" if is_as_usual => client = BufReader::new(self.secured(client.into_inner()).await?),
                "AUTH" if is_as_usual => self.log_in(&line, &mut client).await?,
                "DATA" if is_as_usual => {
                    let text = text(&mut client).await?;
                    let (from, to, is_secure, login) = (from.clone(), to.clone(), self.is_secure, self.login.clone());
                    let scripted = self.scripted(".");
                    self.ledger.lock().unwrap().arrived.push(Arrived { from, to, text, is_secure, login });
                    self.held.wait_for(|held| !held).await.ok()?;
                    say(&mut client, scripted.as_deref().unwrap_or("250 taken")).await?;
                }
                "QUIT" => return Some(()),
                _ => {}
            }
        }
    }

    fn scripted(&self, line: &str) -> Option<String> {
        let mut ledger = self.ledger.lock().unwrap();
        let script = ledger.script.iter_mut().find(|(beginning, answers)| line.starts_with(*beginning) && !answers.is_empty());
        script.and_then(|(_, answers)| answers.pop_front())
    }

    fn usual(&self, line: &str) -> String {
        match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => {
                let mut lines = vec!["mail.test".to_owned(), "SIZE 10000000".to_owned()];
                if self.offers.starttls && !self.is_secure {
                    lines.push("STARTTLS".to_owned());
                }
                if !self.offers.auth.is_empty() {
                    lines.push(format!("AUTH {}", self.offers.auth));
                }
                let last = lines.pop().unwrap();
                lines.into_iter().map(|line| format!("250-{line}\r\n")).collect::<String>() + "250 " + &last
            }
            "STARTTLS" => "220 go on".to_owned(),
            "AUTH" if line == "AUTH LOGIN" => "334 VXNlcm5hbWU6".to_owned(),
            "AUTH" => "235 welcome".to_owned(),
            "DATA" => "354 go on".to_owned(),
            "QUIT" => "221 bye".to_owned(),
            _ => "250 yes".to_owned(),
        }
    }

    async fn log_in(&mut self, line: &str, client: &mut BufReader<Box<dyn Stream>>) -> Option<()> {
        let decoded = |text: &str| String::from_utf8(BASE64_STANDARD.decode(text).unwrap()).unwrap();
        if let Some(both) = line.strip_prefix("AUTH PLAIN ") {
            self.login = Some(decoded(both).trim_start_matches('\0').replace('\0', ":"));
            return Some(());
        }
        let user = self.hear(client).await?;
        say(client, "334 UGFzc3dvcmQ6").await?;
        let password = self.hear(client).await?;
        self.login = Some(format!("{}:{}", decoded(&user), decoded(&password)));
        say(client, "235 welcome").await
    }

    async fn hear(&self, client: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
        let line = line(client).await?;
        self.ledger.lock().unwrap().said.push(line.clone());
        Some(line)
    }

    async fn secured(&mut self, stream: Box<dyn Stream>) -> Option<Box<dyn Stream>> {
        let certificates = CertificateDer::pem_slice_iter(CERTIFICATE).collect::<Result<Vec<_>, _>>().unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(certificates, PrivateKeyDer::from_pem_slice(KEY).unwrap());
        self.is_secure = true;
        Some(Box::new(TlsAcceptor::from(Arc::new(config.unwrap())).accept(stream).await.ok()?))
    }
}

async fn say(client: &mut BufReader<Box<dyn Stream>>, answer: &str) -> Option<()> {
    client.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    client.get_mut().flush().await.ok()
}

async fn line(client: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
    let mut line = String::new();
    let read = client.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end_matches("\r\n").to_owned())
}

/// A mail, up to the dot that ends it.
async fn text(client: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
    let mut text = String::new();
    loop {
        match line(client).await?.as_str() {
            "." => return Some(text),
            line => text += &format!("{}\r\n", line.strip_prefix('.').unwrap_or(line)),
        }
    }
}

fn in_brackets(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or_else(String::new, |(address, _)| address.to_owned())
}
