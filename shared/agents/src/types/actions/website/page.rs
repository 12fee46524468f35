//! What a page is: its kind, its text, and what templates see of it.

use crate::Context;
use crate::web::{Page, Validators};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A kind of page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PageType {
    /// HTML, read by `css` or `xpath`.
    Html,
    /// XML, read by `css` or `xpath`.
    Xml,
    /// JSON, read by `path`.
    Json,
    /// A text, read by `regexp`.
    Text,
}

impl PageType {
    /// The kind of what is found at an address.
    fn of_url(url: &str) -> Self {
        let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let ends = |ends: &[&str]| ends.iter().any(|end| path.ends_with(end));
        match () {
            () if ends(&[".rss", ".xml"]) => PageType::Xml,
            () if ends(&[".json"]) => PageType::Json,
            () if ends(&[".txt", ".text"]) => PageType::Text,
            () => PageType::Html,
        }
    }
}

/// A page that is read.
pub(super) struct Source {
    /// The address that was called; empty for what came with an event.
    pub(super) url: String,
    pub(super) text: String,
    pub(super) kind: PageType,
    pub(super) validators: Validators,
    /// What templates see as `_response_`.
    response: Value,
}

impl Source {
    /// What came with an event.
    pub(super) fn of_event(text: String, page_type: Option<PageType>) -> Self {
        let kind = page_type.unwrap_or(PageType::Html);
        Source { url: String::new(), text, kind, validators: Validators::default(), response: Value::Null }
    }

    /// What was found at an address.
    pub(super) fn of_page(page: &Page, page_type: Option<PageType>) -> Self {
        let kind = page_type.unwrap_or_else(|| PageType::of_url(&page.called));
        let mut headers = Map::new();
        for (name, value) in &page.response.headers {
            let capital = |part: &str| part[..1].to_ascii_uppercase() + &part[1..];
            let named =
                name.split('-').map(|part| if part.is_ascii() && !part.is_empty() { capital(part) } else { part.to_owned() });
            let named = named.collect::<Vec<_>>().join("-");
            for name in [named.replace('-', "_"), named, name.clone()] {
                headers.insert(name, value.clone().into());
            }
        }
        let response = json!({"status": page.response.status, "headers": headers, "url": page.url});
        let text = page.text(kind == PageType::Html).into_owned();
        Source { url: page.called.clone(), text, kind, validators: page.validators.clone(), response }
    }

    /// What templates see: what was taken out, the page, and the event.
    pub(super) fn variables(&self, cx: &Context<'_>, row: Map<String, Value>) -> Map<String, Value> {
        let mut variables = cx.scope().variables().clone();
        variables.extend(row);
        if !self.url.is_empty() {
            variables.insert("_url_".to_owned(), self.url.clone().into());
            variables.insert("_response_".to_owned(), self.response.clone());
        }
        variables
    }
}
