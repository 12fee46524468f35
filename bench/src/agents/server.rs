//! What is measured: Rookery, or PyFlue's own server, each with one agent named `bench` on the same provider.

use super::provider::Provider;
use crate::Args;
use crate::process::{Memory, Rookery, memory_of};
use crate::usage::Usage;
use anyhow::{Context, Result, bail};
use rustix::process::Pid;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

const PATIENCE: Duration = Duration::from_secs(60);
const DEFINITION: &str = "---\nmodel: openai/bench\n---\nYou are measured.\n";
const PYFLUE_CONFIG: &str = "[agent]\nmodel = \"openai:bench\"\nharness = \"pydanticai\"\nsandbox = \"virtual\"\n";
const PYFLUE_AGENT: &str = "from pyflue import create_agent\n\ndefault = create_agent(lambda ctx: {\"model\": \"openai:bench\", \"instructions\": \"You are measured.\"})\n";

/// A running server with the agent `bench`.
pub(crate) enum Server {
    Rookery(Rookery),
    PyFlue(PyFlue),
}

/// PyFlue's server, which is killed when this is dropped.
pub(crate) struct PyFlue {
    _child: Child,
    pid: Pid,
    addr: SocketAddr,
    /// Its log, held open so that it can go on writing.
    _log: tokio::task::JoinHandle<Lines<BufReader<ChildStderr>>>,
}

impl Server {
    pub(crate) async fn rookery(args: &Args, folder: &Path, provider: &Provider) -> Result<Server> {
        let agents = folder.join("agents");
        std::fs::create_dir(&agents)?;
        std::fs::write(agents.join("bench.md"), DEFINITION)?;
        let mut program = args.program();
        program.args = vec!["--agents".into(), agents.into()];
        program.env = environment(provider).to_vec();
        let rookery = Rookery::start(&program, &folder.join("data"), &folder.join("usage.json"), Some(provider.addr)).await?;
        Ok(Server::Rookery(rookery))
    }

    /// Starts PyFlue's server by this Python, in which it is installed.
    pub(crate) async fn pyflue(python: &Path, folder: &Path, provider: &Provider) -> Result<Server> {
        std::fs::create_dir_all(folder.join("agents"))?;
        std::fs::write(folder.join("pyflue.toml"), PYFLUE_CONFIG)?;
        std::fs::write(folder.join("agents/bench.py"), PYFLUE_AGENT)?;
        let mut command = Command::new(std::path::absolute(python)?);
        command.args(["-m", "uvicorn", "--factory", "pyflue.server:create_app", "--port", "0", "--no-access-log"]);
        command.current_dir(folder).envs(environment(provider)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().with_context(|| format!("starting {}", python.display()))?;
        let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed())).context("it has stopped")?;
        let mut lines = BufReader::new(child.stderr.take().context("no standard error")?).lines();
        let mut told = String::new();
        let addr = loop {
            let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.context("PyFlue does not get ready")??;
            let Some(line) = line else { bail!("PyFlue's server stopped: {told}") };
            match line.split_once("running on http://").and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok()) {
                Some(addr) => break addr,
                None => told = told + &line + "\n",
            }
        };
        let log = tokio::spawn(async move {
            while let Ok(Some(_)) = lines.next_line().await {}
            lines
        });
        Ok(Server::PyFlue(PyFlue { _child: child, pid, addr, _log: log }))
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        match self {
            Server::Rookery(rookery) => rookery.addr(),
            Server::PyFlue(pyflue) => pyflue.addr,
        }
    }

    pub(crate) fn memory(&self) -> Result<Memory> {
        match self {
            Server::Rookery(rookery) => rookery.memory(),
            Server::PyFlue(pyflue) => memory_of(pyflue.pid),
        }
    }

    /// What was asked of DynamoDB and SQS so far; PyFlue asks nothing of them.
    pub(crate) async fn usage(&self) -> Result<Option<Usage>> {
        match self {
            Server::Rookery(rookery) => Ok(Some(crate::settled(rookery).await?.usage)),
            Server::PyFlue(_) => Ok(None),
        }
    }

    pub(crate) async fn stop(self) -> Result<()> {
        match self {
            Server::Rookery(rookery) => rookery.stop().await,
            Server::PyFlue(_) => Ok(()),
        }
    }
}

fn environment(provider: &Provider) -> [(String, String); 2] {
    [("OPENAI_BASE_URL".into(), provider.base_url()), ("OPENAI_API_KEY".into(), "sk-bench".into())]
}
