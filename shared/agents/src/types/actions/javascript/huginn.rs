//! How `javascript` takes Huginn's JavaScriptAgent.

use crate::huginn::{Mapping, Taken};

pub(super) const MAPPING: Mapping = Mapping { schedule: Some("never"), map: from_huginn, ..Mapping::of("JavaScriptAgent") };

/// What scripts of Huginn may have that ours do not.
const LACKING: [(&str, &str); 4] = [
    ("fetch", "A script reaches nothing outside here: let an `http_request` make the call, and the script work on its event."),
    (
        "credential(",
        "No script sees a credential here: write `{% credential name %}` in the options of the `http_request` that sends it.",
    ),
    ("haredMemory", "Agents share no memory here: let a `key_value_store` control this agent, and read `this.kvs`."),
    ("async", "A script waits for nothing here: write it without `async` and promises."),
];

fn from_huginn(taken: &mut Taken<'_>) {
    let language = taken.options.remove("language");
    if language
        .as_ref()
        .and_then(|language| language.as_str())
        .is_some_and(|name| name.trim().eq_ignore_ascii_case("coffeescript"))
    {
        taken.differs("language", "CoffeeScript is not read here: put the JavaScript that it compiles to into `code`.");
    }
    let code = taken.text("code").unwrap_or_default().to_owned();
    for (_, message) in LACKING.iter().filter(|(what, _)| code.contains(what)) {
        taken.differs("code", *message);
    }
    if code.contains("{%") || code.contains("{{") {
        taken.differs(
            "code",
            "The code is no template here: put what differs into `options`, which the script reads by `this.options()`.",
        );
    }
    let is_ours = |name: &str| ["code", "schedule", "keep_events_for"].contains(&name);
    let (ours, own) = std::mem::take(&mut taken.options).into_iter().partition(|(name, _)| is_ours(name));
    taken.options = ours;
    let own: serde_json::Map<_, _> = own;
    if !own.is_empty() {
        taken.options.insert("options".to_owned(), own.into());
    }
}
