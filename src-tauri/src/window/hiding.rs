//! The time in which the window is hidden: its page is told nothing, and after a while is let go with its web view.
//!
//! Deliberately not here: when the window is hidden and how it is made (`main_window.rs`), and the place to which a page
//! comes back, which it remembers by itself (`ui/src/lib/view_state.ts`).
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::PhysicalPosition;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// How long a hidden window keeps its web view, unless something else is asked for.
pub(crate) const KEPT: Duration = Duration::from_mins(1);

/// What becomes of the window.
#[derive(Debug)]
enum Window {
    /// It is shown.
    Shown,
    /// It can be shown again at once; the task lets it go later.
    Hidden { at: Option<PhysicalPosition<i32>>, let_go: AbortHandle },
    /// It is being closed for good. If it is wanted meanwhile, it is made anew once it is gone.
    LettingGo { wanted: bool },
    /// There is none: not yet, or not any more.
    None,
}

/// What has to be done so that the window is seen.
#[derive(Debug, PartialEq)]
pub(crate) enum Showing {
    /// It is there; where it was before it was hidden.
    Raise(Option<PhysicalPosition<i32>>),
    /// It has to be made.
    Make,
    /// It will be made by whoever notices that the old one is gone.
    Wait,
}

/// Whether the window is hidden, and for how long its web view is kept.
#[derive(Debug)]
pub(crate) struct Hiding {
    kept: Duration,
    window: Mutex<Window>,
    /// Whether the page holds what only the user could type again.
    unsaved: AtomicBool,
    /// What the page waits for.
    hidden: watch::Sender<bool>,
}

impl Hiding {
    pub(crate) fn new(kept: Duration) -> Self {
        Self {
            kept,
            window: Mutex::new(Window::None),
            unsaved: AtomicBool::new(false),
            hidden: watch::Sender::new(false),
        }
    }

    /// The window is hidden from now on; `let_go` is run on the runtime after the time for which it is kept.
    pub(crate) fn hide(&self, at: Option<PhysicalPosition<i32>>, let_go: impl FnOnce() + Send + 'static) {
        let kept = self.kept;
        let task = tauri::async_runtime::spawn(async move {
            tokio::time::sleep(kept).await;
            let_go();
        });
        let mut window = self.window();
        if let Window::Hidden { let_go, .. } = &*window {
            let_go.abort();
        }
        *window = Window::Hidden { at, let_go: task.inner().abort_handle() };
        self.hidden.send_replace(true);
    }

    /// Says whether the page holds something that would be lost with it.
    pub(crate) fn holds_unsaved(&self, unsaved: bool) {
        self.unsaved.store(unsaved, Ordering::Relaxed);
    }

    /// Whether there is a window to be seen, minimised at most.
    pub(crate) fn is_shown(&self) -> bool {
        matches!(*self.window(), Window::Shown)
    }

    /// Whether the window is still hidden and is to be closed for good now.
    pub(crate) fn let_go(&self) -> bool {
        let mut window = self.window();
        let hidden = matches!(*window, Window::Hidden { .. });
        // In a hidden page nothing is saved or given up any more: it is kept until it has been shown.
        let goes = hidden && !self.unsaved.load(Ordering::Relaxed);
        if goes {
            *window = Window::LettingGo { wanted: false };
        }
        goes
    }

    /// The window is gone; whether it has been wanted meanwhile.
    pub(crate) fn gone(&self) -> bool {
        let mut window = self.window();
        let wanted = matches!(*window, Window::LettingGo { wanted: true });
        self.unsaved.store(false, Ordering::Relaxed);
        *window = if wanted { Window::Shown } else { Window::None };
        wanted
    }

    /// The window is wanted.
    pub(crate) fn show(&self) -> Showing {
        let mut window = self.window();
        self.hidden.send_replace(false);
        match &mut *window {
            Window::Shown => Showing::Raise(None),
            Window::Hidden { at, let_go } => {
                let_go.abort();
                let showing = Showing::Raise(*at);
                *window = Window::Shown;
                showing
            }
            Window::LettingGo { wanted } => {
                *wanted = true;
                Showing::Wait
            }
            Window::None => {
                *window = Window::Shown;
                Showing::Make
            }
        }
    }

    /// Waits until the window is not hidden. Cancel-safe.
    pub(crate) async fn ends(&self) {
        let mut hidden = self.hidden.subscribe();
        // The sender lives as long as this value does.
        let _ = hidden.wait_for(|hidden| !hidden).await;
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
