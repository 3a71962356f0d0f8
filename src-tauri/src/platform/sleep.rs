//! Whether time has passed in which this process did not run: the computer slept, the virtual machine was paused, the
//! process was stopped.
//!
//! Deliberately not here: what logind tells (`system_bus.rs`).
use super::world::readable;
use rustix::process::Signal;
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime, timerfd_create,
    timerfd_settime,
};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;
use tidings_engine::WorldChange;
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{SignalKind, signal};

/// A shorter pause is none: no connection dies of it.
const LEAST: Duration = Duration::from_secs(5);

/// One moment by three clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    /// Stands still while the computer sleeps.
    awake: Duration,
    /// Goes on while the computer sleeps.
    since_boot: Duration,
    /// Is set by whoever may.
    wall: Duration,
}

impl Moment {
    fn now() -> Self {
        let read = |clock| Duration::try_from(clock_gettime(clock)).unwrap_or_default();
        Self { awake: read(ClockId::Monotonic), since_boot: read(ClockId::Boottime), wall: read(ClockId::Realtime) }
    }
}

/// How long this computer did not run between two moments, if that is worth a word.
///
/// The wall clock counts as well as the one since boot: a virtual machine that was paused shows it in no other way. A
/// clock that was merely corrected by so much does no harm: what lives can prove it.
fn slept(before: Moment, after: Moment) -> Option<Duration> {
    let ran = after.awake.saturating_sub(before.awake);
    let passed = after.since_boot.saturating_sub(before.since_boot).max(after.wall.saturating_sub(before.wall));
    Some(passed.saturating_sub(ran)).filter(|slept| *slept >= LEAST)
}

/// Tells of each pause, as the clocks and the signals show it. Never completes.
pub(super) async fn watch(tell: &(impl Fn(WorldChange) + Sync)) {
    tokio::join!(watch_clocks(tell), watch_continuing(tell));
}

pub(super) fn resumed(by: &str, tell: &impl Fn(WorldChange)) {
    tracing::info!(by, "resumed");
    tell(WorldChange::Resumed);
}

/// The kernel reports each leap between the wall clock and the one that stands still in sleep: after a sleep, and when
/// the wall clock is set. Between these nothing happens here.
async fn watch_clocks(tell: &impl Fn(WorldChange)) {
    let mut before = Moment::now();
    match leaps() {
        Ok(leaps) => loop {
            match leap(&leaps).await {
                Ok(()) => {
                    let now = Moment::now();
                    if let Some(slept) = slept(before, now) {
                        tracing::debug!(?slept, "the clocks have leapt");
                        resumed("clocks", tell);
                    }
                    before = now;
                }
                Err(error) => {
                    tracing::warn!(%error, "the clocks are not watched any more");
                    break;
                }
            }
        },
        Err(error) => tracing::debug!(%error, "the clocks cannot be watched"),
    }
    std::future::pending::<()>().await;
}

/// A timer that never expires and is cancelled by each leap of the wall clock.
fn leaps() -> io::Result<AsyncFd<OwnedFd>> {
    let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let never = Itimerspec {
        it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: Timespec { tv_sec: i64::MAX, tv_nsec: 0 },
    };
    timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &never)?;
    readable(timer)
}

/// Waits for a leap.
async fn leap(timer: &AsyncFd<OwnedFd>) -> io::Result<()> {
    loop {
        let mut ready = timer.readable().await?;
        match ready.try_io(|timer| Ok(rustix::io::read(timer, &mut [0; 8])?)) {
            Ok(Err(error)) if rustix::io::Errno::from_io_error(&error) == Some(rustix::io::Errno::CANCELED) => {
                return Ok(());
            }
            Ok(Err(error)) => return Err(error),
            // It has expired, in some hundred million years; or it was not ready after all.
            Ok(Ok(_)) | Err(_) => {}
        }
    }
}

/// A process that was stopped (by its user, a debugger, a container) is told when it may go on.
async fn watch_continuing(tell: &impl Fn(WorldChange)) {
    match signal(SignalKind::from_raw(Signal::CONT.as_raw())) {
        Ok(mut continued) => {
            while continued.recv().await.is_some() {
                resumed("signal", tell);
            }
        }
        Err(error) => tracing::debug!(%error, "SIGCONT cannot be watched"),
    }
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_what_the_waking_clock_has_missed() {
        let moment = |awake: f64, since_boot: f64, wall: f64| Moment {
            awake: Duration::from_secs_f64(awake),
            since_boot: Duration::from_secs_f64(since_boot),
            wall: Duration::from_secs_f64(wall),
        };
        let start = moment(100.0, 150.0, 1_000_000.0);
        let table = [
            ("nothing", moment(100.0, 150.0, 1_000_000.0), None),
            ("an hour without sleep", moment(3_700.0, 3_750.0, 1_003_600.0), None),
            ("eight hours of sleep", moment(101.0, 28_951.0, 1_028_801.0), Some(28_800)),
            ("a nap", moment(101.0, 155.0, 1_000_005.0), None),
            ("just long enough", moment(100.0, 155.0, 1_000_005.0), Some(5)),
            ("asleep, and the wall clock was put back", moment(101.0, 211.0, 900_000.0), Some(60)),
            ("the wall clock was put back", moment(101.0, 151.0, 900_000.0), None),
            ("a leap second", moment(101.0, 151.0, 1_000_000.0), None),
            ("a virtual machine was paused for an hour", moment(101.0, 151.0, 1_003_601.0), Some(3_600)),
        ];
        for (name, after, seconds) in table {
            assert_eq!(slept(start, after), seconds.map(Duration::from_secs), "{name}");
        }
    }

    #[tokio::test]
    async fn the_clocks_can_be_watched_and_do_not_leap_by_themselves() {
        let leaps = leaps().expect("the kernel has such timers");
        let nothing = tokio::time::timeout(Duration::from_millis(50), leap(&leaps)).await;
        assert!(nothing.is_err(), "{nothing:?}");
        assert_eq!(slept(Moment::now(), Moment::now()), None);
    }
}
