//! The escapes by which characters can be written in another way: in JSON and program texts, in HTML and XML, in URLs and forms, in
//! mails. Pure, and lenient: if any reader would take something for an escape, it is one here.

/// A way to write a text in another way.
pub(crate) struct Rule {
    /// The bytes with which an escape can begin.
    pub(crate) marks: [u8; 3],
    /// Reads the escape at the beginning of a text, which is not empty.
    pub(crate) read: fn(&[u8]) -> Option<Escape>,
}

/// The escapes of JSON, HTML and URLs.
pub(crate) const ESCAPES: Rule = Rule { marks: *b"%\\&", read: escape };
/// Backslashes that escape nothing.
pub(crate) const BACKSLASHES: Rule = Rule { marks: *b"\\\\\\", read: |text| (text[0] == b'\\').then(|| Escape::nothing(1)) };
/// The ends of lines, hard or soft, with the blanks before the next line: base64 is wrapped so.
pub(crate) const LINE_ENDS: Rule = Rule { marks: *b"\r\n=", read: line_end };
/// The escapes of quoted-printable, and its soft line breaks. Source: RFC 2045, 6.7.
pub(crate) const QUOTED_PRINTABLE: Rule = Rule { marks: *b"===", read: quoted_printable };

/// An escape that was found: its length, and the bytes that it stands for.
pub(crate) struct Escape {
    pub(crate) length: usize,
    bytes: [u8; 4],
    count: usize,
}

impl Escape {
    /// An escape that stands for nothing.
    fn nothing(length: usize) -> Escape {
        Escape { length, bytes: [0; 4], count: 0 }
    }

    pub(crate) fn byte(length: usize, byte: u8) -> Escape {
        Escape { length, bytes: [byte, 0, 0, 0], count: 1 }
    }

    fn char(length: usize, c: char) -> Escape {
        let mut bytes = [0; 4];
        let count = c.encode_utf8(&mut bytes).len();
        Escape { length, bytes, count }
    }

    pub(crate) fn decoded(&self) -> &[u8] {
        &self.bytes[..self.count]
    }
}

/// The escape at the beginning of a text.
pub(crate) fn escape(text: &[u8]) -> Option<Escape> {
    match text {
        [b'%', high, low, ..] => Some(Escape::byte(3, hex(&[*high, *low])? as u8)),
        [b'\\', b'u', rest @ ..] => utf16(rest),
        [b'\\', b'x', high, low, ..] => Some(Escape::byte(4, hex(&[*high, *low])? as u8)),
        [b'\\', b'b', ..] => Some(Escape::byte(2, 8)),
        [b'\\', b't', ..] => Some(Escape::byte(2, b'\t')),
        [b'\\', b'n', ..] => Some(Escape::byte(2, b'\n')),
        [b'\\', b'f', ..] => Some(Escape::byte(2, 12)),
        [b'\\', b'r', ..] => Some(Escape::byte(2, b'\r')),
        // If the next character is itself escaped, it may be a letter of this escape: that one is decoded first.
        [b'\\', b'%' | b'&', ..] if escape(&text[1..]).is_some() => None,
        [b'\\', mark, ..] if mark.is_ascii_punctuation() => Some(Escape::byte(2, *mark)),
        [b'&', b'#', b'x' | b'X', digits @ ..] => numeric(3, digits, 16),
        [b'&', b'#', digits @ ..] => numeric(2, digits, 10),
        [b'&', rest @ ..] => named(rest),
        _ => None,
    }
}

fn line_end(text: &[u8]) -> Option<Escape> {
    let soft = usize::from(text[0] == b'=');
    let is_end = text.get(soft).is_some_and(|byte| matches!(byte, b'\r' | b'\n'));
    let is_blank = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | b'\t');
    let length = || text[soft..].iter().position(|byte| !is_blank(byte)).map_or(text.len(), |blanks| soft + blanks);
    is_end.then(|| Escape::nothing(length()))
}

