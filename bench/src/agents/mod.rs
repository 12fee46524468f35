//! What a server of persistent agents adds to a model that answers at once: time, memory, and requests to DynamoDB and SQS.

mod load;
mod provider;
mod server;

use crate::usage::Usage;
use crate::{Args, load::percentile, progress};
use anyhow::{Context, Result};
use load::Asking;
use provider::Provider;
use serde::Serialize;
use server::Server;
use std::fmt::{Display, Formatter};
use std::time::{Duration, Instant};

/// How many prompts are asked one after the other, before that to warm up, and by all clients together.
const ALONE: usize = 300;
const WARM: usize = 30;
const MANY: usize = 2000;
/// How many dispatches are given to how many sessions.
const DISPATCHES: usize = 500;
const SESSIONS: usize = 20;
/// How many sessions work at the same time when memory is measured.
const AT_ONCE: usize = 500;

/// The figures of one server.
#[derive(Debug, Serialize)]
struct Figures {
    server: &'static str,
    /// One after the other: a prompt's time until its answer is there, and until the first piece of it is there, in milliseconds.
    prompt_ms: [f64; 2],
    first_piece_ms: [f64; 2],
    /// By all clients at once.
    prompts_per_second: f64,
    dispatch_accepted_ms: [f64; 2],
    dispatches_done_per_second: f64,
    /// With so many sessions at work at the same time: how many were answered, and the resident memory before and at its peak, in MB.
    at_once_answered: usize,
    memory_mb: [f64; 2],
    prompt_cost: Option<Units>,
    dispatch_cost: Option<Units>,
}

/// What was asked of DynamoDB and SQS, for each prompt or dispatch.
#[derive(Clone, Copy, Debug, Serialize)]
struct Units {
    write: f64,
    read: f64,
    sqs_requests: f64,
}

/// The figures of all servers, and of the model alone.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    model_ms: [f64; 2],
    clients: usize,
    servers: Vec<Figures>,
}

/// Measures Rookery, and PyFlue's server if it is there.
pub(crate) async fn measure(args: &Args) -> Result<Report> {
    let provider = Provider::start(AT_ONCE).await?;
    let model_ms = load::model_alone(provider.addr, ALONE).await?;
    let mut servers = Vec::new();
    let folder = tempfile::tempdir().context("making a data folder")?;
    servers.push(figures("Rookery", Server::rookery(args, folder.path(), &provider).await?, &provider, args.clients).await?);
    if let Some(python) = &args.pyflue {
        let folder = tempfile::tempdir().context("making a folder for PyFlue")?;
        servers.push(figures("PyFlue", Server::pyflue(python, folder.path(), &provider).await?, &provider, args.clients).await?);
    }
    Ok(Report { model_ms, clients: args.clients, servers })
}

async fn figures(name: &'static str, server: Server, provider: &Provider, clients: usize) -> Result<Figures> {
    let asking = Asking::of(server.addr());
    progress(&format!("{name}: {ALONE} prompts one after the other, and {ALONE} streams"));
    asking.prompts("warm", WARM, 1).await?;
    let before = server.usage().await?;
    let alone = asking.prompts("alone", ALONE, 1).await?;
    let prompt_cost = units(before, server.usage().await?, ALONE);
    let streams = asking.streams("stream", ALONE).await?;

    progress(&format!("{name}: {MANY} prompts by {clients} clients"));
    let started = Instant::now();
    asking.prompts("many", MANY, clients).await?;
    let prompts_per_second = MANY as f64 / started.elapsed().as_secs_f64();

    progress(&format!("{name}: {DISPATCHES} dispatches to {SESSIONS} sessions"));
    let (before, heard, started) = (server.usage().await?, provider.calls(), Instant::now());
    let accepted = asking.dispatches(DISPATCHES, SESSIONS).await?;
    load::until(|| provider.calls() >= heard + DISPATCHES).await?;
    let dispatches_done_per_second = DISPATCHES as f64 / started.elapsed().as_secs_f64();
    let dispatch_cost = units(before, server.usage().await?, DISPATCHES);

    progress(&format!("{name}: {AT_ONCE} sessions at once"));
    let now = server.memory()?.now;
    let at_once_answered = asking.at_once(AT_ONCE).await;
    let memory_mb = [now, server.memory()?.peak].map(|bytes| bytes as f64 / 1e6);
    server.stop().await?;
    Ok(Figures {
        server: name,
        prompt_ms: p50_p99(&alone),
        first_piece_ms: p50_p99(&streams),
        prompts_per_second,
        dispatch_accepted_ms: p50_p99(&accepted),
        dispatches_done_per_second,
        at_once_answered,
        memory_mb,
        prompt_cost,
        dispatch_cost,
    })
}

/// The median and the 99th percentile of sorted times, in milliseconds.
fn p50_p99(times: &[Duration]) -> [f64; 2] {
    [percentile(times, 50), percentile(times, 99)]
}

fn units(before: Option<Usage>, after: Option<Usage>, operations: usize) -> Option<Units> {
    let usage = after?.since(&before?);
    let each = |amount: f64| amount / operations as f64;
    let dynamodb = |get: fn(&crate::usage::Count) -> f64| usage.operations("DynamoDB").map(|(_, count)| get(count)).sum::<f64>();
    let sqs = usage.operations("SQS").map(|(_, count)| (count.requests - count.empty.min(count.requests)) as f64).sum::<f64>();
    Some(Units {
        write: each(dynamodb(|count| count.write_units)),
        read: each(dynamodb(|count| count.read_units)),
        sqs_requests: each(sqs),
    })
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let row = |f: &mut Formatter<'_>, what: &str, of: &dyn Fn(&Figures) -> String| {
            write!(f, "{what:<58}")?;
            self.servers.iter().try_for_each(|figures| write!(f, "{:>22}", of(figures)))?;
            writeln!(f)
        };
        let pair = |[one, other]: [f64; 2]| format!("{one:.1} / {other:.1}");
        let added = |times: [f64; 2]| pair([times[0] - self.model_ms[0], times[1] - self.model_ms[1]]);
        let cost = |units: Option<Units>| {
            let shown = |units: Units| format!("{:.1} / {:.1} / {:.1}", units.write, units.read, units.sqs_requests);
            units.map_or("-".to_owned(), shown)
        };
        writeln!(f, "\nthe model alone: {} ms (p50 / p99)", pair(self.model_ms))?;
        row(f, "", &|figures| figures.server.to_owned())?;
        row(f, "added to a prompt, p50 / p99, ms", &|figures| added(figures.prompt_ms))?;
        row(f, "added to the first piece of a stream, p50 / p99, ms", &|figures| added(figures.first_piece_ms))?;
        row(f, &format!("prompts/s, {} clients", self.clients), &|figures| format!("{:.0}", figures.prompts_per_second))?;
        row(f, "a dispatch accepted, p50 / p99, ms", &|figures| pair(figures.dispatch_accepted_ms))?;
        row(f, "dispatches done/s, one client", &|figures| format!("{:.0}", figures.dispatches_done_per_second))?;
        row(f, &format!("answered of {AT_ONCE} sessions at once"), &|figures| figures.at_once_answered.to_string())?;
        row(f, "memory before and at the peak, MB", &|figures| pair(figures.memory_mb))?;
        row(f, "a prompt: write units / read units / SQS requests", &|figures| cost(figures.prompt_cost))?;
        row(f, "a dispatch: the same", &|figures| cost(figures.dispatch_cost))
    }
}
