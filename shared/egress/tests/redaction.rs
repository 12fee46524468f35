//! Values of credentials in texts: they are found however they are written, and nothing else is touched.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine};
use proptest::prelude::*;
use rookery_egress::{MIN_REDACTED_BYTES, Redactor};

fn redact(value: &str, text: &str) -> String {
    Redactor::new([("key", value)]).redact_text(text)
}

#[test]
fn a_value_is_found_in_every_form_that_others_write() {
    let value = "a+b/c=&\"<ü> z";
    for written in [
        "a+b/c=&\"<ü> z",
        r#"a+b\/c=&\"<ü> z"#,
        r#"a\u002Bb\/c\u003D\u0026\u0022\u003c\u00fc\u003e\u0020z"#,
        r#"a\u002bb\u002fc\u003d\u0026\u0022\u003C\u00FC\u003E z"#,
        "a&#43;b&#x2F;c&#61;&amp;&quot;&lt;&uuml;&gt;&nbsp;z".replace("&nbsp;", "&#32;").as_str(),
        "a&plus;b&sol;c&equals;&AMP;&QUOT;&LT;&#xFC;&GT; z",
        "a%2Bb%2Fc%3D%26%22%3C%C3%BC%3E%20z",
        "a%2bb%2fc%3d%26%22%3c%c3%bc%3e+z",
        "a%252Bb%252Fc%253D%2526%2522%253C%25C3%25BC%253E%2520z",
        r"a%2Bb\/c\u003d&amp;%22&lt;\xC3\xBC&gt; z",
        r#"a+b\\/c=&\\\"<ü> z"#,
        "A+B/C=&\"<Ü> Z",
        "A%2BB%2FC%3D%26%22%3C%C3%9C%3E%20Z",
        "A+b/C=&\"<ü> Z",
    ] {
        assert_eq!(redact(value, &format!("[\"x{written}y\"]")), "[\"x[credential key]y\"]", "{written}");
    }
}

#[test]
fn backslashes_that_nested_escapes_leave_hide_no_value() {
    let written = r"\u&#x30;06&#x31;\u&#x30;04&#x31;\\&#x5c;u0&#x30;61&#x5c;u0&#x30;41&#x5c;u0&#x30;61&#x5c;u0&#x30;41";
    assert_eq!(redact(r"aA\aAaA", &format!("<< {written} >>")), "<< [credential key] >>");
}

#[test]
fn basic_shows_neither_the_pair_nor_the_password() {
    for value in ["Basic YWRhOm9wZW4gc2VzYW1l", "YWRhOm9wZW4gc2VzYW1l", "ada:open sesame", "open sesame"] {
        for text in ["{\"password\":\"open sesame\"}", "Basic YWRhOm9wZW4gc2VzYW1l", "b3BlbiBzZXNhbWU="] {
            let clean = redact(value, text);
            assert!(clean.contains("[credential key]") && !clean.contains("sesame"), "{value} {text} {clean}");
        }
    }
    assert_eq!(redact("Bearer abcdefgh", "token=abcdefgh&scheme=Bearer"), "token=[credential key]&scheme=Bearer");
}

