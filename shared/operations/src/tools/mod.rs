//! The tools that a model may ask for. A definition says which an agent has; what each does is in a file of its own family.
//!
//! | To know | Begin with |
//! |---|---|
//! | what a tool is, and how one is made of a Rust function | [`define_tool`], in `tool.rs` |
//! | reading, writing and searching the session's files | `files.rs`, `grep.rs` |
//! | events for the workflow that asked | `emit.rs` |
//! | calls to the hosts that a definition lists | `http.rs` |
//! | when a tool runs, and what is stored before and after | `run.rs` |

mod emit;
mod files;
mod grep;
mod http;
mod run;
mod tool;

pub use tool::{Tool, ToolContext, ToolFailure, define_tool};

use rookery_domain::{Error, Result};
use rookery_models::ToolSpec;
use rookery_sessions::definition::Behaviour;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tools of this program, by name.
#[derive(Clone)]
pub struct Tools(BTreeMap<String, Arc<Tool>>);

impl Default for Tools {
    /// The tools that Rookery itself has.
    fn default() -> Self {
        let [read, write, edit, list] = files::tools();
        let all = [read, write, edit, list, grep::tool(), http::tool(), emit::tool()];
        Tools(all.into_iter().map(|tool| (tool.spec().name.clone(), Arc::new(tool))).collect())
    }
}

impl Tools {
    /// Adds a tool, or replaces the one of its name. Errors: 400, when its name or its schema cannot be told to a model.
    pub fn with(self, tool: Tool) -> Result<Self> {
        self.with_shared(Arc::new(tool))
    }

    pub(crate) fn with_shared(mut self, tool: Arc<Tool>) -> Result<Self> {
        tool.judge().map_err(|why| {
            Error::invalid(format!("The tool `{}` cannot be used: {why}", tool.spec().name), "Change how it is defined.")
        })?;
        self.0.insert(tool.spec().name.clone(), tool);
        Ok(self)
    }

    /// What a model is told of the tools that it may ask for, in the order of the definition.
    pub(crate) fn specs(&self, of: &Behaviour) -> Vec<ToolSpec> {
        of.tools.iter().filter_map(|tool| self.0.get(&tool.name)).map(|tool| tool.spec().clone()).collect()
    }

    /// The tool of this name, if the definition has it. The error tells the model which there are.
    pub(crate) fn find(&self, of: &Behaviour, name: &str) -> Result<Arc<Tool>, String> {
        let has = of.tools.iter().any(|tool| tool.name == name);
        has.then(|| self.0.get(name).cloned()).flatten().ok_or_else(|| {
            let names: Vec<_> = self.specs(of).into_iter().map(|spec| format!("`{}`", spec.name)).collect();
            match names.as_slice() {
                [] => format!("There is no tool `{name:.64}`, and no other."),
                names => format!("There is no tool `{name:.64}`; there are {}.", names.join(", ")),
            }
        })
    }
}

#[cfg(test)]
mod tests;
