//! How `http_request` takes Huginn's PostAgent.

use crate::huginn::{Mapping, Taken};
use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Map, Value, json};
use url::Url;

pub(super) const MAPPING: Mapping = Mapping { schedule: Some("never"), map: from_huginn, ..Mapping::of("PostAgent") };

fn from_huginn(taken: &mut Taken<'_>) {
    taken.rename("post_url", "url");
    let method = taken.text("method").unwrap_or("post").trim().to_ascii_lowercase();
    headers(taken);
    let is_text = taken.text("payload").is_some();
    let merges = !taken.take_flag("no_merge") && !is_text;
    taken.options.insert("merge_event".to_owned(), merges.into());
    taken.default("payload", json!({}));
    content_type(taken);
    if method == "delete" && (merges || taken.options.get("payload") != Some(&json!({}))) {
        taken.differs("method", "With `delete`, the payload is sent in the body here; Huginn puts it into the URL's query.");
    }
    if taken.take_flag("disable_ssl_verification") {
        taken.differs("disable_ssl_verification", "Certificates are always checked here: give the server one that is valid.");
    }
    let follows = !taken.take_flag("disable_redirect_follow") && method == "get";
    if follows {
        taken.options.insert("follow_redirects".to_owned(), super::MAX_REDIRECTS.into());
    }
    taken.options.insert("method".to_owned(), method.into());
    taken.lacks("proxy", "Calls go through no proxy of their own here.");
    taken.leave_out("unzip", "Answers are unpacked as their headers say.");
    taken.lacks("force_encoding", "Texts are read in the encoding that the answer names.");
    taken.lacks("xml_root", "Only a text is sent as XML here, not an object.");
    taken.default("emit_events", false);
    taken.default("parse_body", false);
    taken.default("event_headers_style", "capitalized");
    if let Some(Value::Array(names)) = taken.options.get("event_headers") {
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        let names = names.join(", ");
        taken.options.insert("event_headers".to_owned(), names.into());
    }
    if taken.options.get("emit_events").is_some_and(|emits| *emits == json!(true) || *emits == json!("true")) {
        let message =
            "An answer with a status from 400 on is an `on_error` here, not an event; those that may pass are asked for again.";
        taken.note("emit_events", message);
    }
}

/// The kind of body. Huginn's `content_type` may also be the media type of a text.
fn content_type(taken: &mut Taken<'_>) {
    let kind = taken.text("content_type").unwrap_or("form").trim().to_owned();
    let is_text = taken.text("payload").is_some();
    let ours = match (kind.as_str(), is_text) {
        ("json", _) | ("application/json", false) => "json",
        ("form" | "application/x-www-form-urlencoded", false) => "form",
        ("xml", true) => "xml",
        (media_type, true) if media_type.contains('/') => {
            set_header(taken, "Content-Type", media_type.to_owned());
            "text"
        }
        (_, true) => "text",
        ("xml", false) => {
            taken.differs(
                "content_type",
                "Only a text is sent as XML here. The object is sent as JSON: write the XML as a text in `payload`.",
            );
            "json"
        }
        (other, false) => {
            let is_json = other.ends_with("json");
            if is_json {
                set_header(taken, "Content-Type", other.to_owned());
            } else {
                taken.differs("content_type", "An object is sent as JSON or as a form here: it is sent as a form.");
            }
            if is_json { "json" } else { "form" }
        }
    };
    taken.options.insert("content_type".to_owned(), ours.into());
}

/// The headers, with those that Huginn has options for.
fn headers(taken: &mut Taken<'_>) {
    if let Some(Value::Object(headers)) = taken.options.get_mut("headers") {
        headers.retain(|_, value| !value.is_null());
        for value in headers.values_mut().filter(|value| !value.is_string()) {
            *value = value.to_string().into();
        }
    }
    if let Some(Value::String(name)) = taken.options.remove("user_agent") {
        set_header(taken, "User-Agent", name);
    }
    let login = match taken.options.remove("basic_auth") {
        Some(Value::String(login)) => Some(login),
        Some(Value::Array(parts)) => Some(parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(":")),
        _ => None,
    };
    let in_url = taken.text("url").and_then(login_in_url);
    if let Some((_, url)) = &in_url {
        taken.options.insert("url".to_owned(), url.as_str().into());
    }
    match login.or(in_url.map(|(login, _)| login)) {
        Some(login) if login.contains("{{") || login.contains("{%") => taken.differs(
            "basic_auth",
            "The name or the password is a template in the file, of which no header can be made: put `Basic ` and their base64 into a \
             credential, and name it in `headers.Authorization`.",
        ),
        Some(login) => set_header(taken, "Authorization", format!("Basic {}", BASE64_STANDARD.encode(login))),
        None => {}
    }
}

/// The name and password in a URL, and the URL without them.
fn login_in_url(text: &str) -> Option<(String, String)> {
    let (scheme, rest) = text.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (login, host) = rest[..end].rsplit_once('@')?;
    if login.contains(['{', '}']) {
        return None;
    }
    let url = Url::parse(&format!("{scheme}://{login}@host/")).ok()?;
    let decoded = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    let login = format!("{}:{}", decoded(url.username()), decoded(url.password().unwrap_or_default()));
    Some((login, format!("{scheme}://{host}{}", &rest[end..])))
}

fn set_header(taken: &mut Taken<'_>, name: &str, value: String) {
    let headers = taken.options.entry("headers").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(headers) = headers
        && !headers.keys().any(|given| given.eq_ignore_ascii_case(name))
    {
        headers.insert(name.to_owned(), value.into());
    }
}
