//! A Rookery under test: how it is started, what a test does with it, and the check of the world at the end.

use crate::process::Process;
use crate::queues::{self, Waiting};
use crate::world::{self, Expected};
use crate::{Api, Workflow, wait_until, wait_up_to};
use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The program, how it is started, and what it may leave.
pub struct Program {
    command: Vec<String>,
    args: Vec<String>,
    env: Vec<(String, String)>,
    demo: bool,
    needs_process: bool,
    expected: Expected,
}

/// The program at this path (`env!("CARGO_BIN_EXE_rookery-under-test")`), without the demo.
pub fn program(path: &str) -> Program {
    let (args, env) = (Vec::new(), Vec::new());
    Program { command: vec![path.to_owned()], args, env, demo: false, needs_process: false, expected: Expected::default() }
}

impl Program {
    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self.here()
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self.here()
    }

    /// Limits how many files, with connections, may be open at once.
    pub fn open_files(mut self, most: u32) -> Self {
        let shell = ["sh", "-c", &format!("ulimit -n {most} && exec \"$@\""), "sh"].map(str::to_owned);
        self.command.splice(..0, shell);
        self.here()
    }

    /// Starts the program with the demo, whose sink gets a free address.
    pub fn with_demo(self) -> Self {
        let sink = TcpListener::bind("127.0.0.2:0").and_then(|free| free.local_addr()).unwrap();
        Program { demo: true, ..self }.here().arg("--demo-sink").arg(sink.to_string())
    }

    /// Allows agents to call this sink.
    pub fn calls(self, sink: &crate::Sink) -> Self {
        self.arg("--egress-allow").arg(sink.cidr())
    }

    /// Allows agents to send by this mail server, whose certificate is believed.
    pub fn mails(self, server: &crate::Mails) -> Self {
        self.arg("--egress-allow").arg(server.cidr()).env("SSL_CERT_FILE", crate::Mails::AUTHORITY)
    }

    /// Allows agents to ask this external agent; a system elsewhere must itself allow loopback. Two kinds of messages may be left
    /// in the queue: the end of a short deadline, and a copy of a delivery that waits while another makes its call.
    pub fn asks(mut self, agent: &crate::ExternalAgent) -> Self {
        self.args.extend(["--egress-allow".to_owned(), agent.cidr()]);
        self.leaves_timers()
    }

    /// Reads agents from this folder; their models named `openai/...` are this provider's.
    pub fn agents(self, dir: &Path, provider: &crate::Provider) -> Self {
        self.arg("--agents")
            .arg(dir.to_str().unwrap())
            .arg("--egress-allow")
            .arg(provider.cidr())
            .env("OPENAI_BASE_URL", &provider.url())
            .env("OPENAI_API_KEY", "sk-test-of-the-journeys")
    }

    /// Needs a process of its own, even if the environment names a system elsewhere.
    pub fn here(self) -> Self {
        Program { needs_process: true, ..self }
    }

    /// Allows failures with this code to be left at the end.
    pub fn leaves_failures(mut self, code: &str) -> Self {
        self.expected.failures.push(code.into());
        self
    }

    /// Allows messages that are not due yet to be left in the queues at the end.
    pub fn leaves_timers(mut self) -> Self {
        self.expected.timers = true;
        self
    }

    /// The test checks the runs itself, because there are many.
    pub fn checks_runs_itself(mut self) -> Self {
        self.expected.runs_unseen = true;
        self
    }

    /// The message of a program that does not start on a folder with these files.
    pub async fn refuses_to_start(self, files: &[(&str, &str)]) -> String {
        Process::refused(self.command, self.args, self.env, files).await
    }

    /// Starts the program on an empty folder. If `ROOKERY_TEST_URL` (with `ROOKERY_TEST_KEY`) is set and the test allows it, the
    /// system there is called instead.
    pub async fn start(self) -> Rookery {
        if let (Ok(url), false) = (std::env::var("ROOKERY_TEST_URL"), self.needs_process) {
            let api = Api::new(&url, std::env::var("ROOKERY_TEST_KEY").ok().as_deref());
            return Rookery { api, expected: self.expected, projects: Vec::new(), process: None };
        }
        let mut args = self.args;
        args.extend((!self.demo).then(|| "--no-demo".to_owned()));
        let process = Process::start(self.command, args, self.env).await;
        let api = Api::new(&process.url(), process.key().as_deref());
        Rookery { api, expected: self.expected, projects: Vec::new(), process: Some(process) }
    }
}

/// A running Rookery. When it is dropped after a test that has not failed, the world is checked and the process stopped.
pub struct Rookery {
    /// A client that may do everything.
    pub api: Api,
    expected: Expected,
    projects: Vec<String>,
    process: Option<Process>,
}

impl Rookery {
    /// Whether the system is a deployment that the environment names. The emulator of AWS, in which it may run, takes long for much work at once.
    pub fn is_deployed(&self) -> bool {
        self.process.is_none()
    }

