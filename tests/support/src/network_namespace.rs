//! A test in a network of its own, whose interfaces and routes it may change, and whose packets it may drop.
//!
//! Deliberately not here: anything outside of that network; nothing that is done there is seen elsewhere.
use std::process::{Command, Output, Stdio};

/// Set in the process that runs inside, to the name of its test.
const INSIDE: &str = "TIDINGS_TEST_NAMESPACE";

/// Whether the test called `name` (its full path within its test program) runs in a network of its own, in which there
/// is only the loopback interface. If not, it is run there, in a process of its own, and has passed when this returns
/// `false`; or it cannot be run here at all, which is said on standard error.
///
/// # Panics
/// When the test fails there.
pub fn entered(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some_and(|inside| inside == name) {
        ip("link set lo up");
        return true;
    }
    // As root, and else as the root of a user namespace, where that is allowed.
    let Some(unshare) = ["--net", "--map-root-user --net"].iter().find(|unshare| {
        let tried = namespace(unshare).args(["ip", "link", "set", "lo", "up"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    }) else {
        eprintln!("{name} was not run: this computer lets it have no network of its own (unshare --net).");
        return false;
    };
    let program = std::env::current_exe().expect("a test program has a path");
    let mut command = namespace(unshare);
    command.arg(program).args([name, "--exact", "--nocapture"]).env(INSIDE, name);
    let Output { status, stdout, stderr } = command.output().expect("it could be run a moment ago");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success() && stdout.contains("test result: ok. 1 passed"), "{name} failed:\n{stdout}\n{stderr}");
    false
}

fn namespace(unshare: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(unshare.split(' ')).arg("--").stdin(Stdio::null());
    command
}

/// Runs `ip` (of iproute2) with these arguments, inside.
///
/// # Panics
/// When it fails.
#[track_caller]
pub fn ip(arguments: &str) {
    let status = Command::new("ip").args(arguments.split(' ')).status().expect("ip (iproute2) is there");
    assert!(status.success(), "ip {arguments}: {status}");
}

/// Gives the network inside a way to other computers, as if a cable was plugged in: 10.8.0.0/24.
#[track_caller]
pub fn plug_in() {
    ip("link add tidings0 type veth peer name tidings1");
    ip("link set tidings1 up");
    ip("link set tidings0 up");
    ip("address add 10.8.0.1/24 dev tidings0");
}

/// Takes it away again.
#[track_caller]
pub fn unplug() {
    ip("link delete tidings0");
}

/// Every packet that a server inside sends from its port is lost without a word, from now on: those who are connected
/// to it hear nothing any more, not even that their packets arrived. Dropped, packets arrive again.
#[derive(Debug)]
pub struct DeadPeer {
    port: u16,
}

impl DeadPeer {
    /// Drops what comes from `port`.
    #[track_caller]
    pub fn on(port: u16) -> Self {
        // Local addresses are looked up before all rules; here after ours.
        let _ = Command::new("ip").args(["rule", "delete", "pref", "0"]).stderr(Stdio::null()).status();
        ip("rule add pref 1000 lookup local");
        ip(&format!("rule add pref 10 ipproto tcp sport {port} type blackhole"));
        Self { port }
    }
}

impl Drop for DeadPeer {
    fn drop(&mut self) {
        ip(&format!("rule delete pref 10 ipproto tcp sport {} type blackhole", self.port));
    }
}
