//! The front matter of a definition: YAML between two lines `---`, read into a tree whose nodes know their lines. Only what a
//! configuration needs is read: aliases, anchors, tags and merge keys are refused, so a small text is never a large tree.
//!
//! What the fields are called and mean is not known here.

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Value};

/// Most values in a front matter.
const VALUES: usize = 2000;
/// How deeply lists and maps may be nested.
const DEPTH: usize = 16;

/// A definition's text in its two parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    /// The YAML; `None` where the text does not begin with `---`.
    pub(super) yaml: Option<&'t str>,
    /// What follows.
    pub(super) body: &'t str,
    /// The number of the body's first line, from 1.
    pub(super) body_line: usize,
}

/// What cannot be read, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// The number of the line in the file, from 1.
    pub(super) line: usize,
    /// The field that is being read; may be empty.
    pub(super) field: String,
    /// What is wrong, and the remedy.
    pub(super) message: String,
}

impl Unreadable {
    fn new(line: usize, field: impl Into<String>, message: impl Into<String>) -> Self {
        Unreadable { line, field: field.into(), message: message.into() }
    }
}

/// A value of the front matter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// The number of the line in the file, from 1: that of its key, if it has one.
    pub(super) line: usize,
    /// Its place, like `tools[2].name`.
    pub(super) field: String,
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Scalar(Value),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value without lines.
    pub(super) fn value(&self) -> Value {
        match &self.content {
            Content::Scalar(value) => value.clone(),
            Content::List(items) => items.iter().map(Node::value).collect(),
            Content::Map(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.clone(), node.value())).collect::<Map<_, _>>())
            }
        }
    }

    /// Where the value of a path is written: its line, and its field in the file. The path counts what is in the tree, from which something
    /// may have been taken. Of what is not there, it is the line of what it would be in.
    pub(super) fn place_of(&self, path: &str) -> (usize, String) {
        let path = path.trim_start_matches('.');
        let (step, rest) = match path.strip_prefix('[') {
            Some(index) => index.split_once(']').unwrap_or((index, "")),
            None => path.split_at(path.find(['.', '[']).unwrap_or(path.len())),
        };
        let child = match &self.content {
            Content::Map(entries) => entries.iter().find(|(key, _)| key == step).map(|(_, node)| node),
            Content::List(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
            Content::Scalar(_) => None,
        };
        match child {
            _ if path.is_empty() => (self.line, self.field.clone()),
            Some(child) => child.place_of(rest),
            None => (self.line, below(&self.field, path)),
        }
    }
}

/// The path of a field in another.
pub(super) fn below(field: &str, name: &str) -> String {
    if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") }
}

/// Splits a text at the lines `---`. A text that does not begin with such a line has no front matter.
pub(super) fn split(text: &str) -> Result<Parts<'_>, Unreadable> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_mark = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|first| is_mark(first)) else {
        return Ok(Parts { yaml: None, body: text, body_line: 1 });
    };
    let mut end = first.len();
    for (index, line) in lines.enumerate() {
        if is_mark(line) {
            let body = &text[end + line.len()..];
            return Ok(Parts { yaml: Some(&text[first.len()..end]), body, body_line: index + 3 });
        }
        end += line.len();
    }
    Err(Unreadable::new(1, "", "The front matter has no end: add a line `---` below its last field."))
}

/// Reads YAML that begins in the second line of a file: a map, or nothing.
pub(super) fn read(yaml: &str) -> Result<Node, Unreadable> {
    let mut reader = Reader { events: Parser::new_from_str(yaml), values: 0 };
    let empty = Node { line: 1, field: String::new(), content: Content::Map(Vec::new()) };
    let mut root = None;
    loop {
        let (event, line) = reader.next("")?;
        match event {
            Event::StreamEnd => return Ok(root.unwrap_or(empty)),
            Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
            Event::DocumentStart(_) if root.is_none() => {}
            Event::MappingStart(anchor, tag) if root.is_none() => {
                plain(anchor, tag.is_some(), line, "")?;
                root = Some(Node { line: 1, field: String::new(), content: reader.map("", 1)? });
            }
            // Blank lines and comments alone.
            Event::Scalar(text, ScalarStyle::Plain, 0, None) if root.is_none() && text.is_empty() => root = Some(empty.clone()),
            _ => {
                return Err(Unreadable::new(line, "", "The front matter is one list of fields: write lines like `model: NAME`."));
            }
        }
    }
}

