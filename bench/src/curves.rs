//! Whether the cost of a hop grows with what is there already: events in the table, links in the graph, workflows in the project.

use crate::cost::Cost;
use crate::load::{self, percentile};
use crate::process::{Rookery, Snapshot};
use crate::report::functions_cpu;
use crate::sink::Sink;
use crate::workflow::{Project, Shape, Workflow};
use crate::{Args, progress, settled};
use anyhow::{Context, Result};
use serde::Serialize;
use std::fmt::{Display, Formatter};
use std::net::SocketAddr;

const SHAPE: Shape = Shape::Orders;
/// What fills the table: most of these events are stored and lead to nothing more, so that many come soon.
const FILLING: Shape = Shape::Filter;
const LINKS: [usize; 4] = [1, 10, 100, 1000];
const WORKFLOWS: [usize; 3] = [1, 100, 1000];
/// How many events are posted at a time when many are to be there: their bodies are made before.
const FILL: usize = 10_000;
/// How many events are posted before those that are measured, so that graphs are read and connections are open.
const WARM: usize = 1000;

/// What a hop costs when there is so much.
#[derive(Debug, Serialize)]
struct Point {
    there: usize,
    write_units: f64,
    read_units: f64,
    sqs_requests: f64,
    /// CPU microseconds of the whole program, and of the stand-ins for DynamoDB and SQS in it.
    cpu_us: f64,
    standins_cpu_us: f64,
    completed_per_second: f64,
    answer_p50_ms: f64,
}

/// The cost of a hop as one thing grows.
#[derive(Debug, Serialize)]
struct Curve {
    /// What grows.
    of: &'static str,
    points: Vec<Point>,
}

/// All curves.
#[derive(Debug, Serialize)]
pub(crate) struct Curves {
    curves: Vec<Curve>,
    lost: usize,
    doubled: usize,
}

/// A running program, and what was posted to it.
struct Bench<'a> {
    args: &'a Args,
    folder: tempfile::TempDir,
    rookery: Rookery,
    sink: std::sync::Arc<Sink>,
    sink_addr: SocketAddr,
    posted: usize,
    lost: usize,
}

/// Measures all curves, each on a data folder of its own.
pub(crate) async fn measure(args: &Args) -> Result<Curves> {
    let mut all = Curves { curves: Vec::new(), lost: 0, doubled: 0 };
    let mut sizes = args.sizes.clone();
    sizes.sort_unstable();
    let room = sizes.last().copied().unwrap_or_default() + sizes.len() * (args.events + WARM);
    let mut bench = Bench::start(args, room).await?;
    let mut points = Vec::new();
    let mut project = Project::make(bench.rookery.addr(), "Events").await?;
    let filling = [project.workflow(FILLING, 1, bench.sink_addr).await?];
    let workflows = [project.workflow(SHAPE, 1, bench.sink_addr).await?];
    for size in sizes {
        progress(&format!("{size} events in the table"));
        bench.fill(&filling, size).await?;
        points.push(bench.point(size, &workflows).await?);
    }
    all.add("events in the table", points, bench).await?;

    let mut bench = Bench::start(args, LINKS.len() * (args.events + WARM)).await?;
    let mut points = Vec::new();
    let mut project = Project::make(bench.rookery.addr(), "Links").await?;
    for links in LINKS {
        progress(&format!("{links} links of the hook"));
        points.push(bench.point(links, &[project.workflow(SHAPE, links, bench.sink_addr).await?]).await?);
    }
    all.add("links of the hook", points, bench).await?;

    let mut bench = Bench::start(args, WORKFLOWS.len() * (args.events + WARM)).await?;
    let mut points = Vec::new();
    let mut project = Project::make(bench.rookery.addr(), "Workflows").await?;
    let mut workflows = Vec::new();
    for number in WORKFLOWS {
        progress(&format!("{number} workflows in turn"));
        while workflows.len() < number {
            workflows.push(project.workflow(SHAPE, 1, bench.sink_addr).await?);
        }
        points.push(bench.point(number, &workflows).await?);
    }
    all.add("workflows in turn", points, bench).await?;
    Ok(all)
}

