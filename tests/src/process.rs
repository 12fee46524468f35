//! The process of the program under test: started, killed, started again, stopped in order.

use rustix::process::{Pid, Signal, kill_process};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The process of a test, with its folder. It ends when it is dropped, and also when the test itself dies: the process then reads
/// the end of its input.
pub(crate) struct Process {
    folder: TempDir,
    /// The command line of the program, or of what starts it.
    command: Vec<String>,
    args: Vec<String>,
    env: Vec<(String, String)>,
    port: u16,
    child: Option<Child>,
    /// The line that the program printed when it was ready.
    pub(crate) ready: String,
}

impl Process {
    /// Starts the program on an empty folder and a free port.
    pub(crate) async fn start(command: Vec<String>, args: Vec<String>, env: Vec<(String, String)>) -> Process {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Process { folder, command, args, env, port: 0, child: None, ready: String::new() };
        // Another process may take the port after it was found and before it is used.
        while !process.start_on(free_port()).await {}
        process
    }

    /// The message of a program that ends instead of starting, on a folder with these files and a free port.
    pub(crate) async fn refused(
        command: Vec<String>,
        args: Vec<String>,
        env: Vec<(String, String)>,
        files: &[(&str, &str)],
    ) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join("data").join(name), text).unwrap();
        }
        let process = Process { folder, command, args, env, port: 0, child: None, ready: String::new() };
        loop {
            let (mut child, ready) = process.spawn(free_port()).await;
            assert_eq!(ready, "", "it starts");
            assert!(!child.wait().unwrap().success(), "it ends as if all were well");
            if !process.log().contains("listening on") {
                return process.log();
            }
        }
    }

    /// Starts the program again, on the same folder and port.
    pub(crate) async fn start_again(&mut self) {
        assert!(self.start_on(self.port).await, "it does not start again: {}", self.log());
    }

    /// Sets an environment variable of the next start.
    pub(crate) fn set_env(&mut self, name: &str, value: &str) {
        self.env.retain(|(there, _)| there != name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Whether the program runs.
    pub(crate) fn is_running(&self) -> bool {
        self.child.is_some()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn key(&self) -> Option<String> {
        std::fs::read_to_string(self.data().join("root.key")).ok()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Starts the program. Gives false if the port is taken, and panics if the start fails for another reason.
    async fn start_on(&mut self, port: u16) -> bool {
        let (mut child, ready) = self.spawn(port).await;
        self.ready = ready;
        if self.ready.is_empty() {
            child.wait().unwrap();
            assert!(self.log().contains("listening on"), "it did not start: {}", self.log());
            return false;
        }
        (self.port, self.child) = (port, Some(child));
        assert!(self.ready.contains(&self.url()), "the ready line has no URL: {}", self.ready);
        true
    }

    /// Starts the program, and gives the line that it printed when it was ready: empty if it ended.
    async fn spawn(&self, port: u16) -> (Child, String) {
        let log: File = OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]);
        command.args(["--addr", &format!("127.0.0.1:{port}"), "--data"]).arg(self.data()).args(&self.args);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            output.read_line(&mut line).map(|_| line)
        });
        let ready = line.await.unwrap().unwrap().trim().to_owned();
        (child, ready)
    }

    /// The process id, if the program was started without a wrapper.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("it runs");
        kill_process(Pid::from_child(child), signal).unwrap();
    }

    pub(crate) fn terminate(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            match child.try_wait().unwrap() {
                Some(status) => return assert!(status.success(), "it ended with {status}: {}", self.log()),
                None if Instant::now() > deadline => {
                    child.kill().unwrap();
                    child.wait().unwrap();
                    panic!("it did not end within 30 s of SIGTERM: {}", self.log());
                }
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

/// A free port below those that the system gives to outgoing connections. With one of those, a client that calls the program
/// while it is down could be connected to itself.
fn free_port() -> u16 {
    loop {
        let port = fastrand::u16(20_000..32_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
