//! Conversations with mail servers: what is said to whom, and that each comes to an end, whatever the server says.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use rookery_egress::{Egress, MailError, MailServer, Policy};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Trap, policy};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const PASSWORD: &str = "s3cret-password";
const MAIL: &str = "Subject: a\r\n\r\n.b\r\n";
/// An answer that never comes, and one that closes the connection.
const SILENCE: &str = "silence";
const HANGS_UP: &str = "hangs up";

/// What a server says: to each beginning of a line, its answers one after the other, of which the last stays.
type Script = &'static [(&'static str, &'static [&'static str])];

/// A part of a script: one answer.
fn one(line: &'static str, answer: &'static str) -> (&'static str, &'static [&'static str]) {
    (line, vec![answer].leak())
}

const USUAL: Script = &[
    ("greeting", &["220 h ready"]),
    ("EHLO", &["250-h\r\n250 AUTH PLAIN LOGIN"]),
    ("AUTH LOGIN", &["334 VXNlcm5hbWU6"]),
    ("AUTH", &["235 welcome"]),
    ("DATA", &["354 go on"]),
    ("QUIT", &["221 bye"]),
    ("", &["250 yes"]),
];

/// A mail server on loopback.
struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that answers as the script says, and otherwise as servers usually do.
    async fn start(script: Script) -> Server {
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let log = heard.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, log.clone(), script));
            }
        });
        Server { address, heard, task }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn with_login(&self) -> MailServer {
        format!("smtp://ada:{PASSWORD}@{}", self.address).parse().unwrap()
    }

    fn without_login(&self) -> MailServer {
        format!("smtp://{}", self.address).parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn converse(stream: TcpStream, log: Arc<Mutex<Vec<String>>>, script: Script) -> Option<()> {
    let (mut stream, mut said) = (BufReader::new(stream), Vec::<&str>::new());
    let mut answer_to = |line: &str| -> &'static str {
        let (beginning, answers) = script.iter().chain(USUAL).find(|(beginning, _)| line.starts_with(beginning)).unwrap();
        let before = said.iter().filter(|said| *said == beginning).count();
        said.push(beginning);
        answers[before.min(answers.len() - 1)]
    };
    let mut line = "greeting".to_owned();
    loop {
        let answer = answer_to(&line);
        match answer {
            SILENCE => std::future::pending().await,
            HANGS_UP => return None,
            answer => stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await.ok()?,
        }
        let is_text = line == "DATA" && answer.starts_with("354");
        line.clear();
        if is_text {
            while !line.ends_with("\r\n.\r\n") && line != ".\r\n" {
                (stream.read_line(&mut line).await.ok()? > 0).then_some(())?;
            }
        } else {
            (stream.read_line(&mut line).await.ok()? > 0).then_some(())?;
            line = line.trim_end().to_owned();
        }
        log.lock().unwrap().push(line.clone());
    }
}

fn egress() -> Egress {
    Egress::new(policy(&["127.0.0.2"]))
}

/// Sends a mail to each of these, and gives what became of each.
async fn send(egress: &Egress, server: &MailServer, to: &[&str]) -> Result<Vec<Result<(), MailError>>, MailError> {
    let mut session = egress.mail(server).await?;
    let mut sent = Vec::new();
    for to in to {
        sent.push(session.send("shop@a.test", to, MAIL).await);
    }
    session.end().await;
    Ok(sent)
}

#[tokio::test]
async fn a_mail_is_sent_word_by_word() {
    let server = Server::start(&[]).await;
    assert_eq!(send(&egress(), &server.with_login(), &["ada@b.test", "bob@b.test"]).await.unwrap(), [Ok(()), Ok(())]);
    let text = "Subject: a\r\n\r\n..b\r\n.\r\n";
    assert_eq!(
        server.heard(),
        [
            "EHLO [127.0.0.1]",
            "AUTH PLAIN AGFkYQBzM2NyZXQtcGFzc3dvcmQ=",
            "MAIL FROM:<shop@a.test>",
            "RCPT TO:<ada@b.test>",
            "DATA",
            text,
            "MAIL FROM:<shop@a.test>",
            "RCPT TO:<bob@b.test>",
            "DATA",
            text,
            "QUIT"
        ]
    );
}

