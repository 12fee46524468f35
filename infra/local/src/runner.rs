//! Starting and stopping everything: stand-ins, engine, functions.

#[cfg(test)]
mod logged;

use crate::agents_dir::{self, AgentsDir};
use crate::cli::{Args, Auth};
use crate::data::{self, Presence, Running};
use crate::demo::{self, Demo};
use crate::gateway::{Functions, Gateway};
use crate::mapping::{self, Function};
use crate::server::Limits;
use crate::shares::Shares;
use crate::usage::Usage;
use crate::{home, ticker};
use anyhow::Context;
use rookery_api::RootKey;
use rookery_boot::{Booted, Clients, Options, TABLE};
use rookery_domain::ProjectId;
use rookery_egress::Policy;
use rookery_engine::{ChainBounds, Engine, MailSettings, NoPublicUrl, PublicUrl, Settings};
use rookery_operations::{CreatedAgent, Operations, Operator};
use rookery_queue::Queue;
use rookery_standins::Standins;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long work under way may take to finish when the program ends; unfinished work comes again at the next start.
const DRAIN: Duration = Duration::from_secs(10);

/// A running Rookery.
pub struct Runner {
    standins: Standins,
    running: Arc<Running>,
    data: PathBuf,
    pub(crate) engine: Arc<Engine>,
    operations: Operations,
    pub(crate) addr: SocketAddr,
    demo: Option<Demo>,
    root_key_file: Option<PathBuf>,
    usage: Option<Arc<Usage>>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Runner {
    /// Starts everything on a data folder. Errors name what could not be opened.
    pub async fn start(args: Args) -> anyhow::Result<Runner> {
        Runner::start_with(args, Vec::new()).await
    }

    /// The same, with agents of a program in the project `default`.
    pub async fn start_with(args: Args, agents: Vec<CreatedAgent>) -> anyhow::Result<Runner> {
        let listener = TcpListener::bind(args.addr)
            .await
            .with_context(|| format!("listening on {}: is Rookery running already? Use --addr for another port", args.addr))?;
        let addr = listener.local_addr()?;
        let sink = if args.no_demo { None } else { Some(demo::open_sink(&args).await?) };
        let sink_addr = sink.as_ref().map(TcpListener::local_addr).transpose()?;
        data::prepare(&args.data)?;
        let (auth, root_key_file) = auth(&args)?;
        let environment = agents_dir::environment(&args.agent_env)?;
        let running = Arc::new(Running::look(&args.data)?);
        let standins = Standins::start(&args.data).with_context(|| opening(&args.data))?;
        running.begin()?;
        let mut dynamodb = standins.dynamodb_config();
        let mut sqs = standins.sqs_config();
        let usage = args.usage.clone().map(Usage::new);
        if let Some(usage) = &usage {
            dynamodb.push_interceptor(usage.counter());
            sqs.push_interceptor(usage.counter());
        }
        let clients = Clients::new(dynamodb.build(), sqs.build());
        let queues = or_damage(rookery_boot::create(&clients).await, &standins, &args.data).await?;
        let public_url = args.public_url.clone().map_or_else(|| own_address(addr), Ok)?;
        let chains = ChainBounds { deliveries: args.chain, ..ChainBounds::default() };
        let mail = MailSettings { server: args.smtp_url.clone(), from: args.mail_from.clone() };
        let settings = Settings { public_url: Some(public_url), chains, mail, ..Settings::default() };
        // The demo's sink is the program's own, so agents may call it without more words.
        let allow = args.egress_allow.iter().cloned().chain(sink_addr.map(Into::into)).collect();
        let egress = Policy { allow, ..Policy::default() };
        let booted = rookery_boot::assemble(clients, TABLE, queues, Options { egress, settings });
        let mut operations = rookery_boot::operations(&booted, environment, std::env::vars())?.alone();
        if !agents.is_empty() {
            let project = booted.engine.store.default_project().await?.id;
            operations = operations.with_agents(&project, agents).await.context("the agents of the program")?;
        }
        let Booted { engine, sqs, queues, .. } = booted;

        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        // Before anybody is answered, or an operation goes on: both are to find what the files say now.
        if let Some(dir) = &args.agents {
            let agents = AgentsDir::start(dir, &engine.store, operations.definitions().clone()).await;
            tasks.spawn(or_damage(agents, &standins, &args.data).await?.follow(stopping.clone()));
        }
        if let Some(usage) = &usage {
            usage.write_on_signal(&tasks, &stopping)?;
        }
        let limits = Limits::of_this_machine();
        let presence = Presence::default();
        tasks.spawn(presence.clone().watch(args.data.clone(), stopping.clone()));
        let config = rookery_api::Config { auth, hosts: args.project_host.clone() };
        let shares = Shares::of_this_machine();
        let agents = rookery_api::Agents::asked(Arc::new(operations.clone()));
        let functions = Functions {
            ingress: rookery_ingress::service(engine.clone(), config.clone(), agents),
            webhook: rookery_webhook::service(engine.clone(), config.clone()),
        };
        let gateway = Gateway::new(functions, config, &args, presence, standins.health(), shares.clone(), stopping.clone());
        tasks.spawn(gateway.clone().serve(listener, limits));
        tasks.spawn({
            let (operations, stopping) = (operations.clone(), stopping.clone());
            async move {
                stopping.cancelled().await;
                operations.drain().await;
            }
        });
        for queue in Queue::ALL {
            // Operations wait for models: they take no places from deliveries.
            let (function, shares) = match queue {
                Queue::Route => (Function::Routing(engine.clone()), shares.clone()),
                Queue::Deliver => (Function::Dispatch(engine.clone()), shares.clone()),
                Queue::Agents => (Function::Agents(Arc::new(Operator::new(operations.clone()))), Shares::of_this_machine()),
            };
            let (url, at_rest) = (queues.of(queue).queue.clone(), engine.at_rest());
            tasks.spawn(mapping::run(function, sqs.clone(), url, shares, at_rest, tasks.clone(), stopping.clone()));
        }
        tasks.spawn(running.clone().send_unsent(engine.clone(), stopping.clone()));
        let beat = Duration::from_secs(args.tick_seconds);
        tasks.spawn(ticker::run(engine.clone(), sqs, queues, beat, standins.health(), stopping.clone()));
        if let Some(sink) = sink {
            tasks.spawn(demo::serve_sink(sink, stopping.clone()));
        }
        let demo = match sink_addr {
            None => None,
            Some(sink) => {
                or_damage(Demo::start(&engine, operations.definitions(), &args, addr, sink).await, &standins, &args.data).await?
            }
        };
        if rookery_console::ASSETS.is_empty() {
            // The demo's addresses are shown only where no key is needed to see them.
            gateway.set_home(home::page(&args.data, demo.as_ref().filter(|_| args.auth == Auth::Open)));
        }
        Ok(Runner { standins, running, data: args.data, engine, operations, addr, demo, root_key_file, usage, stopping, tasks })
    }

    /// The work on sessions.
    pub fn operations(&self) -> &Operations {
        &self.operations
    }

    /// Where the HTTP API is.
    pub fn address(&self) -> SocketAddr {
        self.addr
    }

    /// The project of paths without one.
    pub async fn default_project(&self) -> anyhow::Result<ProjectId> {
        Ok(self.engine.store.default_project().await?.id)
    }

    /// The line for people, once the program is ready.
    pub fn ready_line(&self) -> String {
        let mut line = format!("Rookery is ready at http://{}", self.addr);
        if let Some(demo) = &self.demo {
            line += &format!(" · demo hook {} · demo feed {}", demo.hook_url, demo.feed_url);
        }
        if let Some(file) = &self.root_key_file {
            line += &format!(" · root key in {}", file.display());
        }
        line
    }

    /// Waits until the check of the data folder behind the start finds damage; for ever, if there is none. It is the error with which
    /// the start would have ended.
    pub async fn damage(&self) -> anyhow::Error {
        match self.standins.checked().await {
            Err(damage) => anyhow::Error::new(damage).context(opening(&self.data)),
            Ok(()) => std::future::pending().await,
        }
    }

    /// Accepts no more, finishes the work under way, and writes what is in memory.
    pub async fn stop(self) {
        let most = DRAIN.as_secs();
        eprintln!("Rookery ends: it finishes the requests and deliveries under way, for at most {most} s, and closes its files.");
        self.stopping.cancel();
        self.engine.begin_no_more();
        self.tasks.close();
        match tokio::time::timeout(DRAIN, self.tasks.wait()).await {
            Ok(()) => self.running.end(),
            Err(_) => tracing::warn!("some work was still under way; it goes on at the next start"),
        }
        self.engine.flush_metrics().await;
        if let Some(usage) = &self.usage {
            usage.write();
        }
        self.standins.stop().await;
    }
}

fn opening(data: &Path) -> String {
    format!("opening the data folder {}", data.display())
}

/// What failed because the store is damaged is told as that.
async fn or_damage<T, E: Into<anyhow::Error>>(done: Result<T, E>, standins: &Standins, data: &Path) -> anyhow::Result<T> {
    if done.is_err() && standins.health().fault().is_some() {
        standins.checked().await.with_context(|| opening(data))?;
    }
    done.map_err(Into::into)
}

/// The address that the program listens on, in a form that this machine can reach.
fn own_address(mut addr: SocketAddr) -> Result<PublicUrl, NoPublicUrl> {
    if addr.ip().is_unspecified() {
        let loopback = if addr.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        addr.set_ip(loopback);
        tracing::warn!(
            "hooks, feeds and callbacks have addresses at http://{addr}, which only this machine can call: say by --public-url where it is reached"
        );
    }
    format!("http://{addr}").parse()
}

/// How the API authenticates, and the file of the root key if the key was made here.
fn auth(args: &Args) -> anyhow::Result<(rookery_api::Auth, Option<PathBuf>)> {
    let given: Option<RootKey> =
        args.root_key.as_deref().map(str::parse).transpose().context("--root-key, or ROOKERY_ROOT_KEY")?;
    let (key, file) = match (args.auth, given) {
        (Auth::Open, _) => return Ok((rookery_api::Auth::Open, None)),
        (Auth::Required, Some(key)) => (key, None),
        (Auth::Required, None) => {
            let file = args.data.join("root.key");
            (data::root_key::read_or_make(&file)?, Some(file))
        }
    };
    Ok((rookery_api::Auth::Required { root_key: Some(key) }, file))
}
