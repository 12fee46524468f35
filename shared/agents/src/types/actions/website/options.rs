//! The options of `website`.

use super::extract::ExtractorOption;
use super::page::PageType;
use crate::meaning::{TemplateObject, TemplateText};
use crate::web::{Texts, Unzip};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Reads pages (HTML, XML, JSON or text), takes values out of them, and emits an event for each row of values in the group `on_item`.
///
/// It reads its addresses when it is checked, and for each event that comes in. A page that cannot be read is told of in the group `on_error`,
/// and the others are read all the same. More rows than one delivery may emit, which is 500, come in the next checks; those of an event are left
/// out, which is told of in the group `on_error`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The address of the page, or a list of addresses: templates, like `https://example.com/news?page={{ page }}`.
    pub(super) url: Option<Texts>,
    /// The address for an event that comes in: a template over it, like `{{ url }}`.
    pub(super) url_from_event: Option<TemplateText>,
    /// The page itself, for an event that comes in: a template over it, like `{{ body }}`. Nothing is called then.
    pub(super) data_from_event: Option<TemplateText>,
    /// What kind of page it is. By the end of the address unless said otherwise (`.rss`, `.xml`, `.json`, `.txt`, `.text`), else HTML.
    #[serde(rename = "type")]
    pub(super) page_type: Option<PageType>,
    /// What is emitted.
    #[serde(default)]
    pub(super) mode: Mode,
    /// Which values are taken out, by name: all but those with `repeat` must be found equally often. It may be left out for JSON that is one
    /// object, which is then the event.
    #[schemars(with = "Option<BTreeMap<String, ExtractorOption>>")]
    pub(super) extract: Option<IndexMap<String, ExtractorOption>>,
    /// More values of the events, or other ones: templates over what was taken out, `_url_`, and `_response_` with `status`, `headers` and `url`,
    /// like `"link": "{{ link | to_uri: _response_.url }}"`.
    pub(super) template: Option<TemplateObject>,
    /// With `on_change`, among how many of the latest events a row is looked for: 200, or three times as many as there are rows.
    #[schemars(range(max = 10000))]
    pub(super) uniqueness_look_back: Option<usize>,
    /// The statuses of an answer that are taken for success; 200 to 299 unless said otherwise.
    pub(super) http_success_codes: Option<Vec<u16>>,
    /// Whether names of XML have namespaces. They have none unless said otherwise, if there is an `xpath`.
    pub(super) use_namespaces: Option<bool>,
    /// Headers: their names, and templates for their values.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, TemplateText>,
    /// The user's name and password: `user:password`, or a list of the two; templates, which may name credentials.
    pub(super) basic_auth: Option<Texts>,
    /// What is sent as `User-Agent`.
    pub(super) user_agent: Option<TemplateText>,
    /// The encoding in which the page is read, whatever the server says.
    pub(super) force_encoding: Option<String>,
    /// Whether redirects are not followed.
    #[serde(default)]
    pub(super) disable_redirect_follow: bool,
    /// How the page is packed, besides what its headers say.
    pub(super) unzip: Option<Unzip>,
}

/// What is emitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    /// All rows.
    #[default]
    All,
    /// The rows that were not emitted lately.
    OnChange,
    /// All rows, each laid over the payload that came in.
    Merge,
}
