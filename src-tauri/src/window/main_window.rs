//! The one window: how it is made, raised, and what its close button does.
//!
//! Deliberately not here: what is in it (`ui/`).
use crate::desktop_font;
use crate::drops;
use crate::hiding::Showing;
use crate::picture;
use crate::shell::Shell;
use crate::view;
use std::time::Duration;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, PhysicalPosition, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tidings::boundary::NoticeCode;
use tidings::notification::Service;
use tidings::words::Words;
use tidings_engine::Settings;

const LABEL: &str = "main";

/// At the start of a session the tray may come later than the programs in it.
const TRAY_TIME: Duration = Duration::from_secs(20);

const NO_TRAY: &str =
    "This desktop shows no tray icons, so closing the window only minimises it. Tidings goes on following your feeds.";

/// Brings the window to the front, making it first where there is none.
pub(crate) fn show(app: &AppHandle, activation_token: Option<&str>) {
    let shown = match app.state::<Shell>().hiding.show() {
        Showing::Raise(position) => match app.get_webview_window(LABEL) {
            Some(window) => raise(&window, position, activation_token),
            // It could not be made before.
            None => make_in_front(app, activation_token),
        },
        Showing::Make => make_in_front(app, activation_token),
        Showing::Wait => Ok(()),
    };
    if let Err(error) = shown {
        tracing::error!(%error, "the window cannot be shown");
    }
}

fn make_in_front(app: &AppHandle, activation_token: Option<&str>) -> tauri::Result<()> {
    let window = make(app)?;
    bring_to_front(&window, activation_token)
}

/// A start in the tray. Where no tray comes, a minimised window is made after all: nothing hides where it cannot be found.
pub(crate) async fn hide_if_found_again(app: AppHandle) {
    let mut tray_host = app.state::<Shell>().tray_host.subscribe();
    if tokio::time::timeout(TRAY_TIME, tray_host.wait_for(|&there| there)).await.is_err()
        && !app.state::<Shell>().hiding.is_shown()
    {
        show_minimised(&app);
    }
}

fn show_minimised(app: &AppHandle) {
    show(app, None);
    minimise(app);
}

fn minimise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.minimize()
    {
        tracing::warn!(%error, "the window cannot be minimised");
    }
}

pub(crate) fn make(app: &AppHandle) -> tauri::Result<WebviewWindow> {
    let dev_url = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Tidings")
        .inner_size(1180.0, 760.0)
        .min_inner_size(420.0, 360.0)
        .on_navigation(move |url| is_own(url, dev_url.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .disable_drag_drop_handler()
        .initialization_script(desktop_font::script())
        .build()?;
    drops::listen(&window)?;
    picture::show(&window)?;
    Ok(window)
}

/// The page is ours and stays ours: a link in an event opens outside, through the command for that.
fn is_own(url: &Url, dev_url: Option<&Url>) -> bool {
    url.scheme() == "tauri"
        || url.host_str() == Some("tauri.localhost")
        || dev_url.is_some_and(|dev| dev.origin() == url.origin())
}

fn raise(
    window: &WebviewWindow,
    position: Option<PhysicalPosition<i32>>,
    activation_token: Option<&str>,
) -> tauri::Result<()> {
    window.show()?;
    window.unminimize()?;
    if let Some(position) = position {
        // Window managers place a window anew that comes back.
        window.set_position(position)?;
    }
    bring_to_front(window, activation_token)
}

fn bring_to_front(window: &WebviewWindow, activation_token: Option<&str>) -> tauri::Result<()> {
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
        view::has_focus(&app, false);
        let position = window.outer_position().ok();
        let hidden = window.hide();
        if hidden.is_ok() {
            shell.hiding.hide(position, {
                let app = app.clone();
                move || let_go(&app)
            });
        }
        hidden
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
    let language = shell.engine.language();
    let words = Words::of(language);
    match *shell.desktop.service().borrow() {
        Service::Present | Service::Unknown => {
            shell.desktop.tell(language, words.in_the_tray, words.told_about_tray);
        }
        Service::Absent | Service::Silent => {
            shell.channel.notice(NoticeCode::ToldAboutTray, Some(words.told_about_tray));
        }
    }
    if let Err(error) = shell.engine.change_settings(Settings { told_about_tray: true, ..settings }).await {
        tracing::warn!(%error, "it will be said again that the program stays in the tray");
    }
}

/// Closes a window for good that has been hidden for a while: its web view costs more than all the rest together.
fn let_go(app: &AppHandle) {
    let shell = app.state::<Shell>();
    let Some(window) = app.get_webview_window(LABEL).filter(|_| shell.hiding.let_go()) else { return };
    shell.channel.unsubscribe();
    view::shows(app, None);
    tauri::async_runtime::spawn(async move {
        picture::take(&window).await;
        if let Err(error) = window.destroy() {
            tracing::error!(%error, "the window cannot be let go");
        }
    });
}

/// There is no window any more.
pub(crate) fn gone(app: &AppHandle) {
    if app.state::<Shell>().hiding.gone() {
        let app = app.clone();
        // The event loop is just about to take the old one out of its list.
        tauri::async_runtime::spawn(async move {
            if let Err(error) = make_in_front(&app, None) {
                tracing::error!(%error, "the window cannot be made again");
            }
        });
    }
}

/// A tray host came or went. A window that was hidden with it would be lost, so it comes back.
pub(crate) fn tray_host_changed(app: &AppHandle, there: bool) {
    let shell = app.state::<Shell>();
    let was_there = shell.tray_host.send_replace(there);
    shell.channel.notice(NoticeCode::NoTrayHost, (!there).then_some(NO_TRAY));
    if was_there && !there && !shell.hiding.is_shown() {
        show_minimised(app);
    }
}
