//! Measures a built `rookery` from outside, as its users and its disk see it; `make bench` runs this program.
//!
//! This file has the order of the measurements and the verdict. Nothing of Rookery is linked in.

mod agents;
mod client;
mod cost;
mod curves;
mod load;
mod process;
mod report;
mod sink;
mod units;
mod usage;
mod workflow;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use process::{Program, Rookery, folder_bytes};
use report::{Measured, Report, StartUp};
use serde::Serialize;
use sink::Sink;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use workflow::{Shape, Workflow};

/// How many starts are measured; the median counts.
const STARTS: usize = 5;
/// How long the rest of a load, like deleting handled messages, may take after its last event.
const SETTLE: Duration = Duration::from_secs(10);

/// Measures Rookery: start, throughput, latency, memory, and the cost of its requests to DynamoDB and SQS.
#[derive(Debug, Parser)]
struct Args {
    /// The program to measure.
    #[arg(long, default_value = "target/release/rookery", value_name = "FILE")]
    rookery: PathBuf,
    /// How many deliveries a chain may have; 0 for no chains. Without this option, as many as the program allows by default.
    #[arg(long, value_name = "N")]
    chain: Option<usize>,
    /// What an event goes through.
    #[arg(long, default_value = "orders", value_enum)]
    shape: Shape,
    /// The number of events of the main load.
    #[arg(long, default_value_t = 10_000)]
    events: usize,
    /// How many clients post at once, each on one connection.
    #[arg(long, default_value_t = 16)]
    clients: usize,
    /// How many events a second are posted for ten seconds when latency is measured.
    #[arg(long, default_value_t = 20)]
    rate: usize,
    /// Measures instead whether a hop costs more when much is there already: events in the table, links in the graph, workflows.
    #[arg(long)]
    curves: bool,
    /// With --curves: how many events are in the table when it is measured.
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "1000,100000")]
    sizes: Vec<usize>,
    /// Measures instead what is added to a model that answers at once: the time of prompts, memory, and cost.
    #[arg(long)]
    agents: bool,
    /// With --agents: measures PyFlue's own server, too, by this Python, in which it is installed (`make pyflue-test` does that).
    #[arg(long, value_name = "FILE")]
    pyflue: Option<PathBuf>,
    /// Measures instead what single things cost: writes of records, and a delivery to each agent type.
    #[arg(long)]
    units: bool,
    /// The file for the figures as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Args {
    fn program(&self) -> Program {
        Program { file: self.rookery.clone(), chain: self.chain, args: Vec::new(), env: Vec::new() }
    }

    /// Prints the figures, and writes them as JSON if that is asked for.
    fn show(&self, figures: &(impl Display + Serialize)) -> Result<()> {
        print!("{figures}");
        let Some(file) = &self.json else { return Ok(()) };
        std::fs::write(file, serde_json::to_vec_pretty(figures)?).with_context(|| format!("writing {}", file.display()))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let args = Args::parse();
    ensure!(args.events > 0 && args.clients > 0 && args.rate > 0, "--events, --clients and --rate are at least 1.");
    let is_exact = if args.curves {
        let curves = curves::measure(&args).await?;
        args.show(&curves)?;
        curves.is_exact()
    } else if args.units {
        args.show(&units::measure(&args).await?)?;
        true
    } else if args.agents {
        args.show(&agents::measure(&args).await?)?;
        true
    } else {
        let report = measure(&args).await?;
        args.show(&report)?;
        report.is_exact()
    };
    Ok(if is_exact { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn measure(args: &Args) -> Result<Report> {
    let folder = tempfile::tempdir().context("making a data folder")?;
    let data = folder.path().join("data");
    let usage = folder.path().join("usage.json");
    // The main load, the low rate, and both again beside each other.
    let (main, low) = (args.events, args.rate * load::SECONDS);
    let (sink, sink_addr) = Sink::start(2 * (main + low), args.shape.calls()).await?;

    progress(&format!("start-up on an empty folder, {STARTS} times"));
    let mut empty = Vec::new();
    for number in 0..STARTS {
        empty.push(start_and_stop(args, &folder.path().join(format!("empty-{number}")), &usage).await?);
    }

    let rookery = Rookery::start(&args.program(), &data, &usage, Some(sink_addr)).await?;
    let workflow = Workflow::make(args.shape, rookery.addr(), "Noisy", sink_addr).await?;

    progress(&format!("{} events of 1 KB, {} clients", args.events, args.clients));
    let (before, bench_before) = (rookery.snapshot().await?, process::own_cpu()?);
    let load = load::at_full_speed(std::slice::from_ref(&workflow), &sink, 0..main, args.clients).await?;
    let after = settled(&rookery).await?;
    let bench_cpu_seconds = process::own_cpu()? - bench_before;
    let memory = rookery.memory()?;

    progress(&format!("{} events/s for {} s", args.rate, load::SECONDS));
    let slow = load::at_rate(&workflow, &sink, main, args.rate).await?;
    let after_slow = settled(&rookery).await?;

    progress(&format!("the same in one project, {} clients in another", args.clients));
    let calm = Workflow::make(args.shape, rookery.addr(), "Calm", sink_addr).await?;
    let noise = load::at_full_speed(std::slice::from_ref(&workflow), &sink, main + 2 * low..2 * (main + low), args.clients);
    let (calm, noise) = tokio::join!(load::at_rate(&calm, &sink, main + low, args.rate), noise);

    drop(workflow);
    rookery.stop().await?;
    let data_bytes = folder_bytes(&data)?;

    progress(&format!("start-up on the used folder, {STARTS} times"));
    let mut used = Vec::new();
    for _ in 0..STARTS {
        used.push(start_and_stop(args, &data, &usage).await?);
    }

    Ok(Report::of(&Measured {
        start_up: StartUp::of(&empty, &used),
        load,
        slow,
        calm: calm?,
        noise: noise?,
        snapshots: [before, after, after_slow],
        memory,
        bench_cpu_seconds,
        data_bytes,
        doubled: sink.doubled(),
        shape: args.shape,
    }))
}

/// The seconds from the start of the process to the line that says that it is ready.
async fn start_and_stop(args: &Args, data: &Path, usage: &Path) -> Result<f64> {
    let rookery = Rookery::start(&args.program(), data, usage, None).await?;
    let seconds = rookery.ready_after().as_secs_f64();
    rookery.stop().await?;
    Ok(seconds)
}

/// A snapshot after all messages that were sent are deleted, so that it includes everything that the events cost.
async fn settled(rookery: &Rookery) -> Result<process::Snapshot> {
    let deadline = tokio::time::Instant::now() + SETTLE;
    loop {
        let snapshot = rookery.snapshot().await?;
        let messages = |operation: &str| snapshot.usage.of("SQS", operation).messages;
        if messages("DeleteMessageBatch") >= messages("SendMessageBatch") || tokio::time::Instant::now() > deadline {
            return Ok(snapshot);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Tells on standard error what is under way.
fn progress(text: &str) {
    eprintln!("· {text}");
}
