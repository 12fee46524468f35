//! Placeholder until the bounded templates land.
use serde_json::{Map, Value};
/// Placeholder.
#[derive(Debug)]
pub struct Scope {}
impl Scope { /// Placeholder.
 pub fn new(_: Map<String, Value>) -> Self { Scope {} } }
/// Placeholder.
#[derive(Debug, thiserror::Error)]
#[error("template")]
pub struct TemplateError {}