impl Curves {
    async fn add(&mut self, of: &'static str, points: Vec<Point>, bench: Bench<'_>) -> Result<()> {
        self.curves.push(Curve { of, points });
        self.lost += bench.lost;
        self.doubled += bench.sink.doubled();
        bench.rookery.stop().await?;
        bench.folder.close().context("removing the data folder")
    }

    /// Whether every event came out once.
    pub(crate) fn is_exact(&self) -> bool {
        self.lost == 0 && self.doubled == 0
    }
}

impl<'a> Bench<'a> {
    /// Starts the program on an empty folder, with a sink for so many events.
    async fn start(args: &'a Args, events: usize) -> Result<Self> {
        let folder = tempfile::tempdir().context("making a data folder")?;
        let (sink, sink_addr) = Sink::start(events, SHAPE.calls()).await?;
        let (data, usage) = (folder.path().join("data"), folder.path().join("usage.json"));
        let rookery = Rookery::start(&args.program(), &data, &usage, Some(sink_addr)).await?;
        Ok(Bench { args, folder, rookery, sink, sink_addr, posted: 0, lost: 0 })
    }

    /// Posts events until there are so many.
    async fn fill(&mut self, workflows: &[Workflow], size: usize) -> Result<()> {
        while self.posted < size {
            self.post(workflows, FILL.min(size - self.posted)).await?;
        }
        Ok(())
    }

    async fn post(&mut self, workflows: &[Workflow], events: usize) -> Result<load::Load> {
        let numbers = self.posted..self.posted + events;
        self.posted = numbers.end;
        let load = load::at_full_speed(workflows, &self.sink, numbers, self.args.clients).await?;
        self.lost += load.posted - load.completed;
        Ok(load)
    }

    /// Measures what a hop costs now.
    async fn point(&mut self, there: usize, workflows: &[Workflow]) -> Result<Point> {
        self.post(workflows, WARM.max(workflows.len())).await?;
        let before = settled(&self.rookery).await?;
        let load = self.post(workflows, self.args.events).await?;
        let after = settled(&self.rookery).await?;
        Ok(Point::of(there, &before, &after, &load))
    }
}

impl Point {
    fn of(there: usize, before: &Snapshot, after: &Snapshot, load: &load::Load) -> Self {
        let functions = functions_cpu(before, after);
        let cost = Cost::of(&after.usage.since(&before.usage), SHAPE, load.completed.max(1), functions);
        let us_per_hop = |seconds: f64| seconds * 1e6 / cost.hops;
        Point {
            there,
            write_units: cost.write_units_per_hop,
            read_units: cost.read_units_per_hop,
            sqs_requests: cost.sqs_requests_per_hop,
            cpu_us: us_per_hop(after.cpu - before.cpu),
            standins_cpu_us: us_per_hop(after.cpu - before.cpu - functions),
            completed_per_second: load.completed_per_second(),
            answer_p50_ms: percentile(&load.answers, 50),
        }
    }

    fn figures(&self) -> [f64; 7] {
        let units = [self.write_units, self.read_units, self.sqs_requests];
        let [write, read, sqs] = units;
        [write, read, sqs, self.cpu_us, self.standins_cpu_us, self.completed_per_second, self.answer_p50_ms]
    }
}

impl Display for Curves {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        for Curve { of, points } in &self.curves {
            let heads = ["write units", "read units", "SQS requests", "CPU, µs", "of stand-ins", "completed/s", "answer p50, ms"];
            write!(f, "\n{of:<24}")?;
            heads.iter().try_for_each(|head| write!(f, "{head:>16}"))?;
            writeln!(f)?;
            for point in points {
                write!(f, "{:<24}", point.there)?;
                point.figures().iter().try_for_each(|figure| write!(f, "{figure:>16.3}"))?;
                writeln!(f)?;
            }
            if let [first, .., last] = points.as_slice() {
                write!(f, "{:<24}", "  last beside first")?;
                let pairs = first.figures().into_iter().zip(last.figures());
                pairs.map(|(first, last)| last / first.max(1e-9)).try_for_each(|times| write!(f, "{times:>16.2}"))?;
                writeln!(f)?;
            }
        }
        writeln!(f, "\nUnits, requests and CPU are by hop. lost {}, doubled {}", self.lost, self.doubled)
    }
}
