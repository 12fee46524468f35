//! The documents as the tests of the API agreed on them, packed by the build script. Functions have these, and none of the code that makes them:
//! zipped, that would be five times as large.

use crate::route::Route;
use bytes::Bytes;
use rmcp::model::JsonObject;
use serde_json::Value;
use std::sync::LazyLock;

/// More than each document has, in bytes.
const MOST: usize = 16 * 1024 * 1024;

/// The OpenAPI 3.1 document of the API.
pub(crate) fn openapi() -> Value {
    unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/openapi.gz")))
}

/// The agent types, triggers first.
pub(crate) fn agent_types() -> Vec<Value> {
    static TYPES: LazyLock<Value> = LazyLock::new(|| unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/agent_types.gz"))));
    TYPES.as_array().cloned().unwrap_or_default()
}

/// The agent type of this name.
pub(crate) fn agent_type(name: &str) -> Option<Value> {
    agent_types().into_iter().find(|kind| kind["type"] == name)
}

/// The JSON Schema of the arguments of the tool that a route is.
pub(crate) fn arguments(route: &Route) -> JsonObject {
    static TOOLS: LazyLock<Value> = LazyLock::new(|| unpacked(include_bytes!(concat!(env!("OUT_DIR"), "/tools.gz"))));
    let is_it = |tool: &&Value| route.tool.is_some_and(|text| tool["name"] == text.name);
    let schema = TOOLS.as_array().and_then(|tools| tools.iter().find(is_it)).map(|tool| &tool["inputSchema"]);
    schema.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// What the build script packed. It is whole, since a test unpacks it.
fn unpacked(packed: &'static [u8]) -> Value {
    let text = rookery_media::unpack("gzip", Bytes::from_static(packed), MOST).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_whole() {
        assert_eq!(openapi()["openapi"], "3.1.0");
        for kind in rookery_agents::all() {
            let kept = agent_type(kind.name).unwrap();
            assert!(kept["config_schema"].is_object() && kept["examples"].is_array(), "{kept}");
        }
        for route in crate::routes().iter().filter(|route| route.tool.is_some()) {
            assert_eq!(arguments(route)["type"], "object", "{}", route.path);
        }
    }
}
