//! What logind and `NetworkManager` tell on the system bus.
//!
//! Only signals are listened to: nothing is asked, so nothing is started by it, and a service that is not there, or
//! comes later, or restarts, makes no difference. Deliberately not here: what the kernel tells by itself (`sleep.rs`,
//! `network.rs`).
use super::bus::proxy;
use futures_util::StreamExt as _;
use std::collections::HashMap;
use std::time::Duration;
use zbus::OwnedVariant;

/// A bus that was there and ended is looked for after this long, then after twice as long, and so on.
const FIRST_LOOK: Duration = Duration::from_secs(1);
const LONGEST_LOOK: Duration = Duration::from_mins(5);

/// `NM_STATE_CONNECTED_GLOBAL` and `NM_CONNECTIVITY_FULL`: the way to the Internet is open, past any login page.
const CONNECTED_GLOBAL: u32 = 70;
const CONNECTIVITY_FULL: u32 = 4;

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The computer was asleep.
    Resumed,
    /// The network leads everywhere, and did not a moment ago.
    NetworkWorks,
}

/// Tells what is heard. Completes at once where there is no system bus, and otherwise never.
pub(super) async fn watch(tell: &(impl Fn(Told) + Sync)) {
    let mut wait = FIRST_LOOK;
    match listen(tell, || {}).await {
        Ok(()) => {}
        Err(error) => {
            tracing::debug!(%error, "no system bus");
            return;
        }
    }
    loop {
        tracing::debug!(?wait, "the system bus has ended");
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_LOOK);
        // What happened meanwhile was not heard. That is no reason to disturb anybody: the kernel told it too.
        let _ = listen(tell, || wait = FIRST_LOOK).await;
    }
}

/// Listens until the bus ends.
async fn listen(tell: &(impl Fn(Told) + Sync), connected: impl FnOnce()) -> zbus::Result<()> {
    let bus = zbus::Connection::system().await?;
    let logind = proxy(&bus, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager");
    let mut sleeps = logind.await?.receive_signal("PrepareForSleep").await?;
    let (name, path) = ("org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager");
    let mut states = proxy(&bus, name, path, name).await?.receive_signal("StateChanged").await?;
    let properties = proxy(&bus, name, path, "org.freedesktop.DBus.Properties");
    let mut properties = properties.await?.receive_signal("PropertiesChanged").await?;
    connected();
    tracing::debug!("listening on the system bus");
    loop {
        let told = tokio::select! {
            Some(message) = sleeps.next() => {
                let asleep = message.body().deserialize::<bool>();
                asleep.is_ok_and(|asleep| !asleep).then_some(Told::Resumed)
            }
            Some(message) = states.next() => {
                let state = message.body().deserialize::<u32>();
                state.is_ok_and(|state| state == CONNECTED_GLOBAL).then_some(Told::NetworkWorks)
            }
            Some(message) = properties.next() => {
                let body = message.body();
                let changed = body.deserialize::<(String, HashMap<String, OwnedVariant>, Vec<String>)>();
                let connectivity = changed.ok().and_then(|(_, changed, _)| u32::try_from(changed.get("Connectivity")?).ok());
                (connectivity == Some(CONNECTIVITY_FULL)).then_some(Told::NetworkWorks)
            }
            else => return Ok(()),
        };
        if let Some(told) = told {
            tracing::debug!(?told, "the system bus");
            tell(told);
        }
    }
}
