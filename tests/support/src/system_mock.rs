//! logind and `NetworkManager` as python-dbusmock plays them, on a private bus.
//!
//! Deliberately not here: the bus (`session_bus.rs`, or the desktop's system bus).
use crate::eventually::eventually;
use crate::process::{Process, UP, silent};
use zbus::{Connection, Variant};

/// A service that is played. It leaves the bus when this is dropped.
#[derive(Debug)]
pub struct SystemMock {
    _player: Process,
    bus: Connection,
    name: &'static str,
    path: &'static str,
}

impl SystemMock {
    /// logind.
    pub async fn logind(bus_address: &str) -> Self {
        Self::start(bus_address, "logind", "org.freedesktop.login1", "/org/freedesktop/login1").await
    }

    /// `NetworkManager`.
    pub async fn network_manager(bus_address: &str) -> Self {
        let (name, path) = ("org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager");
        Self::start(bus_address, "networkmanager", name, path).await
    }

    async fn start(bus_address: &str, template: &str, name: &'static str, path: &'static str) -> Self {
        // Debian's own: another python on the path has no dbus module.
        let mut command = silent("/usr/bin/python3");
        command.args(["-m", "dbusmock", "--system", "--template", template]);
        let player = Process::start(command.env("DBUS_SYSTEM_BUS_ADDRESS", bus_address));
        let builder = zbus::connection::Builder::address(bus_address);
        let connection = builder.build().await.expect("the bus takes connections");
        let dbus = zbus::fdo::DBusProxy::new(&connection).await.expect("a bus has this");
        let owned = async || {
            let owner = dbus.name_has_owner(name.try_into().expect("a name")).await;
            owner.is_ok_and(|owned| owned).then_some(())
        };
        eventually(UP, &format!("{name} of python3-dbusmock ('./dev test' installs it)"), owned).await;
        Self { _player: player, bus: connection, name, path }
    }

    /// logind says that the computer falls asleep (`true`), or that it woke up (`false`).
    pub async fn prepare_for_sleep(&self, asleep: bool) {
        let signal = ("org.freedesktop.login1.Manager", "PrepareForSleep", "b", vec![Variant::from(asleep)]);
        self.call("EmitSignal", &signal).await;
    }

    /// `NetworkManager`'s overall state: 20 is disconnected, 60 a network that leads nowhere, 70 one that leads everywhere.
    pub async fn set_state(&self, state: u32) {
        self.call("SetGlobalConnectionState", &(state,)).await;
    }

    /// What `NetworkManager` found out about the way to the Internet: 2 is a login page, 4 all is well.
    pub async fn set_connectivity(&self, connectivity: u32) {
        self.call("SetConnectivity", &(connectivity,)).await;
    }

    async fn call(&self, method: &str, body: &(impl serde::Serialize + zbus::zvariant::DynamicType)) {
        let mock = Some("org.freedesktop.DBus.Mock");
        let done = self.bus.call_method(Some(self.name), self.path, mock, method, body).await;
        done.unwrap_or_else(|error| panic!("{method}: {error}"));
    }
}
