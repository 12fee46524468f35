//! The words of SMTP (RFC 5321) on a connection: commands, answers, and a mail's text. Whatever the other side says is bounded here; by when it must be
//! said, and to whom is talked, is decided in [`crate::mail`].

use crate::dial::{Stream, Wire};
use crate::{MailError, MailStep};
use base64::prelude::{BASE64_STANDARD, Engine};
use std::io;

/// The longest line of an answer, and the most lines that are read of one. RFC 5321 has 512 bytes.
const LINE_BYTES: usize = 2048;
const LINES: usize = 100;
/// How much of an answer is shown.
const SHOWN_CHARS: usize = 500;

/// An answer of a server.
pub(crate) struct Answer {
    code: u16,
    lines: Vec<String>,
}

/// What a server offers, by its answer to EHLO.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Offers {
    pub(crate) starttls: bool,
    pub(crate) plain: bool,
    pub(crate) login: bool,
}

impl Offers {
    fn of(answer: &Answer) -> Offers {
        let mut offers = Offers::default();
        for line in answer.lines.iter().skip(1).map(|line| line.to_ascii_uppercase()) {
            // Servers of old write `AUTH=`.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("STARTTLS") => offers.starttls = true,
                Some("AUTH") => words.for_each(|word| {
                    offers.plain |= word == "PLAIN";
                    offers.login |= word == "LOGIN";
                }),
                _ => {}
            }
        }
        offers
    }
}

/// A conversation.
pub(crate) struct Conversation {
    wire: Wire,
    host: String,
}

impl Conversation {
    pub(crate) fn over(stream: Box<dyn Stream>, host: &str) -> Conversation {
        Conversation { wire: Wire::over(stream), host: host.to_owned() }
    }

    /// The connection, for TLS. Whatever the server said beyond its answer came without TLS, and may be anybody's: so it must have said nothing.
    pub(crate) fn into_stream(self) -> Result<Box<dyn Stream>, MailError> {
        let Conversation { wire, host } = self;
        wire.into_stream().ok_or(MailError::NotSmtp { host })
    }

    /// Reads the greeting.
    pub(crate) async fn greeting(&mut self) -> Result<(), MailError> {
        self.answer(MailStep::Greeting, 220).await.map(drop)
    }

    /// Says who is here, and hears what is offered.
    pub(crate) async fn hello(&mut self, name: &str) -> Result<Offers, MailError> {
        Ok(Offers::of(&self.say(&format!("EHLO {name}"), MailStep::Greeting, 250).await?))
    }

    /// Asks for TLS.
    pub(crate) async fn starttls(&mut self) -> Result<(), MailError> {
        self.say("STARTTLS", MailStep::Tls, 220).await.map(drop)
    }

    /// Logs in by one of the ways that are offered (RFC 4616 has PLAIN).
    pub(crate) async fn log_in(&mut self, offers: &Offers, user: &str, password: &str) -> Result<(), MailError> {
        let encoded = |text: &str| BASE64_STANDARD.encode(text);
        if offers.plain {
            let both = encoded(&format!("\0{user}\0{password}"));
            return self.say(&format!("AUTH PLAIN {both}"), MailStep::Login, 235).await.map(drop);
        }
        if !offers.login {
            return Err(MailError::NoLogin { host: self.host.clone() });
        }
        self.say("AUTH LOGIN", MailStep::Login, 334).await?;
        self.say(&encoded(user), MailStep::Login, 334).await?;
        self.say(&encoded(password), MailStep::Login, 235).await.map(drop)
    }