#[test]
fn what_is_cut_leaves_json_as_json() {
    for (value, text) in [
        ("n1234567", r#"{"line":"a\n1234567"}"#),
        (r"\secret\", r#"{"path":"c:\\secret\\"}"#),
        ("41abcdef", r#"{"a":"\u0041abcdef"}"#),
        ("\"quoted\"", r#"{"a":"b\"quoted\""}"#),
    ] {
        let clean = redact(value, text);
        assert!(clean.contains("[credential key]"), "{value} {clean}");
        serde_json::from_str::<serde_json::Value>(&clean).expect(&clean);
    }
}

#[test]
fn short_values_and_harmless_texts_stay() {
    assert_eq!(MIN_REDACTED_BYTES, 6);
    let text = r#"{"on":true,"a":"\u0041 12345 %41 &amp; Zm9vYmFy","none":[]}"#;
    for value in ["", "a", "on", "true", "12345", "     ", "%41%42", "Bearer x", "x:true"] {
        assert_eq!(redact(value, text), text, "{value:?}");
    }
    assert_eq!(Redactor::new([]).redact_text(text), text);
}

#[test]
fn of_several_values_each_has_its_own_name() {
    let redactor = Redactor::new([("one", "first-value"), ("two", "second-value"), ("long", "first-value-and-more")]);
    assert_eq!(redactor.redact_text("first-value second-value"), "[credential one] [credential two]");
    let clean = redactor.redact_text("first-value-and-more");
    assert_eq!(clean, "[credential long]");
}

#[test]
fn bytes_that_are_no_text_are_searched_too() {
    let redactor = Redactor::new([("key", "s3cret-value")]);
    assert_eq!(&redactor.redact(b"\xff\x00s3cret%2Dvalue\xfe%ff")[..], b"\xff\x00[credential key]\xfe%ff");
}

/// The text in lines of so many characters.
fn wrapped(text: &str, width: usize, end: &str) -> String {
    text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join(end)
}

#[test]
fn a_value_over_the_end_of_a_line_is_found() {
    let value = "sk_live/Zq7=wXyT09abcdef";
    let joined = |text: &str| {
        let ends = [r"\\r", r"\\n", r"\r", r"\n", "\r", "\n", " "];
        ends.iter().fold(text.to_owned(), |text, end| text.replace(end, ""))
    };
    let is_clean = |text: &str| {
        let clean = redact(value, text);
        assert!(clean.contains("[credential key]"), "{text}");
        // The value has 32 characters in base64, of which those at the ends may belong to its neighbours, too.
        let left = joined(&clean).replace("[credentialkey]", "");
        assert!(left.len() + 30 <= joined(text).len(), "{clean}");
    };
    for before in 43..49 {
        let long = BASE64_STANDARD.encode(format!("{}{value} and more", "x".repeat(before)));
        for (width, end) in [(76, "\r\n"), (76, "\n"), (64, "\n"), (7, "\n"), (20, "\r\n  "), (1, "\n")] {
            let lines = wrapped(&long, width, end);
            let json = serde_json::json!({ "echo": lines }).to_string();
            for text in [lines, serde_json::json!({ "log": json }).to_string(), json] {
                is_clean(&text);
            }
        }
    }
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    for written in [hex.clone(), hex.to_uppercase(), wrapped(&hex, 20, "\n"), wrapped(value, 10, "\n")] {
        assert_eq!(redact(value, &format!("<{written}>")), "<[credential key]>");
    }
    for written in ["sk_live/Zq7=3DwXyT09abcdef", "sk_live=2FZq7=3DwX=\r\nyT09ab=\ncdef"] {
        assert_eq!(redact(value, &format!("to=3D{written} x")), "to=3D[credential key] x");
        let json = serde_json::json!({ "mail": written }).to_string();
        assert_eq!(redact(value, &json), r#"{"mail":"[credential key]"}"#);
    }
    assert_eq!(redact(value, &format!("a\n{value}\n  b")), "a\n[credential key]\n  b", "lines beside it stay");
    let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(
        &Redactor::new([("key", value)]).redact(&[b"\0\xff", &utf16[..], b"\xff"].concat())[..],
        b"\0\xff[credential key]\xff"
    );
}

#[derive(Clone, Copy, Debug)]
enum Scheme {
    Json,
    Html,
    Percent,
}

fn scheme() -> impl Strategy<Value = Scheme> {
    prop_oneof![Just(Scheme::Json), Just(Scheme::Html), Just(Scheme::Percent)]
}

impl Scheme {
    /// Writes a character as an escape, in one of the scheme's ways.
    fn escape(self, c: char, way: u8) -> String {
        let mut units = [0; 2];
        let utf16 = c.encode_utf16(&mut units).iter();
        match (self, way % 4) {
            (Scheme::Json, 0) if "\"\\/".contains(c) => format!("\\{c}"),
            (Scheme::Json, 0 | 1) => utf16.map(|unit| format!("\\u{unit:04x}")).collect(),
            (Scheme::Json, _) => utf16.map(|unit| format!("\\u{unit:04X}")).collect(),
            (Scheme::Html, 0) if c == '&' => "&amp;".to_owned(),
            (Scheme::Html, 0 | 1) => format!("&#{};", c as u32),
            (Scheme::Html, 2) => format!("&#x{:x};", c as u32),
            (Scheme::Html, _) => format!("&#X{:06X};", c as u32),
            (Scheme::Percent, way) => {
                let upper = way % 2 == 0;
                let byte = |byte: &u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
                c.to_string().as_bytes().iter().map(byte).collect()
            }
        }
    }

    fn must_escape(self, c: char) -> bool {
        match self {
            Scheme::Json => c == '\\' || c == '"',
            Scheme::Html => c == '&',
            Scheme::Percent => c == '%' || c == '+',
        }
    }

    /// Writes a text so that readers of the scheme read the original again.
    fn write(self, text: &str, ways: &[u8]) -> String {
        let ways = ways.iter().cycle();
        text.chars()
            .zip(ways)
            .map(|(c, way)| if self.must_escape(c) || way % 3 == 0 { self.escape(c, way / 3) } else { c.to_string() })
            .collect()
    }
}

fn secret() -> impl Strategy<Value = String> {
    let any = prop_oneof![
        4 => "[a-zA-Z0-9+/=_.~-]{6,40}",
        2 => "[ -~]{6,30}",
        2 => r#"[\\%&;#"'/+<> n14u0x]{6,30}"#,
        1 => "[a-zü€😀]{6,20}",
    ];
    // A value whose own escapes stand for next to nothing has no form that differs from other texts.
    any.prop_filter("long enough when decoded", |value: &String| {
        value.trim() == value
            && value.chars().filter(|c| c.is_alphanumeric()).count() >= 6
            && !value.contains("\\u")
            && !value.contains("\\x")
    })
}

proptest! {
    #[test]
    fn a_value_that_was_written_by_any_schemes_one_after_the_other_is_cut_out(
        value in secret(),
        schemes in prop::collection::vec((scheme(), prop::collection::vec(any::<u8>(), 1..9)), 0..3),
    ) {
        let written = schemes.iter().fold(value.clone(), |text, (scheme, ways)| scheme.write(&text, ways));
        prop_assert_eq!(redact(&value, &format!("<< {written} >>")), "<< [credential key] >>", "{}", written);
    }

    #[test]
    fn a_value_whose_characters_are_each_written_by_another_scheme_is_cut_out(
        value in "[a-zA-Z0-9+/=_.~ü-]{3,20}[a-zA-Z0-9+/=_.~ ü-]{3,20}[a-zA-Z0-9+/=_.~ü-]",
        ways in prop::collection::vec((scheme(), any::<u8>(), any::<bool>()), 1..9),
    ) {
        let write = |(c, (scheme, way, literal)): (char, &(Scheme, u8, bool))| match literal {
            true => c.to_string(),
            false => scheme.escape(c, *way),
        };
        let written: String = value.chars().zip(ways.iter().cycle()).map(write).collect();
        prop_assert_eq!(redact(&value, &format!("<< {written} >>")), "<< [credential key] >>", "{}", written);
    }

    #[test]
    fn a_value_in_base64_is_never_readable(
        value in secret(),
        before in "[ -~]{0,5}",
        after in "[ -~]{0,5}",
        escaped in prop::option::of((scheme(), prop::collection::vec(any::<u8>(), 1..9))),
    ) {
        let plain = format!("{before}{value}{after}");
        for engine in [BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD] {
            let mut written = engine.encode(&plain);
            if let Some((scheme, ways)) = &escaped {
                written = scheme.write(&written, ways);
            }
            let clean = redact(&value, &format!("Basic {written} "));
            prop_assert!(clean.contains("[credential key]"), "{}", clean);
            // What is left beside the label decodes to what was beside the value.
            let left: usize = clean.replace("[credential key]", "").len();
            prop_assert!(left <= written.len() + 7 - value.len(), "{}", clean);
        }
    }

    #[test]
    fn any_bytes_are_searched_without_harm(bytes in prop::collection::vec(prop_oneof![
        Just(b'%'), Just(b'\\'), Just(b'&'), Just(b'u'), Just(b'#'), Just(b'4'), Just(b'1'), Just(b';'), any::<u8>(),
    ], 0..200)) {
        let redactor = Redactor::new([("key", "A1A1A1"), ("other", r"\u0041%41&#41;")]);
        let clean = redactor.redact(&bytes);
        prop_assert!(!redactor.finds(&clean), "{:?} {:?}", bytes, clean);
    }
}
