//! Who sends to a hook, and whether the other options fit this sender.

use super::Options;
use super::probe::methods;
use crate::agent::Problems;
use crate::senders::Sender;
use crate::verify::Scheme;
use http::Method;

/// The sender: the one that `verify` names, or else the option.
pub(super) fn take(options: &Options, problems: &mut Problems) -> Option<Sender> {
    let scheme = options.verify.as_ref().map(|verify| verify.scheme);
    let by_scheme = scheme.and_then(Scheme::sender);
    // Events that are signed as Standard Webhooks may be CloudEvents: `http_request` sends such.
    let are_both = options.sender == Some(Sender::CloudEvents) && by_scheme == Some(Sender::StandardWebhooks);
    if !are_both && options.sender.is_some_and(|sender| by_scheme.is_some_and(|known| known != sender)) {
        problems.add("sender", "Leave it out: `verify.scheme` names another sender.");
    }
    if options.sender == Some(Sender::CloudEvents) {
        check_cloud_events(options, problems);
    }
    let sender = options.sender.or(by_scheme);
    if by_scheme.is_none() && sender.is_some_and(Sender::needs_secret) {
        problems.add("sender", "Its handshake is answered with a secret: give `verify` with the sender's own scheme.");
    }
    let has_token = options.verify_token.as_deref().is_some_and(|token| !token.trim().is_empty());
    match (sender == Some(Sender::Meta), has_token) {
        (true, false) => problems.add("verify_token", "Give the text that you enter at Meta as Verify token."),
        (false, _) if options.verify_token.is_some() => problems.add("verify_token", "Leave it out: only Meta sends it."),
        _ => {}
    }
    sender
}

/// Notes the options that do not go with CloudEvents.
fn check_cloud_events(options: &Options, problems: &mut Problems) {
    if !options.parse_json.is_empty() {
        problems.add("parse_json", "Leave it out: `datacontenttype` says whether the data of a CloudEvent are JSON.");
    }
    if options.event_query_key.is_some() {
        problems.add("event_query_key", "Leave it out: nothing of a CloudEvent is in the query.");
    }
    if options.response.is_some() {
        problems.add("response", "Leave it out: a request may hold any number of CloudEvents.");
    }
    let verbs = options.verbs.as_deref().and_then(|verbs| methods(verbs).ok());
    if verbs.is_some_and(|verbs| !verbs.contains(&Method::POST)) {
        problems.add("verbs", "Add `post`: it is how CloudEvents are delivered.");
    }
}
