//! How `webhook` takes Huginn's WebhookAgent.

use crate::huginn::{Mapping, Taken};
use serde_json::Value;

pub(super) const MAPPING: Mapping = Mapping { map: from_huginn, ..Mapping::of("WebhookAgent") };

fn from_huginn(taken: &mut Taken<'_>) {
    taken.options.remove("secret");
    let message = "The address of the hook is new, and cannot be guessed: it is the agent's `hook_url`, once the workflow is built. Give it \
                   to whoever sends.";
    taken.note("secret", message);
    taken.rename("verb", "verbs");
    let verbs = taken.text("verbs").map(|verbs| verbs.replace(';', ",").to_ascii_lowercase());
    taken.options.insert("verbs".to_owned(), verbs.unwrap_or_else(|| "post".to_owned()).into());
    if let Some(Value::Array(names)) = taken.options.get("event_headers") {
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        let names = names.join(", ");
        taken.options.insert("event_headers".to_owned(), names.into());
    }
    if taken.text("event_headers").is_none() {
        taken.options.remove("event_headers_key");
    }
    taken.lacks("event_headers_style", "The names of headers are as `event_headers` writes them.");
    taken.lacks("response_headers", "The answer has the headers that answers have here.");
    taken.lacks("recaptcha_secret", "reCAPTCHA is not asked here: everybody who knows the address can send.");
    for name in ["recaptcha_send_remote_addr", "score_threshold"] {
        taken.leave_out(name, "reCAPTCHA is not asked here.");
    }
    let code = taken.number("code").unwrap_or(201);
    if !(200..=299).contains(&code) || !taken.options.contains_key("code") {
        taken.options.insert("code".to_owned(), 201.into());
    }
    if !(200..=299).contains(&code) {
        taken.differs("code", "A hook answers with a status from 200 to 299 here, and does not redirect: it is 201.");
    }
    if !matches!(code, 204 | 205) {
        taken.default("response", "Event Created");
    }
    if taken.text("payload_path").is_some_and(|path| !matches!(path.trim(), "" | "." | "$")) {
        taken.options.insert("split_list".to_owned(), true.into());
    }
}
