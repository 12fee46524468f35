//! Reads a CSS selector as the XPath that finds the same, with the additions of Nokogiri: `:contains("x")`, `:first`, `:eq(2)`, `> a`.

mod pseudo;

/// How deep selectors may stand in `:not(...)`, `:has(...)` and `:is(...)`.
const LEVELS: usize = 8;

struct Parser<'t> {
    rest: &'t str,
    level: usize,
}

/// The XPath of a selector.
pub(crate) fn to_xpath(text: &str) -> Result<String, String> {
    let mut parser = Parser { rest: text.trim(), level: 0 };
    let paths = parser.list("//")?;
    if parser.rest.is_empty() { Ok(paths.join(" | ")) } else { Err(unexpected(parser.rest)) }
}

fn unexpected(rest: &str) -> String {
    match rest.chars().next() {
        Some(char) => format!("`{char}` means nothing here"),
        None => "a selector is missing at the end".to_owned(),
    }
}

/// A text in quotes, as XPath writes it.
fn quoted(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}

impl Parser<'_> {
    fn space(&mut self) -> bool {
        let before = self.rest.len();
        self.rest = self.rest.trim_start();
        self.rest.len() < before
    }

    fn takes(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn needs(&mut self, sign: &str) -> Result<(), String> {
        self.space();
        if self.takes(sign) { Ok(()) } else { Err(format!("a `{sign}` is missing")) }
    }

    /// Selectors with commas between them, each as a path that begins with `start`.
    fn list(&mut self, start: &str) -> Result<Vec<String>, String> {
        let mut paths = Vec::new();
        loop {
            paths.push(self.selector(start)?);
            self.space();
            if !self.takes(",") {
                return Ok(paths);
            }
        }
    }

    fn selector(&mut self, start: &str) -> Result<String, String> {
        self.space();
        let mut path = self.combined(start)?.unwrap_or_else(|| start.to_owned());
        loop {
            path += &self.compound()?;
            let has_space = self.space();
            if self.rest.is_empty() || self.rest.starts_with([',', ')']) {
                return Ok(path);
            }
            match self.combined("")? {
                Some(combinator) => path += &combinator,
                None if has_space => path += "//",
                None => return Err(unexpected(self.rest)),
            }
        }
    }

    /// What a combinator is in XPath, after what stands before it.
    fn combined(&mut self, start: &str) -> Result<Option<String>, String> {
        let found = if self.takes(">") {
            (if start == "//" || start.is_empty() { "/" } else { "./" }).to_owned()
        } else if self.takes("+") {
            format!("{}/following-sibling::*[1]/self::", if start.is_empty() { "" } else { "." })
        } else if self.takes("~") {
            format!("{}/following-sibling::", if start.is_empty() { "" } else { "." })
        } else {
            return Ok(None);
        };
        self.space();
        Ok(Some(found))
    }

    /// A name with what narrows it down.
    fn compound(&mut self) -> Result<String, String> {
        let before = self.rest.len();
        let mut name = if self.takes("*") { "*".to_owned() } else { self.identifier().unwrap_or_else(|| "*".to_owned()) };
        if self.rest.starts_with('|') && !self.rest.starts_with("|=") {
            self.takes("|");
            let local = if self.takes("*") { "*".to_owned() } else { self.identifier().ok_or_else(|| unexpected(self.rest))? };
            name = if name == "*" { local } else { format!("{name}:{local}") };
        }
        let mut narrowed = String::new();
        loop {
            let predicate = if self.takes("#") {
                format!("@id = {}", quoted(&self.identifier().ok_or_else(|| unexpected(self.rest))?))
            } else if self.takes(".") {
                has_word("class", &self.identifier().ok_or_else(|| unexpected(self.rest))?)
            } else if self.takes("[") {
                self.attribute()?
            } else if self.takes(":") {
                self.takes(":");
                self.pseudo(&name)?
            } else if self.rest.len() == before {
                return Err(unexpected(self.rest));
            } else {
                return Ok(name + &narrowed);
            };
            narrowed += &format!("[{predicate}]");
        }
    }

    fn identifier(&mut self) -> Option<String> {
        let (mut name, mut chars) = (String::new(), self.rest.char_indices().peekable());
        let mut end = 0;
        while let Some((at, char)) = chars.next() {
            if char.is_alphanumeric() || char == '-' || char == '_' || !char.is_ascii() {
                name.push(char);
                end = at + char.len_utf8();
            } else if char == '\\' {
                // Digits are the number of a character, all others stand for themselves.
                let mut digits = String::new();
                while let Some((_, digit)) = chars.next_if(|(_, char)| digits.len() < 6 && char.is_ascii_hexdigit()) {
                    digits.push(digit);
                }
                match u32::from_str_radix(&digits, 16) {
                    Ok(number) => {
                        chars.next_if(|(_, char)| *char == ' ');
                        name.push(char::from_u32(number)?);
                    }
                    Err(_) => name.push(chars.next()?.1),
                }
                end = chars.peek().map_or(self.rest.len(), |(at, _)| *at);
            } else {
                break;
            }
        }
        self.rest = &self.rest[end..];
        (!name.is_empty()).then_some(name)
    }

    /// A text in quotes, or a name.
    fn value(&mut self) -> Result<String, String> {
        self.space();
        let Some(quote) = self.rest.chars().next().filter(|char| ['"', '\''].contains(char)) else {
            return self.identifier().ok_or_else(|| unexpected(self.rest));
        };
        let end = self.rest[1..].find(quote).ok_or("a quote is not closed")?;
        let value = self.rest[1..=end].to_owned();
        self.rest = &self.rest[end + 2..];
        Ok(value)
    }

    /// What stands after a `[`.
    fn attribute(&mut self) -> Result<String, String> {
        self.space();
        self.takes("@");
        let mut name = self.identifier().ok_or_else(|| unexpected(self.rest))?;
        if self.rest.starts_with('|') && !self.rest.starts_with("|=") {
            self.takes("|");
            name = format!("{name}:{}", self.identifier().ok_or_else(|| unexpected(self.rest))?);
        }
        self.space();
        if self.takes("]") {
            return Ok(format!("@{name}"));
        }
        let operators = ["~=", "|=", "^=", "$=", "*=", "!=", "="];
        let operator = operators.into_iter().find(|sign| self.takes(sign)).ok_or_else(|| unexpected(self.rest))?;
        let value = self.value()?;
        self.space();
        if self.takes("i") || self.takes("s") {
            self.space();
        }
        self.needs("]")?;
        let text = quoted(&value);
        Ok(match operator {
            "=" => format!("@{name} = {text}"),
            "!=" => format!("not(@{name} = {text})"),
            "~=" => has_word(&name, &value),
            "|=" => format!("@{name} = {text} or starts-with(@{name}, {})", quoted(&format!("{value}-"))),
            "^=" => format!("starts-with(@{name}, {text})"),
            "*=" => format!("contains(@{name}, {text})"),
            _ => {
                let length = value.chars().count();
                format!(
                    "substring(@{name}, string-length(@{name}) - {length} + 1) = {text} and string-length(@{name}) >= {length}"
                )
            }
        })
    }
}

fn has_word(attribute: &str, word: &str) -> String {
    format!("contains(concat(' ', normalize-space(@{attribute}), ' '), {})", quoted(&format!(" {word} ")))
}
