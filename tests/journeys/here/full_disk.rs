//! A full disk: requests get an error, the log gets one line, and the program goes on when there is room again. The program has a
//! small disk of its own, in a mount namespace; the test reaches that disk by the root folder of the process.

use rookery_tests::{Api, Workflow, agent, cells, link, wait_until};
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Mounts a disk of 8 MB at `$0`, and runs the other arguments there.
const ON_A_SMALL_DISK: &str = r#"mount -t tmpfs -o size=8m,mode=700 tmpfs "$0" && exec "$@""#;

struct Program {
    child: Child,
    data: PathBuf,
    url: String,
}

impl Program {
    fn start(data: &Path) -> Program {
        // Root may mount; other users need a user namespace.
        let is_root = rustix::process::getuid().is_root();
        let namespaces: &[&str] = if is_root { &["--mount"] } else { &["--user", "--map-root-user", "--mount"] };
        let mut command = Command::new("unshare");
        command.args(namespaces).args(["--propagation", "private", "sh", "-c", ON_A_SMALL_DISK]).arg(data);
        command.arg(env!("CARGO_BIN_EXE_rookery-under-test")).args(["--no-demo", "--addr", "127.0.0.1:0", "--data"]).arg(data);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let url = ready.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("it did not start: this test mounts a tmpfs of its own ({ready})")).to_owned();
        let data = PathBuf::from(format!("/proc/{}/root{}", child.id(), data.display()));
        Program { child, data, url }
    }

    /// Ends the program, and gives its log.
    fn end(mut self) -> String {
        self.child.kill().unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes into a file until there is no room.
fn fill(file: &Path) {
    let mut file = std::fs::File::create(file).unwrap();
    for size in [64 * 1024, 1024, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

#[tokio::test]
async fn a_full_disk_is_told_once_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path());
    let api = Api::new(&program.url, None);
    let project = api.post("/projects", &json!({"name": "Full"})).await.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    let options = cells([
        agent("hook", "webhook", json!({})),
        agent("end", "event_formatting", json!({"instructions": {"n": "{{ n }}"}})),
        link("hook", "end"),
    ]);
    let workflow = Workflow::create(&api, &project, &options).await;
    workflow.start().await;
    let hook = workflow.hook_url("hook").await;
    api.get("/health").await.expect(200);

    let filler = program.data.join("filler");
    fill(&filler);
    // Requests that only overwrite earlier bytes may still find room.
    let (mut accepted, mut refused) = (0, 0);
    let body = json!({"n": 1, "much": (0..4_000).map(|n| n * 7_919 % 10_007).collect::<Vec<i64>>()});
    while refused < 50 {
        let answer = api.post(&hook, &body).await;
        match answer.status {
            202 => accepted += 1,
            _ => refused += u32::from(!answer.error(507, "storage_full").is_null()),
        }
        assert!(accepted < 1_000, "the disk is not full");
    }
    api.get("/health").await.error(503, "unhealthy");
    api.get(&format!("/projects/{project}/workflows")).await.expect(200);

    std::fs::remove_file(&filler).unwrap();
    wait_until("room", async || (api.post(&hook, &body).await.status == 202).then_some(())).await;
    api.get("/health").await.expect(200);
    // A request may be refused after its event was stored. Such an event was not promised by a 2xx, and may be there.
    workflow.emitted("end", accepted + 1).await;

    let log = program.end();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("ERROR") || line.contains("WARN")).collect();
    assert!(lines.iter().filter(|line| line.contains("the disk is full")).count() == 1, "{log}");
    assert!(lines.iter().filter(|line| line.contains("room again")).count() == 1, "{log}");
    assert!(lines.len() <= 4, "{log}");
}