fn quoted_printable(text: &[u8]) -> Option<Escape> {
    match text {
        [b'=', b'\r', b'\n', ..] => Some(Escape::nothing(3)),
        [b'=', b'\n', ..] => Some(Escape::nothing(2)),
        [b'=', high, low, ..] => Some(Escape::byte(3, hex(&[*high, *low])? as u8)),
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number << 4 | (*digit as char).to_digit(16)?))
}

/// Reads what follows `\u`: four digits, and four more if these are the other surrogate.
fn utf16(text: &[u8]) -> Option<Escape> {
    let first = hex(text.get(..4)?)?;
    if let Some(c) = char::from_u32(first) {
        return Some(Escape::char(6, c));
    }
    let second = hex(text.get(4..10)?.strip_prefix(b"\\u")?)?;
    let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let c = char::decode_utf16(pair).next()?.ok()?;
    Some(Escape::char(12, c))
}

/// Reads what follows `&#` or `&#x`: digits and a semicolon.
fn numeric(prefix: usize, text: &[u8], base: u32) -> Option<Escape> {
    let end = text.iter().take(10).position(|byte| *byte == b';')?;
    let digits = std::str::from_utf8(&text[..end]).ok().filter(|digits| digits.chars().all(|c| c.is_digit(base)))?;
    let c = char::from_u32(u32::from_str_radix(digits, base).ok()?)?;
    Some(Escape::char(prefix + end + 1, c))
}

/// Reads what follows `&`: a name and a semicolon.
fn named(text: &[u8]) -> Option<Escape> {
    let end = text.iter().take(10).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&text[..end]).ok()?;
    let ascii = NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, c)| *c);
    let c = ascii.or_else(|| LATIN_1.split(' ').zip('\u{a0}'..='\u{ff}').find(|(known, _)| *known == name).map(|(_, c)| c))?;
    Some(Escape::char(end + 2, c))
}

/// The named characters of HTML within ASCII. Source: the HTML standard, 13.5.
const NAMED: [(&str, char); 40] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("midast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("Hat", '^'),
    ("lowbar", '_'),
    ("UnderBar", '_'),
    ("grave", '`'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("verbar", '|'),
    ("vert", '|'),
    ("VerticalLine", '|'),
    ("rcub", '}'),
    ("rbrace", '}'),
];

/// The names of U+00A0 to U+00FF, in order. Source: HTML 4.01, 24.2.
const LATIN_1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr \
    deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest \
    Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml \
    ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig \
    agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml \
    eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> String {
        let (mut decoded, mut rest) = (Vec::new(), text.as_bytes());
        while let [first, after @ ..] = rest {
            match escape(rest) {
                Some(escape) => {
                    decoded.extend_from_slice(escape.decoded());
                    rest = &rest[escape.length..];
                }
                None => {
                    decoded.push(*first);
                    rest = after;
                }
            }
        }
        String::from_utf8(decoded).unwrap()
    }

    #[test]
    fn every_way_to_write_a_character_is_read() {
        for (text, expected) in [
            (r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r"\u0026\u002B\u002b\ud83d\uDE00", "&++😀"),
            (r"\x2F\x2f\'\+", "//'+"),
            ("%2B%2b%C3%BC", "++ü"),
            ("&amp;&AMP;&quot;&#38;&#x26;&#X26;&#0038;", "&&\"&&&&"),
            (r"\%75\&#117;", r"\u\u"),
            ("&sol;&plus;&equals;&lowbar;&percnt;", "/+=_%"),
            ("&uuml;&Uuml;&nbsp;&yuml;&times;", "üÜ\u{a0}ÿ×"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in ["%", "%2", "%zz", "%+1", r"\", r"\u12", r"\uD83D", r"\q", "&", "&;", "&#;", "&#x;", "&nope;", "&#x110000;"] {
            assert_eq!(decode(text), text);
        }
    }
}
