//! The command line: its flags, the line that says that the program is ready, its orderly end.

use crate::Runner;
use crate::forwarded::TrustedProxy;
use crate::push::Push;
use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use rookery_api::ProjectHost;
use rookery_egress::{Allow, MailServer};
use rookery_engine::{ChainBounds, Mailbox, PublicUrl};
use rookery_operations::CreatedAgent;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// Agents and workflows as serverless functions, on this machine.
///
/// Rookery serves its HTTP API and runs workflows in one process. What it has accepted is on disk and survives a crash: start the
/// program again with the same data folder, and it goes on.
#[derive(Clone, Debug, Parser)]
#[command(name = "rookery", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// What to do instead of serving.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The address to listen on.
    #[arg(long, env = "ROOKERY_ADDR", default_value = "127.0.0.1:8080", value_name = "HOST:PORT", value_parser = address)]
    pub addr: SocketAddr,
    /// The folder with everything that is kept. It is made if it does not exist.
    #[arg(long, env = "ROOKERY_DATA", default_value = "./.rookery", value_name = "FOLDER")]
    pub data: PathBuf,
    /// Whether the API needs a key. Without keys, it must stay on loopback.
    #[arg(long, env = "ROOKERY_AUTH", default_value = "open", value_enum)]
    pub auth: Auth,
    /// The key that may create projects, when keys are required: at least 32 characters. Without it, a key is made, and kept in
    /// the data folder (root.key).
    #[arg(long, env = "ROOKERY_ROOT_KEY", hide_env_values = true, value_name = "KEY")]
    pub root_key: Option<String>,
    /// The public address, like `https://rookery.example.com`, or with a path if a proxy serves Rookery below one. Hooks, feeds
    /// and callbacks have addresses there. Without it, they have the address that the program listens on.
    #[arg(long, env = "ROOKERY_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,
    /// Hosts that are a project's own: there, /.well-known/agent-card.json is the card of that project, for agents of others (A2A).
    #[arg(long, env = "ROOKERY_PROJECT_HOSTS", value_delimiter = ',', value_name = "HOST=PROJECT,...")]
    pub project_host: Vec<ProjectHost>,
    /// Proxies that are believed when they say for whom they ask, and at which address (Forwarded, X-Forwarded-For, -Proto,
    /// -Host). By default none.
    #[arg(long, env = "ROOKERY_TRUSTED_PROXY", value_delimiter = ',', value_name = "CIDR,...")]
    pub trusted_proxy: Vec<TrustedProxy>,
    /// Private addresses that agents may call, as CIDR or CIDR:port. By default agents reach only the public internet, and the
    /// demo's sink.
    #[arg(long, env = "ROOKERY_EGRESS_ALLOW", value_delimiter = ',', value_name = "CIDR,...")]
    pub egress_allow: Vec<Allow>,
    /// The server that sends the mails of projects without one of their own (which is in their credential smtp_url), as
    /// smtp://user:password@host:port, or smtps:// for TLS from the start. Where it has no TLS, its address must be one of
    /// --egress-allow. Give it by the variable, since arguments can be seen.
    #[arg(long, env = "ROOKERY_SMTP_URL", hide_env_values = true, value_name = "URL")]
    pub smtp_url: Option<MailServer>,
    /// Who sends mails, where an agent does not say it, like "Rookery <rookery@example.com>".
    #[arg(long, env = "ROOKERY_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<Mailbox>,
    /// The folder of persistent agents: each file NAME.md in it defines the agent NAME, and profiles/NAME.md a profile. They are
    /// read at the start and when they change. The agents belong to the project named `default`, which is made if there is none.
    #[arg(long, env = "ROOKERY_AGENTS", value_name = "FOLDER")]
    pub agents: Option<PathBuf>,
    /// Environment variables that the instructions of agents may use. By default none; names that look like secrets are refused.
    #[arg(long, env = "ROOKERY_AGENT_ENV", value_delimiter = ',', value_name = "NAME,...")]
    pub agent_env: Vec<String>,
    /// Start with an empty store: no demo project.
    #[arg(long, env = "ROOKERY_NO_DEMO")]
    pub no_demo: bool,
    /// Where the demo's HTTP sink listens.
    #[arg(long, env = "ROOKERY_DEMO_SINK", default_value = "127.0.0.2:8090", value_name = "HOST:PORT", value_parser = address)]
    pub demo_sink: SocketAddr,
    /// The scheduler's beat, in seconds. On AWS it is 60.
    #[arg(long, env = "ROOKERY_TICK_SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub tick_seconds: u64,
    /// Repair a data folder that a start refuses as damaged, report what is lost, send again what was under way, and end.
    #[arg(long)]
    pub repair: bool,
    /// How many deliveries a chain may have: those of agents that only compute are stored with the event that they began with. 0
    /// stores each on its own.
    #[arg(long, env = "ROOKERY_CHAIN", hide = true, default_value_t = ChainBounds::default().deliveries)]
    pub chain: usize,
    /// The file for the counts of requests to DynamoDB and SQS, as JSON: written at the end, and at every SIGUSR1.
    #[arg(long, env = "ROOKERY_USAGE", hide = true, value_name = "FILE")]
    pub usage: Option<PathBuf>,
}

