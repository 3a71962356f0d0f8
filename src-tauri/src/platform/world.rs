//! What the operating system tells of sleep and of the network, for as long as somebody has connections.
//!
//! Nothing here looks at anything now and then: the kernel and the system bus wake us when there is something to see
//! ([why and how](../../../docs/decisions/sleep-and-network.md)). Deliberately not here: what follows from it (the
//! engine), and systems other than Linux, whose connections rely on the watchdog and on TCP keep-alive.
use tidings_engine::WorldChange;

/// Tells each change as it comes. Never completes. Must be polled within a tokio runtime that has I/O enabled.
#[cfg(target_os = "linux")]
pub async fn watch(tell: impl Fn(WorldChange) + Sync) {
    use super::{network, sleep, system_bus};
    let hint = tokio::sync::Notify::new();
    let heard = |told| match told {
        system_bus::Told::Resumed => sleep::resumed("logind", &tell),
        system_bus::Told::NetworkWorks => hint.notify_one(),
    };
    tokio::join!(sleep::watch(&tell), network::watch(&hint, &tell), system_bus::watch(&heard));
}

/// [`watch`] by the kernel alone, without the system bus, for a program that has to stay small.
#[cfg(target_os = "linux")]
pub async fn watch_kernel(tell: impl Fn(WorldChange) + Sync) {
    let hint = tokio::sync::Notify::new();
    tokio::join!(super::sleep::watch(&tell), super::network::watch(&hint, &tell));
}

/// A descriptor that wakes the runtime when it can be read. It must not block.
#[cfg(target_os = "linux")]
pub(super) fn readable(
    descriptor: std::os::fd::OwnedFd,
) -> std::io::Result<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>> {
    #[expect(deprecated, reason = "unsound for what changes its descriptor, which an `OwnedFd` does not")]
    tokio::io::unix::AsyncFd::with_interest(descriptor, tokio::io::Interest::READABLE)
}

/// Nothing is told on this system.
#[cfg(not(target_os = "linux"))]
pub async fn watch(_tell: impl Fn(WorldChange) + Sync) {
    std::future::pending().await
}

/// Nothing is told on this system.
#[cfg(not(target_os = "linux"))]
pub async fn watch_kernel(_tell: impl Fn(WorldChange) + Sync) {
    std::future::pending().await
}
