//! The measured process: started, asked for its usage, stopped; and what Linux tells about it in `/proc`.

use crate::usage::Usage;
use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

/// How long the program may take to be ready, to answer a signal, and to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `rookery`, which is killed when this is dropped.
pub(crate) struct Rookery {
    child: Child,
    pid: Pid,
    addr: SocketAddr,
    ready_after: Duration,
    usage_file: PathBuf,
    /// The program's standard output, held open so that it can go on printing.
    _stdout: Lines<BufReader<ChildStdout>>,
    /// What the program says on its standard error, all at its end.
    told: JoinHandle<String>,
}

/// What the program has done so far.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) usage: Usage,
    /// CPU seconds of all threads, also of those that have ended.
    pub(crate) cpu: f64,
    /// CPU seconds of the running threads, by name.
    pub(crate) threads: BTreeMap<String, f64>,
    /// Bytes written to disk.
    pub(crate) written: u64,
}

/// Resident memory, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) peak: u64,
    pub(crate) now: u64,
}

/// What is measured.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) file: PathBuf,
    /// How many deliveries a chain may have; none for the program's own default.
    pub(crate) chain: Option<usize>,
    /// More arguments, and more of the environment.
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(String, String)>,
}

impl Rookery {
    /// Starts the program without the demo on a free port, allowed to call the sink, and waits until it is ready.
    pub(crate) async fn start(program: &Program, data: &Path, usage: &Path, sink: Option<SocketAddr>) -> Result<Self> {
        let mut command = Command::new(&program.file);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ROOKERY_")) {
            command.env_remove(name);
        }
        command.args(["--no-demo", "--addr", "127.0.0.1:0", "--data"]).arg(data).arg("--usage").arg(usage);
        if let Some(chain) = program.chain {
            command.arg("--chain").arg(chain.to_string());
        }
        command.args(&program.args).envs(program.env.iter().cloned());
        if let Some(sink) = sink {
            command.arg("--egress-allow").arg(format!("{}/32:{}", sink.ip(), sink.port()));
        }
        let started = Instant::now();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| {
            format!("starting {}: build it with `cargo build --release`, or name another with --rookery", program.file.display())
        })?;
        let mut stderr = child.stderr.take().context("no standard error")?;
        let told = tokio::spawn(async move {
            let mut told = Vec::new();
            let _ = stderr.read_to_end(&mut told).await;
            String::from_utf8_lossy(&told).into_owned()
        });
        let mut lines = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.context("it does not get ready")??;
        let ready_after = started.elapsed();
        let Some(line) = line else { bail!("it stopped before it was ready: {}", told.await?) };
        let addr = ready_addr(&line).with_context(|| format!("no address in its line {line:?}"))?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).context("it has stopped")?;
        Ok(Rookery { child, pid, addr, ready_after, usage_file: usage.to_owned(), _stdout: lines, told })
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The time from the start to the line that says that the program is ready.
    pub(crate) fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// Asks the program for its usage, and reads the rest from `/proc`.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot> {
        match std::fs::remove_file(&self.usage_file) {
            Err(error) if error.kind() != ErrorKind::NotFound => bail!("removing {}: {error}", self.usage_file.display()),
            _ => {}
        }
        kill_process(self.pid, Signal::USR1).context("asking for its usage")?;
        let asked = Instant::now();
        while !self.usage_file.exists() {
            ensure!(asked.elapsed() < PATIENCE, "it does not write {}", self.usage_file.display());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let usage = Usage::read(&self.usage_file)?;
        let (_, cpu) = cpu_of(&self.proc("stat"))?;
        Ok(Snapshot { usage, cpu, threads: self.threads()?, written: field(&self.proc("io"), "write_bytes:")? })
    }

    fn threads(&self) -> Result<BTreeMap<String, f64>> {
        let mut threads = BTreeMap::new();
        for entry in std::fs::read_dir(self.proc("task"))? {
            // A thread may end while it is read.
            if let Ok((name, cpu)) = cpu_of(&entry?.path().join("stat")) {
                *threads.entry(name).or_default() += cpu;
            }
        }
        Ok(threads)
    }

    pub(crate) fn memory(&self) -> Result<Memory> {
        memory_of(self.pid)
    }

    /// Stops the program by SIGTERM, and waits for its end.
    pub(crate) async fn stop(mut self) -> Result<()> {
        kill_process(self.pid, Signal::TERM).context("stopping it")?;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.context("it does not stop")??;
        ensure!(status.success(), "it ended with {status}: {}", self.told.await?);
        Ok(())
    }

    fn proc(&self, file: &str) -> PathBuf {
        proc(self.pid, file)
    }
}

fn proc(pid: Pid, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{}/{file}", pid.as_raw_nonzero()))
}

/// The resident memory of a process.
pub(crate) fn memory_of(pid: Pid) -> Result<Memory> {
    let status = proc(pid, "status");
    Ok(Memory { peak: field(&status, "VmHWM:")? * 1024, now: field(&status, "VmRSS:")? * 1024 })
}

fn ready_addr(line: &str) -> Option<SocketAddr> {
    line.split_once("http://")?.1.split_whitespace().next()?.parse().ok()
}

/// The CPU seconds of the bench itself.
pub(crate) fn own_cpu() -> Result<f64> {
    Ok(cpu_of(Path::new("/proc/self/stat"))?.1)
}

/// The name and the CPU seconds, of user and system, in a `stat` file (proc_pid_stat(5)).
fn cpu_of(stat: &Path) -> Result<(String, f64)> {
    let text = std::fs::read_to_string(stat).with_context(|| format!("reading {}", stat.display()))?;
    let (name, ticks) = name_and_ticks(&text).with_context(|| format!("{} reads {text:?}", stat.display()))?;
    Ok((name, ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

fn name_and_ticks(stat: &str) -> Option<(String, u64)> {
    let (head, fields) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1;
    // After the name there are: state, ppid, pgrp, session, tty, tpgid, flags, four counts of faults, utime, stime.
    let mut ticks = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    Some((name.to_owned(), ticks.next()?.ok()? + ticks.next()?.ok()?))
}

/// The number of a line like `VmHWM:  1234 kB`.
fn field(file: &Path, name: &str) -> Result<u64> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.with_context(|| format!("{} has no {name}", file.display()))
}

/// The bytes of all files in a folder.
pub(crate) fn folder_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { folder_bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_line_has_its_address() {
        let addr = "127.0.0.1:4711".parse().ok();
        assert_eq!(ready_addr("Rookery is ready at http://127.0.0.1:4711"), addr);
        assert_eq!(ready_addr("Rookery is ready at http://127.0.0.1:4711 · demo hook http://127.0.0.1:1/x"), addr);
        assert_eq!(ready_addr("Rookery is ready"), None);
    }

    #[test]
    fn a_thread_may_have_any_name() {
        let stat = "42 (a) (b) S 1 42 42 0 -1 4194560 11 22 33 44 250 50 9 9 20 0 7 0 100";
        assert_eq!(name_and_ticks(stat), Some(("a) (b".to_owned(), 300)));
    }
}
