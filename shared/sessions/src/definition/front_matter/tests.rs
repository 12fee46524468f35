//! What is read as front matter, and what is refused.

use super::*;
use serde_json::json;

fn told(yaml: &str) -> String {
    let error = read(yaml).unwrap_err();
    format!("{}: {}: {}", error.line, error.field, error.message)
}

#[test]
fn a_text_is_split_at_its_marks() {
    let parts = |text| split(text).map(|parts| (parts.yaml.map(str::to_owned), parts.body.to_owned(), parts.body_line));
    assert_eq!(parts("---\na: 1\n---\nHello\n---\n").unwrap(), (Some("a: 1\n".into()), "Hello\n---\n".into(), 4));
    assert_eq!(parts("\u{feff}---  \r\n---\r\nHello").unwrap(), (Some(String::new()), "Hello".into(), 3));
    assert_eq!(parts("---\n---").unwrap(), (Some(String::new()), String::new(), 3));
    assert_eq!(parts("Hello").unwrap(), (None, "Hello".into(), 1));
    assert_eq!(parts("").unwrap(), (None, String::new(), 1));
    assert_eq!(split("---\na: 1\n").unwrap_err().line, 1);
}

#[test]
fn values_are_what_they_look_like() {
    let yaml = "a: 1\nb: [x, 1.50, true, ~, '1', \"true\"]\nc:\n  d: |\n    two\n    lines\n  e: https://x.example # why\n\nf: 30d\ng: 007\n";
    let root = read(yaml).unwrap();
    let expected = json!({"a": 1, "b": ["x", 1.5, true, null, "1", "true"], "c": {"d": "two\nlines\n", "e": "https://x.example"},
        "f": "30d", "g": "007"});
    assert_eq!(root.value().to_string(), expected.to_string().replace("1.5,", "1.50,"));
    for (field, line) in
        [("a", 2), ("b[1]", 3), ("b[9].x", 3), ("c", 4), ("c.d", 5), ("c.e", 8), ("c.e.x", 8), ("f", 10), ("x", 1)]
    {
        let place = root.place_of(field);
        assert_eq!((place.0, place.1.replace(".[", "[")), (line, field.to_owned()));
    }
    for nothing in ["", "\n\n", "# a comment\n"] {
        assert_eq!(read(nothing).unwrap().value(), json!({}), "{nothing:?}");
    }
}

#[test]
fn what_is_no_plain_map_is_refused_where_it_stands() {
    for (yaml, says) in [
        ("a: 1\nb: 2\na: 3\n", "4: a: The field stands in line 2 already"),
        ("a: &x 1\n", "2: a: Anchors"),
        ("a: &x [1]\n", "2: a: Anchors"),
        ("a: 1\nb: !!str 2\n", "3: b: Tags"),
        ("a: !x {}\n", "2: a: Tags"),
        ("a:\n  - x\n  - *x\n", ": This is not YAML"),
        ("a:\n  <<: {b: 1}\n", "3: a.<<: Maps are not merged"),
        ("[a]: 1\n", "2: : "),
        ("- a\n", "2: : The front matter is one list of fields"),
        ("a\n", "2: : The front matter is one list of fields"),
        ("a: 1\n...\nb: 2\n", "4: : "),
        ("a: 1\n b: 2\n", ": This is not YAML"),
        ("a: 'x\n", "This is not YAML"),
    ] {
        let told = told(yaml);
        assert!(told.contains(says), "{yaml:?}: {told}");
    }
}

#[test]
fn a_front_matter_is_bounded() {
    let deep = |n: usize| format!("a: {}{}", "[".repeat(n), "]".repeat(n));
    assert!(read(&deep(15)).is_ok());
    assert!(told(&deep(16)).contains("nested over 16 deep"));
    for hostile in [deep(30_000), "[".repeat(60_000), "{x: ".repeat(15_000), "- ".repeat(30_000), "? ".repeat(30_000)] {
        assert!(read(&hostile).is_err());
    }
    assert!(told(&format!("a: [{}]", "1,".repeat(3000))).contains("over 2000 values"));
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_much(text in r#"(---\n)?([a-z]{0,2}[:&*!|>\-?%@`'"{}\[\],#~<.]? ?(\n|\t|\r|[ ]{1,3}|é|---\n|\.\.\.\n|&a|\*a|!!)?){0,40}"#) {
        if let Ok(parts) = split(&text) {
            let _ = parts.yaml.map(read);
        }
    }

    #[test]
    fn no_characters_are_too_much(text in proptest::collection::vec(proptest::char::any(), 0..60)) {
        let _ = read(&text.into_iter().collect::<String>());
    }
}
