//! What an IMAP server says (RFC 3501, section 7), read from bytes. Only what a reader of mails needs is understood; all else is [`Response::Other`].

use memchr::{memchr, memmem};

/// How deep lists may be in lists.
const DEPTH: usize = 16;

/// A status of a server's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Ok,
    No,
    Bad,
    Bye,
}

/// One response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Response {
    /// The server waits for more.
    GoOn,
    /// How something went; without a tag, what the server says of itself.
    Status { tag: Option<String>, status: Status, text: String },
    /// Of the folder: the number that its uids are valid with.
    UidValidity(u32),
    /// Of the folder: the uid that the next mail gets.
    UidNext(u32),
    /// How many mails the folder has.
    Exists(u32),
    /// What the server can do, in upper case.
    Capabilities(Vec<String>),
    /// What it gives of a mail.
    Fetched(Fetched),
    /// What does not matter.
    Other,
}

/// What a server gives of one mail.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fetched {
    pub(crate) uid: Option<u32>,
    pub(crate) is_read: Option<bool>,
    pub(crate) text: Option<Vec<u8>>,
}

/// How many bytes follow a line that ends with `{COUNT}`, which only what is given of mails has: a status may end so in its words.
pub(crate) fn literal(line: &[u8], response: &[u8]) -> Option<usize> {
    let digits = response.strip_prefix(b"* ")?;
    digits.first().filter(|byte| byte.is_ascii_digit())?;
    let begin = line.iter().rposition(|byte| *byte == b'{')? + 1;
    std::str::from_utf8(line[begin..].strip_suffix(b"}")?).ok()?.parse().ok()
}

impl Response {
    /// Reads a response, which is whole but for the end of its last line. None if it is no IMAP.
    pub(crate) fn read(bytes: &[u8]) -> Option<Response> {
        if bytes.first() == Some(&b'+') {
            return Some(Response::GoOn);
        }
        let (tag, rest) = word(bytes)?;
        let tag = (tag != "*").then_some(tag);
        let (first, rest) = word(rest)?;
        let status = match first.to_ascii_uppercase().as_str() {
            "OK" | "PREAUTH" => Status::Ok,
            "NO" => Status::No,
            "BAD" => Status::Bad,
            "BYE" => Status::Bye,
            "CAPABILITY" if tag.is_none() => {
                let words = String::from_utf8_lossy(rest).to_ascii_uppercase();
                return Some(Response::Capabilities(words.split_ascii_whitespace().map(str::to_owned).collect()));
            }
            _ if tag.is_some() => return None,
            number => return Some(of_mail(number.parse().ok(), rest).unwrap_or(Response::Other)),
        };
        let text = String::from_utf8_lossy(rest).into_owned();
        let code = text.strip_prefix('[').and_then(|text| text.split_once(']')).filter(|_| tag.is_none());
        let code = code.and_then(|(code, _)| code.split_once(' ')).and_then(|(name, number)| Some((name, number.parse().ok()?)));
        Some(match code {
            Some((name, number)) if name.eq_ignore_ascii_case("UIDVALIDITY") => Response::UidValidity(number),
            Some((name, number)) if name.eq_ignore_ascii_case("UIDNEXT") => Response::UidNext(number),
            _ => Response::Status { tag, status, text },
        })
    }
}

/// The bytes up to a blank, as a text, and those behind it.
fn word(bytes: &[u8]) -> Option<(String, &[u8])> {
    let end = memchr(b' ', bytes).unwrap_or(bytes.len());
    let word = std::str::from_utf8(&bytes[..end]).ok().filter(|word| !word.is_empty())?;
    Some((word.to_owned(), bytes.get(end + 1..).unwrap_or_default()))
}

fn of_mail(number: Option<u32>, rest: &[u8]) -> Option<Response> {
    let (kind, rest) = word(rest)?;
    if kind.eq_ignore_ascii_case("EXISTS") {
        return number.map(Response::Exists);
    }
    let mut reader = Reader { rest };
    let Token::List(tokens) = reader.token(0).filter(|_| number.is_some() && kind.eq_ignore_ascii_case("FETCH"))? else {
        return None;
    };
    let mut fetched = Fetched::default();
    let mut tokens = tokens.into_iter();
    while let (Some(Token::Atom(name)), Some(value)) = (tokens.next(), tokens.next()) {
        let name = name.to_ascii_uppercase();
        match value {
            Token::Atom(number) if name == "UID" => fetched.uid = number.parse().ok(),
            Token::List(flags) if name == "FLAGS" => {
                let is_seen = |flag: &Token| matches!(flag, Token::Atom(flag) if flag.eq_ignore_ascii_case("\\Seen"));
                fetched.is_read = Some(flags.iter().any(is_seen));
            }
            Token::Text(text) if name.starts_with("BODY[]") => fetched.text = Some(text),
            // NIL: there is no text.
            Token::Atom(_) if name.starts_with("BODY[]") => fetched.text = Some(Vec::new()),
            _ => {}
        }
    }
    Some(Response::Fetched(fetched))
}

#[derive(Debug)]
enum Token {
    Atom(String),
    Text(Vec<u8>),
    List(Vec<Token>),
}

struct Reader<'b> {
    rest: &'b [u8],
}

