//! Who the caller is, and what the caller may do: keys and roles.

use crate::error::Result;
use crate::{App, Auth, RootKey, sign_in};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rookery_domain::{Error, Kind, ProjectId};
use rookery_store::{ApiKey, Project, Role};
use serde::{Deserialize, Serialize};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody.
    Public,
    /// Everybody; what is shown to whom depends on the key, and the handler decides it by the [`Visitor`].
    Anyone,
    /// Only the root key.
    Root,
    /// Every key that may read.
    Reader,
    /// Keys of the path's project, with this role or one that includes it.
    Project(Role),
    /// Keys of the path's project, whatever their role.
    Member,
    /// Keys of any project, with this role or one that includes it: the route is about the key's own project.
    OwnProject(Role),
    /// Keys with this role or one that includes it, of the path's project; or of any, if there is none in the path: the route is then
    /// about the key's own project, or about the one that is the default, where no key is needed.
    Flue(Role),
}

impl Access {
    /// The role that a key must have or include.
    pub(crate) fn role(self) -> Option<Role> {
        match self {
            Access::Project(role) | Access::OwnProject(role) | Access::Flue(role) => Some(role),
            Access::Public | Access::Anyone | Access::Root | Access::Reader | Access::Member => None,
        }
    }
}

/// The caller.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    /// The root key; or anybody, where no key is needed.
    Root,
    /// A project's key.
    Key(ApiKey),
}

/// Who asks where no key must be shown: a caller, or somebody without a key where others have one.
#[derive(Clone, Debug)]
pub(crate) struct Visitor(pub(crate) Option<Caller>);

impl Visitor {
    /// Whether the visitor has a key of the project, or needs none.
    pub(crate) fn is_of(&self, project: &ProjectId) -> bool {
        self.0.as_ref().is_some_and(|caller| caller.belong(project).is_ok())
    }

    /// The project of the visitor's key; where no key is needed, the one that is the default.
    pub(crate) async fn own_project(&self, app: &App) -> Result<Project> {
        let store = &app.engine.store;
        Ok(match &self.0 {
            None => return Err(no_key()),
            Some(Caller::Root) => store.default_project().await?,
            Some(Caller::Key(key)) => store.known_project(&key.project_id).await?,
        })
    }
}

/// A caller who has shown a key before, in a form that is no secret: it finds the caller again, as long as the key is good. As an
/// extension of a request it stands for the key, and nobody outside can set one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCaller(Known);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Known {
    /// The hash of the root key's hash.
    Root(String),
    /// The project and the id of its key.
    Key(ProjectId, String),
}

impl KnownCaller {
    /// What finds this caller again; nothing where no key is needed.
    pub(crate) fn of(app: &App, caller: &Caller) -> Option<Self> {
        match (caller, &app.config.auth) {
            (Caller::Key(key), _) => Some(Known::Key(key.project_id.clone(), key.id.clone())),
            (Caller::Root, Auth::Required { root_key }) => root_key.as_ref().map(|root| Known::Root(root.fingerprint())),
            (Caller::Root, Auth::Open) => None,
        }
        .map(KnownCaller)
    }
}

/// What a request says of its caller.
#[derive(Clone)]
pub(crate) enum Presented {
    Nothing,
    Key(String),
    Known(KnownCaller),
    /// The text of the console's cookie.
    Session(String),
}

impl Presented {
    /// The key in `Authorization: Bearer KEY`, or the user name of HTTP Basic; or a caller who is known without it. An empty key counts as
    /// none.
    pub(crate) fn of(request: &Request) -> Self {
        if let Some(known) = request.extensions().get::<KnownCaller>() {
            return Presented::Known(known.clone());
        }
        let key = credentials(request.headers()).filter(|key| !key.is_empty());
        key.map_or(Presented::Nothing, Presented::Key)
    }

    /// The same; or else the console's cookie.
    pub(crate) fn of_console(request: &Request) -> Self {
        match Presented::of(request) {
            Presented::Nothing => sign_in::cookie(request).map_or(Presented::Nothing, Presented::Session),
            other => other,
        }
    }
}

/// Finds the caller. 401 without a known key.
pub(crate) async fn authenticate(app: &App, presented: &Presented) -> Result<Caller> {
    match &app.config.auth {
        Auth::Open => Ok(Caller::Root),
        Auth::Required { root_key } => find(app, presented, root_key.as_ref()).await,
    }
}

/// Finds the caller by a key, also where no key is needed: the route must know which project the key belongs to.
pub(crate) async fn with_key(app: &App, presented: &Presented) -> Result<Caller> {
    match (&app.config.auth, presented) {
        (Auth::Open, Presented::Key(_) | Presented::Known(_)) => find(app, presented, None).await,
        _ => authenticate(app, presented).await,
    }
}

