//! The real program in a home of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A cold debug binary on a busy machine starts in a second or two.
const START_MAX: Duration = Duration::from_mins(1);

pub struct Program {
    pub home: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

impl Program {
    /// An empty home: no settings, no database.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a home"), variables: Vec::new() }
    }

    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file in the home");
        path.display().to_string()
    }

    /// Nothing of the surrounding environment reaches the program.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_of(Path::new(env!("CARGO_BIN_EXE_analyticbot")), args)
    }

    /// Another program in the same home, which starts ours.
    pub fn command_of(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Finished {
        Finished::from(self.command(args).output().expect("the program starts"))
    }

    /// Runs a command that must succeed.
    pub fn done(&self, args: &[&str]) -> Finished {
        let finished = self.run(args);
        assert_eq!(finished.code, 0, "{args:?}: {}{}", finished.out, finished.err);
        finished
    }

    /// Runs a command that must succeed, for its JSON.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let mut args = args.to_vec();
        args.push("--json");
        let finished = self.done(&args);
        serde_json::from_str(&finished.out)
            .unwrap_or_else(|error| panic!("{args:?} printed no JSON ({error}): {}", finished.out))
    }

    /// The database of the default place.
    pub fn database(&self) -> PathBuf {
        self.path(".local/share/analyticbot/analyticbot.db")
    }

    /// `serve` on a port that was free, once it answers.
    pub fn serve(&self, args: &[&str]) -> Server {
        self.serve_at("127.0.0.1:0", args)
    }

    /// `serve` at an address, once it answers.
    pub fn serve_at(&self, address: &str, args: &[&str]) -> Server {
        let mut command = self.command(&["serve", "--bind", address]);
        command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut first_line = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        out.read_line(&mut first_line).expect("its first line");
        let Some(address) = first_line.split("http://").nth(1) else {
            let mut err = String::new();
            let _ = child.stderr.take().expect("its errors").read_to_string(&mut err);
            panic!("serve did not start: {first_line}{err}");
        };
        let address: SocketAddr = address.trim_end().trim_end_matches("\"}").parse().expect("an address");
        // its log must not fill the pipe
        let log = child.stderr.take().expect("its errors");
        let log = std::thread::spawn(move || std::io::read_to_string(log).unwrap_or_default());
        let server = Server { child, address, log: Some(log) };
        server.wait_until_ready();
        server
    }
}

#[derive(Debug)]
pub struct Finished {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        // a program ended by a signal has no code
        Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Finished {
    /// It failed with this code and said something with all of these in it, on standard error only.
    #[track_caller]
    pub fn refused(&self, code: i32, said: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        for part in said {
            assert!(self.err.contains(part), "not said: {part}\n{}", self.err);
        }
        assert!(self.out.is_empty(), "an error belongs on standard error: {}", self.out);
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

pub struct Server {
    pub child: Child,
    pub address: SocketAddr,
    log: Option<std::thread::JoinHandle<String>>,
}

impl Server {
    fn wait_until_ready(&self) {
        let started = Instant::now();
        while self.get("/readyz").is_none_or(|answer| !answer.starts_with("HTTP/1.1 200")) {
            assert!(started.elapsed() < START_MAX, "the server is not ready");
            pause();
        }
    }

    /// A whole answer with its head; `None` when there was no connection or no whole answer.
    pub fn get(&self, path: &str) -> Option<String> {
        get(self.address, path).ok()
    }

    /// The same with headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Option<String> {
        get_with(self.address, path, headers).ok()
    }

    /// Memory it has just now, KiB.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its state");
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        resident.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    pub fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Waits for its end; exit code, how long it took, and its log.
    pub fn ended(mut self, at_most: Duration) -> (Option<i32>, Duration, String) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                let log = self.log.take().map_or_else(String::new, |log| log.join().unwrap_or_default());
                return (status.code(), started.elapsed(), log);
            }
            assert!(started.elapsed() < at_most, "still running after {at_most:?}");
            pause();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

#[expect(clippy::disallowed_methods, reason = "waits for another process, outside of any runtime")]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

/// Whether the test runs as root.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().expect("id").stdout.starts_with(b"0\n")
}

pub fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    get_with(address, path, &[])
}

/// The same with more fields in the head.
pub fn get_with(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let headers = headers.iter().flat_map(|(name, value)| [*name, ": ", *value, "\r\n"]).collect::<String>();
    // at once: a head in pieces waits for acknowledgements
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.is_empty() { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(answer) }
}
