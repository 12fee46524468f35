//! Projects: the tenants.

use crate::expression::Expr;
use crate::item::Item;
use crate::keys;
use crate::page::{Cursor, Page};
use crate::purge::purge_item;
use crate::sdk::{Store, Transacted};
use rookery_domain::{Error, Kind, ProjectId, Result, Time, limits};
use serde::Serialize;

/// The name of the project that serves those who name none.
const DEFAULT: &str = "default";
/// How often it is sought again, when others make it, too.
const ROUNDS: usize = 5;

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Time,
}

impl Store {
    /// Creates a project.
    pub async fn create_project(&self, name: &str) -> Result<Project> {
        let project = Project { id: ProjectId::random(), name: name.to_owned(), created_at: Time::now() };
        let item = Item::new(&keys::project(&project.id)).s("name", name).n("created", project.created_at.0);
        match self.put(item, Some(Expr::new("attribute_not_exists(pk)"))).await? {
            true => Ok(project),
            false => Err(Error::unavailable("the new project's id is taken")),
        }
    }

    /// A project, unless it is deleted.
    pub async fn project(&self, id: &ProjectId) -> Result<Project> {
        match self.get(keys::project(id)).await? {
            Some(item) if item.opt_num::<i64>("deleted").is_none() => read(&item),
            _ => Err(Error::not_found("project")),
        }
    }

    /// A project, perhaps as it was a moment ago (see `shared`).
    pub async fn known_project(&self, id: &ProjectId) -> Result<Project> {
        match self.get_shared(vec![keys::project(id)]).await?.pop().flatten() {
            Some(item) if item.opt_num::<i64>("deleted").is_none() => read(&item),
            _ => self.project(id).await,
        }
    }

    /// A page of the projects.
    pub async fn list_projects(&self, limit: usize, cursor: Option<&Cursor>) -> Result<Page<Project>> {
        let page = self.page(&keys::projects(), "", limit, cursor).await?;
        let alive = page.items.iter().filter(|item| item.opt_num::<i64>("deleted").is_none());
        Ok(Page { items: alive.map(read).collect::<Result<_>>()?, next: page.next })
    }

    /// The project that serves those who name none. Where there is none, or it was deleted, the oldest by key that is named `default`
    /// becomes it, or a new one.
    pub async fn default_project(&self) -> Result<Project> {
        let key = keys::default_project();
        for _ in 0..ROUNDS {
            let known = self.get(key.clone()).await?;
            let known: Option<ProjectId> = known.map(|item| item.parse("project")).transpose()?;
            let condition = match &known {
                None => Expr::new("attribute_not_exists(pk)"),
                Some(known) => match self.project(known).await {
                    Err(error) if error.kind == Kind::NotFound => {
                        Expr::new("#project = :gone").name("#project", "project").s(":gone", known)
                    }
                    alive => return alive,
                },
            };
            let (project, is_new) = match self.project_named(DEFAULT).await? {
                Some(project) => (project, false),
                None => (self.create_project(DEFAULT).await?, true),
            };
            if self.put(Item::new(&key).s("project", &project.id), Some(condition)).await? {
                return Ok(project);
            }
            // Somebody else was first: perhaps with this one, which has the name that is sought.
            let winner = self.get(key.clone()).await?.and_then(|item| item.opt_str("project").map(str::to_owned));
            if is_new && winner.as_deref() != Some(project.id.as_str()) {
                self.delete_project(&project.id).await?;
            }
        }
        Err(Error::unavailable("others change which project is the default one"))
    }

    async fn project_named(&self, name: &str) -> Result<Option<Project>> {
        let mut cursor = None;
        loop {
            let page = self.list_projects(limits::PAGE_MAX, cursor.as_ref()).await?;
            if let Some(project) = page.items.into_iter().find(|project| project.name == name) {
                return Ok(Some(project));
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(None);
            }
        }
    }

    /// Renames a project.
    pub async fn rename_project(&self, id: &ProjectId, name: &str) -> Result<Project> {
        let update = Expr::new("SET #name = :name").name("#name", "name").s(":name", name);
        let condition = Expr::new("attribute_exists(pk) AND attribute_not_exists(deleted)");
        let item = self.update(&keys::project(id), update, Some(condition)).await?;
        read(&item.ok_or_else(|| Error::not_found("project"))?)
    }

    /// Marks a project as deleted, and asks for its purge. Nothing in the project can be reached from then on, and its id is
    /// never used again.
    pub async fn delete_project(&self, id: &ProjectId) -> Result<()> {
        let update = Expr::new("SET deleted = :at").n(":at", Time::now().0);
        let tombstone = self.update_in_transaction(&keys::project(id), update, Expr::new("attribute_exists(pk)"));
        let purge = self.put_in_transaction(purge_item(id, None), None);
        match self.transact_calmly(vec![tombstone, purge]).await? {
            Transacted::Done => {
                self.until_noticed().await;
                Ok(())
            }
            _ => Err(Error::not_found("project")),
        }
    }

    /// Whether there has never been a project.
    pub async fn is_new(&self) -> Result<bool> {
        Ok(self.page(&keys::projects(), "", 1, None).await?.items.is_empty())
    }
}

fn read(item: &Item) -> Result<Project> {
    Ok(Project { id: item.parse("sk")?, name: item.str("name")?.to_owned(), created_at: item.time("created")? })
}
