//! What is taken out of pages: the options of one value, and how it is found.

use super::expression::{Expression, failed, read_css, read_path, read_pattern, read_xpath};
use super::page::PageType;
use super::rows::{Asked, Document};
use crate::agent::Problems;
use crate::json_path::JsonPath;
use crate::meaning::TemplateText;
use crate::pattern::Pattern;
use crate::{AgentError, Context};
use indexmap::IndexMap;
use rookery_markup::{Found, Item, Tree, Work, XPath, number_text};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Number, Value};

/// The most rows of a page.
const MOST_ROWS: usize = 5_000;

/// How a value is found.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtractorOption {
    /// For HTML and XML: a CSS selector for elements, like `ul.news > li a`.
    css: Option<TemplateText>,
    /// For HTML and XML: an XPath to nodes, like `//ul[@class="news"]/li//a`.
    xpath: Option<TemplateText>,
    /// For HTML and XML: an XPath for the value of each element that is found. `@href` is an attribute, `string(.)` the text without markup,
    /// `normalize-space(.)` the same on one line, `./node()` what is inside with its markup. The element itself with its markup unless said otherwise.
    value: Option<TemplateText>,
    /// For JSON: a JSONPath, like `items[*].title`.
    path: Option<TemplateText>,
    /// For texts: a regular expression, whose matches are found one after the other.
    regexp: Option<TemplateText>,
    /// For texts: the number or name of a group of the regular expression.
    index: Option<IndexOption>,
    /// Whether the first match is the value in every row.
    #[serde(default)]
    repeat: bool,
    /// Whether the value is only for templates, and not in the event.
    #[serde(default)]
    hidden: bool,
    /// For HTML and XML: whether numbers, booleans and lists stay what they are. Otherwise all are texts.
    #[serde(default)]
    raw: bool,
    /// Whether all matches are one value, a list.
    #[serde(default)]
    single_array: bool,
}

/// A group of a regular expression.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum IndexOption {
    /// Its number; 0 is the whole match.
    Number(usize),
    /// Its name, or its number.
    Name(String),
}

/// What finds a value.
pub(super) struct Extractor {
    pub(super) name: String,
    way: Way,
    pub(super) is_repeated: bool,
    pub(super) is_hidden: bool,
    pub(super) is_single: bool,
}

enum Way {
    Nodes { find: Expression<XPath>, is_css: bool, value: Option<Expression<XPath>>, is_raw: bool },
    Path(Expression<JsonPath>),
    Matches { pattern: Expression<Pattern>, group: Result<usize, String> },
}

/// Reads the options, or notes what is wrong.
pub(super) fn take(
    options: IndexMap<String, ExtractorOption>,
    kind: Option<PageType>,
    problems: &mut Problems,
) -> Vec<Extractor> {
    if !options.is_empty() && options.values().all(|option| option.repeat) {
        problems.add("extract", "Let at least one value be without `repeat`: it says how many rows there are.");
    }
    options.into_iter().filter_map(|(name, option)| Extractor::take(name, option, kind, problems)).collect()
}

impl Extractor {
    fn take(name: String, option: ExtractorOption, kind: Option<PageType>, problems: &mut Problems) -> Option<Self> {
        let field = |part: &str| format!("extract.{name}.{part}");
        let ways = [option.css.is_some(), option.xpath.is_some(), option.path.is_some(), option.regexp.is_some()];
        let fits = match kind {
            Some(PageType::Html | PageType::Xml) => ways[0] || ways[1],
            Some(PageType::Json) => ways[2],
            Some(PageType::Text) => ways[3],
            None => true,
        };
        if ways.iter().filter(|is_given| **is_given).count() != 1 || !fits {
            let message = "Give one of `css` and `xpath` (for HTML and XML), `path` (for JSON) and `regexp` (for a text), as the type of the page needs it.";
            problems.add(format!("extract.{name}"), message);
            return None;
        }
        let way = match option {
            ExtractorOption { css: Some(text), .. } => Way::Nodes {
                find: Expression::take(&field("css"), &text, read_css, problems)?,
                is_css: true,
                value: take_value(&field("value"), option.value, problems)?,
                is_raw: option.raw,
            },
            ExtractorOption { xpath: Some(text), .. } => Way::Nodes {
                find: Expression::take(&field("xpath"), &text, read_xpath, problems)?,
                is_css: false,
                value: take_value(&field("value"), option.value, problems)?,
                is_raw: option.raw,
            },
            ExtractorOption { path: Some(text), .. } => Way::Path(Expression::take(&field("path"), &text, read_path, problems)?),
            ExtractorOption { regexp: Some(text), index, .. } => {
                let pattern = Expression::take(&field("regexp"), &text, read_pattern, problems)?;
                let group = match index {
                    None => Ok(0),
                    Some(IndexOption::Number(number)) => Ok(number),
                    Some(IndexOption::Name(name)) => name.trim().parse().map_err(|_| name),
                };
                if let Expression::Ready(pattern) = &pattern
                    && !pattern.has_group(&group)
                {
                    problems.add(field("index"), "The regular expression has no such group.");
                }
                Way::Matches { pattern, group }
            }
            ExtractorOption { .. } => return None,
        };
        Some(Extractor { name, way, is_repeated: option.repeat, is_hidden: option.hidden, is_single: option.single_array })
    }

