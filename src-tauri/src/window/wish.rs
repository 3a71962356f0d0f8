//! What the world outside the page asks of the program: the control socket, notifications, signals.
//!
//! Deliberately not here: the page's own commands (`commands/`) and the tray's menu, which act directly.
use crate::main_window;
use crate::shell::Shell;
use tauri::{AppHandle, Manager as _};
use tidings::notification::{self, Action};
use tidings::offer;
use tokio::sync::mpsc;

/// One thing that is asked for.
#[derive(Debug)]
pub(crate) enum Wish {
    /// Bring the window to the front.
    Show {
        /// A `tidings:` link that is to be shown there.
        link: Option<String>,
    },
    /// The user answered on a notification.
    Notification(Action),
    /// Start the program again: a backup waits to be opened.
    StartAgain,
    /// End the program in an orderly way.
    Quit,
}

/// Fulfils wishes, one after the other, until nobody can wish any more.
pub(crate) async fn fulfil(app: AppHandle, mut wishes: mpsc::Receiver<Wish>) {
    while let Some(wish) = wishes.recv().await {
        match wish {
            Wish::Show { link } => {
                if let Some(link) = link {
                    app.state::<Shell>().channel.show(offer::read(&link));
                }
                main_window::show(&app, None);
            }
            Wish::Notification(action) => answer(&app, action).await,
            Wish::StartAgain => app.request_restart(),
            Wish::Quit => app.exit(0),
        }
    }
}

async fn answer(app: &AppHandle, action: Action) {
    let shell = app.state::<Shell>();
    let Some((target, activation_token)) = notification::obey(&shell.engine, action, true).await else { return };
    if let Some(target) = target {
        shell.channel.show(target);
    }
    main_window::show(app, activation_token.as_deref());
}

/// Wishes for the end when the session or the terminal does.
pub(crate) fn end_with_signals(wishes: &mpsc::Sender<Wish>) {
    let wishes = wishes.clone();
    tauri::async_runtime::spawn(async move {
        match signalled().await {
            Ok(()) => drop(wishes.send(Wish::Quit).await),
            Err(error) => tracing::warn!(%error, "signals are not heard"),
        }
    });
}

#[cfg(unix)]
async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn signalled() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
