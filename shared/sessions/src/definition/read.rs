//! From the tree of a front matter to its fields. A value that does not fit is told with its place and left out, and the rest is read
//! again: so all that is wrong is told at once.

use super::Report;
use super::fields::Fields;
use super::front_matter::{Content, Node, below};
use rookery_domain::{Strict, in_plain_words};
use serde_json::Value;
use serde_path_to_error::Segment;
use std::collections::HashSet;

/// Where fields stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Agent,
    Profile,
}

/// Reads the fields, and takes from the tree what does not fit.
pub(super) fn read(root: &mut Node, place: Place, report: &mut Report<'_>) -> Fields {
    leave_out(root, place, report);
    let mut told = HashSet::new();
    loop {
        let value = root.value();
        let error = match serde_path_to_error::deserialize::<_, Fields>(Strict::new(&value)) {
            Ok(fields) => return fields,
            Err(error) => error,
        };
        let steps: Vec<Step> = error.path().iter().filter_map(Step::of).collect();
        let message = error.inner().to_string();
        let named = message.split('`').nth(1).unwrap_or_default().to_owned();
        let is_unknown = message.starts_with("unknown field");
        let Some(wrong) = take(root, &steps, is_unknown.then_some(&named)) else {
            report.error_at(root.line, "", sentence(&in_plain_words(&message)));
            return Fields::default();
        };
        if is_unknown {
            let known = message.split_once("expected ").map_or_else(String::new, |(_, known)| format!("; there are {known}"));
            report.error_at(wrong.line, &wrong.field, format!("There is no such field{known}.").replace("one of ", ""));
        } else if message.starts_with("missing field") {
            let missing = below(&wrong.field, &named);
            if !told.contains(&missing) {
                report.error_at(wrong.line, &missing, "It is missing: add it.");
            }
        } else {
            let told_as = match message.split_once(", expected ") {
                Some((variant, known)) if variant.starts_with("unknown variant") => {
                    format!("`{named}` is not known here: give {}.", known.replace("one of ", ""))
                }
                _ => sentence(&in_plain_words(&message)),
            };
            report.error_at(wrong.line, &wrong.field, told_as);
            told.insert(wrong.field);
        }
    }
}

/// Leaves out what has no value, and what does not belong to this place.
fn leave_out(node: &mut Node, place: Place, report: &mut Report<'_>) {
    let is_file = node.field.is_empty();
    let is_subagent = node.field.rsplit('.').next().is_some_and(|last| last.starts_with("subagents["));
    let mut keep = |child: &mut Node, key: Option<&str>| {
        let wrong = match key {
            _ if child.content == Content::Scalar(Value::Null) => Some("It has no value: give one, or leave the line out."),
            Some("instructions") if is_file => Some("The instructions are the text below the front matter: write them there."),
            Some(key) if Fields::RUNTIME.contains(&key) && is_file && place == Place::Profile => {
                Some("A profile does not say where and how an agent runs: write it in the agents' files.")
            }
            Some(key) if Fields::RUNTIME.contains(&key) && is_subagent => {
                Some("A subagent runs where its agent does: write it in the agent's own fields.")
            }
            _ => None,
        };
        match wrong {
            Some(message) => report.error_at(child.line, &child.field, message),
            None => leave_out(child, place, report),
        }
        wrong.is_none()
    };
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::List(items) => items.retain_mut(|item| keep(item, None)),
        Content::Map(entries) => entries.retain_mut(|(key, child)| keep(child, Some(key))),
    }
}

/// A step on the way to a node: of what is still in the tree, so the index is not the one in the file.
enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    fn of(segment: &Segment) -> Option<Step> {
        match segment {
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Enum { .. } | Segment::Unknown => None,
        }
    }
}

/// Takes the node out to which the steps lead, or its own field of this name. `None` when that would be the root.
fn take(node: &mut Node, steps: &[Step], named: Option<&String>) -> Option<Node> {
    match (&mut node.content, steps) {
        (Content::Map(entries), []) => {
            let at = entries.iter().position(|(key, _)| Some(key) == named)?;
            Some(entries.remove(at).1)
        }
        (Content::Map(entries), [Step::Key(key), rest @ ..]) => {
            let at = entries.iter().position(|(name, _)| name == key)?;
            let deeper = if ends(&entries[at].1, rest, named) { None } else { take(&mut entries[at].1, rest, named) };
            deeper.or_else(|| Some(entries.remove(at).1))
        }
        (Content::List(items), [Step::Index(at), rest @ ..]) if *at < items.len() => {
            let deeper = if ends(&items[*at], rest, named) { None } else { take(&mut items[*at], rest, named) };
            deeper.or_else(|| Some(items.remove(*at)))
        }
        _ => None,
    }
}

/// Whether this node is the one that is meant.
fn ends(node: &Node, rest: &[Step], named: Option<&String>) -> bool {
    rest.is_empty() && !matches!((&node.content, named), (Content::Map(_), Some(_)))
}

/// The text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
