//! Whether anybody shows tray icons: GNOME without an extension does not.
//!
//! Deliberately not here: what follows from it (`main_window.rs`).
use crate::main_window;
use tauri::AppHandle;

/// Tells whenever a tray host comes or goes, and once at the beginning.
#[cfg(not(target_os = "linux"))]
pub(super) async fn watch(app: AppHandle) {
    main_window::tray_host_changed(&app, true);
}

/// Tells whenever a tray host comes or goes, and once at the beginning.
#[cfg(target_os = "linux")]
pub(super) async fn watch(app: AppHandle) {
    if let Err(error) = linux::watch(|there| main_window::tray_host_changed(&app, there)).await {
        tracing::warn!(%error, "it is not known whether anybody shows the tray icon");
        main_window::tray_host_changed(&app, false);
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use futures_util::StreamExt as _;
    use std::time::Duration;
    use zbus::proxy::CacheProperties;

    /// A panel that starts anew is away for a moment; that is no reason to bring windows back.
    const RESTART_TIME: Duration = Duration::from_secs(3);

    #[zbus::proxy(
        interface = "org.kde.StatusNotifierWatcher",
        default_service = "org.kde.StatusNotifierWatcher",
        default_path = "/StatusNotifierWatcher"
    )]
    trait Watcher {
        #[zbus(property)]
        fn is_status_notifier_host_registered(&self) -> zbus::Result<bool>;
    }

    pub(super) async fn watch(tell: impl Fn(bool)) -> zbus::Result<()> {
        let connection = zbus::connection::Builder::session().method_timeout(Duration::from_secs(5)).build().await?;
        let watcher = WatcherProxy::builder(&connection).cache_properties(CacheProperties::No).build().await?;
        let mut owners = watcher.inner().receive_owner_changed().await?;
        let mut signals = watcher.inner().receive_all_signals().await?;
        let bus = zbus::fdo::DBusProxy::new(&connection).await?;
        let mut change = async || {
            tokio::select! {
                change = owners.next() => change.is_some(),
                change = signals.next() => change.is_some(),
            }
        };
        let mut told = None;
        loop {
            let owned = bus.name_has_owner(watcher.inner().destination().clone()).await?;
            let there = owned && watcher.is_status_notifier_host_registered().await.unwrap_or(false);
            if told == Some(true) && !there && tokio::time::timeout(RESTART_TIME, change()).await == Ok(true) {
                continue;
            }
            if told != Some(there) {
                tell(there);
                told = Some(there);
            }
            if !change().await {
                return Ok(());
            }
        }
    }
}
