//! Versions of workflows: every save makes one, and none changes. Their options and built graphs are texts, stored in chunks.

use crate::credentials::{self, Credential};
use crate::expression::Expr;
use crate::item::{Item, malformed, pack, unpack};
use crate::keys::{self, Prefix};
use crate::page::{Cursor, Page};
use crate::sdk::{Store, Transacted};
use crate::workflows::{About, State, Workflow, state_text};
use rookery_domain::{Error, Graph, Kind, ProjectId, Result, Time, WorkflowId, WorkflowRef};
use serde::Serialize;
use serde_json::json;

/// The most bytes of packed text in one item (DynamoDB: 400 KB).
const CHUNK: usize = 350 * 1024;

/// A version, without its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct VersionInfo {
    /// The version's number, from 1.
    pub version: u64,
    /// The workflow's name in this version.
    pub name: String,
    /// When the version was saved.
    pub created_at: Time,
    /// How many agents the version has.
    pub agent_count: u64,
    /// How many problems were found when the version was saved.
    pub error_count: u64,
    /// The version that this one is a copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restored_from: Option<u64>,
}

/// What a save stores.
#[derive(Clone, Debug)]
pub struct Saved<'a> {
    /// The workflow's name.
    pub name: &'a str,
    /// The options, as they came.
    pub options: &'a str,
    /// How many agents the options have.
    pub agent_count: u64,
    /// How many problems were found in the options.
    pub error_count: u64,
    /// The version that these options are a copy of.
    pub restored_from: Option<u64>,
    /// Credentials that the options name and the project lacks. They are stored by the same transaction: neither is there without the other,
    /// also where the program ends in between. What has one of their names already stays, and then nothing is stored.
    pub credentials: &'a [Credential],
}

impl Store {
    /// Creates a workflow with its first version.
    pub async fn create_workflow(&self, project: &ProjectId, saved: &Saved<'_>, about: &About) -> Result<Workflow> {
        let now = Time::now();
        let workflow = Workflow {
            id: WorkflowRef { project: project.clone(), workflow: WorkflowId::random() },
            name: saved.name.to_owned(),
            about: about.clone(),
            state: State::New,
            version: 1,
            built: 0,
            created_at: now,
            updated_at: now,
            deleted: false,
            is_spread: false,
        };
        let head = Item::new(&keys::head(&workflow.id))
            .s("name", saved.name)
            .s("about", &about.description)
            .list("tags", &about.tags)
            .s("state", state_text(State::New))
            .n("ver", 1)
            .n("built", 0)
            .n("created", now.0)
            .n("updated", now.0);
        let mut items = vec![self.put_in_transaction(head, Some(Expr::new("attribute_not_exists(pk)")))];
        items.extend(self.version_items(&workflow.id, 1, now, saved));
        match self.transact_calmly(items).await? {
            Transacted::Done => {
                self.noticed(saved).await;
                Ok(workflow)
            }
            Transacted::Refused(0) | Transacted::Contended => Err(Error::unavailable("the new workflow's id is taken")),
            Transacted::Refused(_) => Err(name_taken()),
        }
    }

    /// Saves the next version after `expected`. If `expected` is not the last version: 409 `version_conflict`, with the number of
    /// the last one.
    pub async fn save_version(&self, workflow: &Workflow, expected: u64, saved: &Saved<'_>) -> Result<Workflow> {
        let (id, now) = (&workflow.id, Time::now());
        let update = Expr::new("SET ver = :new, #name = :name, updated = :now")
            .name("#name", "name")
            .n(":new", expected + 1)
            .s(":name", saved.name)
            .n(":now", now.0);
        let condition = Expr::new("ver = :expected AND attribute_not_exists(deleted)").n(":expected", expected);
        let mut items = vec![self.update_in_transaction(&keys::head(id), update, condition)];
        items.extend(self.version_items(id, expected + 1, now, saved));
        let done = self.transact_calmly(items).await?;
        self.noticed(saved).await;
        let current = self.workflow(id).await?;
        match done {
            Transacted::Done => Ok(current),
            Transacted::Refused(0) | Transacted::Contended => Err(version_conflict(expected, current.version)),
            Transacted::Refused(_) => Err(name_taken()),
        }
    }

    /// Waits until other processes know the credentials that were stored.
    async fn noticed(&self, saved: &Saved<'_>) {
        if !saved.credentials.is_empty() {
            self.until_noticed().await;
        }
    }

