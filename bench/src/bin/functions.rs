//! Measures the Lambda functions beside a hello-world of the same build: the zipped size, the time from spawn until the function
//! asks for its first event, and the memory at that moment. `make bench-functions` runs it.

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::routing::get;
use clap::Parser;
use libdeflater::{CompressionLvl, Compressor};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// The function that all others are compared with; it is measured first.
const HELLO: &str = "rookery-bench-hello";
/// The functions, and how large the zip of each may be, in MB: a little more than it was when this was last looked at ("What runs at
/// start" in ARCHITECTURE.md), so that nothing grows unseen.
const FUNCTIONS: [(&str, f64); 8] = [
    ("rookery-ingress", 9.3),
    ("rookery-webhook", 6.3),
    ("rookery-routing", 6.3),
    ("rookery-dispatch", 6.3),
    ("rookery-schedule", 6.3),
    ("rookery-operator", 6.5),
    ("rookery-prompts", 9.7),
    ("rookery-socket", 9.7),
];
const MOST_SLOWER: f64 = 1.3;

/// Measures size, start and memory of the Lambda functions.
#[derive(Debug, Parser)]
struct Args {
    /// The folder of the binaries.
    #[arg(long, default_value = "target/function", value_name = "FOLDER")]
    binaries: PathBuf,
    /// How many times each function is started, in turns; the median counts.
    #[arg(long, default_value_t = 31)]
    starts: usize,
}

/// The measurements of one binary.
struct Measured {
    name: &'static str,
    zipped_mb: f64,
    most_zipped_mb: f64,
    starts: Vec<Duration>,
    memory_kb: Vec<u64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode> {
    let args = Args::parse();
    let (asked, mut first) = mpsc::unbounded_channel();
    let api = runtime_api(asked).await?;
    let mut all = Vec::new();
    for (name, most_zipped_mb) in std::iter::once((HELLO, f64::INFINITY)).chain(FUNCTIONS) {
        let zipped_mb = zipped(&args.binaries.join(name))? as f64 / 1e6;
        all.push(Measured { name, zipped_mb, most_zipped_mb, starts: Vec::new(), memory_kb: Vec::new() });
    }
    for round in 1..=args.starts {
        for measured in &mut all {
            let (start, memory) = start(&args.binaries.join(measured.name), api, &mut first).await?;
            measured.starts.push(start);
            measured.memory_kb.push(memory);
        }
        eprint!("\r· {round} of {} starts each", args.starts);
    }
    eprintln!();
    Ok(report(&mut all))
}

/// The Lambda runtime API up to the first event, which never comes.
async fn runtime_api(asked: mpsc::UnboundedSender<Instant>) -> Result<SocketAddr> {
    let next = move || {
        let _ = asked.send(Instant::now());
        std::future::pending::<()>()
    };
    let app = Router::new().route("/2018-06-01/runtime/invocation/next", get(next));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let addr = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(addr)
}

/// The size of the binary in the form that Lambda gets, packed as `infra/deploy/package.py` does it.
fn zipped(binary: &Path) -> Result<usize> {
    let bytes =
        std::fs::read(binary).with_context(|| format!("reading {}: build it by `make bench-functions`", binary.display()))?;
    let mut packer = Compressor::new(CompressionLvl::best());
    let mut packed = vec![0; packer.deflate_compress_bound(bytes.len())];
    Ok(packer.deflate_compress(&bytes, &mut packed)?)
}

/// Starts a function as Lambda does; gives the time to its first request, and its peak memory in KB at that moment.
async fn start(binary: &Path, api: SocketAddr, first: &mut mpsc::UnboundedReceiver<Instant>) -> Result<(Duration, u64)> {
    let api = api.to_string();
    let environment = [
        ("AWS_LAMBDA_RUNTIME_API", api.as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "measured"),
        ("AWS_SECRET_ACCESS_KEY", "measured"),
        ("ROOKERY_TABLE", "rookery"),
        ("ROOKERY_STAGE", "bench"),
        ("ROOKERY_ROUTE_URL", "https://sqs.us-east-1.amazonaws.com/1/route"),
        ("ROOKERY_ROUTE_DEAD_URL", "https://sqs.us-east-1.amazonaws.com/1/route-dead"),
        ("ROOKERY_DELIVER_URL", "https://sqs.us-east-1.amazonaws.com/1/deliver"),
        ("ROOKERY_DELIVER_DEAD_URL", "https://sqs.us-east-1.amazonaws.com/1/deliver-dead"),
        ("ROOKERY_AGENTS_URL", "https://sqs.us-east-1.amazonaws.com/1/agents"),
        ("ROOKERY_AGENTS_DEAD_URL", "https://sqs.us-east-1.amazonaws.com/1/agents-dead"),
        ("ROOKERY_SOCKETS_URL", "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/live"),
        ("ROOKERY_SOCKETS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/1/sockets.fifo"),
    ];
    let spawned = Instant::now();
    let mut command = tokio::process::Command::new(binary);
    command.env_clear().envs(environment).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().with_context(|| format!("starting {}", binary.display()))?;
    let Ok(Some(asked)) = tokio::time::timeout(Duration::from_secs(20), first.recv()).await else {
        bail!("{} asked for no event within 20 s", binary.display());
    };
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id().context("it has ended")?))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    child.kill().await?;
    Ok((asked - spawned, peak.context("no VmHWM in its status")?))
}

fn report(all: &mut [Measured]) -> ExitCode {
    for measured in all.iter_mut() {
        measured.starts.sort_unstable();
        measured.memory_kb.sort_unstable();
    }
    let median = |measured: &Measured| measured.starts[measured.starts.len() / 2].as_secs_f64() * 1000.0;
    let hello = all.first().map(median).unwrap_or_default();
    println!("{:22}{:>12}{:>10}{:>14}{:>10}{:>14}", "function", "zipped, MB", "at most", "first /next", "beside", "memory, MB");
    let mut reached = true;
    for measured in all {
        let (start, memory) = (median(measured), measured.memory_kb[measured.memory_kb.len() / 2] as f64 / 1000.0);
        let Measured { name, zipped_mb, most_zipped_mb, .. } = measured;
        println!("{name:22}{zipped_mb:>12.2}{most_zipped_mb:>10.1}{start:>11.2} ms{:>10.2}{memory:>14.1}", start / hello);
        reached &= zipped_mb <= most_zipped_mb && start <= hello * MOST_SLOWER;
    }
    let verdict = if reached { "reached" } else { "not reached" };
    println!("To reach: no zip is larger than that, and no start takes more than {MOST_SLOWER} times that of hello: {verdict}");
    if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
