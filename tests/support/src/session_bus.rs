//! A private bus without a desktop around it. It takes the place of the session bus or of the system bus.
//!
//! Deliberately not here: who is on it.
use crate::eventually::eventually_blocking;
use crate::process::{Process, UP, silent};
use futures_util::StreamExt as _;
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

/// Who asks for which signals on a bus, from the moment that it is looked at.
#[derive(Debug)]
pub struct Rules(zbus::MessageStream);

impl Rules {
    /// Looks at a bus.
    ///
    /// # Panics
    /// When the bus does not let us.
    pub async fn on(bus: &SessionBus) -> Self {
        let connection = zbus::connection::Builder::address(bus.address()).build().await.expect("a connection");
        let calls = zbus::MessageStream::from(&connection);
        let monitoring = zbus::fdo::MonitoringProxy::new(&connection).await.expect("a bus has this");
        let rule = zbus::MatchRule::builder().msg_type(zbus::message::Type::MethodCall).member("AddMatch");
        let rule = rule.build().expect("a rule");
        monitoring.become_monitor(&[rule], 0).await.expect("our own bus lets itself be monitored");
        Self(calls)
    }

    /// Waits until somebody has asked for signals by a rule that contains this.
    ///
    /// # Panics
    /// When nobody has within 30 s.
    pub async fn contain(&mut self, what: &str) {
        let asked = async {
            while let Some(Ok(message)) = self.0.next().await {
                let (body, header) = (message.body(), message.header());
                let added = header.member().is_some_and(|member| member == "AddMatch");
                if added && body.deserialize::<&str>().is_ok_and(|rule| rule.contains(what)) {
                    return;
                }
            }
            panic!("the bus has ended");
        };
        tokio::time::timeout(UP, asked).await.unwrap_or_else(|_| panic!("nobody asked for {what}"));
    }
}
