//! The command under test, as a process.
//!
//! Deliberately not here: what it should do.
use rustix::process::Signal;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tidings_test_support::Process;
use tidings_test_support::eventually::eventually_blocking;

/// The longest that anything is waited for before a test fails.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// The command in an environment that says nothing of this computer.
pub(crate) fn tidings<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    // Under `nohup` tests inherit that SIGHUP is ignored; what they start shall begin as from a terminal.
    let mut command = Command::new("/usr/bin/env");
    command
        .args(["--default-signal=HUP", env!("CARGO_BIN_EXE_tidings")])
        .args(arguments)
        .env_clear()
        .env("TZ", "UTC")
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null());
    // A test that needs a bus brings one of its own: nothing is kept in the keyring of whoever runs the tests.
    for bus in ["DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS"] {
        command.env(bus, "unix:path=/nonexistent/bus");
    }
    command
}

/// Whether there is a strace, and it may trace here.
pub(crate) fn may_trace() -> bool {
    Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success())
}

/// What a command said, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The standard output of a command that ended well and had nothing to complain of.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert_eq!((self.status, &*self.stderr), (0, ""), "{}", self.stdout);
        self.stdout
    }

    /// The one sentence of a command that failed and wrote nothing.
    #[track_caller]
    pub(crate) fn failure(self, status: i32) -> String {
        assert_eq!((self.status, &*self.stdout), (status, ""), "{}", self.stderr);
        let sentence = self.stderr.strip_prefix("tidings: ").and_then(|line| line.strip_suffix('\n'));
        let sentence = sentence.unwrap_or_else(|| panic!("no sentence: {:?}", self.stderr));
        assert!(!sentence.contains('\n'), "more than a line: {sentence:?}");
        sentence.to_owned()
    }
}

/// Runs the command to its end.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ran {
    Running::start(&mut tidings(arguments)).end()
}

/// Runs the command to its end with this on standard input.
pub(crate) fn run_with_input(arguments: &[&str], input: &[u8]) -> Ran {
    let mut command = tidings(arguments);
    let mut running = Running::start(command.stdin(Stdio::piped()));
    let mut stdin = running.stdin();
    let input = input.to_vec();
    let writing = thread::spawn(move || stdin.write_all(&input));
    let ran = running.end();
    let _ = writing.join();
    ran
}

/// A command that runs. It is ended when this is dropped.
pub(crate) struct Running {
    process: Process,
    lines: Option<Receiver<String>>,
    stderr: Option<JoinHandle<String>>,
}

impl Running {
    /// Starts a command whose output is read line by line.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut running = Self::start_unread(command);
        let stdout = running.stdout();
        let (tell, lines) = channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut line = String::new();
            while matches!(stdout.read_line(&mut line), Ok(1..)) && tell.send(std::mem::take(&mut line)).is_ok() {}
        });
        running.lines = Some(lines);
        running
    }

    /// Starts a command whose output nobody reads until [`stdout`](Self::stdout) is taken.
    pub(crate) fn start_unread(command: &mut Command) -> Self {
        let mut process = Process::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let mut errors = process.child().stderr.take().expect("piped");
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        Self { process, lines: None, stderr: Some(stderr) }
    }

    /// The reading end of its output. Dropped, the reader has gone.
    pub(crate) fn stdout(&mut self) -> ChildStdout {
        self.process.child().stdout.take().expect("piped, and not taken before")
    }

    pub(crate) fn stdin(&mut self) -> ChildStdin {
        self.process.child().stdin.take().expect("piped, and not taken before")
    }

    /// The next line of its output.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        let lines = self.lines.as_ref().expect("its output is read");
        match lines.recv_timeout(LIMIT) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => panic!("no line within {LIMIT:?}"),
            Err(RecvTimeoutError::Disconnected) => {
                let status = self.status();
                panic!("no further line: {status}, {}", self.stderr());
            }
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// How it ended, which it must do by itself.
    #[track_caller]
    pub(crate) fn status(&mut self) -> ExitStatus {
        eventually_blocking(LIMIT, "the end of the command", || self.process.ended())
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.process.ended()
    }

    fn stderr(&mut self) -> String {
        self.stderr.take().expect("taken once").join().expect("read to its end")
    }

    /// What is left of its output and how it ended, which it must do by itself.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ran {
        let status = self.status();
        let status = status.code().unwrap_or_else(|| panic!("{status}"));
        let stdout = self.lines.take().map(|lines| lines.iter().collect()).unwrap_or_default();
        Ran { status, stdout, stderr: self.stderr() }
    }
}
