//! The figures, beside the goals and the figures of other systems: as a table for people, and as JSON.

use crate::cost::Cost;
use crate::load::{Load, percentile};
use crate::process::{Memory, Snapshot};
use crate::workflow::Shape;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result};

/// The threads of the stand-ins: on AWS, their work is done by AWS.
const STANDINS: [&str; 3] = ["dynamodb", "sqs", "sqs-writer"];
const MB: f64 = 1e6;

/// The figures of other systems, measured with the same work on the same kind of machine (two cores).
const MARKS: &str = "\
Marks: Restate 1.7: 1,206 completed events/s, p50 3.7 ms, p99 6.0 ms, 472 MB, ready in 0.6 to 0.8 s.
       Celery on Redis with fsync: 218/s. Node-RED, which keeps nothing on disk: 3,550/s.";

/// The median times from start to ready, in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StartUp {
    empty_folder_ms: f64,
    used_folder_ms: f64,
}

impl StartUp {
    /// The medians of these times, which are in seconds.
    pub(crate) fn of(empty: &[f64], used: &[f64]) -> Self {
        StartUp { empty_folder_ms: median(empty) * 1000.0, used_folder_ms: median(used) * 1000.0 }
    }
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Percentiles, in milliseconds.
#[derive(Debug, Serialize)]
struct Latency {
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
}

impl Latency {
    fn of(sorted: &[std::time::Duration]) -> Self {
        let [p50_ms, p95_ms, p99_ms] = [50, 95, 99].map(|percent| percentile(sorted, percent));
        Latency { p50_ms, p95_ms, p99_ms }
    }
}

/// The main load.
#[derive(Debug, Serialize)]
struct Speed {
    posted: usize,
    accepted: usize,
    completed: usize,
    accepted_per_second: f64,
    completed_per_second: f64,
    /// Under load: the time from sending a POST to its answer.
    answer: Latency,
    cpu_seconds: f64,
    cpu_seconds_by_thread: BTreeMap<String, f64>,
    /// The CPU seconds of the clients and the sink.
    bench_cpu_seconds: f64,
    disk_bytes_per_event: f64,
}

/// The measurements from which the figures are computed.
pub(crate) struct Measured {
    pub(crate) start_up: StartUp,
    /// The main load, and the load at the low rate.
    pub(crate) load: Load,
    pub(crate) slow: Load,
    /// The load at the low rate of one project, and the main load of another beside it.
    pub(crate) calm: Load,
    pub(crate) noise: Load,
    /// The snapshots before, between and after the first two loads.
    pub(crate) snapshots: [Snapshot; 3],
    /// The memory after the main load.
    pub(crate) memory: Memory,
    /// The CPU seconds of the clients and the sink, in the main load.
    pub(crate) bench_cpu_seconds: f64,
    pub(crate) data_bytes: u64,
    /// How many events the sink got more often than it should.
    pub(crate) doubled: usize,
    pub(crate) shape: Shape,
}

/// All figures.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    shape: Shape,
    start_up: StartUp,
    load: Speed,
    /// At the low rate: the time from sending a POST to its answer, and to the event's arrival at the sink.
    low_rate_answer: Latency,
    low_rate_arrival: Latency,
    /// The same beside the main load of another project.
    beside_a_load_arrival: Latency,
    beside_a_load_answer: Latency,
    /// What that other project completes meanwhile.
    load_beside_completed_per_second: f64,
    peak_memory_mb: f64,
    memory_after_load_mb: f64,
    data_folder_mb: f64,
    cost: Cost,
    low_rate_cost: Cost,
    lost: usize,
    doubled: usize,
    refused: usize,
}