    /// Sends a mail to one recipient.
    pub(crate) async fn mail(&mut self, from: &str, to: &str, text: &str) -> Result<(), MailError> {
        for address in [from, to] {
            if address.is_empty() || !address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>".contains(&byte)) {
                return Err(MailError::Address(address.escape_debug().take(SHOWN_CHARS).collect()));
            }
        }
        self.say(&format!("MAIL FROM:<{from}>"), MailStep::Sender, 250).await?;
        self.say(&format!("RCPT TO:<{to}>"), MailStep::Recipient, 250).await?;
        self.say("DATA", MailStep::Text, 354).await?;
        self.write(&as_sent(text)).await?;
        self.answer(MailStep::Text, 250).await.map(drop)
    }

    /// Gives up a mail that was begun.
    pub(crate) async fn reset(&mut self) -> Result<(), MailError> {
        self.say("RSET", MailStep::Greeting, 250).await.map(drop)
    }

    /// Takes leave.
    pub(crate) async fn quit(&mut self) -> Result<(), MailError> {
        self.say("QUIT", MailStep::Greeting, 221).await.map(drop)
    }

    async fn say(&mut self, command: &str, step: MailStep, expected: u16) -> Result<Answer, MailError> {
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.answer(step, expected).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), MailError> {
        self.wire.write(bytes).await.map_err(|error| lost(&self.host, &error))
    }

    /// Reads an answer of this code. Others of its hundred count as it does: 251 says yes, as 250 does.
    async fn answer(&mut self, step: MailStep, expected: u16) -> Result<Answer, MailError> {
        let answer = self.any_answer().await?;
        match answer.code {
            code if code / 100 == expected / 100 => Ok(answer),
            code @ 400..=599 => {
                let text = answer.lines.join(" ").chars().filter(|c| !c.is_control()).take(SHOWN_CHARS).collect();
                Err(MailError::Refused { host: self.host.clone(), step, code, text })
            }
            _ => Err(self.not_smtp()),
        }
    }

    async fn any_answer(&mut self) -> Result<Answer, MailError> {
        let mut lines = Vec::new();
        while lines.len() < LINES {
            let line = self.line().await?;
            let (code, rest) = line.split_at_checked(3).ok_or_else(|| self.not_smtp())?;
            let code =
                Some(code).filter(|code| code.bytes().all(|byte| byte.is_ascii_digit())).and_then(|code| code.parse().ok());
            let code = code.ok_or_else(|| self.not_smtp())?;
            lines.push(rest.get(1..).unwrap_or_default().trim().to_owned());
            match rest.bytes().next() {
                Some(b'-') => {}
                None | Some(b' ') => return Ok(Answer { code, lines }),
                Some(_) => break,
            }
        }
        Err(self.not_smtp())
    }

    async fn line(&mut self) -> Result<String, MailError> {
        let line = self.wire.line(LINE_BYTES).await.map_err(|error| lost(&self.host, &error))?;
        Ok(String::from_utf8_lossy(&line.ok_or_else(|| self.not_smtp())?).into_owned())
    }

    fn not_smtp(&self) -> MailError {
        MailError::NotSmtp { host: self.host.clone() }
    }
}

fn lost(host: &str, error: &io::Error) -> MailError {
    MailError::Lost { host: host.to_owned(), reason: error.kind().to_string() }
}

/// A mail as it is sent (RFC 5321, 4.5.2): each line ends with CR LF and no other character ends one, a dot that begins a line is doubled, and a dot
/// alone is the end. So no text can end a mail before its end, whatever the server takes for the end of a line.
fn as_sent(text: &str) -> Vec<u8> {
    let mut sent = String::with_capacity(text.len() + text.len() / 32 + 8);
    for line in text.replace("\r\n", "\n").replace('\r', "\n").lines() {
        if line.starts_with('.') {
            sent.push('.');
        }
        sent.extend([line, "\r\n"]);
    }
    sent.push_str(".\r\n");
    sent.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_offered_is_read_however_it_is_written() {
        let offers =
            |lines: &[&str]| Offers::of(&Answer { code: 250, lines: lines.iter().map(|line| line.to_string()).collect() });
        assert_eq!(offers(&["STARTTLS", "size 5"]), Offers::default(), "the first line is the server's name");
        assert_eq!(offers(&["h", "starttls", "AUTH LOGIN plain"]), Offers { starttls: true, plain: true, login: true });
        assert_eq!(offers(&["h", "AUTH=LOGIN", "XPLAIN PLAIN"]), Offers { login: true, ..Offers::default() });
        assert_eq!(offers(&[]), Offers::default());
    }

    proptest! {
        #[test]
        fn no_text_ends_a_mail_before_its_end(text in "(\\.|\r|\n|a|é){0,30}") {
            let sent = String::from_utf8(as_sent(&text)).unwrap();
            let body = sent.strip_suffix(".\r\n").unwrap();
            let lines: Vec<&str> = body.split_terminator("\r\n").collect();
            for line in &lines {
                prop_assert!(*line != "." && !line.contains(['\r', '\n']), "{sent:?}");
            }
            let undone: Vec<&str> = lines.iter().map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            let expected = text.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(undone, expected.lines().collect::<Vec<_>>());
        }
    }
}