impl Args {
    /// What a program says that has Rookery in it: a folder, a port that is free, and no demo. All else is as the environment says.
    pub fn on(folder: &Path) -> anyhow::Result<Self> {
        let args = Args::try_parse_from(["rookery", "--addr", "127.0.0.1:0", "--no-demo"])?;
        Ok(Args { data: folder.to_owned(), ..args })
    }
}

/// What the program does besides serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Makes the persistent agents of a folder those of a server, which may be a deployment.
    Push(Push),
}

const EXAMPLES: &str = "\
Examples:
  rookery                                   the demo, on http://127.0.0.1:8080
  rookery --no-demo --data /var/lib/rookery an empty store of your own
  rookery --egress-allow 10.0.0.0/8         agents may call your private network
  rookery --auth required                   every request needs a key
  rookery --auth required --public-url https://rookery.example.com --trusted-proxy 127.0.0.1
                                            behind a proxy that does TLS
  rookery push agents --to https://rookery.example.com
                                            the agents of a folder, to a server (its key in ROOKERY_KEY)
  rookery --repair                          after damage: keep what can be read

Logs go to standard error; RUST_LOG=debug shows more, but no keys, credentials or payloads.";

/// Whether the API needs a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// No key is needed: for one person on loopback.
    Open,
    /// A key is needed.
    Required,
}

/// Reads an address to listen on. Of the addresses that a name has, an IPv4 address is preferred: most clients try these first.
fn address(text: &str) -> Result<SocketAddr, String> {
    let found = text.to_socket_addrs();
    let mut found: Vec<SocketAddr> = found.map(Iterator::collect).map_err(|error| {
        format!("{error}. Give HOST:PORT, where the host is a name or an IP address of this machine, like `localhost:8080` or `[::1]:8080`")
    })?;
    found.sort_by_key(SocketAddr::is_ipv6);
    found.first().copied().ok_or_else(|| format!("`{text}` has no address: give an IP address of this machine"))
}

/// Reads the command line, and runs. An error is told with its causes, but without a backtrace, which helps nobody who starts the
/// program.
pub fn main() -> ExitCode {
    main_with(Vec::new())
}

/// The same, with agents of a program.
pub fn main_with(agents: Vec<CreatedAgent>) -> ExitCode {
    match run(Args::parse(), agents) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until SIGTERM or Ctrl-C, then finishes the work that is under way.
fn run(args: Args, agents: Vec<CreatedAgent>) -> anyhow::Result<()> {
    // The last lines are written when this goes, on each way out.
    let _log = rookery_boot::observe_here();
    // All new files are private to their owner, also SQLite's.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    if args.command.is_none() && args.auth == Auth::Open && !args.addr.ip().is_loopback() {
        anyhow::bail!("{} is not a loopback address: add --auth required, so that every request needs a key.", args.addr);
    }
    // The stand-ins have threads of their own, so one core is left to them.
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .context("starting the runtime")?;
    runtime.block_on(async {
        if let Some(Command::Push(push)) = &args.command {
            for line in push.run().await? {
                println!("{line}");
            }
            return Ok(());
        }
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        if args.repair {
            for line in crate::repair::repair(&args).await? {
                println!("{line}");
            }
            return Ok(());
        }
        let runner = Runner::start_with(args, agents).await?;
        println!("{}", runner.ready_line());
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            // What is under way could not be stored any more: there is nothing to wait for.
            damage = runner.damage() => return Err(damage),
        }
        runner.stop().await;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_have_a_name() {
        let read = |addr: &str| Args::try_parse_from(["rookery", "--addr", addr]).map(|args| args.addr);
        assert_eq!(read("localhost:8080").unwrap(), "127.0.0.1:8080".parse().unwrap());
        assert_eq!(read("[::1]:0").unwrap(), "[::1]:0".parse().unwrap());
        for wrong in ["localhost", "8080", "127.0.0.1", "localhost:99999", "no host:80"] {
            let told = read(wrong).unwrap_err().to_string();
            assert!(told.contains("Give HOST:PORT") && told.contains("`localhost:8080`"), "{told}");
        }
    }
}
