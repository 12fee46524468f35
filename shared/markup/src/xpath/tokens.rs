//! Takes the text of an expression apart.

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    /// A name, perhaps with a prefix; `*` is any.
    Name(String),
    /// A sign, or the name of an operator.
    Sign(&'static str),
}

/// The most tokens of an expression.
const MOST: usize = 5_000;
const SIGNS: [&str; 22] =
    ["::", "//", "..", "!=", "<=", ">=", "(", ")", "[", "]", ".", "@", ",", "/", "|", "+", "-", "=", "<", ">", "*", "$"];
const NAMED: [&str; 4] = ["and", "or", "mod", "div"];

/// The tokens of a text.
pub(super) fn read(text: &str) -> Result<Vec<Token>, String> {
    let (mut tokens, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        if tokens.len() >= MOST {
            return Err("it is too long".to_owned());
        }
        // After a value, a name or a star is an operator.
        let is_operator = match tokens.last() {
            None => false,
            Some(Token::Sign(sign)) => [")", "]", ".", ".."].contains(sign),
            Some(_) => true,
        };
        let begins_number = first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|char: char| char.is_ascii_digit()));
        let (token, length) = if first == '"' || first == '\'' {
            let length = rest[1..].find(first).ok_or("a quote is not closed")?;
            (Token::Text(rest[1..=length].to_owned()), length + 2)
        } else if begins_number {
            let length = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
            let number = rest[..length].parse().map_err(|_| format!("`{}` is no number", &rest[..length]))?;
            (Token::Number(number), length)
        } else if is_name_start(first) {
            name(rest, is_operator)?
        } else {
            let sign =
                SIGNS.iter().find(|sign| rest.starts_with(**sign)).ok_or_else(|| format!("`{first}` means nothing here"))?;
            let token = if *sign == "*" && !is_operator { Token::Name("*".to_owned()) } else { Token::Sign(sign) };
            (token, sign.len())
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

fn name(text: &str, is_operator: bool) -> Result<(Token, usize), String> {
    let length = part(text);
    if is_operator {
        let sign = NAMED.iter().find(|named| **named == &text[..length]);
        return sign.map(|sign| (Token::Sign(sign), length)).ok_or_else(|| format!("`{}` is no operator", &text[..length]));
    }
    let local = text[length..].strip_prefix(':').filter(|rest| !rest.starts_with(':'));
    let more = match local {
        Some(rest) if rest.starts_with('*') => 2,
        Some(rest) if rest.starts_with(is_name_start) => 1 + part(rest),
        _ => 0,
    };
    Ok((Token::Name(text[..length + more].to_owned()), length + more))
}

fn part(text: &str) -> usize {
    text.find(|char: char| !is_name_start(char) && !char.is_ascii_digit() && char != '-' && char != '.').unwrap_or(text.len())
}

fn is_name_start(char: char) -> bool {
    char.is_alphabetic() || char == '_' || (!char.is_ascii() && !char.is_whitespace())
}
