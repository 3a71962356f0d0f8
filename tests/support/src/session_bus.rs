//! A private session bus without a desktop around it.
//!
//! Deliberately not here: who is on it.
use crate::eventually::eventually_blocking;
use crate::process::{Process, UP, silent};
use std::os::unix::net::UnixStream;
use tempfile::TempDir;

/// The configuration: no activation, only what a test puts on the bus is there.
pub(crate) const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/desktop/session-bus.conf");

/// A `dbus-daemon` of its own, ended with the value.
#[derive(Debug)]
pub struct SessionBus {
    // Before the folder, so that it has ended when the folder goes.
    _daemon: Process,
    _folder: TempDir,
    address: String,
}

impl SessionBus {
    /// Starts a bus on which nobody is.
    ///
    /// # Panics
    /// When `dbus-daemon` cannot be started.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("bus").tempdir().expect("a temporary folder can be made");
        let socket = folder.path().join("bus");
        let address = format!("unix:path={}", socket.display());
        let mut command = silent("dbus-daemon");
        command.args(["--nofork", "--nopidfile", "--config-file", CONFIG, "--address", &address]);
        let daemon = Process::start(&mut command);
        // The socket is there a moment before anybody listens on it.
        eventually_blocking(UP, "the socket of dbus-daemon", || UnixStream::connect(&socket).ok());
        Self { _daemon: daemon, _folder: folder, address }
    }

    /// For `DBUS_SESSION_BUS_ADDRESS` of a process, or a zbus connection builder.
    pub fn address(&self) -> &str {
        &self.address
    }
}
