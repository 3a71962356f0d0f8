//! Whether the desktop is asked not to disturb, as far as it says so on the session bus.
//!
//! No standard says how, so each notification service is asked in its own way: once, and again whenever a signal says that
//! something about it has changed. Nothing is started by being asked, and nothing is looked at now and then. Deliberately
//! not here: what follows from it (the engine's policy).
use super::Listeners;
use crate::platform::bus::proxy;
use futures_util::StreamExt as _;
use futures_util::future::ready;
use futures_util::stream::{LocalBoxStream, SelectAll};
use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::pin;
use zbus::proxy::MethodFlags;
use zbus::{Connection, OwnedVariant, Proxy, Variant};

/// The notification service itself. KDE's has a property for it; so have some others.
const SERVICE: &str = "org.freedesktop.Notifications";
const INHIBITED: (&str, &str) = (SERVICE, "Inhibited");
/// dunst, too, at the same path.
const PAUSED: (&str, &str) = ("org.dunstproject.cmd0", "paused");
/// xfce4-notifyd keeps it among Xfce's settings.
const XFCE: (&str, &str) = ("xfce4-notifyd", "/do-not-disturb");
/// GNOME Shell keeps it among GNOME's, the other way round; where the settings portal lets it be read.
const GNOME: (&str, &str) = ("org.gnome.desktop.notifications", "show-banners");

/// Tells the engine, as soon as there is one to be told, and whenever it changes. A desktop that does not say counts as one
/// that may be disturbed.
pub(super) async fn follow(bus: &Connection, listeners: &Listeners<'_>) -> Infallible {
    let mut reports = listeners.reports.clone();
    let reports = reports.wait_for(Option::is_some).await.ok().and_then(|reports| reports.clone());
    if let Some(reports) = reports {
        if let Err(error) = listen(bus, |on| reports.do_not_disturb(on)).await {
            tracing::debug!(%error, "whether the desktop may be disturbed is not known");
        }
        forget(listeners);
    }
    std::future::pending().await
}

/// Tells the engine that the desktop may be disturbed: nobody would tell of the end of it any more.
pub(super) fn forget(listeners: &Listeners<'_>) {
    let reports = listeners.reports.borrow().clone();
    if let Some(reports) = reports {
        reports.do_not_disturb(false);
    }
}

/// Tells of each change, until the bus ends.
async fn listen(bus: &Connection, tell: impl Fn(bool)) -> zbus::Result<()> {
    let places = Places::on(bus).await?;
    let mut news = places.news().await?;
    let mut told = false;
    loop {
        let mut stale = false;
        let on = {
            let mut answer = pin!(places.ask());
            loop {
                tokio::select! {
                    on = &mut answer => break on,
                    // What is asked now may have been answered before that.
                    Some(()) = news.next() => stale = true,
                }
            }
        };
        if on != told {
            tracing::debug!(on, "do not disturb");
            tell(on);
            told = on;
        }
        if !stale && news.next().await.is_none() {
            return Ok(());
        }
    }
}

/// Where it may be said.
struct Places {
    service: Proxy<'static>,
    properties: Proxy<'static>,
    xfconf: Proxy<'static>,
    portal: Proxy<'static>,
}

impl Places {
    async fn on(bus: &Connection) -> zbus::Result<Self> {
        let path = "/org/freedesktop/Notifications";
        let portal = ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop");
        Ok(Self {
            service: proxy(bus, SERVICE, path, SERVICE).await?,
            properties: proxy(bus, SERVICE, path, "org.freedesktop.DBus.Properties").await?,
            xfconf: proxy(bus, "org.xfce.Xfconf", "/org/xfce/Xfconf", "org.xfce.Xfconf").await?,
            portal: proxy(bus, portal.0, portal.1, "org.freedesktop.portal.Settings").await?,
        })
    }

    /// One item whenever the answer may be another.
    async fn news(&self) -> zbus::Result<SelectAll<LocalBoxStream<'static, ()>>> {
        let mut news = SelectAll::new();
        // A service that comes, goes or makes place for another.
        for place in [&self.service, &self.xfconf, &self.portal] {
            news.push(place.receive_owner_changed().await?.map(drop).boxed_local());
        }
        for (interface, property) in [INHIBITED, PAUSED] {
            let changed = self.properties.receive_signal_with_args("PropertiesChanged", &[(0, interface)]).await?;
            // dunst counts in other properties what it shows.
            news.push(changed.filter(move |message| ready(names(message, property))).map(drop).boxed_local());
        }
        for (place, signal, (of, what)) in [
            (&self.xfconf, "PropertyChanged", XFCE),
            (&self.xfconf, "PropertyRemoved", XFCE),
            (&self.portal, "SettingChanged", GNOME),
        ] {
            let changed = place.receive_signal_with_args(signal, &[(0, of), (1, what)]).await?;
            news.push(changed.map(drop).boxed_local());
        }
        Ok(news)
    }

    /// What the service that runs now says. Settings of another desktop say nothing about it.
    async fn ask(&self) -> bool {
        let Some((name, ..)) =
            call::<(String, String, String, String)>(&self.service, "GetServerInformation", &()).await
        else {
            return false;
        };
        if self.says(&self.properties, "Get", INHIBITED).await == Some(true) {
            return true;
        }
        match name.as_str() {
            "dunst" => self.says(&self.properties, "Get", PAUSED).await == Some(true),
            "Xfce Notify Daemon" => self.says(&self.xfconf, "GetProperty", XFCE).await == Some(true),
            "gnome-shell" => self.says(&self.portal, "Read", GNOME).await == Some(false),
            _ => false,
        }
    }

    async fn says(&self, place: &Proxy<'static>, method: &'static str, what: (&str, &str)) -> Option<bool> {
        let said: OwnedVariant = call(place, method, &what).await?;
        truth(&said)
    }
}

/// The answer of somebody who is there already. That there is none, or that it knows nothing of this, is the usual case.
async fn call<T>(
    place: &Proxy<'static>,
    method: &'static str,
    body: &(impl serde::Serialize + zbus::DynamicType),
) -> Option<T>
where
    T: for<'d> zbus::wire::DynamicDeserialize<'d>,
{
    place.call_with_flags(method, MethodFlags::NO_AUTO_START, body).await.ok().flatten()
}

/// Whether a `PropertiesChanged` is about this property.
fn names(message: &zbus::Message, property: &str) -> bool {
    let body = message.body();
    let changed = body.deserialize::<(String, HashMap<String, OwnedVariant>, Vec<String>)>();
    changed.is_ok_and(|(_, changed, gone)| changed.contains_key(property) || gone.iter().any(|name| name == property))
}

/// The portal wraps what it says once more.
fn truth(value: &Variant<'_>) -> Option<bool> {
    match value {
        Variant::Bool(value) => Some(*value),
        Variant::Variant(value) => truth(value),
        _ => None,
    }
}
