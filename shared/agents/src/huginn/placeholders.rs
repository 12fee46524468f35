//! What stands for a secret and is none: templates, and the words that people put where a secret belongs.

/// Whether a text is a template, at least in a part.
pub(super) fn is_template(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// Whether the value of a key only shows where a secret belongs, like `your-key`, `<TOKEN>`, `xxxx` or `...`.
pub(super) fn is_placeholder(key: &str, value: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (text, value_plain) = (value.trim(), plain(value));
    let is_in = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    let only_fills = text.chars().all(|c| matches!(c, 'x' | 'X' | '*' | '.' | '-' | '_' | '?' | '…' | '•' | ' '));
    let words = ["your", "changeme", "replaceme", "replacewith", "insert", "enter", "todo", "fillin", "putyour", "example"];
    let names = ["token", "secret", "password", "passwd", "apikey", "accesskey", "privatekey", "key", "none", "null"];
    only_fills
        || is_in('<', '>')
        || is_in('[', ']')
        || (is_in('(', ')') && text.contains(' '))
        || words.iter().any(|word| value_plain.starts_with(word))
        || names.contains(&value_plain.as_str())
        || value_plain == plain(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_where_a_secret_belongs_is_none() {
        for text in
            ["", " ", "your-key", "YOUR_API_KEY", "<TOKEN>", "[token]", "xxxx", "XXX-XXX", "...", "***", "changeme", "api_key"]
        {
            assert!(is_placeholder("api_key", text), "{text}");
        }
        for text in ["hunter2", "xoxb-123", "x1", "s.3cret", "AKIAIOSFODNN7", "yo"] {
            assert!(!is_placeholder("api_key", text), "{text}");
        }
        assert!(is_template("a {{ b }}") && is_template("{% credential x %}") && !is_template("{a}"));
    }
}
