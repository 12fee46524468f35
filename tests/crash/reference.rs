//! The checker's own router, made only from the workflow's JSON: it shares no code with the router that it judges.

use serde_json::Value;
use std::collections::BTreeMap;

/// The agents that an event must reach, each with the links that lead there.
pub(crate) fn route(options: &Value, event: &Value) -> BTreeMap<String, Vec<String>> {
    let mut targets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for cell in options["cells"].as_array().unwrap() {
        let leads_from_it = cell["type"] == "link" && cell["source"]["id"] == event["cell_id"];
        let groups = event["groups"].as_array().unwrap();
        if leads_from_it && (cell["group_id"].is_null() || groups.contains(&cell["group_id"])) {
            let target = cell["target"]["id"].as_str().unwrap().to_owned();
            targets.entry(target).or_default().push(cell["id"].as_str().unwrap().to_owned());
        }
    }
    targets
}

/// How many events of each agent a run must have, if all its agents did their work.
pub(crate) fn events_of_a_run(passes: bool, way: &str) -> BTreeMap<String, usize> {
    let path: &[&str] = if passes { &["start", "pass", "ways", way, "one", "two", "join", "sink"] } else { &["start"] };
    path.iter().map(|cell| ((*cell).to_owned(), 1)).collect()
}