impl Report {
    pub(crate) fn of(measured: &Measured) -> Self {
        let Measured { load, slow, calm, noise, snapshots: [before, between, after], memory, .. } = measured;
        let cost = |from: &Snapshot, to: &Snapshot, load: &Load| {
            Cost::of(&to.usage.since(&from.usage), measured.shape, load.completed.max(1), functions_cpu(from, to))
        };
        let speed = Speed {
            posted: load.posted,
            accepted: load.accepted,
            completed: load.completed,
            accepted_per_second: load.accepted as f64 / load.accepted_after.as_secs_f64().max(1e-9),
            completed_per_second: load.completed_per_second(),
            answer: Latency::of(&load.answers),
            cpu_seconds: between.cpu - before.cpu,
            cpu_seconds_by_thread: by_thread(before, between),
            bench_cpu_seconds: measured.bench_cpu_seconds,
            disk_bytes_per_event: (between.written - before.written) as f64 / load.posted as f64,
        };
        let loads = [load, slow, calm, noise];
        Report {
            shape: measured.shape,
            start_up: measured.start_up.clone(),
            load: speed,
            low_rate_answer: Latency::of(&slow.answers),
            low_rate_arrival: Latency::of(&slow.arrivals),
            beside_a_load_arrival: Latency::of(&calm.arrivals),
            beside_a_load_answer: Latency::of(&calm.answers),
            load_beside_completed_per_second: noise.completed_per_second(),
            peak_memory_mb: memory.peak as f64 / MB,
            memory_after_load_mb: memory.now as f64 / MB,
            data_folder_mb: measured.data_bytes as f64 / MB,
            cost: cost(before, between, load),
            low_rate_cost: cost(between, after, slow),
            lost: loads.iter().map(|load| load.lost()).sum(),
            doubled: measured.doubled,
            refused: loads.iter().map(|load| load.posted - load.accepted).sum(),
        }
    }

    /// Whether every event was accepted, and came out once.
    pub(crate) fn is_exact(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.refused == 0
    }
}

fn by_thread(before: &Snapshot, after: &Snapshot) -> BTreeMap<String, f64> {
    let since = |(name, cpu): (&String, &f64)| (name.clone(), cpu - before.threads.get(name).copied().unwrap_or_default());
    after.threads.iter().map(since).filter(|(_, cpu)| *cpu > 0.0).collect()
}

/// The CPU seconds of all but the stand-ins.
pub(crate) fn functions_cpu(before: &Snapshot, after: &Snapshot) -> f64 {
    let threads = by_thread(before, after);
    let standins: f64 = STANDINS.iter().filter_map(|name| threads.get(*name)).sum();
    after.cpu - before.cpu - standins
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let load = &self.load;
        writeln!(f, "\n{:<44}{:>12}   goal", format!("{} events of 1 KB, {} hops each", load.posted, self.shape.hops()), "")?;
        row(f, "accepted events/s", load.accepted_per_second, "")?;
        goal(f, "completed events/s", load.completed_per_second, load.completed_per_second >= 500.0, "at least 500")?;
        let hop = [self.cost.write_units_per_hop, self.cost.sqs_requests_per_hop];
        goal(f, "write units per hop", hop[0], hop[0] <= 4.0, "at most 4")?;
        goal(f, "SQS requests per hop", hop[1], hop[1] <= 1.0, "at most 1.0")?;
        goal(f, "peak memory, MB", self.peak_memory_mb, self.peak_memory_mb < 150.0, "under 150")?;
        row(f, "memory after the load, MB", self.memory_after_load_mb, "")?;
        let start_up = &self.start_up;
        goal(f, "ready, empty folder, ms", start_up.empty_folder_ms, start_up.empty_folder_ms < 300.0, "under 300")?;
        goal(f, "ready, used folder, ms", start_up.used_folder_ms, start_up.used_folder_ms < 300.0, "under 300")?;
        latency(f, "at the low rate, POST to sink", &self.low_rate_arrival)?;
        latency(f, "at the low rate, POST to answer", &self.low_rate_answer)?;
        latency(f, "beside another project's load, to sink", &self.beside_a_load_arrival)?;
        latency(f, "beside another project's load, to answer", &self.beside_a_load_answer)?;
        row(f, "  that project's completed events/s", self.load_beside_completed_per_second, "")?;
        let slower = self.beside_a_load_arrival.p50_ms / self.low_rate_arrival.p50_ms.max(1e-9);
        goal(f, "  so many times slower", slower, slower <= 2.0, "at most 2")?;
        latency(f, "under load, POST to answer", &load.answer)?;
        row(f, "CPU seconds", load.cpu_seconds, "")?;
        for (thread, cpu) in &load.cpu_seconds_by_thread {
            row(f, &format!("  of {thread}"), *cpu, "")?;
        }
        row(f, "CPU seconds of clients and sink", load.bench_cpu_seconds, "")?;
        row(f, "disk writes per event, KB", load.disk_bytes_per_event / 1e3, "")?;
        row(f, "data folder at the end, MB", self.data_folder_mb, "")?;
        writeln!(f, "lost {}, doubled {}, refused {}", self.lost, self.doubled, self.refused)?;
        writeln!(f, "{MARKS}\n\nWhat the load asked of AWS\n{}", self.cost)?;
        let (slow, name) = (&self.low_rate_cost, "At the low rate, where batches do not fill");
        let [write, sqs, money] = [slow.write_units_per_hop, slow.sqs_requests_per_hop, slow.per_million_hops];
        writeln!(f, "{name}: {write:.2} write units and {sqs:.2} SQS requests per hop, ${money:.2} per million hops.")
    }
}

