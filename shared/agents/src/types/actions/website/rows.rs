//! The rows of pages, which become events.

use super::extract::Extractor;
use super::page::{PageType, Source};
use crate::pattern::Searches;
use crate::{AgentError, Context};
use rookery_domain::Payload;
use rookery_markup::{Tree, Work};
use serde_json::{Map, Value};

/// A row.
pub(super) struct Row {
    /// By what it is known again.
    pub(super) key: String,
    pub(super) payload: Payload,
}

/// A page, as it is asked.
pub(super) enum Document {
    Tree(Tree),
    Json(Value),
    Text(String),
}

/// What may still be searched in a page.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) work: Work,
    pub(super) searches: Searches,
}

/// What was found for a row.
pub(super) struct FoundRow {
    /// All values, for templates.
    pub(super) all: Map<String, Value>,
    hidden: Vec<String>,
}

impl FoundRow {
    /// The values of the event.
    pub(super) fn shown(&self) -> Map<String, Value> {
        self.all
            .iter()
            .filter(|(name, _)| !self.hidden.contains(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

fn read(source: &Source, has_namespaces: bool) -> Result<Document, AgentError> {
    let too_large =
        |error: rookery_markup::TooLarge| AgentError::fail("page_too_large", format!("The page cannot be read: {error}."));
    Ok(match source.kind {
        PageType::Html => Document::Tree(Tree::html(&source.text).map_err(too_large)?),
        PageType::Xml => {
            let mut tree = Tree::xml(&source.text).map_err(too_large)?;
            if !has_namespaces {
                tree.strip_namespaces();
            }
            Document::Tree(tree)
        }
        PageType::Json => Document::Json(json(source)?),
        PageType::Text => Document::Text(source.text.clone()),
    })
}

fn json(source: &Source) -> Result<Value, AgentError> {
    serde_json::from_str(&source.text).map_err(|error| AgentError::fail("not_json", format!("The page is not JSON: {error}")))
}

/// A JSON document that is the only row.
pub(super) fn whole(source: &Source) -> Result<FoundRow, AgentError> {
    if source.kind != PageType::Json {
        return Err(AgentError::fail(
            "no_extract",
            "Only JSON is read without `extract`: say what is taken out of the page, or set `type` to `json`.",
        ));
    }
    match json(source)? {
        Value::Object(all) => Ok(FoundRow { all, hidden: Vec::new() }),
        _ => Err(AgentError::fail("not_an_object", "The page is JSON, but no object: say in `extract` what is taken out of it.")),
    }
}

/// The rows of a page. It is an error if values are not found equally often.
pub(super) fn rows(
    extract: &[Extractor],
    cx: &Context<'_>,
    source: &Source,
    has_namespaces: bool,
) -> Result<Vec<FoundRow>, AgentError> {
    let (document, mut asked) = (read(source, has_namespaces)?, Asked::default());
    let mut columns = Vec::new();
    for extractor in extract {
        columns.push((extractor, extractor.values(cx, &document, &mut asked)?));
    }
    // A list of all matches is one value, also when it is empty and others are there.
    let counted = columns.iter().filter(|(extractor, _)| !extractor.is_repeated);
    let mut counts: Vec<(&str, usize)> = counted
        .filter(|(extractor, values)| !extractor.is_single || !values.is_empty())
        .map(|(extractor, values)| (extractor.name.as_str(), if extractor.is_single { 1 } else { values.len() }))
        .collect();
    let Some((_, count)) = counts.first().copied() else { return Ok(Vec::new()) };
    if counts.iter().any(|(_, other)| *other != count) {
        counts.truncate(20);
        let counts: Vec<String> = counts.into_iter().map(|(name, count)| format!("`{name}` {count} times")).collect();
        let message = format!(
            "The values are not found equally often: {}. Narrow down what is found too often, or use `repeat`.",
            counts.join(", ")
        );
        return Err(AgentError::fail("unequal_matches", message));
    }
    let hidden: Vec<String> =
        extract.iter().filter(|extractor| extractor.is_hidden).map(|extractor| extractor.name.clone()).collect();
    let row = |index: usize| {
        let cells = columns.iter().map(|(extractor, values)| {
            let value = match (extractor.is_single, extractor.is_repeated) {
                (true, _) => Value::Array(values.clone()),
                (false, true) => values.first().cloned().unwrap_or_default(),
                (false, false) => values.get(index).cloned().unwrap_or_default(),
            };
            (extractor.name.clone(), value)
        });
        FoundRow { all: cells.collect(), hidden: hidden.clone() }
    };
    Ok((0..count).map(row).collect())
}
