//! The private PostgreSQL, as the program itself runs it. Everything started here is ended by its number.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// A data directory; what still runs in it at the end of the test is ended.
struct Installation {
    folder: TempDir,
}

impl Installation {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("uems-").tempdir_in("/tmp").unwrap();
        // As root PostgreSQL runs as somebody else, who must be able to come here.
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn uems(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_uems"));
        command.args(arguments).arg("--data-dir").arg(self.data()).current_dir(self.folder.path());
        command.env_remove("DATABASE_URL").stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.uems(arguments).output().unwrap()
    }

    /// `uems serve`, once it is ready.
    async fn serve(&self) -> Server {
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        let child = self
            .uems(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let mut server = Server { child: child.unwrap(), url: String::new() };
        let started = Instant::now();
        while !server.is_ready().await {
            let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(server.child.try_wait().unwrap().is_none() && started.elapsed() < PATIENCE, "{}", log());
            tokio::time::sleep(Duration::from_millis(50)).await;
            let lock = std::fs::read_to_string(self.data().join("uems.lock")).unwrap_or_default();
            let is_ours = lock.lines().next() == Some(&server.child.id().to_string());
            server.url = lock
                .rsplit_once("serve on ")
                .filter(|_| is_ours)
                .map_or("", |(_, url)| url.trim())
                .to_owned();
        }
        server
    }

    /// The number of the PostgreSQL that runs here.
    fn postgres(&self) -> Option<Pid> {
        let text = std::fs::read_to_string(self.data().join("postgres/postmaster.pid")).ok()?;
        Pid::from_raw(text.lines().next()?.parse().ok()?).filter(|pid| is_running(*pid))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if let Some(pid) = self.postgres() {
            let _ = kill_process(pid, Signal::QUIT);
            wait_until(|| !is_running(pid));
        }
    }
}

struct Server {
    child: std::process::Child,
    url: String,
}

impl Server {
    async fn is_ready(&self) -> bool {
        let answer = crate::support::client().get(format!("{}/health/ready", self.url)).send().await;
        !self.url.is_empty() && answer.is_ok_and(|answer| answer.status() == 200)
    }

    fn end(&mut self, signal: Signal) -> std::process::ExitStatus {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_running(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    let zombie = stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'));
    !zombie && !matches!(rustix::process::test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

fn wait_until(holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(holds());
}

async fn register(server: &Server, email: &str) -> u16 {
    let body = serde_json::json!({ "email": email, "password": "a long enough sentence", "full_name": "Ada Lovelace" });
    let answer = crate::support::client()
        .post(format!("{}/api/v1/auth/register", server.url))
        .json(&body)
        .send()
        .await;
    answer.unwrap().status().as_u16()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn a_first_start_serves_and_sigterm_leaves_nothing_running() {
    let here = Installation::new();
    let mut server = here.serve().await;
    let postgres = here.postgres().unwrap();
    assert_eq!(register(&server, "ada@example.edu").await, 201);

    assert!(server.end(Signal::TERM).success(), "{}", here.log());
    assert!(!is_running(postgres));
    assert!(!Path::new(&here.data().join("postgres/postmaster.pid")).exists());

    let again = here.serve().await;
    assert_eq!(register(&again, "ada@example.edu").await, 409);
}

#[tokio::test]
async fn a_second_server_is_refused_by_name_and_commands_work_beside_the_first() {
    let here = Installation::new();
    let server = here.serve().await;

    let second = here.run(&["serve", "--listen", "127.0.0.1:0"]);
    let (text, pid) = (said(&second), server.child.id().to_string());
    assert_eq!(second.status.code(), Some(1));
    for part in [&*pid, &server.url, &here.data().to_string_lossy()] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }

    let migrate = here.run(&["migrate"]);
    assert!(migrate.status.success(), "{}", said(&migrate));
    assert!(server.is_ready().await && here.postgres().is_some());
}

#[tokio::test]
async fn what_kill_9_leaves_running_is_taken_over_and_stopped_at_the_end() {
    let here = Installation::new();
    let mut server = here.serve().await;
    assert_eq!(register(&server, "ada@example.edu").await, 201);
    let orphan = here.postgres().unwrap();
    server.end(Signal::KILL);
    assert!(is_running(orphan));

    let mut next = here.serve().await;
    assert!(here.log().contains("postgres_taken_over"), "{}", here.log());
    assert_eq!(here.postgres(), Some(orphan));
    assert_eq!(register(&next, "ada@example.edu").await, 409);
    assert!(next.end(Signal::TERM).success());
    assert!(!is_running(orphan));
}

#[tokio::test]
async fn after_both_were_killed_postgres_recovers() {
    let here = Installation::new();
    let mut server = here.serve().await;
    assert_eq!(register(&server, "ada@example.edu").await, 201);
    let postgres = here.postgres().unwrap();
    server.end(Signal::KILL);
    kill_process(postgres, Signal::KILL).unwrap();
    wait_until(|| !is_running(postgres));

    let next = here.serve().await;
    assert_ne!(here.postgres(), Some(postgres));
    assert_eq!(register(&next, "ada@example.edu").await, 409);
}

#[tokio::test]
async fn a_postgres_that_dies_under_a_running_server_is_started_again() {
    let here = Installation::new();
    let server = here.serve().await;
    let first = here.postgres().unwrap();
    kill_process(first, Signal::QUIT).unwrap();
    let started = Instant::now();
    while here.postgres().is_none_or(|pid| pid == first) || !server.is_ready().await {
        assert!(started.elapsed() < PATIENCE, "{}", here.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn without_a_server_a_command_runs_postgres_for_its_own_duration() {
    let here = Installation::new();
    let mut create = here.uems(&[
        "admin",
        "create",
        "--email",
        "root@example.edu",
        "--full-name",
        "Root",
        "--password-stdin",
    ]);
    let mut child = create.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"a long enough sentence\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(here.postgres().is_none() && here.data().join("postgres/PG_VERSION").exists());
}

#[test]
fn a_bad_setting_names_itself() {
    let here = Installation::new();
    let output = here.uems(&["config", "check"]).env("UEMS_LISTEN", "nowhere").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("UEMS_LISTEN"), "{}", said(&output));

    let output = here.uems(&["config", "check"]).env("ENVIRONMENT", "production").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("JWT_SECRET"), "{}", said(&output));

    let output = here
        .uems(&["config", "check"])
        .env("JWT_SECRET", "0123456789abcdef0123456789abcdef-secret")
        .output()
        .unwrap();
    assert!(output.status.success() && !said(&output).contains("0123456789abcdef"), "{}", said(&output));
}
