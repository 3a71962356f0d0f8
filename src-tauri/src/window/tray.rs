//! The tray icon and its menu: how the feeds fare, at a glance, and what can be done without the window.
//!
//! Deliberately not here: what is shown for which state (`tray/state.rs`), the icon's pixels (`tray/icon.rs`), and whether
//! anybody shows the tray (`tray/host.rs`).
//!
//! On Linux a tray icon gets no clicks and shows no tooltip, so everything is in the menu and in the icon itself.
mod host;
mod icon;
mod state;

use self::icon::Icons;
use self::state::TrayState;
use crate::main_window;
use crate::shell::Shell;
use futures_util::FutureExt as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::time::Duration;
use tauri::menu::{Menu, MenuBuilder, MenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _, Wry};
use tidings::boundary::CommandError;
use tidings_engine::{EngineError, EngineEvent, EngineEvents, FeedState, PageQuery, Scope};

/// The least time between two changes of the icon: some desktops redraw the whole panel for it.
const CHANGE_TIME: Duration = Duration::from_secs(1);

const ID: &str = "org.tidings.tray";
const OPEN: &str = "open";
const MARK_ALL_READ: &str = "mark-all-read";
const PAUSE_OR_RESUME: &str = "pause-or-resume";
const RECONNECT: &str = "reconnect";
const QUIT: &str = "quit";

/// Puts the icon into the tray and keeps it up to date from then on.
pub(crate) fn start(app: &AppHandle, data_dir: &std::path::Path) -> tauri::Result<()> {
    let icons = Icons::load()?;
    let status = MenuItem::new(app, TrayState::default().line(), false, None::<&str>)?;
    let pause = MenuItem::with_id(app, PAUSE_OR_RESUME, "Pause all", true, None::<&str>)?;
    let menu = menu(app, &status, &pause)?;
    let tray = TrayIconBuilder::with_id(ID)
        .icon(icons.of(&TrayState::default()))
        .tooltip("Tidings")
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click { button: tauri::tray::MouseButton::Left, .. } = event {
                main_window::show(tray.app_handle(), None);
            }
        })
        .temp_dir_path(icon_dir(data_dir))
        .build(app)?;
    let events = app.state::<Shell>().engine.events();
    let shown = Shown { tray, status, pause, icons, state: TrayState::default() };
    tauri::async_runtime::spawn(follow(app.clone(), events, shown));
    tauri::async_runtime::spawn(host::watch(app.clone()));
    Ok(())
}

fn menu(app: &AppHandle, status: &MenuItem<Wry>, pause: &MenuItem<Wry>) -> tauri::Result<Menu<Wry>> {
    MenuBuilder::new(app)
        .item(status)
        .separator()
        .text(OPEN, "Open Tidings")
        .text(MARK_ALL_READ, "Mark all read")
        .separator()
        .item(pause)
        .text(RECONNECT, "Reconnect all")
        .separator()
        .text(QUIT, "Quit")
        .build()
}

/// The icon travels to the tray as a file. Two programs with two data directories must not overwrite each other's.
fn icon_dir(data_dir: &std::path::Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    data_dir.hash(&mut hasher);
    let base = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    base.join(format!("tidings-tray-{:016x}", hasher.finish()))
}

/// What the tray shows at the moment.
struct Shown {
    tray: TrayIcon,
    status: MenuItem<Wry>,
    pause: MenuItem<Wry>,
    icons: Icons,
    state: TrayState,
}

impl Shown {
    fn change_to(&mut self, state: TrayState) -> tauri::Result<()> {
        if state == self.state {
            return Ok(());
        }
        let line = state.line();
        self.status.set_text(&line)?;
        self.tray.set_tooltip(Some(&line))?;
        self.pause.set_text(if state.all_paused() { "Resume all" } else { "Pause all" })?;
        if state.icon() != self.state.icon() {
            self.tray.set_icon(Some(self.icons.of(&state)))?;
        }
        self.state = state;
        Ok(())
    }
}

/// Shows each change, at most one a second; nothing happens while nothing changes.
async fn follow(app: AppHandle, mut events: EngineEvents, mut shown: Shown) {
    let shell = app.state::<Shell>();
    loop {
        match (shell.engine.feeds().await, shell.engine.counts().await) {
            (Ok(feeds), Ok(counts)) => {
                if let Err(error) = shown.change_to(TrayState::of(&feeds, counts.unread)) {
                    tracing::warn!(%error, "the tray icon could not be changed");
                }
            }
            (Err(EngineError::ShutDown), _) | (_, Err(EngineError::ShutDown)) => return,
            (Err(error), _) | (_, Err(error)) => tracing::warn!(%error, "the tray does not know how the feeds fare"),
        }
        tokio::time::sleep(CHANGE_TIME).await;
        let mut changed = false;
        while !changed {
            let Some(envelope) = events.next().await else { return };
            changed = concerns_tray(&envelope.event);
        }
        // What else has come meanwhile is seen together with it.
        while let Some(Some(_)) = events.next().now_or_never() {}
    }
}

fn concerns_tray(event: &EngineEvent) -> bool {
    matches!(
        event,
        EngineEvent::Feed { .. } | EngineEvent::FeedRemoved { .. } | EngineEvent::Counts { .. } | EngineEvent::Missed
    )
}

/// Does what the user chose from the menu.
fn chosen(app: &AppHandle, item: &str) {
    match item {
        OPEN => main_window::show(app, None),
        QUIT => app.exit(0),
        MARK_ALL_READ | PAUSE_OR_RESUME | RECONNECT => {
            let (app, item) = (app.clone(), item.to_owned());
            tauri::async_runtime::spawn(async move {
                if let Err(error) = carry_out(&app.state::<Shell>(), &item).await {
                    tracing::warn!(item, message = error.message, "the tray's menu");
                }
            });
        }
        _ => {}
    }
}

async fn carry_out(shell: &Shell, item: &str) -> Result<(), CommandError> {
    let engine = &shell.engine;
    match item {
        MARK_ALL_READ => {
            let newest = engine.page(PageQuery { limit: 1, ..PageQuery::default() }).await?;
            if let Some(newest) = newest.events.first() {
                engine.mark_all_read(Scope::All, newest.id).await?;
            }
        }
        PAUSE_OR_RESUME => {
            let feeds = engine.feeds().await?;
            let pause = feeds.iter().any(|status| status.state != FeedState::Paused);
            for status in feeds {
                engine.pause_feed(status.id(), pause).await?;
            }
        }
        _ => engine.reconnect(None).await?,
    }
    Ok(())
}
