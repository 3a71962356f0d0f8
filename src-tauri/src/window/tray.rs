//! The tray icon and its menu: how the feeds fare, at a glance, and what can be done without the window.
//!
//! Deliberately not here: what is shown for which state (`tray/state.rs`), the entries (`tray/menu.rs`), the icon's
//! pixels (`tray/icon.rs`), and whether anybody shows the tray (`tray/host.rs`).
//!
//! On Linux a tray icon gets no clicks and shows no tooltip, so everything is in the menu and in the icon itself.
mod host;
mod icon;
mod menu;
mod state;

use self::icon::Icons;
use self::menu::{Entry, TrayMenu};
use self::state::{Announcing, TrayState};
use crate::main_window;
use crate::shell::Shell;
use futures_util::FutureExt as _;
use jiff::Zoned;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::time::Duration;
use tauri::tray::{TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _};
use tidings::boundary::Place;
use tidings::notification::Service;
use tidings_engine::{Engine, EngineError, EngineEvent, EngineEvents, FeedState, FeedStatus, PageQuery, Scope};

/// The least time between two changes of the icon: some desktops redraw the whole panel for it.
const CHANGE_TIME: Duration = Duration::from_secs(1);

const ID: &str = "org.tidings.tray";

/// Puts the icon into the tray and keeps it up to date from then on.
pub(crate) fn start(app: &AppHandle, data_dir: &std::path::Path) -> tauri::Result<()> {
    // A tray host calls the icon so; otherwise by the name of the executable.
    #[cfg(target_os = "linux")]
    gtk::glib::set_application_name("Tidings");
    let icons = Icons::load()?;
    let announcing = Announcing { language: app.state::<Shell>().engine.language(), ..Announcing::default() };
    let state = TrayState::of(&[], 0, &[], &announcing, &Zoned::now());
    let menu = TrayMenu::new(app, &state)?;
    let tray = TrayIconBuilder::with_id(ID)
        .icon(icons.of(&state))
        .tooltip("Tidings")
        .menu(&menu.menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| {
            if let Some(entry) = Entry::of(event.id().as_ref()) {
                chosen(app, entry);
            }
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click { button: tauri::tray::MouseButton::Left, .. } = event {
                main_window::show(tray.app_handle(), None);
            }
        })
        .temp_dir_path(icon_dir(data_dir))
        .build(app)?;
    let events = app.state::<Shell>().engine.events();
    let shown = Shown { tray, menu, icons, state };
    tauri::async_runtime::spawn(follow(app.clone(), events, shown));
    tauri::async_runtime::spawn(host::watch(app.clone()));
    Ok(())
}

/// The icon travels to the tray as a file. Two programs with two data directories must not overwrite each other's.
fn icon_dir(data_dir: &std::path::Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    data_dir.hash(&mut hasher);
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    // Of a Flatpak's runtime directory the desktop sees only this folder under the same path.
    let base = match (runtime, std::env::var_os("FLATPAK_ID")) {
        (Some(runtime), Some(id)) => runtime.join("app").join(id),
        (Some(runtime), None) => runtime,
        (None, _) => std::env::temp_dir(),
    };
    base.join(format!("tidings-tray-{:016x}", hasher.finish()))
}

/// What the tray shows at the moment.
struct Shown {
    tray: TrayIcon,
    menu: TrayMenu,
    icons: Icons,
    state: TrayState,
}

impl Shown {
    fn change_to(&mut self, state: TrayState) -> tauri::Result<()> {
        if state == self.state {
            return Ok(());
        }
        self.menu.show(&state)?;
        self.tray.set_tooltip(Some(state.line()))?;
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
    let mut service = shell.desktop.service();
    loop {
        let no_service = matches!(*service.borrow_and_update(), Service::Absent | Service::Silent);
        match state(&shell.engine, no_service).await {
            Ok(state) => {
                if let Err(error) = shown.change_to(state) {
                    tracing::warn!(%error, "the tray icon could not be changed");
                }
            }
            Err(EngineError::ShutDown) => return,
            Err(error) => tracing::warn!(%error, "the tray does not know how the feeds fare"),
        }
        tokio::time::sleep(CHANGE_TIME).await;
        let mut changed = false;
        while !changed {
            changed = tokio::select! {
                envelope = events.next() => match envelope {
                    Some(envelope) => concerns_tray(&envelope.event),
                    None => return,
                },
                Ok(()) = service.changed() => true,
            };
        }
        // What else has come meanwhile is seen together with it.
        while let Some(Some(_)) = events.next().now_or_never() {}
    }
}

async fn state(engine: &Engine, no_service: bool) -> Result<TrayState, EngineError> {
    let latest = PageQuery { limit: u32::try_from(state::LATEST).unwrap_or_default(), ..PageQuery::default() };
    let (feeds, counts, latest) = (engine.feeds().await?, engine.counts().await?, engine.page(latest).await?);
    let off = !engine.settings().await?.notify;
    let announcing = Announcing { language: engine.language(), mutes: engine.mutes(), off, no_service };
    Ok(TrayState::of(&feeds, counts.unread, &latest.events, &announcing, &Zoned::now()))
}

fn concerns_tray(event: &EngineEvent) -> bool {
    use EngineEvent::{Arrived, Counts, Feed, FeedRemoved, Missed, Mutes, Settings};
    matches!(
        event,
        Arrived { .. } | Counts { .. } | Feed { .. } | FeedRemoved { .. } | Mutes { .. } | Settings { .. } | Missed
    )
}

/// Does what the user chose from the menu.
fn chosen(app: &AppHandle, entry: Entry) {
    let shell = app.state::<Shell>();
    match entry {
        Entry::Open => main_window::show(app, None),
        Entry::Event(id) => {
            shell.channel.show(Place::Event { id });
            main_window::show(app, None);
        }
        Entry::Settings => {
            shell.channel.show(Place::Settings);
            main_window::show(app, None);
        }
        Entry::Quit => app.exit(0),
        Entry::MarkAllRead | Entry::Mute(_) | Entry::Unmute | Entry::PauseOrResume | Entry::Reconnect => {
            let engine = shell.engine.clone();
            tauri::async_runtime::spawn(async move {
                if let Err(error) = carry_out(&engine, entry).await {
                    tracing::warn!(?entry, %error, "the tray's menu");
                }
            });
        }
    }
}

async fn carry_out(engine: &Engine, entry: Entry) -> Result<(), EngineError> {
    match entry {
        Entry::MarkAllRead => {
            let newest = engine.page(PageQuery { limit: 1, ..PageQuery::default() }).await?;
            if let Some(newest) = newest.events.first() {
                engine.mark_all_read(Scope::All, newest.id).await?;
            }
        }
        Entry::PauseOrResume => {
            let feeds = engine.feeds().await?;
            let pause = feeds.iter().any(|status| status.state != FeedState::Paused);
            engine.pause_feeds(feeds.iter().map(FeedStatus::id).collect(), pause).await?;
        }
        Entry::Mute(length) => engine.mute(None, length).await?,
        Entry::Unmute => engine.unmute(None).await?,
        Entry::Reconnect => engine.reconnect(None).await?,
        Entry::Event(_) | Entry::Open | Entry::Settings | Entry::Quit => {}
    }
    Ok(())
}
