//! A Rookery under test: how it is to be started, what a test does with it, and the look at the world in the end.

use crate::process::Process;
use crate::queues::{self, Waiting};
use crate::world::{self, Expected};
use crate::{Api, Workflow, wait_until, wait_up_to};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The program, how it is to be started, and what may be left behind.
pub struct Program {
    command: Vec<String>,
    args: Vec<String>,
    env: Vec<(String, String)>,
    demo: bool,
    needs_process: bool,
    expected: Expected,
}

/// The program at this path (`env!("CARGO_BIN_EXE_rookery-under-test")`), without a demo.
pub fn program(path: &str) -> Program {
    let (args, env) = (Vec::new(), Vec::new());
    Program { command: vec![path.to_owned()], args, env, demo: false, needs_process: false, expected: Expected::default() }
}

impl Program {
    /// With one more argument.
    pub fn arg(mut self, arg: impl Into<String>) -> Self {
        self.args.push(arg.into());
        self.here()
    }

    /// With an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self.here()
    }

    /// With so many files open at once at most, connections too.
    pub fn open_files(mut self, most: u32) -> Self {
        let shell = ["sh", "-c", &format!("ulimit -n {most} && exec \"$@\""), "sh"].map(str::to_owned);
        self.command.splice(..0, shell);
        self.here()
    }

    /// With the demo.
    pub fn with_demo(self) -> Self {
        Program { demo: true, ..self }.here()
    }

    /// Agents may call this sink.
    pub fn calls(self, sink: &crate::Sink) -> Self {
        self.arg("--egress-allow").arg(sink.cidr())
    }

    /// Agents may ask this external agent; a system elsewhere must allow loopback by itself. The end of a short deadline may be left
    /// in the queue, and a copy of a delivery that waits while another makes its call.
    pub fn asks(mut self, agent: &crate::ExternalAgent) -> Self {
        self.args.extend(["--egress-allow".to_owned(), agent.cidr()]);
        self.leaves_timers()
    }

    /// It needs a process of its own, whatever the environment says.
    pub fn here(self) -> Self {
        Program { needs_process: true, ..self }
    }

    /// Failures with this code may be left in the end.
    pub fn leaves_failures(mut self, code: &str) -> Self {
        self.expected.failures.push(code.into());
        self
    }

    /// Messages that are not due yet may be left in the queues in the end.
    pub fn leaves_timers(mut self) -> Self {
        self.expected.timers = true;
        self
    }

    /// The test looks at the runs itself: there are many.
    pub fn checks_runs_itself(mut self) -> Self {
        self.expected.runs_unseen = true;
        self
    }

    /// What it says when it does not start on a folder that holds these files.
    pub async fn refuses_to_start(self, files: &[(&str, &str)]) -> String {
        Process::refused(self.command, self.args, self.env, files).await
    }

    /// Starts it on an empty folder; or calls the system at `ROOKERY_TEST_URL` (with `ROOKERY_TEST_KEY`), if that is set and will do.
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

/// A running Rookery. When it is dropped, and the test has not failed, the world is checked and the process stopped.
pub struct Rookery {
    /// A client that may do everything.
    pub api: Api,
    expected: Expected,
    projects: Vec<String>,
    process: Option<Process>,
}

impl Rookery {
    /// A new project's id.
    pub async fn project(&mut self) -> String {
        let made = self.api.post("/projects", &json!({"name": "Journey"})).await.expect(201);
        let id = made["data"]["id"].as_str().unwrap().to_owned();
        self.projects.push(id.clone());
        id
    }

    /// A new workflow in a new project, not started.
    pub async fn workflow(&mut self, options: &Value) -> Workflow {
        let project = self.project().await;
        Workflow::create(&self.api, &project, options).await
    }

    /// A new, started workflow in a new project.
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

    /// The line that it printed when it was ready.
    pub fn ready_line(&self) -> &str {
        &self.process().ready
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.process().log()
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.process().data()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process_mut().kill();
    }

    /// Starts it again on the same folder and port.
    pub async fn start_again(&mut self) {
        self.process_mut().start_again().await;
    }

    /// SIGTERM, and its orderly end.
    pub fn stop(&mut self) {
        self.process_mut().terminate();
    }

    /// The messages in the queues, a moment ago.
    pub async fn waiting_messages(&self) -> Vec<Waiting> {
        let data = self.data();
        wait_until("a readable copy of the queues", async || queues::waiting(&data)).await
    }

    /// Waits until no message is left that is due.
    pub async fn queues_are_empty(&self) {
        let data = self.data();
        wait_up_to(Duration::from_secs(300), "empty queues", async || {
            queues::waiting(&data).filter(|waiting| waiting.iter().all(|message| message.is_timer))
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
            // A client of its own: the test's belongs to the test's runtime, which waits here.
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
            // Elsewhere, what the journey made is removed.
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