fn row(f: &mut Formatter<'_>, name: &str, figure: f64, remark: &str) -> Result {
    writeln!(f, "{}", format!("{name:<44}{figure:>12.2}   {remark}").trim_end())
}

fn goal(f: &mut Formatter<'_>, name: &str, figure: f64, reached: bool, goal: &str) -> Result {
    row(f, name, figure, &format!("{goal}: {}", if reached { "reached" } else { "MISSED" }))
}

fn latency(f: &mut Formatter<'_>, name: &str, latency: &Latency) -> Result {
    let Latency { p50_ms, p95_ms, p99_ms } = latency;
    writeln!(f, "{name:<44}{p50_ms:>12.2}   ms p50, {p95_ms:.2} p95, {p99_ms:.2} p99")
}

impl Display for Cost {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (events, hops) = (self.events as f64, self.hops);
        let heads = ["requests/event", "requests/hop", "messages/request", "write units/hop", "read units/hop", "failed"];
        writeln!(f, "{:<24}{:>16}{:>16}{:>18}{:>16}{:>16}{:>8}", "", heads[0], heads[1], heads[2], heads[3], heads[4], heads[5])?;
        for item in &self.items {
            let count = &item.count;
            let full = count.requests.saturating_sub(count.empty);
            let by = |amount: f64, of: f64| if amount == 0.0 { "-".to_owned() } else { format!("{:.3}", amount / of) };
            let cells = [
                by(full as f64, events),
                by(full as f64, hops),
                by(count.messages as f64, full.max(1) as f64),
                by(count.write_units, hops),
                by(count.read_units, hops),
            ];
            let [event, hop, messages, write, read] = cells;
            writeln!(f, "{:<24}{event:>16}{hop:>16}{messages:>18}{write:>16}{read:>16}{:>8}", item.operation, count.failed)?;
        }
        writeln!(f, "Not in it: {} receives that brought nothing.\n", self.empty_receives)?;
        writeln!(f, "{:<24}{:>16}{:>16}{:>18}", "", "per event", "per hop", "$/million hops")?;
        for part in &self.parts {
            writeln!(f, "{:<24}{:>16.4}{:>16.4}{:>18.4}", part.what, part.per_event, part.per_hop, part.per_million_hops)?;
        }
        writeln!(f, "{:<24}{:>16}{:>16}{:>18.4}", "together", "", "", self.per_million_hops)?;
        writeln!(
            f,
            "us-east-1, on demand. Lambda: 10 messages an invocation, CPU as measured without the stand-ins, arm64 at\n\
             1,769 MB a CPU (so it holds for 128 MB, too); waiting is not in it. Not in it: storage, recovery, logs, traffic.\n\
             Requests of concurrent hook calls are joined in this one process; on AWS, each call sends its own."
        )
    }
}
