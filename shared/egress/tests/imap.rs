//! Conversations with servers that keep mails: what is said to whom, and that each comes to an end, whatever the server says.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use rookery_egress::{Egress, ImapError, ImapFolder, ImapServer, Policy, Secret};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Trap, policy};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const PASSWORD: &str = "s3cret-password";
const MARKER: &str = "mark-of-the-password";
/// An answer that never comes, one that closes the connection, and one that goes on for ever.
const SILENCE: &str = "silence";
const HANGS_UP: &str = "hangs up";
const DRIPS: &str = "drips";

/// What a server says to each beginning of a command. `$` stands for the command's tag.
type Script = Vec<(&'static str, String)>;

fn usual() -> Script {
    [
        ("greeting", "* OK ready"),
        ("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS\r\n$ OK done"),
        ("SELECT", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT 12] next\r\n$ OK [READ-WRITE] done"),
        ("EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n* OK [UIDNEXT 12] next\r\n$ OK [READ-ONLY] done"),
        ("UID FETCH 10:*", "* 2 FETCH (UID 10 FLAGS (\\Seen))\r\n* 3 FETCH (FLAGS () UID 11)\r\n$ OK done"),
        ("UID FETCH 12:*", "* 3 FETCH (FLAGS () UID 11)\r\n$ OK done"),
        ("UID FETCH 11 ", "* 3 FETCH (UID 11 BODY[]<0> {11}\r\nSubject: a\n)\r\n* 4 EXISTS\r\n$ OK done"),
        ("", "$ OK done"),
    ]
    .map(|(command, answer)| (command, answer.to_owned()))
    .into()
}

/// A server on loopback.
struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that answers as the script says, and otherwise as servers usually do.
    async fn start(script: &[(&'static str, &str)]) -> Server {
        let listener = TcpListener::bind("127.0.0.2:0").await.unwrap();
        let (address, heard) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let mut all: Script = script.iter().map(|(command, answer)| (*command, (*answer).to_owned())).collect();
        all.extend(usual());
        let (log, all) = (heard.clone(), Arc::new(all));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, log.clone(), all.clone()));
            }
        });
        Server { address, heard, task }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn server(&self) -> ImapServer {
        server("127.0.0.2", self.address.port(), "127.0.0.2")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn server(host: &str, port: u16, bound_to: &str) -> ImapServer {
    let secret =
        Secret { name: "mailbox".into(), marker: MARKER.into(), value: PASSWORD.into(), hosts: vec![bound_to.to_owned()] };
    ImapServer {
        host: host.into(),
        port: Some(port),
        has_tls: false,
        user: "ada".into(),
        password: MARKER.into(),
        secrets: vec![secret],
    }
}

async fn converse(stream: TcpStream, log: Arc<Mutex<Vec<String>>>, script: Arc<Script>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let (mut tag, mut command) = (String::new(), "greeting".to_owned());
    loop {
        let (_, answer) = script.iter().find(|(beginning, _)| command.starts_with(beginning)).unwrap();
        match answer.as_str() {
            SILENCE => std::future::pending().await,
            HANGS_UP => return None,
            DRIPS => loop {
                stream.get_mut().write_all(b"* 1 FETCH (UID 10)\r\n").await.ok()?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            },
            answer => stream.get_mut().write_all(format!("{}\r\n", answer.replace('$', &tag)).as_bytes()).await.ok()?,
        }
        let mut line = String::new();
        (stream.read_line(&mut line).await.ok()? > 0).then_some(())?;
        let line = line.trim_end();
        // What follows a `+` has no tag, and its answer has that of the command.
        if let Some((said, rest)) = line.split_once(' ') {
            (tag, command) = (said.to_owned(), rest.to_owned());
        } else {
            command = format!("more {line}");
        }
        log.lock().unwrap().push(command.clone());
    }
}

fn egress() -> Egress {
    Egress::new(Policy { timeout: Duration::from_millis(500), ..policy(&["127.0.0.2"]) })
}

/// All that is said to a server in one look, and what comes of it.
async fn look(server: &ImapServer) -> Result<(ImapFolder, Vec<(u32, bool)>, Option<Vec<u8>>), ImapError> {
    let mut session = egress().imap(server).await?;
    let folder = session.open("Entwürfe \"&\"", false).await?;
    let (found, text) = (session.behind(9, 100).await?, session.fetch(11, 1000).await?);
    session.end().await;
    Ok((folder, found, text))
}

#[tokio::test]
async fn a_folder_is_read_word_by_word_and_nothing_is_changed_in_it() {
    let server = Server::start(&[]).await;
    let found = look(&server.server()).await.unwrap();
    assert_eq!(found, (ImapFolder { validity: 7, last: 11 }, vec![(10, true), (11, false)], Some(b"Subject: a\n".to_vec())));
    assert_eq!(
        server.heard(),
        [
            "CAPABILITY",
            "AUTHENTICATE PLAIN AGFkYQBzM2NyZXQtcGFzc3dvcmQ=",
            "EXAMINE \"Entw&APw-rfe \\\"&-\\\"\"",
            "UID FETCH 10:* (UID FLAGS)",
            "UID FETCH 11 (UID BODY.PEEK[]<0.1000>)",
            "LOGOUT"
        ]
    );
}

#[tokio::test]
async fn mails_are_marked_and_these_alone_are_deleted() {
    for (capabilities, expunge) in [("UIDPLUS", "UID EXPUNGE 3,5"), ("X", "EXPUNGE")] {
        let answer = format!("* CAPABILITY AUTH=PLAIN SASL-IR {capabilities}\r\n$ OK done");
        let server = Server::start(&[("CAPABILITY", &answer)]).await;
        let mut session = egress().imap(&server.server()).await.unwrap();
        session.open("INBOX", true).await.unwrap();
        session.change(&[3, 5], true, true).await.unwrap();
        let marked = [
            "SELECT \"INBOX\"",
            "UID STORE 3,5 +FLAGS.SILENT (\\Seen)",
            "UID STORE 3,5 +FLAGS.SILENT (\\Deleted)",
            "CAPABILITY",
            expunge,
        ];
        assert_eq!(server.heard()[2..], marked);
    }
}

#[tokio::test]
async fn a_login_is_made_as_the_server_knows_it() {
    let of = async |capabilities: &str, more: &[(&'static str, &str)]| {
        let answer = format!("* CAPABILITY {capabilities}\r\n$ OK done");
        let mut script = vec![("CAPABILITY", answer.as_str())];
        script.extend(more);
        let server = Server::start(&script).await;
        (egress().imap(&server.server()).await.map(drop).map_err(|error| error.code()), server.heard()[1..].to_vec())
    };
    let both = "AGFkYQBzM2NyZXQtcGFzc3dvcmQ=";
    let more = [("AUTHENTICATE PLAIN", "+ ")];
    let heard = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert_eq!(of("AUTH=PLAIN", &more).await, (Ok(()), heard(&["AUTHENTICATE PLAIN", &format!("more {both}")])));
    assert_eq!(of("IMAP4rev1", &[]).await, (Ok(()), heard(&["LOGIN \"ada\" \"s3cret-password\""])));
    assert_eq!(of("LOGINDISABLED", &[]).await, (Err("login_refused"), Vec::new()));
    assert_eq!(
        of("AUTH=PLAIN", &[("AUTHENTICATE PLAIN", "$ NO no")]).await,
        (Err("login_refused"), heard(&["AUTHENTICATE PLAIN"]))
    );
}

#[tokio::test]
async fn where_a_folder_ends_is_known_from_any_server() {
    for (answer, more, last) in [
        ("* 0 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n$ OK done", None, 0),
        ("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n$ OK done", Some("* 3 FETCH (UID 42 FLAGS ())\r\n$ OK done"), 42),
        ("* 0 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 1] n\r\n$ OK done", None, 0),
    ] {
        let server = Server::start(&[("EXAMINE", answer), ("UID FETCH * ", more.unwrap_or("$ BAD no"))]).await;
        let mut session = egress().imap(&server.server()).await.unwrap();
        assert_eq!(session.open("INBOX", false).await.unwrap(), ImapFolder { validity: 7, last });
        // The last mail is in any such range; it is not new.
        assert_eq!(session.behind(11, 10).await.unwrap(), []);
    }
}

#[tokio::test]
async fn what_a_server_refuses_is_told_by_what_it_was() {
    for (command, answer, code, ends) in [
        ("greeting", "* BYE busy", "mail_refused", true),
        ("AUTH", "$ NO [AUTHENTICATIONFAILED] no", "login_refused", true),
        ("EXAMINE", "$ NO [NONEXISTENT] no such folder", "folder_refused", false),
        ("UID FETCH 10", "$ BAD no", "mail_refused", false),
        ("UID FETCH 11", "* BYE idle for too long", "connection_lost", true),
    ] {
        let server = Server::start(&[(command, answer)]).await;
        let error = look(&server.server()).await.unwrap_err();
        assert_eq!((error.code(), error.ends_session()), (code, ends), "{command} {answer}: {error}");
    }
}

#[tokio::test]
async fn a_password_that_a_server_repeats_is_not_told() {
    for (command, answer) in
        [("AUTH", "$ NO no: AGFkYQBzM2NyZXQtcGFzc3dvcmQ= is ada and s3cret-password"), ("EXAMINE", "* BYE s3cret-password")]
    {
        let server = Server::start(&[(command, answer)]).await;
        let error = look(&server.server()).await.unwrap_err();
        let told = format!("{error} {error:?} {:?}", server.server());
        assert!(!told.contains("s3cret") && !told.contains("zM2NyZXQtcGFzc3dvcm"), "{told}");
    }
}

#[tokio::test]
async fn a_server_that_says_too_much_or_nothing_comes_to_an_end() {
    let (long, many) = (format!("* OK {}", "x".repeat(100_000)), "* 1 RECENT\r\n".repeat(200_001));
    for (command, answer, code) in [
        ("greeting", long.as_str(), "not_imap"),
        ("greeting", "HTTP/1.1 400 Bad Request", "not_imap"),
        ("greeting", "220 smtp", "not_imap"),
        ("CAPABILITY", &long, "not_imap"),
        ("EXAMINE", "$1 OK done", "not_imap"),
        ("EXAMINE", "+ go on", "not_imap"),
        ("UID FETCH 11", "* 1 FETCH (UID 11 BODY[] {9999999999}\r\n", "not_imap"),
        ("UID FETCH 11", "* 1 FETCH (UID 11 BODY[] {99999999}\r\n", "not_imap"),
        ("UID FETCH 11", "* 1 FETCH (UID 11 BODY[] {99}\r\nx", "timeout"),
        ("UID FETCH 10", DRIPS, "timeout"),
        ("UID FETCH 10", HANGS_UP, "connection_lost"),
        ("greeting", HANGS_UP, "connection_lost"),
        ("greeting", SILENCE, "timeout"),
        ("UID FETCH 11", SILENCE, "timeout"),
    ] {
        let server = Server::start(&[(command, answer)]).await;
        let error = look(&server.server()).await.unwrap_err();
        assert_eq!(error.code(), code, "{command} {}", &answer[..answer.len().min(40)]);
        assert!(error.ends_session(), "{error}");
    }
    let server = Server::start(&[("EXAMINE", &many)]).await;
    let code = look(&server.server()).await.unwrap_err().code();
    assert!(["not_imap", "timeout"].contains(&code), "{code}");
}

#[tokio::test]
async fn of_what_is_new_the_first_are_found_and_mails_are_cut() {
    let listed: String = (10..1_000).rev().map(|uid| format!("* 1 FETCH (UID {uid} FLAGS ())\r\n")).collect();
    let longer = "* 3 FETCH (UID 11 BODY[]<0> {11}\r\nSubject: a\n)\r\n$ OK done";
    let server =
        Server::start(&[("UID FETCH 10", &(listed + "$ OK done")), ("UID FETCH 11", longer), ("UID FETCH 12", "$ OK done")])
            .await;
    let mut session = egress().imap(&server.server()).await.unwrap();
    assert_eq!(session.behind(9, 3).await.unwrap(), [(10, false), (11, false), (12, false)]);
    assert_eq!(session.fetch(11, 4).await.unwrap(), Some(b"Subj".to_vec()));
    assert_eq!(session.fetch(12, 4).await.unwrap(), None, "it is gone");
    assert_eq!(session.behind(u32::MAX, 3).await.unwrap(), []);
}

#[tokio::test]
async fn what_a_server_says_before_tls_counts_for_nothing() {
    const OFFER: (&str, &str) = ("CAPABILITY", "* CAPABILITY STARTTLS AUTH=PLAIN\r\n$ OK done");
    for (answer, code) in [
        // Whoever sits between adds an answer that would be read after the handshake.
        ("$ OK go on\r\n* CAPABILITY AUTH=PLAIN", "not_imap"),
        ("$ OK go on", "tls_failed"),
        ("$ NO not now", "mail_refused"),
    ] {
        let server = Server::start(&[OFFER, ("STARTTLS", answer)]).await;
        assert_eq!(look(&server.server()).await.unwrap_err().code(), code, "{answer}");
        assert!(!server.heard().iter().any(|command| command.starts_with("AUTH") || command.starts_with("LOGIN")));
    }
}

#[tokio::test]
async fn a_secret_and_a_private_address_are_reached_only_as_they_may_be() {
    let trap = Trap::set("127.0.0.2:0".parse().unwrap());
    let code = async |host: &str, bound_to: &str, allowed: &[&str]| {
        let server = server(host, trap.address.port(), bound_to);
        Egress::new(policy(allowed)).imap(&server).await.map(drop).unwrap_err().code()
    };
    assert_eq!(code("127.0.0.2", "127.0.0.2", &["127.0.0.3"]).await, "address_refused");
    assert_eq!(code("127.0.0.2", "imap.example.com", &["127.0.0.2"]).await, "credential_refused");
    for host in
        ["", "a b", "0x7f.2", "127.2", "evil@127.0.0.2", "127.0.0.2/", "127.0.0.2:1", "127.0.0.2#", "IMAP.example.com", MARKER]
    {
        let code = code(host, "127.0.0.2", &["127.0.0.2"]).await;
        assert!(["invalid_host", "credential_refused"].contains(&code), "{host}: {code}");
    }
    trap.assert_untouched();
}
