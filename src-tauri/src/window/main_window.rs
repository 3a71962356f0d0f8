//! The one window: how it is made, raised, and what its close button does.
//!
//! Deliberately not here: what is in it (`ui/`).
use crate::shell::Shell;
use crate::view;
use std::sync::PoisonError;
use std::time::Duration;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tidings::boundary::NoticeCode;
use tidings::notification::Service;
use tidings_engine::Settings;

const LABEL: &str = "main";

/// At the start of a session the tray may come later than the programs in it.
const TRAY_TIME: Duration = Duration::from_secs(20);

/// Said once, when the close button is used for the first time.
const TOLD: &str =
    "Tidings keeps running in the tray, so that nothing is missed. Quit it from there, or change this in the settings.";
const NO_TRAY: &str =
    "This desktop shows no tray icons, so closing the window only minimises it. Tidings goes on following your feeds.";

/// Brings the window to the front, making it first where there is none.
pub(crate) fn show(app: &AppHandle, activation_token: Option<&str>) {
    let shown = match app.get_webview_window(LABEL) {
        Some(window) => raise(&window, activation_token),
        None => make(app),
    };
    if let Err(error) = shown {
        tracing::error!(%error, "the window cannot be shown");
    }
}

/// A start in the tray. Where no tray comes, a minimised window is made after all: nothing hides where it cannot be found.
pub(crate) async fn hide_if_found_again(app: AppHandle) {
    let mut tray_host = app.state::<Shell>().tray_host.subscribe();
    if tokio::time::timeout(TRAY_TIME, tray_host.wait_for(|&there| there)).await.is_err()
        && app.get_webview_window(LABEL).is_none()
    {
        show(&app, None);
        minimise(&app);
    }
}

fn minimise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.minimize()
    {
        tracing::warn!(%error, "the window cannot be minimised");
    }
}

pub(crate) fn make(app: &AppHandle) -> tauri::Result<()> {
    let dev_url = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Tidings")
        .inner_size(1180.0, 760.0)
        .min_inner_size(420.0, 360.0)
        .on_navigation(move |url| is_own(url, dev_url.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .disable_drag_drop_handler()
        .build()?;
    Ok(())
}

/// The page is ours and stays ours: a link in an event opens outside, through the command for that.
fn is_own(url: &Url, dev_url: Option<&Url>) -> bool {
    url.scheme() == "tauri"
        || url.host_str() == Some("tauri.localhost")
        || dev_url.is_some_and(|dev| dev.origin() == url.origin())
}

fn raise(window: &WebviewWindow, activation_token: Option<&str>) -> tauri::Result<()> {
    window.show()?;
    window.unminimize()?;
    let hidden_at = window.state::<Shell>().hidden_at.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(position) = hidden_at {
        window.set_position(position)?;
    }
    #[cfg(target_os = "linux")]
    if let Some(token) = activation_token.map(str::to_owned) {
        use gtk::prelude::GtkWindowExt as _;
        let of = window.clone();
        window.run_on_main_thread(move || {
            if let Ok(window) = of.gtk_window() {
                window.set_startup_id(&token);
            }
        })?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = activation_token;
    window.set_focus()
}

/// The close button: the program goes on where it can be found again.
pub(crate) async fn close(window: tauri::Window) {
    let app = window.app_handle().clone();
    let shell = app.state::<Shell>();
    let settings = shell.engine.settings().await.unwrap_or_default();
    let done = if !settings.close_to_tray {
        app.exit(0);
        Ok(())
    } else if *shell.tray_host.borrow() {
        tell_once(&shell, settings).await;
        *shell.hidden_at.lock().unwrap_or_else(PoisonError::into_inner) = window.outer_position().ok();
        view::has_focus(&app, false);
        window.hide()
    } else {
        window.minimize()
    };
    if let Err(error) = done {
        tracing::error!(%error, "the window cannot be closed");
    }
}

async fn tell_once(shell: &Shell, settings: Settings) {
    if settings.told_about_tray {
        return;
    }
    match *shell.desktop.service().borrow() {
        Service::Present | Service::Unknown => shell.desktop.tell("Tidings is in the tray", TOLD),
        Service::Absent | Service::Silent => shell.channel.notice(NoticeCode::ToldAboutTray, Some(TOLD)),
    }
    if let Err(error) = shell.engine.change_settings(Settings { told_about_tray: true, ..settings }).await {
        tracing::warn!(%error, "it will be said again that the program stays in the tray");
    }
}

/// A tray host came or went. A window that was hidden with it would be lost, so it comes back.
pub(crate) fn tray_host_changed(app: &AppHandle, there: bool) {
    let shell = app.state::<Shell>();
    shell.tray_host.send_replace(there);
    shell.channel.notice(NoticeCode::NoTrayHost, (!there).then_some(NO_TRAY));
    if !there
        && let Some(window) = app.get_webview_window(LABEL)
        && window.is_visible().is_ok_and(|visible| !visible)
        && let Err(error) = window.minimize().and_then(|()| window.show())
    {
        tracing::warn!(%error, "the hidden window cannot be brought back");
    }
}
