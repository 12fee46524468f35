//! A mail as text: its headers (RFC 5322), and its body in parts (MIME), all of it ASCII, so that each server takes it. The same mail for the same
//! recipient is always the same text. It is written here, since it is little, and since libraries make up boundaries of their own and write
//! encoded words in quotes, where they are none (RFC 2047, 5).

use crate::{Mail, Mailbox};
use base64::prelude::{BASE64_STANDARD, Engine};
use jiff::fmt::rfc2822::DateTimePrinter;
use rookery_domain::Time;

/// How much is kept of a subject.
const SUBJECT_CHARS: usize = 250;
/// The longest text that stands in a header as it is, and the most bytes of an encoded word: with its name, a header's line has 78 characters.
const PLAIN_BYTES: usize = 60;
const WORD_BYTES: usize = 39;
/// Characters of a line of base64.
const LINE: usize = 76;
/// No line of base64 begins like this.
const BOUNDARY: &str = "=_rookery";

/// The mail for one recipient, under this `Message-ID`.
pub fn message(mail: &Mail, from: &Mailbox, to: &Mailbox, id: &str, at: Time) -> String {
    let date = DateTimePrinter::new().timestamp_to_string(&at.timestamp()).unwrap_or_default();
    let headers = [
        ("Date", date),
        ("Message-ID", format!("<{}>", one_line(id))),
        ("From", mailbox(from)),
        ("To", mailbox(to)),
        ("Subject", in_header(&one_line(&mail.subject).chars().take(SUBJECT_CHARS).collect::<String>())),
        // Whoever is away answers no mail that no person wrote (RFC 3834).
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("MIME-Version", "1.0".to_owned()),
    ];
    let mut made: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    match (&mail.plain, &mail.html) {
        (Some(plain), Some(html)) => {
            made += &format!("Content-Type: multipart/alternative; boundary=\"{BOUNDARY}\"\r\n\r\n");
            for part in [part("text/plain", plain), part("text/html", html)] {
                made += &format!("--{BOUNDARY}\r\n{part}\r\n");
            }
            made += &format!("--{BOUNDARY}--\r\n");
        }
        (None, Some(html)) => made += &part("text/html", html),
        (plain, None) => made += &part("text/plain", plain.as_deref().unwrap_or_default()),
    }
    made
}

/// A text without anything that ends a line, or is a control character otherwise; and without blanks around and side by side.
pub(crate) fn one_line(text: &str) -> String {
    let is_blank = |c: char| c.is_whitespace() || c.is_control();
    text.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn mailbox(of: &Mailbox) -> String {
    match of.name() {
        None => of.address().to_owned(),
        Some(name) if is_plain(name) => {
            format!("\"{}\" <{}>", name.replace('\\', "\\\\").replace('"', "\\\""), of.address())
        }
        Some(name) => format!("{}\r\n <{}>", encoded(name), of.address()),
    }
}

fn in_header(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { encoded(text) }
}

/// Whether a text may stand in a header as it is. What looks like an encoded word must become one.
fn is_plain(text: &str) -> bool {
    text.len() <= PLAIN_BYTES && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("=?")
}

/// A text in encoded words (RFC 2047), each on a line of its own.
fn encoded(text: &str) -> String {
    let mut words = vec![String::new()];
    for char in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + char.len_utf8() <= WORD_BYTES => word.push(char),
            _ => words.push(char.to_string()),
        }
    }
    words.iter().map(|word| format!("=?utf-8?B?{}?=", BASE64_STANDARD.encode(word))).collect::<Vec<_>>().join("\r\n ")
}

/// A part of the body. Lines of a text end with CR LF before it is encoded.
fn part(media_type: &str, text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    let mut made = format!("Content-Type: {media_type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    let encoded = BASE64_STANDARD.encode(text);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(LINE.min(rest.len()));
        made.extend([line, "\r\n"]);
        rest = more;
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mail(subject: &str, plain: Option<&str>, html: Option<&str>) -> Mail {
        let (plain, html) = (plain.map(str::to_owned), html.map(str::to_owned));
        Mail { from: None, to: Vec::new(), subject: subject.to_owned(), plain, html }
    }

    fn written(mail: &Mail, from: &str, to: &str) -> String {
        message(mail, &from.parse().unwrap(), &to.parse().unwrap(), "id@a.test", Time(1_767_225_600_000))
    }

    #[test]
    fn a_mail_of_two_parts_is_this_text() {
        let mail = mail("Tea: \u{e4}", Some("a\nb"), Some("<p>a</p>"));
        let expected = "Date: Thu, 1 Jan 2026 00:00:00 -0000\r\nMessage-ID: <id@a.test>\r\nFrom: \"Shop \\\"A\\\"\" <s@a.test>\r\n\
            To: =?utf-8?B?w4RkYQ==?=\r\n <ada@a.test>\r\nSubject: =?utf-8?B?VGVhOiDDpA==?=\r\nAuto-Submitted: auto-generated\r\n\
            MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_rookery\"\r\n\r\n\
            --=_rookery\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ0KYg==\r\n\r\n\
            --=_rookery\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+YTwvcD4=\r\n\r\n\
            --=_rookery--\r\n";
        assert_eq!(written(&mail, "\"Shop \\\"A\\\"\" <s@a.test>", "Äda <ada@a.test>"), expected);
    }

    #[test]
    fn a_mail_of_one_part_has_that_alone() {
        let html = written(&mail("a", None, Some("b")), "a@b.c", "d@e.f");
        assert!(
            html.contains("Content-Type: text/html") && !html.contains("multipart") && html.ends_with("\r\n\r\nYg==\r\n"),
            "{html}"
        );
        let plain = written(&mail("a", Some(&"x".repeat(100)), None), "a@b.c", "d@e.f");
        assert!(plain.contains("Content-Type: text/plain") && plain.lines().all(|line| line.len() <= LINE), "{plain}");
    }

    proptest! {
        #[test]
        fn nothing_adds_a_header(
            subject in "([\\r\\n\\u{85}\\u{2028}\\u{0}]|Bcc: x@y.z|=\\?utf-8\\?q\\?=0A\\?=|[ -~]|\\PC){0,80}",
            name in "([\\r\\n]|Bcc: x@y.z|[ -~]|\\PC){0,40}",
            body in "([\\r\\n]|\\.|--=_rookery--|Bcc: x@y.z|\\PC){0,40}",
        ) {
            let name = format!("{} <a@b.c>", name.replace(['<', '>'], ""));
            let text = written(&mail(&subject, Some(&body), Some(&body)), &name, &name);
            prop_assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\r' | b'\n')), "{text:?}");
            prop_assert!(text.replace("\r\n", "").find(['\r', '\n']).is_none(), "{text:?}");
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 160), "{text:?}");
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            let names: Vec<&str> =
                head.split("\r\n").filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect();
            let expected = ["Date", "Message-ID", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"];
            prop_assert_eq!(names, expected);
            prop_assert_eq!(text.matches("\r\n--=_rookery").count(), 3);
        }
    }
}
