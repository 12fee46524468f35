//! Paths into JSON values, as options write them: `order.items[0]["unit price"]`. Reading only: no wildcards, no filters.

use serde_json::Value;

/// A parsed path. Steps are separated by dots; `[n]` is an element of a list, counted from 0; `["any key"]` or `['any key']`
/// is a key that has other characters, in which a backslash takes the next character as it is. A leading `$` is the whole
/// value, and can be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// Why a text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a path: {reason}. Write it like `order.items[0].price`, with other keys in quotes: `[\"unit price\"]`.")]
pub(crate) struct PathError {
    path: String,
    reason: &'static str,
}

impl Path {
    /// Reads a path.
    pub(crate) fn parse(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let trimmed = text.trim();
        let mut rest = trimmed.strip_prefix('$').unwrap_or(trimmed);
        let rooted = rest.len() < trimmed.len();
        let result = loop {
            let after = match (rest.strip_prefix('['), rest.strip_prefix('.')) {
                _ if rest.is_empty() => break if steps.is_empty() && !rooted { Err("it is empty") } else { Ok(()) },
                (Some(bracket), _) => in_brackets(bracket, &mut steps),
                (_, Some(dotted)) if rooted || !steps.is_empty() => bare_key(dotted, &mut steps),
                _ if !rooted && steps.is_empty() => bare_key(rest, &mut steps),
                _ => Err("a dot or a bracket is missing between two steps"),
            };
            match after {
                Ok(after) => rest = after,
                Err(reason) => break Err(reason),
            }
        };
        result.map(|()| Path(steps)).map_err(|reason| PathError { path: text.to_owned(), reason })
    }

    /// The value at this path; none where a key or an element on the way is missing. `null` is a value.
    pub(crate) fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Key(key) => value.as_object()?.get(key),
            Step::Index(index) => value.as_array()?.get(*index),
        })
    }
}

fn bare_key<'t>(text: &'t str, steps: &mut Vec<Step>) -> Result<&'t str, &'static str> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let key = &text[..end];
    if key.is_empty() || key.contains([']', '"', '\'']) || key.trim() != key {
        return Err("a key is empty, or has characters that must stand in quotes");
    }
    steps.push(Step::Key(key.to_owned()));
    Ok(&text[end..])
}

/// Reads what follows a `[`, with the `]`.
fn in_brackets<'t>(text: &'t str, steps: &mut Vec<Step>) -> Result<&'t str, &'static str> {
    let rest = match text.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let (key, rest) = quoted_key(&text[1..], quote).ok_or("a quote is not closed")?;
            steps.push(Step::Key(key));
            rest
        }
        _ => {
            let end = text.find(']').ok_or("a bracket is not closed")?;
            steps.push(Step::Index(text[..end].parse().map_err(|_| "brackets hold a number or a key in quotes")?));
            &text[end..]
        }
    };
    rest.strip_prefix(']').ok_or("a bracket is not closed")
}

fn quoted_key(text: &str, quote: char) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => key.push(chars.next()?.1),
            _ if char == quote => return Some((key, &text[at + quote.len_utf8()..])),
            _ => key.push(char),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_to_values() {
        let value = json!({"a": {"b": [{"c": 1}, [2, 3]]}, "x.y": {"": {"it's": 4, "q\"]": 5}}, "ключ 1": 6, "n": null, "0": 7});
        for (path, expected) in [
            ("a.b[0].c", json!(1)),
            ("$.a.b[1][0]", json!(2)),
            ("a[\"b\"][1][1]", json!(3)),
            ("[\"x.y\"][\"\"]['it\\'s']", json!(4)),
            ("$['x.y'][\"\"][\"q\\\"]\"]", json!(5)),
            ("ключ 1", json!(6)),
            ("n", json!(null)),
            ("0", json!(7)),
            ("$", value.clone()),
        ] {
            assert_eq!(Path::parse(path).unwrap().get(&value), Some(&expected), "{path}");
        }
        for missing in ["b", "a.b.c", "a.b[2]", "a[0]", "n.x", "a.b[0].c.d"] {
            assert_eq!(Path::parse(missing).unwrap().get(&value), None, "{missing}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "a.",
            ".a",
            "a..b",
            "a[",
            "a[]",
            "a[-1]",
            "a[b]",
            "a[\"b]",
            "a['b'",
            "a]",
            "$a",
            "a[0]b",
            "a.[0]",
            "a. b",
            "a[99999999999999999999]",
        ] {
            let error = Path::parse(text).unwrap_err().to_string();
            assert!(error.contains("is not a path"), "{text}: {error}");
        }
    }
}