    /// Whether it is an XPath that was written as one.
    pub(super) fn has_xpath(&self) -> bool {
        matches!(self.way, Way::Nodes { is_css: false, .. })
    }

    /// The values on a page.
    pub(super) fn values(&self, cx: &Context<'_>, document: &Document, asked: &mut Asked) -> Result<Vec<Value>, AgentError> {
        let name = &self.name;
        match (&self.way, document) {
            (Way::Nodes { find, value, is_raw, .. }, Document::Tree(tree)) => {
                let failed = |error: rookery_markup::Failed| failed("expression_failed", name, &format!("{error}."));
                let found = find.with(cx, name, |find| find.find(tree, Item::ROOT, &mut asked.work).map_err(failed))?;
                let items = match found {
                    Found::Items(items) if items.len() > MOST_ROWS => return Err(too_many(name)),
                    Found::Items(items) => items,
                    other => return Ok(vec![written(tree, other, *is_raw)]),
                };
                let of = |item: &Item, value: &XPath, work: &mut Work| -> Result<Value, AgentError> {
                    let found = value.find(tree, *item, work).map_err(failed)?;
                    let value = written(tree, found, *is_raw);
                    work.spend(value.as_str().map_or(0, str::len) / 8).map_err(failed)?;
                    Ok(value)
                };
                match value {
                    Some(value) => {
                        value.with(cx, name, |value| items.iter().map(|item| of(item, value, &mut asked.work)).collect())
                    }
                    None => {
                        let own = read_xpath(".").map_err(|error| AgentError::fail("invalid_expression", error))?;
                        items.iter().map(|item| of(item, &own, &mut asked.work)).collect()
                    }
                }
            }
            (Way::Path(path), Document::Json(value)) => path.with(cx, name, |path| {
                let found = path.all(value)?;
                if found.len() > MOST_ROWS { Err(too_many(name)) } else { Ok(found.into_iter().cloned().collect()) }
            }),
            (Way::Matches { pattern, group }, Document::Text(text)) => pattern.with(cx, name, |pattern| {
                let found = asked.searches.all(pattern, group, text, MOST_ROWS)?;
                found.map(|found| found.into_iter().map(Value::from).collect()).ok_or_else(|| too_many(name))
            }),
            _ => Err(failed(
                "wrong_type",
                name,
                "It is not for a page of this type: set `type`, or use `css`, `xpath`, `path` or `regexp` as the type needs it.",
            )),
        }
    }
}

fn take_value(field: &str, value: Option<TemplateText>, problems: &mut Problems) -> Option<Option<Expression<XPath>>> {
    match value.filter(|value| !value.trim().is_empty()) {
        Some(value) => Expression::take(field, &value, read_xpath, problems).map(Some),
        None => Some(None),
    }
}

fn too_many(name: &str) -> AgentError {
    failed("too_many_rows", name, &format!("It is found more than {MOST_ROWS} times: narrow it down."))
}

/// What an expression gave, as a value of the event.
fn written(tree: &Tree, found: Found, is_raw: bool) -> Value {
    let text = |text: String| Value::from(text);
    match (found, is_raw) {
        (Found::Items(items), true) => items.into_iter().map(|item| tree.outer(item)).collect(),
        (Found::Items(items), false) => text(items.into_iter().map(|item| tree.outer(item)).collect()),
        (Found::Text(found), _) => text(found),
        (Found::Number(number), true) if number.fract() == 0.0 && number.abs() < 1e15 => Value::from(number as i64),
        (Found::Number(number), true) => Number::from_f64(number).map_or_else(|| text(number_text(number)), Value::Number),
        (Found::Number(number), false) => text(number_text(number)),
        (Found::Boolean(is_so), true) => is_so.into(),
        (Found::Boolean(is_so), false) => text(is_so.to_string()),
    }
}