struct Reader<'t> {
    events: Parser<'t, StrInput<'t>>,
    values: usize,
}

impl<'t> Reader<'t> {
    /// The next event, and its line in the file.
    fn next(&mut self, field: &str) -> Result<(Event<'t>, usize), Unreadable> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start.line() + 1)),
            Some(Err(error)) => {
                let message =
                    format!("This is not YAML: {}. Mind the indentation, and quote texts with special characters.", error.info());
                Err(Unreadable::new(error.marker().line() + 1, field, message))
            }
            None => Ok((Event::StreamEnd, 1)),
        }
    }

    fn map(&mut self, field: &str, depth: usize) -> Result<Content, Unreadable> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        loop {
            let (event, line) = self.next(field)?;
            let key = match event {
                Event::MappingEnd => return Ok(Content::Map(entries)),
                Event::Scalar(key, _, anchor, tag) => {
                    plain(anchor, tag.is_some(), line, field)?;
                    key.into_owned()
                }
                Event::Alias(_) => return Err(alias(line, field)),
                _ => {
                    return Err(Unreadable::new(
                        line,
                        field,
                        "A list or a map stands where a field's name belongs: give a name.",
                    ));
                }
            };
            let place = below(field, &key);
            if key == "<<" {
                return Err(Unreadable::new(line, place, "Maps are not merged here: write the fields out."));
            }
            if let Some((_, before)) = entries.iter().find(|(name, _)| *name == key) {
                let message = format!("The field stands in line {} already: remove one of them.", before.line);
                return Err(Unreadable::new(line, place, message));
            }
            let value = self.next(&place)?;
            let content = self.content(value, &place, depth)?;
            entries.push((key, Node { line, field: place, content }));
        }
    }

    fn list(&mut self, field: &str, depth: usize) -> Result<Content, Unreadable> {
        let mut items = Vec::new();
        loop {
            let below = format!("{field}[{}]", items.len());
            let (event, line) = self.next(&below)?;
            if event == Event::SequenceEnd {
                return Ok(Content::List(items));
            }
            let content = self.content((event, line), &below, depth)?;
            items.push(Node { line, field: below, content });
        }
    }

    fn content(&mut self, (event, line): (Event<'t>, usize), field: &str, depth: usize) -> Result<Content, Unreadable> {
        self.values += 1;
        if self.values > VALUES {
            return Err(Unreadable::new(line, field, format!("The front matter has over {VALUES} values: use fewer.")));
        }
        if depth >= DEPTH {
            return Err(Unreadable::new(line, field, format!("Lists and maps are nested over {DEPTH} deep: nest less.")));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                plain(anchor, tag.is_some(), line, field)?;
                Ok(Content::Scalar(if style == ScalarStyle::Plain { scalar(&text) } else { text.into() }))
            }
            Event::SequenceStart(anchor, tag) => {
                plain(anchor, tag.is_some(), line, field)?;
                self.list(field, depth + 1)
            }
            Event::MappingStart(anchor, tag) => {
                plain(anchor, tag.is_some(), line, field)?;
                self.map(field, depth + 1)
            }
            Event::Alias(_) => Err(alias(line, field)),
            _ => Err(Unreadable::new(line, field, "A value is missing: give one, or remove the field.")),
        }
    }
}

/// Refuses anchors and tags.
fn plain(anchor: usize, has_tag: bool, line: usize, field: &str) -> Result<(), Unreadable> {
    match (anchor, has_tag) {
        (0, false) => Ok(()),
        (0, true) => {
            Err(Unreadable::new(line, field, "Tags are not read here: remove the word that begins with `!`, or quote the text."))
        }
        _ => Err(Unreadable::new(
            line,
            field,
            "Anchors are not read here: remove the word that begins with `&`, or quote the text.",
        )),
    }
}

fn alias(line: usize, field: &str) -> Unreadable {
    Unreadable::new(line, field, "Aliases are not read here: write the value out, or quote a text that begins with `*`.")
}

/// What an unquoted text stands for. Numbers have the form that they have in JSON; everything else is a text.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => text.parse().map_or_else(|_| Value::from(text), Value::Number),
    }
}

#[cfg(test)]
mod tests;
