//! The fields that say where and how an agent runs: which values they may have.

use super::{Checker, Document};
use crate::definition::Environment;
use crate::definition::instructions::looks_secret;
use rookery_egress::is_host;

/// Longest deadline, in seconds.
const DEADLINE_SECONDS: u32 = 24 * 3600;

impl Checker<'_> {
    /// Judges the fields.
    pub(super) fn runtime(&mut self, document: &Document, environment: &Environment) {
        let fields = &document.fields;
        if fields.deadline_seconds.is_some_and(|seconds| !(1..=DEADLINE_SECONDS).contains(&seconds)) {
            self.error(document, "deadline_seconds", format!("Give 1 to {DEADLINE_SECONDS} seconds."));
        }
        if let Some(cwd) = &fields.cwd {
            let parts = || cwd.trim_matches('/').split('/');
            if cwd.len() > 256
                || cwd.chars().any(char::is_control)
                || parts().any(|part| part.is_empty() || part == ".." || part == ".")
            {
                self.error(
                    document,
                    "cwd",
                    "Give the path of a folder in the sandbox, without `.` and `..`, of at most 256 bytes.",
                );
            }
            self.warning(document, "cwd", "It is not used yet.");
        }
        for (index, name) in fields.env.iter().enumerate() {
            let field = format!("env[{index}]");
            let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !is_name {
                self.error(document, &field, "Give the name of an environment variable: letters, digits and `_`.");
            } else if looks_secret(name) {
                self.error(document, &field, "Its name is one of a secret, which no model is shown: leave it out.");
            } else if !environment.has(name) {
                self.warning(
                    document,
                    &field,
                    format!("It is not allowed here, so it is empty: start Rookery with `--agent-env {name}`."),
                );
            }
        }
        for (index, host) in fields.hosts.iter().enumerate() {
            if !is_host(host) {
                let message = "Write hosts like `api.example.com`, `*.example.com` or `api.example.com:8443`.";
                self.error(document, &format!("hosts[{index}]"), message);
            }
        }
    }
}
