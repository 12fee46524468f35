//! `rookery --repair`: keeps what can be kept of a damaged data folder, reports what is lost, and sends the messages again that
//! the queues lost.

use crate::cli::Args;
use crate::data;
use crate::lost_runs::named_in;
use anyhow::{Context, ensure};
use rookery_boot::{Clients, Options, TABLE};
use rookery_engine::Engine;
use rookery_standins::{Repair, Standins};
use std::path::Path;

/// What the files cannot tell, and where a person may find it.
const UNKNOWN: &str = "What stood in the lost bytes themselves cannot be known from these files: whether other runs were there, and what \
                       is missing in runs that are. Senders have the `event_id` of what they were answered 202 for, which begins with \
                       the run's id (the route of a run gives 404 for one that is lost); with RUST_LOG=info, the log has a line \
                       `accepted` for each.";

/// Repairs the folder, which no other process may use. Gives the lines that report what was done.
pub(crate) async fn repair(args: &Args) -> anyhow::Result<Vec<String>> {
    let folder = args.data.display();
    ensure!(args.data.is_dir(), "there is no folder {folder} to repair: name the one of the data by --data");
    data::prepare(&args.data)?;
    let repair = Standins::repair(&args.data).context("repairing the data folder")?;
    let standins = repair.start().with_context(|| format!("opening the data folder {folder}"))?;
    let clients = Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build());
    let queues = rookery_boot::create(&clients).await?;
    let booted = rookery_boot::assemble(clients, TABLE, queues, Options::default());
    let done = async {
        let lost = lost_runs(&booted.engine, &args.data, &repair).await?;
        Ok::<_, anyhow::Error>((lost, booted.engine.send_unfinished().await?))
    };
    let done = done.await;
    standins.stop().await;
    let (lost, sent) = done?;
    repair.finish()?;
    let mut told = repair.told;
    told.extend(lost);
    told.push(format!("{sent} deliveries, timers and checks were not done: they were sent again."));
    told.push("Start Rookery again, without --repair.".to_owned());
    Ok(told)
}

/// Tells which runs the old files name of which nothing is left, but for those of deleted workflows.
async fn lost_runs(engine: &Engine, data: &Path, repair: &Repair) -> anyhow::Result<Vec<String>> {
    if repair.copies.is_empty() {
        return Ok(Vec::new());
    }
    let kept = named_in(&["dynamodb.db", "dynamodb.db-wal"].map(|name| data.join(name)))?;
    let mut lost = Vec::new();
    for (of, run) in named_in(&repair.copies)?.difference(&kept) {
        let workflow = engine.store.find_workflow(of).await?;
        let name = match &workflow {
            Some(workflow) if workflow.deleted => continue,
            Some(workflow) => format!("\"{}\"", workflow.name),
            None => "which is not there either".to_owned(),
        };
        lost.push(format!("  run {run} of workflow {} ({name}), project {}", of.workflow, of.project));
    }
    let count = match lost.len() {
        0 => "The old files name no run that is not there any more.".to_owned(),
        count => format!("Of {count} runs that the old files name, nothing is left (some may have expired before):"),
    };
    Ok([vec![count], lost, vec![UNKNOWN.to_owned()]].concat())
}
