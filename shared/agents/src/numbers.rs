//! Numbers that stand at the front of texts, as Ruby reads them.

/// The number with which a text begins, as Ruby's `to_f` reads it; 0 if it begins with none.
pub(crate) fn from_front(text: &str) -> f64 {
    let mut digits = String::new();
    let mut chars = text.trim_start().chars().peekable();
    let (mut has_point, mut has_exponent) = (false, false);
    while let Some(char) = chars.next() {
        let before = digits.chars().next_back();
        let is_after_digit = before.is_some_and(|before| before.is_ascii_digit());
        let has_digit_next = chars.peek().is_some_and(char::is_ascii_digit);
        match char {
            '0'..='9' => digits.push(char),
            '+' | '-' if before.is_none() || before == Some('e') => digits.push(char),
            '_' if is_after_digit && has_digit_next => {}
            '.' if !has_point && !has_exponent && has_digit_next => {
                has_point = true;
                digits.push(char);
            }
            'e' | 'E' if is_after_digit && !has_exponent => {
                has_exponent = true;
                digits.push('e');
            }
            _ => break,
        }
    }
    let number = digits.trim_end_matches(['e', '+', '-']);
    number.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_the_front() {
        for (text, expected) in [
            ("12 apples", 12.0),
            ("  -1.5e2x", -150.0),
            ("1_000.5", 1000.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1.e3", 1.0),
            ("1e", 1.0),
            ("1e-", 1.0),
            ("+7", 7.0),
            ("--7", 0.0),
            ("0x1A", 0.0),
            ("1__0", 1.0),
            ("apples 12", 0.0),
            ("Infinity", 0.0),
            ("", 0.0),
            ("-", 0.0),
            ("1,5", 1.0),
            ("1.2.3", 1.2),
            ("{\"a\":1}", 0.0),
        ] {
            assert_eq!(from_front(text), expected, "{text}");
        }
        assert!(from_front("1e999").is_infinite());
    }
}