    /// Creates a project, and gives its id.
    pub async fn project(&mut self) -> String {
        let made = self.api.post("/projects", &json!({"name": "Journey"})).await.expect(201);
        let id = made["data"]["id"].as_str().unwrap().to_owned();
        self.projects.push(id.clone());
        id
    }

    /// Creates a workflow in a new project, and does not start it.
    pub async fn workflow(&mut self, options: &Value) -> Workflow {
        let project = self.project().await;
        Workflow::create(&self.api, &project, options).await
    }

    /// Creates and starts a workflow in a new project.
    pub async fn started(&mut self, options: &Value) -> Workflow {
        let workflow = self.workflow(options).await;
        workflow.start().await;
        workflow
    }

    fn process(&self) -> &Process {
        self.process.as_ref().expect("this journey needs a process of its own: call `.here()` before it starts")
    }

    fn process_mut(&mut self) -> &mut Process {
        self.process.as_mut().expect("this journey needs a process of its own: call `.here()` before it starts")
    }

    /// The line that the program printed when it was ready.
    pub fn ready_line(&self) -> &str {
        &self.process().ready
    }

    /// What the program has logged.
    pub fn log(&self) -> String {
        self.process().log()
    }

    /// The program's data folder.
    pub fn data(&self) -> PathBuf {
        self.process().data()
    }

    /// The program's process id.
    pub fn process_id(&self) -> u32 {
        self.process().id()
    }

    /// Kills the program with `kill -9`.
    pub fn kill(&mut self) {
        self.process_mut().kill();
    }

    /// SIGSTOP: it is frozen until [`Rookery::go_on`].
    pub fn freeze(&self) {
        self.process().signal(Signal::STOP);
    }

    /// SIGCONT.
    pub fn go_on(&self) {
        self.process().signal(Signal::CONT);
    }

    /// Waits until each message that was received is to be visible again since so long.
    pub async fn received_messages_are_visible_for(&self, since: Duration) {
        let data = self.data();
        wait_until("received messages' time is over", async || queues::visible_again_for(&data).filter(|ago| *ago > since)).await;
    }

    /// Starts the program again on the same folder and port.
    pub async fn start_again(&mut self) {
        self.process_mut().start_again().await;
    }

    /// Starts the program again on the same folder and port, with another value of an environment variable.
    pub async fn start_again_with(&mut self, name: &str, value: &str) {
        self.process_mut().set_env(name, value);
        self.start_again().await;
    }

    /// Stops the program with SIGTERM, and waits for its orderly end.
    pub fn stop(&mut self) {
        self.process_mut().terminate();
    }

    /// The messages that were in the queues a moment ago.
    pub async fn waiting_messages(&self) -> Vec<Waiting> {
        let data = self.data();
        wait_until("a readable copy of the queues", async || queues::waiting(&data)).await
    }

    /// Waits until no message is left, but for timers where they may be.
    pub async fn queues_are_empty(&self) {
        let data = self.data();
        wait_up_to(Duration::from_secs(300), "empty queues", async || {
            let left = queues::waiting(&data)?;
            left.iter().all(|message| message.is_timer && self.expected.timers).then_some(())
        })
        .await;
    }
}

impl Drop for Rookery {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Some(process) = &mut self.process {
                process.kill();
                eprintln!("--- log of the program ---\n{}", process.log());
            }
            return;
        }
        let projects = match &self.process {
            Some(_) => None,
            None => Some(self.projects.clone()),
        };
        let running = self.process.as_ref().is_none_or(Process::is_running);
        if running {
            // The check has a client of its own: the test's client belongs to the test's runtime, which is blocked here.
            let checked = std::thread::scope(|scope| scope.spawn(|| check(self, projects.as_deref())).join());
            if let Err(panic) = checked {
                if let Some(process) = &mut self.process {
                    process.kill();
                    eprintln!("--- log of the program ---\n{}", process.log());
                }
                std::panic::resume_unwind(panic);
            }
        }
        let Some(process) = &mut self.process else { return };
        process.terminate();
        if running {
            assert_empty(&process.data(), &self.expected);
        }
    }
}

fn check(rookery: &Rookery, projects: Option<&[String]>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let api = rookery.api.afresh();
        world::check(&api, projects, &rookery.expected).await;
        match (&rookery.process, projects) {
            (Some(_), _) => rookery.queues_are_empty().await,
            // In a system elsewhere, what the journey created is deleted.
            (None, projects) => {
                for project in projects.unwrap_or_default() {
                    api.call(Method::DELETE, &format!("/projects/{project}")).send().await;
                }
            }
        }
    });
}

fn assert_empty(data: &Path, expected: &Expected) {
    let mut left = queues::waiting(data).expect("the file of the queues can be read");
    left.retain(|message| !(message.is_timer && expected.timers));
    assert!(left.is_empty(), "messages are left in the queues: {left:#?}");
}