async fn find(app: &App, presented: &Presented, root_key: Option<&RootKey>) -> Result<Caller> {
    let store = &app.engine.store;
    let found = match presented {
        Presented::Nothing => return Err(no_key()),
        Presented::Key(key) if root_key.is_some_and(|root| root.is(key)) => return Ok(Caller::Root),
        Presented::Key(key) => store.find_api_key(key).await?.map(Caller::Key),
        Presented::Known(known) => find_known(app, known, root_key).await?,
        Presented::Session(text) => {
            let known = sign_in::caller_of(app, text).await?;
            let found = match &known {
                Some(known) => find_known(app, known, root_key).await?,
                None => None,
            };
            return found.ok_or_else(sign_in::is_over);
        }
    };
    found.ok_or_else(|| unauthenticated("The key is not known: mistyped, or revoked."))
}

/// A caller who has shown a key before, if the key is still good.
async fn find_known(app: &App, known: &KnownCaller, root_key: Option<&RootKey>) -> Result<Option<Caller>> {
    Ok(match &known.0 {
        Known::Root(print) => root_key.is_some_and(|root| root.fingerprint() == *print).then_some(Caller::Root),
        Known::Key(project, id) => app.engine.store.known_api_key(project, id).await?.map(Caller::Key),
    })
}

fn credentials(headers: &HeaderMap) -> Option<String> {
    let (scheme, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    Some(decoded.split_once(':').map_or(decoded.as_str(), |(user, _)| user).to_owned())
}

/// 401 for a request without a key.
pub(crate) fn no_key() -> crate::error::ApiError {
    unauthenticated("The request has no key.")
}

fn unauthenticated(message: &str) -> crate::error::ApiError {
    let details = "Send `Authorization: Bearer KEY`, or HTTP Basic with the key as user name.";
    Error::new(Kind::Unauthenticated, "unauthenticated", message, details).into()
}

impl Caller {
    /// Checks that the caller may use a route of a project. Another project's key gets the same 404 as for an unknown project.
    pub(crate) fn allow(&self, project: &ProjectId, needed: Role) -> Result<()> {
        self.belong(project)?;
        match self {
            Caller::Root => Ok(()),
            Caller::Key(key) if allows(key.role, needed) => Ok(()),
            Caller::Key(key) => Err(forbidden(key.role, &format!("a key with the role `{}`", name(needed)))),
        }
    }

    /// Checks that the caller's key is one of the project's.
    pub(crate) fn belong(&self, project: &ProjectId) -> Result<()> {
        match self {
            Caller::Key(key) if key.project_id != *project => Err(Error::not_found("project").into()),
            _ => Ok(()),
        }
    }

    /// Whether the caller may see what a project's agents are made of.
    pub(crate) fn may_see(&self) -> bool {
        match self {
            Caller::Root => true,
            Caller::Key(key) => key.role != Role::Ingest,
        }
    }

    /// The project of the caller's key, on a route that has none in its path.
    pub(crate) fn own_project(&self, needed: Role) -> Result<&ProjectId> {
        match self {
            Caller::Key(key) if allows(key.role, needed) => Ok(&key.project_id),
            Caller::Key(key) => Err(forbidden(key.role, &format!("a key with the role `{}`", name(needed)))),
            Caller::Root => {
                let message = "The request names no project: it has no project's key.";
                Err(Error::new(Kind::Forbidden, "forbidden", message, "Use a project's key, or the path below /p/{project}.")
                    .into())
            }
        }
    }

    /// Checks that the caller may use a route that belongs to no project.
    pub(crate) fn allow_outside(&self, access: Access) -> Result<()> {
        match (self, access) {
            (Caller::Key(key), Access::Root) => Err(forbidden(key.role, "the root key")),
            (Caller::Key(key), Access::Reader) if key.role == Role::Ingest => {
                Err(forbidden(key.role, "a key with the role `viewer`"))
            }
            _ => Ok(()),
        }
    }
}

fn allows(role: Role, needed: Role) -> bool {
    match role {
        Role::Owner => true,
        Role::Editor => needed != Role::Owner,
        Role::Viewer | Role::Ingest => needed == role,
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Editor => "editor",
        Role::Viewer => "viewer",
        Role::Ingest => "ingest",
    }
}

fn forbidden(role: Role, needed: &str) -> crate::error::ApiError {
    let message = format!("The key's role `{}` does not allow this.", name(role));
    Error::new(Kind::Forbidden, "forbidden", message, format!("Use {needed}.")).into()
}
