//! `rookery --repair`: keeps what can be kept of a damaged data folder, reports what is lost, and sends the messages again that
//! the queues lost.

use crate::cli::Args;
use crate::data;
use anyhow::{Context, ensure};
use rookery_boot::{Clients, Options, TABLE};
use rookery_standins::Standins;

/// Repairs the folder, which no other process may use. Gives the lines that report what was done.
pub(crate) async fn repair(args: &Args) -> anyhow::Result<Vec<String>> {
    let folder = args.data.display();
    ensure!(args.data.is_dir(), "there is no folder {folder} to repair: name the one of the data by --data");
    data::prepare(&args.data)?;
    let mut told = Standins::repair(&args.data).context("repairing the data folder")?;
    let standins = Standins::start(&args.data).with_context(|| format!("opening the data folder {folder}"))?;
    let clients = Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build());
    let queues = rookery_boot::create(&clients).await?;
    let booted = rookery_boot::assemble(clients, TABLE, queues, Options::default());
    let sent = booted.engine.send_unfinished().await;
    standins.stop().await;
    told.push(format!("{} deliveries, timers and checks were not done: they were sent again.", sent?));
    told.push("Start Rookery again, without --repair.".to_owned());
    Ok(told)
}
