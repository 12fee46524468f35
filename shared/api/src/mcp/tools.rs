//! The tools that a caller has: those routes of the table that are tools, as far as the caller's role goes.

use crate::auth::Caller;
use crate::documents;
use crate::route::{Route, ToolText};
use axum::http::Method;
use rmcp::model::{Tool, ToolAnnotations};
use rookery_domain::ProjectId;

/// The route that a tool is.
pub(super) fn find(name: &str) -> Option<(Route, ToolText)> {
    all().find(|(_, text)| text.name == name)
}

/// The tools that the caller may use.
pub(super) fn of(caller: &Caller, project: &ProjectId) -> Vec<Tool> {
    let may_use = |route: &Route| route.access.role().is_none_or(|role| caller.allow(project, role).is_ok());
    all().filter(|(route, _)| may_use(route)).map(|(route, text)| tool(&route, text)).collect()
}

fn all() -> impl Iterator<Item = (Route, ToolText)> {
    crate::routes().into_iter().filter_map(|route| route.tool.map(|text| (route, text)))
}

fn tool(route: &Route, text: ToolText) -> Tool {
    let reads = route.method == Method::GET;
    let hints = ToolAnnotations::new().read_only(reads).destructive(route.method == Method::DELETE).open_world(false);
    Tool::new(text.name, text.says, documents::arguments(route)).with_annotations(hints)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_tool_has_a_name_of_its_own_that_every_client_takes() {
        let names: Vec<&str> = all().map(|(_, text)| text.name).collect();
        assert_eq!(names.len(), names.iter().collect::<HashSet<_>>().len(), "{names:?}");
        for name in names {
            assert!(name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        }
    }
}
