use super::*;
use serde_json::json;

fn all(path: &str, value: &Value) -> Value {
    let path = JsonPath::parse(path).unwrap_or_else(|error| panic!("{error}"));
    path.all(value).unwrap().into_iter().cloned().collect()
}

#[test]
fn paths_lead_to_all_values() {
    let shop = json!({
        "books": [
            {"title": "Tea", "price": 9, "tags": ["a", "b"]},
            {"title": "Rum & \"Raisin\"", "price": 12.5},
            {"title": "Milk", "price": "12", "sold out": true}
        ],
        "x-y": {"title": null, "": 1},
        "n": 0
    });
    let titles = json!(["Tea", "Rum & \"Raisin\"", "Milk"]);
    for (path, expected) in [
        ("$", json!([shop])),
        ("$.books[*].title", titles.clone()),
        ("books[*].title", titles.clone()),
        ("$.books.*.title", titles.clone()),
        ("$['books'][*][\"title\"]", titles.clone()),
        ("$..title", json!(["Tea", "Rum & \"Raisin\"", "Milk", null])),
        ("..title", json!(["Tea", "Rum & \"Raisin\"", "Milk", null])),
        ("$..['title','price']", json!(["Tea", 9, "Rum & \"Raisin\"", 12.5, "Milk", "12", null])),
        ("$.books[0].tags[-1]", json!(["b"])),
        ("$.books[(@.length-1)].title", json!(["Milk"])),
        ("books[0,2].title", json!(["Tea", "Milk"])),
        ("books[1:].price", json!([12.5, "12"])),
        ("books[:-1].price", json!([9, 12.5])),
        ("books[::2].price", json!([9, "12"])),
        ("books[5:1].price", json!([])),
        ("books[-9]", json!([])),
        ("x-y.title", json!([null])),
        ("$.x-y['']", json!([1])),
        ("$.books[2].sold out", json!([true])),
        ("$.books[?(@.price < 10)].title", json!(["Tea"])),
        ("$.books[?(@.price<10 || @['sold out'])].title", json!(["Tea", "Milk"])),
        ("$.books[?(@.price == 12.50)].title", json!(["Rum & \"Raisin\""])),
        ("$.books[?(@.title =~ /^te/i && @.tags)].price", json!([9])),
        ("$.books[?(!@.tags)].title", json!(["Rum & \"Raisin\"", "Milk"])),
        ("$.books[?@.title != 'Tea'].price", json!([12.5, "12"])),
        ("$.books[0].tags[?(@ == 'b')]", json!(["b"])),
        ("$.nothing.at.all", json!([])),
        ("n.x", json!([])),
        ("n", json!([0])),
        ("[0]", json!([])),
    ] {
        assert_eq!(all(path, &shop), expected, "{path}");
    }
    assert_eq!(all("[*].t", &json!([{"t": 1}, {}, {"t": 2}])), json!([1, 2]), "an element without the key is no match");
    assert_eq!(all("$..*", &json!({"a": [1, {"b": 2}]})), json!([[1, {"b": 2}], 1, {"b": 2}, 2]));
}

#[test]
fn what_is_no_path_is_refused() {
    for text in [
        "",
        " ",
        ".",
        "a.",
        "a...b",
        "a[",
        "a[]",
        "a[b]",
        "a[\"b]",
        "a[0",
        "a]",
        "$a",
        "[0]b",
        "a[1:2:0]",
        "a[?]",
        "a[?(b)]",
        "a[?(@.b ==)]",
        "a[?(@.b =~ /(/)]",
        "a[?(@.b",
        "a.b)",
    ] {
        let error = JsonPath::parse(text).map(|path| format!("{path:?}")).unwrap_err().to_string();
        assert!(error.contains("is not a JSONPath"), "{text}: {error}");
    }
}

#[test]
fn a_path_over_too_many_values_ends() {
    let mut value = json!([1, 2]);
    for _ in 0..60 {
        value = json!([value, 1, 2, 3]);
    }
    let path = JsonPath::parse("$..*..*..*..*..*").unwrap();
    assert_eq!(path.all(&value).unwrap_err().code, "path_too_long");
    let filtered = JsonPath::parse("$..[?(@..*)]..[?(@..*)]..[?(@..*)]").unwrap();
    assert_eq!(filtered.all(&value).unwrap_err().code, "path_too_long");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[$@.\\[\\]?()'\"*a0:, =<&|!~/-]{0,24}") {
        if let Ok(path) = JsonPath::parse(&text) {
            let _ = path.all(&json!({"a": [0, {"a": "a"}], "0": null}));
        }
    }
}
