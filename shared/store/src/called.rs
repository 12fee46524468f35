//! Runs of workflows that were called by name: an item of the run says who called which instance, and how much of the run is told.

use crate::expression::{Expr, absent};
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{NamedRun, Result, RunId, Time, WorkflowRef};

/// A run of a workflow that was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The workflow.
    pub workflow: WorkflowRef,
    /// The run.
    pub run: RunId,
    /// The name by which the workflow was called.
    pub name: String,
    /// The instance; none where no instance was named.
    pub instance: Option<String>,
    /// When it was called.
    pub at: Time,
}

/// What is told of a run, as text, and how often that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The text; none before the first write.
    pub text: Option<String>,
    /// The number of writes so far.
    pub writes: u64,
}

impl Called {
    /// The id by which the caller knows the run.
    pub fn id(&self) -> String {
        self.run.called(&self.name)
    }

    /// The id of the instance: that of the run, where no instance was named.
    pub fn instance(&self) -> String {
        self.instance.clone().unwrap_or_else(|| self.id())
    }

    fn at(&self) -> NamedRun {
        NamedRun::Workflow(self.workflow.clone(), self.run)
    }
}

impl Store {
    /// Notes that a workflow was called, before its event is accepted, until a time. Gives what is noted: of the same call, made again,
    /// the first.
    pub async fn put_called(&self, called: &Called, until: Time) -> Result<Called> {
        let (run, instance) = (called.at(), called.instance());
        let item = Item::new(&keys::asked_run(&run))
            .s("agent", &called.name)
            .maybe(called.instance.as_ref(), |item, instance| item.s("inst", instance))
            .n("at", called.at.0)
            .s("rp", keys::named_runs(&called.workflow.project))
            .s("rs", keys::place_of_run(called.at, &called.name, &instance, &run))
            .n("expires_at", until.ttl_seconds());
        if self.put(item, Some(absent(called.at))).await? {
            return Ok(called.clone());
        }
        let there = self.called(&called.workflow, called.run).await?;
        Ok(there.map_or_else(|| called.clone(), |(there, _)| there))
    }

    /// Puts the instance that was called among those that had runs, until a time: after the event is accepted, since a call that is
    /// refused makes no run.
    pub async fn list_called(&self, called: &Called, until: Time) -> Result<()> {
        let instance = called.instance();
        let entry = keys::instance_entry(&called.workflow.project, &called.name, &instance, &called.run.ulid());
        self.put(Item::new(&entry).s("inst", &instance).n("expires_at", until.ttl_seconds()), None).await.map(drop)
    }

    /// What is noted of a run that was called, and what is told of it.
    pub async fn called(&self, workflow: &WorkflowRef, run: RunId) -> Result<Option<(Called, Told)>> {
        let item = self.get(keys::asked_run(&NamedRun::Workflow(workflow.clone(), run))).await?;
        let Some(item) = item.filter(|item| !item.is_expired(Time::now())) else { return Ok(None) };
        let called = Called {
            workflow: workflow.clone(),
            run,
            name: item.str("agent")?.to_owned(),
            instance: item.opt_str("inst").map(str::to_owned),
            at: item.time("at")?,
        };
        let text = item.raw("told").map(|_| item.unpacked("told")).transpose()?;
        Ok(Some((called, Told { text, writes: item.opt_num("n").unwrap_or(0) })))
    }

    /// Writes what is told of a run: `false` when somebody wrote after the `before` first writes.
    pub async fn tell_run(&self, called: &Called, before: u64, text: &str) -> Result<bool> {
        let update = Expr::new("SET told = :told, n = :n").packed(":told", text).n(":n", before + 1);
        let last = match before {
            0 => Expr::new("attribute_exists(pk) AND attribute_not_exists(n)"),
            _ => Expr::new("n = :before").n(":before", before),
        };
        Ok(self.update(&keys::asked_run(&called.at()), update, Some(last)).await?.is_some())
    }
}
