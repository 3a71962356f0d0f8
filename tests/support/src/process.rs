//! A program that a test started and that ends with it.
//!
//! Deliberately not here: which programs there are (the modules beside this one).
use crate::eventually::eventually_blocking;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long a program may take to come up, on a machine with much else to do.
pub(crate) const UP: Duration = Duration::from_secs(30);
/// How long a program may take to end after it was asked to.
const DOWN: Duration = Duration::from_secs(5);

/// A running program. Dropped, it is asked to end (SIGTERM), and ended by force where it does not within 5 s.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
}

impl Process {
    /// Starts `command`.
    ///
    /// # Panics
    /// When the program cannot be started; a missing one is named together with what installs it.
    pub fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        match command.spawn() {
            Ok(child) => Self { child, name },
            Err(error) => panic!("{name} could not be started ({error}); './dev test' installs what the tests need"),
        }
    }

    /// The process ID.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process's pipes and the rest of what std knows of it.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        // A process that has ended already needs no signal.
        let _ = kill_process(self.pid(), signal);
    }

    /// Its exit status, once it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Waits until something listens on a loopback port.
    ///
    /// # Panics
    /// When the program ends first, or nothing listens within 30 s.
    pub fn listening_on(&mut self, port: u16) {
        let what = format!("listening of {} on port {port}", self.name);
        eventually_blocking(UP, &what, || {
            if let Some(status) = self.ended() {
                panic!("{} ended with {status} before it listened on port {port}", self.name);
            }
            listens(port).then_some(())
        });
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A program that waits for its input to end gets the chance.
        drop(self.child.stdin.take());
        self.signal(Signal::TERM);
        let end = Instant::now() + DOWN;
        while Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lets this process have as many files open as the system allows it: a thousand connections are more than the usual
/// limit, and here both ends of each are in one process.
///
/// # Panics
/// When the system does not say how many it allows.
pub fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limit.maximum, maximum: limit.maximum };
    setrlimit(Resource::Nofile, most).expect("the limit can be raised up to its maximum");
}

/// A command without input and output, to be added to.
pub(crate) fn silent(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Whether somebody listens there. Nobody is connected to for that: a server such as PHP's own may take the end of that connection
/// for the end of the next.
fn listens(port: u16) -> bool {
    const LISTENING: &str = "0A";
    let sockets = std::fs::read_to_string("/proc/net/tcp").expect("the system tells of its sockets");
    let places = [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED].map(|address| {
        // As it lies in memory.
        let address = u32::from_ne_bytes(address.octets());
        format!("{address:08X}:{port:04X}")
    });
    sockets.lines().any(|line| {
        let mut words = line.split_ascii_whitespace().skip(1);
        words.next().is_some_and(|place| places.iter().any(|one| one == place)) && words.nth(1) == Some(LISTENING)
    })
}

/// A loopback port on which nothing listens just now. It lies below those that the system hands out by itself: a
/// connection attempt to one of those may meet itself, and another program may get it before ours listens.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    const FIRST: u32 = 10_000;
    const COUNT: u32 = 20_000;
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    // Test processes that run side by side begin at different places.
    let first = std::process::id().wrapping_mul(64);
    (0..COUNT)
        .map(|_| FIRST + first.wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed)) % COUNT)
        .filter_map(|port| u16::try_from(port).ok())
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("a loopback port is free")
}