impl Reader<'_> {
    fn token(&mut self, depth: usize) -> Option<Token> {
        while self.rest.first() == Some(&b' ') {
            self.rest = &self.rest[1..];
        }
        match *self.rest.first()? {
            b'(' if depth < DEPTH => {
                self.rest = &self.rest[1..];
                let mut tokens = Vec::new();
                loop {
                    match self.rest.first()? {
                        b')' => break,
                        b' ' => self.rest = &self.rest[1..],
                        _ => tokens.push(self.token(depth + 1)?),
                    }
                }
                self.rest = &self.rest[1..];
                Some(Token::List(tokens))
            }
            b'(' | b')' => None,
            b'"' => self.quoted(),
            b'{' => {
                let end = memmem::find(self.rest, b"}\r\n")?;
                let count: usize = std::str::from_utf8(&self.rest[1..end]).ok()?.parse().ok()?;
                let text = self.rest[end + 3..].get(..count)?.to_vec();
                self.rest = &self.rest[end + 3 + count..];
                Some(Token::Text(text))
            }
            _ => {
                // What stands in brackets, as in BODY[HEADER.FIELDS (DATE)], belongs to its word.
                let mut is_within = false;
                let end = self.rest.iter().position(|byte| {
                    is_within = *byte == b'[' || is_within && *byte != b']';
                    !is_within && b" ()\"".contains(byte)
                });
                let (atom, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                (!atom.is_empty()).then(|| Token::Atom(String::from_utf8_lossy(atom).into_owned()))
            }
        }
    }

    fn quoted(&mut self) -> Option<Token> {
        let mut text = Vec::new();
        let mut bytes = self.rest.iter().enumerate().skip(1);
        loop {
            match bytes.next()? {
                (at, b'"') => {
                    self.rest = &self.rest[at + 1..];
                    return Some(Token::Text(text));
                }
                (_, b'\\') => text.push(*bytes.next()?.1),
                (_, byte) => text.push(*byte),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fetched(uid: u32, is_read: Option<bool>, text: Option<&[u8]>) -> Option<Response> {
        Some(Response::Fetched(Fetched { uid: Some(uid), is_read, text: text.map(<[u8]>::to_vec) }))
    }

    #[test]
    fn responses_are_read_however_they_are_written() {
        let status = |tag: Option<&str>, status, text: &str| {
            Some(Response::Status { tag: tag.map(str::to_owned), status, text: text.to_owned() })
        };
        for (text, expected) in [
            ("+ go on", Some(Response::GoOn)),
            ("+", Some(Response::GoOn)),
            ("* OK [CAPABILITY IMAP4rev1] ready", status(None, Status::Ok, "[CAPABILITY IMAP4rev1] ready")),
            ("r1 NO [AUTHENTICATIONFAILED] no", status(Some("r1"), Status::No, "[AUTHENTICATIONFAILED] no")),
            ("r1 OK [UIDNEXT 5] done", status(Some("r1"), Status::Ok, "[UIDNEXT 5] done")),
            ("r1 ok", status(Some("r1"), Status::Ok, "")),
            ("* BYE", status(None, Status::Bye, "")),
            ("* ok [uidvalidity 7] valid", Some(Response::UidValidity(7))),
            ("* OK [UIDNEXT 4294967295] next", Some(Response::UidNext(u32::MAX))),
            ("* OK [UIDNEXT x] next", status(None, Status::Ok, "[UIDNEXT x] next")),
            ("* 23 EXISTS", Some(Response::Exists(23))),
            ("* 3 RECENT", Some(Response::Other)),
            ("* FLAGS (\\Seen)", Some(Response::Other)),
            ("* capability IMAP4rev1 auth=plain", Some(Response::Capabilities(vec!["IMAP4REV1".into(), "AUTH=PLAIN".into()]))),
            ("* 1 FETCH (UID 5 FLAGS (\\Recent \\seen))", fetched(5, Some(true), None)),
            ("* 1 FETCH (FLAGS () UID 5)", fetched(5, Some(false), None)),
            ("* 1 FETCH (BODY[]<0> {4}\r\n)\" x UID 5)", fetched(5, None, Some(b")\" x"))),
            ("* 1 fetch (uid 5 body[] \"a\\\"b\")", fetched(5, None, Some(b"a\"b"))),
            ("* 1 FETCH (UID 5 BODY[] NIL BODY[HEADER.FIELDS (DATE)] \"x\")", fetched(5, None, Some(b""))),
            ("* 1 FETCH (UID 5 BODY[] {9}\r\nx)", Some(Response::Other)),
            ("r1 FETCH", None),
            ("", None),
            (" OK", None),
        ] {
            assert_eq!(Response::read(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn only_what_is_given_of_mails_has_more_than_a_line() {
        let of = |line: &str| literal(line.as_bytes(), line.as_bytes());
        assert_eq!(of("* 1 FETCH (BODY[] {12}"), Some(12));
        assert_eq!([of("* OK in braces {12}"), of("r1 OK {12}"), of("* 1 FETCH {x}"), of("* 1 FETCH {12")], [None; 4]);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_to_an_end(text in "(\\* |r1 |1 FETCH|OK|\\(|\\)|\\{|3|\\}|\r\n|\"|\\\\| |\\[|\\]|UID|BODY|é){0,40}") {
            drop(Response::read(text.as_bytes()));
        }

        #[test]
        fn a_mail_comes_out_as_it_went_in(text in proptest::collection::vec(any::<u8>(), 0..200), uid in any::<u32>()) {
            let mut sent = format!("* 1 FETCH (UID {uid} BODY[]<0> {{{}}}\r\n", text.len()).into_bytes();
            sent.extend_from_slice(&text);
            sent.extend_from_slice(b" FLAGS (\\Seen))");
            prop_assert_eq!(Response::read(&sent), fetched(uid, Some(true), Some(&text)));
        }
    }
}
