//! What ends a command from outside: SIGINT, SIGTERM, SIGHUP (Ctrl-C elsewhere), and the end of its time.
//!
//! Deliberately not here: what a command does when it ends.
use std::io;
use std::process;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Waits on a thread of its own, because the command's thread may be blocked in a write to a reader that does not read.
pub(super) struct Interrupt {
    came: Arc<Notify>,
}

impl Interrupt {
    /// From now on an interruption no longer kills the process. It is told to [`came`](Self::came); if the process still
    /// runs when `grace` has passed, or if it is interrupted again, it exits with status 0.
    ///
    /// `timeout` is an interruption after that time.
    pub(super) fn listen(timeout: Option<Duration>, grace: Duration) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        // Registered before this returns: a signal that comes a moment later must not kill.
        let mut signals = {
            let _entered = runtime.enter();
            Signals::register()?
        };
        let came = Arc::new(Notify::new());
        let tell = Arc::clone(&came);
        std::thread::Builder::new().name("interrupt".into()).stack_size(128 * 1024).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = signals.next() => {}
                    () = wait(timeout) => {}
                }
                tell.notify_one();
                tokio::select! {
                    () = signals.next() => {}
                    () = tokio::time::sleep(grace) => {}
                }
            });
            process::exit(0);
        })?;
        Ok(Self { came })
    }

    /// Completes when the interruption comes, or has come.
    pub(super) async fn came(&self) {
        self.came.notified().await;
    }
}

async fn wait(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// The end of the terminal or session. `None` where the command shall outlive it (`nohup`).
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn register() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hang_up = if hang_up_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hang_up })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = async {
                match &mut self.hang_up {
                    Some(hang_up) => drop(hang_up.recv().await),
                    None => std::future::pending().await,
                }
            } => {}
        }
    }
}

/// Whether whoever started the process wants it to outlive the terminal. Where the system does not say, it decides what
/// the signal does, as if nobody listened.
#[cfg(unix)]
fn hang_up_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // A bit for each signal, the first for SIGHUP.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    fn register() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    async fn next(&mut self) {
        self.interrupt.recv().await;
    }
}