#[tokio::test]
async fn a_login_is_made_as_the_server_knows_it() {
    let server = Server::start(&[
        ("EHLO", &["250-h\r\n250-AUTH=LOGIN\r\n250 8BITMIME"]),
        ("czNj", &["235 welcome"]),
        ("YWRh", &["334 UGFzc3dvcmQ6"]),
    ])
    .await;
    send(&egress(), &server.with_login(), &["ada@b.test"]).await.unwrap()[0].clone().unwrap();
    assert_eq!(server.heard()[1..4], ["AUTH LOGIN", "YWRh", "czNjcmV0LXBhc3N3b3Jk"]);
    let server = Server::start(&[("EHLO", &["250 h"])]).await;
    assert_eq!(send(&egress(), &server.with_login(), &[]).await.unwrap_err().code(), "login_refused");
    assert_eq!(server.heard().len(), 1, "the password is not said");
    assert_eq!(send(&egress(), &server.without_login(), &["ada@b.test"]).await.unwrap(), [Ok(())]);
}

#[tokio::test]
async fn what_a_server_refuses_is_told_by_what_it_was_and_for_how_long() {
    for (line, answer, code, is_later) in [
        ("greeting", "421 busy", "mail_put_off", true),
        ("greeting", "554 no", "mail_refused", false),
        ("EHLO", "502 no", "mail_refused", false),
        ("AUTH", "535 no", "login_refused", false),
        ("AUTH", "454 later", "mail_put_off", true),
        ("MAIL", "553 no", "sender_refused", false),
        ("MAIL", "451-a\r\n451 b", "mail_put_off", true),
        ("RCPT", "550 no", "recipient_refused", false),
        ("RCPT", "450 later", "mail_put_off", true),
        ("DATA", "554 no", "mail_refused", false),
        ("Subject", "552 too large", "mail_refused", false),
        ("Subject", "421 later", "mail_put_off", true),
    ] {
        let server = Server::start(vec![one(line, answer)].leak()).await;
        let error = send(&egress(), &server.with_login(), &["ada@b.test"]).await.and_then(|sent| sent[0].clone()).unwrap_err();
        assert_eq!((error.code(), error.retryable()), (code, is_later), "{line} {answer}: {error}");
        assert!(error.to_string().contains(&answer[..3]), "{error}");
    }
}

#[tokio::test]
async fn after_a_refusal_the_next_recipient_gets_the_mail() {
    let server = Server::start(&[("RCPT TO:<ada", &["550 no"]), ("RCPT TO:<bob", &["250 yes"])]).await;
    let sent = send(&egress(), &server.without_login(), &["ada@b.test", "bob@b.test"]).await.unwrap();
    assert_eq!((sent[0].clone().unwrap_err().code(), &sent[1]), ("recipient_refused", &Ok(())));
    assert!(!sent[0].clone().unwrap_err().ends_session());
    assert_eq!(server.heard()[3], "RSET");
}

#[tokio::test]
async fn no_address_says_more_than_an_address() {
    let server = Server::start(&[]).await;
    let to = ["", "a@b.c>\r\nRCPT TO:<d@e.f", "a b@c.d", "ä@b.c", "<a@b.c>", "a@b.c\n"];
    for sent in send(&egress(), &server.without_login(), &to).await.unwrap() {
        assert_eq!(sent.unwrap_err().code(), "invalid_address");
    }
    assert!(!server.heard().iter().any(|line| line.starts_with("RCPT") || line.starts_with("MAIL")), "{:?}", server.heard());
}

