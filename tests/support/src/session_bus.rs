//! A private bus without a desktop around it. It takes the place of the session bus or of the system bus.
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
    daemon: Option<Process>,
    folder: TempDir,
    address: String,
}

impl SessionBus {
    /// Starts a bus on which nobody is.
    ///
    /// # Panics
    /// When `dbus-daemon` cannot be started.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("bus").tempdir().expect("a temporary folder can be made");
        let address = format!("unix:path={}", folder.path().join("bus").display());
        let mut bus = Self { daemon: None, folder, address };
        bus.start_again();
        bus
    }

    /// Ends it together with all connections. Its address stays.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// Starts it again after [`stop`](Self::stop), at the same address.
    ///
    /// # Panics
    /// When `dbus-daemon` cannot be started.
    pub fn start_again(&mut self) {
        let socket = self.folder.path().join("bus");
        let mut command = silent("dbus-daemon");
        command.args(["--nofork", "--nopidfile", "--config-file", CONFIG, "--address", &self.address]);
        self.daemon = Some(Process::start(&mut command));
        // The socket is there a moment before anybody listens on it.
        eventually_blocking(UP, "the socket of dbus-daemon", || UnixStream::connect(&socket).ok());
    }

    /// For `DBUS_SESSION_BUS_ADDRESS` or `DBUS_SYSTEM_BUS_ADDRESS` of a process, or a zbus connection builder.
    pub fn address(&self) -> &str {
        &self.address
    }
}
