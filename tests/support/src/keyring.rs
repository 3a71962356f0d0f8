//! A real keyring (gnome-keyring) on a private bus, unlocked or locked.
//!
//! Deliberately not here: a desktop around it (`desktop_session.rs` has one with a keyring too).
use crate::eventually::eventually_blocking;
use crate::process::{Process, UP, silent};
use std::io::Write as _;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const NAME: &str = "org.freedesktop.secrets";

/// The daemon and what it keeps. Dropped, both are gone.
#[derive(Debug)]
pub struct Keyring {
    daemon: Option<Process>,
    home: TempDir,
    bus: String,
}

impl Keyring {
    /// Starts an unlocked one on this bus.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start(bus: &str) -> Self {
        let home = tempfile::Builder::new().prefix("keyring").tempdir().expect("a temporary folder can be made");
        let mut keyring = Self { daemon: None, home, bus: bus.to_owned() };
        keyring.start_again();
        keyring
    }

    /// Ends it. What it keeps stays.
    pub fn stop(&mut self) {
        self.daemon = None;
        eventually_blocking(UP, "the end of the keyring", || (!self.is_there()).then_some(()));
    }

    /// Starts it again, unlocked, with what it kept.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start_again(&mut self) {
        let mut command = silent("gnome-keyring-daemon");
        command.args(["--unlock", "--components=secrets", "--foreground"]);
        self.here(&mut command);
        let mut daemon = Process::start(command.stdin(Stdio::piped()));
        // With nothing at all on standard input no collection would be made.
        let mut stdin = daemon.child().stdin.take().expect("piped");
        stdin.write_all(b"a password\n").expect("it reads its password");
        drop(stdin);
        self.daemon = Some(daemon);
        eventually_blocking(UP, "the keyring", || self.is_there().then_some(()));
    }

    /// Locks it. Nobody is here whom it could ask for the password.
    ///
    /// # Panics
    /// When it does not lock.
    pub fn lock(&self) {
        let collection = "array:objpath:/org/freedesktop/secrets/collection/login";
        let locked = self.send(&["/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", collection]);
        assert!(locked, "the keyring did not lock");
    }

    fn is_there(&self) -> bool {
        self.send(&["/org/freedesktop/secrets", "org.freedesktop.DBus.Peer.Ping"])
    }

    fn send(&self, call: &[&str]) -> bool {
        let mut command = silent("dbus-send");
        command.args(["--session", "--print-reply", "--reply-timeout=5000", &format!("--dest={NAME}")]).args(call);
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus).status().is_ok_and(|status| status.success())
    }

    fn here(&self, command: &mut Command) {
        let home = self.home.path();
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.bus).env("HOME", home).env("XDG_DATA_HOME", home.join("data"));
        command.env("XDG_RUNTIME_DIR", home).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    }
}