#[tokio::test]
async fn a_password_that_a_server_repeats_is_not_told() {
    let server = Server::start(&[("AUTH", &["535 no: AGFkYQBzM2NyZXQtcGFzc3dvcmQ= is ada and S3CRET-password"])]).await;
    let error = send(&egress(), &server.with_login(), &[]).await.unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(told.contains("535") && !told.to_lowercase().contains("s3cret") && !told.contains("zM2NyZXQtcGFzc3dvcm"), "{told}");
}

#[tokio::test]
async fn a_server_that_says_too_much_or_nothing_comes_to_an_end() {
    let long: &'static str = Box::leak(format!("250 {}", "x".repeat(10_000)).into_boxed_str());
    let many: &'static str = Box::leak(("250-x\r\n".repeat(1_000) + "250 x").into_boxed_str());
    for (line, answer, code) in [
        ("greeting", long, "not_smtp"),
        ("EHLO", long, "not_smtp"),
        ("EHLO", many, "not_smtp"),
        ("greeting", "HTTP/1.1 400 Bad Request", "not_smtp"),
        ("greeting", "+20 h", "not_smtp"),
        ("EHLO", "250", "ok"),
        ("EHLO", "25", "not_smtp"),
        ("EHLO", "250_h", "not_smtp"),
        ("EHLO", "999 h", "not_smtp"),
        ("DATA", "250 yes", "not_smtp"),
        ("Subject", HANGS_UP, "connection_lost"),
        ("greeting", HANGS_UP, "connect_failed"),
        ("greeting", SILENCE, "connect_failed"),
        ("MAIL", HANGS_UP, "connection_lost"),
        ("Subject", SILENCE, "timeout"),
    ] {
        let server = Server::start(vec![one(line, answer)].leak()).await;
        let egress = Egress::new(Policy { timeout: Duration::from_millis(500), ..policy(&["127.0.0.2"]) });
        let sent = send(&egress, &server.without_login(), &["ada@b.test"]).await.and_then(|sent| sent[0].clone());
        let told = sent.as_ref().map_or_else(MailError::code, |()| "ok");
        assert_eq!(told, code, "{line} {}", &answer[..answer.len().min(40)]);
        if let Err(error) = sent {
            assert!(error.ends_session(), "{error}");
            assert_eq!(
                error.to_string().contains("may have been sent"),
                line == "Subject" || code == "connection_lost",
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_that_drips_comes_to_an_end() {
    let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let server: MailServer = format!("smtp://{}", listener.local_addr().unwrap()).parse().unwrap();
    let dripping = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        while stream.write_all(b"220-x\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let egress = Egress::new(Policy { timeout: Duration::from_millis(500), ..policy(&["127.0.0.2"]) });
    assert_eq!(send(&egress, &server, &[]).await.unwrap_err().code(), "connect_failed");
    dripping.await.unwrap();
}

#[tokio::test]
async fn what_a_server_says_before_tls_counts_for_nothing() {
    const OFFER: (&str, &[&str]) = ("EHLO", &["250-h\r\n250 STARTTLS"]);
    for (answer, code) in [
        // Whoever sits between adds an answer that would be read after the handshake.
        ("220 go on\r\n250-h\r\n250 AUTH PLAIN", "not_smtp"),
        ("220 go on", "tls_failed"),
        ("454 not now", "mail_put_off"),
        ("501 no", "mail_refused"),
    ] {
        let server = Server::start(vec![OFFER, one("STARTTLS", answer)].leak()).await;
        assert_eq!(send(&egress(), &server.with_login(), &[]).await.unwrap_err().code(), code, "{answer}");
        assert!(!server.heard().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{:?}", server.heard());
    }
}

#[tokio::test]
async fn a_private_address_is_reached_only_if_it_is_allowed() {
    let trap = Trap::set("127.0.0.2:0".parse().unwrap());
    let server: MailServer = format!("smtp://{}", trap.address).parse().unwrap();
    for allowed in [&["127.0.0.3"][..], &[]] {
        let error = send(&Egress::new(policy(allowed)), &server, &[]).await.unwrap_err();
        assert_eq!((error.code(), error.retryable()), ("address_refused", false));
    }
    trap.assert_untouched();
}