    fn version_items(
        &self,
        workflow: &WorkflowRef,
        version: u64,
        now: Time,
        saved: &Saved<'_>,
    ) -> Vec<aws_sdk_dynamodb::types::TransactWriteItem> {
        let info = Item::new(&keys::version(workflow, version))
            .s("name", saved.name)
            .n("at", now.0)
            .n("agents", saved.agent_count)
            .n("errors", saved.error_count)
            .maybe(saved.restored_from, |item, from| item.n("restored", from));
        let mut items = vec![self.put_in_transaction(info, None)];
        items.extend(chunks(workflow, Prefix::Options, version, saved.options).map(|item| self.put_in_transaction(item, None)));
        let credentials = saved.credentials.iter().map(|credential| credentials::item(&workflow.project, credential));
        items.extend(credentials.map(|item| self.put_in_transaction(item, Some(Expr::new("attribute_not_exists(pk)")))));
        items
    }

    /// A version.
    pub async fn version(&self, workflow: &WorkflowRef, version: u64) -> Result<VersionInfo> {
        let item = self.get(keys::version(workflow, version)).await?;
        read(&item.ok_or_else(|| Error::not_found("version"))?)
    }

    /// A page of a workflow's versions, newest first.
    pub async fn list_versions(
        &self,
        workflow: &WorkflowRef,
        limit: usize,
        cursor: Option<&Cursor>,
    ) -> Result<Page<VersionInfo>> {
        self.newest_page(&keys::of_workflow(workflow, Prefix::Workflow), &Prefix::Version.start(), limit, cursor)
            .await?
            .try_map(|item| read(&item))
    }

    /// The options of a version, as they came.
    pub async fn options(&self, workflow: &WorkflowRef, version: u64) -> Result<String> {
        self.read_chunks(workflow, Prefix::Options, version).await?.ok_or_else(|| Error::not_found("version"))
    }

    /// Stores the graph of a built version, once. If somebody else stored a graph before, that one stays.
    pub async fn put_graph(&self, workflow: &WorkflowRef, version: u64, graph: &Graph) -> Result<()> {
        let text = serde_json::to_string(graph).map_err(Error::internal)?;
        let once = || Some(Expr::new("attribute_not_exists(pk)"));
        let items = chunks(workflow, Prefix::Graph, version, &text).map(|item| self.put_in_transaction(item, once()));
        self.transact_calmly(items.collect()).await.map(drop)
    }

    /// The graph of a built version.
    pub async fn graph(&self, workflow: &WorkflowRef, version: u64) -> Result<Option<Graph>> {
        let text = self.read_chunks(workflow, Prefix::Graph, version).await?;
        text.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()
    }

    async fn read_chunks(&self, workflow: &WorkflowRef, what: Prefix, version: u64) -> Result<Option<String>> {
        let (partition, prefix) = (keys::of_workflow(workflow, Prefix::Workflow), keys::chunks(what, version));
        let (mut packed, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.page(&partition, &prefix, 100, cursor.as_ref()).await?;
            packed.extend(page.items.iter().flat_map(|item| item.raw("text").unwrap_or_default()).copied());
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        if packed.is_empty() { Ok(None) } else { unpack(&packed).map(Some) }
    }
}

/// 409: somebody else set a credential in between.
fn name_taken() -> Error {
    let message = "A credential of a name that was chosen for one of the file was set meanwhile. Nothing was stored.";
    Error::new(Kind::Conflict, "conflict", message, "Send the same request again.")
}

/// 409: somebody else saved in between.
pub(crate) fn version_conflict(expected: u64, current: u64) -> Error {
    Error::new(
        Kind::Conflict,
        "version_conflict",
        format!("Version {expected} is not the last one: that is {current}."),
        "Read it again, apply your change to it, and send its `version`.",
    )
    .with_meta(json!({"version": current}))
}

fn chunks(workflow: &WorkflowRef, what: Prefix, version: u64, text: &str) -> impl Iterator<Item = Item> {
    let packed = pack(text);
    let chunks: Vec<Vec<u8>> = packed.chunks(CHUNK).map(<[u8]>::to_vec).collect();
    let workflow = workflow.clone();
    chunks
        .into_iter()
        .enumerate()
        .map(move |(index, bytes)| Item::new(&keys::chunk(&workflow, what, version, index)).bytes("text", bytes))
}

fn read(item: &Item) -> Result<VersionInfo> {
    Ok(VersionInfo {
        version: Prefix::Version.name(item.str("sk")?).and_then(|number| number.parse().ok()).ok_or_else(|| malformed("sk"))?,
        name: item.str("name")?.to_owned(),
        created_at: item.time("at")?,
        agent_count: item.num("agents")?,
        error_count: item.num("errors")?,
        restored_from: item.opt_num("restored"),
    })
}
