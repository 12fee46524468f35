//! The tools that a definition names, and their options.

use super::{Checker, Document};
use crate::definition::front_matter::below;
use crate::definition::{Fields, Headers, NameOr, ToolWithOptions};
use serde_json::Map;

/// The tools that a definition can name.
const TOOLS: [&str; 7] = ["read", "write", "edit", "list", "grep", "http", "emit"];

impl Checker<'_> {
    /// Reads the list of tools that stands below `prefix`.
    pub(super) fn tools(&mut self, document: &Document, prefix: &str, fields: &Fields) -> Vec<ToolWithOptions> {
        let mut tools = Vec::new();
        for (index, tool) in fields.tools.iter().enumerate() {
            let at = below(prefix, &format!("tools[{index}]"));
            let tool = match tool {
                NameOr::Name(name) => ToolWithOptions { name: name.clone(), options: Map::new() },
                NameOr::Object(tool) => (**tool).clone(),
            };
            if !TOOLS.contains(&tool.name.as_str()) {
                let message = format!("There is no tool `{}`; there are {}.", tool.name, TOOLS.join(", "));
                self.error(document, &at, message);
            }
            if tool.name == "http"
                && let Err((option, message)) = Headers::parse(&tool.options)
            {
                self.error(document, &below(&at, &option), message);
            }
            tools.push(tool);
        }
        tools
    }
}
