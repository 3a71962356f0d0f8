//! What somebody sees in the window just now, of which nothing has to be announced.
//!
//! The page says what it shows; whether anybody looks at the window, the window system says: a page that was closed may
//! still think that it is looked at. Deliberately not here: what follows (the engine's policy).
use crate::shell::Shell;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Manager as _};
use tidings_engine::Scope;

/// What the page shows, and whether the window has the focus.
#[derive(Debug, Default)]
pub(crate) struct View(Mutex<(Option<Scope>, bool)>);

/// The page shows these events now; `None`: none, or it is not looked at as far as it knows.
pub(crate) fn shows(app: &AppHandle, scope: Option<Scope>) {
    change(app, |view| view.0 = scope);
}

/// The window got the focus, or lost it, or is closed.
pub(crate) fn has_focus(app: &AppHandle, focused: bool) {
    change(app, |view| view.1 = focused);
}

fn change(app: &AppHandle, change: impl FnOnce(&mut (Option<Scope>, bool))) {
    let shell = app.state::<Shell>();
    let mut view = shell.view.0.lock().unwrap_or_else(PoisonError::into_inner);
    change(&mut view);
    let (scope, focused) = view.clone();
    // While the lock is held, so that the last who says something is the last who is heard.
    shell.engine.set_in_view(scope.filter(|_| focused));
}
