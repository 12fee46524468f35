//! Serde's errors in plain words: `invalid type: map, expected a sequence` is `an object stands here; give a list`. Only the wording
//! is changed here; what is refused is up to the types that are read.

/// What Serde calls a value that it found, and what people call it. The rest of Serde's text, with the value itself, follows.
const FOUND: [(&str, &str); 10] = [
    ("map", "an object"),
    ("sequence", "a list"),
    ("unit value", "`null`"),
    ("null", "`null`"),
    ("string", "the text"),
    ("integer", "the number"),
    ("floating point", "the number"),
    ("number", "a number"),
    ("boolean", "the value"),
    ("unit variant", "a name alone"),
];

/// What Serde calls a value that it expected, and what people call it.
const EXPECTED: [(&str, &str); 13] = [
    ("a sequence", "a list"),
    ("a map", "an object"),
    ("a string", "a text"),
    ("string or map", "a name, or an object with one field"),
    ("a boolean", "`true` or `false`"),
    ("unit", "`null`"),
    ("u8", "a whole number from 0 to 255"),
    ("u16", "a whole number from 0 to 65535"),
    ("u32", "a whole number of at least 0"),
    ("u64", "a whole number of at least 0"),
    ("usize", "a whole number of at least 0"),
    ("i64", "a whole number"),
    ("f64", "a number"),
];

/// The message of a Serde error, in plain words. A message that is plain already, or not known, stays as it is.
pub fn in_plain_words(message: &str) -> String {
    // With exact numbers, this is all that is said of a number that the field cannot hold.
    if message == "invalid number" {
        return "the number does not fit here; give a whole number within the bounds of this field".to_owned();
    }
    let mismatch = ["invalid type: ", "invalid value: "].iter().find_map(|start| message.strip_prefix(start));
    let Some((found, expected)) = mismatch.and_then(|mismatch| mismatch.rsplit_once(", expected ")) else {
        return message.to_owned();
    };
    // JSON that is read from a text ends with the place.
    let (expected, place) = expected.find("at line ").map_or((expected, "here"), |at| expected.split_at(at));
    let expected = expected.trim_end();
    let found = FOUND.iter().find_map(|(word, plain)| {
        let rest = found.strip_prefix(word)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| format!("{plain}{rest}"))
    });
    let expected = EXPECTED.iter().find(|(word, _)| *word == expected).map_or(expected, |(_, plain)| plain);
    let found = found.unwrap_or_else(|| "something else".to_owned());
    format!("{found} stands {place}; give {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told<T: serde::de::DeserializeOwned>(value: Value) -> String {
        let error = serde_json::from_value::<T>(value).err();
        in_plain_words(&error.map(|error| error.to_string()).unwrap_or_default())
    }

    #[test]
    fn what_stands_there_and_what_should_is_said_in_words_of_json() {
        assert_eq!(told::<Vec<u8>>(json!({})), "an object stands here; give a list");
        assert_eq!(told::<String>(json!([1])), "a list stands here; give a text");
        assert_eq!(told::<bool>(json!("x, expected y")), "the text \"x, expected y\" stands here; give `true` or `false`");
        assert_eq!(told::<String>(json!(null)), "`null` stands here; give a text");
        assert!(told::<u32>(json!(-1)).starts_with("the number does not fit here"), "{}", told::<u32>(json!(-1)));
        assert_eq!(told::<u32>(json!("x")), "the text \"x\" stands here; give a whole number of at least 0");
        assert_eq!(told::<String>(json!(1.5)), "a number stands here; give a text");
        let placed = serde_json::from_str::<Vec<u8>>("{}").map_err(|error| in_plain_words(&error.to_string())).unwrap_err();
        assert_eq!(placed, "an object stands at line 1 column 0; give a list");
        assert_eq!(in_plain_words("missing field `url`"), "missing field `url`");
    }
}
