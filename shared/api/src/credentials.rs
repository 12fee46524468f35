//! Credentials of a project: set, listed without their values, deleted.

use crate::App;
use crate::auth::Access;
use crate::body::{Input, Json};
use crate::error::Result;
use crate::ids::Ids;
use crate::list::{Listed, One, Query, listed, one};
use crate::route::{PROJECT, Route};
use axum::Extension;
use axum::extract::State;
use axum::http::Method;
use axum::response::IntoResponse;
use rookery_domain::{Error, Time};
use rookery_egress::is_host;
use rookery_engine::credential_warning;
use rookery_store::{Credential, Project, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest value, in bytes: enough for private keys.
const VALUE_BYTES: usize = 16 * 1024;
/// The longest name, in characters.
const NAME_CHARS: usize = 64;
/// The most hosts of one credential.
const HOSTS: usize = 50;

pub(crate) fn routes() -> Vec<Route> {
    let (owner, viewer) = (Access::Project(Role::Owner), Access::Project(Role::Viewer));
    let (all, each) = (format!("{PROJECT}/credentials"), format!("{PROJECT}/credentials/{{credential}}"));
    vec![
        Route::new(Method::GET, all, viewer, "Lists the project's credentials, without their values.", list)
            .paged()
            .tool("list_credentials", "Lists the names of the project's secrets, and the hosts that each may be sent to. Values are never shown, and are set by people alone: if you need one that is missing, say so.")
            .answers::<Listed<Credential>>(200),
        Route::new(Method::PUT, &each, owner, "Sets a credential. Its value is never given back.", put)
            .takes::<CredentialInput>()
            .answers::<One<CredentialSet>>(200),
        Route::new(Method::DELETE, each, owner, "Forgets a credential.", delete).answers::<One<CredentialForgotten>>(200),
    ]
}

/// A credential as it is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CredentialInput {
    /// The secret: 1 to 16,384 bytes. If a hook of an active workflow is verified by this credential, the secret must have the
    /// form that the hook's sender uses. A secret of fewer than 6 bytes is not taken out of what its hosts answer: then the answer
    /// has a `warning`.
    value: String,
    /// The hosts that the secret may be sent to, like `api.example.com`, `*.example.com` or `api.example.com:8443`. None for a
    /// secret that is never sent, like that of a hook's signature.
    #[serde(default)]
    hosts: Vec<String>,
}

impl Input for CredentialInput {}

/// A credential that was set.
#[derive(Serialize, JsonSchema)]
struct CredentialSet {
    #[serde(flatten)]
    credential: Credential,
    /// What to know of it: its value is so short that it is not taken out of what its hosts answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// A credential that was forgotten.
#[derive(Serialize, JsonSchema)]
struct CredentialForgotten {
    /// Its name.
    name: String,
    /// What to know of it: hooks of active workflows can verify no request without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

async fn list(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
) -> Result<impl IntoResponse> {
    let page = app.engine.store.list_credentials(&project.id, query.limit()?, query.cursor()?.as_ref()).await?;
    Ok(listed(page, |credential| credential))
}

async fn put(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    ids: Ids,
    Json(input): Json<CredentialInput>,
) -> Result<impl IntoResponse> {
    let name = ids.text("credential");
    if !is_name(name) {
        let details = format!("Use 1 to {NAME_CHARS} letters, digits, `_` and `-`, beginning with a letter or `_`.");
        return Err(Error::invalid("The credential's name in the path cannot be one.", details).into());
    }
    if !(1..=VALUE_BYTES).contains(&input.value.len()) {
        return Err(Error::invalid("`value` is empty or too long.", format!("Send 1 to {VALUE_BYTES} bytes.")).into());
    }
    if input.hosts.len() > HOSTS {
        return Err(Error::invalid("`hosts` has too many.", format!("Send at most {HOSTS}, or one like `*.example.com`.")).into());
    }
    if let Some(index) = input.hosts.iter().position(|host| !is_host(host)) {
        let details = "Write hosts like `api.example.com`, `*.example.com` or `api.example.com:8443`.";
        return Err(Error::invalid(format!("`hosts[{index}]` is not a host."), details).into());
    }
    app.engine.judge_credential(&project.id, name, &input.value).await?;
    let credential = Credential { name: name.to_owned(), value: input.value, hosts: input.hosts, updated_at: Time::now() };
    app.engine.store.put_credential(&project.id, &credential).await?;
    let warning = credential_warning(&credential);
    Ok(one(CredentialSet { credential, warning }))
}

async fn delete(State(app): State<App>, Extension(project): Extension<Project>, ids: Ids) -> Result<impl IntoResponse> {
    let name = ids.text("credential");
    let warning = app.engine.delete_credential(&project.id, name).await?;
    Ok(one(CredentialForgotten { name: name.to_owned(), warning }))
}

fn is_name(name: &str) -> bool {
    name.len() <= NAME_CHARS
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_they_say() {
        for name in ["a", "_", "GITHUB_TOKEN", "a-1", &"x".repeat(64)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1a", "-a", "a b", "a.b", "é", &"x".repeat(65)] {
            assert!(!is_name(name), "{name}");
        }
    }
}
