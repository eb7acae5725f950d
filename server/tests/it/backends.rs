//! Redis and Postgres of a test's own, to be stopped and started again: real processes on a free port of loopback, with
//! their data in a temporary folder. The programs are named by `./dev test rust`; without them such a test passes,
//! saying so.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{is_root, pause, signal};

const REDIS_VARIABLE: &str = "ANALYTICBOT_TEST_REDIS_PROGRAM";
const POSTGRES_VARIABLE: &str = "ANALYTICBOT_TEST_POSTGRES_PROGRAMS";

/// Also on a machine that builds beside the test.
const START_MAX: Duration = Duration::from_mins(1);

fn program(variable: &str) -> Option<PathBuf> {
    let program = std::env::var_os(variable).map(PathBuf::from);
    if program.is_none() {
        eprintln!("{variable} is not set: not run (./dev test rust sets it)");
    }
    program
}

/// Free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Waits until `is_so`.
#[track_caller]
pub fn wait_until(what: &str, at_most: Duration, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < at_most, "not within {at_most:?}: {what}");
        pause();
    }
}

pub struct Redis {
    program: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Redis {
    pub fn start() -> Option<Self> {
        let program = program(REDIS_VARIABLE)?;
        let folder = tempfile::tempdir().expect("a folder for Redis");
        let port = free_port();
        let child = spawn_redis(&program, folder.path(), port);
        let redis = Self { program, folder, port, child };
        redis.wait_until_up();
        Some(redis)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// At once, with nothing kept.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// On the same port.
    pub fn start_again(&mut self) {
        self.child = spawn_redis(&self.program, self.folder.path(), self.port);
        self.wait_until_up();
    }

    /// It accepts connections and never answers.
    pub fn freeze(&self) {
        signal(&self.child, "STOP");
    }

    pub fn thaw(&self) {
        signal(&self.child, "CONT");
    }

    /// How many answers of ours are in it.
    pub fn answers(&self) -> usize {
        self.say("KEYS analyticbot:*:answer:*").map_or(0, |said| said.matches(":answer:").count())
    }

    fn wait_until_up(&self) {
        wait_until("Redis answers", START_MAX, || self.say("PING").is_some_and(|said| said.starts_with("+PONG")));
    }

    fn say(&self, command: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        write!(stream, "{command}\r\nQUIT\r\n").ok()?;
        let mut said = String::new();
        stream.read_to_string(&mut said).ok()?;
        Some(said)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn_redis(program: &Path, folder: &Path, port: u16) -> Child {
    let mut command = Command::new(program);
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string(), "--dir"]);
    command.arg(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()))
}

pub struct Postgres {
    programs: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Postgres {
    pub fn start() -> Option<Self> {
        let programs = program(POSTGRES_VARIABLE)?;
        let folder = tempfile::tempdir().expect("a folder for Postgres");
        if is_root() {
            // it refuses to run as root
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().expect("chown");
            assert!(owned.success());
        }
        let made = Self::command(&programs, folder.path(), "initdb")
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        let child = Self::spawn(&programs, folder.path(), port);
        let postgres = Self { programs, folder, port, child };
        postgres.wait_until_up();
        Some(postgres)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// At once, as in a crash: every connection breaks, and the next start recovers.
    pub fn kill(&mut self) {
        signal(&self.child, "QUIT");
        self.child.wait().expect("gone");
    }

    /// On the same port.
    pub fn start_again(&mut self) {
        self.child = Self::spawn(&self.programs, self.folder.path(), self.port);
        self.wait_until_up();
    }

    fn wait_until_up(&self) {
        let port = self.port.to_string();
        wait_until("Postgres answers", START_MAX, || {
            let mut ready = Command::new(self.programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &port]).status().expect("pg_isready").success()
        });
    }

    /// One of its programs, on the data in `folder`.
    fn command(programs: &Path, folder: &Path, name: &str) -> Command {
        let program = programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(folder).arg("-D").arg(folder.join("data")).stdin(Stdio::null());
        command
    }

    fn spawn(programs: &Path, folder: &Path, port: u16) -> Child {
        let mut command = Self::command(programs, folder, "postgres");
        command.args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k"]);
        command.arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("postgres starts")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            signal(&self.child, "QUIT");
            let _ = self.child.wait();
        }
    }
}
